//! How much can be stored.

use std::sync::Arc;

use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::Progress;
use crushlab_plan::capacity::{CapacityError, CapacityOptions, CapacityReport, ObjectSizes};
use napi::bindgen_prelude::{AsyncTask, Float64Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::Value;

use crate::cluster::NativeCluster;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// A report as the planner has it, under its own names.
#[napi(object)]
pub struct NativeReport {
    /// Such as `crushlab_plan::capacity::CapacityReport`.
    #[napi(ts_type = "object")]
    pub report: Value,
}

impl NativeReport {
    /// A report that was turned into JSON.
    pub(crate) fn of(
        report: serde_json::Result<Value>,
    ) -> std::result::Result<NativeReport, Failure> {
        let report = report.map_err(|error| Failure::new("internal", error))?;
        Ok(NativeReport { report })
    }
}

/// A report as JSON, with its verdict in front.
pub(crate) fn with_verdict(
    verdict: &Verdict,
    report: serde_json::Result<Value>,
) -> serde_json::Result<Value> {
    let mut all = serde_json::Map::new();
    all.insert("verdict".to_owned(), serde_json::to_value(verdict)?);
    if let Value::Object(fields) = report? {
        all.extend(fields);
    }
    Ok(Value::Object(all))
}

/// What to ask of a cluster's capacity.
#[napi(object)]
pub struct NativeCapacityOptions {
    /// Number of a release; 0 for the one that the map requires.
    pub release: u32,
    /// Sizes of objects; none where padding is not asked for.
    pub object_bytes: Float64Array,
    /// How many objects have each size.
    pub object_counts: Float64Array,
    /// Allocation unit of OSDs; the release's default if left out.
    pub min_alloc_size_bytes: Option<f64>,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

impl From<CapacityError> for Failure {
    fn from(error: CapacityError) -> Failure {
        let code = match error {
            CapacityError::Cancelled => "aborted",
            _ => "invalid_plan",
        };
        Failure::new(code, error)
    }
}

/// Works a cluster's capacity out on other threads than JavaScript's.
pub struct CapacityTask {
    cluster: Cluster,
    options: CapacityOptions,
    progress: Arc<Progress>,
}

impl Task for CapacityTask {
    type Output = std::result::Result<(Verdict, CapacityReport), Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        Ok(guarded(|| {
            let CapacityOptions { threads, .. } = self.options;
            let report = self.cluster.capacity(&self.options, &self.progress)?;
            let outlook = self.cluster.outlook(threads, &self.progress).map_err(aborted)?;
            let verdict = verdict::of_capacity(self.cluster.map(), outlook.summary(), &report);
            Ok((verdict, report))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        output
            .and_then(|(verdict, report)| {
                NativeReport::of(with_verdict(&verdict, serde_json::to_value(report)))
            })
            .map_err(|failure| failure.into_error(&env))
    }
}

/// The capacity of a cluster: `crushlab_plan::capacity::CapacityReport`.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn capacity_report(
    cluster: &NativeCluster,
    options: NativeCapacityOptions,
    progress: &NativeProgress,
) -> AsyncTask<CapacityTask> {
    let sizes: Vec<(u64, u64)> = (options.object_bytes.iter())
        .zip(options.object_counts.iter())
        .map(|(bytes, objects)| (*bytes as u64, *objects as u64))
        .collect();
    AsyncTask::new(CapacityTask {
        cluster: cluster.inner.clone(),
        options: CapacityOptions {
            release: u8::try_from(options.release).unwrap_or(0),
            object_sizes: (!sizes.is_empty()).then_some(ObjectSizes { objects_by_bytes: sizes }),
            min_alloc_size_bytes: options.min_alloc_size_bytes.map(|bytes| bytes as u64),
            refuses_shortage: cluster.inner.is_planned(),
            threads: thread_count(options.threads),
        },
        progress: Arc::clone(&progress.inner),
    })
}
