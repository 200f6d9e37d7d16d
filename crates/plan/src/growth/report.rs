//! When a cluster is full, for each plan. Field names are the keys of the JSON form.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_osdmap::{Cluster, OsdStats};
use serde::Serialize;

use super::apply::{Changed, apply};
use super::balance::Balance;
use super::change::Change;
use super::course::{Course, Crossing, Grown};
use super::demand::{Growth, PoolGrowth};
use super::error::GrowthError;
use super::failure::{Domain, after_each_loss, domain_names, domains};
use super::spread::{Known, Spread};
use super::state::State;
use crate::capacity::Subject;
use crate::capacity::room::{LEVELS, level_ratio};
use crushlab_compare::progress::Progress;
use crushlab_compare::{ClusterData, ClusterState, Holders, Options, compare};
use crushlab_monitor::config::Config;

/// What to ask.
#[derive(Clone, Debug)]
pub struct GrowthOptions {
    /// How pools grow; those that are not named do not.
    pub growths: Vec<PoolGrowth>,
    /// Months to look ahead.
    pub months: u32,
    /// Changes, each made on top of those before it.
    pub changes: Vec<Change>,
    /// Type of the bucket that may be lost, such as `host`.
    pub failure_domain: String,
    /// Settings of monitors and managers, by which changes are made or refused.
    pub config: Config,
    /// Threads to use.
    pub threads: NonZeroUsize,
}

/// When a cluster is full.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GrowthReport {
    /// Type of the bucket that may be lost.
    pub failure_domain: String,
    /// The cluster as it is, and after each change.
    pub plans: Vec<PlanReport>,
}

/// When a cluster is full by one plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanReport {
    /// The change that makes this plan of the one before; absent for the cluster as it is.
    pub change: Option<String>,
    /// Ceph's commands for it.
    pub commands: Vec<String>,
    /// Bytes that OSDs receive by the change.
    pub moved_bytes: u64,
    /// The OSD that is fullest while they do, and its fill; absent for the cluster as it is.
    pub worst: Option<FullestOsd>,
    /// Size of all OSDs that are up and in.
    pub total_bytes: u64,
    /// What is used of them when all data has moved that can; after a change, all data.
    pub used_bytes: u64,
    /// PGs with fewer OSDs than their pools' sizes.
    pub pgs_short: u64,
    /// How evenly OSDs are filled at the start.
    pub balance: Balance,
    /// When the first OSD reaches each limit.
    pub limits: Limits,
    /// When it does if the worst failure domain has been lost, and the cluster has healed. Absent
    /// where there is one domain only, which leaves nothing.
    pub limits_after_loss: Option<Limits>,
    /// The start, and the end of each month.
    pub months: Vec<MonthRow>,
}

/// An OSD and its fill.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FullestOsd {
    /// The OSD.
    pub osd: i32,
    /// Used bytes by its size.
    pub used_ratio: f64,
}

/// When limits are reached; absent where that is later than was looked ahead.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Limits {
    /// nearfull_ratio.
    pub nearfull: Option<Limit>,
    /// backfillfull_ratio.
    pub backfillfull: Option<Limit>,
    /// full_ratio.
    pub full: Option<Limit>,
}

/// When a limit is reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// Months from the start; 0 where it is reached already.
    pub months: f64,
    /// The first OSD that reaches it.
    pub osd: i32,
    /// The failure domain that this OSD is in.
    pub domain: Option<String>,
    /// The failure domain that was lost.
    pub lost: Option<String>,
}

/// The end of a month, or the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthRow {
    /// Months from the start.
    pub month: u32,
    /// Bytes stored in all pools, each object counted once.
    pub stored_bytes: u64,
    /// Bytes used on all OSDs.
    pub used_bytes: u64,
    /// Part of their sizes.
    pub used_ratio: f64,
    /// The fullest OSD.
    pub fullest: Option<FullestOsd>,
    /// The fullest OSD after the worst loss of a failure domain.
    pub fullest_after_loss: Option<FullestOsd>,
    /// The domain whose loss that is.
    pub lost: Option<String>,
}

/// PGs that [`grow`] places, for [`Progress`]: those of each plan, and once more at the start.
/// Losses are not counted.
pub fn units_to_grow(subject: &Subject<'_>, options: &GrowthOptions) -> u64 {
    subject.map.pg_count().saturating_mul(options.changes.len() as u64 + 2)
}

/// Where data is that is not on the up sets.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts<'a> {
    /// Who has it now.
    pub now: &'a Holders,
    /// Who has it when all has moved that can: that of PGs which find no room, or are held.
    pub settled: &'a Holders,
}

/// When a cluster is full, as it is and after each change.
///
/// # Errors
/// [`GrowthError`].
pub fn grow(
    subject: &Subject<'_>,
    data: Whereabouts<'_>,
    options: &GrowthOptions,
    progress: &Progress,
) -> Result<GrowthReport, GrowthError> {
    if subject.data.osds.is_empty() {
        return Err(GrowthError::NoSizes);
    }
    let start = State::of(subject);
    check_growths(&start, &options.growths)?;
    let known = |holders| Known { holders, placed: subject.placed };
    let (now, settled) = (known(data.now), known(data.settled));
    let other = Spread::other_bytes(&start, subject.data, now, options.threads, progress)?;
    let planner = Planner { recorded: subject.data, other, options, progress };
    let mut growths = options.growths.clone();
    let mut before = planner.plan(start, &growths, settled)?;
    let mut plans = Vec::with_capacity(options.changes.len() + 1);
    let unmapped = Known { holders: &Holders::default(), placed: None };
    for change in &options.changes {
        let Changed { state, commands, moved_pool } =
            apply(&before.state, change, &options.config)?;
        if let Some((old, new)) = moved_pool {
            let moved = growths.iter_mut().filter(|growth| growth.pool == old);
            moved.for_each(|growth| growth.pool = new);
        }
        let mut after = planner.plan(state, &growths, unmapped)?;
        let names = &before.state.map.pools;
        let name = |id: i64| names.get(&id).map_or_else(String::new, |pool| pool.name.clone());
        after.report.change = Some(change.describe(&name));
        after.report.commands = commands;
        planner.count_moves(&before, &mut after, moved_pool)?;
        plans.push(std::mem::replace(&mut before, after).report);
    }
    plans.push(before.report);
    Ok(GrowthReport { failure_domain: options.failure_domain.clone(), plans })
}

/// Refuses a growth by a part of what is not known.
fn check_growths(state: &State, growths: &[PoolGrowth]) -> Result<(), GrowthError> {
    let is_unknown = |growth: &&PoolGrowth| {
        let pool = state.pools.get(&growth.pool);
        matches!(growth.growth, Growth::PartPerMonth(_)) && !pool.is_some_and(|pool| pool.is_known)
    };
    let Some(unknown) = growths.iter().find(is_unknown) else { return Ok(()) };
    let pool = state.map.pools.get(&unknown.pool).map(|pool| pool.name.clone());
    Err(GrowthError::NoPoolData { pool: pool.unwrap_or_default() })
}

/// What all plans have in common.
struct Planner<'a> {
    recorded: &'a Cluster,
    /// Bytes used of each OSD beside the data of PGs.
    other: Vec<f64>,
    options: &'a GrowthOptions,
    progress: &'a Progress,
}

/// A plan that was worked out.
struct Plan {
    state: State,
    spread: Spread,
    report: PlanReport,
}

/// The worst of the courses after losses.
struct WorstLoss {
    /// By month, the fullest OSD and the place of the lost domain.
    fullest: Vec<Option<(i32, f64, usize)>>,
    crossings: Vec<Option<(Crossing, usize)>>,
}

impl Planner<'_> {
    fn plan(
        &self,
        state: State,
        growths: &[PoolGrowth],
        known: Known<'_>,
    ) -> Result<Plan, GrowthError> {
        let (threads, progress) = (self.options.threads, self.progress);
        let spread = Spread::of(&state, self.recorded, &self.other, known, threads, progress)?;
        let domains = domains(&state, &self.options.failure_domain)?;
        let grown = self.grown(&state, &spread, growths);
        let data = Cluster::default();
        let subject = state.subject(&data);
        let limits = LEVELS.map(|level| level_ratio(&subject, level));
        let course = Course::of(&spread.load, &grown, &limits);
        let worst = if domains.len() > 1 {
            let course_of =
                |_: usize, load: &super::spread::Load| Course::of(load, &grown, &limits);
            let all = after_each_loss(&state, &spread, &domains, threads, progress, course_of)?;
            Some(WorstLoss::of(&all, &grown, &limits))
        } else {
            None
        };
        let names = domain_names(&domains);
        let report = PlanReport {
            change: None,
            commands: Vec::new(),
            moved_bytes: 0,
            worst: None,
            total_bytes: spread.load.total_bytes.iter().sum::<f64>() as u64,
            used_bytes: used_bytes(&spread, None) as u64,
            pgs_short: spread.pgs_short(),
            balance: Balance::of(&spread),
            limits: limits_of(&course, &names),
            limits_after_loss: worst.as_ref().map(|worst| worst.limits(&domains, &names)),
            months: self.months(&state, &spread, &grown, &course, worst.as_ref(), &domains),
        };
        Ok(Plan { state, spread, report })
    }

    /// How much more each pool of the spread stores at the end of each month.
    fn grown(&self, state: &State, spread: &Spread, growths: &[PoolGrowth]) -> Grown {
        let more = |pool: i64, month: u32| {
            let stored = state.pools.get(&pool).map_or(0.0, |pool| pool.stored_bytes);
            let all = growths.iter().filter(|growth| growth.pool == pool);
            all.map(|growth| growth.growth.stored_after(stored, month) - stored).sum::<f64>()
        };
        (0..=self.options.months)
            .map(|month| spread.pools.iter().map(|pool| more(pool.pool, month)).collect())
            .collect()
    }

    fn months(
        &self,
        state: &State,
        spread: &Spread,
        grown: &Grown,
        course: &Course,
        worst: Option<&WorstLoss>,
        domains: &[Domain],
    ) -> Vec<MonthRow> {
        let stored: f64 = state.pools.values().map(|pool| pool.stored_bytes).sum();
        let total: f64 = spread.load.total_bytes.iter().sum();
        let row = |(month, more): (usize, &Vec<f64>)| {
            let used = used_bytes(spread, Some(more));
            let fullest = course.fullest.get(month).copied().flatten();
            let lost = worst.and_then(|worst| worst.fullest.get(month).copied().flatten());
            MonthRow {
                month: month as u32,
                stored_bytes: (stored + more.iter().sum::<f64>()).max(0.0) as u64,
                used_bytes: used as u64,
                used_ratio: if total > 0.0 { used / total } else { 0.0 },
                fullest: fullest.map(|(osd, used_ratio)| FullestOsd { osd, used_ratio }),
                fullest_after_loss: lost.map(|(osd, used_ratio, _)| FullestOsd { osd, used_ratio }),
                lost: lost.and_then(|(_, _, place)| Some(domains.get(place)?.name.clone())),
            }
        };
        grown.iter().enumerate().map(row).collect()
    }

    /// Notes what a change makes move: as the what-if counts it, what fills new devices in old
    /// places, and what is copied into a new pool.
    fn count_moves(
        &self,
        before: &Plan,
        after: &mut Plan,
        moved_pool: Option<(i64, i64)>,
    ) -> Result<(), GrowthError> {
        let osds = after.state.map.max_osd();
        let mut arriving = match moved_pool {
            Some((_, new)) => copied_bytes(&after.spread, new, osds),
            None => self.received_bytes(before, after)?,
        };
        arriving.resize(osds, 0.0);
        let is_replaced = |osd: &i32| {
            after.state.new_devices.contains(osd) && !before.state.new_devices.contains(osd)
        };
        for osd in (0..osds as i32).filter(is_replaced) {
            // An empty device receives all that it ends up with.
            arriving[osd as usize] = after.spread.load.used_bytes[osd as usize].max(0.0);
        }
        let held = |osd: usize| {
            let used = before.spread.load.used_bytes.get(osd).copied().unwrap_or(0.0);
            if is_replaced(&(osd as i32)) { 0.0 } else { used.max(0.0) }
        };
        let ratio = |osd: usize| {
            let total = after.spread.load.total_bytes[osd];
            (total > 0.0).then(|| ((held(osd) + arriving[osd]) / total, osd as i32))
        };
        let worst = (0..osds).filter_map(ratio);
        let worst = worst.reduce(|most, other| if other.0 > most.0 { other } else { most });
        after.report.moved_bytes = arriving.iter().sum::<f64>() as u64;
        after.report.worst = worst.map(|(used_ratio, osd)| FullestOsd { osd, used_ratio });
        Ok(())
    }

    /// Bytes that each OSD receives when the map changes.
    fn received_bytes(&self, before: &Plan, after: &Plan) -> Result<Vec<f64>, GrowthError> {
        let recorded = before.state.recorded(self.recorded);
        let mut data = ClusterData::new(&recorded);
        data.osds = osds_of(before);
        let options =
            Options { threads: self.options.threads, list_pgs: false, ..Options::default() };
        let (old, new) =
            (ClusterState::new(&before.state.map)?, ClusterState::new(&after.state.map)?);
        let report = compare(&old, &new, &data, &options, self.progress)?.report;
        let mut received = vec![0.0; after.state.map.max_osd()];
        for osd in &report.osds {
            if let Some(sum) = usize::try_from(osd.osd).ok().and_then(|osd| received.get_mut(osd)) {
                *sum = osd.received_bytes as f64;
            }
        }
        Ok(received)
    }
}

/// Sizes of a plan's OSDs, and what is used of them.
fn osds_of(plan: &Plan) -> BTreeMap<i32, OsdStats> {
    let used = |osd: i32| {
        let used = usize::try_from(osd).ok().and_then(|osd| plan.spread.load.used_bytes.get(osd));
        used.map_or(0, |used| used.max(0.0) as u64)
    };
    let now = |(osd, stats): (&i32, &OsdStats)| {
        let used_bytes = used(*osd);
        let available_bytes = stats.total_bytes.saturating_sub(used_bytes);
        (
            *osd,
            OsdStats { total_bytes: stats.total_bytes, used_bytes, available_bytes, parts: None },
        )
    };
    plan.state.osds.iter().map(now).collect()
}

/// Bytes that the OSDs hold of a pool that was copied into.
fn copied_bytes(spread: &Spread, pool: i64, osds: usize) -> Vec<f64> {
    let mut copied = vec![0.0; osds];
    for pool in spread.pools.iter().filter(|one| one.pool == pool) {
        for (row, held) in pool.mapping.up.iter().zip(&pool.held_bytes) {
            super::spread::add(&mut copied, row, *held);
        }
    }
    copied
}

/// Bytes used on all OSDs that can hold data, after the pools have grown by this.
fn used_bytes(spread: &Spread, grown: Option<&Vec<f64>>) -> f64 {
    let load = &spread.load;
    let counts = |osd: usize| load.total_bytes.get(osd).is_some_and(|total| *total > 0.0);
    let sum = |values: &[f64]| -> f64 {
        values.iter().enumerate().filter(|(osd, _)| counts(*osd)).map(|(_, value)| value).sum()
    };
    let pools = load.per_stored_byte.iter().zip(grown.into_iter().flatten());
    let more: f64 = pools.map(|(per_byte, grown)| sum(per_byte) * grown).sum();
    (sum(&load.used_bytes) + more).max(0.0)
}

fn limits_of(course: &Course, names: &BTreeMap<i32, &str>) -> Limits {
    let limit = |place: usize| {
        let Crossing { months, osd } = course.crossings.get(place).copied().flatten()?;
        let domain = names.get(&osd).map(|name| (*name).to_owned());
        Some(Limit { months, osd, domain, lost: None })
    };
    Limits { nearfull: limit(0), backfillfull: limit(1), full: limit(2) }
}

impl WorstLoss {
    /// The worst of the courses, which are by domain. Of equal ones the first.
    fn of(courses: &[Course], grown: &Grown, limits: &[f64]) -> WorstLoss {
        let mut worst =
            WorstLoss { fullest: vec![None; grown.len()], crossings: vec![None; limits.len()] };
        for (place, course) in courses.iter().enumerate() {
            for (found, most) in course.fullest.iter().zip(&mut worst.fullest) {
                let Some((osd, ratio)) = *found else { continue };
                if most.is_none_or(|(_, most, _)| ratio > most) {
                    *most = Some((osd, ratio, place));
                }
            }
            for (found, first) in course.crossings.iter().zip(&mut worst.crossings) {
                let Some(crossing) = *found else { continue };
                if first.is_none_or(|(first, _)| crossing.months < first.months) {
                    *first = Some((crossing, place));
                }
            }
        }
        worst
    }

    fn limits(&self, domains: &[Domain], names: &BTreeMap<i32, &str>) -> Limits {
        let limit = |place: usize| {
            let (Crossing { months, osd }, lost) = self.crossings.get(place).copied().flatten()?;
            let domain = names.get(&osd).map(|name| (*name).to_owned());
            let lost = domains.get(lost).map(|domain| domain.name.clone());
            Some(Limit { months, osd, domain, lost })
        };
        Limits { nearfull: limit(0), backfillfull: limit(1), full: limit(2) }
    }
}
