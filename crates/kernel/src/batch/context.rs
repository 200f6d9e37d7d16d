//! What the blocks of a batch share.

use super::program::Stage;
use crate::arch::Kernel;
use crate::flat::FlatMap;

/// Everything that the blocks of a batch have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) flat: &'a FlatMap,
    pub(super) kernel: Kernel,
    pub(super) reweights: &'a [u32],
    pub(super) stages: &'a [Stage],
    /// Positions of a result.
    pub(super) width: usize,
}
