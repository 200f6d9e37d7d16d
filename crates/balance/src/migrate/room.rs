//! OSDs that have room when all has moved.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::{Limits, Loads};
use super::shards::{Form, moves};
use crate::pool::PoolState;

/// OSDs that are tried for a shard, the emptiest first.
const TRIED_MAX: usize = 1000;

/// Steps in which fills are told apart.
const FILL_STEPS: f64 = 1e9;

/// What OSDs hold when all that is planned so far has moved.
pub(crate) struct Room<'a> {
    loads: &'a Loads<'a>,
    most: f64,
    used: BTreeMap<i32, u64>,
    /// OSDs that may take shards, by how full they are.
    by_fill: BTreeSet<(u64, i32)>,
}

impl<'a> Room<'a> {
    /// Nothing has moved yet; `leaving` OSDs take nothing.
    pub(crate) fn new(loads: &'a Loads<'a>, limits: &Limits, leaving: &BTreeSet<i32>) -> Room<'a> {
        let mut room = Room {
            loads,
            most: loads.max_fill_ratio(limits),
            used: loads.osds.iter().map(|(osd, (_, used))| (*osd, *used)).collect(),
            by_fill: BTreeSet::new(),
        };
        let open: Vec<i32> = room.used.keys().copied().filter(|o| !leaving.contains(o)).collect();
        room.by_fill = open.into_iter().map(|osd| (room.fill(osd), osd)).collect();
        room
    }

    fn fill(&self, osd: i32) -> u64 {
        let total = self.loads.osds.get(&osd).map_or(0, |(total, _)| *total).max(1);
        let used = self.used.get(&osd).copied().unwrap_or(0);
        (used as f64 / total as f64 * FILL_STEPS) as u64
    }

    fn has_room(&self, osd: i32, bytes: u64) -> bool {
        let Some((total, _)) = self.loads.osds.get(&osd) else { return true };
        let used = self.used.get(&osd).copied().unwrap_or(0);
        (used.saturating_add(bytes)) as f64 <= *total as f64 * self.most
    }

    /// Puts OSDs that have room in the places of new ones that have none, as far as the rule has
    /// some.
    pub(crate) fn make(&self, state: &PoolState<'_>, now: &[i32], osds: &mut [i32], bytes: u64) {
        if !self.loads.is_known {
            return;
        }
        for place in 0..osds.len() {
            let osd = osds[place];
            if now.contains(&osd) || self.has_room(osd, bytes) {
                continue;
            }
            let mut other = osds.to_vec();
            let fits = self.by_fill.iter().take(TRIED_MAX).find(|(_, osd)| {
                other[place] = *osd;
                !osds.contains(osd) && self.has_room(*osd, bytes) && state.is_kept(&other)
            });
            if let Some((_, osd)) = fits {
                osds[place] = *osd;
            }
        }
    }

    /// Counts a PG that comes from some OSDs to others.
    pub(crate) fn carry(&mut self, now: &[i32], osds: &[i32], form: Form, bytes: u64) {
        for (from, to) in moves(now, osds, form) {
            self.change(from, |used| used.saturating_sub(bytes));
            self.change(to, |used| used.saturating_add(bytes));
        }
    }

    fn change(&mut self, osd: i32, change: impl Fn(u64) -> u64) {
        let is_open = self.by_fill.remove(&(self.fill(osd), osd));
        if let Some(used) = self.used.get_mut(&osd) {
            *used = change(*used);
        }
        if is_open {
            self.by_fill.insert((self.fill(osd), osd));
        }
    }
}
