//! Plans to move safely.

use std::sync::Arc;

use crushlab_balance::migrate::PlanReport;
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

/// What is planned.
#[napi(object)]
pub struct NativePlanRequest {
    /// `freeze`, ….
    pub action: String,
    /// Commands of the change, where the plan shall make it.
    pub changes: Vec<String>,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

/// Plans on other threads than JavaScript's.
pub struct PlanTask {
    cluster: Cluster,
    request: NativePlanRequest,
    progress: Arc<Progress>,
}

impl PlanTask {
    fn plan(&self) -> std::result::Result<PlanReport, Failure> {
        let PlanTask { cluster, request, progress } = self;
        let threads = thread_count(request.threads);
        match request.action.as_str() {
            "freeze" => Ok(cluster.freeze(&request.changes, threads, progress)?),
            other => Err(Failure::new("internal", format!("no plan is called {other}"))),
        }
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

/// A plan to move safely, of a cluster after a change with its data where it was.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn plan_moves(
    cluster: &NativeCluster,
    request: NativePlanRequest,
    progress: &NativeProgress,
) -> AsyncTask<PlanTask> {
    AsyncTask::new(PlanTask {
        cluster: cluster.inner.clone(),
        request,
        progress: Arc::clone(&progress.inner),
    })
}
