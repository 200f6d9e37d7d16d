//! rjenkins1 over three words, for many lanes in step.
//!
//! A line of the mix depends on the line before it, so one vector of lanes leaves most of the
//! processor idle. Here every line is a loop over all lanes: with enough of them, there is always
//! a vector whose operands are ready. 128 lanes of AVX-512 hash three times as fast as 16.

use crushlab_crush::hash::{SEED, X, Y};

/// One line of the mix, in all lanes.
macro_rules! line {
    ($a:ident, $b:ident, $c:ident, $shift:tt $bits:literal) => {
        for lane in 0..L {
            $a[lane] =
                $a[lane].wrapping_sub($b[lane]).wrapping_sub($c[lane]) ^ ($c[lane] $shift $bits);
        }
    };
}

/// `hash::mix` in all lanes.
#[inline(always)]
fn mix<const L: usize>(a: &mut [u32; L], b: &mut [u32; L], c: &mut [u32; L]) {
    line!(a, b, c, >> 13);
    line!(b, c, a, << 8);
    line!(c, a, b, >> 13);
    line!(a, b, c, >> 12);
    line!(b, c, a, << 16);
    line!(c, a, b, >> 5);
    line!(a, b, c, >> 3);
    line!(b, c, a, << 10);
    line!(c, a, b, >> 15);
}

/// The hash of each of some words, as many at a time as there are lanes.
#[inline(always)]
pub(super) fn hash3_each<const L: usize>([a, b, c]: [&[u32]; 3], hashes: &mut [u32]) {
    let count = hashes.len().min(a.len()).min(b.len()).min(c.len());
    let lanes = |words: &[u32], start: usize| {
        let mut lanes = [0; L];
        let end = count.min(start + L);
        lanes[..end - start].copy_from_slice(&words[start..end]);
        lanes
    };
    for start in (0..count).step_by(L) {
        let found = hash3(&lanes(a, start), &lanes(b, start), &lanes(c, start));
        let end = count.min(start + L);
        hashes[start..end].copy_from_slice(&found[..end - start]);
    }
}

/// [`hash::hash3`](crushlab_crush::hash::hash3) in all lanes.
#[inline(always)]
pub(super) fn hash3<const L: usize>(a: &[u32; L], b: &[u32; L], c: &[u32; L]) -> [u32; L] {
    let (mut a, mut b, mut c, mut x, mut y) = (*a, *b, *c, [X; L], [Y; L]);
    let mut hash = [0; L];
    for lane in 0..L {
        hash[lane] = SEED ^ a[lane] ^ b[lane] ^ c[lane];
    }
    mix(&mut a, &mut b, &mut hash);
    mix(&mut c, &mut x, &mut hash);
    mix(&mut y, &mut a, &mut hash);
    mix(&mut b, &mut x, &mut hash);
    mix(&mut y, &mut c, &mut hash);
    hash
}

/// [`hash3`] of the inputs and replica numbers of all lanes with each of some columns of items.
#[inline(always)]
pub(super) fn hash3_columns<const L: usize>(
    [x, r]: [&[u32; L]; 2],
    columns: &[[u32; L]],
    hashes: &mut [[u32; L]],
) {
    for (items, hashes) in columns.iter().zip(hashes) {
        *hashes = hash3(x, items, r);
    }
}
