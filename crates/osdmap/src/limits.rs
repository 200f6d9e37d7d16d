//! Limits that keep a short input from asking for gigabytes, all far above any cluster.

/// Most OSD ids that a map may have when it is read.
pub const MAX_OSDS: usize = crushlab_crushmap::MAX_IDS;

/// Most OSDs that may be listed for one PG: the largest size that a pool can have.
pub const MAX_PG_OSDS: usize = u8::MAX as usize;

/// Most PGs of all pools, each counted as often as it has replicas or shards.
pub const MAX_PG_SHARDS: u64 = 1 << 26;

/// What is wrong with the number of PGs of a map, if it is too large to be worked with. What is
/// listed for a PG beyond its pool's size counts, too.
pub(crate) fn check_shards(map: &crate::model::OsdMap) -> Result<(), String> {
    let lists = map.pg_temp.values().chain(map.pg_upmap.values());
    let longest = lists.map(Vec::len).max().unwrap_or(0) as u64;
    let stride = |size: u8| u64::from(size).max(longest).max(1);
    let shards = map.pools.values().map(|pool| u64::from(pool.pg_num) * stride(pool.size));
    let shards = shards.fold(0, u64::saturating_add);
    if shards > MAX_PG_SHARDS {
        return Err(format!("{shards} PG shards, expected at most {MAX_PG_SHARDS}"));
    }
    Ok(())
}
