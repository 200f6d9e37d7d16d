//! Descents: from a bucket down to an item of the type that is looked for, for many lanes at once.

use super::block::Ground;
use crate::arch::{self, lanes::Draws};
use crate::flat::DEVICE;
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
    /// Sets `len` descents: each with its place among the outcomes, its input, the replica number
    /// and the slot of the bucket it starts from, which must not be empty.
    #[inline]
    pub(super) fn begin(&mut self, len: usize, descents: impl Iterator<Item = [u32; 4]>) {
        self.places.resize(len, 0);
        self.draws.resize(len);
        let Draws { x, r, slots, .. } = &mut self.draws;
        let lists = self.places.iter_mut().zip(x).zip(r).zip(slots);
        for ((((place, x), r), slot), descent) in lists.zip(descents) {
            [*place, *x, *r, *slot] = descent;
        }
    }

    /// Takes all descents down until each has ended, and notes at its place in
    /// `outcomes` the item it ended at, [`REFUSED`] or [`HOPELESS`].
    pub(super) fn run(&mut self, ground: &Ground<'_>, type_id: i32, outcomes: &mut [i32]) {
        let Descent { places, draws } = self;
        let mut len = places.len();
        while len > 0 {
            draws.resize(len);
            arch::draw(ground.kernel, ground.flat, draws);
            let mut further = 0;
            for index in 0..len {
                let entry = &ground.flat.entries[draws.winners[index] as usize];
                let place = places[index];
                outcomes[place as usize] = if entry.kind == type_id {
                    entry.item
                } else if entry.kind <= DEVICE {
                    HOPELESS
                } else {
                    // An item of a bucket's type is a bucket.
                    let slot = !entry.item as u32;
                    if ground.flat.row(slot).len > 0 {
                        places[further] = place;
                        draws.replace(further, index, slot);
                        further += 1;
                    }
                    REFUSED
                };
            }
            len = further;
        }
    }
}
