//! Uniform buckets: a permutation of equal items. Cheap, and hard on data when an item leaves.

use super::Bucket;
use super::permutations::Permutations;

/// Position of the item for input `x` and replica `r`. The bucket must not be empty.
pub(super) fn choose(bucket: &Bucket, permutations: &mut Permutations, x: u32, r: u32) -> usize {
    let rank = r as usize % bucket.items.len();
    permutations.position(bucket, x, rank)
}
