//! List buckets: walk from the newest item to the oldest, each against all that came before it.

use super::Bucket;

/// Position of the item for input `x` and replica `r`. The bucket must not be empty.
pub(super) fn choose(bucket: &Bucket, weights: &[u32], sums: &[u32], x: u32, r: u32) -> usize {
    for index in (0..bucket.items.len()).rev() {
        if draw(bucket, sums[index], index, x, r) < u64::from(weights[index]) {
            return index;
        }
    }
    // Where no item wins, all weights being 0, the first one serves.
    0
}

/// A point on the line of all weights up to and with the item's; it wins if it hits its own part.
pub(super) fn draw(bucket: &Bucket, sum: u32, index: usize, x: u32, r: u32) -> u64 {
    let hash = bucket.hash4(x, bucket.items[index] as u32, r, bucket.id as u32);
    (u64::from(hash & 0xffff) * u64::from(sum)) >> 16
}

/// For each item the sum of the weights up to and with it.
pub(crate) fn cumulative(weights: &[u32]) -> Vec<u32> {
    weights
        .iter()
        .scan(0u32, |sum, weight| {
            *sum = sum.wrapping_add(*weight);
            Some(*sum)
        })
        .collect()
}
