//! Sums over many PGs; each thread has its own, and in the end they are added up.
//!
//! **The least possible movement** of a pool is the larger of two lower bounds. One is the sum of
//! what each PG forces (see [`moves`](super::moves)). The other is the sum of what OSDs gain: an
//! OSD that holds more shards of a pool after the change has received at least the difference, so
//! no placement with as many shards on every OSD as this one could do with less. That is the bound
//! for changed CRUSH weights. It takes the new distribution as given, its unevenness included.

use std::collections::HashMap;

use super::amounts::Amount;
use super::copies::Copies;
use super::pg_state::PgState;
use super::pool_side::PoolSide;
use super::settle::View;
use super::topology::Violations;

/// What the PGs are at one time.
#[derive(Clone, Debug, Default)]
pub(crate) struct SideTally {
    pub(crate) states: HashMap<PgState, u64>,
    pub(crate) copies: CopySums,
    pub(crate) pgs_sharing_domain: u64,
    pub(crate) pgs_outside_rule: u64,
}

impl SideTally {
    pub(crate) fn count(&mut self, view: &View, violations: Violations) {
        *self.states.entry(view.state).or_insert(0) += 1;
        self.copies.add(&CopySums::of(view.copies));
        self.pgs_sharing_domain += u64::from(violations.shares_domain);
        self.pgs_outside_rule += u64::from(violations.is_outside);
    }

    pub(crate) fn add(&mut self, other: &SideTally) {
        for (state, pgs) in &other.states {
            *self.states.entry(*state).or_insert(0) += pgs;
        }
        self.copies.add(&other.copies);
        self.pgs_sharing_domain += other.pgs_sharing_domain;
        self.pgs_outside_rule += other.pgs_outside_rule;
    }

    /// Takes out what was counted before.
    pub(crate) fn remove(&mut self, other: &SideTally) {
        for (state, pgs) in &other.states {
            *self.states.entry(*state).or_insert(0) -= pgs;
        }
        self.states.retain(|_, pgs| *pgs > 0);
        self.copies.remove(&other.copies);
        self.pgs_sharing_domain -= other.pgs_sharing_domain;
        self.pgs_outside_rule -= other.pgs_outside_rule;
    }
}

/// The plain PGs of a pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainTally {
    pub(crate) pgs: u64,
    pub(crate) side: SideTally,
    /// PGs and primaries by OSD.
    pub(crate) osds: Vec<[u64; 2]>,
}

impl PlainTally {
    /// Counts a PG.
    pub(crate) fn count(&mut self, view: &View, side: &PoolSide<'_>) {
        self.pgs += 1;
        self.side.count(view, side.topology.check(&view.up));
        let most = view.up.iter().copied().max().unwrap_or(0);
        if self.osds.len() <= most as usize {
            self.osds.resize(most as usize + 1, [0; 2]);
        }
        for osd in &view.up {
            self.osds[*osd as usize][0] += 1;
        }
        self.osds[view.up_primary as usize][1] += 1;
    }

    pub(crate) fn add(&mut self, other: &PlainTally) {
        self.pgs += other.pgs;
        self.side.add(&other.side);
        if self.osds.len() < other.osds.len() {
            self.osds.resize(other.osds.len(), [0; 2]);
        }
        for (osd, counted) in self.osds.iter_mut().zip(&other.osds) {
            osd[0] += counted[0];
            osd[1] += counted[1];
        }
    }

    /// Takes out what was counted before.
    pub(crate) fn remove(&mut self, other: &PlainTally) {
        self.pgs -= other.pgs;
        self.side.remove(&other.side);
        for (osd, counted) in self.osds.iter_mut().zip(&other.osds) {
            osd[0] -= counted[0];
            osd[1] -= counted[1];
        }
    }
}

/// Copies of the objects of many PGs. Too wide to overflow, so that what was added can be taken out
/// again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CopySums {
    all: u128,
    degraded: u128,
    misplaced: u128,
}

impl CopySums {
    pub(crate) fn of(copies: Copies) -> CopySums {
        CopySums {
            all: copies.object_copies.into(),
            degraded: copies.degraded_object_copies.into(),
            misplaced: copies.misplaced_object_copies.into(),
        }
    }

    pub(crate) fn add(&mut self, other: &CopySums) {
        self.all += other.all;
        self.degraded += other.degraded;
        self.misplaced += other.misplaced;
    }

    fn remove(&mut self, other: &CopySums) {
        self.all -= other.all;
        self.degraded -= other.degraded;
        self.misplaced -= other.misplaced;
    }

    /// The sums; the largest number there is for larger ones.
    pub(crate) fn copies(&self) -> Copies {
        let number = |sum: u128| u64::try_from(sum).unwrap_or(u64::MAX);
        Copies {
            object_copies: number(self.all),
            degraded_object_copies: number(self.degraded),
            misplaced_object_copies: number(self.misplaced),
        }
    }
}

/// Shards, and the objects and bytes in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shards {
    pub(crate) shards: u64,
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
}

impl Shards {
    pub(crate) fn of(amount: Amount, shard_bytes: u64) -> Shards {
        Shards { shards: 1, objects: amount.objects, bytes: shard_bytes }
    }

    pub(crate) fn add(&mut self, other: Shards) {
        self.shards += other.shards;
        self.objects = self.objects.saturating_add(other.objects);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// One OSD.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsdTally {
    /// PGs that it shall hold, and those of them that it is the primary of.
    pub(crate) pgs: [u64; 2],
    pub(crate) primaries: [u64; 2],
    /// What the change makes it receive.
    pub(crate) received: Shards,
    /// Bytes that still come and go until all has moved, whatever the reason.
    pub(crate) arriving_bytes: u64,
    pub(crate) leaving_bytes: u64,
}

impl OsdTally {
    fn add(&mut self, other: &OsdTally) {
        for side in 0..2 {
            self.pgs[side] += other.pgs[side];
            self.primaries[side] += other.primaries[side];
        }
        self.received.add(other.received);
        self.arriving_bytes = self.arriving_bytes.saturating_add(other.arriving_bytes);
        self.leaving_bytes = self.leaving_bytes.saturating_add(other.leaving_bytes);
    }
}

/// Least movement of a pool: shards and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Least {
    pub(crate) shards: u64,
    pub(crate) bytes: u64,
}

/// What an OSD gains (or loses, where negative) of one pool.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gain {
    pub(crate) shards: i64,
    pub(crate) bytes: i128,
}

/// What one thread has counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Before, right after, and healed.
    pub(crate) sides: [SideTally; 3],
    pub(crate) pgs: [u64; 2],
    pub(crate) pgs_changed: u64,
    pub(crate) pgs_moved: u64,
    /// PGs whose data a flag holds where it is.
    pub(crate) pgs_held: u64,
    pub(crate) moved: Shards,
    pub(crate) rebuilt: Shards,
    pub(crate) osds: Vec<OsdTally>,
    /// By (from, to).
    pub(crate) moves: HashMap<(i32, i32), Shards>,
    /// By place of the pool and OSD.
    pub(crate) gains: HashMap<(usize, i32), Gain>,
    /// What single PGs force, by place of the pool.
    pub(crate) forced: HashMap<usize, Least>,
}

impl Tally {
    pub(crate) fn new(osds: usize) -> Tally {
        Tally { osds: vec![OsdTally::default(); osds], ..Tally::default() }
    }

    pub(crate) fn osd(&mut self, osd: i32) -> Option<&mut OsdTally> {
        self.osds.get_mut(usize::try_from(osd).ok()?)
    }

    pub(crate) fn gain(&mut self, pool: usize, osd: i32, shards: i64, bytes: u64) {
        let gain = self.gains.entry((pool, osd)).or_default();
        gain.shards += shards;
        gain.bytes += i128::from(shards) * i128::from(bytes);
    }

    pub(crate) fn add(&mut self, other: Tally) {
        for (side, counted) in self.sides.iter_mut().zip(other.sides) {
            side.add(&counted);
        }
        for side in 0..2 {
            self.pgs[side] += other.pgs[side];
        }
        self.pgs_changed += other.pgs_changed;
        self.pgs_moved += other.pgs_moved;
        self.pgs_held += other.pgs_held;
        self.moved.add(other.moved);
        self.rebuilt.add(other.rebuilt);
        for (osd, counted) in self.osds.iter_mut().zip(&other.osds) {
            osd.add(counted);
        }
        for (pair, shards) in other.moves {
            self.moves.entry(pair).or_default().add(shards);
        }
        for (key, gain) in other.gains {
            let sum = self.gains.entry(key).or_default();
            sum.shards += gain.shards;
            sum.bytes += gain.bytes;
        }
        for (pool, least) in other.forced {
            let sum = self.forced.entry(pool).or_default();
            sum.shards += least.shards;
            sum.bytes = sum.bytes.saturating_add(least.bytes);
        }
    }

    /// Adds PGs that are the same before, after and healed.
    pub(crate) fn add_plain(&mut self, plain: &PlainTally) {
        self.sides.iter_mut().for_each(|side| side.add(&plain.side));
        self.pgs.iter_mut().for_each(|pgs| *pgs += plain.pgs);
        for (osd, counted) in self.osds.iter_mut().zip(&plain.osds) {
            osd.pgs.iter_mut().for_each(|pgs| *pgs += counted[0]);
            osd.primaries.iter_mut().for_each(|pgs| *pgs += counted[1]);
        }
    }

    /// The least that all pools could do with.
    pub(crate) fn least(&self) -> Least {
        let mut gained: HashMap<usize, Least> = HashMap::new();
        for ((pool, _), gain) in &self.gains {
            let sum = gained.entry(*pool).or_default();
            sum.shards += u64::try_from(gain.shards).unwrap_or(0);
            sum.bytes = sum.bytes.saturating_add(u64::try_from(gain.bytes).unwrap_or(0));
        }
        for (pool, forced) in &self.forced {
            let least = gained.entry(*pool).or_default();
            least.shards = least.shards.max(forced.shards);
            least.bytes = least.bytes.max(forced.bytes);
        }
        gained.values().fold(Least::default(), |sum, least| Least {
            shards: sum.shards + least.shards,
            bytes: sum.bytes.saturating_add(least.bytes),
        })
    }
}
