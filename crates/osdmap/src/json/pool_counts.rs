//! What pools hold, as `ceph report` and `ceph pg dump` count it (`pool_stats`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::values::lenient;
use crate::model::{OsdMap, Pool};
use crate::stats::PoolStats;

/// Counts of all pools, and which of them to go by.
#[derive(Debug, Default)]
pub(crate) struct PoolCounts {
    pub(super) pools: Vec<PoolCount>,
    pub(super) sum: OsdSum,
}

/// One pool.
#[derive(Debug, Deserialize)]
pub(super) struct PoolCount {
    poolid: i64,
    stat_sum: StatSum,
    #[serde(default, deserialize_with = "lenient")]
    store_stats: StoreStats,
}

#[derive(Debug, Deserialize)]
struct StatSum {
    num_bytes: i64,
    num_objects: i64,
    #[serde(default)]
    num_omap_bytes: i64,
}

/// What stores of OSDs count of a pool; 0 where they do not (before Nautilus, FileStore).
#[derive(Debug, Default, Deserialize)]
struct StoreStats {
    #[serde(default)]
    allocated: i64,
    #[serde(default)]
    data_stored: i64,
    #[serde(default)]
    omap_allocated: i64,
}

/// How many OSDs count by pool.
#[derive(Debug, Default, Deserialize)]
pub(super) struct OsdSum {
    num_osds: Option<i64>,
    num_per_pool_osds: Option<i64>,
    num_per_pool_omap_osds: Option<i64>,
}

/// Ceph counts with signs, and may be below 0 for a moment.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

impl PoolCounts {
    /// What pools hold, as `ceph df` works it out (`PGMapDigest::dump_object_stat_sum`): what OSDs
    /// store divided by the raw bytes for each byte, where all OSDs count by pool, else the bytes
    /// of objects. Pools that the map lacks are left out.
    pub(crate) fn stats(&self, map: &OsdMap) -> BTreeMap<i64, PoolStats> {
        let of = |entry: &PoolCount| {
            let pool = map.pools.get(&entry.poolid)?;
            Some((entry.poolid, self.stats_of(entry, raw_used_rate(map, pool))))
        };
        self.pools.iter().filter_map(of).collect()
    }

    fn stats_of(&self, entry: &PoolCount, rate: Option<f64>) -> PoolStats {
        let (sum, store) = (&entry.stat_sum, &entry.store_stats);
        let all = |counting: Option<i64>| match (counting, self.sum.num_osds) {
            (Some(counting), Some(osds)) => counting == osds,
            _ => store.allocated > 0,
        };
        let objects = count(sum.num_objects);
        let Some(rate) = rate.filter(|_| all(self.sum.num_per_pool_osds)) else {
            let stored_bytes = count(sum.num_bytes).saturating_add(count(sum.num_omap_bytes));
            return PoolStats { objects, stored_bytes, ..PoolStats::default() };
        };
        let stored = |raw: i64| (count(raw) as f64 / rate) as u64;
        let omap_by_pool = all(self.sum.num_per_pool_omap_osds);
        let (omap_stored, omap_used) = if omap_by_pool {
            (stored(store.omap_allocated), count(store.omap_allocated))
        } else {
            (count(sum.num_omap_bytes), count(sum.num_omap_bytes))
        };
        PoolStats {
            objects,
            stored_bytes: stored(store.data_stored).saturating_add(omap_stored),
            used_bytes: Some(count(store.allocated).saturating_add(omap_used)),
            max_avail_bytes: None,
        }
    }
}

/// Raw bytes for each byte of data (`OSDMap::pool_raw_used_rate`).
fn raw_used_rate(map: &OsdMap, pool: &Pool) -> Option<f64> {
    let size = f64::from(pool.size);
    if !pool.is_erasure() {
        return (size > 0.0).then_some(size);
    }
    let profile = map.erasure_code_profiles.get(&pool.erasure_code_profile)?;
    let number = |key: &str| profile.get(key)?.parse::<f64>().ok().filter(|number| *number > 0.0);
    let (k, m) = (number("k")?, number("m")?);
    Some((k + m) / k)
}
