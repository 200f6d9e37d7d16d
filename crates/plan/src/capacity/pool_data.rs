//! What a pool holds.

use crushlab_osdmap::{Cluster, PgId, Pool};

use super::max_avail::{intact_ratio, raw_used_rate};
use super::subject::Subject;

/// What a pool holds, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolData {
    /// Objects in it.
    pub objects: u64,
    /// Bytes of its data, each object counted once.
    pub stored_bytes: u64,
    /// Bytes that it takes on all OSDs: as the cluster counted them, else without padding.
    pub used_bytes: u64,
    /// Whether the cluster counted them.
    pub is_used_counted: bool,
    /// Bytes of omap entries on all OSDs, as far as scrubs have counted them. Erasure-coded pools
    /// cannot hold any.
    pub omap_bytes: u64,
    /// Copies that are there by all that there should be; 1 where that is not known.
    pub intact_ratio: f32,
    /// Whether it is known.
    pub is_intact_known: bool,
}

impl PoolData {
    /// What is known of a pool of the subject; `None` where nothing is.
    pub fn of(subject: &Subject<'_>, id: i64, pool: &Pool) -> Option<PoolData> {
        let counted = Sums::of(subject.data, id);
        let held = subject.data.pools.get(&id);
        if held.is_none() && counted.pgs == 0 {
            return None;
        }
        let stored_bytes = held.map_or(counted.bytes, |held| held.stored_bytes);
        let intact = intact_ratio(counted.copies, counted.degraded);
        let rate = raw_used_rate(subject.map, pool);
        let nominal = stored_bytes as f64 * f64::from(rate) * f64::from(intact);
        // Clusters whose OSDs do not count by pool give the stored bytes once more.
        let used = held.and_then(|held| held.used_bytes).filter(|used| *used != stored_bytes);
        Some(PoolData {
            objects: held.map_or(counted.objects, |held| held.objects),
            stored_bytes,
            used_bytes: used.unwrap_or(nominal as u64),
            is_used_counted: used.is_some(),
            omap_bytes: if pool.is_erasure() {
                0
            } else {
                counted.omap_bytes.saturating_mul(u64::from(pool.size))
            },
            intact_ratio: intact,
            is_intact_known: counted.pgs > 0,
        })
    }

    /// Bytes used by those that would be used without padding, omap or compression: how a byte
    /// more will be stored if the pool goes on as it began. 1 where that is not known.
    pub fn amplification(&self, rate: f32) -> f64 {
        let nominal = self.stored_bytes as f64 * f64::from(rate) * f64::from(self.intact_ratio);
        let is_known = self.is_used_counted && nominal > 0.0 && self.used_bytes > 0;
        if is_known { self.used_bytes as f64 / nominal } else { 1.0 }
    }
}

/// What the cluster counted of a pool's PGs, in sum.
#[derive(Default)]
struct Sums {
    pgs: u64,
    objects: u64,
    bytes: u64,
    omap_bytes: u64,
    copies: u64,
    degraded: u64,
}

impl Sums {
    fn of(cluster: &Cluster, pool: i64) -> Sums {
        let mut sums = Sums::default();
        for (_, pg) in cluster.pgs.range(PgId::new(pool, 0)..=PgId::new(pool, u32::MAX)) {
            let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
            add(&mut sums.pgs, 1);
            add(&mut sums.objects, pg.objects);
            add(&mut sums.bytes, pg.bytes);
            add(&mut sums.omap_bytes, pg.omap_bytes);
            add(&mut sums.copies, pg.object_copies);
            add(&mut sums.degraded, pg.objects_degraded);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use crushlab_osdmap::{PgStats, describe};

    use super::*;

    #[test]
    fn only_replicated_pools_have_omap() {
        let text = "hosts: [{count: 4, osds: [{size: 1 TiB}]}]
pools:
  - {name: index, size: 3, pg_num: 1}
  - {name: archive, erasure: {k: 2, m: 1}, pg_num: 1}
";
        let mut cluster = describe(text).expect("a cluster");
        let stats = PgStats {
            objects: 5,
            bytes: 1000,
            omap_bytes: 70,
            object_copies: 15,
            objects_degraded: 0,
            objects_misplaced: 0,
            objects_unfound: 0,
            state: "active+clean".into(),
            up: Box::default(),
            up_primary: -1,
            acting: Box::default(),
            acting_primary: -1,
        };
        for pool in [1, 2] {
            cluster.pgs.insert(PgId::new(pool, 0), stats.clone());
        }
        let crush = cluster.map.crush.map().expect("a sound map");
        let subject = Subject { map: &cluster.map, crush: &crush, data: &cluster, placed: None };
        let omap = [1, 2].map(|id| {
            let data = PoolData::of(&subject, id, &cluster.map.pools[&id]).expect("its data");
            assert_eq!((data.objects, data.stored_bytes), (5, 1000));
            data.omap_bytes
        });
        assert_eq!(omap, [210, 0]);
    }
}
