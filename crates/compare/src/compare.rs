//! All PGs of two states of a cluster.

use std::num::NonZeroUsize;
use std::ops::Range;

use crushlab_kernel::Placements;
use crushlab_osdmap::Cluster;

use super::amounts::DataBasis;
use super::backfill::{Hold, Queue, TooFull};
use super::baseline::{Baseline, PoolOutcome};
use super::data::ClusterData;
use super::fill::{FillLevel, limit_ratio};
use super::found::{Found, Lists};
use super::holders::Holders;
use super::pg_compare::{Limits, PgScratch};
use super::pool_pair::{PoolPair, pair_pools};
use super::report::{ClusterReport, report};
use super::rows::PgChanges;
use super::search::Search;
use super::state::ClusterState;
use super::tally::{OsdTally, PlainTally, Tally};
use super::touched::{Touched, WhyEvery};
use crate::blocks::in_blocks;
use crate::index::EveryPg;
use crate::progress::Progress;

pub use super::options::{AfterState, Options};
pub use super::progress::Cancelled;

/// PGs that a thread takes at once.
const UNITS_PER_BLOCK: usize = 1024;

/// What two states differ in.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The numbers.
    pub report: ClusterReport,
    /// The PGs that differ, if they were asked for.
    pub pgs: PgChanges,
    /// Who has the data right after the change, if that was asked for.
    pub holders_after: Holders,
    /// Who has it when all that can move has moved, if that was asked for.
    pub holders_healed: Holders,
    /// Who serves PGs then that are served by others than their up sets, if that was asked for.
    pub acting_healed: Holders,
    /// What was done for each pool, by rising id.
    pub work: Vec<PoolWork>,
}

/// What was done for a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolWork {
    /// The pool.
    pub pool: i64,
    /// PGs that were looked at.
    pub pgs_compared: u64,
    /// Why these were all PGs, if they were.
    pub why_compared: Option<WhyEvery>,
    /// PGs that CRUSH placed again for the state after.
    pub pgs_placed: u64,
    /// Why these were all PGs of a pool that is the same otherwise, if they were.
    pub why_placed: Option<EveryPg>,
}

/// What one thread works with.
#[derive(Debug, Default)]
struct Part {
    scratch: PgScratch,
    found: Found,
    /// By block.
    lists: Vec<(usize, Lists)>,
}

/// PGs that [`compare`] goes through, for [`Progress`].
pub fn units_to_compare(before: &ClusterState<'_>, after: &ClusterState<'_>) -> u64 {
    let pg_num = |state: &ClusterState<'_>, id| {
        state.map().pools.get(&id).map_or(0, |pool| u64::from(pool.pg_num))
    };
    let kept = before.map().pools.keys().map(|id| pg_num(before, *id).max(pg_num(after, *id)));
    let is_new = |id: &&i64| !before.map().pools.contains_key(*id);
    let new = after.map().pools.keys().filter(is_new).map(|id| pg_num(after, *id));
    kept.chain(new).sum()
}

/// Compares two states of a cluster. `data` is what is known of PGs and OSDs, as counted before
/// the change. The answer does not depend on the number of threads.
///
/// # Errors
/// [`Cancelled`] when `progress` says so.
pub fn compare(
    before: &ClusterState<'_>,
    after: &ClusterState<'_>,
    data: &ClusterData<'_>,
    options: &Options,
    progress: &Progress,
) -> Result<Comparison, Cancelled> {
    let baseline = Baseline::new(before, data.cluster, options.threads, &progress.quiet())?;
    compare_with(&baseline, before, after, data, options, progress)
}

/// The same with what is known of the state before: `baseline` was made for it and for the data of
/// the same cluster. Looks at no more PGs than the change can touch.
///
/// # Errors
/// [`Cancelled`] when `progress` says so.
pub fn compare_with(
    baseline: &Baseline,
    before: &ClusterState<'_>,
    after: &ClusterState<'_>,
    data: &ClusterData<'_>,
    options: &Options,
    progress: &Progress,
) -> Result<Comparison, Cancelled> {
    let found = compare_pools(baseline, before, after, data, options, progress)?;
    Ok(found.0)
}

/// [`compare_with`], with what the baseline of the state after can be made of, without placing all
/// of its PGs.
///
/// # Errors
/// [`Cancelled`] when `progress` says so.
pub fn compare_onward(
    baseline: &Baseline,
    before: &ClusterState<'_>,
    after: &ClusterState<'_>,
    data: &ClusterData<'_>,
    options: &Options,
    progress: &Progress,
) -> Result<(Comparison, Onward), Cancelled> {
    let (found, outcomes) = compare_pools(baseline, before, after, data, options, progress)?;
    Ok((found, Onward(outcomes)))
}

/// What was found out on the way from one state to the next.
#[derive(Debug)]
pub struct Onward(Vec<PoolOutcome>);

impl Onward {
    /// Makes the baseline of the state before one of the state after: `state`, with the data where
    /// it is then. `cluster` says what is known of the data, as for [`Baseline::new`].
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn follow(
        self,
        mut baseline: Baseline,
        state: &ClusterState<'_>,
        cluster: &Cluster,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Baseline, Cancelled> {
        baseline.advance(state, cluster, self.0, threads, progress)?;
        Ok(baseline)
    }
}

/// [`compare_with`], with what makes the baseline of the state before one of the state after.
pub(crate) fn compare_pools(
    baseline: &Baseline,
    before: &ClusterState<'_>,
    after: &ClusterState<'_>,
    data: &ClusterData<'_>,
    options: &Options,
    progress: &Progress,
) -> Result<(Comparison, Vec<PoolOutcome>), Cancelled> {
    let Options { threads, every_pg, .. } = *options;
    let search = Search { threads, progress, every_pg };
    let (pairs, basis) = pair_pools(before, after, baseline, data.cluster, &search)?;
    let pass = Pass { pairs: &pairs, states: [before, after], options, progress };
    let mut limits = Limits { hold: Hold::of(after.map()), without_room: Vec::new() };
    let mut sums = pass.run(&limits, progress)?;
    let skipped = pairs.iter().map(|pair| u64::from(pair.units) - pair.len() as u64).sum();
    progress.advance(skipped);
    let mut too_full = TooFull::default();
    if basis != DataBasis::Unknown {
        let tight = pass.tight_osds(data, &sums.0);
        if !tight.is_empty() {
            (limits.without_room, too_full) = pass.refused(&limits, &tight)?;
            if !limits.without_room.is_empty() {
                sums = pass.run(&limits, &progress.quiet())?;
            }
        }
    }
    let (tally, replaced, lists) = sums;
    let comparison = Comparison {
        report: report([before, after], data, basis, (&tally, &limits.hold, too_full)),
        pgs: lists.changes,
        holders_after: lists.holders_after,
        holders_healed: lists.holders_healed,
        acting_healed: lists.acting_healed,
        work: pairs.iter().map(PoolWork::of).collect(),
    };
    let outcome = |(pair, replaced): (PoolPair<'_>, PlainTally)| PoolOutcome {
        pool: pair.id,
        touched: pair.touched,
        replaced,
    };
    Ok((comparison, pairs.into_iter().zip(replaced).map(outcome).collect()))
}

/// All pools of two states, and how to go through their PGs.
struct Pass<'a> {
    pairs: &'a [PoolPair<'a>],
    states: [&'a ClusterState<'a>; 2],
    options: &'a Options,
    progress: &'a Progress,
}

type Sums = (Tally, Vec<PlainTally>, Lists);

impl Pass<'_> {
    /// The PGs to look at: position of the pool, and positions in it.
    fn blocks(&self) -> Vec<(usize, Range<usize>)> {
        let of_pair = |(position, pair): (usize, &PoolPair<'_>)| {
            let length = pair.len();
            let starts = (0..length).step_by(UNITS_PER_BLOCK);
            starts.map(move |start| (position, start..(start + UNITS_PER_BLOCK).min(length)))
        };
        self.pairs.iter().enumerate().flat_map(of_pair).collect()
    }

    fn osds(&self) -> usize {
        self.states.iter().map(|state| state.map().max_osd()).max().unwrap_or(0)
    }

    /// Compares all PGs; those without room and those that flags hold stay where they are.
    fn run(&self, limits: &Limits, progress: &Progress) -> Result<Sums, Cancelled> {
        let (blocks, osds) = (self.blocks(), self.osds());
        let begin = || {
            let replaced = vec![PlainTally::default(); self.pairs.len()];
            let found = Found { tally: Tally::new(osds), replaced, ..Found::default() };
            Part { found, ..Part::default() }
        };
        let work = |part: &mut Part, block: usize| {
            let (position, units) = &blocks[block];
            let pair = &self.pairs[*position];
            for unit in units.clone().map(|at| pair.unit(at)) {
                let how = (self.options, limits);
                part.scratch.compare(pair, *position, unit, how, &mut part.found);
            }
            if !part.found.lists.is_empty() {
                part.lists.push((block, std::mem::take(&mut part.found.lists)));
            }
            progress.advance(units.len() as u64);
        };
        let threads = self.options.threads;
        let parts = in_blocks(blocks.len(), threads, progress, begin, work).ok_or(Cancelled)?;
        Ok(join(parts, self.pairs, osds))
    }

    /// The OSDs that could pass backfillfull while data moves, with what they have room for before
    /// anything does; by rising number.
    fn tight_osds(&self, data: &ClusterData<'_>, tally: &Tally) -> Vec<(i32, i128)> {
        let map = self.states[1].map();
        let limit = f64::from(limit_ratio(map, FillLevel::Backfillfull));
        let room = |(osd, counted): (i32, &OsdTally)| {
            let stats = data.osds.get(&osd).filter(|stats| stats.total_bytes > 0)?;
            // Largest use that is not above the limit, of any OSD that there is.
            let usable = (limit * stats.total_bytes as f64) as i128;
            let stale = data.stale_bytes.get(&osd).copied().unwrap_or(0);
            let room = usable - i128::from(stats.used_bytes.saturating_sub(stale));
            (i128::from(counted.arriving_bytes) > room.max(0)).then_some((osd, room))
        };
        (0..).zip(&tally.osds).filter_map(room).collect()
    }

    /// The PGs that find no room, and their sums.
    fn refused(
        &self,
        limits: &Limits,
        tight: &[(i32, i128)],
    ) -> Result<(Vec<(usize, u32)>, TooFull), Cancelled> {
        let blocks = self.blocks();
        let begin = || (PgScratch::default(), Queue::default());
        let work = |(scratch, queue): &mut (PgScratch, Queue), block: usize| {
            let (position, units) = &blocks[block];
            let pair = &self.pairs[*position];
            for unit in units.clone().map(|at| pair.unit(at)) {
                scratch.queue(pair, (*position, unit), (self.options, limits), queue);
            }
        };
        let quiet = self.progress.quiet();
        let parts = in_blocks(blocks.len(), self.options.threads, &quiet, begin, work);
        let mut queue = Queue::default();
        parts.ok_or(Cancelled)?.iter().for_each(|(_, part)| queue.append(part));
        let room = |osd: i32| {
            let index = tight.binary_search_by_key(&osd, |(tight, _)| *tight).ok()?;
            Some(tight[index].1)
        };
        let mut refused = Vec::new();
        let sum = queue.settle(room, |pg| refused.push(pg));
        refused.sort_unstable();
        Ok((refused, sum))
    }
}

/// Puts together what threads found, and what is known of PGs that nobody looked at.
fn join(parts: Vec<Part>, pairs: &[PoolPair<'_>], osds: usize) -> Sums {
    let mut tally = Tally::new(osds);
    let mut replaced = vec![PlainTally::default(); pairs.len()];
    let mut blocks = Vec::new();
    for part in parts {
        tally.add(part.found.tally);
        for (sum, found) in replaced.iter_mut().zip(&part.found.replaced) {
            sum.add(found);
        }
        blocks.extend(part.lists);
    }
    for (pair, replaced) in pairs.iter().zip(&replaced) {
        if let Some(baseline) = pair.uncounted() {
            let mut plain = baseline.plain.clone();
            plain.remove(replaced);
            tally.add_plain(&plain);
        }
    }
    blocks.sort_unstable_by_key(|(block, _)| *block);
    let mut lists = Lists::default();
    blocks.iter().for_each(|(_, found)| lists.append(found));
    (tally, replaced, lists)
}

impl PoolWork {
    fn of(pair: &PoolPair<'_>) -> PoolWork {
        let placed = |placed: &Option<Placements>| placed.as_ref().map_or(0, |p| p.lengths.len());
        let (pgs_placed, why_placed, why_compared) = match &pair.touched {
            None => (0, None, Some(WhyEvery::NewOrGone)),
            Some(Touched::Every { why, placed: after }) => (placed(after), None, Some(*why)),
            Some(Touched::Pgs { changes, .. }) => {
                let all = pair.units as usize;
                let placed = changes.every_pg.map_or(changes.placed_pgs.len(), |_| all);
                (placed, changes.every_pg, None)
            }
        };
        PoolWork {
            pool: pair.id,
            pgs_compared: pair.len() as u64,
            why_compared,
            pgs_placed: pgs_placed as u64,
            why_placed,
        }
    }
}
