//! Settings of a cluster that decide what its monitors do, under Ceph's own names.

mod recovery;
mod set;

use std::collections::BTreeMap;

use crushlab_osdmap::OsdStats;

pub use recovery::{MclockProfile, OpQueue, RecoveryConfig};
pub use set::ConfigError;

/// Whether new pools are scaled by the autoscaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoscaleMode {
    /// Never.
    Off,
    /// It only warns.
    Warn,
    /// It changes `pg_num`.
    On,
}

impl AutoscaleMode {
    /// Names as commands take them, in the order of their numbers.
    pub const NAMES: [&'static str; 3] = ["off", "warn", "on"];

    /// The mode of this name.
    pub fn from_name(name: &str) -> Option<AutoscaleMode> {
        match name {
            "off" => Some(AutoscaleMode::Off),
            "warn" => Some(AutoscaleMode::Warn),
            "on" => Some(AutoscaleMode::On),
            _ => None,
        }
    }

    /// Its number in a pool.
    pub fn number(self) -> u8 {
        match self {
            AutoscaleMode::Off => 0,
            AutoscaleMode::Warn => 1,
            AutoscaleMode::On => 2,
        }
    }
}

/// Kinds of pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolType {
    /// Whole copies of each object.
    Replicated,
    /// Chunks of each object, and others to make up for lost ones.
    Erasure,
}

impl PoolType {
    /// Names as commands take them.
    pub const NAMES: [&'static str; 2] = ["replicated", "erasure"];

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<PoolType> {
        match name {
            "replicated" => Some(PoolType::Replicated),
            "erasure" => Some(PoolType::Erasure),
            _ => None,
        }
    }
}

/// Settings of monitors and managers. The default is that of Ceph 16.2.15.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Settings that were made, as they were given, by name. All others have their defaults, which
    /// differ by release.
    pub made: BTreeMap<&'static str, String>,
    /// PGs per OSD that the autoscaler aims at.
    pub mon_target_pg_per_osd: u32,
    /// Most PGs an OSD should hold, before changes of pools are refused.
    pub mon_max_pg_per_osd: u32,
    /// Most PGs that a pool may have.
    pub mon_max_pool_pg_num: u32,
    /// Most PGs that a new pool starts with; the others are split off later.
    pub mon_osd_max_initial_pgs: u32,
    /// Most PGs that are created at a time when a pool's PGs are split.
    pub mon_osd_max_creating_pgs: u32,
    /// Most PGs that a pool's `pg_num` gets ahead of its `pgp_num` when PGs are split.
    pub mgr_max_pg_num_change: u32,
    /// Whether pools may be deleted.
    pub mon_allow_pool_delete: bool,
    /// Whether pools may have one replica only.
    pub mon_allow_pool_size_one: bool,
    /// Whether pools that are deleted are only renamed.
    pub mon_fake_pool_delete: bool,
    /// Most OSD ids that `osd setmaxosd` makes.
    pub mon_max_osd: u32,
    /// Replicas of a new pool.
    pub osd_pool_default_size: u8,
    /// `min_size` of a new pool; 0 for more than half of `size`.
    pub osd_pool_default_min_size: u8,
    /// PGs of a new pool.
    pub osd_pool_default_pg_num: u32,
    /// PGs of a new pool that are placed apart; 0 for all.
    pub osd_pool_default_pgp_num: u32,
    /// Whether new pools are replicated or erasure-coded.
    pub osd_pool_default_type: PoolType,
    /// What profiles of erasure codes are made of, before their own settings.
    pub osd_pool_default_erasure_code_profile: String,
    /// Whether new erasure-coded pools read from all OSDs and take the fastest.
    pub osd_pool_default_ec_fast_read: bool,
    /// Flags of a new pool, as bits.
    pub osd_pool_default_flags: u64,
    /// Whether new pools have the flag hashpspool.
    pub osd_pool_default_flag_hashpspool: bool,
    /// Whether new pools have the flag nodelete.
    pub osd_pool_default_flag_nodelete: bool,
    /// Whether new pools have the flag nopgchange.
    pub osd_pool_default_flag_nopgchange: bool,
    /// Whether new pools have the flag nosizechange.
    pub osd_pool_default_flag_nosizechange: bool,
    /// Whether new pools have the flag bulk.
    pub osd_pool_default_flag_bulk: bool,
    /// Share of dirty objects from which a cache tier flushes.
    pub osd_pool_default_cache_target_dirty_ratio: f64,
    /// Share of dirty objects from which it does so at high speed.
    pub osd_pool_default_cache_target_dirty_high_ratio: f64,
    /// Fill from which a cache tier evicts.
    pub osd_pool_default_cache_target_full_ratio: f64,
    /// Least age of an object that a cache tier flushes.
    pub osd_pool_default_cache_min_flush_age_seconds: u32,
    /// Least age of an object that a cache tier evicts.
    pub osd_pool_default_cache_min_evict_age_seconds: u32,
    /// Whether new pools are scaled automatically.
    pub osd_pool_default_pg_autoscale_mode: AutoscaleMode,
    /// Rule of a new replicated pool; the first replicated rule when not given.
    pub osd_pool_default_crush_rule: Option<u8>,
    /// Bytes of a chunk in the stripes of an erasure-coded pool.
    pub osd_pool_erasure_code_stripe_unit: u32,
    /// Whether a change of a CRUSH weight sets the weights in weight sets, too.
    pub osd_crush_update_weight_set: bool,
    /// Share of misplaced objects up to which the managers move more PGs.
    pub target_max_misplaced_ratio: f64,
    /// Seconds after which an OSD that is down is marked out; 0 for never.
    pub mon_osd_down_out_interval_seconds: u32,
    /// The same for OSDs that were destroyed.
    pub mon_osd_destroyed_out_interval_seconds: u32,
    /// Bucket type of which no OSD is marked out when the whole bucket is down; empty for none.
    pub mon_osd_down_out_subtree_limit: String,
    /// Share of OSDs that have to be in for another one to be marked out.
    pub mon_osd_min_in_ratio: f32,
    /// Share of OSDs that have to be up for another one to be marked down.
    pub mon_osd_min_up_ratio: f32,
    /// Whether OSDs that are often slow are given more time before they are marked out.
    pub mon_osd_adjust_down_out_interval: bool,
    /// Seconds in which the memory of an OSD's slowness halves.
    pub mon_osd_laggy_halflife_seconds: u32,
    /// Whether an OSD that was marked out automatically is in again when it comes back.
    pub mon_osd_auto_mark_auto_out_in: bool,
    /// Whether an OSD that is new is in when it comes up.
    pub mon_osd_auto_mark_new_in: bool,
    /// Whether any OSD that comes up is in.
    pub mon_osd_auto_mark_in: bool,
    /// Least number of PGs per OSD for `osd reweight-by-pg` to go on.
    pub mon_reweight_min_pgs_per_osd: u32,
    /// Bytes that have to be there and to be used for `osd reweight-by-utilization` to go on.
    pub mon_reweight_min_bytes_per_osd: u64,
    /// Most that `osd reweight-by-…` changes a reweight by.
    pub mon_reweight_max_change: f64,
    /// Most OSDs that it changes.
    pub mon_reweight_max_osds: u32,
    /// Settings of OSDs that decide how fast data is copied.
    pub recovery: RecoveryConfig,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            made: BTreeMap::new(),
            mon_target_pg_per_osd: 100,
            mon_max_pg_per_osd: 250,
            mon_max_pool_pg_num: 65_536,
            mon_osd_max_initial_pgs: 1024,
            mon_osd_max_creating_pgs: 1024,
            mgr_max_pg_num_change: 128,
            mon_allow_pool_delete: false,
            mon_allow_pool_size_one: false,
            mon_fake_pool_delete: false,
            mon_max_osd: 10_000,
            osd_pool_default_size: 3,
            osd_pool_default_min_size: 0,
            osd_pool_default_pg_num: 32,
            osd_pool_default_pgp_num: 0,
            osd_pool_default_type: PoolType::Replicated,
            osd_pool_default_erasure_code_profile: "plugin=jerasure technique=reed_sol_van k=2 m=2"
                .to_owned(),
            osd_pool_default_ec_fast_read: false,
            osd_pool_default_flags: 0,
            osd_pool_default_flag_hashpspool: true,
            osd_pool_default_flag_nodelete: false,
            osd_pool_default_flag_nopgchange: false,
            osd_pool_default_flag_nosizechange: false,
            osd_pool_default_flag_bulk: false,
            osd_pool_default_cache_target_dirty_ratio: 0.4,
            osd_pool_default_cache_target_dirty_high_ratio: 0.6,
            osd_pool_default_cache_target_full_ratio: 0.8,
            osd_pool_default_cache_min_flush_age_seconds: 0,
            osd_pool_default_cache_min_evict_age_seconds: 0,
            osd_pool_default_pg_autoscale_mode: AutoscaleMode::On,
            osd_pool_default_crush_rule: None,
            osd_pool_erasure_code_stripe_unit: 4096,
            osd_crush_update_weight_set: true,
            target_max_misplaced_ratio: 0.05,
            mon_osd_down_out_interval_seconds: 600,
            mon_osd_destroyed_out_interval_seconds: 600,
            mon_osd_down_out_subtree_limit: "rack".to_owned(),
            mon_osd_min_in_ratio: 0.75,
            mon_osd_min_up_ratio: 0.3,
            mon_osd_adjust_down_out_interval: true,
            mon_osd_laggy_halflife_seconds: 3600,
            mon_osd_auto_mark_auto_out_in: true,
            mon_osd_auto_mark_new_in: true,
            mon_osd_auto_mark_in: false,
            mon_reweight_min_pgs_per_osd: 10,
            mon_reweight_min_bytes_per_osd: 100 << 20,
            mon_reweight_max_change: 0.05,
            mon_reweight_max_osds: 4,
            recovery: RecoveryConfig::default(),
        }
    }
}

impl Config {
    /// `min_size` of a replicated pool of this size (`get_osd_pool_default_min_size`).
    pub fn min_size(&self, size: u8) -> u8 {
        match self.osd_pool_default_min_size {
            0 => size - size / 2,
            set => set.min(size),
        }
    }
}

/// What some commands have to know beside the OSDMap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Settings of the cluster.
    pub config: Config,
    /// Fill by OSD, where it is known.
    pub osd_usage: BTreeMap<i32, OsdStats>,
    /// Number of objects by pool, where it is known.
    pub pool_objects: BTreeMap<i64, u64>,
}
