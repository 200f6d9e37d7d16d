//! Objects and bytes of each PG, for any pg_num.

use crushlab_osdmap::model::stable_mod;
use crushlab_osdmap::{Cluster, PgId};
use serde::Serialize;

/// What is known of the data of PGs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DataBasis {
    /// The cluster counted objects and bytes of each PG.
    Counted,
    /// What pools hold is known; each PG is given its share of the hashes.
    Estimated,
    /// Nothing is known of some pool: PGs and shards are counted, objects and bytes are not.
    Unknown,
}

/// Data of one PG, each object counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Objects.
    pub objects: u64,
    /// Bytes of data.
    pub bytes: u64,
}

impl Amount {
    fn add(&mut self, other: Amount) {
        self.objects = self.objects.saturating_add(other.objects);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// What lies between two of `parts` equal parts; all pieces together are the whole.
    fn piece(self, from: u64, to: u64, parts: u64) -> Amount {
        let part = |total: u64| {
            let below = |end: u64| u128::from(total) * u128::from(end) / u128::from(parts.max(1));
            (below(to) - below(from)) as u64
        };
        Amount { objects: part(self.objects), bytes: part(self.bytes) }
    }
}

/// What the PGs of a pool hold if it has `pg_num` of them: what the cluster counted, split by
/// hashes among children and added up in merged PGs. `None` where the pool's data is not known; a
/// pool that the cluster did not have yet is empty.
pub fn amounts(cluster: &Cluster, pool: i64, pg_num: u32) -> Option<(Vec<Amount>, DataBasis)> {
    if !cluster.map.pools.contains_key(&pool) {
        let is_known = !(cluster.pgs.is_empty() && cluster.pools.is_empty());
        return is_known.then(|| (vec![Amount::default(); pg_num as usize], DataBasis::Counted));
    }
    let (recorded, basis) = recorded(cluster, pool)?;
    Some((with_pg_num(&recorded, pg_num), basis))
}

/// What is known of a pool's data, in as many PGs as it was counted in: 1 where only the pool's sum
/// is known. `None` where nothing is.
pub fn recorded(cluster: &Cluster, pool: i64) -> Option<(Vec<Amount>, DataBasis)> {
    let recorded = cluster.map.pools.get(&pool)?;
    let mut counted = cluster.pgs.range(PgId::new(pool, 0)..=PgId::new(pool, u32::MAX)).peekable();
    if counted.peek().is_some() {
        let mut amounts = vec![Amount::default(); recorded.pg_num as usize];
        for (pg, stats) in counted {
            if let Some(amount) = amounts.get_mut(pg.seed as usize) {
                *amount = Amount { objects: stats.objects, bytes: stats.bytes };
            }
        }
        return Some((amounts, DataBasis::Counted));
    }
    let held = cluster.pools.get(&pool)?;
    let all = Amount { objects: held.objects, bytes: held.stored_bytes };
    Some((vec![all], DataBasis::Estimated))
}

/// The same data in another number of PGs.
pub fn with_pg_num(amounts: &[Amount], pg_num: u32) -> Vec<Amount> {
    let old = amounts.len() as u32;
    let mut result = vec![Amount::default(); pg_num as usize];
    if old == 0 || pg_num == 0 {
        return result;
    }
    if pg_num <= old {
        for (seed, amount) in (0..).zip(amounts) {
            result[stable_mod(seed, pg_num) as usize].add(*amount);
        }
        return result;
    }
    // Children take their shares one after another; what was taken of each parent so far.
    let mut taken = vec![0; amounts.len()];
    let scale = u64::from(pg_num).next_power_of_two() / u64::from(old).next_power_of_two();
    for (seed, amount) in (0..pg_num).zip(&mut result) {
        let parent = stable_mod(seed, old);
        let parts = slots(parent, old) * scale;
        let from: u64 = taken[parent as usize];
        let to = from + slots(seed, pg_num);
        taken[parent as usize] = to;
        *amount = amounts[parent as usize].piece(from, to, parts);
    }
    result
}

/// How many of the hashes' low bits fall into a PG, of as many as the next power of two: 2 where
/// it has not been split yet, else 1.
fn slots(seed: u32, pg_num: u32) -> u64 {
    let half = u64::from(pg_num).next_power_of_two() / 2;
    let seed = u64::from(seed);
    if seed < half && seed + half >= u64::from(pg_num) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(counts: &[u64], pg_num: u32) -> Vec<u64> {
        let amounts: Vec<Amount> =
            counts.iter().map(|&objects| Amount { objects, bytes: 10 * objects }).collect();
        let result = with_pg_num(&amounts, pg_num);
        assert_eq!(
            result.iter().map(|amount| amount.bytes).sum::<u64>(),
            10 * counts.iter().sum::<u64>()
        );
        result.iter().map(|amount| amount.objects).collect()
    }

    #[test]
    fn children_take_their_share_of_the_hashes() {
        // 2 splits into 2, 6, 10 and 14; 0 into 0 and 8; 4 and 5 were half as large.
        let split = objects(&[200, 200, 200, 200, 100, 100], 16);
        assert_eq!(split, [100, 100, 50, 50, 50, 50, 50, 50, 100, 100, 50, 50, 50, 50, 50, 50]);
        assert_eq!(objects(&[7], 2), [3, 4]);
        assert_eq!(objects(&[8], 3), [2, 4, 2]);
    }

    #[test]
    fn merged_pgs_add_up() {
        assert_eq!(objects(&[1, 2, 3, 4, 5, 6, 7, 8], 6), [1, 2, 10, 12, 5, 6]);
        assert_eq!(objects(&[1, 2], 2), [1, 2]);
    }
}
