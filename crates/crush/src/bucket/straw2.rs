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
    let mut longest = i64::MIN;
    for (index, (id, weight)) in ids.iter().zip(weights).enumerate() {
        if *weight == 0 {
            continue;
        }
        let hash = bucket.hash3(x, *id as u32, r) as u16;
        // On a tie the earlier item keeps it.
        let length = draw(distances[usize::from(hash)], *weight);
        if length > longest {
            (best, longest) = (index, length);
        }
    }
    best
}

/// The draw of an item whose weight is not 0: the negative distance over the weight, cut off
/// towards zero, so that the longest straw is the one closest to zero.
///
/// Ceph takes the weight for a signed number: from 32768.0 on it is negative, the draw positive,
/// and the item beats all lighter ones (measured with crushtool 16.2.15).
#[inline(always)]
pub(super) fn draw(distance: u64, weight: u32) -> i64 {
    let length = (distance / u64::from((weight as i32).unsigned_abs())) as i64;
    if weight as i32 > 0 { -length } else { length }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_cut_off_towards_zero() {
        assert_eq!(draw(7, 2), -3);
        assert_eq!(draw(1, 2), 0);
    }

    #[test]
    fn a_weight_of_32768_or_more_counts_as_negative() {
        assert_eq!(draw(1 << 48, 0x8000_0000), 1 << 17);
        assert!(draw(5, 0x9c40_0000) >= draw(5, 0x2710_0000));
    }
}
