//! All PGs of two states of a cluster.

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::data::ClusterData;
use super::holders::Holders;
use super::pg_compare::PgRoom;
use super::pool_pair::{PoolPair, pair_pools};
use super::report::{ClusterReport, report};
use super::rows::PgChanges;
use super::state::ClusterState;
use super::tally::Tally;
use crate::progress::Progress;

/// PGs that a thread takes at once.
const UNITS_PER_BLOCK: u32 = 1024;

/// Where the state after the change is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterState {
    /// Only the map is predicted: acting sets are what the PGs' OSDs will choose.
    #[default]
    Predicted,
    /// The map is a cluster's own: its pg_temp tells the acting sets.
    Recorded,
}

/// How to compare.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads to use.
    pub threads: NonZeroUsize,
    /// Where the state after the change is from.
    pub after: AfterState,
    /// Whether to list the PGs that differ.
    pub list_pgs: bool,
    /// Whether to note who has which PG's data, for a further step.
    pub keep_holders: bool,
}

impl Default for Options {
    /// One thread, predicted, with PGs, without holders.
    fn default() -> Options {
        Options {
            threads: NonZeroUsize::MIN,
            after: AfterState::Predicted,
            list_pgs: true,
            keep_holders: false,
        }
    }
}

/// The work was cancelled ([`Progress::cancel`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the work was cancelled")
    }
}

impl Error for Cancelled {}

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
}

/// What a thread found in some PGs that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) tally: Tally,
    pub(crate) changes: PgChanges,
    pub(crate) holders_after: Holders,
    pub(crate) holders_healed: Holders,
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
    let (pairs, basis) = pair_pools(before, after, data.cluster);
    let blocks: Vec<(usize, Range<u32>)> = (pairs.iter().enumerate())
        .flat_map(|(place, pair)| {
            let starts = (0..pair.units).step_by(UNITS_PER_BLOCK as usize);
            let end = |start: u32| start.saturating_add(UNITS_PER_BLOCK).min(pair.units);
            starts.map(move |start| (place, start..end(start)))
        })
        .collect();
    let osds = before.map().max_osd().max(after.map().max_osd());
    let next = AtomicUsize::new(0);
    let work = || work_through(&pairs, &blocks, osds, options, &next, progress);
    let mut parts = thread::scope(|scope| {
        let helpers = 1..options.threads.get().min(blocks.len().max(1));
        let helpers: Vec<_> = helpers.map(|_| scope.spawn(work)).collect();
        let mut parts = vec![work()];
        for helper in helpers {
            match helper.join() {
                Ok(part) => parts.push(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        parts
    });
    if progress.is_cancelled() {
        return Err(Cancelled);
    }
    let mut tally = Tally::new(osds);
    let mut lists = Vec::with_capacity(blocks.len());
    for (part, found) in parts.drain(..) {
        tally.add(part);
        lists.extend(found);
    }
    lists.sort_unstable_by_key(|(block, _)| *block);
    let mut all = Found::default();
    for (_, found) in lists {
        all.changes.append(&found.changes);
        all.holders_after.append(&found.holders_after);
        all.holders_healed.append(&found.holders_healed);
    }
    Ok(Comparison {
        report: report([before, after], data, basis, &tally),
        pgs: all.changes,
        holders_after: all.holders_after,
        holders_healed: all.holders_healed,
    })
}

/// Takes blocks until none is left: the sums, and the lists of each block.
fn work_through(
    pairs: &[PoolPair<'_>],
    blocks: &[(usize, Range<u32>)],
    osds: usize,
    options: &Options,
    next: &AtomicUsize,
    progress: &Progress,
) -> (Tally, Vec<(usize, Found)>) {
    let mut room = PgRoom::default();
    let mut tally = Tally::new(osds);
    let mut lists = Vec::new();
    while !progress.is_cancelled() {
        let block = next.fetch_add(1, Ordering::Relaxed);
        let Some((place, units)) = blocks.get(block) else { break };
        let mut found = Found { tally, ..Found::default() };
        for unit in units.clone() {
            room.compare(&pairs[*place], *place, unit, options, &mut found);
        }
        tally = std::mem::take(&mut found.tally);
        let is_empty = found.changes.is_empty()
            && found.holders_after.is_empty()
            && found.holders_healed.is_empty();
        if !is_empty {
            lists.push((block, found));
        }
        progress.advance(units.len() as u64);
    }
    (tally, lists)
}
