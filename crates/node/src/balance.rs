//! The most even placement of PGs.

use std::sync::Arc;

use crushlab_balance::{BalanceError, BalanceOptions, BalanceReport, balance};
use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::Progress;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;

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
            _ => "invalid_map",
        };
        Failure::new(code, error)
    }
}

/// Balances on other threads than JavaScript's.
pub struct BalanceTask {
    cluster: Cluster,
    options: BalanceOptions,
    progress: Arc<Progress>,
}

impl Task for BalanceTask {
    type Output = std::result::Result<(Verdict, BalanceReport), Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let BalanceTask { cluster, options, progress } = self;
        Ok(guarded(|| {
            let report = balance(cluster.map(), cluster.crush(), options, progress)?;
            let outlook = cluster.outlook(options.threads, progress).map_err(aborted)?;
            Ok((verdict::of_balance(cluster.map(), outlook.summary(), &report), report))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        let native = output.and_then(|(verdict, report)| {
            NativeReport::of(with_verdict(&verdict, serde_json::to_value(report)))
        });
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
    AsyncTask::new(BalanceTask {
        cluster: cluster.inner.clone(),
        options: BalanceOptions {
            pools: asked.pools,
            max_deviation: asked.max_deviation,
            threads: thread_count(asked.threads),
        },
        progress: Arc::clone(&progress.inner),
    })
}
