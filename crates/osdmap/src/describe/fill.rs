//! What the data that pools store takes of each OSD.

use std::num::NonZeroUsize;

use crushlab_crush::NONE;

use crate::cluster::Cluster;
use crate::document_error::DocumentError;
use crate::mapping::{PoolMapper, map_pool};
use crate::stats::{OsdStats, UsedParts};

/// Sets sizes of OSDs, and what is used of them: each replica takes its PG's data, each shard of
/// an erasure-coded PG its k-th part. Nothing is added for metadata or padding.
pub(super) fn fill_osds(cluster: &mut Cluster, sizes: &[u64]) -> Result<(), DocumentError> {
    let crush = cluster.map.crush.map();
    let crush = crush.map_err(|problem| DocumentError::new("", problem.to_string()))?;
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut used = vec![0.0; sizes.len()];
    for (id, held) in &mut cluster.pools {
        let Ok(mapper) = PoolMapper::new(&cluster.map, &crush, *id) else { continue };
        let pool = mapper.pool();
        let profile = cluster.map.erasure_code_profiles.get(&pool.erasure_code_profile);
        let k = profile.and_then(|profile| profile.get("k")?.parse::<f64>().ok());
        let mut pool_used = 0.0;
        for (seed, pg) in (0..).zip(map_pool(&mapper, threads).iter()) {
            let share = crate::cluster::pg_share(seed, pool.pg_num);
            let bytes = held.stored_bytes as f64 * share / k.unwrap_or(1.0);
            for osd in pg.acting.iter().filter(|osd| **osd != NONE) {
                if let Some(used) = used.get_mut(*osd as usize) {
                    *used += bytes;
                    pool_used += bytes;
                }
            }
        }
        held.used_bytes = Some(pool_used as u64);
    }
    let stats = |(total, used): (&u64, f64)| OsdStats {
        total_bytes: *total,
        used_bytes: used as u64,
        available_bytes: total.saturating_sub(used as u64),
        parts: Some(UsedParts { data_bytes: used as u64, ..UsedParts::default() }),
    };
    cluster.osds = (0..).zip(sizes.iter().zip(used).map(stats)).collect();
    Ok(())
}
