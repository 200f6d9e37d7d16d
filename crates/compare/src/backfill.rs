//! Backfill that waits for room.
//!
//! An OSD refuses a PG when what is used, what it has promised to take, and the PG together pass
//! backfillfull_ratio (`PeeringState`, `OSDService::tentative_backfill_full` and
//! `compute_adjusted_ratio`). A PG begins only when all its new OSDs take it; otherwise it is
//! `backfill_toofull` and asks again later. The most urgent PGs ask first here (those below
//! min_size, then those that lack the most copies), PGs of the same urgency by their numbers. Room
//! that other PGs leave behind counts as free, since refused PGs ask again.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use super::flows::Flows;
use super::look::Look;
use super::start::Start;
use crushlab_compare::copies::count;
use crushlab_compare::fill::limit_ratio;
use crushlab_compare::shape::PoolShape;
use crushlab_compare::{FillLevel, PgState};

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

/// A PG that has to be copied to some OSDs.
#[derive(Clone, Debug)]
struct Backfill {
    urgency: usize,
    /// Place of the pool, and the PG's number.
    pg: (usize, u32),
    targets: Range<usize>,
    shard_bytes: u64,
}

/// All PGs that have to be copied, in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    backfills: Vec<Backfill>,
    targets: Vec<i32>,
}

impl Queue {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.backfills.clear();
        self.targets.clear();
    }

    /// Adds a PG, unless it has nothing to receive.
    pub(crate) fn add(
        &mut self,
        pg: (usize, u32),
        shape: &PoolShape,
        shard_bytes: u64,
        look: &Look,
    ) {
        let first = self.targets.len();
        self.targets.extend(look.targets(shape.is_erasure));
        let targets = first..self.targets.len();
        if !targets.is_empty() {
            self.backfills.push(Backfill {
                urgency: urgency(shape, look),
                pg,
                targets,
                shard_bytes,
            });
        }
    }

    /// What cannot be copied, when what comes to OSDs and goes from them differs by `more` from
    /// what does at the start.
    pub(crate) fn refused(&mut self, start: &Start<'_>, more: &Flows) -> TooFull {
        let mut refused = TooFull::default();
        let mut rooms = self.rooms(start, more);
        if rooms.is_empty() {
            return refused;
        }
        self.backfills.sort_unstable_by_key(|one| (std::cmp::Reverse(one.urgency), one.pg));
        for backfill in &self.backfills {
            let targets = &self.targets[backfill.targets.clone()];
            let bytes = i128::from(backfill.shard_bytes);
            let fits = targets.iter().all(|osd| rooms.get(osd).is_none_or(|room| bytes <= *room));
            if fits {
                for osd in targets {
                    rooms.entry(*osd).and_modify(|room| *room -= bytes);
                }
            } else {
                let shards = targets.len() as u64;
                refused.pgs_backfill_toofull += 1;
                refused.backfill_toofull_shards += shards;
                refused.backfill_toofull_bytes =
                    refused.backfill_toofull_bytes.saturating_add(shards * backfill.shard_bytes);
            }
        }
        refused
    }

    /// Room for what is queued, of the OSDs that have not enough for all of it.
    fn rooms(&self, start: &Start<'_>, more: &Flows) -> HashMap<i32, i128> {
        let mut queued: HashMap<i32, i128> = HashMap::new();
        for backfill in &self.backfills {
            for osd in &self.targets[backfill.targets.clone()] {
                *queued.entry(*osd).or_default() += i128::from(backfill.shard_bytes);
            }
        }
        let limit = f64::from(limit_ratio(start.state.map(), FillLevel::Backfillfull));
        let room = |(osd, queued): (i32, i128)| {
            let stats = start.stats(osd)?;
            let (base, more) = (start.flows.of(osd), more.of(osd));
            let arriving = base.arriving_bytes + more.arriving_bytes;
            let leaving = base.leaving_bytes + more.leaving_bytes;
            // Largest use that is not above the limit, of any OSD that there is.
            let usable = (limit * stats.total_bytes as f64) as i128;
            let room = usable - i128::from(stats.used_bytes) - (arriving - queued) + leaving;
            (room < queued).then_some((osd, room))
        };
        queued.into_iter().filter_map(room).collect()
    }
}

/// Priority of a PG's backfill (`PeeringState::get_backfill_priority`), pools' own left out.
fn urgency(shape: &PoolShape, look: &Look) -> usize {
    let serving = count(&look.view.acting);
    if !look.view.state.has(PgState::ACTIVE) {
        220 + shape.min_size.saturating_sub(serving)
    } else if serving < shape.size {
        140 + shape.size - serving
    } else {
        100
    }
}
