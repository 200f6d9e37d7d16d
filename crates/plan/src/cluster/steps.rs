//! Several changes, one after another.

use crushlab_crush::BuildError;
use crushlab_osdmap::{Cluster, OsdMap};
use serde::Serialize;

use super::compare::{Cancelled, Comparison, Options, compare, units_to_compare};
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
    /// The cluster at the start, with what is known of its data.
    pub start: &'a Cluster,
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
#[non_exhaustive]
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
    let mut before = state(&scenario.start.map, 0)?;
    let first = before.clone();
    let mut units = 0;
    for (number, step) in (1..).zip(scenario.steps) {
        let after = state(step.map, number)?;
        units += units_to_compare(&before, &after);
        before = after;
    }
    Ok(units + units_to_compare(&first, &before))
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
    let start = state(&scenario.start.map, 0)?;
    let mut data = ClusterData::new(scenario.start);
    let mut last = &scenario.start.map;
    let mut holders: Option<Holders> = None;
    let with_holders = Options { keep_holders: true, ..*options };
    for (number, step) in (1..).zip(scenario.steps) {
        let mut before = state(last, number - 1)?;
        if let Some(holders) = &holders {
            before = before.with_holders(holders);
        }
        let after = state(step.map, number)?;
        let found = compare(&before, &after, &data, &with_holders, progress)?;
        if scenario.between == Between::Heals {
            data.heal(&found.report);
        }
        let Comparison { report: ClusterReport { summary, osds, moves }, pgs, .. } = found;
        each(StepReport { command: step.command, summary, osds, moves, pgs });
        last = step.map;
        holders = Some(match scenario.between {
            Between::Nothing => found.holders_after,
            Between::Heals => found.holders_healed,
        });
    }
    let end = state(last, scenario.steps.len())?;
    let found = compare(&start, &end, &ClusterData::new(scenario.start), options, progress)?;
    let ClusterReport { summary, osds, moves } = found.report;
    Ok(Total { summary, osds, moves, pgs: found.pgs })
}

fn state(map: &OsdMap, step: usize) -> Result<ClusterState<'_>, ScenarioError> {
    ClusterState::new(map).map_err(|error| ScenarioError::Crush { step, error })
}
