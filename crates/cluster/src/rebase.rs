//! The data of a cluster, told by the PGs of another map.

use std::collections::BTreeMap;

use crushlab_compare::amounts::amounts;
use crushlab_osdmap::{Cluster as Recorded, OsdMap, PgId, PgStats, Pool, PoolStats, Source};
use crushlab_plan::capacity::raw_used_rate;

/// What was counted, as if it had been counted of this map: PGs that were split or merged have
/// their shares, pools that are gone are left out, and those that are new are empty. What pools
/// take of OSDs follows the number of copies. It is derived wherever it differs.
pub(crate) fn rebased(recorded: &Recorded, map: &OsdMap) -> Recorded {
    if recorded.map.pools == map.pools {
        return Recorded { map: map.clone(), ..recorded.clone() };
    }
    let mut sources = recorded.sources;
    sources.map = sources.map.map(|source| derived(source, recorded.map.epoch != map.epoch));
    let mut pgs = BTreeMap::new();
    let mut pools = BTreeMap::new();
    for (id, pool) in &map.pools {
        let before = recorded.map.pools.get(id);
        if !recorded.pgs.is_empty() {
            if before.is_some_and(|before| before.pg_num == pool.pg_num) {
                let own = PgId::new(*id, 0)..=PgId::new(*id, u32::MAX);
                pgs.extend(recorded.pgs.range(own).map(|(pg, stats)| (*pg, stats.clone())));
            } else {
                split_pgs(recorded, *id, pool, &mut pgs);
                sources.pgs = sources.pgs.map(|source| derived(source, true));
            }
        }
        if let Some(stats) = pool_stats(recorded, map, *id, pool) {
            pools.insert(*id, stats);
        }
    }
    sources.pools = sources.pools.map(|source| derived(source, pools != recorded.pools));
    Recorded {
        map: map.clone(),
        pgs,
        osds: recorded.osds.clone(),
        pools,
        pg_counts: None,
        sources,
        warnings: recorded.warnings.clone(),
        recorded_at: recorded.recorded_at,
        snapshot: recorded.snapshot.clone(),
    }
}

/// What a source is once the fact was changed. What was assumed stays so.
pub(crate) fn derived(source: Source, differs: bool) -> Source {
    match source {
        Source::Recorded { .. } if differs => Source::Derived,
        other => other,
    }
}

/// The PGs of a pool that has another number of them, or is new.
fn split_pgs(recorded: &Recorded, id: i64, pool: &Pool, pgs: &mut BTreeMap<PgId, PgStats>) {
    let Some((amounts, _)) = amounts(recorded, id, pool.pg_num) else { return };
    for (seed, amount) in (0..).zip(amounts) {
        let copies = amount.objects.saturating_mul(u64::from(pool.size));
        pgs.insert(
            PgId::new(id, seed),
            PgStats {
                objects: amount.objects,
                bytes: amount.bytes,
                omap_bytes: 0,
                object_copies: copies,
                objects_degraded: 0,
                objects_misplaced: 0,
                objects_unfound: 0,
                state: "unknown".into(),
                up: Box::default(),
                up_primary: -1,
                acting: Box::default(),
                acting_primary: -1,
            },
        );
    }
}

/// What a pool holds; `None` where nothing of any pool is known.
fn pool_stats(recorded: &Recorded, map: &OsdMap, id: i64, pool: &Pool) -> Option<PoolStats> {
    let Some(before) = recorded.map.pools.get(&id) else {
        return (!recorded.pools.is_empty()).then(PoolStats::default);
    };
    let stats = *recorded.pools.get(&id)?;
    let (old, new) = (raw_used_rate(&recorded.map, before), raw_used_rate(map, pool));
    if old == new {
        return Some(stats);
    }
    let scaled = |used: u64| (used as f64 * f64::from(new) / f64::from(old)) as u64;
    Some(PoolStats { used_bytes: stats.used_bytes.map(scaled), max_avail_bytes: None, ..stats })
}

#[cfg(test)]
mod tests {
    use crushlab_osdmap::describe;

    use super::*;

    const PLAN: &str = "
hosts: [{count: 4, osds: [{count: 2, size: 1 TiB}]}]
pools: [{name: rbd, size: 3, pg_num: 4, stored: 400 GiB, objects: 800}]
";

    #[test]
    fn data_is_split_copies_are_counted_and_pools_that_are_gone_are_left_out() {
        let mut recorded = describe(PLAN).expect("well described");
        let mut counted = BTreeMap::new();
        split_pgs(&recorded, 1, &recorded.map.pools[&1], &mut counted);
        recorded.pgs = counted;
        recorded.pools.get_mut(&1).expect("a pool").used_bytes = Some(1200 << 30);
        let mut map = recorded.map.clone();
        let pool = map.pools.get_mut(&1).expect("a pool");
        (pool.pg_num, pool.size) = (8, 2);
        map.pools.insert(2, Pool { pg_num: 1, ..Pool::default() });
        let after = rebased(&recorded, &map);
        assert_eq!(after.pgs.len(), 9);
        let pg = &after.pgs[&PgId::new(1, 7)];
        assert_eq!((pg.objects, pg.bytes, pg.object_copies), (100, 50 << 30, 200));
        assert_eq!(after.pools[&1].used_bytes, Some(800 << 30));
        assert_eq!((after.pools[&2], after.pgs[&PgId::new(2, 0)].bytes), (PoolStats::default(), 0));
        map.pools.remove(&1);
        assert_eq!(rebased(&recorded, &map).pgs.len(), 1);
    }
}
