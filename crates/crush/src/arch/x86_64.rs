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

/// Makes all draws with vectors of 8 lanes.
#[target_feature(enable = "avx2")]
pub(super) fn draw_avx2(flat: &FlatMap, draws: &mut Draws) {
    draw_all::<40, 8, 32>(
        flat,
        draws,
        (
            |xr, items, hashes| columns_avx2(xr, items, hashes),
            |xr, items, hashes| columns_avx2(xr, items, hashes),
            |xr, items, hashes| columns_avx2(xr, items, hashes),
        ),
    );
}

/// The hashes of that.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn columns_avx2<const L: usize>(xr: [&[u32; L]; 2], items: &[[u32; L]], hashes: &mut [[u32; L]]) {
    hash3_columns(xr, items, hashes);
}

/// Makes all draws with vectors of 16 lanes.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) fn draw_avx512(flat: &FlatMap, draws: &mut Draws) {
    draw_all::<128, 16, 128>(
        flat,
        draws,
        (
            |xr, items, hashes| columns_avx512(xr, items, hashes),
            |xr, items, hashes| columns_avx512(xr, items, hashes),
            |xr, items, hashes| columns_avx512(xr, items, hashes),
        ),
    );
}

/// The hashes of that.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn columns_avx512<const L: usize>(xr: [&[u32; L]; 2], items: &[[u32; L]], hashes: &mut [[u32; L]]) {
    hash3_columns(xr, items, hashes);
}

/// Hashes with vectors of 8 lanes.
#[target_feature(enable = "avx2")]
pub(super) fn hash3_avx2(words: [&[u32]; 3], hashes: &mut [u32]) {
    hash3_each::<40>(words, hashes);
}

/// Hashes with vectors of 16 lanes.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) fn hash3_avx512(words: [&[u32]; 3], hashes: &mut [u32]) {
    hash3_each::<128>(words, hashes);
}
