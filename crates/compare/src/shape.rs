//! What of a pool decides how its PGs do.

use crushlab_osdmap::{OsdMap, Pool};

/// What of a pool decides how its PGs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// Whether each position is a shard of its own, and a missing one leaves a hole.
    pub is_erasure: bool,
    /// Replicas or shards that a PG should have.
    pub size: usize,
    /// Those below which no client is served.
    pub min_size: usize,
    /// Those below which the data cannot be read: 1, or k of an erasure code.
    pub readable_size: usize,
}

impl PoolShape {
    /// The shape of a pool of this map.
    pub fn of(map: &OsdMap, pool: &Pool) -> PoolShape {
        let (size, min_size) = (usize::from(pool.size), usize::from(pool.min_size));
        let is_erasure = !pool.can_shift_osds();
        let readable_size = if is_erasure { data_shards(map, pool) } else { 1 };
        PoolShape { is_erasure, size, min_size, readable_size }
    }

    /// Bytes that each OSD of a PG holds, of a PG with this much data.
    pub fn shard_bytes(&self, bytes: u64) -> u64 {
        if self.is_erasure { bytes.div_ceil(self.readable_size as u64) } else { bytes }
    }
}

/// k of the pool's profile. Where that does not say, min_size - 1, which is what Ceph sets min_size
/// by; 1 at least and size at most.
fn data_shards(map: &OsdMap, pool: &Pool) -> usize {
    let profile = map.erasure_code_profiles.get(&pool.erasure_code_profile);
    let stated = profile.and_then(|profile| profile.get("k")).and_then(|k| k.trim().parse().ok());
    let default = usize::from(pool.min_size).saturating_sub(1);
    stated.unwrap_or(default).clamp(1, usize::from(pool.size).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_coded_pool_needs_k_shards() {
        let mut map = OsdMap::default();
        let pool = Pool {
            pool_type: Pool::ERASURE,
            size: 6,
            min_size: 5,
            erasure_code_profile: "p".to_owned(),
            ..Pool::default()
        };
        assert_eq!(PoolShape::of(&map, &pool).readable_size, 4);
        map.erasure_code_profiles
            .insert("p".to_owned(), [("k".to_owned(), "3".to_owned())].into_iter().collect());
        let shape = PoolShape::of(&map, &pool);
        assert_eq!((shape.readable_size, shape.shard_bytes(10)), (3, 4));
        assert_eq!(PoolShape::of(&map, &Pool::default()).shard_bytes(10), 10);
    }
}
