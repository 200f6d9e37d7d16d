//! Plans to move safely.

use std::sync::Arc;

use crushlab_balance::migrate::{DrainGroup, Limits, PlanReport};
use crushlab_cluster::{Cluster, verdict};
use crushlab_compare::Progress;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::Value;

use crate::capacity::{NativeReport, with_verdict};
use crate::cluster::NativeCluster;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// OSDs that are emptied together.
#[napi(object)]
pub struct NativeDrainGroup {
    /// What they are called.
    pub name: String,
    /// Their ids.
    pub osds: Vec<i32>,
}

/// What is planned.
#[napi(object)]
pub struct NativePlanRequest {
    /// `freeze`, `release`, `drain`, `order`, `undo` or `advise`.
    pub action: String,
    /// Commands of the change, where the plan shall make it.
    pub changes: Vec<String>,
    /// OSDs to be emptied.
    pub groups: Vec<NativeDrainGroup>,
    /// Misplaced copies by all, at most.
    pub max_misplaced_ratio: f64,
    /// PGs that one OSD gives up, and takes, in one stage.
    pub max_backfills: Option<u32>,
    /// How full an OSD may be at any time.
    pub max_fill_ratio: Option<f64>,
    /// Shards of one PG that may be in motion together.
    pub max_shards_per_pg: u32,
    /// Bytes that an OSD reads or writes in a second.
    pub rate_bytes: Option<f64>,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

/// Plans on other threads than JavaScript's.
pub struct PlanTask {
    cluster: Cluster,
    other: Option<Cluster>,
    request: NativePlanRequest,
    progress: Arc<Progress>,
}

impl PlanTask {
    fn plan(&self) -> std::result::Result<PlanReport, Failure> {
        let PlanTask { cluster, other, request, progress } = self;
        let threads = thread_count(request.threads);
        let limits = Limits {
            max_misplaced_ratio: request.max_misplaced_ratio,
            max_backfills: request.max_backfills,
            max_fill_ratio: request.max_fill_ratio,
            max_shards_per_pg: request.max_shards_per_pg,
            rate_bytes: request.rate_bytes,
        };
        let changes = &request.changes;
        let groups = request.groups.iter();
        let groups: Vec<DrainGroup> = groups
            .map(|group| DrainGroup { name: group.name.clone(), osds: group.osds.clone() })
            .collect();
        let (action, mut report) = match (request.action.as_str(), other) {
            ("freeze", _) => ("freeze", cluster.freeze(changes, threads, progress)?),
            ("release", _) => ("release", cluster.release(changes, &limits, threads, progress)?),
            ("drain", _) => ("drain", cluster.drain(&groups, &limits, threads, progress)?),
            ("order", _) => ("order", cluster.drain(&groups, &limits, threads, progress)?),
            ("undo", Some(other)) => ("undo", cluster.reach(other, &limits, threads, progress)?),
            ("advise", Some(other)) => {
                ("advise", cluster.reach(other, &limits, threads, progress)?)
            }
            (action, _) => {
                return Err(Failure::new("internal", format!("no plan is called {action}")));
            }
        };
        report.action = action;
        Ok(report)
    }
}

impl Task for PlanTask {
    type Output = std::result::Result<Value, Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| {
            let threads = thread_count(self.request.threads);
            let quiet = self.progress.quiet();
            let outlook = self.cluster.outlook(threads, &quiet).map_err(aborted)?;
            let report = self.plan()?;
            let verdict = verdict::of_plan(self.cluster.map(), outlook.summary(), &report);
            let report = with_verdict(&verdict, serde_json::to_value(report));
            report.map_err(|error| Failure::new("internal", error))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        let native = output.map(|report| NativeReport { report });
        native.map_err(|failure| failure.into_error(&env))
    }
}

/// A plan to move safely, of a cluster after a change with its data where it was; to the other
/// cluster, where one is given.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn plan_moves(
    cluster: &NativeCluster,
    others: Vec<&NativeCluster>,
    request: NativePlanRequest,
    progress: &NativeProgress,
) -> AsyncTask<PlanTask> {
    AsyncTask::new(PlanTask {
        cluster: cluster.inner.clone(),
        other: others.first().map(|other| other.inner.clone()),
        request,
        progress: Arc::clone(&progress.inner),
    })
}
