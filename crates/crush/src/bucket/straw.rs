//! Straw buckets: each item draws a straw scaled by a length made in advance; the longest wins.

use super::Bucket;

/// Position of the item for input `x` and replica `r`. The bucket must not be empty.
pub(super) fn choose(bucket: &Bucket, straws: &[u32], x: u32, r: u32) -> usize {
    let mut best = 0;
    let mut longest = 0;
    for (index, straw) in straws.iter().enumerate().take(bucket.items.len()) {
        let length = draw(bucket, *straw, index, x, r);
        if index == 0 || length > longest {
            (best, longest) = (index, length);
        }
    }
    best
}

/// Length of the straw that an item draws.
pub(super) fn draw(bucket: &Bucket, straw: u32, index: usize, x: u32, r: u32) -> u64 {
    u64::from(bucket.hash3(x, bucket.items[index] as u32, r) & 0xffff) * u64::from(straw)
}

/// Straw lengths (16.16) for items of these weights (builder.c, `crush_calc_straw`).
///
/// The items are taken from the lightest to the heaviest, and each distinct weight stretches the
/// straws of all heavier items by the root of the ratio between what lies above and below it.
/// Version 0 counts the heavier items wrongly where weights repeat or are 0; maps made with it
/// live on, so its mistakes are kept.
pub(crate) fn straw_lengths(weights: &[u32], version: u8) -> Vec<u32> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| weights[*index]);
    let mut straws = vec![0u32; weights.len()];
    let mut left = weights.len() as i64;
    let (mut straw, mut below, mut last) = (1.0f64, 0.0f64, 0.0f64);
    for (rank, index) in order.iter().enumerate() {
        let weight = weights[*index];
        if weight == 0 {
            left -= i64::from(version != 0);
            continue;
        }
        straws[*index] = stored(straw);
        let Some(next) = order.get(rank + 1).map(|index| weights[*index]) else { break };
        if version == 0 && next == weight {
            continue;
        }
        below += (f64::from(weight) - last) * left as f64;
        left -= if version == 0 {
            order[rank + 1..].iter().take_while(|index| weights[**index] == next).count() as i64
        } else {
            1
        };
        // Ceph multiplies in 32 bits here; heavy buckets do overflow it.
        let above = f64::from((left as u32).wrapping_mul(next - weight));
        let probability = below / (below + above);
        straw *= (1.0 / probability).powf(1.0 / left as f64);
        last = f64::from(weight);
    }
    straws
}

/// The 16.16 form of a straw's length. Very unequal weights make lengths that do not fit; of
/// those the lower 32 bits of the whole number are kept, which is what x86 makes of Ceph's code.
fn stored(straw: f64) -> u32 {
    let scaled = straw * 65_536.0;
    if scaled < i64::MAX as f64 { scaled as i64 as u32 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_does_not_fit_is_cut_as_crushtool_cuts_it() {
        assert_eq!(straw_lengths(&[3_923_705, 9], 0), [1_400_904_817, 65_536]);
    }

    #[test]
    fn lengths_of_both_versions_are_those_crushtool_stores() {
        let weights = [0x10000, 0x10000, 0x20000];
        assert_eq!(straw_lengths(&weights, 0), [65_536, 65_536, 84_606]);
        assert_eq!(straw_lengths(&weights, 1), [65_536, 65_536, 87_381]);
    }

    #[test]
    fn an_item_of_weight_0_has_no_straw() {
        assert_eq!(straw_lengths(&[0, 0x10000], 1), [0, 65_536]);
    }
}
