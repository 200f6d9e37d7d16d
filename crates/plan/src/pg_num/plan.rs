//! Clusters that are only a number of OSDs and some pools so far.

use std::fmt;

use crushlab_osdmap::model::{PoolOption, option_key, pool_flag};
use crushlab_osdmap::{Cluster, Pool, describe};
use serde_json::{Value, json};

use super::release::ReleaseLimits;

/// Size of an OSD where none is given. It cancels out of everything but bytes.
const OSD_BYTES: u64 = 1 << 40;

/// A pool that is planned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlannedPool {
    /// Its name.
    pub name: String,
    /// Number of replicas; 3 where neither this nor `erasure` is given.
    pub size: Option<u8>,
    /// k and m of an erasure code.
    pub erasure: Option<(u8, u8)>,
    /// Part of the data on its OSDs that it will have.
    pub percent: Option<f64>,
    /// What the autoscaler is told of it.
    pub settings: PoolSettings,
}

/// Settings of a pool for the autoscaler. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolSettings {
    /// target_size_ratio.
    pub target_size_ratio: Option<f64>,
    /// target_size_bytes.
    pub target_size_bytes: Option<u64>,
    /// pg_autoscale_bias.
    pub bias: Option<f64>,
    /// Fewest PGs.
    pub pg_num_min: Option<u32>,
    /// Most PGs.
    pub pg_num_max: Option<u32>,
    /// Whether it has the flag bulk.
    pub is_bulk: Option<bool>,
}

impl PoolSettings {
    /// Gives a pool these settings.
    pub fn apply(&self, pool: &mut Pool) {
        let whole = |value: Option<u32>| value.map(|value| PoolOption::Whole(i64::from(value)));
        let bytes = self.target_size_bytes.map(|bytes| bytes.min(i64::MAX as u64) as i64);
        let options = [
            (option_key::TARGET_SIZE_RATIO, self.target_size_ratio.map(PoolOption::Decimal)),
            (option_key::TARGET_SIZE_BYTES, bytes.map(PoolOption::Whole)),
            (option_key::PG_AUTOSCALE_BIAS, self.bias.map(PoolOption::Decimal)),
            (option_key::PG_NUM_MIN, whole(self.pg_num_min)),
            (option_key::PG_NUM_MAX, whole(self.pg_num_max)),
        ];
        for (key, option) in options {
            if let Some(option) = option {
                pool.options.insert(key, option);
            }
        }
        match self.is_bulk {
            Some(true) => pool.flags |= pool_flag::BULK,
            Some(false) => pool.flags &= !pool_flag::BULK,
            None => {}
        }
    }
}

/// A cluster that is planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Number of OSDs, all of one size.
    pub osds: u32,
    /// Number of hosts that they are spread over; each OSD is a host of its own where not given.
    pub hosts: Option<u32>,
    /// Size of each OSD, if it is known.
    pub osd_bytes: Option<u64>,
    /// Its release.
    pub limits: ReleaseLimits,
    /// Its pools; replicas and shards of one PG go to different hosts.
    pub pools: Vec<PlannedPool>,
}

/// What is wrong with a plan, for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError(pub String);

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlanError {}

/// Makes the cluster that is planned. Pools have one PG each. One that is given only its percent of
/// the data is given it as target_size_ratio.
///
/// # Errors
/// [`PlanError`]: no pools, two of one name, more replicas or shards than there are hosts, bytes of
/// pools without the size of OSDs, too many OSDs.
pub fn planned_cluster(plan: &Plan) -> Result<Cluster, PlanError> {
    check(plan)?;
    let pools: Vec<Value> = plan.pools.iter().map(description).collect();
    let text = json!({
        // Releases after the last one with a name have its map.
        "release": if plan.limits.release == "latest" { "tentacle" } else { plan.limits.release },
        "hosts": hosts(plan),
        "pools": pools,
    });
    let mut cluster = describe(&text.to_string()).map_err(|error| PlanError(error.to_string()))?;
    for (pool, planned) in cluster.map.pools.values_mut().zip(&plan.pools) {
        let mut settings = planned.settings.clone();
        if settings.target_size_ratio.is_none() && settings.target_size_bytes.is_none() {
            settings.target_size_ratio = planned.percent.map(|percent| percent / 100.0);
        }
        settings.apply(pool);
        pool.pg_autoscale_mode = crushlab_monitor::config::AutoscaleMode::On.number();
    }
    Ok(cluster)
}

fn check(plan: &Plan) -> Result<(), PlanError> {
    let error = |text: String| Err(PlanError(text));
    if plan.osds == 0 || plan.pools.is_empty() {
        return error("found a plan of nothing, expected OSDs and pools".to_owned());
    }
    let hosts = plan.hosts.unwrap_or(plan.osds);
    if hosts == 0 || hosts > plan.osds {
        let osds = plan.osds;
        return error(format!("found {hosts} hosts, expected 1 to {osds}, the number of OSDs"));
    }
    for (index, pool) in plan.pools.iter().enumerate() {
        let name = &pool.name;
        if plan.pools[..index].iter().any(|other| other.name == *name) {
            return error(format!("found pool {name:?} twice, expected each name once"));
        }
        let shards = pool.erasure.map(|(k, m)| u32::from(k) + u32::from(m));
        let needed = shards.unwrap_or(u32::from(pool.size.unwrap_or(3)));
        if needed > hosts {
            let what = match pool.erasure {
                Some((k, m)) => format!("k {k} + m {m} need {needed}"),
                None => format!("size {needed} needs {needed}"),
            };
            let domains = if plan.hosts.is_some() { "hosts" } else { "OSDs" };
            let one = if plan.hosts.is_some() { "host" } else { "OSD" };
            return error(format!(
                "pool {name}: {what} {domains}, and there are {hosts}: each {one} holds one part \
                 of a PG at most"
            ));
        }
        if pool.settings.target_size_bytes.is_some() && plan.osd_bytes.is_none() {
            return error(format!(
                "pool {name}: found bytes but no size of OSDs, expected both: bytes count as a \
                 part of the capacity"
            ));
        }
    }
    Ok(())
}

/// Hosts as a description has them; some have one OSD more where they cannot have the same.
fn hosts(plan: &Plan) -> Vec<Value> {
    let hosts = plan.hosts.unwrap_or(plan.osds);
    let (each, larger) = (plan.osds / hosts, plan.osds % hosts);
    let size = format!("{} B", plan.osd_bytes.unwrap_or(OSD_BYTES));
    let group =
        |count: u32, osds: u32| json!({"count": count, "osds": [{"count": osds, "size": size}]});
    let groups = [(larger, each + 1), (hosts - larger, each)];
    groups.into_iter().filter(|(count, _)| *count > 0).map(|(n, osds)| group(n, osds)).collect()
}

fn description(pool: &PlannedPool) -> Value {
    match (pool.erasure, pool.size) {
        (Some((k, m)), _) => json!({"name": pool.name, "pg_num": 1, "erasure": {"k": k, "m": m}}),
        (None, Some(size)) => json!({"name": pool.name, "pg_num": 1, "size": size}),
        (None, None) => json!({"name": pool.name, "pg_num": 1}),
    }
}
