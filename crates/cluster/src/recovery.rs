//! Recovery in time: what happens to a cluster, moment by moment, and how its data follows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;

use crushlab_compare::{Cancelled, Options as CompareOptions, Progress};
use crushlab_monitor::event::next_out;
use crushlab_osdmap::PgId;
use crushlab_recovery::{
    HEARTBEAT_GRACE_SECONDS, Options, Rates, RecoveryError, RecoveryReport, Stage, simulate,
};
use serde::Serialize;

use crate::change::{Change, ChangeError};
use crate::cluster::Cluster;

/// Release whose defaults count where a map does not say which it is of (Tentacle).
const RELEASE_DEFAULT: u8 = 20;
/// Moments that are followed at most; each has to be placed.
const STAGES_MAX: usize = 1000;

/// What to ask about recovery.
#[derive(Clone, Debug)]
pub struct RecoveryOptions {
    /// What devices, networks and clients do.
    pub rates: Rates,
    /// Orders to simulate.
    pub orders: usize,
    /// Seed of the first.
    pub seed: u64,
    /// PGs to be copied before all others.
    pub forced: BTreeSet<PgId>,
    /// Whether to try what other settings would give.
    pub what_if: bool,
    /// Threads to use.
    pub threads: NonZeroUsize,
}

impl Default for RecoveryOptions {
    fn default() -> RecoveryOptions {
        RecoveryOptions {
            rates: Rates::default(),
            orders: 15,
            seed: 0,
            forced: BTreeSet::new(),
            what_if: true,
            threads: NonZeroUsize::MIN,
        }
    }
}

/// Something that happened on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When, in seconds since the start.
    pub at_seconds: u64,
    /// What.
    pub text: String,
}

/// Recovery in time, and what happened meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recovery {
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// How the data followed.
    #[serde(flatten)]
    pub report: RecoveryReport,
}

/// Why recovery cannot be followed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FollowError {
    /// A change cannot be made: its number among the changes, from 0.
    Change(usize, ChangeError),
    /// The simulation cannot.
    Recovery(RecoveryError),
    /// More happens than can be followed.
    TooMany,
}

impl fmt::Display for FollowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FollowError::Change(_, error) => error.fmt(f),
            FollowError::Recovery(error) => error.fmt(f),
            FollowError::TooMany => {
                write!(f, "more than {STAGES_MAX} things happen: expected fewer")
            }
        }
    }
}

impl std::error::Error for FollowError {}

impl From<Cancelled> for FollowError {
    fn from(cancelled: Cancelled) -> FollowError {
        FollowError::Recovery(cancelled.into())
    }
}

/// A cluster from one time on.
struct Period {
    at_seconds: u64,
    cluster: Cluster,
    silent: Vec<i32>,
}

/// What happens to a cluster, as it is found out.
struct Course {
    now: u64,
    cluster: Cluster,
    periods: Vec<Period>,
    /// OSDs that have stopped, by when they are marked down.
    stopped: BTreeMap<u64, Vec<i32>>,
    moments: Vec<Moment>,
}

impl Course {
    fn new(cluster: &Cluster) -> Course {
        let start = Period { at_seconds: 0, cluster: cluster.clone(), silent: Vec::new() };
        Course {
            now: 0,
            cluster: cluster.clone(),
            periods: vec![start],
            stopped: BTreeMap::new(),
            moments: Vec::new(),
        }
    }

    /// The cluster is another one from now on.
    fn follow(&mut self, cluster: Cluster) -> Result<(), FollowError> {
        let notes = cluster.notes().iter();
        self.moments.extend(notes.map(|text| Moment { at_seconds: self.now, text: text.clone() }));
        self.cluster = cluster;
        self.begin()
    }

    fn begin(&mut self) -> Result<(), FollowError> {
        if self.periods.len() >= STAGES_MAX {
            return Err(FollowError::TooMany);
        }
        let silent = self.stopped.values().flatten().copied().collect();
        self.periods.push(Period { at_seconds: self.now, cluster: self.cluster.clone(), silent });
        Ok(())
    }

    fn make(
        &mut self,
        change: &Change,
        read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Result<(), FollowError>, ChangeError> {
        match change {
            Change::Wait(seconds, _) => self.pass(Some(self.now.saturating_add(*seconds))),
            Change::Fail(names) => {
                let osds = self.cluster.target_osds(names)?;
                let text = change.to_string();
                self.moments.push(Moment { at_seconds: self.now, text });
                let grace = self.cluster.config().recovery.osd_heartbeat_grace_seconds;
                let grace = grace.unwrap_or(HEARTBEAT_GRACE_SECONDS).ceil() as u64;
                if grace == 0 {
                    let next = self.cluster.fail(&osds)?;
                    return Ok(self.follow(next));
                }
                self.stopped.entry(self.now + grace).or_default().extend(osds);
                Ok(self.begin())
            }
            Change::Run(_) | Change::Recover(_) => {
                let text = change.to_string();
                self.moments.push(Moment { at_seconds: self.now, text });
                if let Change::Recover(names) = change {
                    let osds = self.cluster.target_osds(names)?;
                    self.stopped.values_mut().for_each(|all| all.retain(|one| !osds.contains(one)));
                }
                let next = self.cluster.after_change(change, read_file)?;
                Ok(self.follow(next))
            }
        }
    }

    /// Lets time pass until then, or until nothing happens by itself any more.
    fn pass(&mut self, until: Option<u64>) -> Result<Result<(), FollowError>, ChangeError> {
        loop {
            let cluster = &self.cluster;
            let out = next_out(cluster.map(), cluster.downtime(), cluster.config());
            let out = out.map(|seconds| self.now.saturating_add(seconds));
            let down = self.stopped.keys().next().copied();
            let next = [out, down].into_iter().flatten().min();
            let Some(next) = next.filter(|next| until.is_none_or(|until| *next <= until)) else {
                if let Some(until) = until.filter(|until| *until > self.now) {
                    // Nothing happens, but that time passes for OSDs that are down.
                    self.cluster = self.cluster.wait(until - self.now)?;
                    self.now = until;
                }
                return Ok(Ok(()));
            };
            if next > self.now {
                let waited = self.cluster.wait(next - self.now)?;
                self.now = next;
                if waited.map().epoch != self.cluster.map().epoch {
                    if let Err(error) = self.follow(waited) {
                        return Ok(Err(error));
                    }
                } else {
                    self.cluster = waited;
                }
            }
            if let Some(osds) = self.stopped.remove(&self.now) {
                let failed = self.cluster.fail(&osds)?;
                if let Err(error) = self.follow(failed) {
                    return Ok(Err(error));
                }
            }
        }
    }
}

impl Cluster {
    /// How its data moves in time, through changes that happen one after another: [`Change::Wait`]
    /// lets the others happen later. OSDs that fail are marked down when others have missed them
    /// for long enough, and out when they have been down for long enough. After the last change
    /// time passes until nothing happens any more. `read_file` gives what is in a file that a
    /// change names, by its number among them, or says why not.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn recovery(
        &self,
        changes: &[Change],
        options: &RecoveryOptions,
        read_file: impl Fn(usize, &str) -> Result<Vec<u8>, String>,
        progress: &Progress,
    ) -> Result<Recovery, FollowError> {
        let mut course = Course::new(self);
        for (index, change) in changes.iter().enumerate() {
            let read_file = |path: &str| read_file(index, path);
            course.make(change, read_file).map_err(|error| FollowError::Change(index, error))??;
        }
        let last = changes.len().saturating_sub(1);
        course.pass(None).map_err(|error| FollowError::Change(last, error))??;
        let Course { periods, moments, .. } = course;
        let threads = options.threads;
        let quiet = progress.quiet();
        let mut stages = Vec::with_capacity(periods.len());
        for (index, period) in periods.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| &periods[index].cluster);
            stages.push(Stage {
                at_seconds: period.at_seconds as f64,
                state: match index {
                    0 => self.state(threads, &quiet)?,
                    _ => period.cluster.mapped(),
                },
                touched: self.touched(before, &period.cluster, threads, &quiet)?,
                config: period.cluster.config(),
                silent: period.silent.clone(),
            });
        }
        let release = match self.map().require_osd_release {
            0 => RELEASE_DEFAULT,
            release => release,
        };
        let asked = Options {
            rates: options.rates.clone(),
            orders: options.orders,
            seed: options.seed,
            release,
            forced: options.forced.clone(),
            what_if: options.what_if,
            threads,
        };
        let report = simulate(stages, self.recorded(), &asked, progress);
        Ok(Recovery { moments, report: report.map_err(FollowError::Recovery)? })
    }

    /// PGs that are not just where they should be in a state that this one comes to, if nothing
    /// moves until then; none that the state before it has, too, where that has the same map.
    fn touched(
        &self,
        before: Option<&Cluster>,
        after: &Cluster,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Vec<PgId>, Cancelled> {
        let Some(before) = before else {
            return Ok(self.baseline(threads, progress)?.unsettled().collect());
        };
        if before.map().epoch == after.map().epoch {
            return Ok(Vec::new());
        }
        let options = CompareOptions { threads, list_pgs: true, ..CompareOptions::default() };
        let found = self.compare(after, &options, progress)?;
        Ok(found.pgs.iter().map(|pg| pg.pgid).collect())
    }
}
