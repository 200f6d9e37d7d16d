//! The monitor's own limit of PGs per OSD, as a refusal.

use super::error::Refusal;
use super::pending::Pending;
use crate::pg_check::{CheckGeneration, PgNumChange, PgNumCheck, check_pg_num_with, in_osds};

/// Refuses numbers of PGs that would mean too many for each OSD, in the words of the map's release.
pub(super) fn refuse_too_many_pgs(
    pending: &Pending<'_>,
    change: &PgNumChange,
) -> Result<(), Refusal> {
    let (map, crush) = (pending.before, pending.crush());
    let limit = pending.config().mon_max_pg_per_osd;
    let generation = CheckGeneration::of_release(map.release());
    let check = check_pg_num_with(map, crush, generation, u64::from(limit), change);
    if check.is_allowed {
        return Ok(());
    }
    let PgNumChange { pg_num, size, .. } = change;
    let PgNumCheck { pg_replicas, osds, pg_replicas_max, pgs_per_osd, .. } = check;
    let in_osds = in_osds(map);
    Err(Refusal::range(match generation {
        CheckGeneration::AllPools => format!(
            "pg_num {pg_num} size {size} would mean {pg_replicas} total pgs, which exceeds max \
             {pg_replicas_max} (mon_max_pg_per_osd {limit} * num_in_osds {in_osds})"
        ),
        CheckGeneration::SameRule => format!(
            "pg_num {pg_num} size {size} would result in {pgs_per_osd} cumulative PGs per OSD \
             ({pg_replicas} PG replicas on {osds} OSDs of the rule), which exceeds \
             mon_max_pg_per_osd {limit}"
        ),
    }))
}
