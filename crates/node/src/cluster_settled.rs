//! What becomes of a cluster when its data has moved, what is said of it, and keeping it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_cluster::settled::SettleError;
use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::Progress;
use crushlab_compare::report::Summary;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::json;

use crate::capacity::NativeReport;
use crate::cluster::NativeCluster;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

impl From<SettleError> for Failure {
    fn from(error: SettleError) -> Failure {
        match error {
            SettleError::Cancelled => Failure::new("aborted", error),
            SettleError::State(error) => Failure::from(error),
        }
    }
}

/// Work on one cluster on other threads than JavaScript's.
pub struct ClusterWork {
    cluster: Cluster,
    threads: NonZeroUsize,
    progress: Arc<Progress>,
}

impl ClusterWork {
    fn new(cluster: &NativeCluster, threads: u32, progress: &NativeProgress) -> ClusterWork {
        ClusterWork {
            cluster: cluster.inner.clone(),
            threads: thread_count(threads),
            progress: Arc::clone(&progress.inner),
        }
    }
}

/// Lets all data move that can.
pub struct SettleTask(ClusterWork);

impl Task for SettleTask {
    type Output = std::result::Result<Cluster, Failure>;
    type JsValue = NativeCluster;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.0.progress.enter();
        let ClusterWork { cluster, threads, progress } = &self.0;
        Ok(guarded(|| Ok(cluster.settled(*threads, progress)?)))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeCluster> {
        output.map(NativeCluster::from).map_err(|failure| failure.into_error(&env))
    }
}

/// The cluster when all data has moved that can.
#[napi(ts_return_type = "Promise<NativeCluster>")]
pub fn settle_cluster(
    cluster: &NativeCluster,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<SettleTask> {
    AsyncTask::new(SettleTask(ClusterWork::new(cluster, threads, progress)))
}

/// Looks at the PGs of a cluster.
pub struct OutlookTask(ClusterWork);

impl Task for OutlookTask {
    type Output = std::result::Result<(Verdict, Summary), Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.0.progress.enter();
        let ClusterWork { cluster, threads, progress } = &self.0;
        Ok(guarded(|| {
            let outlook = cluster.outlook(*threads, progress).map_err(aborted)?;
            let summary = outlook.summary().clone();
            Ok((verdict::of_state(cluster.map(), &summary), summary))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        let report = output.and_then(|(verdict, summary)| {
            NativeReport::of(Ok(json!({ "verdict": verdict, "summary": summary })))
        });
        report.map_err(|failure| failure.into_error(&env))
    }
}

/// What is to be said of a cluster as it is: `verdict`, and the `summary` of its comparison with
/// itself: what its PGs are (`before`), and what they are when all has moved that can (`healed`).
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn cluster_outlook(
    cluster: &NativeCluster,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<OutlookTask> {
    AsyncTask::new(OutlookTask(ClusterWork::new(cluster, threads, progress)))
}

/// Writes all that is known of a cluster.
pub struct SaveTask(ClusterWork, bool);

impl Task for SaveTask {
    type Output = std::result::Result<Vec<u8>, Failure>;
    type JsValue = Uint8Array;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.0.progress.enter();
        let ClusterWork { cluster, threads, progress } = &self.0;
        Ok(guarded(|| cluster.to_file(self.1, *threads, progress).map_err(aborted)))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Uint8Array> {
        output.map(Uint8Array::from).map_err(|failure| failure.into_error(&env))
    }
}

/// All that is known of a cluster, as a file that `load_cluster` reads back.
#[napi(ts_return_type = "Promise<Uint8Array>")]
pub fn save_cluster(
    cluster: &NativeCluster,
    is_compressed: bool,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<SaveTask> {
    AsyncTask::new(SaveTask(ClusterWork::new(cluster, threads, progress), is_compressed))
}
