//! Several changes, one after another.

use crushlab_crush::BuildError;
use crushlab_osdmap::{Cluster, OsdMap};
use serde::Serialize;

use super::baseline::Baseline;
use super::compare::{
    Cancelled, Comparison, Options, compare_pools, compare_with, units_to_compare,
};
use super::data::ClusterData;
use super::holders::Holders;
use super::report::{ClusterMove, ClusterReport, OsdChange, Summary};
use super::rows::PgChanges;
use super::state::ClusterState;
use crate::progress::Progress;

/// One change and the map that it leads to.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The command or event.
    pub command: &'a str,
    /// The map after it.
    pub map: &'a OsdMap,
}

/// What the cluster does between two steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Between {
    /// Nothing: the next step comes at once.
    #[default]
    Nothing,
    /// It moves all data that can move.
    Heals,
}

/// Changes, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Scenario<'a> {
    /// The cluster: what is known of its data.
    pub cluster: &'a Cluster,
    /// Its map at the start, mostly `cluster.map`.
    pub start: &'a OsdMap,
    /// What is known of the start, if it was asked about before.
    pub baseline: Option<&'a Baseline>,
    /// The changes.
    pub steps: &'a [Step<'a>],
    /// What the cluster does between them.
    pub between: Between,
}

/// The report of one step against the one before. One line of NDJSON.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport<'a> {
    /// The command or event.
    pub command: &'a str,
    /// The numbers of the whole cluster.
    pub summary: Summary,
    /// Every OSD.
    pub osds: Vec<OsdChange>,
    /// What goes from where to where.
    pub moves: Vec<ClusterMove>,
    /// The PGs that differ, if they were asked for.
    pub pgs: PgChanges,
}

/// The report of all steps together.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    /// The numbers of the whole cluster.
    pub summary: Summary,
    /// Every OSD.
    pub osds: Vec<OsdChange>,
    /// What goes from where to where.
    pub moves: Vec<ClusterMove>,
    /// The PGs that differ, if they were asked for.
    pub pgs: PgChanges,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq)]
pub enum ScenarioError {
    /// The CRUSH map after a step is broken.
    Crush {
        /// Number of the step, from 1 on; 0 for the start.
        step: usize,
        /// What is wrong.
        error: BuildError,
    },
    /// [`Progress::cancel`] was called.
    Cancelled,
}

impl std::fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ScenarioError::Crush { step: 0, error } => {
                write!(f, "the CRUSH map at the start: {error}")
            }
            ScenarioError::Crush { step, error } => {
                write!(f, "the CRUSH map after step {step}: {error}")
            }
            ScenarioError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl std::error::Error for ScenarioError {}

impl From<Cancelled> for ScenarioError {
    fn from(_: Cancelled) -> ScenarioError {
        ScenarioError::Cancelled
    }
}

/// PGs that [`run`] goes through, for [`Progress`].
///
/// # Errors
/// [`ScenarioError::Crush`].
pub fn units_to_run(scenario: &Scenario<'_>) -> Result<u64, ScenarioError> {
    let states = states(scenario)?;
    let pairs = states.windows(2).map(|pair| units_to_compare(&pair[0], &pair[1]));
    let total = units_to_compare(&states[0], &states[states.len() - 1]);
    Ok(pairs.sum::<u64>() + total)
}

/// Runs through the steps: tells `each` of every step as soon as it is known, and returns what all
/// of them together differ in from the start.
///
/// # Errors
/// [`ScenarioError`].
pub fn run<'a>(
    scenario: &Scenario<'a>,
    options: &Options,
    progress: &Progress,
    mut each: impl FnMut(StepReport<'a>),
) -> Result<Total, ScenarioError> {
    let states = states(scenario)?;
    let Options { threads, .. } = *options;
    let quiet = progress.quiet();
    let made;
    let at_start = match scenario.baseline {
        Some(baseline) => baseline,
        None => {
            made = Baseline::new(&states[0], scenario.cluster, threads, &quiet)?;
            &made
        }
    };
    let mut baseline = at_start.clone();
    let mut data = ClusterData::new(scenario.cluster);
    let mut holders = Holders::default();
    let with_holders = Options { keep_holders: true, ..*options };
    for (number, step) in scenario.steps.iter().enumerate() {
        let before = with(&states[number], number, &holders);
        let after = &states[number + 1];
        let (found, outcomes) =
            compare_pools(&baseline, &before, after, &data, &with_holders, progress)?;
        if scenario.between == Between::Heals {
            data.heal(&found.report);
        }
        let Comparison { report: ClusterReport { summary, osds, moves }, pgs, .. } = found;
        each(StepReport { command: step.command, summary, osds, moves, pgs });
        holders = match scenario.between {
            Between::Nothing => found.holders_after,
            Between::Heals => found.holders_healed,
        };
        let next = with(after, number + 1, &holders);
        baseline.advance(&next, scenario.cluster, outcomes, threads, &quiet)?;
    }
    let (start, end) = (&states[0], &states[scenario.steps.len()]);
    let data = ClusterData::new(scenario.cluster);
    let found = compare_with(at_start, start, end, &data, options, progress)?;
    let ClusterReport { summary, osds, moves } = found.report;
    Ok(Total { summary, osds, moves, pgs: found.pgs })
}

/// A state with its data where the steps before have left it.
fn with<'a>(state: &ClusterState<'a>, number: usize, holders: &'a Holders) -> ClusterState<'a> {
    if number == 0 { state.clone() } else { state.clone().with_holders(holders) }
}

/// The start and the state after each step. Those with the same CRUSH map share it.
fn states<'a>(scenario: &Scenario<'a>) -> Result<Vec<ClusterState<'a>>, ScenarioError> {
    let mut states = vec![state(scenario.start, 0)?];
    for (number, step) in (1..).zip(scenario.steps) {
        let crush = states.last().map(ClusterState::crush);
        let shared = crush.filter(|crush| crush.is_of(&step.map.crush.core)).cloned();
        states.push(match shared {
            Some(crush) => ClusterState::with_crush(step.map, crush),
            None => state(step.map, number)?,
        });
    }
    Ok(states)
}

fn state(map: &OsdMap, step: usize) -> Result<ClusterState<'_>, ScenarioError> {
    ClusterState::new(map).map_err(|error| ScenarioError::Crush { step, error })
}
