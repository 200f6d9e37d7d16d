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
    /// Makes room for as many descents as there may be, and forgets those there were.
    pub(super) fn reset(&mut self, most: usize) {
        self.places.resize(most, 0);
        self.draws.resize(most);
    }

    /// Sets a descent from the bucket in slot `start`, which must not be empty.
    #[inline]
    pub(super) fn set(&mut self, index: usize, place: u32, x: u32, r: u32, start: u32) {
        self.places[index] = place;
        self.draws.set(index, x, r, start);
    }

    /// Takes the first `len` descents down until each has ended, and notes at its place in
    /// `outcomes` the item it ended at, [`REFUSED`] or [`HOPELESS`].
    pub(super) fn run(
        &mut self,
        ground: &Ground<'_>,
        type_id: i32,
        mut len: usize,
        outcomes: &mut [i32],
    ) {
        let Descent { places, draws } = self;
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
