//! `choose indep`: every position has an item of its own; what cannot be filled stays a hole.
//!
//! All open positions are tried in rounds. A refused item leaves its position open for the next
//! round, so that other positions keep what they have when one item fails.

use std::ops::Range;

use super::{Chooser, Drawn};
use crate::bucket::{Bucket, Contents};
use crate::item::{NONE, UNDEFINED};
use crate::trace::{EmptyReason, Event, Observer, Refusal, RetryFrom};

/// What a `choose indep` looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indep {
    /// The step's count: how far r moves on from round to round, also for fewer positions.
    pub(crate) count: i32,
    pub(crate) type_id: i32,
    /// Rounds over the open positions.
    pub(crate) rounds: u32,
    /// Rounds for the leaf below each item (`chooseleaf`); `None` for plain `choose`.
    pub(crate) leaf_rounds: Option<u32>,
    /// Added to the position.
    pub(crate) parent_r: i32,
    /// Whether this is the search for a device below an item that was chosen.
    pub(crate) is_leaf: bool,
}

/// What came of one try for one position.
enum Attempt {
    Placed(i32),
    Refused(i32, Refusal),
    /// Never again: an item was drawn that cannot be used whatever the round.
    Hopeless(i32),
}

impl<'a, O: Observer> Chooser<'a, '_, O> {
    /// Fills the given positions of `items` (and of `leaves`, where leaves are looked for) with
    /// items or [`NONE`].
    pub(crate) fn indep(
        &mut self,
        from: &'a Bucket,
        search: Indep,
        positions: Range<usize>,
        items: &mut [i32],
        mut leaves: Option<&mut [i32]>,
    ) {
        items[positions.clone()].fill(UNDEFINED);
        if let Some(leaves) = &mut leaves {
            leaves[positions.clone()].fill(UNDEFINED);
        }
        let mut open = positions.len();
        let mut round = 0;
        while open > 0 && round < search.rounds && !self.spending.is_over() {
            for position in positions.clone() {
                if items[position] != UNDEFINED {
                    continue;
                }
                let place = Place { position, round, positions: positions.clone() };
                match self.indep_attempt(from, &search, &place, items, leaves.as_deref_mut()) {
                    Attempt::Placed(item) => {
                        items[position] = item;
                        self.tell(Event::Placed { position, item });
                        open -= 1;
                    }
                    Attempt::Hopeless(item) => {
                        items[position] = NONE;
                        if let Some(leaves) = &mut leaves {
                            leaves[position] = NONE;
                        }
                        self.tell(Event::Refused { item, reason: Refusal::WrongItem });
                        let reason = EmptyReason::WrongItem;
                        self.tell(Event::Empty { position, reason });
                        open -= 1;
                    }
                    Attempt::Refused(item, reason) => {
                        self.spending.may_go_on(1, from.items.len());
                        self.tell(Event::Refused { item, reason });
                        self.tell(Event::Retry { from: RetryFrom::NextRound });
                    }
                }
            }
            round += 1;
        }
        for position in positions.clone() {
            if items[position] == UNDEFINED {
                items[position] = NONE;
                let reason = EmptyReason::TriesExhausted;
                self.tell(Event::Empty { position, reason });
            }
        }
        if let Some(leaves) = leaves {
            // A position may have a leaf without an item: the device was drawn as the item itself
            // and was out. Ceph lets that leaf stand, so it stands here.
            for leaf in leaves[positions].iter_mut().filter(|leaf| **leaf == UNDEFINED) {
                *leaf = NONE;
            }
        }
        self.tell(Event::Tried { tries: round });
    }

    fn indep_attempt(
        &mut self,
        from: &'a Bucket,
        search: &Indep,
        place: &Place,
        items: &[i32],
        leaves: Option<&mut [i32]>,
    ) -> Attempt {
        let mut bucket = from;
        loop {
            let r = place.r(bucket, search);
            if O::ENABLED {
                self.tell(Event::Enter {
                    bucket: bucket.id,
                    position: place.position,
                    r: r as u32,
                    tries: place.round,
                    leaf: search.is_leaf,
                });
            }
            if bucket.items.is_empty() {
                return Attempt::Refused(bucket.id, Refusal::EmptyBucket);
            }
            let item = self.draw(bucket, r as u32, place.positions.start);
            match self.classify(item, search.type_id) {
                Drawn::Useless(item) => return Attempt::Hopeless(item),
                Drawn::Inside(inner) => bucket = inner,
                Drawn::Found(item) => {
                    if items[place.positions.clone()].contains(&item) {
                        return Attempt::Refused(item, Refusal::Collision);
                    }
                    return match self.indep_refusal(item, search, place.position, r, leaves) {
                        None => Attempt::Placed(item),
                        Some(reason) => Attempt::Refused(item, reason),
                    };
                }
            }
        }
    }

    /// Why an item of the right type cannot be used, if it cannot. Finds its leaf on the way.
    fn indep_refusal(
        &mut self,
        item: i32,
        search: &Indep,
        position: usize,
        r: i32,
        leaves: Option<&mut [i32]>,
    ) -> Option<Refusal> {
        if let (Some(rounds), Some(leaves)) = (search.leaf_rounds, leaves) {
            match self.map.bucket(item) {
                None => leaves[position] = item,
                Some(below) => {
                    let leaf = Indep {
                        type_id: 0,
                        rounds,
                        leaf_rounds: None,
                        parent_r: r,
                        is_leaf: true,
                        ..*search
                    };
                    self.indep(below, leaf, position..position + 1, leaves, None);
                    if leaves[position] == NONE {
                        return Some(Refusal::NoLeaf);
                    }
                }
            }
        }
        (search.type_id == 0 && self.is_out(item)).then_some(Refusal::Out)
    }
}

/// A position in a round.
struct Place {
    position: usize,
    round: u32,
    /// All positions of this choose.
    positions: Range<usize>,
}

impl Place {
    /// The replica number to hash in this bucket. In a uniform bucket whose size is a multiple of
    /// the count it moves on by one more in each round; else a position would meet the same few
    /// items of the permutation again and again.
    fn r(&self, bucket: &Bucket, search: &Indep) -> i32 {
        let uniform = matches!(bucket.contents, Contents::Uniform { .. });
        let multiple = uniform && (bucket.items.len() as u32).is_multiple_of(search.count as u32);
        let stride = if multiple { search.count.wrapping_add(1) } else { search.count };
        (self.position as i32)
            .wrapping_add(search.parent_r)
            .wrapping_add(stride.wrapping_mul(self.round as i32))
    }
}
