//! Which input x stands for which PG.

use crushlab_crush::hash::hash2;

/// The inputs that stand for the PGs of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// PG i has input i: a map by itself, as `crushtool --test` sees it.
    Plain {
        /// Number of PGs.
        pg_num: u32,
    },
    /// The real inputs of a pool with the flag hashpspool, which every pool has by default.
    Pool {
        /// The pool's id.
        pool: i64,
        /// Number of PGs; pgp_num is the same.
        pg_num: u32,
    },
}

impl Seeds {
    /// Number of PGs.
    pub fn pg_num(self) -> u32 {
        match self {
            Seeds::Plain { pg_num } | Seeds::Pool { pg_num, .. } => pg_num,
        }
    }

    /// The input of a PG, which is below [`pg_num`](Seeds::pg_num).
    pub fn input(self, pg: u32) -> u32 {
        match self {
            Seeds::Plain { .. } => pg,
            Seeds::Pool { pool, .. } => pool_input(pg, pool),
        }
    }

    /// Id of the choose_args set that is looked for first. Without a pool it is 0, as in
    /// `crushtool --test`.
    pub fn choose_args_id(self) -> i64 {
        match self {
            Seeds::Plain { .. } => 0,
            Seeds::Pool { pool, .. } => pool,
        }
    }
}

/// The placement seed of a pool's PG: the hash of its number and the pool's id (osd_types.cc,
/// `pg_pool_t::raw_pg_to_pps`). Ceph hashes 32 bits of the pool's id.
pub fn pool_input(pg: u32, pool: i64) -> u32 {
    hash2(pg, pool as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pools_seed_is_the_one_that_ceph_uses() {
        // PG 4.16 of a Ceph 16.2.15 cluster.
        assert_eq!(Seeds::Pool { pool: 4, pg_num: 32 }.input(0x16), 3_510_089_861);
    }

    #[test]
    fn without_a_pool_the_pg_is_the_input() {
        assert_eq!(Seeds::Plain { pg_num: 8 }.input(7), 7);
    }
}
