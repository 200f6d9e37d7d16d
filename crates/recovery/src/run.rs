//! Several orders and rates, and what comes of all of them.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crushlab_compare::{Cancelled, Progress};
use crushlab_osdmap::{Cluster, PgId};

use crate::assumption::assumptions;
use crate::course::{Course, Stage};
use crate::critical::{Way, way};
use crate::engine::record::Counts;
use crate::engine::state::{Choice, Engine, Phase};
use crate::error::RecoveryError;
use crate::rates::Rates;
use crate::report::{RecoveryReport, report};
use crate::settings::Settings;
use crate::warning::warnings;
use crate::what_if::gains;

/// What to simulate, and how often.
#[derive(Clone, Debug)]
pub struct Options {
    /// What devices and networks do.
    pub rates: Rates,
    /// Orders in which PGs peer; each has rates of its own within the uncertainty.
    pub orders: usize,
    /// Seed of the first.
    pub seed: u64,
    /// Release, as `require_osd_release` counts it; 16 for Pacific.
    pub release: u8,
    /// PGs to be copied before all others.
    pub forced: BTreeSet<PgId>,
    /// Whether to try what each setting would give.
    pub what_if: bool,
    /// Threads to use.
    pub threads: NonZeroUsize,
}

/// What came of one order.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// When every PG was clean; `None` where some never are.
    pub(crate) clean: Option<f64>,
    /// When nothing moved any more.
    pub(crate) settled: f64,
    pub(crate) active: Option<f64>,
    pub(crate) safe: Option<f64>,
    pub(crate) undegraded: Option<f64>,
    pub(crate) points: Vec<(f64, Counts)>,
    pub(crate) most_moving: u32,
    pub(crate) mean_moving: f64,
    pub(crate) waiting_seconds: f64,
    pub(crate) moved_bytes: f64,
    pub(crate) preemptions: u64,
    pub(crate) refused_pgs: u64,
    /// PGs that wait for room in the end.
    pub(crate) toofull: Vec<usize>,
    /// PGs that are not clean in the end.
    pub(crate) unclean: usize,
    /// Bytes that each OSD got.
    pub(crate) received: Vec<f64>,
    /// By OSD: bytes at the peak, when that was, bytes in the end.
    pub(crate) fills: Vec<(f64, f64, f64)>,
    pub(crate) way: Way,
}

/// How PGs that have been refused for good, and those that wait, are told.
fn outcome(engine: &Engine<'_>) -> Outcome {
    let record = &engine.record;
    let counts = record.counts();
    let until = |count: u32, at: f64| (count == 0).then_some(at);
    let unclean = engine.pgs.iter().filter(|pg| pg.clean_at.is_none()).count();
    let settled = record.settled_at;
    let clean = engine.pgs.iter().filter_map(|pg| pg.clean_at).fold(0.0, f64::max);
    let is_toofull = |pg: &usize| {
        let one = &engine.pgs[*pg];
        one.is_toofull && one.phase == Phase::Retries
    };
    let fills = engine.peaks.iter().zip(&engine.used);
    Outcome {
        clean: (unclean == 0).then_some(clean),
        settled,
        active: until(counts.inactive, record.active_at),
        safe: until(counts.last_copy, record.safe_at),
        undegraded: until(counts.degraded, record.degraded_until),
        points: record.points.clone(),
        most_moving: record.most_moving,
        mean_moving: record.moving_seconds / settled.max(1e-9),
        waiting_seconds: record.waiting_seconds,
        moved_bytes: record.moved_bytes,
        preemptions: record.preemptions,
        refused_pgs: record.refused_pgs,
        toofull: (0..engine.pgs.len()).filter(is_toofull).collect(),
        unclean,
        received: engine.received.clone(),
        fills: fills.map(|((peak, at), used)| (*peak, *at, *used)).collect(),
        way: way(engine),
    }
}

/// What rates are multiplied by in one of several orders: evenly spread over the uncertainty, and
/// not in the order of the seeds.
pub(crate) fn factor(uncertainty: f64, order: usize, orders: usize) -> f64 {
    if orders <= 1 {
        return 1.0;
    }
    // Steps of the golden section come evenly near to every place.
    let place = (order as f64 * 0.618_033_988_749_895 + 0.5).fract();
    1.0 + uncertainty * (2.0 * place - 1.0)
}

/// Follows a cluster through its stages, in several orders. `recorded` says what is known of its
/// data, as it was counted before the first stage.
///
/// # Errors
/// [`RecoveryError`].
pub fn simulate(
    stages: Vec<Stage<'_>>,
    recorded: &Cluster,
    options: &Options,
    progress: &Progress,
) -> Result<RecoveryReport, RecoveryError> {
    let mut study = Study::new(stages, recorded, options.release)?;
    let outcomes = study.run(&options.rates, options, options.orders.max(1), progress)?;
    let gains = match options.what_if {
        true => gains(&mut study, options, &outcomes, &progress.quiet())?,
        false => Vec::new(),
    };
    let settings = study.settings.last().ok_or(RecoveryError::NothingToDo)?;
    let course = &study.course;
    let (rates, release) = (&options.rates, options.release);
    let said =
        (assumptions(course, settings, rates, release), warnings(course, settings, rates, release));
    report(course, &outcomes, options.seed, gains, said).ok_or(RecoveryError::NothingToDo)
}

/// A cluster that is simulated as often as is asked for.
pub(crate) struct Study<'a> {
    pub(crate) course: Course<'a>,
    pub(crate) settings: Vec<Settings>,
}

impl<'a> Study<'a> {
    pub(crate) fn new(
        stages: Vec<Stage<'a>>,
        recorded: &Cluster,
        release: u8,
    ) -> Result<Study<'a>, RecoveryError> {
        let course = Course::new(stages, recorded)?;
        let of_stage = |stage: &Stage<'_>| Settings::new(stage.config, release);
        let settings = course.stages.iter().map(of_stage).collect();
        Ok(Study { course, settings })
    }

    /// Simulates one order.
    pub(crate) fn run_one(
        &self,
        rates: &Rates,
        options: &Options,
        (order, orders): (usize, usize),
        progress: &Progress,
    ) -> Result<Outcome, Cancelled> {
        let choice = Choice {
            rates,
            settings: &self.settings,
            forced: &options.forced,
            seed: options.seed.wrapping_add(order as u64),
            factor: factor(rates.uncertainty, order, orders),
        };
        let mut engine = Engine::new(&self.course, choice);
        engine.run(progress)?;
        progress.advance(1);
        Ok(outcome(&engine))
    }

    /// Simulates all orders, on several threads; in the order of their seeds.
    pub(crate) fn run(
        &self,
        rates: &Rates,
        options: &Options,
        orders: usize,
        progress: &Progress,
    ) -> Result<Vec<Outcome>, Cancelled> {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity(orders));
        let work = || -> Result<(), Cancelled> {
            loop {
                let order = next.fetch_add(1, Ordering::Relaxed);
                if order >= orders {
                    return Ok(());
                }
                let outcome = self.run_one(rates, options, (order, orders), progress)?;
                if let Ok(mut found) = found.lock() {
                    found.push((order, outcome));
                }
            }
        };
        std::thread::scope(|scope| {
            let helpers = 1..options.threads.get().min(orders.max(1));
            let helpers: Vec<_> = helpers.map(|_| scope.spawn(work)).collect();
            let own = work();
            for helper in helpers {
                match helper.join() {
                    Ok(result) => result?,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            own
        })?;
        let mut found = found.into_inner().unwrap_or_default();
        found.sort_unstable_by_key(|(order, _)| *order);
        Ok(found.into_iter().map(|(_, outcome)| outcome).collect())
    }
}
