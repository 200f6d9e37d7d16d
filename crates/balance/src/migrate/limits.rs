//! What data may do while it moves.

use std::collections::BTreeMap;

use crushlab_compare::ClusterData;
use crushlab_compare::amounts::{Amount, amounts};
use crushlab_compare::fill::{FillLevel, limit_ratio};
use crushlab_compare::shape::PoolShape;
use crushlab_osdmap::{OsdMap, PgId};

/// Ceph's own limit of misplaced copies by all (`target_max_misplaced_ratio`).
const MISPLACED_RATIO: f64 = 0.05;

/// What data may do while it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Misplaced copies by all, at most.
    pub max_misplaced_ratio: f64,
    /// PGs that one OSD gives up, and that it takes, in one stage; none for any number.
    pub max_backfills: Option<u32>,
    /// How full an OSD may be at any time; none for backfillfull_ratio.
    pub max_fill_ratio: Option<f64>,
    /// Shards of one PG that may be in motion together.
    pub max_shards_per_pg: u32,
    /// Bytes that an OSD reads or writes in a second; without it hours are not known.
    pub rate_bytes: Option<f64>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_misplaced_ratio: MISPLACED_RATIO,
            max_backfills: None,
            max_fill_ratio: None,
            max_shards_per_pg: 1,
            rate_bytes: None,
        }
    }
}

/// What PGs and OSDs hold.
pub(crate) struct Loads<'a> {
    map: &'a OsdMap,
    /// By pool: what each PG holds; absent where it is not known.
    pools: BTreeMap<i64, (PoolShape, Option<Vec<Amount>>)>,
    /// Sizes and use of OSDs in bytes.
    pub(crate) osds: BTreeMap<i32, (u64, u64)>,
    /// Copies of all objects; of PGs where objects are not known.
    pub(crate) copies: u64,
    /// Whether fills are known: the sizes of OSDs and the data of all PGs.
    pub(crate) is_known: bool,
    has_objects: bool,
}

impl<'a> Loads<'a> {
    pub(crate) fn new(map: &'a OsdMap, data: &ClusterData<'_>) -> Loads<'a> {
        let of = |(id, pool): (&i64, _)| {
            let shape = PoolShape::of(map, pool);
            let held = amounts(data.cluster, *id, pool.pg_num).map(|(amounts, _)| amounts);
            (*id, (shape, held))
        };
        let pools: BTreeMap<_, _> = map.pools.iter().map(of).collect();
        let osds: BTreeMap<i32, (u64, u64)> = data
            .osds
            .iter()
            .map(|(osd, stats)| (*osd, (stats.total_bytes, stats.used_bytes)))
            .collect();
        let is_data_known = pools.values().all(|(_, held)| held.is_some());
        let objects = |(shape, held): &(PoolShape, Option<Vec<Amount>>)| {
            let objects: u64 = held.iter().flatten().map(|amount| amount.objects).sum();
            objects.saturating_mul(shape.size as u64)
        };
        let copies: u64 = pools.values().map(objects).sum();
        let has_objects = is_data_known && copies > 0;
        let pgs = map.pools.values().map(|pool| u64::from(pool.pg_num) * u64::from(pool.size));
        Loads {
            map,
            osds,
            copies: if has_objects { copies } else { pgs.sum() },
            is_known: is_data_known && !data.osds.is_empty(),
            has_objects,
            pools,
        }
    }

    /// Lets an OSD hold what another one held.
    pub(crate) fn carry(&mut self, from: i32, to: i32, bytes: u64) {
        if let Some((_, used)) = self.osds.get_mut(&from) {
            *used = used.saturating_sub(bytes);
        }
        if let Some((_, used)) = self.osds.get_mut(&to) {
            *used = used.saturating_add(bytes);
        }
    }

    /// Bytes in each shard of a PG.
    pub(crate) fn shard_bytes(&self, pg: PgId) -> u64 {
        let Some((shape, Some(held))) = self.pools.get(&pg.pool) else { return 0 };
        held.get(pg.seed as usize).map_or(0, |amount| shape.shard_bytes(amount.bytes))
    }

    /// Objects of a PG; 1 where objects are not known.
    pub(crate) fn objects(&self, pg: PgId) -> u64 {
        let held = self.pools.get(&pg.pool).and_then(|(_, held)| held.as_ref());
        match held.and_then(|held| held.get(pg.seed as usize)) {
            Some(amount) if self.has_objects => amount.objects,
            _ => 1,
        }
    }

    /// How full an OSD may be.
    pub(crate) fn max_fill_ratio(&self, limits: &Limits) -> f64 {
        let own = f64::from(limit_ratio(self.map, FillLevel::Backfillfull));
        limits.max_fill_ratio.unwrap_or(own)
    }
}
