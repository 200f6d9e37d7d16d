//! The fixed-point logarithm that straw2 draws with (mapper.c, `crush_ln`).

use std::sync::LazyLock;

use crate::ln_table::{LOG_HIGH, LOG_LOW, RECIPROCAL};

/// `2^44 * log2(u + 1)` of a 16-bit number, in the digits of Ceph's tables; at most 2^48.
///
/// u + 1 is normalised to 1.xxx in 15 bits; the upper seven bits after the point look up a
/// reciprocal and a logarithm, and what is left after multiplying by that reciprocal looks up the
/// rest.
pub fn crush_ln(u: u16) -> u64 {
    let x = u64::from(u) + 1;
    // Bit 16 is set for u = 65535 only; that x is already as large as it gets.
    let shift = if x & 0x1_8000 == 0 { x.leading_zeros() - 48 } else { 0 };
    let normalised = x << shift;
    let exponent = u64::from(15 - shift);
    let high = (normalised >> 8) as usize - 128;
    let low = ((normalised * RECIPROCAL[high]) >> 48) as usize & 0xff;
    (exponent << 44) + ((LOG_HIGH[high] + LOG_LOW[low]) >> 4)
}

/// For each 16-bit hash, the distance of its logarithm from the largest one:
/// `2^48 - crush_ln(u)`. A straw2 draw is the negative of this over the weight.
pub static DISTANCE: LazyLock<Box<[u64; 65536]>> = LazyLock::new(|| {
    let distances: Vec<u64> = (0..=u16::MAX).map(|u| (1 << 48) - crush_ln(u)).collect();
    distances.into_boxed_slice().try_into().expect("a 16-bit number has 65,536 values")
});

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a, 64 bits: enough to pin a table without a dependency.
    fn checksum<'a>(words: impl Iterator<Item = &'a u64>) -> u64 {
        words.flat_map(|word| word.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        })
    }

    #[test]
    fn tables_hold_the_normative_digits() {
        assert_eq!(
            RECIPROCAL[..3],
            [281_474_976_710_656, 279_293_000_147_008, 277_144_592_453_569]
        );
        assert_eq!(LOG_HIGH[..3], [0, 3_160_191_458_785, 6_295_979_651_252]);
        assert_eq!(LOG_LOW[..3], [0, 12_392_466_944, 30_278_045_381]);
        let all = checksum(RECIPROCAL.iter().chain(&LOG_HIGH).chain(&LOG_LOW));
        assert_eq!(all, 0xcdf9422638f830d3);
    }

    #[test]
    fn logarithm_rises_except_at_the_last_step() {
        let descents: Vec<u16> =
            (1..=u16::MAX).filter(|u| crush_ln(*u) < crush_ln(*u - 1)).collect();
        assert_eq!(descents, [65535]);
        assert_eq!(crush_ln(65535), (1 << 48) - (1 << 28));
        assert_eq!(DISTANCE[65534], 0x29e_52f0);
    }
}
