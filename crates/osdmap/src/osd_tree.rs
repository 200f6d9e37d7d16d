//! What `ceph osd tree` and `ceph osd df` tell of OSDs: enough for a map without pools.

use std::collections::BTreeMap;

use crate::model::{FULL_WEIGHT, OsdMap, state};

/// OSDs by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OsdTree {
    pub(crate) osds: BTreeMap<i32, TreeOsd>,
}

/// One OSD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TreeOsd {
    pub(crate) exists: bool,
    pub(crate) is_up: bool,
    pub(crate) is_destroyed: bool,
    /// In 16.16.
    pub(crate) reweight: u32,
    /// In 16.16; `None` where it is not told.
    pub(crate) primary_affinity: Option<u32>,
}

impl TreeOsd {
    fn state(&self) -> u32 {
        let up = if self.is_up { state::UP } else { 0 };
        let destroyed = if self.is_destroyed { state::DESTROYED } else { 0 };
        if self.exists { state::EXISTS | up | destroyed } else { 0 }
    }
}

/// Reweights are printed with five digits after the point.
const WEIGHT_TOLERANCE: u32 = 1;

impl OsdTree {
    /// A map of these OSDs, without pools and without a CRUSH map.
    pub(crate) fn map(&self) -> OsdMap {
        let mut map = OsdMap::default();
        let max_osd = self.osds.keys().next_back().map_or(0, |id| *id as usize + 1);
        map.set_max_osd(max_osd);
        for (id, osd) in &self.osds {
            let index = *id as usize;
            map.osd_states[index] = osd.state();
            map.osd_weights[index] = if osd.exists { osd.reweight } else { 0 };
            let affinity = osd.primary_affinity.unwrap_or(FULL_WEIGHT);
            if affinity != FULL_WEIGHT {
                let all =
                    map.osd_primary_affinities.get_or_insert_with(|| vec![FULL_WEIGHT; max_osd]);
                all[index] = affinity;
            }
        }
        map
    }

    /// OSDs that exist here and that the map has not.
    pub(crate) fn unknown_to(&self, map: &OsdMap) -> Option<i32> {
        let existing = self.osds.iter().filter(|(_, osd)| osd.exists).map(|(id, _)| *id);
        existing.into_iter().find(|id| !map.exists(*id))
    }

    /// OSDs whose state or reweight is another than in the map.
    pub(crate) fn differing(&self, map: &OsdMap) -> Vec<i32> {
        let differs = |(id, osd): &(&i32, &TreeOsd)| {
            osd.exists
                && (osd.is_up != map.is_up(**id)
                    || osd.reweight.abs_diff(map.osd_weight(**id)) > WEIGHT_TOLERANCE)
        };
        self.osds.iter().filter(differs).map(|(id, _)| *id).collect()
    }
}
