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
use crate::hash::hash2;
use crate::map::bucket_slot;
use crate::{NONE, UNDEFINED};

/// Where a lane's search stands.
#[derive(Clone, Copy, Debug)]
struct Search {
    lane: u32,
    /// Slot of the bucket that it starts from.
    start: u32,
    /// Where its places begin among the lane's.
    offset: u32,
    /// Places it may fill.
    room: u32,
    /// Replica number (firstn) or place (indep) that is being looked for.
    position: u32,
    /// Failed tries for this replica number (firstn), or rounds (indep).
    tries: u32,
    /// Places that hold an item: the first ones in firstn.
    placed: u32,
    /// Places of indep that were given up.
    given_up: u32,
}

impl Search {
    /// The first `count` of its places among those of all lanes.
    #[inline]
    fn places(&self, width: usize, count: u32) -> Range<usize> {
        let first = self.lane as usize * width + self.offset as usize;
        first..first + count as usize
    }

    /// The place that the present try is for.
    #[inline]
    fn target(&self, width: usize, choose: &Choose) -> usize {
        let place = if choose.indep { self.position } else { self.placed };
        self.places(width, 0).start + place as usize
    }

    /// Whether there is anything left to try that could succeed.
    #[inline]
    fn goes_on(&self, choose: &Choose, reach: &Reach) -> bool {
        let open = if choose.indep {
            self.placed + self.given_up < self.room && self.tries < choose.tries
        } else {
            self.placed < self.room && self.position < choose.count
        };
        open && self.placed < reach.placeable[self.start as usize]
    }

    /// Goes on to the next open place of an indep search, in the next round if there is none
    /// behind this one.
    #[inline]
    fn next_place(&mut self, items: &[i32], width: usize) {
        let places = &items[self.places(width, self.room)];
        let is_open = |item: &i32| *item == UNDEFINED;
        let behind = self.position as usize + 1;
        if let Some(skipped) = places[behind..].iter().position(is_open) {
            self.position = (behind + skipped) as u32;
        } else {
            self.position = places.iter().position(is_open).unwrap_or(0) as u32;
            self.tries += 1;
        }
    }

    /// Goes on to the next replica number of a firstn search.
    #[inline]
    fn next_replica(&mut self) {
        self.position += 1;
        self.tries = 0;
    }
}

/// All searches of one step, and the scratch memory for them.
#[derive(Debug, Default)]
pub(super) struct Searches {
    all: Vec<Search>,
    /// Those of `all` that still have something to try.
    active: Vec<u32>,
    /// By place in `active`: the replica number of this try.
    r: Vec<u32>,
    /// By place in `active`: what the try came to.
    outcomes: Vec<i32>,
    /// Places in `active` of those that need a device, and what their tries for it came to.
    pending: Vec<u32>,
    devices: Vec<i32>,
    descent: Descent,
}

impl Searches {
    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    /// Adds a search. A lane has one at most.
    pub(super) fn begin(&mut self, lane: u32, start: u32, offset: u32, room: u32) {
        self.all.push(Search {
            lane,
            start,
            offset,
            room,
            position: 0,
            tries: 0,
            placed: 0,
            given_up: 0,
        });
    }

    /// Searches until no lane has anything left to try. `items` and `leaves` hold `width` places
    /// for each lane.
    pub(super) fn run<R: Recorder>(
        &mut self,
        ground: &Ground<'_>,
        choose: &Choose,
        inputs: &[u32],
        first: usize,
        [items, leaves]: [&mut [i32]; 2],
        recorder: &mut R,
    ) {
        // A recorder wants to know of devices that are out now, so these may not end a search.
        let reach = &choose.reach[usize::from(R::ENABLED)];
        self.prepare(ground, choose, reach, [&mut *items, &mut *leaves]);
        let mut tries = Tries { ground, choose, reach, inputs, first, items, leaves, recorder };
        while !self.active.is_empty() {
            self.descend(&tries);
            self.refuse_collisions(&mut tries);
            if choose.leaf {
                self.find_devices(&mut tries);
            }
            self.place(&mut tries);
        }
    }

    /// Sets the rooms, and leaves out searches that cannot find anything.
    fn prepare(
        &mut self,
        ground: &Ground<'_>,
        choose: &Choose,
        reach: &Reach,
        [items, leaves]: [&mut [i32]; 2],
    ) {
        self.active.clear();
        for (index, search) in self.all.iter_mut().enumerate() {
            if choose.indep {
                search.room = search.room.min(choose.count);
                let places = search.places(ground.width, search.room);
                items[places.clone()].fill(UNDEFINED);
                leaves[places].fill(UNDEFINED);
            }
            let is_empty = ground.flat.row(search.start).len == 0;
            if search.goes_on(choose, reach) && !is_empty {
                self.active.push(index as u32);
            }
        }
    }

    /// One draw from the top for each search, down to an item of the type that is looked for.
    fn descend<R>(&mut self, tries: &Tries<'_, R>) {
        let Searches { all, active, r, outcomes, descent, .. } = self;
        r.clear();
        descent.clear();
        for (place, index) in active.iter().enumerate() {
            let search = &all[*index as usize];
            let try_r = match tries.choose.indep {
                true => search.position.wrapping_add(tries.choose.count.wrapping_mul(search.tries)),
                false => search.position.wrapping_add(search.tries),
            };
            r.push(try_r);
            let x = tries.inputs[search.lane as usize];
            descent.push(place as u32, x, try_r, search.start);
        }
        outcomes.resize(active.len(), REFUSED);
        descent.run(tries.ground, tries.choose.type_id, outcomes);
    }

    /// Refuses items that hold a place already, and lists those that need a device.
    fn refuse_collisions<R>(&mut self, tries: &mut Tries<'_, R>) {
        let Searches { all, active, outcomes, pending, .. } = self;
        let (width, choose) = (tries.ground.width, tries.choose);
        pending.clear();
        for (place, (index, outcome)) in active.iter().zip(outcomes).enumerate() {
            let (search, item) = (&all[*index as usize], *outcome);
            if !is_item(item) {
                continue;
            }
            let held = if choose.indep { search.room } else { search.placed };
            if tries.items[search.places(width, held)].contains(&item) {
                *outcome = REFUSED;
            } else if choose.leaf {
                match bucket_slot(item) {
                    None => tries.leaves[search.target(width, choose)] = item,
                    Some(slot) if tries.reach.has_device[slot] => pending.push(place as u32),
                    Some(_) => *outcome = REFUSED,
                }
            }
        }
    }

    /// Looks for a device below each item that needs one; refuses items that have none.
    fn find_devices<R: Recorder>(&mut self, tries: &mut Tries<'_, R>) {
        let Searches { all, active, r, outcomes, pending, devices, descent } = self;
        let (width, choose) = (tries.ground.width, tries.choose);
        devices.resize(active.len(), REFUSED);
        for leaf_try in 0..choose.leaf_tries {
            if pending.is_empty() {
                break;
            }
            descent.clear();
            for place in pending.iter() {
                let search = &all[active[*place as usize] as usize];
                let leaf_r = choose.leaf_r(search, r[*place as usize], leaf_try);
                let x = tries.inputs[search.lane as usize];
                // An item below zero is a bucket's.
                let slot = !outcomes[*place as usize] as u32;
                descent.push(*place, x, leaf_r, slot);
            }
            descent.run(tries.ground, 0, devices);
            pending.retain(|place| {
                let search = &all[active[*place as usize] as usize];
                let device = devices[*place as usize];
                if device == HOPELESS {
                    outcomes[*place as usize] = REFUSED;
                    return false;
                }
                let held = if choose.indep { 0 } else { search.placed };
                if device == REFUSED
                    || tries.leaves[search.places(width, held)].contains(&device)
                    || tries.is_out(search.lane, device)
                {
                    return true;
                }
                tries.leaves[search.target(width, choose)] = device;
                false
            });
        }
        for place in pending.iter() {
            outcomes[*place as usize] = REFUSED;
        }
    }

    /// Places what was not refused, and moves every search on to its next try.
    fn place<R: Recorder>(&mut self, tries: &mut Tries<'_, R>) {
        let Searches { all, active, outcomes, .. } = self;
        let (width, choose) = (tries.ground.width, tries.choose);
        let mut outcomes = outcomes.iter();
        active.retain(|index| {
            let search = &mut all[*index as usize];
            let mut item = *outcomes.next().unwrap_or(&REFUSED);
            if choose.type_id == 0 && is_item(item) && tries.is_out(search.lane, item) {
                item = REFUSED;
            }
            let target = search.target(width, choose);
            if is_item(item) {
                tries.items[target] = item;
                search.placed += 1;
            }
            if choose.indep {
                if item == HOPELESS {
                    (tries.items[target], tries.leaves[target]) = (NONE, NONE);
                    search.given_up += 1;
                }
                search.next_place(tries.items, width);
            } else if item == REFUSED && search.tries + 1 < choose.tries {
                search.tries += 1;
            } else {
                search.next_replica();
            }
            search.goes_on(choose, tries.reach)
        });
    }

    /// Adds what each search has found to the lengths of its lane. Places that indep could not
    /// fill become holes.
    pub(super) fn finish(
        &self,
        choose: &Choose,
        width: usize,
        lists: [&mut [i32]; 2],
        lengths: &mut [u32],
    ) {
        for list in lists {
            for search in self.all.iter().filter(|_| choose.indep) {
                let places = &mut list[search.places(width, search.room)];
                places.iter_mut().filter(|item| **item == UNDEFINED).for_each(|item| *item = NONE);
            }
        }
        for search in &self.all {
            let added = if choose.indep { search.room } else { search.placed };
            lengths[search.lane as usize] += added;
        }
    }
}

/// Whether a try came to an item.
#[inline]
fn is_item(outcome: i32) -> bool {
    outcome != REFUSED && outcome != HOPELESS
}

impl Choose {
    /// The replica number of a try for the device below an item that was found at `r`.
    #[inline]
    fn leaf_r(&self, search: &Search, r: u32, leaf_try: u32) -> u32 {
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

/// What the tries of a step share.
struct Tries<'t, R> {
    ground: &'t Ground<'t>,
    choose: &'t Choose,
    reach: &'t Reach,
    inputs: &'t [u32],
    /// Index of the first input in its batch.
    first: usize,
    items: &'t mut [i32],
    leaves: &'t mut [i32],
    recorder: &'t mut R,
}

impl<R: Recorder> Tries<'_, R> {
    /// The reweight test (mapper.c, `is_out`), recorded where it refuses.
    #[inline]
    fn is_out(&mut self, lane: u32, device: i32) -> bool {
        let is_out = match self.ground.reweights.get(device as usize) {
            None | Some(0) => true,
            Some(reweight) if *reweight >= 0x10000 => false,
            Some(reweight) => {
                hash2(self.inputs[lane as usize], device as u32) & 0xffff >= *reweight
            }
        };
        if R::ENABLED && is_out {
            self.recorder.rejected(self.first + lane as usize, device);
        }
        is_out
    }
}
