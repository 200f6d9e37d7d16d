//! How many PGs pools should have.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::Progress;
use crushlab_osdmap::{Form, OsdMap};
use crushlab_plan::pg_num::pgcalc_preset::PgcalcPreset;
use crushlab_plan::pg_num::{
    PgNumError, PgNumReport, PgNumRequest, Plan, PlanError, PlannedPool, PoolSettings,
    ReleaseLimits, planned_cluster, recommend,
};
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::Value;

use crate::capacity::with_verdict;
use crate::cluster::NativeCluster;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// A pool that is planned, or what an existing one is to be given.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_plan::pg_num::PlannedPool")]
pub struct NativePlannedPool {
    pub name: String,
    pub size: Option<u8>,
    pub k: Option<u8>,
    pub m: Option<u8>,
    pub percent: Option<f64>,
    pub target_size_ratio: Option<f64>,
    pub target_size_bytes: Option<f64>,
    pub bias: Option<f64>,
    pub pg_num_min: Option<u32>,
    pub pg_num_max: Option<u32>,
    pub bulk: Option<bool>,
}

impl From<PlannedPool> for NativePlannedPool {
    fn from(pool: PlannedPool) -> NativePlannedPool {
        let PoolSettings { target_size_ratio, bias, pg_num_min, pg_num_max, .. } = pool.settings;
        NativePlannedPool {
            name: pool.name,
            size: pool.size,
            k: pool.erasure.map(|(k, _)| k),
            m: pool.erasure.map(|(_, m)| m),
            percent: pool.percent,
            target_size_ratio,
            target_size_bytes: pool.settings.target_size_bytes.map(|bytes| bytes as f64),
            bias,
            pg_num_min,
            pg_num_max,
            bulk: pool.settings.is_bulk,
        }
    }
}

impl From<NativePlannedPool> for PlannedPool {
    fn from(pool: NativePlannedPool) -> PlannedPool {
        PlannedPool {
            name: pool.name,
            size: pool.size,
            erasure: pool.k.zip(pool.m),
            percent: pool.percent,
            settings: PoolSettings {
                target_size_ratio: pool.target_size_ratio,
                target_size_bytes: pool.target_size_bytes.map(|bytes| bytes as u64),
                bias: pool.bias,
                pg_num_min: pool.pg_num_min,
                pg_num_max: pool.pg_num_max,
                is_bulk: pool.bulk,
            },
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Failure {
        Failure::new("invalid_plan", error)
    }
}

impl From<PgNumError> for Failure {
    fn from(error: PgNumError) -> Failure {
        let code = match error {
            PgNumError::Cancelled => "aborted",
            PgNumError::TooFewDomains { .. } => "invalid_plan",
            _ => "invalid_map",
        };
        Failure::new(code, error)
    }
}

/// Reads a pool that is written in one word, `rbd:size=3,percent=40`.
#[napi]
pub fn parse_planned_pool(env: &Env, text: String) -> Result<NativePlannedPool> {
    let pool = guarded(|| Ok(NativePlannedPool::from(text.parse::<PlannedPool>()?)));
    pool.map_err(|failure| failure.into_error(env))
}

/// Pools of one of PGCalc's use cases, each with its percent of the data; nothing for an unknown
/// name.
#[napi]
pub fn pgcalc_preset(name: String) -> Option<Vec<NativePlannedPool>> {
    let pools = PgcalcPreset::from_name(&name)?.pools().into_iter();
    let planned = |(name, percent): (&str, f64)| PlannedPool {
        name: name.to_owned(),
        percent: Some(percent),
        ..PlannedPool::default()
    };
    Some(pools.map(|pool| planned(pool).into()).collect())
}

/// Names of PGCalc's use cases.
#[napi]
pub fn pgcalc_preset_names() -> Vec<String> {
    PgcalcPreset::NAMES.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// A cluster that is planned.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_plan::pg_num::Plan")]
pub struct NativePlan {
    pub osds: u32,
    pub hosts: Option<u32>,
    pub osd_bytes: Option<f64>,
    pub release: String,
    pub pools: Vec<NativePlannedPool>,
}

/// Makes a cluster of a plan. Its pools have one PG each.
#[napi]
pub fn plan_cluster(env: &Env, plan: NativePlan) -> Result<NativeCluster> {
    let made = guarded(|| {
        let plan = Plan {
            osds: plan.osds,
            hosts: plan.hosts,
            osd_bytes: plan.osd_bytes.map(|bytes| bytes as u64),
            limits: limits(Some(&plan.release), 0),
            pools: plan.pools.into_iter().map(PlannedPool::from).collect(),
        };
        let cluster = Cluster::of(planned_cluster(&plan)?, vec![Form::Description])?;
        Ok(NativeCluster::from(cluster))
    });
    made.map_err(|failure| failure.into_error(env))
}

/// Limits of a named release, else of the cluster's own.
fn limits(name: Option<&str>, release: u8) -> ReleaseLimits {
    name.and_then(ReleaseLimits::by_name).unwrap_or_else(|| ReleaseLimits::of_cluster(release))
}

#[napi]
impl NativeCluster {
    /// The cluster with other settings of some pools, by their names.
    #[napi]
    pub fn with_pool_settings(
        &self,
        env: &Env,
        pools: Vec<NativePlannedPool>,
    ) -> Result<NativeCluster> {
        let changed = guarded(|| {
            let mut map = OsdMap { pools: self.inner.map().pools.clone(), ..OsdMap::default() };
            for planned in pools.into_iter().map(PlannedPool::from) {
                let pool = map.pools.values_mut().find(|pool| pool.name == planned.name);
                pool.into_iter().for_each(|pool| planned.settings.apply(pool));
            }
            Ok(NativeCluster::from(self.inner.with_pools(map.pools)))
        });
        changed.map_err(|failure| failure.into_error(env))
    }
}

/// What is asked about a cluster's pools.
#[napi(object)]
pub struct NativePgNumOptions {
    /// Release whose limits hold; the cluster's own where not given.
    pub release: Option<String>,
    /// PGs per OSD to aim at; the release's where not given.
    pub target_pgs_per_osd: Option<u32>,
    /// Pools whose percent of the data is given.
    pub percent_pools: Vec<i64>,
    /// Their percents.
    pub percents: Vec<f64>,
    /// Whether the sizes of a plan's OSDs were given.
    pub has_osd_sizes: bool,
    /// Whether the pools do not exist yet.
    pub is_new: bool,
    /// Threads to use, 0 for all.
    pub threads: u32,
}

/// What is said about a cluster's pools.
#[napi(object)]
pub struct NativePgNum {
    /// As crushlab_plan::pg_num::PgNumReport, with the same names.
    pub report: Value,
}

/// Recommends numbers of PGs on other threads than JavaScript's.
pub struct RecommendPgNum {
    cluster: Cluster,
    request: PgNumRequest,
    threads: NonZeroUsize,
    progress: Arc<Progress>,
}

impl Task for RecommendPgNum {
    type Output = std::result::Result<(Verdict, PgNumReport), Failure>;
    type JsValue = NativePgNum;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        let RecommendPgNum { cluster, request, threads, progress } = self;
        Ok(guarded(|| {
            let report = recommend(&cluster.counted(), request, *threads, progress)?;
            let outlook = cluster.outlook(*threads, progress).map_err(aborted)?;
            Ok((verdict::of_pg_num(cluster.map(), outlook.summary(), &report), report))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativePgNum> {
        let internal = |error: serde_json::Error| Failure::new("internal", error);
        let report = output.and_then(|(verdict, report)| {
            with_verdict(&verdict, serde_json::to_value(report)).map_err(internal)
        });
        let report = report.map_err(|failure| failure.into_error(&env))?;
        Ok(NativePgNum { report })
    }
}

/// Numbers of PGs for the pools of a cluster.
#[napi(ts_return_type = "Promise<NativePgNum>")]
pub fn recommend_pg_num(
    cluster: &NativeCluster,
    options: NativePgNumOptions,
    progress: &NativeProgress,
) -> AsyncTask<RecommendPgNum> {
    let release = cluster.inner.map().require_osd_release;
    let request = PgNumRequest {
        limits: limits(options.release.as_deref(), release),
        config: cluster.inner.config().clone(),
        target_pgs_per_osd: options.target_pgs_per_osd.map(u64::from),
        percents: options.percent_pools.into_iter().zip(options.percents).collect(),
        has_osd_sizes: options.has_osd_sizes,
        is_new: options.is_new,
        is_planned: cluster.inner.is_planned(),
    };
    AsyncTask::new(RecommendPgNum {
        cluster: cluster.inner.clone(),
        request,
        threads: thread_count(options.threads),
        progress: Arc::clone(&progress.inner),
    })
}
