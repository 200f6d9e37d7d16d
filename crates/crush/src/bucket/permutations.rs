//! Permutations of a bucket's items, for those who choose by them.

use std::collections::HashMap;

use super::Bucket;

/// Permutations of the buckets that were chosen from by permutation, as far as they were needed.
///
/// They depend on the input and the bucket alone, so they stay valid for one input.
#[derive(Debug, Default)]
pub(crate) struct Permutations {
    by_bucket: HashMap<i32, Permutation>,
    generation: u64,
}

#[derive(Debug, Default)]
struct Permutation {
    generation: u64,
    /// Positions of the bucket's items; the first `drawn` are in their final order.
    order: Vec<u32>,
    drawn: usize,
}

impl Permutations {
    /// Forgets all permutations: another input is coming.
    pub(crate) fn reset(&mut self) {
        self.generation += 1;
    }

    /// Position of the item that comes `rank`-th (below the bucket's size) in the bucket's
    /// permutation for input `x`: a Fisher-Yates shuffle whose draws are hashes of input, bucket
    /// and position (mapper.c, `bucket_perm_choose`).
    pub(crate) fn position(&mut self, bucket: &Bucket, x: u32, rank: usize) -> usize {
        let size = bucket.items.len();
        let permutation = self.by_bucket.entry(bucket.id).or_default();
        if permutation.generation != self.generation || permutation.order.len() != size {
            permutation.generation = self.generation;
            permutation.order.clear();
            permutation.order.extend(0..size as u32);
            permutation.drawn = 0;
        }
        while permutation.drawn <= rank {
            let drawn = permutation.drawn;
            let left = (size - drawn) as u32;
            let hash = bucket.hash3(x, bucket.id as u32, drawn as u32);
            permutation.order.swap(drawn, drawn + (hash % left) as usize);
            permutation.drawn += 1;
        }
        permutation.order[rank] as usize
    }
}
