//! The most even placement of PGs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crushlab_balance::{BalanceError, BalanceOptions, Measure, Scope, balance_reads, check_upmaps};
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
    /// Whether bytes are evened out, and not PGs.
    pub by_bytes: bool,
    /// What may move.
    pub scope: NativeScope,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

/// What may move: OSDs by id, all where nothing is said.
#[napi(object)]
pub struct NativeScope {
    /// Shards stay among these.
    pub within: Option<Vec<i32>>,
    /// Shards leave only these.
    pub from: Option<Vec<i32>>,
    /// Shards go only to these.
    pub to: Option<Vec<i32>>,
    /// Nothing leaves these or comes to them.
    pub leave: Option<Vec<i32>>,
}

impl From<NativeScope> for Scope {
    fn from(native: NativeScope) -> Scope {
        let set = |osds: Vec<i32>| osds.into_iter().collect::<BTreeSet<i32>>();
        Scope {
            within: native.within.map(set),
            from: native.from.map(set),
            to: native.to.map(set),
            leave: native.leave.map(set).unwrap_or_default(),
        }
    }
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
                by: if asked.by_bytes { Measure::Bytes } else { Measure::Pgs },
                scope: asked.scope.into(),
                threads: thread_count(asked.threads),
                ..BalanceOptions::default()
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
                    let report = cluster.balance(options, progress)?;
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
