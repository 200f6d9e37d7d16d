//! When a cluster is full, and what a purchase does about it.

use std::sync::Arc;

use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::Progress;
use crushlab_plan::growth::{
    Change, Growth, GrowthError, GrowthOptions, GrowthReport, HostToAdd, OsdsToAdd, PoolGrowth,
    ToErasure,
};
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::capacity::{NativeReport, with_verdict};
use crate::cluster::NativeCluster;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// How fast a pool grows: by bytes, or by a part of what it holds.
#[napi(object)]
pub struct NativeGrowth {
    /// Its id.
    pub pool: i64,
    /// Bytes that it stores more every month.
    pub bytes_per_month: Option<f64>,
    /// Part of what it stores that comes every month.
    pub part_per_month: Option<f64>,
}

/// Some equal OSDs.
#[napi(object)]
pub struct NativeOsdsToAdd {
    /// How many.
    pub count: u32,
    /// Size of each.
    pub device_bytes: f64,
    /// Their device class; the most usual one if left out.
    pub class: Option<String>,
}

/// A change of the cluster: one of these.
#[napi(object)]
pub struct NativeChange {
    /// A host that is added.
    pub host: Option<NativeHostToAdd>,
    /// OSDs that are replaced.
    pub replace: Option<NativeReplacement>,
    /// A pool that moves to erasure code.
    pub erasure: Option<NativeToErasure>,
}

/// A host that is added.
#[napi(object)]
pub struct NativeHostToAdd {
    /// Its name.
    pub name: String,
    /// Its OSDs.
    pub osds: Vec<NativeOsdsToAdd>,
    /// Bucket that it is put into.
    pub parent: Option<String>,
}

/// OSDs that are replaced.
#[napi(object)]
pub struct NativeReplacement {
    /// Their ids.
    pub osds: Vec<i32>,
    /// Size of each new device.
    pub device_bytes: f64,
}

/// A pool that moves to erasure code.
#[napi(object)]
pub struct NativeToErasure {
    /// Its id.
    pub pool: i64,
    /// Data shards.
    pub k: u32,
    /// Coding shards.
    pub m: u32,
    /// PGs of the new pool.
    pub pg_num: Option<u32>,
    /// Failure domain of the new pool.
    pub failure_domain: Option<String>,
}

/// What to ask about growth.
#[napi(object)]
pub struct NativeGrowOptions {
    /// How pools grow.
    pub growths: Vec<NativeGrowth>,
    /// Months to look ahead.
    pub months: u32,
    /// Changes, one on top of the other.
    pub changes: Vec<NativeChange>,
    /// Type of the bucket that may be lost.
    pub failure_domain: String,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

impl From<NativeGrowth> for PoolGrowth {
    fn from(growth: NativeGrowth) -> PoolGrowth {
        let rate = match (growth.bytes_per_month, growth.part_per_month) {
            (Some(bytes), _) => Growth::BytesPerMonth(bytes),
            (None, part) => Growth::PartPerMonth(part.unwrap_or(0.0)),
        };
        PoolGrowth { pool: growth.pool, growth: rate }
    }
}

/// The change that is given; nothing where none is.
fn change(change: NativeChange) -> Option<Change> {
    if let Some(NativeHostToAdd { name, osds, parent }) = change.host {
        let osds = osds.into_iter().map(|osds| OsdsToAdd {
            count: osds.count,
            device_bytes: osds.device_bytes as u64,
            class: osds.class,
        });
        return Some(Change::AddHost(HostToAdd { name, osds: osds.collect(), parent }));
    }
    if let Some(NativeReplacement { osds, device_bytes }) = change.replace {
        return Some(Change::Replace { osds, device_bytes: device_bytes as u64 });
    }
    let erasure = change.erasure?;
    let shards = |count: u32| u8::try_from(count).unwrap_or(u8::MAX);
    Some(Change::ToErasure(ToErasure {
        pool: erasure.pool,
        k: shards(erasure.k),
        m: shards(erasure.m),
        pg_num: erasure.pg_num,
        failure_domain: erasure.failure_domain,
    }))
}

impl From<GrowthError> for Failure {
    fn from(error: GrowthError) -> Failure {
        let code = match &error {
            GrowthError::NoSizes | GrowthError::NoPoolData { .. } => "missing_data",
            GrowthError::NoDomain { .. } => "unknown_item",
            GrowthError::Refused { .. } => "command_refused",
            GrowthError::Crush(_) => "invalid_map",
            GrowthError::Cancelled => "aborted",
            _ => "invalid_plan",
        };
        Failure::new(code, error)
    }
}

/// Works out when a cluster is full, on other threads than JavaScript's.
pub struct GrowTask {
    cluster: Cluster,
    options: GrowthOptions,
    progress: Arc<Progress>,
}

impl Task for GrowTask {
    type Output = std::result::Result<(Verdict, GrowthReport), Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        Ok(guarded(|| {
            let report = self.cluster.grow(&self.options, &self.progress)?;
            let outlook = self.cluster.outlook(self.options.threads, &self.progress);
            let outlook = outlook.map_err(aborted)?;
            let verdict = verdict::of_growth(self.cluster.map(), outlook.summary(), &report);
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

/// When a cluster is full: `crushlab_plan::growth::GrowthReport`.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn growth_report(
    cluster: &NativeCluster,
    options: NativeGrowOptions,
    progress: &NativeProgress,
) -> AsyncTask<GrowTask> {
    AsyncTask::new(GrowTask {
        cluster: cluster.inner.clone(),
        options: GrowthOptions {
            growths: options.growths.into_iter().map(PoolGrowth::from).collect(),
            months: options.months,
            changes: options.changes.into_iter().filter_map(change).collect(),
            failure_domain: options.failure_domain,
            config: cluster.inner.config().clone(),
            threads: thread_count(options.threads),
        },
        progress: Arc::clone(&progress.inner),
    })
}
