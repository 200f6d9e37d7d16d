//! Descents: from a bucket down to an item of the type that is looked for, for many lanes at once.

use super::block::Ground;
use super::reach::is_of_type;
use crate::arch::{self, lanes::Draws};
use crate::flat::Child;
use crate::{NONE, UNDEFINED};

/// Outcome of a descent that ended in an empty bucket, and of a try that was refused later: the
/// next try may do better.
pub(super) const REFUSED: i32 = UNDEFINED;
/// Outcome of a descent that ended at an item that can never be used: the search gives up.
pub(super) const HOPELESS: i32 = NONE;

/// Descents under way.
#[derive(Debug, Default)]
pub(super) struct Descent {
    /// Where the outcome of each is wanted.
    places: Vec<u32>,
    draws: Draws,
}

impl Descent {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.draws.clear();
    }

    /// Adds one from the bucket in slot `start`, which must not be empty.
    #[inline]
    pub(super) fn push(&mut self, place: u32, x: u32, r: u32, start: u32) {
        self.places.push(place);
        self.draws.push(x, r, start);
    }

    /// Goes down until every descent has ended, and notes at its place in `outcomes` the item it
    /// ended at, [`REFUSED`] or [`HOPELESS`].
    pub(super) fn run(&mut self, ground: &Ground<'_>, type_id: i32, outcomes: &mut [i32]) {
        while !self.places.is_empty() {
            arch::draw(ground.kernel, ground.flat, &mut self.draws);
            let mut further = 0;
            for index in 0..self.places.len() {
                let entry = &ground.flat.entries[self.draws.winners[index] as usize];
                let place = self.places[index];
                let outcome = &mut outcomes[place as usize];
                *outcome = match entry.child {
                    Child::Device if type_id == 0 => entry.item,
                    Child::Device | Child::Useless => HOPELESS,
                    Child::Bucket(slot) => {
                        let row = ground.flat.row(slot);
                        if is_of_type(row, type_id) {
                            entry.item
                        } else {
                            if row.len > 0 {
                                self.places[further] = place;
                                self.draws.replace(further, index, slot);
                                further += 1;
                            }
                            REFUSED
                        }
                    }
                };
            }
            self.places.truncate(further);
            self.draws.truncate(further);
        }
    }
}
