//! What one PG's two placements differ in, and the least they could.
//!
//! A replicated pool stores the same bytes in every position, so what counts is *which* devices
//! hold the PG: a device that only changes its position moves nothing. In an erasure-coded pool
//! each position is a shard of its own, so positions are compared one by one.
//!
//! **The least possible.** A shard has to move when the reweights after the change do not let its
//! device hold this PG any more: the device is out, or its reweight fails CRUSH's test for just
//! this input. Likewise a device that the reweights *before* did not let hold it must receive the
//! shard. A position that was empty and is filled receives one in any case. Nothing else is forced,
//! so no placement that fills as many positions can do with less.

use crushlab_crush::NONE;
use crushlab_crush::hash::hash2;

use crate::share::FULL_REWEIGHT;

/// How two placements of a PG are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// As sets of devices: replicated pools (rule types replicated and msr_firstn).
    Sets,
    /// Position by position: erasure-coded pools (rule types erasure and msr_indep).
    Positions,
}

/// Scratch memory and answer of a comparison; reused for every PG.
#[derive(Debug, Default)]
pub struct Change {
    /// Shards that a device receives: from which device, or [`NONE`] where the position was empty,
    /// to which.
    pub moves: Vec<(i32, i32)>,
    /// Fewest shards that any such placement has to move; at most as many as `moves` has.
    pub least: usize,
    /// Whether the placements differ at all, a lost shard included.
    pub changed: bool,
    removed: Vec<i32>,
    added: Vec<i32>,
    sorted_before: Vec<i32>,
    sorted_after: Vec<i32>,
}

/// The two sides of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// Reweights (16.16) before; a device beyond their end is out.
    pub reweights_before: &'a [u32],
    /// Reweights (16.16) after.
    pub reweights_after: &'a [u32],
    /// How placements are compared.
    pub compare: Compare,
}

impl Change {
    /// Compares the placements of the PG with input `x`.
    pub fn find(&mut self, sides: &Sides<'_>, x: u32, before: &[i32], after: &[i32]) {
        self.moves.clear();
        self.least = 0;
        self.changed = false;
        if before == after {
            return;
        }
        match sides.compare {
            Compare::Sets => self.find_in_sets(sides, x, before, after),
            Compare::Positions => self.find_in_positions(sides, x, before, after),
        }
    }

    fn find_in_sets(&mut self, sides: &Sides<'_>, x: u32, before: &[i32], after: &[i32]) {
        sort_devices(before, &mut self.sorted_before);
        sort_devices(after, &mut self.sorted_after);
        subtract(&self.sorted_before, &self.sorted_after, &mut self.removed);
        subtract(&self.sorted_after, &self.sorted_before, &mut self.added);
        self.changed = !(self.removed.is_empty() && self.added.is_empty());
        let must_leave = count_out(&self.removed, sides.reweights_after, x);
        // Of the shards before, those that may stay; every further one has to move in.
        let may_stay = self.sorted_before.len() - must_leave;
        let must_arrive = count_out(&self.added, sides.reweights_before, x);
        self.least = self.sorted_after.len().saturating_sub(may_stay).max(must_arrive);
        let from = self.removed.iter().copied().chain(std::iter::repeat(NONE));
        self.moves.extend(from.zip(self.added.iter().copied()));
    }

    fn find_in_positions(&mut self, sides: &Sides<'_>, x: u32, before: &[i32], after: &[i32]) {
        let (mut filled, mut may_stay, mut must_arrive) = (0usize, 0, 0);
        for position in 0..before.len().max(after.len()) {
            let from = before.get(position).copied().filter(|&item| is_device(item));
            let to = after.get(position).copied().filter(|&item| is_device(item));
            self.changed |= from != to;
            filled += usize::from(to.is_some());
            may_stay += usize::from(from.is_some_and(|from| is_in(sides.reweights_after, from, x)));
            let Some(to) = to.filter(|&to| from != Some(to)) else { continue };
            self.moves.push((from.unwrap_or(NONE), to));
            must_arrive += usize::from(!is_in(sides.reweights_before, to, x));
        }
        // With as many positions filled, those that may stay need not move; all others do.
        self.least = filled.saturating_sub(may_stay).max(must_arrive);
    }
}

/// Whether an entry of a placement is a device: neither a hole nor a bucket.
pub fn is_device(item: i32) -> bool {
    item >= 0 && item != NONE
}

/// The devices of a placement, holes left out.
pub fn devices(placement: &[i32]) -> impl Iterator<Item = i32> {
    placement.iter().copied().filter(|&item| is_device(item))
}

/// CRUSH's reweight test: whether a device may hold the PG with this input (mapper.c, `is_out`).
pub fn is_in(reweights: &[u32], device: i32, x: u32) -> bool {
    let reweight = usize::try_from(device).ok().and_then(|index| reweights.get(index));
    match *reweight.unwrap_or(&0) {
        FULL_REWEIGHT.. => true,
        reweight => hash2(x, device as u32) & 0xffff < reweight,
    }
}

fn count_out(devices: &[i32], reweights: &[u32], x: u32) -> usize {
    devices.iter().filter(|&&device| !is_in(reweights, device, x)).count()
}

/// Sorts the devices of a placement into `sorted`.
fn sort_devices(placement: &[i32], sorted: &mut Vec<i32>) {
    sorted.clear();
    sorted.extend(devices(placement));
    sorted.sort_unstable();
}

/// The devices of one sorted list that are missing in the other. A device that a rule emits twice
/// counts twice.
fn subtract(left: &[i32], right: &[i32], difference: &mut Vec<i32>) {
    difference.clear();
    let mut right = right.iter().peekable();
    for device in left {
        while right.next_if(|&item| item < device).is_some() {}
        if right.next_if_eq(&device).is_none() {
            difference.push(*device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN: [u32; 10] = [FULL_REWEIGHT; 10];

    fn without(device: usize) -> [u32; 10] {
        let mut reweights = IN;
        reweights[device] = 0;
        reweights
    }

    fn find(compare: Compare, out: usize, before: &[i32], after: &[i32]) -> Change {
        let reweights_after = without(out);
        let sides = Sides { reweights_before: &IN, reweights_after: &reweights_after, compare };
        let mut change = Change::default();
        change.find(&sides, 1, before, after);
        change
    }

    #[test]
    fn another_order_moves_nothing_in_a_replicated_pool() {
        let change = find(Compare::Sets, 9, &[1, 2, 3], &[3, 1, 2]);
        assert_eq!((change.changed, change.moves.len(), change.least), (false, 0, 0));
    }

    #[test]
    fn another_order_moves_every_shard_of_an_erasure_coded_pool() {
        let change = find(Compare::Positions, 9, &[1, 2, 3], &[3, 1, 2]);
        assert_eq!(change.moves, [(1, 3), (2, 1), (3, 2)]);
        assert_eq!((change.changed, change.least), (true, 0));
    }

    #[test]
    fn only_the_shard_on_the_device_that_is_out_has_to_move() {
        let change = find(Compare::Sets, 2, &[1, 2, 3], &[1, 4, 5]);
        assert_eq!(change.moves, [(2, 4), (3, 5)]);
        assert_eq!(change.least, 1);
    }

    #[test]
    fn a_shard_that_finds_no_place_does_not_move() {
        for compare in [Compare::Sets, Compare::Positions] {
            let change = find(compare, 3, &[1, 2, 3], &[1, 2, NONE]);
            assert_eq!((change.changed, change.moves.len(), change.least), (true, 0, 0));
        }
    }

    #[test]
    fn a_hole_that_wanders_moves_a_shard_that_could_have_stayed() {
        let change = find(Compare::Positions, 2, &[1, 2, 3], &[1, 3, NONE]);
        assert_eq!((change.moves, change.least), (vec![(2, 3)], 0));
    }

    #[test]
    fn a_hole_that_is_filled_has_to_be_filled_from_nowhere() {
        for compare in [Compare::Sets, Compare::Positions] {
            let change = find(compare, 9, &[1, NONE], &[1, 2]);
            assert_eq!((change.moves, change.least), (vec![(NONE, 2)], 1));
        }
    }

    #[test]
    fn a_device_that_comes_back_in_must_receive_its_shards() {
        let reweights_before = without(4);
        for compare in [Compare::Sets, Compare::Positions] {
            let sides =
                Sides { reweights_before: &reweights_before, reweights_after: &IN, compare };
            let mut change = Change::default();
            change.find(&sides, 1, &[1, 2, 3], &[4, 2, 5]);
            assert_eq!((change.moves.len(), change.least), (2, 1));
        }
    }

    #[test]
    fn a_device_emitted_twice_counts_twice() {
        let change = find(Compare::Sets, 9, &[1, 1, 2], &[1, 2, 3]);
        assert_eq!(change.moves, [(1, 3)]);
    }

    #[test]
    fn the_reweight_test_depends_on_input_and_device() {
        // Measured with Ceph 16.2.15: input 3510089861, reweight 0.5.
        assert!(is_in(&[0x8000; 3], 2, 3_510_089_861));
        assert!(!is_in(&[0x8000; 3], 1, 3_510_089_861));
        assert!(!is_in(&[FULL_REWEIGHT; 3], 3, 0));
    }
}
