//! The logarithm of straw2 in single precision, with a bound that is checked over all hashes.
//!
//! A draw is compared by `N(u) / weight`, N(u) being `2^48 - crush_ln(u)`; the smallest wins.
//! [`distance_floor`] stays below N(u), in units of 2^44, and [`SPREAD`] above that floor lies
//! above it: `distance_floor(u) <= N(u) / 2^44 <= distance_floor(u) + SPREAD` for each of the
//! 65,536 hashes. Ceph's table misses the true logarithm by up to 4.4e-5 on one side and 2e-5 on
//! the other, so no formula could do with much less than half of this spread.

/// How far above its floor a distance may be, in units of 2^44.
pub(crate) const SPREAD: f32 = 1.16e-4;

/// Coefficients by power of `16 - log2(m)` shifted down by half the spread, for m from 1 to 2:
/// the polynomial of degree 5 whose largest distance from the table's own values is the least.
const C: [f32; 6] =
    [2.802_921_3 - 0.5 * SPREAD, -5.099_767, 3.560_573, -1.636_843_6, 0.418_147_36, -0.045_040_56];

/// Below every distance there is: that of 65534 is the least, at 2.5e-6.
const LEAST: f32 = 2e-6;

/// The exponent bits of 1.0, and the 16 powers of two that N counts down from.
const EXPONENTS: u32 = 127 + 16;

/// A positive number just below `N(u) / 2^44`; only the low 16 bits of `hash` count.
///
/// Multiplied and added apart, never fused: the result is the same on every machine.
#[inline(always)]
pub(crate) fn distance_floor(hash: u32) -> f32 {
    let bits = (((hash & 0xffff) + 1) as i32 as f32).to_bits();
    let whole = EXPONENTS.wrapping_sub(bits >> 23) as i32 as f32;
    let m = f32::from_bits(bits & 0x7f_ffff | 0x3f80_0000);
    let [c0, c1, c2, c3, c4, c5] = C;
    let floor = whole + (((((c5 * m + c4) * m + c3) * m + c2) * m + c1) * m + c0);
    if floor > LEAST { floor } else { LEAST }
}

/// What a distance of this floor may at most come to once it is divided by its weight, widened
/// by the rounding of single precision and by one unit of a draw, that is cut off to a whole
/// number: 2^-28 in this scale.
#[inline(always)]
pub(crate) fn ceiling(floor_over_weight: f32, inverse_weight: f32) -> f32 {
    (floor_over_weight + SPREAD * inverse_weight) * 1.000_002 + 1e-8
}

/// The largest weight (16.16) for which the draws of equally heavy items rank as their hashes do,
/// but for neighbours: 856 units. From here on the division makes longer runs of hashes tie.
pub(crate) const MAX_EQUAL_WEIGHT: u32 = 56_128_037;

#[cfg(test)]
mod tests {
    use super::*;
    use crushlab_crush::ln::DISTANCE;

    #[test]
    fn every_hash_lies_within_its_bounds() {
        for (hash, distance) in (0u32..).zip(DISTANCE.iter()) {
            let exact = *distance as f64 / 2f64.powi(44);
            let floor = f64::from(distance_floor(hash));
            assert!(floor <= exact, "hash {hash}: {floor} is above {exact}");
            assert!(
                exact <= floor + f64::from(SPREAD),
                "hash {hash}: {floor} is far below {exact}"
            );
            assert_eq!(distance_floor(hash), distance_floor(hash | 0xabcd_0000));
        }
    }

    #[test]
    fn a_ceiling_is_a_draw_above_every_exact_quotient() {
        for weight in [1, 2, 3, 0x8000, 0x10000, 0x3_a3d7, 0x11_c000, 1 << 26, i32::MAX as u32] {
            let inverse = 65536.0 / weight as f32;
            for (hash, distance) in (0u32..).zip(DISTANCE.iter()) {
                let floor = distance_floor(hash) * inverse;
                let draw_above = (distance / u64::from(weight) + 1) as f64 / 2f64.powi(28);
                let found = f64::from(ceiling(floor, inverse));
                assert!(found > draw_above, "hash {hash}, weight {weight}");
                assert!(f64::from(floor) < draw_above, "hash {hash}, weight {weight}");
            }
        }
    }

    #[test]
    fn hashes_two_apart_never_tie_up_to_the_largest_equal_weight() {
        let gaps = DISTANCE.windows(3).map(|three| three[0] - three[2]);
        assert_eq!(gaps.min(), Some(u64::from(MAX_EQUAL_WEIGHT)));
        let further = DISTANCE.windows(4).map(|four| four[0].min(four[1]) - four[3]);
        assert!(further.min() >= Some(u64::from(MAX_EQUAL_WEIGHT)));
    }
}
