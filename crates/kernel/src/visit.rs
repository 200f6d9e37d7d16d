//! Draws of many visits at once, for those who know which bucket was visited.

use crushlab_crush::Straws;

use crate::arch::{Kernel, hash3_each};

/// Hashing straws of many visits side by side.
pub trait HashVisits {
    /// Hashes of several items (by their ids, see [`Straws::straw`]), each for a visit of its own
    /// with input `x` and replica number `r`: the 16 bits that straws are drawn with.
    fn hashes(&self, x: &[u32], ids: &[u32], r: &[u32], hashes: &mut [u32]);
}

impl HashVisits for Straws<'_> {
    fn hashes(&self, x: &[u32], ids: &[u32], r: &[u32], hashes: &mut [u32]) {
        if self.bucket().hash != 0 {
            hashes.fill(0);
            return;
        }
        hash3_each(Kernel::default(), [x, ids, r], hashes);
        hashes.iter_mut().for_each(|hash| *hash &= 0xffff);
    }
}
