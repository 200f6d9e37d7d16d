//! Several changes, one after another, each compared with the one before.

use std::fmt;

use crushlab_compare::{
    Cancelled, ClusterData, Comparison, Options, Progress, compare_onward, compare_with,
};
use crushlab_osdmap::OsdMap;

use crate::change::{Change, ChangeError};
use crate::cluster::Cluster;
use crate::settled::{SettleError, healed};

/// Most steps in which the managers carry out one change of `pg_num`.
const STAGES_MAX: usize = 10_000;

/// How to go through changes.
#[derive(Clone, Copy, Debug)]
pub struct SimulateOptions {
    /// Whether all data moves that can before the next change comes, and after the last.
    pub heal: bool,
    /// Whether a change of `pg_num` is followed by the steps in which the managers carry it out.
    pub staged: bool,
    /// Whether each step is compared with the one before; else only the end is wanted.
    pub compare_steps: bool,
    /// Threads to use, and whether PGs are listed.
    pub compare: Options,
}

impl Default for SimulateOptions {
    /// Nothing heals in between, `pg_num` goes step by step, all is compared.
    fn default() -> SimulateOptions {
        let compare = Options::default();
        SimulateOptions { heal: false, staged: true, compare_steps: true, compare }
    }
}

/// One change, and what it does.
#[derive(Debug)]
pub struct Step {
    /// The command, or the event in words.
    pub command: String,
    /// Whether the managers take it to carry out a `pg_num`, so that nobody asked for it.
    pub is_stage: bool,
    /// The cluster right after it, before anything moves.
    pub cluster: Cluster,
    /// What it does.
    pub comparison: Comparison,
}

/// What several changes do, one after another.
#[derive(Debug)]
pub struct Simulation {
    /// Every change.
    pub steps: Vec<Step>,
    /// What all of them together differ in from the start; `None` where steps were not compared, or
    /// there is one alone, which says it.
    pub total: Option<Comparison>,
    /// The cluster after all of them; settled, where it was to heal.
    pub end: Cluster,
}

/// Why there is no simulation.
#[derive(Clone, Debug, PartialEq)]
pub enum SimulateError {
    /// A change cannot be made.
    Change {
        /// Index of the change, from 0.
        index: usize,
        /// Why.
        error: ChangeError,
    },
    /// [`Progress::cancel`] was called.
    Cancelled,
}

impl fmt::Display for SimulateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimulateError::Change { error, .. } => error.fmt(f),
            SimulateError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl std::error::Error for SimulateError {}

impl From<Cancelled> for SimulateError {
    fn from(_: Cancelled) -> SimulateError {
        SimulateError::Cancelled
    }
}

/// Lets changes happen to a cluster, one after another. `read_file` gives what is in a file that
/// the command at an index takes. Tells `progress` of the PGs of each change, not of stages.
///
/// # Errors
/// [`SimulateError`] of the first change that cannot be made.
pub fn simulate(
    start: &Cluster,
    changes: &[Change],
    options: &SimulateOptions,
    read_file: impl Fn(usize, &str) -> Result<Vec<u8>, String>,
    progress: &Progress,
) -> Result<Simulation, SimulateError> {
    let mut course = Course { steps: Vec::new(), present: start.clone(), options, progress };
    for (index, change) in changes.iter().enumerate() {
        let at = |error| SimulateError::Change { index, error };
        let before = course.present.clone();
        let next = before.after_change(change, |path| read_file(index, path)).map_err(at)?;
        let asks = options.staged && targets(next.map()) != targets(before.map());
        course.step(index, change.to_string(), false, next)?;
        let mut stages = 0;
        while asks && stages < STAGES_MAX {
            let Some(next) = course.present.next_pg_num_step().map_err(at)? else { break };
            let command = next.notes().join("; ");
            course.step(index, command, true, next)?;
            stages += 1;
        }
    }
    course.finish(start)
}

/// The same where the states that the changes lead to are known: `states` are clusters, with what
/// each change is called and whether it is a stage.
///
/// # Errors
/// [`SimulateError`].
pub fn follow(
    start: &Cluster,
    states: &[(String, bool, Cluster)],
    options: &SimulateOptions,
    progress: &Progress,
) -> Result<Simulation, SimulateError> {
    let mut course = Course { steps: Vec::new(), present: start.clone(), options, progress };
    for (index, (command, is_stage, state)) in states.iter().enumerate() {
        let next = course.present.with_map_of(state);
        course.step(index, command.clone(), *is_stage, next)?;
    }
    course.finish(start)
}

/// What the end differs in from the start.
fn total(
    start: &Cluster,
    end: &Cluster,
    options: &SimulateOptions,
    progress: &Progress,
) -> Result<Comparison, Cancelled> {
    let Options { threads, .. } = options.compare;
    let baseline = start.baseline(threads, progress)?;
    let before = start.state(threads, progress)?;
    let after = end.mapped();
    compare_with(baseline, &before, &after, &start.data(), &options.compare, progress)
}

/// What pools are on their way to.
fn targets(map: &OsdMap) -> Vec<(i64, u32, u32)> {
    let target = |(id, pool): (&i64, &crushlab_osdmap::Pool)| {
        let pg_num = if pool.pg_num_target > 0 { pool.pg_num_target } else { pool.pg_num };
        (*id, pg_num, pool.pgp_num_target)
    };
    map.pools.iter().map(target).collect()
}

/// The way through the changes.
struct Course<'a> {
    steps: Vec<Step>,
    /// Where it has come to.
    present: Cluster,
    options: &'a SimulateOptions,
    progress: &'a Progress,
}

impl Course<'_> {
    fn finish(self, start: &Cluster) -> Result<Simulation, SimulateError> {
        let Course { steps, present, options, progress } = self;
        let total = match steps.as_slice() {
            [_, .., last] if options.compare_steps => {
                Some(total(start, &last.cluster, options, progress)?)
            }
            _ => None,
        };
        Ok(Simulation { steps, total, end: present })
    }

    fn step(
        &mut self,
        index: usize,
        command: String,
        is_stage: bool,
        next: Cluster,
    ) -> Result<(), SimulateError> {
        if !self.options.compare_steps && !self.options.heal {
            self.present = next;
            return Ok(());
        }
        let broken = |error| SimulateError::Change { index, error: ChangeError::State(error) };
        let stage = is_stage.then(|| self.progress.quiet());
        let progress = stage.as_ref().unwrap_or(self.progress);
        let (comparison, cluster, present) =
            self.advance(next, progress).map_err(|error| match error {
                SettleError::Cancelled => SimulateError::Cancelled,
                SettleError::State(error) => broken(error),
            })?;
        self.present = present;
        self.steps.push(Step { command, is_stage, cluster, comparison });
        Ok(())
    }

    /// Compares the next state with the present one: what differs, the next state with its data
    /// where it is, and the state that the next change comes upon.
    fn advance(
        &self,
        next: Cluster,
        progress: &Progress,
    ) -> Result<(Comparison, Cluster, Cluster), SettleError> {
        let before = &self.present;
        let quiet = progress.quiet();
        let options = Options { keep_holders: true, ..self.options.compare };
        let Options { threads, .. } = options;
        let baseline = before.baseline(threads, &quiet)?;
        let data: ClusterData<'_> = before.data();
        let state = before.state(threads, &quiet)?;
        let after = next.mapped();
        let (found, onward) = compare_onward(baseline, &state, &after, &data, &options, progress)?;
        let cluster = next.with_holders(found.holders_after.clone());
        let present = match self.options.heal {
            true => {
                let data = healed(data, &found.report);
                cluster.moved(data, &found.holders_healed, &found.acting_healed)?
            }
            false => cluster.clone(),
        };
        let recorded = present.recorded();
        let state = present.state(threads, &quiet)?;
        let following = onward.follow(baseline.clone(), &state, recorded, threads, &quiet)?;
        present.keep_baseline(following);
        Ok((found, cluster, present))
    }
}
