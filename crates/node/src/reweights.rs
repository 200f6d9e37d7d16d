//! Reweights: a few devices' exceptions as JavaScript sends them, every device's as CRUSH reads.

use crushlab_compare::share::FULL_REWEIGHT;
use crushlab_crush::Map;
use napi::bindgen_prelude::{Int32Array, Uint32Array};
use napi_derive::napi;

/// Reweights of the devices that do not have the full one.
#[napi(object)]
pub struct NativeReweights {
    /// Devices.
    pub osds: Int32Array,
    /// The reweight (16.16) of each.
    pub reweights: Uint32Array,
}

/// The reweight of every device of the map.
pub(crate) fn dense(map: &Map, exceptions: &NativeReweights) -> Vec<u32> {
    let mut reweights = vec![FULL_REWEIGHT; usize::try_from(map.max_devices()).unwrap_or(0)];
    for (&osd, &reweight) in exceptions.osds.iter().zip(exceptions.reweights.iter()) {
        let slot = usize::try_from(osd).ok().and_then(|index| reweights.get_mut(index));
        if let Some(slot) = slot {
            *slot = reweight;
        }
    }
    reweights
}
