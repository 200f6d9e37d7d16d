//! What an observer of a mapping is told, in the order in which it happens.
//!
//! A mapping is generic over its [`Observer`], so with [`NoObserver`] every call below is compiled
//! away.

use crate::map::Step;

/// Follows a mapping.
pub trait Observer {
    /// Whether anything is listened to. Draws are worked out for an observer only if this is true.
    const ENABLED: bool = true;

    /// One thing that happened.
    fn observe(&mut self, event: Event);
}

/// Follows nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    const ENABLED: bool = false;

    fn observe(&mut self, _event: Event) {}
}

/// One thing that happened while a rule ran.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A step of the rule begins.
    Step {
        /// Its position in the rule.
        index: usize,
        /// The step.
        step: Step,
    },
    /// A step starts choosing from an item of the working set.
    From {
        /// The bucket.
        bucket: i32,
    },
    /// The search for a position enters a bucket.
    Enter {
        /// The bucket.
        bucket: i32,
        /// The position of the result that is being filled, counted within the present step.
        position: usize,
        /// The replica number that is hashed.
        r: u32,
        /// Tries made before this one for the position (firstn) or the rounds before it (indep).
        tries: u32,
        /// Whether it looks for the device below an item that was already chosen.
        leaf: bool,
    },
    /// An item of the bucket drew.
    Draw {
        /// The item.
        item: i32,
        /// Its weight (16.16), replaced by a weight set where there is one.
        weight: u32,
        /// What was hashed for it, cut to the bits that the algorithm uses.
        hash: u32,
        /// What the hash and the weight came to; its meaning depends on the algorithm.
        length: DrawLength,
    },
    /// The bucket's draw was won.
    Chose {
        /// The bucket.
        bucket: i32,
        /// The winner.
        item: i32,
    },
    /// The winner cannot be used.
    Refused {
        /// The item.
        item: i32,
        /// Why not.
        reason: Refusal,
    },
    /// What is done after a refusal.
    Retry {
        /// Where the next try starts.
        from: RetryFrom,
    },
    /// A position was filled.
    Placed {
        /// The position within the present step.
        position: usize,
        /// The item.
        item: i32,
    },
    /// A position stays empty.
    Empty {
        /// The position within the present step.
        position: usize,
        /// Why.
        reason: EmptyReason,
    },
    /// A search ended: for firstn, with an item after this many failed tries; for indep, all its
    /// positions after this many rounds. `crushtool --show-choose-tries` counts these.
    Tried {
        /// Failed tries (firstn) or rounds (indep).
        tries: u32,
    },
    /// An item was appended to the result.
    Emitted {
        /// The item.
        item: i32,
    },
}

/// What a draw came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DrawLength {
    /// straw2: the draw, negative; the one closest to zero wins. Items of weight 0 have `None`.
    Straw2(Option<i64>),
    /// straw: the scaled hash; the largest wins.
    Straw(u64),
    /// list: the point drawn; the item wins if it is below its weight, and ends the walk.
    List(u64),
    /// tree: the point drawn at a node and the weight to its left; below it the walk goes left.
    Tree {
        /// The node.
        node: u32,
        /// The point drawn.
        point: u64,
        /// Weight (16.16) of the node to the left.
        left_weight: u32,
    },
    /// uniform and the fallback permutation: the item's place in the permutation.
    Permutation {
        /// Counted from 0.
        rank: u32,
    },
}

/// Why a chosen item was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It already has a position.
    Collision,
    /// The reweight test: its reweight is 0, or the hash fell above it.
    Out,
    /// No device below it could be used.
    NoLeaf,
    /// The bucket that was entered is empty.
    EmptyBucket,
    /// It is a device of another type than the one looked for, or its id is not below
    /// `max_devices`.
    WrongItem,
}

/// Where a new try starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryFrom {
    /// In the bucket that was just drawn from.
    SameBucket,
    /// At the item that the step started from.
    Top,
    /// In the next round over all open positions (indep), or the next pass (MSR).
    NextRound,
}

/// Why a position has no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyReason {
    /// All tries were used up.
    TriesExhausted,
    /// An item was drawn that can never be used here, and the search gave up at once.
    WrongItem,
}
