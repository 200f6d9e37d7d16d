//! A cluster's parts as plain data.

use crushlab_osdmap::{OsdMap, OsdStats, Pool, PoolStats};
use napi::bindgen_prelude::{Float64Array, Uint32Array};
use napi_derive::napi;

use crushlab_cluster::Cluster;

/// Facts about the map as a whole.
#[napi(object)]
pub struct NativeClusterInfo {
    /// Identity of the cluster, 32 hexadecimal digits in groups.
    pub fsid: String,
    /// Number of the map.
    pub epoch: u32,
    /// Bits of the map's flags, as `CEPH_OSDMAP_*`.
    pub flags: u32,
    /// OSDs have ids below this.
    pub max_osd: u32,
    /// Fill from which an OSD counts as nearly full.
    pub nearfull_ratio: f64,
    /// Fill from which an OSD takes no backfill.
    pub backfillfull_ratio: f64,
    /// Fill from which an OSD takes no writes.
    pub full_ratio: f64,
    /// Number of the oldest release that OSDs must be of.
    pub require_osd_release: u32,
    /// PGs that have a pg_temp.
    pub pg_temps: u32,
}

/// A pool.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_osdmap::Pool")]
pub struct NativePool {
    pub id: i64,
    pub name: String,
    pub is_erasure: bool,
    pub size: u32,
    pub min_size: u32,
    pub crush_rule: u32,
    pub pg_num: u32,
    pub pgp_num: u32,
    pub pg_num_target: u32,
    pub pgp_num_target: u32,
    pub is_linux_hash: bool,
    pub flags: f64,
    pub erasure_code_profile: String,
    pub quota_max_bytes: f64,
    pub quota_max_objects: f64,
    pub tier_of: i64,
    pub read_tier: i64,
    pub write_tier: i64,
    pub cache_mode: u32,
    pub objects: Option<f64>,
    pub stored_bytes: Option<f64>,
    pub used_bytes: Option<f64>,
    pub max_avail_bytes: Option<f64>,
}

/// OSDs; each list is by id and `max_osd` long.
#[napi(object)]
pub struct NativeOsds {
    /// Bits as `CEPH_OSD_*`.
    pub states: Uint32Array,
    /// Reweights (16.16).
    pub weights: Uint32Array,
    /// Primary affinities (16.16).
    pub primary_affinities: Uint32Array,
    /// Sizes; not a number where they are not known.
    pub total_bytes: Float64Array,
    /// What is used.
    pub used_bytes: Float64Array,
    /// What is available.
    pub available_bytes: Float64Array,
    /// Data of objects; not a number where it is not known apart; so with the two below.
    pub data_bytes: Float64Array,
    /// Entries of omaps.
    pub omap_bytes: Float64Array,
    /// What else the store's database takes.
    pub metadata_bytes: Float64Array,
}

pub(crate) fn info(map: &OsdMap) -> NativeClusterInfo {
    NativeClusterInfo {
        fsid: uuid_text(map.fsid),
        epoch: map.epoch,
        flags: map.flags,
        max_osd: u32::try_from(map.max_osd()).unwrap_or(u32::MAX),
        nearfull_ratio: shortest(map.nearfull_ratio),
        backfillfull_ratio: shortest(map.backfillfull_ratio),
        full_ratio: shortest(map.full_ratio),
        require_osd_release: u32::from(map.require_osd_release),
        pg_temps: u32::try_from(map.pg_temp.len()).unwrap_or(u32::MAX),
    }
}

/// The ratio that somebody typed: 0.85, not the nearest 32-bit number with all its digits.
fn shortest(ratio: f32) -> f64 {
    ratio.to_string().parse().unwrap_or(f64::from(ratio))
}

fn uuid_text(uuid: [u8; 16]) -> String {
    let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

pub(crate) fn pools(cluster: &Cluster) -> Vec<NativePool> {
    let pools = cluster.map().pools.iter();
    pools.map(|(id, pool)| native_pool(*id, pool, cluster.recorded().pools.get(id))).collect()
}

fn native_pool(id: i64, pool: &Pool, stats: Option<&PoolStats>) -> NativePool {
    NativePool {
        id,
        name: pool.name.clone(),
        is_erasure: pool.is_erasure(),
        size: u32::from(pool.size),
        min_size: u32::from(pool.min_size),
        crush_rule: u32::from(pool.crush_rule),
        pg_num: pool.pg_num,
        pgp_num: pool.pgp_num,
        pg_num_target: pool.pg_num_target,
        pgp_num_target: pool.pgp_num_target,
        is_linux_hash: pool.object_hash == Pool::LINUX,
        flags: pool.flags as f64,
        erasure_code_profile: pool.erasure_code_profile.clone(),
        quota_max_bytes: pool.quota_max_bytes as f64,
        quota_max_objects: pool.quota_max_objects as f64,
        tier_of: pool.tier_of,
        read_tier: pool.read_tier,
        write_tier: pool.write_tier,
        cache_mode: u32::from(pool.cache_mode),
        objects: stats.map(|stats| stats.objects as f64),
        stored_bytes: stats.map(|stats| stats.stored_bytes as f64),
        used_bytes: stats.and_then(|stats| stats.used_bytes).map(|bytes| bytes as f64),
        max_avail_bytes: stats.and_then(|stats| stats.max_avail_bytes).map(|bytes| bytes as f64),
    }
}

pub(crate) fn osds(cluster: &Cluster) -> NativeOsds {
    let map = cluster.map();
    let ids = || (0..).take(map.max_osd());
    let sizes = |value: fn(&OsdStats) -> Option<u64>| -> Float64Array {
        let known = |id: i32| cluster.recorded().osds.get(&id).and_then(value);
        let of = |id: i32| known(id).map_or(f64::NAN, |bytes| bytes as f64);
        ids().map(of).collect::<Vec<_>>().into()
    };
    NativeOsds {
        states: Uint32Array::new(map.osd_states.clone()),
        weights: Uint32Array::new(map.osd_weights.clone()),
        primary_affinities: ids().map(|id| map.primary_affinity(id)).collect::<Vec<_>>().into(),
        total_bytes: sizes(|stats| Some(stats.total_bytes)),
        used_bytes: sizes(|stats| Some(stats.used_bytes)),
        available_bytes: sizes(|stats| Some(stats.available_bytes)),
        data_bytes: sizes(|stats| Some(stats.parts?.data_bytes)),
        omap_bytes: sizes(|stats| Some(stats.parts?.omap_bytes)),
        metadata_bytes: sizes(|stats| Some(stats.parts?.metadata_bytes)),
    }
}
