//! rjenkins1, the hash behind every choice (crush/hash.c).
//!
//! Robert Jenkins' 96-bit mix, applied to the words of the input and two constants until each
//! word has gone through it at least twice. All arithmetic is modulo 2^32.

/// What every hash begins with, before its words are mixed in.
pub const SEED: u32 = 1_315_423_911;
/// First constant that fills the mix where the input has no word left.
pub const X: u32 = 231_232;
/// Second constant of that kind.
pub const Y: u32 = 1_232;

/// Mixes three words in place (Jenkins, "A Hash Function for Hash Table Lookup", 1996).
#[inline(always)]
pub(crate) fn mix(a: &mut u32, b: &mut u32, c: &mut u32) {
    for [shift_a, shift_b, shift_c] in [[13, 8, 13], [12, 16, 5], [3, 10, 15]] {
        *a = a.wrapping_sub(*b).wrapping_sub(*c) ^ (*c >> shift_a);
        *b = b.wrapping_sub(*c).wrapping_sub(*a) ^ (*a << shift_b);
        *c = c.wrapping_sub(*a).wrapping_sub(*b) ^ (*b >> shift_c);
    }
}

/// Hash of one word.
pub fn hash1(a: u32) -> u32 {
    let (mut a, mut b, mut x, mut y) = (a, a, X, Y);
    let mut hash = SEED ^ a;
    mix(&mut b, &mut x, &mut hash);
    mix(&mut y, &mut a, &mut hash);
    hash
}

/// Hash of two words: the reweight test, primary affinity and the placement seed use it.
#[inline]
pub fn hash2(a: u32, b: u32) -> u32 {
    let (mut a, mut b, mut x, mut y) = (a, b, X, Y);
    let mut hash = SEED ^ a ^ b;
    mix(&mut a, &mut b, &mut hash);
    mix(&mut x, &mut a, &mut hash);
    mix(&mut b, &mut y, &mut hash);
    hash
}

/// Hash of three words: straws and permutations use it.
#[inline(always)]
pub fn hash3(a: u32, b: u32, c: u32) -> u32 {
    let (mut a, mut b, mut c, mut x, mut y) = (a, b, c, X, Y);
    let mut hash = SEED ^ a ^ b ^ c;
    mix(&mut a, &mut b, &mut hash);
    mix(&mut c, &mut x, &mut hash);
    mix(&mut y, &mut a, &mut hash);
    mix(&mut b, &mut x, &mut hash);
    mix(&mut y, &mut c, &mut hash);
    hash
}

/// Hash of four words: list and tree buckets use it.
#[inline]
pub fn hash4(a: u32, b: u32, c: u32, d: u32) -> u32 {
    let (mut a, mut b, mut c, mut d, mut x, mut y) = (a, b, c, d, X, Y);
    let mut hash = SEED ^ a ^ b ^ c ^ d;
    mix(&mut a, &mut b, &mut hash);
    mix(&mut c, &mut d, &mut hash);
    mix(&mut a, &mut x, &mut hash);
    mix(&mut y, &mut b, &mut hash);
    mix(&mut c, &mut x, &mut hash);
    mix(&mut y, &mut d, &mut hash);
    hash
}

/// Hash of five words.
pub fn hash5(a: u32, b: u32, c: u32, d: u32, e: u32) -> u32 {
    let (mut a, mut b, mut c, mut d, mut e, mut x, mut y) = (a, b, c, d, e, X, Y);
    let mut hash = SEED ^ a ^ b ^ c ^ d ^ e;
    mix(&mut a, &mut b, &mut hash);
    mix(&mut c, &mut d, &mut hash);
    mix(&mut e, &mut x, &mut hash);
    mix(&mut y, &mut a, &mut hash);
    mix(&mut b, &mut x, &mut hash);
    mix(&mut y, &mut c, &mut hash);
    mix(&mut d, &mut x, &mut hash);
    mix(&mut y, &mut e, &mut hash);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_as_a_cluster_hashes_them() {
        // Placement seed of PG 4.16 (seed 0x16, pool 4), and its affinity hashes.
        assert_eq!(hash2(0x16, 4), 3_510_089_861);
        let affinity_hashes = [1, 2, 3].map(|osd| hash2(3_510_089_861, osd) >> 16);
        assert_eq!(affinity_hashes, [64_773, 64_534, 18_410]);
    }

    #[test]
    fn three_words_as_crushtool_hashes_them() {
        // Draws of input 7 among osd.0, osd.1 and osd.2 at r = 0.
        assert_eq!([0, 1, 2].map(|osd| hash3(7, osd, 0) & 0xffff), [21_461, 49_672, 43_965]);
    }
}
