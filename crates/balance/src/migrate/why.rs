//! Why a shard cannot stay.

use crushlab_osdmap::OsdMap;

use super::plan::Why;
use crate::pool::{PoolState, TakeState};
use crate::reason::name;

/// Why the shard of an OSD is not among those that a PG shall have.
pub(crate) fn why(map: &OsdMap, state: &PoolState<'_>, osd: i32, wanted: &[i32]) -> (Why, String) {
    if !map.exists(osd) || map.osd_weight(osd) == 0 {
        return (Why::OsdOut, format!("osd.{osd} is out: the monitors drop upmaps to it"));
    }
    let has = |take: &&TakeState| take.take.osds.contains_key(&osd);
    let taken = state.takes.iter().filter(has).find_map(|take| taken(map, take, osd, wanted));
    if let Some(taken) = taken {
        return taken;
    }
    let text = match state.takes.iter().any(|take| has(&take)) {
        true => format!("the part of the rule that takes osd.{osd} has all its OSDs"),
        false => format!("osd.{osd} is not among the OSDs that the rule takes, or has no weight"),
    };
    (Why::OutsideRule, text)
}

/// The same for a part of the rule that has the OSD.
fn taken(map: &OsdMap, take: &TakeState, osd: i32, wanted: &[i32]) -> Option<(Why, String)> {
    let tree = &take.take;
    let node = *tree.osds.get(&osd)?;
    let wanted: Vec<usize> = wanted.iter().filter_map(|osd| tree.osds.get(osd).copied()).collect();
    let names = |id| name(&map.crush, id);
    for depth in 1..=tree.osd_depth() {
        let own = tree.above(node, depth);
        let bucket = &tree.nodes[own];
        let below = wanted.iter().filter(|osd| tree.above(**osd, depth) == own).count();
        let most = tree.shards_below(depth);
        if below >= most && depth < tree.osd_depth() {
            let place = names(bucket.id);
            let shards = if most == 1 { "1 shard" } else { &format!("{most} shards") };
            let text = format!("{place} keeps {shards} of the PG, as many as the rule puts there");
            return Some((Why::DomainTaken, text));
        }
        if below == 0 && depth < tree.osd_depth() {
            let (count, above) = (tree.counts[depth - 1], tree.nodes[bucket.parent].id);
            let (place, above) = (names(bucket.id), names(above));
            let text = format!("{place} would be one more than the {count} below {above}");
            return Some((Why::TooManyDomains, text));
        }
    }
    None
}
