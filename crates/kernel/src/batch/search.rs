//! firstn and indep searches of many lanes at once.
//!
//! ```text
//! while a search has something left to try:
//!     descend: draw in all searches' buckets at once; those that drew a bucket of another type
//!         draw again in that one
//!     refuse what collides; find the devices below what is left, in the same way;
//!     refuse devices by the reweight test; place what is left
//!     each search: move on to its next try; where there is none, the next lane's begins
//! ```
//!
//! It differs from the plain searches (`choose/firstn.rs`, `choose/indep.rs`) in this:
//!
//! 1. Lanes do not wait for each other. A lane whose first try for its second replica failed makes
//!    its second try while others look for their third replica; r is just another operand.
//! 2. A search that is done gives its index to the next, so that vectors stay full to the end.
//! 3. A search ends when nothing more can be found (`reach.rs`), not only when tries run out.
//!    So do searches for a device below a bucket that has none.
//! 4. There are no retries in the same bucket and no permutations: what asks for them takes the
//!    plain mapper.
//!
//! What is known of the searches stands in lists side by side rather than in a record for each,
//! so that most of a step is done to a vector of them at a time.

use crushlab_crush::effort::Spending;
use crushlab_crush::hash::hash2;
use crushlab_crush::{NONE, UNDEFINED};

use super::context::Context;
use super::descent::{self, Descent, HOPELESS, REFUSED};
use super::program::Choose;
use super::reach::Reach;
use super::record::Recorder;
use crate::arch::lanes::{Draws, MOST_DRAWS};
use crate::flat::DEVICE;

/// Searches under way at a time: enough to fill vectors, few enough for a near cache.
const UNDER_WAY: usize = MOST_DRAWS;

/// Searches that a pass takes at a time.
const VECTOR: usize = 16;

/// Length of lists. Not a power of two, or what they hold of a search would all fall on the same
/// few lines of the cache.
const STRIDE: usize = UNDER_WAY + VECTOR;

/// A number for each search.
type List<T> = [T; STRIDE];

/// Searches under way, each at the same index of all lists.
#[derive(Debug)]
pub(super) struct Searches {
    lane: List<u32>,
    /// Where its positions begin among those of all lanes.
    first: List<u32>,
    /// Positions it may fill.
    capacity: List<u32>,
    /// Items that it can still place at most.
    left: List<u32>,
    /// Replica number (firstn) or position (indep) that is being looked for.
    replica: List<u32>,
    /// Failed tries for this replica number (firstn), or rounds (indep).
    tries: List<u32>,
    /// Positions that are decided: they hold an item, or indep has given them up. In firstn these
    /// are the first ones.
    decided: List<u32>,
    /// Input, replica number and first bucket of the present try.
    draws: Draws,
    /// What the present try came to.
    outcome: List<i32>,
    /// The items that hold its positions, [`STRIDE`] apart.
    held: Vec<i32>,
    /// Searches that need a device.
    pending: List<u32>,
    /// Whether this was its last try.
    has_ended: List<u32>,
    /// Searches of which it was.
    ended: List<u32>,
    descent: Descent,
    spending: Spending,
}

impl Default for Searches {
    fn default() -> Searches {
        Searches {
            lane: [0; STRIDE],
            first: [0; STRIDE],
            capacity: [0; STRIDE],
            left: [0; STRIDE],
            replica: [0; STRIDE],
            tries: [0; STRIDE],
            decided: [0; STRIDE],
            draws: Draws::default(),
            outcome: [REFUSED; STRIDE],
            held: Vec::new(),
            pending: [0; STRIDE],
            has_ended: [0; STRIDE],
            ended: [0; STRIDE],
            descent: Descent::default(),
            spending: Spending::default(),
        }
    }
}

impl Searches {
    /// Makes searches that begin in some lanes, at a bucket's slot in each, until none has
    /// anything left to try. A lane has one search at most.
    pub(super) fn run<R: Recorder>(
        &mut self,
        tries: &mut Tries<'_, R>,
        mut starts: impl Iterator<Item = (usize, usize)>,
    ) {
        self.spending.begin();
        self.held.resize(STRIDE * tries.context.width, UNDEFINED);
        let mut len = 0;
        while len < UNDER_WAY && self.begin(len, tries, &mut starts) {
            len += 1;
        }
        // Where the effort is over, what was found so far is worth nothing.
        while len > 0 && self.spending.may_go_on_together() {
            self.descend(len, tries);
            self.refuse_collisions(len, tries);
            if tries.choose.type_id == DEVICE {
                self.test_devices(len, tries);
            } else if tries.choose.leaf {
                self.find_devices(len, tries);
            }
            let ended = match tries.choose.indep {
                true => self.finish_indep_tries(len, tries),
                false => self.finish_firstn_tries(len, tries),
            };
            if ended > 0 {
                self.spending.begin();
            }
            // From the last on, so that what moves to a free index has not ended itself.
            for entry in (0..ended).rev() {
                let index = self.ended[entry] as usize;
                self.end(index, tries);
                if !self.begin(index, tries, &mut starts) {
                    len -= 1;
                    self.move_to(index, len);
                }
            }
        }
    }

    /// Begins the next search that has something to try, at this index. Returns whether there is
    /// one.
    #[inline]
    fn begin<R>(
        &mut self,
        index: usize,
        tries: &mut Tries<'_, R>,
        starts: &mut impl Iterator<Item = (usize, usize)>,
    ) -> bool {
        let choose = tries.choose;
        let width = tries.context.width;
        for (lane, slot) in starts {
            let taken = tries.lengths[lane];
            let mut capacity = width as u32 - taken;
            if choose.indep {
                // Positions that are not filled become holes.
                capacity = capacity.min(choose.count);
                tries.lengths[lane] += capacity;
            }
            let left = tries.reach.placeable[slot].min(capacity);
            if left == 0 || choose.count == 0 || choose.indep && choose.tries == 0 {
                continue;
            }
            self.lane[index] = lane as u32;
            self.first[index] = lane as u32 * width as u32 + taken;
            self.capacity[index] = capacity;
            self.left[index] = left;
            self.replica[index] = 0;
            self.tries[index] = 0;
            self.decided[index] = 0;
            self.draws.set(index, [tries.inputs[lane], 0, slot as u32]);
            // Collisions are looked for in all of them, whatever the capacity is.
            for position in 0..width {
                self.held[position * STRIDE + index] = UNDEFINED;
            }
            return true;
        }
        false
    }

    /// Ends a search: what it has placed counts.
    #[inline]
    fn end<R>(&self, index: usize, tries: &mut Tries<'_, R>) {
        if !tries.choose.indep {
            tries.lengths[self.lane[index] as usize] += self.decided[index];
        }
    }

    /// Moves the search at `from` to another index.
    fn move_to(&mut self, to: usize, from: usize) {
        for list in [
            &mut self.lane,
            &mut self.first,
            &mut self.capacity,
            &mut self.left,
            &mut self.replica,
            &mut self.tries,
            &mut self.decided,
        ] {
            list[to] = list[from];
        }
        self.draws.set(to, self.draws.get(from));
        for items in self.held.chunks_exact_mut(STRIDE) {
            items[to] = items[from];
        }
    }

    /// One draw from the top for each search, down to an item of the type that is looked for.
    fn descend<R>(&mut self, len: usize, tries: &Tries<'_, R>) {
        let Searches { draws, outcome, descent, .. } = self;
        let Tries { context, choose, .. } = *tries;
        let Reach { has_device, all_have_device, .. } = tries.reach;
        let always = !choose.leaf || *all_have_device;
        descent::descend(context, choose.type_id, draws, len, descent, |index, item| {
            let is_usable = always || item >= 0 || has_device[!item as usize];
            outcome[index % UNDER_WAY] = if is_usable { item } else { REFUSED };
        });
    }

    /// Refuses items that hold a position already.
    fn refuse_collisions<R>(&mut self, len: usize, tries: &Tries<'_, R>) {
        let positions = tries.context.width;
        let vectors = self.outcome.as_chunks_mut::<VECTOR>().0.iter_mut();
        for (vector, outcomes) in vectors.enumerate().take(len.div_ceil(VECTOR)) {
            let mut collides = [0; VECTOR];
            for items in self.held.chunks_exact(STRIDE).take(positions) {
                let items = &items.as_chunks::<VECTOR>().0[vector];
                for lane in 0..VECTOR {
                    collides[lane] |= u32::from(items[lane] == outcomes[lane]);
                }
            }
            for lane in 0..VECTOR {
                let is_refused = (collides[lane] != 0) & is_item(outcomes[lane]);
                outcomes[lane] = if is_refused { REFUSED } else { outcomes[lane] };
            }
        }
    }

    /// Refuses devices by the reweight test.
    fn test_devices<R: Recorder>(&mut self, len: usize, tries: &mut Tries<'_, R>) {
        for index in 0..len.min(UNDER_WAY) {
            let device = self.outcome[index];
            if is_item(device) {
                // One that is refused stays in the result of chooseleaf where nothing replaces
                // it (mapper.c, `crush_choose_indep`).
                if tries.choose.leaf {
                    tries.found[self.target(index, tries.choose)] = device;
                }
                if tries.is_out(self.lane[index], device) {
                    self.outcome[index] = REFUSED;
                }
            }
        }
    }

    /// Looks for a device below each of the items that are buckets; refuses those it finds none
    /// for.
    fn find_devices<R: Recorder>(&mut self, len: usize, tries: &mut Tries<'_, R>) {
        let choose = tries.choose;
        let mut needy = 0;
        for index in 0..len.min(UNDER_WAY) {
            self.pending[needy] = index as u32;
            // An item below zero is a bucket's.
            needy += usize::from(self.outcome[index] < 0);
        }
        for leaf_try in 0..choose.leaf_tries {
            if needy == 0 || !self.spending.may_go_on_together() {
                return;
            }
            for begun in 0..needy.min(UNDER_WAY) {
                let index = self.pending[begun] as usize % UNDER_WAY;
                let [x, r, _] = self.draws.get(index);
                let leaf_r = choose.leaf_r(r, self.position(index, choose), leaf_try);
                let slot = !self.outcome[index] as u32;
                self.descent.set(begun, index as u32, [x, leaf_r, slot]);
            }
            let Searches {
                pending, descent, outcome, lane, first, capacity, replica, decided, ..
            } = &mut *self;
            let position = if choose.indep { replica } else { decided };
            // The positions of indep do not look at each other's devices.
            let (mut kept, may_collide) = (0, !choose.indep && !choose.leaves_differ);
            descent.run(tries.context, DEVICE, needy, |index, device| {
                let index = index % UNDER_WAY;
                let start = first[index] as usize;
                let held = start..start + capacity[index] as usize;
                if device == HOPELESS {
                    outcome[index] = REFUSED;
                } else if device == REFUSED
                    || may_collide && holds(&tries.found[held], device)
                    || tries.is_out(lane[index], device)
                {
                    pending[kept] = index as u32;
                    kept += 1;
                } else {
                    tries.found[start + position[index] as usize] = device;
                }
            });
            needy = kept;
        }
        for index in &self.pending[..needy] {
            self.outcome[*index as usize] = REFUSED;
        }
    }

    /// The position that the present try of a search is for.
    #[inline]
    fn position(&self, index: usize, choose: &Choose) -> u32 {
        if choose.indep { self.replica[index] } else { self.decided[index] }
    }

    /// The same, among the positions of all lanes.
    #[inline]
    fn target(&self, index: usize, choose: &Choose) -> usize {
        (self.first[index] + self.position(index, choose)) as usize
    }

    /// Takes note of what firstn tries came to, and goes on to the next. Lists the searches that
    /// have none, and returns how many these are.
    fn finish_firstn_tries<R>(&mut self, len: usize, tries: &mut Tries<'_, R>) -> usize {
        let len = len.min(UNDER_WAY);
        // Where nothing was found, this position is still free for what comes next.
        for index in 0..len {
            let position = self.decided[index] as usize;
            self.held[position * STRIDE + index] = self.outcome[index];
        }
        if !tries.choose.leaf {
            for index in 0..len {
                tries.found[self.target(index, tries.choose)] = self.outcome[index];
            }
        }
        let Choose { count, tries: tries_max, .. } = *tries.choose;
        let lists = self.left.as_chunks_mut::<VECTOR>().0.iter_mut();
        let lists = lists.zip(self.replica.as_chunks_mut::<VECTOR>().0);
        let lists = lists.zip(self.tries.as_chunks_mut::<VECTOR>().0);
        let lists = lists.zip(self.decided.as_chunks_mut::<VECTOR>().0);
        let lists = lists.zip(self.draws.r.as_chunks_mut::<VECTOR>().0);
        let lists = lists.zip(self.outcome.as_chunks::<VECTOR>().0);
        let lists = lists.zip(self.has_ended.as_chunks_mut::<VECTOR>().0);
        for ((((((left, replica), tries), decided), r), outcome), has_ended) in
            lists.take(len.div_ceil(VECTOR))
        {
            for lane in 0..VECTOR {
                let placed = u32::from(is_item(outcome[lane]));
                decided[lane] += placed;
                left[lane] = left[lane].wrapping_sub(placed);
                let tried = tries[lane] + 1;
                let again = u32::from((outcome[lane] == REFUSED) & (tried < tries_max));
                tries[lane] = tried * again;
                replica[lane] += 1 - again;
                r[lane] = replica[lane].wrapping_add(tries[lane]);
                has_ended[lane] = u32::from((replica[lane] >= count) | (left[lane] == 0));
            }
        }
        let mut ended = 0;
        for index in 0..len {
            self.ended[ended] = index as u32;
            ended += self.has_ended[index] as usize;
        }
        ended
    }

    /// The same for tries of indep.
    fn finish_indep_tries<R>(&mut self, len: usize, tries: &mut Tries<'_, R>) -> usize {
        let choose = tries.choose;
        let mut ended = 0;
        for index in 0..len.min(UNDER_WAY) {
            let item = self.outcome[index];
            let target = self.target(index, choose);
            let entry = self.replica[index] as usize * STRIDE + index;
            if item == HOPELESS {
                self.held[entry] = NONE;
                tries.found[target] = NONE;
                self.decided[index] += 1;
            } else if item != REFUSED {
                self.held[entry] = item;
                if !choose.leaf {
                    tries.found[target] = item;
                }
                self.decided[index] += 1;
                self.left[index] -= 1;
            }
            self.next_position(index);
            let r = choose.count.wrapping_mul(self.tries[index]);
            self.draws.r[index] = self.replica[index].wrapping_add(r);
            let goes_on = (self.tries[index] < choose.tries)
                & (self.decided[index] < self.capacity[index])
                & (self.left[index] > 0);
            self.ended[ended] = index as u32;
            ended += usize::from(!goes_on);
        }
        ended
    }

    /// Goes on to the next open position of an indep search, in the next round if there is none
    /// behind this one.
    #[inline]
    fn next_position(&mut self, index: usize) {
        let is_open = |position: &u32| self.held[*position as usize * STRIDE + index] == UNDEFINED;
        let last = self.replica[index];
        if let Some(next) = (last + 1..self.capacity[index]).find(is_open) {
            self.replica[index] = next;
        } else {
            self.replica[index] = (0..last).find(is_open).unwrap_or(last);
            self.tries[index] += 1;
        }
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
    /// The replica number of a try for the device below the item that was just found with `r`,
    /// for that position of the search.
    #[inline]
    fn leaf_r(&self, r: u32, position: u32, leaf_try: u32) -> u32 {
        if self.indep {
            return position.wrapping_add(r).wrapping_add(self.count.wrapping_mul(leaf_try));
        }
        // The shift is one of a signed number, its count taken modulo 32, as x86 does for Ceph.
        let parent_r = match self.vary_r {
            0 => 0,
            vary_r => (r as i32).wrapping_shr(vary_r - 1) as u32,
        };
        let own_r = if self.stable { 0 } else { position };
        own_r.wrapping_add(parent_r).wrapping_add(leaf_try)
    }
}

/// What the searches of a step share.
pub(super) struct Tries<'t, R> {
    pub(super) context: &'t Context<'t>,
    pub(super) choose: &'t Choose,
    pub(super) reach: &'t Reach,
    pub(super) inputs: &'t [u32],
    /// Index of the first input in its batch.
    pub(super) first: usize,
    /// What is chosen, or the device below it: `width` positions for each lane. Those that are open
    /// hold no item.
    pub(super) found: &'t mut [i32],
    /// Positions that are taken, by lane.
    pub(super) lengths: &'t mut [u32],
    pub(super) recorder: &'t mut R,
}

impl<R: Recorder> Tries<'_, R> {
    /// The reweight test (mapper.c, `is_out`), recorded where it refuses.
    #[inline]
    fn is_out(&mut self, lane: u32, device: i32) -> bool {
        let is_out = match self.context.reweights.get(device as usize) {
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
