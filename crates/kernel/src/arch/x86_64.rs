//! AVX2 and AVX-512.

use super::hash::{hash3_columns, hash3_each};
use super::lanes::{Draws, draw_all};
use crate::flat::FlatMap;

/// Whether this machine has AVX2.
pub(super) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Whether this machine has the parts of AVX-512 that the kernel is compiled for: those of every
/// processor since Skylake-X and Zen 4.
pub(super) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}

/// The kernel, compiled for some instructions: draws of so many `lanes` at a time, in vectors of
/// `width` lanes; straws of `ranked` lanes are ranked together, and `decided` items are decided
/// exactly at a time.
macro_rules! compiled_for {
    (
        $features:literal, $draw_all:ident, $columns:ident, $hash3_each:ident,
        lanes: $lanes:literal, width: $width:literal, ranked: $ranked:literal,
        decided: $decided:literal
    ) => {
        /// Makes the first `len` draws.
        #[target_feature(enable = $features)]
        pub(super) fn $draw_all(flat: &FlatMap, draws: &mut Draws, len: usize) {
            draw_all::<$lanes, $width, $ranked, $decided>(
                flat,
                draws,
                len,
                (
                    |xr, items, hashes| $columns(xr, items, hashes),
                    |xr, items, hashes| $columns(xr, items, hashes),
                    |xr, items, hashes| $columns(xr, items, hashes),
                ),
            );
        }

        #[inline(never)]
        #[target_feature(enable = $features)]
        fn $columns<const L: usize>(
            xr: [&[u32; L]; 2],
            items: &[[u32; L]],
            hashes: &mut [[u32; L]],
        ) {
            hash3_columns(xr, items, hashes);
        }

        /// The hash of each of some words.
        #[target_feature(enable = $features)]
        pub(super) fn $hash3_each(words: [&[u32]; 3], hashes: &mut [u32]) {
            hash3_each::<$lanes>(words, hashes);
        }
    };
}

compiled_for!(
    "avx2", draw_avx2, columns_avx2, hash3_avx2, lanes: 40, width: 8, ranked: 8, decided: 32
);
compiled_for!(
    "avx512f,avx512bw,avx512dq,avx512vl", draw_avx512, columns_avx512, hash3_avx512,
    lanes: 128, width: 16, ranked: 32, decided: 128
);
