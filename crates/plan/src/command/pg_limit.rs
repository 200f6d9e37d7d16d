//! The monitor's own limit of PGs per OSD.

use crushlab_osdmap::OsdMap;

use super::error::Refusal;
use crate::config::Config;

/// Refuses numbers of PGs that would mean too many for each OSD (`OSDMonitor::check_pg_num` of
/// 16.2): the PGs of all pools, counted with their replicas, over the OSDs that are in.
pub(super) fn check_pg_num(
    map: &OsdMap,
    config: &Config,
    pool: Option<i64>,
    pg_num: u64,
    size: u64,
) -> Result<(), Refusal> {
    const LEAST_OSDS: u64 = 3;
    let others = map.pools.iter().filter(|(id, _)| Some(**id) != pool);
    let existing: u64 =
        others.map(|(_, other)| u64::from(other.pg_num_target) * u64::from(other.size)).sum();
    let projected = existing.saturating_add(pg_num.saturating_mul(size));
    let in_osds = (0i32..).take(map.max_osd()).filter(|osd| map.is_in(*osd)).count() as u64;
    let limit = u64::from(config.mon_max_pg_per_osd) * in_osds.max(LEAST_OSDS);
    if projected <= limit {
        return Ok(());
    }
    Err(Refusal::range(format!(
        "pg_num {pg_num} size {size} would mean {projected} total pgs, which exceeds max {limit} \
         (mon_max_pg_per_osd {} * num_in_osds {in_osds})",
        config.mon_max_pg_per_osd
    )))
}
