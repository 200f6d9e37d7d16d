//! Which data can move: what flags hold, and what waits for room.
//!
//! An OSD refuses a PG when what is used, what it has promised to take, and the PG together pass
//! backfillfull_ratio (`PeeringState`, `OSDService::tentative_backfill_full` and
//! `compute_adjusted_ratio`). A PG begins only when all its new OSDs take it; otherwise it is
//! `backfill_toofull` and asks again later. The most urgent PGs ask first here (those below
//! min_size, then those that lack the most copies), PGs of the same urgency by their numbers. A PG
//! that has moved leaves room where it was, so those that were refused ask again until none of
//! them fits any more.

use std::collections::HashMap;
use std::ops::Range;

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::map_flag;
use serde::Serialize;

use super::copies::count;
use super::pg_state::PgState;
use super::settle::View;
use super::shape::PoolShape;

/// Rounds in which refused PGs ask again. Each round but the last lets one PG move at least; those
/// that would fit only after more rounds than any cluster needs count as refused.
const ROUNDS_MAX: usize = 1000;

/// What waits for room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TooFull {
    /// PGs that wait because an OSD that shall hold them is too full.
    pub pgs_backfill_toofull: u64,
    /// Shards of theirs that cannot be copied.
    pub backfill_toofull_shards: u64,
    /// Bytes in these.
    pub backfill_toofull_bytes: u64,
}

/// Which movement the flags of a map hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    all: Option<&'static str>,
    undegraded: Option<&'static str>,
}

impl Hold {
    /// What the flags of a map hold: `nobackfill` and `norecover` all data, `norebalance` that of
    /// PGs of which no copy is missing (`PrimaryLogPG::start_recovery_ops`,
    /// `OSDService::pause_recovery`). `pause` stops clients, not recovery.
    pub fn of(map: &OsdMap) -> Hold {
        let flag = |flag: u32, name| (map.flags & flag != 0).then_some(name);
        Hold {
            all: flag(map_flag::NORECOVER, "norecover")
                .or(flag(map_flag::NOBACKFILL, "nobackfill")),
            undegraded: flag(map_flag::NOREBALANCE, "norebalance"),
        }
    }

    /// The flag that holds the data of a PG in this state; `None` if it may move.
    pub fn holds(&self, state: PgState) -> Option<&'static str> {
        self.all.or(self.undegraded.filter(|_| !state.has(PgState::DEGRADED)))
    }

    /// The flags that hold something, as they are set.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        self.all.into_iter().chain(self.undegraded)
    }
}

/// A PG that has to be copied to some OSDs.
#[derive(Clone, Debug)]
struct Backfill {
    urgency: usize,
    /// Position of the pool, and the PG's number.
    pg: (usize, u32),
    targets: Range<usize>,
    sources: Range<usize>,
    shard_bytes: u64,
}

/// All PGs that have to be copied, in any order.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    backfills: Vec<Backfill>,
    osds: Vec<i32>,
}

impl Queue {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.backfills.clear();
        self.osds.clear();
    }

    /// Adds a PG (the position of its pool, its number), unless it has nothing to receive.
    /// `sources` give up a shard each when it has moved.
    pub fn add(
        &mut self,
        pg: (usize, u32),
        urgency: usize,
        shard_bytes: u64,
        targets: impl Iterator<Item = i32>,
        sources: impl Iterator<Item = i32>,
    ) {
        let first = self.osds.len();
        self.osds.extend(targets);
        let targets = first..self.osds.len();
        if targets.is_empty() {
            return;
        }
        self.osds.extend(sources);
        let sources = targets.end..self.osds.len();
        self.backfills.push(Backfill { urgency, pg, targets, sources, shard_bytes });
    }

    /// Adds all PGs of another queue.
    pub fn append(&mut self, other: &Queue) {
        let start = self.osds.len();
        let shift = |range: &Range<usize>| range.start + start..range.end + start;
        self.osds.extend_from_slice(&other.osds);
        self.backfills.extend(other.backfills.iter().map(|one| Backfill {
            targets: shift(&one.targets),
            sources: shift(&one.sources),
            ..*one
        }));
    }

    /// Lets PGs move while there is room. `room` says how many bytes an OSD takes before anything
    /// of the queue moves, or `None` for OSDs that have room for all that comes. Tells `refused`
    /// of every PG that stays (as it was added), and returns their sums.
    pub fn settle(
        &mut self,
        room: impl Fn(i32) -> Option<i128>,
        mut refused: impl FnMut((usize, u32)),
    ) -> TooFull {
        let mut rooms: HashMap<i32, i128> = HashMap::new();
        for osd in &self.osds {
            if let Some(bytes) = room(*osd) {
                rooms.insert(*osd, bytes);
            }
        }
        let mut sum = TooFull::default();
        if rooms.is_empty() {
            return sum;
        }
        self.backfills.sort_unstable_by_key(|one| (std::cmp::Reverse(one.urgency), one.pg));
        let mut waiting: Vec<usize> = (0..self.backfills.len()).collect();
        for _ in 0..ROUNDS_MAX {
            let before = waiting.len();
            waiting.retain(|index| !self.begin(&self.backfills[*index], &mut rooms));
            if waiting.len() == before || waiting.is_empty() {
                break;
            }
        }
        for backfill in waiting.into_iter().map(|index| &self.backfills[index]) {
            let shards = backfill.targets.len() as u64;
            let bytes = shards.saturating_mul(backfill.shard_bytes);
            sum.pgs_backfill_toofull += 1;
            sum.backfill_toofull_shards += shards;
            sum.backfill_toofull_bytes = sum.backfill_toofull_bytes.saturating_add(bytes);
            refused(backfill.pg);
        }
        sum
    }

    /// Moves a PG if all its new OSDs have room for it.
    fn begin(&self, backfill: &Backfill, rooms: &mut HashMap<i32, i128>) -> bool {
        let targets = &self.osds[backfill.targets.clone()];
        let bytes = i128::from(backfill.shard_bytes);
        let fits = targets.iter().all(|osd| rooms.get(osd).is_none_or(|room| bytes <= *room));
        if fits {
            for osd in targets {
                rooms.entry(*osd).and_modify(|room| *room -= bytes);
            }
            for osd in &self.osds[backfill.sources.clone()] {
                rooms.entry(*osd).and_modify(|room| *room += bytes);
            }
        }
        fits
    }
}

/// Priority of a PG's backfill (`PeeringState::get_backfill_priority`), pools' own left out.
/// `view` is the PG while it waits.
pub fn urgency(shape: &PoolShape, view: &View) -> usize {
    let serving = count(&view.acting);
    if !view.state.has(PgState::ACTIVE) {
        220 + shape.min_size.saturating_sub(serving)
    } else if serving < shape.size {
        140 + shape.size - serving
    } else {
        100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Move = (u32, usize, &'static [i32], &'static [i32]);

    /// PGs of 10 bytes a shard, and the room of some OSDs; which PGs stay.
    fn settle(moves: &[Move], rooms: &[(i32, i128)]) -> Vec<u32> {
        let mut queue = Queue::default();
        for (pg, urgency, targets, sources) in moves {
            let (targets, sources) = (targets.iter().copied(), sources.iter().copied());
            queue.add((0, *pg), *urgency, 10, targets, sources);
        }
        let mut refused = Vec::new();
        let room = |osd| rooms.iter().find(|one| one.0 == osd).map(|one| one.1);
        let sum = queue.settle(room, |(_, pg)| refused.push(pg));
        assert_eq!(sum.pgs_backfill_toofull, refused.len() as u64);
        assert_eq!(sum.backfill_toofull_bytes, 10 * sum.backfill_toofull_shards);
        refused
    }

    #[test]
    fn the_most_urgent_pgs_get_the_room_there_is() {
        let moves: [Move; 3] =
            [(1, 100, &[7], &[1]), (2, 141, &[7], &[]), (3, 100, &[7, 8], &[2, 3])];
        assert_eq!(settle(&moves, &[(7, 25)]), [3]);
        assert_eq!(settle(&moves, &[(7, 10)]), [1, 3]);
        assert_eq!(settle(&moves, &[(7, -5)]), [2, 1, 3]);
        assert!(settle(&moves, &[]).is_empty());
    }

    #[test]
    fn a_pg_that_moved_leaves_room_for_those_that_were_refused() {
        // 1 can go to 7 only after 2 has left it, and 2 waits for 3 to leave 8.
        let moves: [Move; 3] = [(1, 100, &[7], &[6]), (2, 100, &[8], &[7]), (3, 100, &[9], &[8])];
        assert!(settle(&moves, &[(7, 0), (8, 0)]).is_empty());
        assert_eq!(settle(&moves, &[(7, 0), (8, 0), (9, 9)]), [1, 2, 3]);
    }

    #[test]
    fn flags_hold_what_they_hold() {
        let map = |flags| OsdMap { flags, ..OsdMap::default() };
        let degraded = PgState::ACTIVE.with(PgState::DEGRADED);
        let held = |flags, state| Hold::of(&map(flags)).holds(state);
        assert_eq!(held(map_flag::NOREBALANCE, PgState::ACTIVE), Some("norebalance"));
        assert_eq!(held(map_flag::NOREBALANCE, degraded), None);
        assert_eq!(held(map_flag::NOBACKFILL, degraded), Some("nobackfill"));
        assert_eq!(held(map_flag::NORECOVER, PgState::ACTIVE), Some("norecover"));
        assert_eq!(held(map_flag::PAUSERD | map_flag::PAUSEWR, degraded), None);
    }
}
