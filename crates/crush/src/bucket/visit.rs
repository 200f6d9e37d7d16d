//! Single draws, for those who know which bucket was visited with what.

use super::choose::Replacement;
use super::straw2::draw;
use super::{Bucket, Contents, Draw};
use crate::choose_args::ChooseArg;
use crate::ln::DISTANCE;
use crate::workspace::Workspace;

/// A draw from a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The input.
    pub x: u32,
    /// The replica number.
    pub r: u32,
}

/// What a straw2 bucket draws with: the bucket's own ids and weights, or what a choose_args set
/// puts in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Straws<'a> {
    bucket: &'a Bucket,
    ids: &'a [i32],
    weights: &'a [u32],
}

impl<'a> Straws<'a> {
    /// Id that is hashed for the item at `index`, and the weight (16.16) that it draws with; `None`
    /// past the last item.
    pub fn straw(&self, index: usize) -> Option<(i32, u32)> {
        Some((*self.ids.get(index)?, *self.weights.get(index)?))
    }

    /// The bucket.
    pub fn bucket(&self) -> &'a Bucket {
        self.bucket
    }

    /// How far a straw falls short of the longest, before it is divided by its weight (16.16): the
    /// item's draw is this over the weight, cut off and negative, for weights below 32768.0.
    #[inline]
    pub fn distance(hash: u16) -> u64 {
        DISTANCE[usize::from(hash)]
    }

    /// The draw of the item at `index`. The largest wins, the earliest of equal ones. Items of
    /// weight 0, and those past the end, draw the least there is.
    #[inline]
    pub fn draw(&self, index: usize, visit: Visit) -> i64 {
        match self.straw(index) {
            None | Some((_, 0)) => i64::MIN,
            Some((id, weight)) => {
                let hash = self.bucket.hash3(visit.x, id as u32, visit.r) as u16;
                draw(DISTANCE[usize::from(hash)], weight)
            }
        }
    }
}

impl Bucket {
    /// What the bucket draws with at a position of the result; `None` unless it is of straw2.
    pub fn straws<'a>(&'a self, arg: Option<&'a ChooseArg>, position: usize) -> Option<Straws<'a>> {
        let Contents::Straw2 { weights } = &self.contents else { return None };
        let (ids, weights) = Replacement { arg, position }.resolve(&self.items, weights);
        Some(Straws { bucket: self, ids, weights })
    }

    /// The item that wins a visit by the bucket's algorithm; `None` if the bucket is empty.
    pub fn winner(
        &self,
        visit: Visit,
        arg: Option<&ChooseArg>,
        position: usize,
        workspace: &mut Workspace,
    ) -> Option<i32> {
        if self.items.is_empty() {
            return None;
        }
        let Visit { x, r } = visit;
        workspace.permutations.reset();
        let replacement = Replacement { arg, position };
        let draw = Draw { x, r };
        let position = self.choose(draw, replacement, &DISTANCE, &mut workspace.permutations);
        Some(self.chosen(position))
    }
}
