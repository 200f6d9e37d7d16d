//! The answer: ranges over orders and rates, the course of the median one, and who held it up.

use std::cmp::Ordering;

use crushlab_compare::fill::fill_level;
use crushlab_compare::{DataBasis, FillLevel};
use crushlab_osdmap::OsdMap;
use serde::Serialize;

use crate::assumption::Assumption;
use crate::course::Course;
use crate::critical::{Cause, Owner, owner};
use crate::engine::record::Counts;
use crate::engine::state::{Side, resource};
use crate::run::Outcome;
use crate::warning::RecoveryWarning;
use crate::what_if::Gain;

/// The least, the middle and the most of several simulations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// Least.
    pub low: f64,
    /// The one in the middle.
    pub median: f64,
    /// Most.
    pub high: f64,
}

impl Range {
    /// The range of some values; `None` where there is none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Range> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (low, high) = (*values.first()?, *values.last()?);
        Some(Range { low, median: values[values.len() / 2], high })
    }

    /// The range of values that there may not always be; `None` where one is missing.
    fn of_all(values: impl Iterator<Item = Option<f64>>) -> Option<Range> {
        let values: Option<Vec<f64>> = values.collect();
        values.and_then(Range::of)
    }
}

/// What the time went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BottleneckKind {
    /// PGs waited for the slots of an OSD as their primary (`osd_max_backfills`).
    LocalSlot,
    /// PGs waited for the slots of an OSD that they are copied to (`osd_max_backfills`).
    RemoteSlot,
    /// The PG that ended last copied, and nobody waited for it.
    LastPg,
    /// Failures were found out, OSDs went out, PGs peered.
    Start,
    /// PGs that were refused waited to ask again.
    Retry,
    /// A primary pauses before each object (`osd_recovery_sleep`).
    RecoverySleep,
    /// A primary has as many objects on their way as it may (`osd_recovery_max_active`).
    RecoveryMaxActive,
    /// A device reads or writes as fast as it can beside clients.
    Device,
    /// The scheduler gives recovery no more of an OSD.
    SchedulerRecovery,
    /// The scheduler gives data that only moves no more of an OSD.
    SchedulerBestEffort,
    /// A host sends as much as its network lets it.
    NetworkOut,
    /// A host receives as much as its network lets it.
    NetworkIn,
}

/// Where time was lost, and how much of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bottleneck {
    /// What it was.
    pub kind: BottleneckKind,
    /// Of which OSD.
    pub osd: Option<i32>,
    /// Of which host.
    pub host: Option<String>,
    /// Seconds of the whole time.
    pub seconds: f64,
    /// The same, of the whole, 1 for all.
    pub ratio: f64,
}

/// How PGs are at one time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Seconds since the start.
    pub at_seconds: f64,
    /// PGs by what they are.
    #[serde(flatten)]
    pub counts: Counts,
}

/// How full an OSD becomes; bytes are `None` where its size is not known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OsdFill {
    /// Its id.
    pub osd: i32,
    /// Its size.
    pub total_bytes: Option<u64>,
    /// Used at the start.
    pub start_bytes: Option<u64>,
    /// Used at most in any of the simulations.
    pub peak_bytes: Option<u64>,
    /// When that is, in the simulation in which it is most.
    pub peak_at_seconds: Option<f64>,
    /// Used in the end, in the median simulation.
    pub end_bytes: Option<u64>,
    /// Used at most, of its size.
    pub peak_ratio: Option<f64>,
    /// The limit that it is above then.
    pub peak_level: Option<FillLevel>,
    /// Bytes that it gets, in the median simulation.
    pub received_bytes: u64,
}

/// PGs that find no room.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TooFullPg {
    /// The PG, as Ceph writes it.
    pub pg: String,
    /// In how many of the simulations it still waits in the end.
    pub simulations: u32,
}

/// Recovery in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecoveryReport {
    /// Simulations: orders of PGs, each with rates of its own.
    pub orders: u32,
    /// Seed of the first.
    pub seed: u64,
    /// PGs that something is done for.
    pub pgs: u64,
    /// Until every PG serves clients; `None` where some never do.
    pub active_seconds: Option<Range>,
    /// Until no PG is one loss away from losing data; `None` where that is never so.
    pub second_copy_seconds: Option<Range>,
    /// Until no PG lacks a copy; `None` where that is never so.
    pub undegraded_seconds: Option<Range>,
    /// Until every PG is clean; `None` where some never are.
    pub clean_seconds: Option<Range>,
    /// Until nothing moves any more.
    pub settled_seconds: Range,
    /// PGs that copy at once, at most.
    pub most_moving_pgs: Range,
    /// PGs that copy at once, on average.
    pub mean_moving_pgs: Range,
    /// Seconds that PGs wait for slots, all together.
    pub waiting_seconds: Range,
    /// Bytes that are copied.
    pub moved_bytes: Range,
    /// Slots that were taken away by more urgent PGs.
    pub preemptions: Range,
    /// PGs that are not clean in the end, at most.
    pub unclean_pgs: u64,
    /// PGs that were refused for want of room at least once, at most.
    pub refused_pgs: u64,
    /// PGs that wait for room in the end, at most.
    pub toofull_pgs: u64,
    /// Which these are in some of the simulations.
    pub toofull: Vec<TooFullPg>,
    /// The course of the median simulation.
    pub curves: Vec<CurvePoint>,
    /// What the time of the median simulation went to: the parts of the way from the PG that ended
    /// last back to the start, over whom it waited for. Their seconds add up to the whole.
    pub bottlenecks: Vec<Bottleneck>,
    /// What kept the PGs on this way from copying faster.
    pub paces: Vec<Bottleneck>,
    /// How full OSDs become.
    pub osds: Vec<OsdFill>,
    /// What other settings and devices would give.
    pub gains: Vec<Gain>,
    /// What makes it less certain than it looks.
    pub warnings: Vec<RecoveryWarning>,
    /// What it was reckoned with, each with its source.
    pub assumptions: Vec<Assumption>,
    /// How well the data of PGs is known.
    pub data_basis: DataBasis,
    /// Whether sizes of OSDs are known.
    pub has_osd_sizes: bool,
}

/// Points of a curve that are told at most.
const CURVE_POINTS: usize = 120;
/// Bottlenecks that are told at most.
const BOTTLENECKS_MAX: usize = 12;
/// PGs without room that are told at most.
const TOOFULL_MAX: usize = 1000;

/// The simulation in the middle, by the time until nothing moves.
pub(crate) fn median(outcomes: &[Outcome]) -> Option<&Outcome> {
    let mut order: Vec<&Outcome> = outcomes.iter().collect();
    order.sort_by(|a, b| a.settled.total_cmp(&b.settled));
    order.get(order.len() / 2).copied()
}

/// Puts the answer together; `None` where nothing was simulated.
pub(crate) fn report(
    course: &Course<'_>,
    outcomes: &[Outcome],
    seed: u64,
    gains: Vec<Gain>,
    (assumptions, warnings): (Vec<Assumption>, Vec<RecoveryWarning>),
) -> Option<RecoveryReport> {
    let middle = median(outcomes)?;
    let range = |of: fn(&Outcome) -> f64| Range::of(outcomes.iter().map(of));
    let all = |of: fn(&Outcome) -> Option<f64>| Range::of_all(outcomes.iter().map(of));
    let most = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).max().unwrap_or(0);
    let whole = middle.way.seconds;
    let parts = middle.way.parts.iter().map(|(cause, seconds)| {
        let (kind, osd) = kind_of_cause(*cause);
        Bottleneck { kind, osd, host: None, seconds: *seconds, ratio: part(*seconds, whole) }
    });
    let limits = middle.way.limits.iter();
    let paces = limits.map(|(resource, seconds)| pace(course, *resource, *seconds, whole));
    Some(RecoveryReport {
        orders: outcomes.len() as u32,
        seed,
        pgs: course.pgs.len() as u64,
        active_seconds: all(|one| one.active),
        second_copy_seconds: all(|one| one.safe),
        undegraded_seconds: all(|one| one.undegraded),
        clean_seconds: all(|one| one.clean),
        settled_seconds: range(|one| one.settled)?,
        most_moving_pgs: range(|one| f64::from(one.most_moving))?,
        mean_moving_pgs: range(|one| one.mean_moving)?,
        waiting_seconds: range(|one| one.waiting_seconds)?,
        moved_bytes: range(|one| one.moved_bytes.round())?,
        preemptions: range(|one| one.preemptions as f64)?,
        unclean_pgs: most(|one| one.unclean as u64),
        refused_pgs: most(|one| one.refused_pgs),
        toofull_pgs: most(|one| one.toofull.len() as u64),
        toofull: toofull(course, outcomes),
        curves: curve(&middle.points),
        bottlenecks: parts.take(BOTTLENECKS_MAX).collect(),
        paces: paces.take(BOTTLENECKS_MAX).collect(),
        osds: fills(course, outcomes, middle),
        gains,
        warnings,
        assumptions,
        data_basis: course.basis,
        has_osd_sizes: course.used.iter().any(Option::is_some),
    })
}

fn part(seconds: f64, whole: f64) -> f64 {
    if whole > 0.0 { seconds / whole } else { 0.0 }
}

fn kind_of_cause(cause: Cause) -> (BottleneckKind, Option<i32>) {
    match cause {
        Cause::Slot(Side::Local, osd) => (BottleneckKind::LocalSlot, Some(osd)),
        Cause::Slot(Side::Remote, osd) => (BottleneckKind::RemoteSlot, Some(osd)),
        Cause::LastPg => (BottleneckKind::LastPg, None),
        Cause::Start => (BottleneckKind::Start, None),
        Cause::Retry => (BottleneckKind::Retry, None),
    }
}

fn pace(course: &Course<'_>, resource: u32, seconds: f64, whole: f64) -> Bottleneck {
    let (kind, osd, host) = match owner(course.kinds.len(), resource) {
        Owner::Osd(osd, which) => {
            let kind = match which {
                resource::PACE => BottleneckKind::RecoverySleep,
                resource::ACTIVE => BottleneckKind::RecoveryMaxActive,
                resource::RECOVERY => BottleneckKind::SchedulerRecovery,
                resource::BEST_EFFORT => BottleneckKind::SchedulerBestEffort,
                _ => BottleneckKind::Device,
            };
            (kind, Some(osd), None)
        }
        Owner::Host(host, direction) => {
            let kind = match direction {
                0 => BottleneckKind::NetworkOut,
                _ => BottleneckKind::NetworkIn,
            };
            (kind, None, course.host_names.get(host as usize).cloned())
        }
    };
    Bottleneck { kind, osd, host, seconds, ratio: part(seconds, whole) }
}

/// The points of a curve, fewer where there are many: what holds at evenly spread times.
fn curve(points: &[(f64, Counts)]) -> Vec<CurvePoint> {
    let told = |(at_seconds, counts): &(f64, Counts)| CurvePoint {
        at_seconds: *at_seconds,
        counts: *counts,
    };
    let Some((end, _)) = points.last() else { return Vec::new() };
    if points.len() <= CURVE_POINTS {
        return points.iter().map(told).collect();
    }
    let at = |index: usize| {
        let time = end * index as f64 / (CURVE_POINTS - 1) as f64;
        let next = points.partition_point(|(at, _)| *at <= time);
        let counts = points[next.saturating_sub(1)].1;
        CurvePoint { at_seconds: time, counts }
    };
    (0..CURVE_POINTS).map(at).collect()
}

/// The OSDs that hold more at some time than at the start, or whose use changes; the fullest first.
fn fills(course: &Course<'_>, outcomes: &[Outcome], middle: &Outcome) -> Vec<OsdFill> {
    let last = course.stages.last().map(|stage| stage.state.map());
    let mut found = Vec::new();
    for (osd, used) in course.used.iter().enumerate() {
        let peaks = outcomes.iter().map(|one| (one.fills[osd].0, one.fills[osd].1));
        let Some((peak, at)) = peaks.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        let start = used.map_or(0.0, |(used, _)| used);
        let received = middle.received[osd];
        if received <= 0.0 && peak <= start && middle.fills[osd].2 == start {
            continue;
        }
        let known = |bytes: f64| used.map(|_| bytes.max(0.0) as u64);
        let total = used.map(|(_, total)| total);
        found.push(OsdFill {
            osd: osd as i32,
            total_bytes: total.map(|total| total as u64),
            start_bytes: known(start),
            peak_bytes: known(peak),
            peak_at_seconds: used.map(|_| at),
            end_bytes: known(middle.fills[osd].2),
            peak_ratio: total.map(|total| peak / total),
            peak_level: total.zip(last).map(|(total, map)| level(map, peak, total)),
            received_bytes: received as u64,
        });
    }
    let fullest = |a: &OsdFill, b: &OsdFill| -> Ordering {
        let ratio = |one: &OsdFill| one.peak_ratio.unwrap_or(0.0);
        ratio(b).total_cmp(&ratio(a)).then(b.received_bytes.cmp(&a.received_bytes))
    };
    found.sort_by(fullest);
    found
}

fn level(map: &OsdMap, used: f64, total: f64) -> FillLevel {
    fill_level(map, used as u64, total as u64)
}

/// PGs that find no room in the end, those that never do first.
fn toofull(course: &Course<'_>, outcomes: &[Outcome]) -> Vec<TooFullPg> {
    let mut times = vec![0; course.pgs.len()];
    for pg in outcomes.iter().flat_map(|one| &one.toofull) {
        times[*pg] += 1;
    }
    let told = |(pg, simulations): (usize, u32)| TooFullPg {
        pg: course.pgs[pg].id.to_string(),
        simulations,
    };
    let waits = times.into_iter().enumerate().filter(|(_, times)| *times > 0);
    let mut found: Vec<TooFullPg> = waits.map(told).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.simulations));
    found.truncate(TOOFULL_MAX);
    found
}
