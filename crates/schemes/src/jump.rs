//! Jump consistent hash (Lamping and Veach 2014).
//!
//! Numbers its nodes from 0 and can only take nodes away at the end. A node that goes from the
//! middle is replaced by the last one, which is the best that can be done. Weights do not count.
//! Further replicas are looked up with a salted key until they are distinct.

use crushlab_crush::hash::{hash1, hash2};

use crate::node::{Change, Node};
use crate::scheme::{Cost, Scheme};

/// Nodes by number.
#[derive(Debug)]
pub(crate) struct Jump {
    ids: Vec<u32>,
}

impl Jump {
    pub(crate) fn new(nodes: &[Node]) -> Jump {
        Jump { ids: nodes.iter().map(|node| node.id).collect() }
    }
}

/// The bucket of a key among `buckets` (at least one), and the jumps it took. Each jump draws from
/// a linear congruential generator (the constants are the paper's) where the key lands next if
/// buckets are added one by one.
fn jump(mut key: u64, buckets: usize) -> (usize, u64) {
    let (mut bucket, mut next, mut jumps) = (0_u64, 0_u64, 0);
    while next < buckets as u64 {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let span = f64::from(1_u32 << 31) / ((key >> 33) + 1) as f64;
        next = ((bucket + 1) as f64 * span) as u64;
        jumps += 1;
    }
    (bucket as usize, jumps)
}

impl Scheme for Jump {
    fn change(&mut self, change: Change) {
        match change {
            Change::Add(node) => self.ids.push(node.id),
            Change::Remove(id) | Change::Fail(id) => {
                if let Some(place) = self.ids.iter().position(|other| *other == id) {
                    self.ids.swap_remove(place);
                }
            }
            Change::Reweight(_) => {}
        }
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        found.clear();
        let mut cost = Cost::default();
        let mut salt = 0;
        while found.len() < replicas {
            let wide = u64::from(hash1(key)) << 32 | u64::from(hash2(key, salt));
            let (bucket, jumps) = jump(wide, self.ids.len());
            // A jump costs about what a hash does: a multiplication and a division.
            cost.add(Cost { hashes: 2 + jumps, reads: 1 });
            if !found.contains(&self.ids[bucket]) {
                found.push(self.ids[bucket]);
            }
            salt += 1;
        }
        cost
    }

    fn table_bytes(&self) -> usize {
        size_of_val(self.ids.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::jump;

    #[test]
    fn known_keys_are_in_known_buckets() {
        for (key, buckets, expected) in [
            (1, 1, 0),
            (42, 57, 43),
            (0xdead_10cc, 1, 0),
            (0xdead_10cc, 666, 361),
            (256, 1024, 520),
        ] {
            assert_eq!(jump(key, buckets).0, expected, "{key} {buckets}");
        }
    }

    #[test]
    fn a_bucket_more_takes_keys_and_moves_no_others() {
        for key in (0..20_000_u64).map(|key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let (before, after) = (jump(key, 10).0, jump(key, 11).0);
            assert!(after == before || after == 10, "{key}: {before} {after}");
        }
    }
}
