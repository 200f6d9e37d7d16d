//! Pools in `ceph osd dump`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::hit_set::HitSetParams;
use super::values::{
    lenient, lenient_list, lenient_time, name_index, number_or_text, parse_shards, parse_snap_runs,
};
use crate::model::{MergeMeta, PgId, Pool, PoolOption, PoolSnap, Time, option_key};

#[derive(Deserialize)]
pub(super) struct PoolEntry {
    #[serde(rename = "pool")]
    pub(super) id: i64,
    pool_name: String,
    #[serde(rename = "type")]
    pool_type: u8,
    size: u8,
    min_size: u8,
    #[serde(alias = "crush_ruleset")]
    crush_rule: u8,
    #[serde(default = "rjenkins")]
    object_hash: u8,
    pub(super) pg_num: u32,
    pg_placement_num: u32,
    pg_num_target: Option<u32>,
    pg_placement_num_target: Option<u32>,
    pg_num_pending: Option<u32>,
    #[serde(default, deserialize_with = "autoscale_mode")]
    pg_autoscale_mode: u8,
    flags: u64,
    #[serde(default)]
    erasure_code_profile: String,
    #[serde(default)]
    stripe_width: u32,
    #[serde(default)]
    quota_max_bytes: u64,
    #[serde(default)]
    quota_max_objects: u64,
    #[serde(default)]
    options: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "lenient")]
    application_metadata: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "lenient_time")]
    create_time: Time,
    #[serde(default, deserialize_with = "number_or_text")]
    last_change: u32,
    #[serde(default, deserialize_with = "number_or_text")]
    last_force_op_resend: u32,
    #[serde(default, deserialize_with = "number_or_text")]
    last_force_op_resend_prenautilus: u32,
    #[serde(default, deserialize_with = "number_or_text")]
    last_force_op_resend_preluminous: u32,
    #[serde(default, deserialize_with = "lenient")]
    auid: u64,
    #[serde(default, deserialize_with = "lenient")]
    snap_seq: u64,
    #[serde(default, deserialize_with = "lenient")]
    snap_epoch: u32,
    #[serde(default, deserialize_with = "lenient_list")]
    pool_snaps: Vec<SnapEntry>,
    #[serde(default, deserialize_with = "lenient")]
    expected_num_objects: u64,
    #[serde(default)]
    fast_read: bool,
    #[serde(default, deserialize_with = "lenient")]
    removed_snaps: String,
    #[serde(default, deserialize_with = "lenient")]
    last_pg_merge_meta: Option<MergeEntry>,
    #[serde(default)]
    nonprimary_shards: String,
    #[serde(flatten)]
    peering: PeeringEntry,
    #[serde(flatten)]
    cache: CacheEntry,
}

#[derive(Deserialize)]
struct PeeringEntry {
    #[serde(default)]
    peering_crush_bucket_count: u32,
    #[serde(default)]
    peering_crush_bucket_target: u32,
    #[serde(default)]
    peering_crush_bucket_barrier: u32,
    peering_crush_bucket_mandatory_member: Option<i32>,
}

/// The last merge of two PGs. What is not as it should be counts as no merge.
#[derive(Deserialize)]
struct MergeEntry {
    #[serde(default)]
    source_pgid: String,
    #[serde(default)]
    ready_epoch: u32,
    #[serde(default)]
    last_epoch_started: u32,
    #[serde(default)]
    last_epoch_clean: u32,
    #[serde(default)]
    source_version: String,
    #[serde(default)]
    target_version: String,
}

#[derive(Deserialize)]
struct CacheEntry {
    #[serde(default)]
    tiers: BTreeSet<u64>,
    tier_of: Option<i64>,
    read_tier: Option<i64>,
    write_tier: Option<i64>,
    #[serde(default, deserialize_with = "cache_mode")]
    cache_mode: u8,
    #[serde(default)]
    target_max_bytes: u64,
    #[serde(default)]
    target_max_objects: u64,
    #[serde(default)]
    cache_target_dirty_ratio_micro: u32,
    #[serde(default)]
    cache_target_dirty_high_ratio_micro: u32,
    #[serde(default)]
    cache_target_full_ratio_micro: u32,
    #[serde(default)]
    cache_min_flush_age: u32,
    #[serde(default)]
    cache_min_evict_age: u32,
    #[serde(default, deserialize_with = "lenient")]
    hit_set_params: Option<HitSetParams>,
    #[serde(default)]
    hit_set_period: u32,
    #[serde(default)]
    hit_set_count: u32,
    #[serde(default)]
    use_gmt_hitset: bool,
    #[serde(default)]
    min_read_recency_for_promote: u32,
    #[serde(default)]
    min_write_recency_for_promote: u32,
    #[serde(default)]
    hit_set_grade_decay_rate: u32,
    #[serde(default)]
    hit_set_search_last_n: u32,
}

/// Names of [`Pool::cache_mode`] by number.
pub(crate) const CACHE_MODES: [&str; 7] =
    ["none", "writeback", "forward", "readonly", "readforward", "readproxy", "proxy"];

fn rjenkins() -> u8 {
    Pool::RJENKINS
}

#[derive(Deserialize)]
struct SnapEntry {
    snapid: u64,
    #[serde(default, deserialize_with = "lenient_time")]
    stamp: Time,
    name: String,
}

fn autoscale_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    name_index(deserializer, &["off", "warn", "on"])
}

fn cache_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    name_index(deserializer, &CACHE_MODES)
}

impl PoolEntry {
    pub(super) fn into_pool(self) -> Pool {
        let snap = |entry: SnapEntry| {
            let frame = crate::model::Frame::new(2, 2);
            (
                entry.snapid,
                PoolSnap { id: entry.snapid, stamp: entry.stamp, name: entry.name, frame },
            )
        };
        let pool = Pool {
            name: self.pool_name,
            pool_type: self.pool_type,
            size: self.size,
            min_size: self.min_size,
            crush_rule: self.crush_rule,
            object_hash: self.object_hash,
            pg_num: self.pg_num,
            pgp_num: self.pg_placement_num,
            pg_num_target: self.pg_num_target.unwrap_or(self.pg_num),
            pgp_num_target: self.pg_placement_num_target.unwrap_or(self.pg_placement_num),
            pg_num_pending: self.pg_num_pending.unwrap_or(self.pg_num),
            pg_autoscale_mode: self.pg_autoscale_mode,
            flags: self.flags,
            erasure_code_profile: self.erasure_code_profile,
            stripe_width: self.stripe_width,
            quota_max_bytes: self.quota_max_bytes,
            quota_max_objects: self.quota_max_objects,
            options: self.options.iter().filter_map(|(name, value)| option(name, value)).collect(),
            application_metadata: self.application_metadata,
            create_time: self.create_time,
            last_change: self.last_change,
            last_force_op_resend: self.last_force_op_resend,
            last_force_op_resend_prenautilus: self.last_force_op_resend_prenautilus,
            last_force_op_resend_preluminous: self.last_force_op_resend_preluminous,
            auid: self.auid,
            snap_seq: self.snap_seq,
            snap_epoch: self.snap_epoch,
            snaps: self.pool_snaps.into_iter().map(snap).collect(),
            expected_num_objects: self.expected_num_objects,
            fast_read: self.fast_read,
            removed_snaps: parse_snap_runs(&self.removed_snaps).unwrap_or_default(),
            last_pg_merge_meta: self
                .last_pg_merge_meta
                .map(MergeEntry::into_merge)
                .unwrap_or_default(),
            nonprimary_shards: parse_shards(&self.nonprimary_shards).unwrap_or_default(),
            ..Pool::default()
        };
        self.cache.apply(self.peering.apply(pool))
    }
}

impl PeeringEntry {
    fn apply(self, pool: Pool) -> Pool {
        Pool {
            peering_crush_bucket_count: self.peering_crush_bucket_count,
            peering_crush_bucket_target: self.peering_crush_bucket_target,
            peering_crush_bucket_barrier: self.peering_crush_bucket_barrier,
            peering_crush_mandatory_member: self
                .peering_crush_bucket_mandatory_member
                .unwrap_or(pool.peering_crush_mandatory_member),
            ..pool
        }
    }
}

impl MergeEntry {
    fn into_merge(self) -> MergeMeta {
        // Printed as EPOCH'VERSION.
        let version = |text: &str| {
            let (epoch, version) = text.split_once('\'')?;
            Some((version.parse().ok()?, epoch.parse().ok()?))
        };
        MergeMeta {
            source: self.source_pgid.parse().unwrap_or(PgId::new(0, 0)),
            ready_epoch: self.ready_epoch,
            last_epoch_started: self.last_epoch_started,
            last_epoch_clean: self.last_epoch_clean,
            source_version: version(&self.source_version).unwrap_or_default(),
            target_version: version(&self.target_version).unwrap_or_default(),
            ..MergeMeta::default()
        }
    }
}

impl CacheEntry {
    fn apply(self, pool: Pool) -> Pool {
        let hit_set_params = match self.hit_set_params {
            Some(params) => params.into_bytes(),
            None => pool.hit_set_params,
        };
        Pool {
            tiers: self.tiers,
            tier_of: self.tier_of.unwrap_or(-1),
            read_tier: self.read_tier.unwrap_or(-1),
            write_tier: self.write_tier.unwrap_or(-1),
            cache_mode: self.cache_mode,
            target_max_bytes: self.target_max_bytes,
            target_max_objects: self.target_max_objects,
            cache_target_dirty_ratio_micro: self.cache_target_dirty_ratio_micro,
            cache_target_dirty_high_ratio_micro: self.cache_target_dirty_high_ratio_micro,
            cache_target_full_ratio_micro: self.cache_target_full_ratio_micro,
            cache_min_flush_age_seconds: self.cache_min_flush_age,
            cache_min_evict_age_seconds: self.cache_min_evict_age,
            hit_set_params,
            hit_set_period_seconds: self.hit_set_period,
            hit_set_count: self.hit_set_count,
            use_gmt_hitset: self.use_gmt_hitset,
            min_read_recency_for_promote: self.min_read_recency_for_promote,
            min_write_recency_for_promote: self.min_write_recency_for_promote,
            hit_set_grade_decay_rate: self.hit_set_grade_decay_rate,
            hit_set_search_last_n: self.hit_set_search_last_n,
            ..pool
        }
    }
}

/// Options that Ceph stores as decimal numbers; it prints whole ones without a point.
const DECIMAL_OPTIONS: [&str; 7] = [
    "scrub_min_interval",
    "scrub_max_interval",
    "deep_scrub_interval",
    "compression_required_ratio",
    "target_size_ratio",
    "pg_autoscale_bias",
    "read_lease_interval",
];

/// An option by its name. Options of later releases, whose keys are not known, are left out.
pub(crate) fn option(name: &str, value: &Value) -> Option<(i32, PoolOption)> {
    let (key, _) = option_key::NAMES.iter().find(|(_, known)| *known == name)?;
    let value = match value {
        Value::String(text) => PoolOption::Text(text.clone()),
        Value::Number(number) if DECIMAL_OPTIONS.contains(&name) => {
            PoolOption::Decimal(number.as_f64()?)
        }
        Value::Number(number) => match number.as_i64() {
            Some(number) => PoolOption::Whole(number),
            None => PoolOption::Decimal(number.as_f64()?),
        },
        _ => return None,
    };
    Some((*key, value))
}
