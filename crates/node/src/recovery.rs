//! Recovery in time.

use std::collections::BTreeSet;
use std::sync::Arc;

use crushlab_cluster::{Change, Cluster, FollowError, RecoveryOptions, verdict};
use crushlab_compare::Progress;
use crushlab_osdmap::PgId;
use crushlab_recovery::{DeviceRates, Rates, RecoveryError};
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::Value;

use crate::capacity::{NativeReport, with_verdict};
use crate::cluster::NativeCluster;
use crate::cluster_change::read_file;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;
use crate::simulate::NativeClusterChange;

/// What a kind of device does; what is missing has its default.
#[napi(object)]
pub struct NativeDeviceRates {
    /// Bytes per second.
    pub bandwidth_bytes: Option<f64>,
    /// Operations per second.
    pub iops: Option<f64>,
}

/// What recovery is reckoned with; what is missing has its default.
#[napi(object)]
pub struct NativeRates {
    /// Those of class hdd, ssd and nvme.
    pub devices: Vec<NativeDeviceRates>,
    /// Bytes per second of a host, each way.
    pub network_bytes: Option<f64>,
    /// Share of devices that clients ask for.
    pub client_share: Option<f64>,
    /// Objects that they write per second.
    pub client_writes: Option<f64>,
    /// Longest time that a PG takes to peer.
    pub peering_seconds: Option<f64>,
    /// By how much rates may be off.
    pub uncertainty: Option<f64>,
}

/// What to ask about recovery.
#[napi(object)]
pub struct NativeRecoveryOptions {
    /// What happens, in order.
    pub changes: Vec<NativeClusterChange>,
    /// What it is reckoned with.
    pub rates: NativeRates,
    /// Orders to simulate.
    pub orders: u32,
    /// Seed of the first.
    pub seed: f64,
    /// Pools and numbers of PGs to be copied first, one after another.
    pub forced: Vec<i64>,
    /// Whether to try other settings.
    pub what_if: bool,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

fn rates(given: &NativeRates) -> Rates {
    let mut rates = Rates::default();
    for (own, given) in rates.devices.iter_mut().zip(&given.devices) {
        *own = DeviceRates {
            bandwidth_bytes: given.bandwidth_bytes.unwrap_or(own.bandwidth_bytes),
            iops: given.iops.unwrap_or(own.iops),
        };
    }
    Rates {
        network_bytes: given.network_bytes.unwrap_or(rates.network_bytes),
        client_share: given.client_share.unwrap_or(rates.client_share),
        client_writes: given.client_writes.or(rates.client_writes),
        peering_seconds: given.peering_seconds.unwrap_or(rates.peering_seconds),
        uncertainty: given.uncertainty.unwrap_or(rates.uncertainty),
        ..rates
    }
}

fn pgs(listed: &[i64]) -> BTreeSet<PgId> {
    let pair = |pair: &[i64]| Some(PgId::new(*pair.first()?, u32::try_from(*pair.get(1)?).ok()?));
    listed.chunks(2).filter_map(pair).collect()
}

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Failure {
        match error {
            FollowError::Change(index, error) => {
                Failure { change: u32::try_from(index).ok(), ..Failure::from(error) }
            }
            FollowError::Recovery(RecoveryError::Cancelled) => Failure::new("aborted", error),
            FollowError::Recovery(RecoveryError::UnknownData { .. }) => {
                Failure::new("missing_data", error)
            }
            _ => Failure::new("invalid_argument", error),
        }
    }
}

/// Simulates on other threads than JavaScript's.
pub struct RecoveryTask {
    cluster: Cluster,
    changes: Vec<NativeClusterChange>,
    options: RecoveryOptions,
    progress: Arc<Progress>,
}

impl Task for RecoveryTask {
    type Output = std::result::Result<Value, Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let RecoveryTask { cluster, changes, options, progress } = self;
        Ok(guarded(|| {
            let outlook = cluster.outlook(options.threads, &progress.quiet()).map_err(aborted)?;
            let asked: Option<Vec<Change>> =
                changes.iter().map(NativeClusterChange::change).collect();
            let asked = asked.ok_or_else(|| Failure::new("internal", "a change of no kind"))?;
            let read = |index: usize, path: &str| {
                read_file(changes.get(index).map_or("", |change| &change.folder), path)
            };
            let found = cluster.recovery(&asked, options, read, progress)?;
            let verdict = verdict::of_recovery(cluster.map(), outlook.summary(), &found.report);
            with_verdict(&verdict, serde_json::to_value(found))
                .map_err(|error| Failure::new("internal", error))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        let native = output.map(|report| NativeReport { report });
        native.map_err(|failure| failure.into_error(&env))
    }
}

/// How a cluster's data moves in time, while things happen.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn recover_cluster(
    cluster: &NativeCluster,
    asked: NativeRecoveryOptions,
    progress: &NativeProgress,
) -> AsyncTask<RecoveryTask> {
    let options = RecoveryOptions {
        rates: rates(&asked.rates),
        orders: asked.orders as usize,
        seed: asked.seed as u64,
        forced: pgs(&asked.forced),
        what_if: asked.what_if,
        threads: thread_count(asked.threads),
    };
    AsyncTask::new(RecoveryTask {
        cluster: cluster.inner.clone(),
        changes: asked.changes,
        options,
        progress: Arc::clone(&progress.inner),
    })
}
