//! The order in which pg_temp lists the shards of pools with EC optimizations.

use crate::model::{Pool, pool_flag};

impl Pool {
    /// Whether pg_temp lists the shards that may lead a PG in front of the others.
    pub fn lists_primaries_first(&self) -> bool {
        self.has_flags(pool_flag::EC_OPTIMIZATIONS)
    }

    /// The shards of a PG in the order in which pg_temp lists them: those that may lead the PG,
    /// then the others, both rising.
    fn primary_first_order(&self) -> impl Iterator<Item = usize> {
        let leads = |shard: &u8| !self.nonprimary_shards.contains(shard);
        let leading = (0..self.size).filter(leads);
        let others = (0..self.size).filter(move |shard| !leads(shard));
        leading.chain(others).map(usize::from)
    }

    /// What the map keeps as pg_temp for these OSDs by shard (`OSDMap::pgtemp_primaryfirst`): the
    /// same list, but for pools with EC optimizations.
    pub fn to_pg_temp(&self, osds: &[i32]) -> Vec<i32> {
        if !self.lists_primaries_first() {
            return osds.to_vec();
        }
        self.primary_first_order().filter_map(|shard| osds.get(shard)).copied().collect()
    }

    /// The OSDs by shard that a pg_temp stands for (`OSDMap::pgtemp_undo_primaryfirst`): the same
    /// list, but for pools with EC optimizations.
    pub fn from_pg_temp(&self, listed: &[i32]) -> Vec<i32> {
        if !self.lists_primaries_first() {
            return listed.to_vec();
        }
        let mut osds = listed.to_vec();
        for (osd, shard) in listed.iter().zip(self.primary_first_order()) {
            if let Some(place) = osds.get_mut(shard) {
                *place = *osd;
            }
        }
        osds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_that_may_lead_come_first_and_go_back() {
        let mut pool = Pool { pool_type: Pool::ERASURE, size: 6, ..Pool::default() };
        pool.nonprimary_shards = [1, 2, 3].into();
        let by_shard = [10, 11, 12, 13, 14, 15];
        assert_eq!(pool.to_pg_temp(&by_shard), by_shard);
        pool.flags |= pool_flag::EC_OPTIMIZATIONS;
        assert_eq!(pool.to_pg_temp(&by_shard), [10, 14, 15, 11, 12, 13]);
        assert_eq!(pool.from_pg_temp(&[10, 14, 15, 11, 12, 13]), by_shard);
    }
}
