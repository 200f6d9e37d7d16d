//! The choice of an item, by the bucket's algorithm.

use super::permutations::Permutations;
use super::{Bucket, Contents, Draw, list, straw, straw2, tree, uniform};
use crate::choose_args::ChooseArg;

/// What choose_args put in place of a straw2 bucket's ids and weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replacement<'a> {
    pub(crate) arg: Option<&'a ChooseArg>,
    /// Position of the result that decides which weight set counts.
    pub(crate) position: usize,
}

impl<'a> Replacement<'a> {
    /// Ids to hash and weights to draw with, the bucket's own unless replaced.
    #[inline]
    pub(super) fn resolve(self, items: &'a [i32], weights: &'a [u32]) -> (&'a [i32], &'a [u32]) {
        let Some(arg) = self.arg else { return (items, weights) };
        let sets = &arg.weight_sets;
        let set = sets.get(self.position).or(sets.last());
        (arg.ids.as_deref().unwrap_or(items), set.map_or(weights, |set| set))
    }
}

impl Bucket {
    /// The item at a position that [`choose`](Bucket::choose) gave.
    pub(crate) fn chosen(&self, position: usize) -> i32 {
        // What a tree's draw finds behind the last item.
        self.items.get(position).copied().unwrap_or(0)
    }

    /// Position of the item that input `x` and replica `r` choose; in trees it may lie behind the
    /// last one. The bucket must not be empty. Straw2 buckets alone heed the replacement.
    #[inline]
    pub(crate) fn choose(
        &self,
        draw: Draw,
        replacement: Replacement<'_>,
        distances: &[u64; 65536],
        permutations: &mut Permutations,
    ) -> usize {
        let Draw { x, r } = draw;
        match &self.contents {
            Contents::Uniform { .. } => uniform::choose(self, permutations, x, r),
            Contents::List { weights, sums } => list::choose(self, weights, sums, x, r),
            Contents::Tree { node_weights } => tree::choose(self, node_weights, x, r),
            Contents::Straw { straws, .. } => straw::choose(self, straws, x, r),
            Contents::Straw2 { weights } => {
                let (ids, weights) = replacement.resolve(&self.items, weights);
                straw2::choose(self, ids, weights, distances, x, r)
            }
        }
    }

    /// Position of the item in the bucket's permutation at `r`, whatever its algorithm.
    pub(crate) fn choose_by_permutation(
        &self,
        draw: Draw,
        permutations: &mut Permutations,
    ) -> usize {
        uniform::choose(self, permutations, draw.x, draw.r)
    }
}
