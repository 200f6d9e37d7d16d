//! Limits that keep a short input from asking for gigabytes, all far above any cluster.

use std::sync::atomic::{AtomicU64, Ordering};

/// Memory that one process may use, in bytes, unless it says otherwise ([`set_memory_max`]).
pub const MEMORY_MAX_BYTES: u64 = 1 << 30;

/// Memory that an OSD listed for a PG takes before and after a change, with what is counted of it:
/// measured with pools of a million PGs.
const BYTES_PER_SHARD: u64 = 40;

static MEMORY_MAX: AtomicU64 = AtomicU64::new(MEMORY_MAX_BYTES);

/// Memory that this process may use, in bytes: what is unpacked and what is worked with is compared
/// with it before it is allocated.
pub fn memory_max() -> u64 {
    MEMORY_MAX.load(Ordering::Relaxed)
}

/// Lets this process use as much memory, for all that is loaded from now on.
pub fn set_memory_max(bytes: u64) {
    MEMORY_MAX.store(bytes, Ordering::Relaxed);
}

/// Most PGs of all pools, each counted as often as it has replicas or shards: what fits the memory,
/// up to [`MAX_PG_SHARDS`].
pub(crate) fn pg_shards_max() -> u64 {
    (memory_max() / BYTES_PER_SHARD).min(MAX_PG_SHARDS)
}

/// Most OSD ids that a map may have when it is read.
pub const MAX_OSDS: usize = crushlab_crushmap::MAX_IDS;

/// Most OSDs that may be listed for one PG: the largest size that a pool can have.
pub const MAX_PG_OSDS: usize = u8::MAX as usize;

/// Most PGs of all pools, each counted as often as it has replicas or shards, in any memory.
pub const MAX_PG_SHARDS: u64 = 1 << 26;

/// What is wrong with the number of PGs of a map, if it is too large to be worked with. What is
/// listed for a PG beyond its pool's size counts, too.
pub(crate) fn check_shards(map: &crate::model::OsdMap) -> Result<(), String> {
    let lists = map.pg_temp.values().chain(map.pg_upmap.values());
    let longest = lists.map(Vec::len).max().unwrap_or(0) as u64;
    let stride = |size: u8| u64::from(size).max(longest).max(1);
    let shards = map.pools.values().map(|pool| u64::from(pool.pg_num) * stride(pool.size));
    let shards = shards.fold(0, u64::saturating_add);
    let most = pg_shards_max();
    if shards > most {
        let mib = memory_max() >> 20;
        return Err(format!("{shards} PG shards, expected at most {most} in {mib} MiB of memory"));
    }
    Ok(())
}
