//! The most even placement of PGs.

use std::sync::Arc;

use crushlab_balance::{BalanceError, BalanceOptions, balance, balance_reads, check_upmaps};
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

/// What is asked for.
#[napi(object)]
pub struct NativeBalanceOptions {
    /// Ids of pools; none for all.
    pub pools: Vec<i64>,
    /// OSDs shall be nearer to their targets than by this many PGs.
    pub max_deviation: f64,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

impl From<BalanceError> for Failure {
    fn from(error: BalanceError) -> Failure {
        let code = match error {
            BalanceError::Cancelled => "aborted",
            BalanceError::NoSuchPool { .. } => "unknown_pool",
            BalanceError::NoSuchOsd { .. } => "unknown_item",
            BalanceError::Limit { .. } => "invalid_argument",
            _ => "invalid_map",
        };
        Failure::new(code, error)
    }
}

/// What is asked of a cluster's placement.
enum Question {
    Placement,
    Upmaps,
    Reads,
}

/// Answers on other threads than JavaScript's.
pub struct BalanceTask {
    cluster: Cluster,
    question: Question,
    options: BalanceOptions,
    progress: Arc<Progress>,
}

impl BalanceTask {
    fn new(
        cluster: &NativeCluster,
        question: Question,
        asked: NativeBalanceOptions,
        progress: &NativeProgress,
    ) -> AsyncTask<BalanceTask> {
        AsyncTask::new(BalanceTask {
            cluster: cluster.inner.clone(),
            question,
            options: BalanceOptions {
                pools: asked.pools,
                max_deviation: asked.max_deviation,
                threads: thread_count(asked.threads),
            },
            progress: Arc::clone(&progress.inner),
        })
    }
}

impl Task for BalanceTask {
    type Output = std::result::Result<Value, Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        let BalanceTask { cluster, question, options, progress } = self;
        let (map, crush) = (cluster.map(), cluster.crush());
        let BalanceOptions { pools, threads, .. } = &*options;
        Ok(guarded(|| {
            let outlook = cluster.outlook(*threads, &progress.quiet()).map_err(aborted)?;
            let state = outlook.summary();
            let report = match question {
                Question::Placement => {
                    let report = balance(map, crush, options, progress)?;
                    let verdict = verdict::of_balance(map, state, &report);
                    with_verdict(&verdict, serde_json::to_value(report))
                }
                Question::Upmaps => {
                    let report = check_upmaps(map, crush, pools, *threads, progress)?;
                    let verdict = verdict::of_upmaps(map, state, &report);
                    with_verdict(&verdict, serde_json::to_value(report))
                }
                Question::Reads => {
                    let report = balance_reads(map, crush, pools, *threads, progress)?;
                    let verdict = verdict::of_reads(map, state, &report);
                    with_verdict(&verdict, serde_json::to_value(report))
                }
            };
            report.map_err(|error| Failure::new("internal", error))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        let native = output.map(|report| NativeReport { report });
        native.map_err(|failure| failure.into_error(&env))
    }
}

/// The most even placement of a cluster's PGs, with the fewest moves.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn balance_cluster(
    cluster: &NativeCluster,
    asked: NativeBalanceOptions,
    progress: &NativeProgress,
) -> AsyncTask<BalanceTask> {
    BalanceTask::new(cluster, Question::Placement, asked, progress)
}

/// What is wrong with a cluster's upmaps.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn check_cluster_upmaps(
    cluster: &NativeCluster,
    asked: NativeBalanceOptions,
    progress: &NativeProgress,
) -> AsyncTask<BalanceTask> {
    BalanceTask::new(cluster, Question::Upmaps, asked, progress)
}

/// Primaries dealt out as evenly as can be.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn balance_cluster_reads(
    cluster: &NativeCluster,
    asked: NativeBalanceOptions,
    progress: &NativeProgress,
) -> AsyncTask<BalanceTask> {
    BalanceTask::new(cluster, Question::Reads, asked, progress)
}
