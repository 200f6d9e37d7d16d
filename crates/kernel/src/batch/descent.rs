//! Descents: from a bucket down to an item of the type that is looked for, for many lanes at once.

use crushlab_crush::{NONE, UNDEFINED};

use super::context::Context;
use crate::arch;
use crate::arch::lanes::{Draws, MOST_DRAWS};
use crate::flat::{DEVICE, FlatMap};

/// Outcome of a descent that ended in an empty bucket, and of a try that was refused later: the
/// next try may do better.
pub(super) const REFUSED: i32 = UNDEFINED;
/// Outcome of a descent that ended at an item that can never be used: the search gives up.
pub(super) const HOPELESS: i32 = NONE;

/// Descents under way.
#[derive(Debug)]
pub(super) struct Descent {
    /// By descent: the search that it is for.
    searches: [u32; MOST_DRAWS],
    draws: Draws,
}

impl Default for Descent {
    fn default() -> Descent {
        Descent { searches: [0; MOST_DRAWS], draws: Draws::default() }
    }
}

impl Descent {
    /// Sets one: the search that it is for, and its first draw.
    #[inline]
    pub(super) fn set(&mut self, index: usize, search: u32, draw: [u32; 3]) {
        self.searches[index] = search;
        self.draws.set(index, draw);
    }

    /// Takes the first `len` down until each has ended, and tells `ended` the search it is for and
    /// the item it ended at, [`REFUSED`] or [`HOPELESS`].
    #[inline]
    pub(super) fn run(
        &mut self,
        context: &Context<'_>,
        type_id: i32,
        mut len: usize,
        mut ended: impl FnMut(usize, i32),
    ) {
        while len > 0 {
            arch::draw(context.kernel, context.flat, &mut self.draws, len);
            let mut further = 0;
            for index in 0..len.min(MOST_DRAWS) {
                let search = self.searches[index];
                match drawn(context.flat, self.draws.winners[index], type_id) {
                    Drawn::Ended(item) => ended(search as usize, item),
                    Drawn::Further(slot) => {
                        let [x, r, _] = self.draws.get(index);
                        self.set(further, search, [x, r, slot]);
                        further += 1;
                    }
                }
            }
            len = further;
        }
    }
}

/// Makes the first `len` of some draws, each for the search of that index, and takes them down as
/// [`Descent::run`] does.
#[inline]
pub(super) fn descend(
    context: &Context<'_>,
    type_id: i32,
    draws: &mut Draws,
    len: usize,
    descent: &mut Descent,
    mut ended: impl FnMut(usize, i32),
) {
    arch::draw(context.kernel, context.flat, draws, len);
    let mut further = 0;
    for index in 0..len.min(MOST_DRAWS) {
        match drawn(context.flat, draws.winners[index], type_id) {
            Drawn::Ended(item) => ended(index, item),
            Drawn::Further(slot) => {
                let [x, r, _] = draws.get(index);
                descent.set(further, index as u32, [x, r, slot]);
                further += 1;
            }
        }
    }
    descent.run(context, type_id, further, ended);
}

/// What a draw came to.
enum Drawn {
    /// The descent has ended at this.
    Ended(i32),
    /// It goes on from the bucket at this slot.
    Further(u32),
}

#[inline(always)]
fn drawn(flat: &FlatMap, winner: u32, type_id: i32) -> Drawn {
    let entry = &flat.entries[winner as usize];
    if entry.kind == type_id {
        Drawn::Ended(entry.item)
    } else if entry.kind <= DEVICE {
        Drawn::Ended(HOPELESS)
    } else {
        // An item of a bucket's type is a bucket.
        let slot = !entry.item as u32;
        if flat.row(slot).len > 0 { Drawn::Further(slot) } else { Drawn::Ended(REFUSED) }
    }
}
