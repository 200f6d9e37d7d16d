//! Several changes of a cluster, one after another.

use std::sync::Arc;

use crushlab_cluster::simulate::{SimulateError, SimulateOptions};
use crushlab_cluster::{Change, Cluster, Simulation, simulate};
use crushlab_compare::Progress;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::cluster::NativeCluster;
use crate::cluster_change::read_file;
use crate::cluster_compare::{Compared, NativeCompareOptions, NativeComparison, convert};
use crate::error::{Failure, guarded};
use crate::progress::NativeProgress;

/// Something that happens to a cluster.
#[napi(object)]
pub struct NativeClusterChange {
    /// `run`, `fail`, `recover` or `wait`.
    pub kind: String,
    /// The command, or how the time was written.
    pub text: String,
    /// What fails or comes back.
    pub names: Vec<String>,
    /// How long to wait.
    pub seconds: f64,
    /// Where files that a command takes are looked for; empty for the folder of the process.
    pub folder: String,
}

impl NativeClusterChange {
    /// The change; nothing for one of no kind.
    pub(crate) fn change(&self) -> Option<Change> {
        Some(match self.kind.as_str() {
            "run" => Change::Run(self.text.clone()),
            "fail" => Change::Fail(self.names.clone()),
            "recover" => Change::Recover(self.names.clone()),
            "wait" => Change::Wait(self.seconds as u64, self.text.clone()),
            _ => return None,
        })
    }
}

/// One change, and what it does.
struct Step {
    command: String,
    is_stage: bool,
    cluster: Cluster,
    compared: Compared,
}

/// What several changes do, one after another. Steps are numbered from 0.
#[napi]
pub struct NativeSimulation {
    steps: Vec<Step>,
    total: Option<Compared>,
    end: Cluster,
}

#[napi]
impl NativeSimulation {
    /// The commands, or the events in words.
    #[napi]
    pub fn commands(&self) -> Vec<String> {
        self.steps.iter().map(|step| step.command.clone()).collect()
    }

    /// Whether the managers take a step to carry out a `pg_num`, so that nobody asked for it.
    #[napi]
    pub fn is_stage(&self, step: u32) -> bool {
        self.steps.get(step as usize).is_some_and(|step| step.is_stage)
    }

    /// The cluster right after a step; the end of all past the last one.
    #[napi]
    pub fn cluster(&self, step: u32) -> NativeCluster {
        let step = self.steps.get(step as usize);
        NativeCluster::from(step.map_or(&self.end, |step| &step.cluster).clone())
    }

    /// The cluster at the end: settled, where it heals in between.
    #[napi]
    pub fn end(&self) -> NativeCluster {
        NativeCluster::from(self.end.clone())
    }

    /// What a step does; nothing where steps were not compared, or past the last one.
    #[napi]
    pub fn comparison(&self, env: &Env, step: u32) -> Result<Option<NativeComparison>> {
        converted(env, self.steps.get(step as usize).map(|step| &step.compared))
    }

    /// What all of them together differ in from the start; nothing where that is what a step says
    /// alone, or steps were not compared.
    #[napi]
    pub fn total(&self, env: &Env) -> Result<Option<NativeComparison>> {
        converted(env, self.total.as_ref())
    }
}

fn converted(env: &Env, compared: Option<&Compared>) -> Result<Option<NativeComparison>> {
    let found = compared.map(convert).transpose();
    found.map_err(|failure| failure.into_error(env))
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Failure {
        match error {
            SimulateError::Change { index, error } => {
                Failure { change: u32::try_from(index).ok(), ..Failure::from(error) }
            }
            SimulateError::Cancelled => Failure::new("aborted", error),
        }
    }
}

/// Goes through several changes on other threads than JavaScript's.
pub struct SimulateTask {
    start: Cluster,
    changes: Vec<NativeClusterChange>,
    options: SimulateOptions,
    progress: Arc<Progress>,
}

impl SimulateTask {
    fn simulate(&self) -> std::result::Result<NativeSimulation, Failure> {
        let changes: Option<Vec<Change>> =
            self.changes.iter().map(NativeClusterChange::change).collect();
        let changes = changes.ok_or_else(|| Failure::new("internal", "a change of no kind"))?;
        let read = |index: usize, path: &str| {
            read_file(self.changes.get(index).map_or("", |change| &change.folder), path)
        };
        let found = simulate(&self.start, &changes, &self.options, read, &self.progress)?;
        let Simulation { steps, total, end } = found;
        let last = steps.last().map_or(&end, |step| &step.cluster);
        let total = total.map(|total| Compared::of(total, last));
        let steps = steps.into_iter().map(|step| Step {
            compared: Compared::of(step.comparison, &step.cluster),
            command: step.command,
            is_stage: step.is_stage,
            cluster: step.cluster,
        });
        Ok(NativeSimulation { steps: steps.collect(), total, end })
    }
}

impl Task for SimulateTask {
    type Output = std::result::Result<NativeSimulation, Failure>;
    type JsValue = NativeSimulation;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        Ok(guarded(|| self.simulate()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeSimulation> {
        output.map_err(|failure| failure.into_error(&env))
    }
}

/// Lets changes happen to a cluster, one after another. With `compares_steps` each is compared with
/// the state before; else only the end is wanted.
#[napi(ts_return_type = "Promise<NativeSimulation>")]
pub fn simulate_changes(
    start: &NativeCluster,
    changes: Vec<NativeClusterChange>,
    is_staged: bool,
    compares_steps: bool,
    options: NativeCompareOptions,
    progress: &NativeProgress,
) -> AsyncTask<SimulateTask> {
    AsyncTask::new(SimulateTask {
        start: start.inner.clone(),
        changes,
        options: SimulateOptions {
            heal: options.heals,
            staged: is_staged,
            compare_steps: compares_steps,
            compare: options.options(),
        },
        progress: Arc::clone(&progress.inner),
    })
}
