//! All PGs of a rule, before and after a change of reweights.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crushlab_crush::{Map, Mapper, NONE, RULE_TYPE_ERASURE, RULE_TYPE_MSR_INDEP, Rule};
use crushlab_kernel::{Batch, Placements, Workspace};

use crate::tally::Tally;
use crushlab_compare::change::{Change, Compare, Sides};
use crushlab_compare::progress::Progress;
use crushlab_compare::seeds::Seeds;
use crushlab_compare::share::asked_per_pg;

/// PGs that a thread takes at once: enough that handing them out costs nothing, few enough that
/// progress is seen and a wish to stop is heard.
const PGS_PER_BLOCK: u32 = 4096;

/// A question: these PGs, placed by this rule, before and after.
#[derive(Clone, Copy, Debug)]
pub struct Scenario<'a> {
    /// The map; it stays the same.
    pub map: &'a Map,
    /// Id of the rule.
    pub rule_id: usize,
    /// Devices that each PG should have.
    pub size: usize,
    /// The PGs.
    pub seeds: Seeds,
    /// Reweights (16.16) by device before the change; a device beyond their end is out.
    pub reweights_before: &'a [u32],
    /// Reweights (16.16) by device after the change.
    pub reweights_after: &'a [u32],
    /// Threads to use.
    pub threads: NonZeroUsize,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// PGs looked at.
    pub pgs: u64,
    /// How placements were compared.
    pub compare: Compare,
    /// PGs whose devices differ, those that only lose one included.
    pub pgs_moved: u64,
    /// Shards that a device receives.
    pub shards_moved: u64,
    /// Fewest shards that had to move (see [`change`](crushlab_compare::change)).
    pub shards_moved_least: u64,
    /// Shards that have a device, before.
    pub shards_before: u64,
    /// Shards that have a device, after.
    pub shards_after: u64,
    /// PGs with fewer devices than they should have, before.
    pub pgs_short_before: u64,
    /// PGs with fewer devices than they should have, after.
    pub pgs_short_after: u64,
    /// PGs with an empty position in their placement, before.
    pub pgs_with_holes_before: u64,
    /// PGs with an empty position in their placement, after.
    pub pgs_with_holes_after: u64,
    /// Every device that holds or should hold something, by rising id.
    pub osds: Vec<OsdLoad>,
    /// Shards by source and target; most first, then by rising ids.
    pub moves: Vec<Move>,
}

/// One device before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OsdLoad {
    /// The device.
    pub osd: i32,
    /// PGs it holds a shard of, before.
    pub pgs_before: u64,
    /// PGs it holds a shard of, after.
    pub pgs_after: u64,
    /// PGs that the weights ask it to hold, before (see [`share`](crushlab_compare::share)).
    pub pgs_asked_before: f64,
    /// PGs that the weights ask it to hold, after.
    pub pgs_asked_after: f64,
}

/// Shards that go from one device to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The device that loses them, or [`NONE`](crushlab_crush::NONE) where the position was empty.
    pub from: i32,
    /// The device that receives them.
    pub to: i32,
    /// How many.
    pub shards: u64,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatIfError {
    /// The map has no rule of this id.
    NoSuchRule {
        /// The id.
        rule_id: usize,
    },
    /// [`Progress::cancel`] was called.
    Cancelled,
}

impl fmt::Display for WhatIfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhatIfError::NoSuchRule { rule_id } => write!(f, "the map has no rule {rule_id}"),
            WhatIfError::Cancelled => write!(f, "the work was cancelled"),
        }
    }
}

impl Error for WhatIfError {}

/// Places every PG before and after, and counts what differs. The answer does not depend on the
/// number of threads.
///
/// # Errors
/// [`WhatIfError::NoSuchRule`], or [`WhatIfError::Cancelled`] when `progress` says so.
pub fn what_if(scenario: &Scenario<'_>, progress: &Progress) -> Result<Report, WhatIfError> {
    let no_such_rule = WhatIfError::NoSuchRule { rule_id: scenario.rule_id };
    let rule = scenario.map.rule(scenario.rule_id).ok_or(no_such_rule)?;
    let mapper = |reweights| {
        let choose_args = scenario.map.choose_args_for(scenario.seeds.choose_args_id());
        Mapper::new(scenario.map, scenario.rule_id, scenario.size, reweights)
            .map(|mapper| Batch::from(&mapper.with_choose_args(choose_args)))
            .ok_or(no_such_rule)
    };
    let before = mapper(scenario.reweights_before)?;
    let after = mapper(scenario.reweights_after)?;
    let sides = Sides {
        reweights_before: scenario.reweights_before,
        reweights_after: scenario.reweights_after,
        compare: compare_for(rule),
    };
    let next_block = AtomicU64::new(0);
    let work = || {
        let _entered = progress.enter();
        let mut tally = Tally::default();
        let mut scratch = Scratch::default();
        while let Some(pgs) = take_block(&next_block, scenario.seeds.pg_num(), progress) {
            let count = pgs.len() as u64;
            scratch.count_pgs(&mut tally, scenario, &sides, [&before, &after], pgs);
            progress.advance(count);
        }
        tally
    };
    let tally = thread::scope(|scope| {
        let helpers: Vec<_> = (1..scenario.threads.get()).map(|_| scope.spawn(work)).collect();
        let mut tally = work();
        for helper in helpers {
            match helper.join() {
                Ok(counted) => tally.add(counted),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        tally
    });
    if progress.is_cancelled() {
        return Err(WhatIfError::Cancelled);
    }
    Ok(report(scenario, rule, sides.compare, tally))
}

/// How the placements of a rule's pools are compared.
pub fn compare_for(rule: &Rule) -> Compare {
    match rule.rule_type {
        RULE_TYPE_ERASURE | RULE_TYPE_MSR_INDEP => Compare::Positions,
        _ => Compare::Sets,
    }
}

/// The next PGs that nobody has taken yet.
fn take_block(
    next_block: &AtomicU64,
    pg_num: u32,
    progress: &Progress,
) -> Option<std::ops::Range<u32>> {
    if progress.is_cancelled() {
        return None;
    }
    let block = next_block.fetch_add(1, Ordering::Relaxed);
    let start = u32::try_from(block).ok()?.checked_mul(PGS_PER_BLOCK)?;
    (start < pg_num).then(|| start..start.saturating_add(PGS_PER_BLOCK).min(pg_num))
}

/// What a thread needs to place and compare PGs.
#[derive(Default)]
struct Scratch {
    workspace: Workspace,
    inputs: Vec<u32>,
    /// Placements before and after.
    placed: [Placements; 2],
    change: Change,
}

impl Scratch {
    fn count_pgs(
        &mut self,
        tally: &mut Tally,
        scenario: &Scenario<'_>,
        sides: &Sides<'_>,
        batches: [&Batch<'_>; 2],
        pgs: std::ops::Range<u32>,
    ) {
        let Scratch { workspace, inputs, placed, change } = self;
        inputs.clear();
        inputs.extend(pgs.map(|pg| scenario.seeds.input(pg)));
        for (batch, placed) in batches.into_iter().zip(&mut *placed) {
            placed.stride = scenario.size;
            placed.devices.resize(inputs.len() * scenario.size, NONE);
            placed.lengths.resize(inputs.len(), 0);
            batch.place_into(inputs, &mut placed.devices, &mut placed.lengths, workspace);
        }
        let [before, after] = placed;
        for ((x, before), after) in inputs.iter().zip(before.iter()).zip(after.iter()) {
            tally.before.count(before, scenario.size);
            tally.after.count(after, scenario.size);
            change.find(sides, *x, before, after);
            tally.count_change(change);
        }
    }
}

fn report(scenario: &Scenario<'_>, rule: &Rule, compare: Compare, tally: Tally) -> Report {
    let pgs = u64::from(scenario.seeds.pg_num());
    let asked = |reweights| asked_per_pg(scenario.map, rule, scenario.size, reweights);
    let asked_before = asked(scenario.reweights_before);
    let asked_after = asked(scenario.reweights_after);
    let ids: BTreeSet<i32> = [&tally.before.by_device, &tally.after.by_device]
        .into_iter()
        .flat_map(BTreeMap::keys)
        .chain(asked_before.keys())
        .chain(asked_after.keys())
        .copied()
        .collect();
    let load = |osd| OsdLoad {
        osd,
        pgs_before: tally.before.by_device.get(&osd).copied().unwrap_or(0),
        pgs_after: tally.after.by_device.get(&osd).copied().unwrap_or(0),
        pgs_asked_before: asked_before.get(&osd).copied().unwrap_or(0.0) * pgs as f64,
        pgs_asked_after: asked_after.get(&osd).copied().unwrap_or(0.0) * pgs as f64,
    };
    let mut moves: Vec<Move> =
        tally.moves.iter().map(|(&(from, to), &shards)| Move { from, to, shards }).collect();
    // Stable: equal numbers stay sorted by source and target.
    moves.sort_by_key(|entry| std::cmp::Reverse(entry.shards));
    Report {
        pgs,
        compare,
        pgs_moved: tally.pgs_moved,
        shards_moved: tally.shards_moved,
        shards_moved_least: tally.shards_moved_least,
        shards_before: tally.before.shards,
        shards_after: tally.after.shards,
        pgs_short_before: tally.before.pgs_short,
        pgs_short_after: tally.after.pgs_short,
        pgs_with_holes_before: tally.before.pgs_with_holes,
        pgs_with_holes_after: tally.after.pgs_with_holes,
        osds: ids.into_iter().map(load).collect(),
        moves,
    }
}

#[cfg(test)]
mod tests;
