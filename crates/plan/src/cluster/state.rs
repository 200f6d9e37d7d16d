//! One state of a cluster.

use crushlab_crush::{BuildError, Map};
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::state;

use super::holders::Holders;

/// One state of a cluster: its map, and where the data is.
#[derive(Clone, Debug)]
pub struct ClusterState<'a> {
    map: &'a OsdMap,
    crush: Map,
    holders: Option<&'a Holders>,
    /// The map with every OSD up, which tells whose places those that are down have. Only where
    /// an OSD is down.
    all_up: Option<Box<OsdMap>>,
}

impl<'a> ClusterState<'a> {
    /// The state that a map describes: data is on the acting OSDs, and on those that are down but
    /// still have their place in the PG.
    ///
    /// # Errors
    /// What is wrong with the map's CRUSH map.
    pub fn new(map: &'a OsdMap) -> Result<ClusterState<'a>, BuildError> {
        let is_down = |state: &u32| state & state::EXISTS != 0 && state & state::UP == 0;
        let all_up = map.osd_states.iter().any(is_down).then(|| {
            let mut all_up = map.clone();
            all_up.osd_states.iter_mut().filter(|state| is_down(state)).for_each(|state| {
                *state |= state::UP;
            });
            Box::new(all_up)
        });
        Ok(ClusterState { map, crush: map.crush.map()?, holders: None, all_up })
    }

    /// The same, with the data of the listed PGs where the list says, and that of all others on
    /// their up sets. The map's pg_temp is not looked at then.
    pub fn with_holders(self, holders: &'a Holders) -> ClusterState<'a> {
        ClusterState { holders: Some(holders), all_up: None, ..self }
    }

    /// The map.
    pub fn map(&self) -> &'a OsdMap {
        self.map
    }

    /// Its CRUSH map, checked.
    pub fn crush(&self) -> &Map {
        &self.crush
    }

    pub(crate) fn holders(&self) -> Option<&'a Holders> {
        self.holders
    }

    pub(crate) fn all_up(&self) -> Option<&OsdMap> {
        self.all_up.as_deref()
    }
}
