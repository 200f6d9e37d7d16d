//! What lanes keep of the items they have seen: the best ones so far.
//!
//! A vector of lanes, or two, go through a whole block of items at a time, so that what they keep
//! stays in registers.

use std::ops::Range;

use super::log::distance_floor;
use crate::flat::BLOCK;

/// Where the lanes stand side by side, a block of items at a time. Vectors of any width begin on
/// lines of the cache: those that lie across two are read and written in two goes.
#[repr(align(64))]
pub(super) struct Columns<const L: usize> {
    pub(super) ids: [[u32; L]; BLOCK],
    pub(super) inverse_weights: [[f32; L]; BLOCK],
    pub(super) hashes: [[u32; L]; BLOCK],
}

impl<const L: usize> Columns<L> {
    #[inline(always)]
    pub(super) fn new() -> Columns<L> {
        Columns {
            ids: [[0; L]; BLOCK],
            inverse_weights: [[0.0; L]; BLOCK],
            hashes: [[0; L]; BLOCK],
        }
    }
}

/// The three largest keys of each lane so far. A key is a hash above the complement of the item's
/// position in its row, so that of equal hashes the earlier is the larger key.
pub(super) struct Hashes<const L: usize> {
    pub(super) best: [u32; L],
    pub(super) second: [u32; L],
    pub(super) third: [u32; L],
}

impl<const L: usize> Hashes<L> {
    #[inline(always)]
    pub(super) fn new() -> Hashes<L> {
        Hashes { best: [0; L], second: [0; L], third: [0; L] }
    }

    /// Takes in each lane's hashes of the items at `positions`, in lanes whose rows are that long.
    #[inline(always)]
    pub(super) fn take<const R: usize>(
        &mut self,
        columns: &Columns<L>,
        positions: Range<u32>,
        lens: &[u32; L],
    ) {
        for first in (0..L).step_by(R) {
            let mut best: [u32; R] = some(&self.best, first);
            let mut second: [u32; R] = some(&self.second, first);
            let mut third: [u32; R] = some(&self.third, first);
            let lens: [u32; R] = some(lens, first);
            for (position, hashes) in positions.clone().zip(&columns.hashes) {
                let hashes: [u32; R] = some(hashes, first);
                for lane in 0..R {
                    let key = hashes[lane] << 16 | !position & 0xffff;
                    let key = if position < lens[lane] { key } else { 0 };
                    third[lane] = third[lane].max(second[lane].min(key));
                    second[lane] = second[lane].max(best[lane].min(key));
                    best[lane] = best[lane].max(key);
                }
            }
            self.best[first..first + R].copy_from_slice(&best);
            self.second[first..first + R].copy_from_slice(&second);
            self.third[first..first + R].copy_from_slice(&third);
        }
    }
}

/// The two smallest straws of each lane so far, and where the smallest was.
///
/// Straws are positive, so their bits compare as they do. Whole numbers it is for a reason: of
/// selections between floating-point numbers the compiler makes stores under a mask, which take
/// dozens of cycles in AVX2 on some processors, and branches in SSE2.
pub(super) struct Straws<const L: usize> {
    pub(super) best: [i32; L],
    pub(super) second: [i32; L],
    pub(super) position: [i32; L],
}

impl<const L: usize> Straws<L> {
    #[inline(always)]
    pub(super) fn new() -> Straws<L> {
        Straws { best: [i32::MAX; L], second: [i32::MAX; L], position: [0; L] }
    }

    /// Takes in each lane's hashes of the items at `positions`.
    #[inline(always)]
    pub(super) fn take<const R: usize>(&mut self, columns: &Columns<L>, positions: Range<u32>) {
        for first in (0..L).step_by(R) {
            let mut best: [i32; R] = some(&self.best, first);
            let mut second: [i32; R] = some(&self.second, first);
            let mut winner: [i32; R] = some(&self.position, first);
            let items = columns.hashes.iter().zip(&columns.inverse_weights);
            for (position, (hashes, inverse_weights)) in positions.clone().zip(items) {
                let hashes: [u32; R] = some(hashes, first);
                let inverse_weights: [f32; R] = some(inverse_weights, first);
                for lane in 0..R {
                    let straw = distance_floor(hashes[lane]) * inverse_weights[lane];
                    let straw = straw.to_bits() as i32;
                    // Positions rise, so the last one that won is the largest.
                    let won = position as i32 & (straw.wrapping_sub(best[lane]) >> 31);
                    winner[lane] = winner[lane].max(won);
                    second[lane] = second[lane].min(straw.max(best[lane]));
                    best[lane] = best[lane].min(straw);
                }
            }
            self.best[first..first + R].copy_from_slice(&best);
            self.second[first..first + R].copy_from_slice(&second);
            self.position[first..first + R].copy_from_slice(&winner);
        }
    }
}

/// Some of the lanes.
#[inline(always)]
fn some<const L: usize, const R: usize, T: Copy + Default>(lanes: &[T; L], first: usize) -> [T; R] {
    let mut some = [T::default(); R];
    some.copy_from_slice(&lanes[first..first + R]);
    some
}
