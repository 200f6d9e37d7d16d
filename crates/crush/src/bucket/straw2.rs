//! Straw2 buckets: an exponential draw for each item by its own weight, so that a change of one
//! weight moves data to or from that item only.

use super::Bucket;

/// Position of the item for input `x` and replica `r`. The bucket must not be empty. `ids` are
/// hashed and `weights` count; both are as long as the bucket. `distances` is `ln::DISTANCE`.
pub(super) fn choose(
    bucket: &Bucket,
    ids: &[i32],
    weights: &[u32],
    distances: &[u64; 65536],
    x: u32,
    r: u32,
) -> usize {
    let mut best = 0;
    let mut shortest = u64::MAX;
    for (index, (id, weight)) in ids.iter().zip(weights).enumerate() {
        if *weight == 0 {
            continue;
        }
        let hash = bucket.hash3(x, *id as u32, r) as u16;
        // Draws are negative, so the largest one is the closest to zero. On a tie the earlier
        // item keeps it.
        let length = distances[usize::from(hash)] / u64::from(*weight);
        if length < shortest {
            (best, shortest) = (index, length);
        }
    }
    best
}
