//! Going through all failures.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::map_flag;

use super::domain::{Domain, DomainError, domains};
use super::evaluate::Evaluator;
use super::failure::{PairChoice, Pairs, choose_pairs};
use super::flows::Flows;
use super::outcome::{Fullest, Outcome};
use super::report::{Failure, SweepReport, Tally, TypeSweep};
use super::start::Start;
use super::workers::on_threads;
use crate::copysets::{CopysetOptions, CopysetReport, losses};
use crushlab_compare::progress::Progress;
use crushlab_compare::{Baseline, Cancelled, ClusterData, ClusterState};
use crushlab_monitor::config::Config;

/// Most failures that a sweep goes through.
pub const FAILURES_MAX: u64 = 5_000_000;

/// Failures of one type to go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Name of the type: `osd`, `host`, `rack`, …
    pub type_name: String,
    /// Which pairs of them fail together, besides each alone.
    pub pairs: Pairs,
}

/// How to sweep.
#[derive(Clone, Debug)]
pub struct Options {
    /// What fails.
    pub asks: Vec<Ask>,
    /// Seed of samples.
    pub seed: u64,
    /// Threads to use.
    pub threads: NonZeroUsize,
    /// Settings of monitors: they decide whether OSDs go out by themselves.
    pub config: Config,
    /// Losses of how many OSDs at once to count, and how many to draw where they are too many;
    /// `None` to leave copysets out. No numbers stand for those that can lose data of some pool.
    pub copysets: Option<(Vec<usize>, u64)>,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SweepError {
    /// Nothing of a type can fail.
    Domain(DomainError),
    /// There are too many failures to go through.
    TooMany {
        /// How many.
        failures: u64,
    },
    /// [`Progress::cancel`] was called.
    Cancelled,
}

impl fmt::Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SweepError::Domain(error) => error.fmt(f),
            SweepError::TooMany { failures } => write!(
                f,
                "{failures} failures are to be gone through, {FAILURES_MAX} at most can be: \
                 expected a sample of the pairs"
            ),
            SweepError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl std::error::Error for SweepError {}

impl From<DomainError> for SweepError {
    fn from(error: DomainError) -> SweepError {
        SweepError::Domain(error)
    }
}

impl From<Cancelled> for SweepError {
    fn from(_: Cancelled) -> SweepError {
        SweepError::Cancelled
    }
}

/// A type whose failures are gone through.
struct Plan {
    type_name: String,
    domains: Vec<Domain>,
    pairs: Option<PairChoice>,
}

/// A failure to go through: place of the plan, and of the domains in it.
type Planned = (usize, usize, Option<usize>);

/// What [`sweep`] counts as done, for [`Progress`]: one for each PG, and for each failure about as
/// many as PGs are looked at.
///
/// # Errors
/// [`SweepError`].
pub fn units_to_sweep(map: &OsdMap, options: &Options) -> Result<u64, SweepError> {
    let plans = plans(map, options)?;
    let failures = failures(&plans);
    let units = failures.iter().map(|failure| units_of(&plans, failure, pgs_per_osd(map)));
    Ok(units.fold(map.pg_count(), u64::saturating_add))
}

/// Lets every domain of some types fail, alone and in pairs: its OSDs go down, then out, whatever
/// flags and limits would keep them from it, and all data moves that can. Each failure starts from
/// the same cluster. The answer does not depend on the number of threads. `placed` are the state's
/// PGs.
///
/// # Errors
/// [`SweepError`].
pub fn sweep(
    placed: &Baseline,
    state: &ClusterState<'_>,
    data: &ClusterData<'_>,
    options: &Options,
    progress: &Progress,
) -> Result<SweepReport, SweepError> {
    let map = state.map();
    let plans = plans(map, options)?;
    let planned = failures(&plans);
    let start = Start::new((placed, state), data, options.threads, progress)?;
    let copysets = count_copysets(&start, options, progress)?;
    let next = AtomicUsize::new(0);
    let per_osd = pgs_per_osd(map);
    let parts = on_threads(options.threads, || {
        let mut found: Vec<(usize, Outcome)> = Vec::new();
        let mut evaluator = Evaluator::new(&start);
        while !progress.is_cancelled() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(failure) = planned.get(number) else { break };
            found.push((number, evaluator.evaluate(&osds_of(&plans, failure))));
            progress.advance(units_of(&plans, failure, per_osd));
        }
        found
    });
    if progress.is_cancelled() {
        return Err(SweepError::Cancelled);
    }
    let mut found: Vec<(usize, Outcome)> = parts.into_iter().flatten().collect();
    found.sort_unstable_by_key(|(number, _)| *number);
    Ok(SweepReport { copysets, ..report(&start, plans, &planned, &found, &options.config) })
}

fn plans(map: &OsdMap, options: &Options) -> Result<Vec<Plan>, SweepError> {
    let mut failures = 0u64;
    let mut plans = Vec::with_capacity(options.asks.len());
    for Ask { type_name, pairs } in &options.asks {
        let domains = domains(map, type_name)?;
        let pair_count = super::failure::planned_pairs(domains.len(), *pairs);
        failures = failures.saturating_add(domains.len() as u64).saturating_add(pair_count);
        if failures > FAILURES_MAX {
            return Err(SweepError::TooMany { failures });
        }
        let is_asked = *pairs != Pairs::None;
        let pairs = is_asked.then(|| choose_pairs(domains.len(), *pairs, options.seed));
        plans.push(Plan { type_name: type_name.clone(), domains, pairs });
    }
    Ok(plans)
}

/// All failures in order: each domain of a type alone, then pairs.
fn failures(plans: &[Plan]) -> Vec<Planned> {
    let of_plan = |(place, plan): (usize, &Plan)| {
        let pairs = plan.pairs.iter().flat_map(|pairs| &pairs.chosen);
        let pairs = pairs.map(|(first, second)| (*first, Some(*second)));
        let singles = (0..plan.domains.len()).map(|first| (first, None));
        let both = singles.chain(pairs).map(|(first, second)| (place, first, second));
        both.collect::<Vec<Planned>>()
    };
    plans.iter().enumerate().flat_map(of_plan).collect()
}

/// The OSDs of a failure, by rising number.
fn osds_of(plans: &[Plan], (place, first, second): &Planned) -> Vec<i32> {
    let domains = &plans[*place].domains;
    let mut osds = domains[*first].osds.clone();
    if let Some(second) = second {
        osds.extend_from_slice(&domains[*second].osds);
        osds.sort_unstable();
        osds.dedup();
    }
    osds
}

fn pgs_per_osd(map: &OsdMap) -> u64 {
    let shards = map.pools.values().map(|pool| u64::from(pool.pg_num) * u64::from(pool.size));
    let osds = (0i32..).take(map.max_osd()).filter(|osd| map.is_in(*osd)).count() as u64;
    shards.sum::<u64>() / osds.max(1)
}

fn units_of(plans: &[Plan], (place, first, second): &Planned, per_osd: u64) -> u64 {
    let domains = &plans[*place].domains;
    let osds = [Some(*first), *second].into_iter().flatten().map(|one| domains[one].osds.len());
    per_osd.saturating_mul(osds.sum::<usize>() as u64).saturating_add(1)
}

fn report(
    start: &Start<'_>,
    plans: Vec<Plan>,
    planned: &[Planned],
    found: &[(usize, Outcome)],
    config: &Config,
) -> SweepReport {
    let outcomes = planned.iter().zip(found.iter().map(|(_, outcome)| outcome));
    let mut failures: Vec<Failure> = outcomes
        .map(|((sweep, first, second), outcome)| Failure {
            sweep: *sweep,
            first: *first,
            second: *second,
            outcome: *outcome,
        })
        .collect();
    let verdicts = |place: usize, is_pair: bool| -> Vec<_> {
        let wanted = failures.iter().filter(|one| one.sweep == place);
        let wanted = wanted.filter(|one| one.second.is_some() == is_pair);
        wanted.map(|one| one.outcome.verdict).collect()
    };
    let map = start.state.map();
    let sweeps = plans.into_iter().enumerate().map(|(place, plan)| TypeSweep {
        goes_out_by_itself: goes_out_by_itself(map, &plan.type_name, config),
        singles: Tally::new(plan.domains.len() as u64, &verdicts(place, false)),
        pairs: plan.pairs.map(|pairs| Tally::new(pairs.all, &verdicts(place, true))),
        type_name: plan.type_name,
        domains: plan.domains,
    });
    let sweeps = sweeps.collect();
    failures.sort_by(|a, b| a.outcome.worst_first(&b.outcome));
    let fullest = start.fullest(&Flows::default(), |osd| map.is_up(osd));
    SweepReport {
        data_basis: start.basis,
        has_fill: start.has_fill(),
        pgs: map.pg_count(),
        short: start.short,
        short_healed: start.short_healed,
        fullest: fullest.map(Fullest::of),
        too_full: start.too_full,
        sweeps,
        failures,
        copysets: None,
    }
}

fn count_copysets(
    start: &Start<'_>,
    options: &Options,
    progress: &Progress,
) -> Result<Option<CopysetReport>, Cancelled> {
    let Some((lost, samples)) = &options.copysets else { return Ok(None) };
    let Options { seed, threads, .. } = *options;
    let lost = match lost.is_empty() {
        true => start.fatal_losses(),
        false => lost.clone(),
    };
    let options = CopysetOptions { lost, samples: *samples, seed, threads };
    losses(&start.loss_sets(), &options, progress).map(Some).ok_or(Cancelled)
}

/// Whether the monitors mark the OSDs of a failed domain out by themselves (`OSDMonitor::tick`).
fn goes_out_by_itself(map: &OsdMap, type_name: &str, config: &Config) -> bool {
    let limit = map.crush.type_id(&config.mon_osd_down_out_subtree_limit);
    let is_below = limit
        .filter(|limit| *limit > 0)
        .is_none_or(|limit| map.crush.type_id(type_name).is_some_and(|type_id| type_id < limit));
    let waits = config.mon_osd_down_out_interval_seconds > 0;
    is_below && waits && map.flags & map_flag::NOOUT == 0
}
