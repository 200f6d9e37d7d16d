//! firstn and indep searches of many lanes at once.
//!
//! ```text
//! while a lane has something left to try:
//!     each such lane: r of its next try
//!     descend: draw in all lanes' buckets at once; lanes that drew a bucket of another type
//!         draw again in that one
//!     refuse what collides; find the devices below what is left, in the same way;
//!     refuse devices by the reweight test; place what is left
//!     each lane: move on to its next try
//! ```
//!
//! It differs from the plain searches (`choose/firstn.rs`, `choose/indep.rs`) in this:
//!
//! 1. Lanes do not wait for each other. A lane whose first try for its second replica failed makes
//!    its second try while others look for their third replica; r is just another operand.
//! 2. Lanes that are done leave the list, so that vectors stay full until only a few are left.
//! 3. A search ends when nothing more can be found (`reach.rs`), not only when tries run out.
//!    So do searches for a device below a bucket that has none.
//! 4. There are no retries in the same bucket and no permutations: what asks for them takes the
//!    plain mapper.

use std::ops::Range;

use super::block::Ground;
use super::descent::{Descent, HOPELESS, REFUSED};
use super::program::Choose;
use super::reach::Reach;
use super::record::Recorder;
use crate::flat::DEVICE;
use crate::hash::hash2;
use crate::{NONE, UNDEFINED};

/// Where a lane's search stands.
#[derive(Clone, Copy, Debug)]
struct Search {
    lane: u32,
    /// The lane's input.
    x: u32,
    /// Slot of the bucket that it starts from.
    start: u32,
    /// Where its places begin among the places of all lanes.
    first: u32,
    /// Places it may fill.
    room: u32,
    /// Items that it can find at all.
    placeable: u32,
    /// Replica number (firstn) or place (indep) that is being looked for.
    position: u32,
    /// Failed tries for this replica number (firstn), or rounds (indep).
    tries: u32,
    /// What is hashed in the present try.
    r: u32,
    /// Places that hold an item: the first ones in firstn.
    placed: u32,
    /// Places of indep that were given up.
    given_up: u32,
}

impl Search {
    /// The first `count` of its places among those of all lanes.
    #[inline]
    fn places(&self, count: u32) -> Range<usize> {
        self.first as usize..(self.first + count) as usize
    }

    /// The place that the present try is for.
    #[inline]
    fn target(&self, choose: &Choose) -> usize {
        (self.first + if choose.indep { self.position } else { self.placed }) as usize
    }

    /// Whether there is anything left to try that could succeed.
    #[inline]
    fn goes_on(&self, choose: &Choose) -> bool {
        let open = if choose.indep {
            (self.placed + self.given_up < self.room) & (self.tries < choose.tries)
        } else {
            (self.placed < self.room) & (self.position < choose.count)
        };
        open & (self.placed < self.placeable)
    }

    /// Sets what is hashed in the present try.
    #[inline]
    fn begin_try(&mut self, choose: &Choose) {
        let stride = if choose.indep { choose.count } else { 1 };
        self.r = self.position.wrapping_add(stride.wrapping_mul(self.tries));
    }

    /// Goes on to the next open place of an indep search, in the next round if there is none
    /// behind this one.
    #[inline]
    fn next_place(&mut self, items: &[i32]) {
        let places = &items[self.places(self.room)];
        let is_open = |item: &i32| *item == UNDEFINED;
        let behind = self.position as usize + 1;
        if let Some(skipped) = places[behind..].iter().position(is_open) {
            self.position = (behind + skipped) as u32;
        } else {
            self.position = places.iter().position(is_open).unwrap_or(0) as u32;
            self.tries += 1;
        }
    }
}

/// The searches of one step that have something left to try, and the scratch memory for them.
#[derive(Debug, Default)]
pub(super) struct Searches {
    searches: Vec<Search>,
    /// By search: what its try came to.
    outcomes: Vec<i32>,
    /// Searches that need a device, and by search what the try for it came to.
    pending: Vec<u32>,
    devices: Vec<i32>,
    descent: Descent,
}

impl Searches {
    /// Adds a search of a lane, from bucket `start`, with `room` places from `first` on. A lane
    /// has one search at most.
    pub(super) fn add(&mut self, lane: usize, start: u32, first: usize, room: u32) {
        self.searches.push(Search {
            lane: lane as u32,
            x: 0,
            start,
            first: first as u32,
            room,
            placeable: 0,
            position: 0,
            tries: 0,
            r: 0,
            placed: 0,
            given_up: 0,
        });
    }

    /// Searches until no lane has anything left to try, and takes all searches away.
    pub(super) fn run<R: Recorder>(&mut self, tries: &mut Tries<'_, R>) {
        self.prepare(tries);
        while !self.searches.is_empty() {
            self.outcomes.resize(self.searches.len(), REFUSED);
            self.descend(tries);
            let pending = self.refuse_collisions(tries);
            self.find_devices(tries, pending);
            self.place(tries);
        }
    }

    /// Gives searches their inputs and bounds, and ends those that cannot find anything.
    fn prepare<R>(&mut self, tries: &mut Tries<'_, R>) {
        let choose = tries.choose;
        let most = self.searches.len();
        self.pending.resize(most, 0);
        self.devices.resize(most, REFUSED);
        self.searches.retain_mut(|search| {
            search.x = tries.inputs[search.lane as usize];
            if choose.indep {
                search.room = search.room.min(choose.count);
                tries.items[search.places(search.room)].fill(UNDEFINED);
                tries.leaves[search.places(search.room)].fill(UNDEFINED);
            }
            if tries.ground.flat.row(search.start).len > 0 {
                search.placeable = tries.reach.placeable[search.start as usize];
            }
            search.begin_try(choose);
            let goes_on = search.goes_on(choose);
            if !goes_on {
                tries.end(search);
            }
            goes_on
        });
    }

    /// One draw from the top for each search, down to an item of the type that is looked for.
    fn descend<R>(&mut self, tries: &Tries<'_, R>) {
        let Searches { searches, outcomes, descent, .. } = self;
        let begun = (0..).zip(&*searches);
        let begun = begun.map(|(place, search)| [place, search.x, search.r, search.start]);
        descent.begin(searches.len(), begun);
        descent.run(tries.ground, tries.choose.type_id, outcomes);
    }

    /// Refuses items that hold a place already, and lists those that need a device: returns how
    /// many these are.
    fn refuse_collisions<R>(&mut self, tries: &mut Tries<'_, R>) -> usize {
        let Searches { searches, outcomes, pending, .. } = self;
        let choose = tries.choose;
        let mut needy = 0;
        // Without branches on what nobody can foresee: whether an item collides.
        for (place, (search, outcome)) in searches.iter().zip(outcomes).enumerate() {
            let item = *outcome;
            let held = if choose.indep { search.room } else { search.placed };
            let mut usable = is_item(item) & !holds(&tries.items[search.places(held)], item);
            if choose.leaf && item < 0 {
                usable &= tries.reach.has_device[!item as usize];
                pending[needy] = place as u32;
                needy += usize::from(usable);
            } else if choose.leaf && usable {
                tries.leaves[search.target(choose)] = item;
            }
            *outcome = if usable | (item == HOPELESS) { item } else { REFUSED };
        }
        needy
    }

    /// Looks for a device below each of the items that need one; refuses those it finds none for.
    fn find_devices<R: Recorder>(&mut self, tries: &mut Tries<'_, R>, mut needy: usize) {
        let Searches { searches, outcomes, pending, devices, descent } = self;
        let choose = tries.choose;
        for leaf_try in 0..choose.leaf_tries {
            if needy == 0 {
                return;
            }
            let begun = pending[..needy].iter().map(|place| {
                let search = &searches[*place as usize];
                // An item below zero is a bucket's.
                let slot = !outcomes[*place as usize] as u32;
                [*place, search.x, choose.leaf_r(search, leaf_try), slot]
            });
            descent.begin(needy, begun);
            descent.run(tries.ground, DEVICE, devices);
            let mut kept = 0;
            for index in 0..needy {
                let place = pending[index];
                let search = &searches[place as usize];
                let device = devices[place as usize];
                let held = if choose.indep { 0 } else { search.placed };
                if device == HOPELESS {
                    outcomes[place as usize] = REFUSED;
                } else if device == REFUSED
                    || holds(&tries.leaves[search.places(held)], device)
                    || tries.is_out(search, device)
                {
                    pending[kept] = place;
                    kept += 1;
                } else {
                    tries.leaves[search.target(choose)] = device;
                }
            }
            needy = kept;
        }
        for place in &pending[..needy] {
            outcomes[*place as usize] = REFUSED;
        }
    }

    /// Places what was not refused, and moves every search on to its next try.
    fn place<R: Recorder>(&mut self, tries: &mut Tries<'_, R>) {
        let Searches { searches, outcomes, .. } = self;
        let choose = tries.choose;
        if choose.type_id == DEVICE {
            for (search, outcome) in searches.iter().zip(&mut *outcomes) {
                if is_item(*outcome) && tries.is_out(search, *outcome) {
                    *outcome = REFUSED;
                }
            }
        }
        let mut has_ended = false;
        for (search, item) in searches.iter_mut().zip(outcomes) {
            match choose.indep {
                true => search.settle_indep(tries, *item),
                false => search.settle_firstn(tries, *item),
            }
            search.begin_try(choose);
            has_ended |= !search.goes_on(choose);
        }
        // Most searches of a step end in the same few rounds.
        if has_ended {
            searches.retain(|search| {
                let goes_on = search.goes_on(choose);
                if !goes_on {
                    tries.end(search);
                }
                goes_on
            });
        }
    }
}

impl Search {
    /// Takes note of what a firstn try came to, and goes on to the next.
    #[inline]
    fn settle_firstn<R>(&mut self, tries: &mut Tries<'_, R>, item: i32) {
        // Where nothing was found, this place is still free for what comes next.
        tries.items[self.target(tries.choose)] = item;
        self.placed += u32::from(is_item(item));
        // Without branches: nobody can foresee whether a try fails.
        let again = u32::from((item == REFUSED) & (self.tries + 1 < tries.choose.tries));
        self.tries = (self.tries + 1) * again;
        self.position += 1 - again;
    }

    /// Takes note of what an indep try came to, and goes on to the next.
    #[inline]
    fn settle_indep<R>(&mut self, tries: &mut Tries<'_, R>, item: i32) {
        let target = self.target(tries.choose);
        if item == HOPELESS {
            (tries.items[target], tries.leaves[target]) = (NONE, NONE);
            self.given_up += 1;
        } else if item != REFUSED {
            tries.items[target] = item;
            self.placed += 1;
        }
        self.next_place(tries.items);
    }
}

/// Whether an item is in a list, which mostly is a short one.
#[inline]
fn holds(list: &[i32], item: i32) -> bool {
    list.iter().fold(false, |found, held| found | (*held == item))
}

/// Whether a try came to an item.
#[inline]
fn is_item(outcome: i32) -> bool {
    (outcome != REFUSED) & (outcome != HOPELESS)
}

impl Choose {
    /// The replica number of a try for the device below the item that was just found.
    #[inline]
    fn leaf_r(&self, search: &Search, leaf_try: u32) -> u32 {
        let r = search.r;
        if self.indep {
            return search.position.wrapping_add(r).wrapping_add(self.count.wrapping_mul(leaf_try));
        }
        // The shift is one of a signed number, its count taken modulo 32, as x86 does for Ceph.
        let parent_r = match self.vary_r {
            0 => 0,
            vary_r => (r as i32).wrapping_shr(vary_r - 1) as u32,
        };
        let replica = if self.stable { 0 } else { search.placed };
        replica.wrapping_add(parent_r).wrapping_add(leaf_try)
    }
}

/// What the searches of a step share.
pub(super) struct Tries<'t, R> {
    pub(super) ground: &'t Ground<'t>,
    pub(super) choose: &'t Choose,
    pub(super) reach: &'t Reach,
    pub(super) inputs: &'t [u32],
    /// Index of the first input in its batch.
    pub(super) first: usize,
    /// Items and leaves by place; `width` places for each lane.
    pub(super) items: &'t mut [i32],
    pub(super) leaves: &'t mut [i32],
    /// Places that are taken, by lane.
    pub(super) lengths: &'t mut [u32],
    pub(super) recorder: &'t mut R,
}

impl<R> Tries<'_, R> {
    /// Ends a search: what it has placed counts. Places that indep could not fill become holes.
    fn end(&mut self, search: &Search) {
        if !self.choose.indep {
            self.lengths[search.lane as usize] += search.placed;
            return;
        }
        self.lengths[search.lane as usize] += search.room;
        for list in [&mut *self.items, &mut *self.leaves] {
            let places = list[search.places(search.room)].iter_mut();
            places.filter(|item| **item == UNDEFINED).for_each(|item| *item = NONE);
        }
    }
}

impl<R: Recorder> Tries<'_, R> {
    /// The reweight test (mapper.c, `is_out`), recorded where it refuses.
    #[inline]
    fn is_out(&mut self, search: &Search, device: i32) -> bool {
        let is_out = match self.ground.reweights.get(device as usize) {
            None | Some(0) => true,
            Some(reweight) if *reweight >= 0x10000 => false,
            Some(reweight) => hash2(search.x, device as u32) & 0xffff >= *reweight,
        };
        if R::ENABLED && is_out {
            self.recorder.rejected(self.first + search.lane as usize, device);
        }
        is_out
    }
}
