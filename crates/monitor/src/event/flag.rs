//! Flags that keep an OSD as it is: noup, nodown, noin, noout.

use crushlab_osdmap::OsdMap;

/// Whether a flag holds for an OSD: set for the cluster, for itself, for a bucket above it or for
/// its device class (`OSDMap::is_noout` and the like). `map_bit` is of `map_flag`, `osd_bit` of
/// `state`.
pub(super) fn holds(map: &OsdMap, osd: i32, map_bit: u32, osd_bit: u32) -> bool {
    if map.flags & map_bit != 0 || map.osd_state(osd) & osd_bit != 0 {
        return true;
    }
    let is_set = |flags: Option<&u32>| flags.is_some_and(|flags| flags & osd_bit != 0);
    let class = map.crush.classes.get(&osd);
    if class.is_some_and(|class| is_set(map.device_class_flags.get(class))) {
        return true;
    }
    // Looking up the way to the root is worth it only where a node has flags.
    !map.crush_node_flags.is_empty()
        && map.crush.full_location(osd).iter().any(|(_, name)| {
            map.crush.item_id(name).is_some_and(|id| is_set(map.crush_node_flags.get(&id)))
        })
}
