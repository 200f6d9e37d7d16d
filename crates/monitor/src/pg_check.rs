//! The monitor's own check of `pg_num`: it refuses what would mean too many PGs for each OSD.
//!
//! Monitors check when a pool is created, and when its `pg_num` or its size grows.

use std::collections::BTreeSet;

use crushlab_crush::Op;
use crushlab_crushmap::{CrushMap, Release};
use crushlab_osdmap::OsdMap;
use serde::Serialize;

/// How the monitors of a release check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckGeneration {
    /// Up to Pacific: the PGs of all pools over all OSDs that are in.
    AllPools,
    /// From Quincy on: the PGs of the pools with the same rule, over the OSDs that it can use.
    SameRule,
}

impl CheckGeneration {
    /// How monitors of a cluster of this release check.
    pub fn of_release(release: Release) -> CheckGeneration {
        match release.checks_pg_num_by_rule() {
            true => CheckGeneration::SameRule,
            false => CheckGeneration::AllPools,
        }
    }
}

/// A pool as it is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PgNumChange {
    /// Its id; `None` for a pool that is not there yet.
    pub pool: Option<i64>,
    /// Its number of PGs.
    pub pg_num: u64,
    /// Its replicas, or k + m.
    pub size: u64,
    /// Its rule.
    pub crush_rule: u8,
}

/// What the monitor reckons, and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PgNumCheck {
    /// Whether it takes the number.
    pub is_allowed: bool,
    /// PGs with their replicas that there would be, of the pools that count.
    pub pg_replicas: u64,
    /// OSDs that they are spread over; 3 at least.
    pub osds: u64,
    /// mon_max_pg_per_osd times the OSDs: the most that there may be.
    pub pg_replicas_max: u64,
    /// Whole PGs per OSD that there would be.
    pub pgs_per_osd: u64,
}

/// OSDs that a cluster is taken to have at least.
const LEAST_OSDS: u64 = 3;

/// Checks a pool's numbers as the monitor does. Other pools count with the `pg_num` that they are
/// on their way to.
///
/// Source: `OSDMonitor::check_pg_num` of 16.2.15 and of 18.2. The latter counts OSDs that are out,
/// too, and divides without remainder.
pub fn check_pg_num(
    map: &OsdMap,
    generation: CheckGeneration,
    mon_max_pg_per_osd: u64,
    change: &PgNumChange,
) -> PgNumCheck {
    check_pg_num_with(map, &map.crush, generation, mon_max_pg_per_osd, change)
}

/// The same with a CRUSH map that is to become the map's own: its rules count.
pub(crate) fn check_pg_num_with(
    map: &OsdMap,
    crush: &CrushMap,
    generation: CheckGeneration,
    mon_max_pg_per_osd: u64,
    change: &PgNumChange,
) -> PgNumCheck {
    let counts = |rule: u8| match generation {
        CheckGeneration::AllPools => true,
        CheckGeneration::SameRule => rule == change.crush_rule,
    };
    let others = map.pools.iter().filter(|(id, _)| Some(**id) != change.pool);
    let others = others.filter(|(_, other)| counts(other.crush_rule));
    let existing: u64 =
        others.map(|(_, other)| u64::from(other.pg_num_target) * u64::from(other.size)).sum();
    let pg_replicas = existing.saturating_add(change.pg_num.saturating_mul(change.size));
    let osds = match generation {
        CheckGeneration::AllPools => in_osds(map),
        CheckGeneration::SameRule => osds_of_rule(crush, change.crush_rule),
    };
    let osds = osds.max(LEAST_OSDS);
    let pg_replicas_max = mon_max_pg_per_osd.saturating_mul(osds);
    let pgs_per_osd = pg_replicas / osds;
    let is_allowed = match generation {
        CheckGeneration::AllPools => pg_replicas <= pg_replicas_max,
        CheckGeneration::SameRule => pgs_per_osd <= mon_max_pg_per_osd,
    };
    PgNumCheck { is_allowed, pg_replicas, osds, pg_replicas_max, pgs_per_osd }
}

/// OSDs that exist and are in.
pub(crate) fn in_osds(map: &OsdMap) -> u64 {
    (0i32..).take(map.max_osd()).filter(|osd| map.is_in(*osd)).count() as u64
}

/// OSDs below what a rule takes, each once.
fn osds_of_rule(crush: &CrushMap, rule: u8) -> u64 {
    let rule = crush.core.rules.get(usize::from(rule)).and_then(Option::as_ref);
    let steps = rule.iter().flat_map(|rule| &rule.steps);
    let takes = steps.filter(|step| step.op == Op::Take);
    let osds: BTreeSet<i32> = takes.flat_map(|step| crush.devices_under(step.arg1)).collect();
    osds.len() as u64
}

#[cfg(test)]
mod tests {
    use crushlab_osdmap::describe;

    use super::*;

    const CLUSTER: &str = "hosts: [{count: 6, osds: [{size: 1 TiB}, {class: ssd, size: 1 TiB}]}]
pools:
  - {name: all, size: 3, pg_num: 128}
  - {name: fast, size: 2, pg_num: 64, class: ssd}
";

    /// What both generations say to a pool of 512 PGs on the six SSDs.
    fn checks(map: &OsdMap, limit: u64, pool: Option<i64>) -> [PgNumCheck; 2] {
        let crush_rule = map.pools[&2].crush_rule;
        let change = PgNumChange { pool, pg_num: 512, size: 2, crush_rule };
        [CheckGeneration::AllPools, CheckGeneration::SameRule]
            .map(|generation| check_pg_num(map, generation, limit, &change))
    }

    #[test]
    fn one_generation_counts_all_pools_and_the_other_those_of_the_rule() {
        let mut map = describe(CLUSTER).expect("a cluster").map;
        let [all, same] = checks(&map, 250, Some(2));
        // 128 x 3 + 512 x 2 on 12 OSDs; 512 x 2 on 6.
        assert_eq!((all.pg_replicas, all.osds, all.pg_replicas_max), (1408, 12, 3000));
        assert_eq!((same.pg_replicas, same.osds, same.pg_replicas_max), (1024, 6, 1500));
        assert_eq!((all.pgs_per_osd, same.pgs_per_osd), (117, 170));
        assert!(all.is_allowed && same.is_allowed);
        // A new pool comes beside those that there are: 64 x 2 more.
        let [all, same] = checks(&map, 250, None);
        assert_eq!((all.pg_replicas, same.pg_replicas), (1536, 1152));
        // OSDs that are out count for a rule, and not in all.
        map.osd_weights[..6].fill(0);
        assert_eq!(checks(&map, 250, Some(2)).map(|one| one.osds), [6, 6]);
        map.osd_weights.fill(0);
        assert_eq!(checks(&map, 250, Some(2)).map(|one| one.osds), [LEAST_OSDS, 6]);
    }

    #[test]
    fn a_part_of_a_pg_passes_the_limit_in_one_generation_only() {
        let map = describe(CLUSTER).expect("a cluster").map;
        let allowed = |limit| checks(&map, limit, Some(2)).map(|one| one.is_allowed);
        // 1408 / 12 is 117.3, 1024 / 6 is 170.7.
        assert_eq!(allowed(117), [false, false]);
        assert_eq!(allowed(118), [true, false]);
        assert_eq!(allowed(169), [true, false]);
        assert_eq!(allowed(170), [true, true]);
    }
}
