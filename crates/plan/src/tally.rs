//! Sums over many PGs; each thread has its own, and in the end they are added up.

use std::collections::BTreeMap;

use crushlab_compare::change::{Change, devices};

/// What one thread has counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) pgs_moved: u64,
    pub(crate) shards_moved: u64,
    pub(crate) shards_moved_least: u64,
    pub(crate) before: Side,
    pub(crate) after: Side,
    /// Shards by (from, to).
    pub(crate) moves: BTreeMap<(i32, i32), u64>,
}

/// What one thread has counted of the placements of one side.
#[derive(Debug, Default)]
pub(crate) struct Side {
    pub(crate) shards: u64,
    pub(crate) pgs_short: u64,
    pub(crate) pgs_with_holes: u64,
    /// Shards by device.
    pub(crate) by_device: BTreeMap<i32, u64>,
}

impl Tally {
    pub(crate) fn count_change(&mut self, change: &Change) {
        self.pgs_moved += u64::from(change.changed);
        self.shards_moved += change.moves.len() as u64;
        self.shards_moved_least += change.least as u64;
        for &pair in &change.moves {
            *self.moves.entry(pair).or_insert(0) += 1;
        }
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.pgs_moved += other.pgs_moved;
        self.shards_moved += other.shards_moved;
        self.shards_moved_least += other.shards_moved_least;
        self.before.add(other.before);
        self.after.add(other.after);
        for (pair, shards) in other.moves {
            *self.moves.entry(pair).or_insert(0) += shards;
        }
    }
}

impl Side {
    /// Counts the placement of one PG that should have `size` devices.
    pub(crate) fn count(&mut self, placement: &[i32], size: usize) {
        let mut found = 0;
        for device in devices(placement) {
            found += 1;
            *self.by_device.entry(device).or_insert(0) += 1;
        }
        self.shards += found as u64;
        self.pgs_short += u64::from(found < size);
        self.pgs_with_holes += u64::from(found < placement.len());
    }

    fn add(&mut self, other: Side) {
        self.shards += other.shards;
        self.pgs_short += other.pgs_short;
        self.pgs_with_holes += other.pgs_with_holes;
        for (device, shards) in other.by_device {
            *self.by_device.entry(device).or_insert(0) += shards;
        }
    }
}
