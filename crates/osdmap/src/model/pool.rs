//! Pools.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_crush::hash::hash2;
use crushlab_crush::name_hash;
use crushlab_crushmap::Release;

use super::encoding::Frame;
use super::interval_set::IntervalSet;
use super::pg_id::PgId;
use super::pool_option::PoolOption;
use super::time::Time;

/// Bits of [`Pool::flags`] (`pg_pool_t::FLAG_*`).
pub mod pool_flag {
    /// The pool's id is hashed into the input of CRUSH.
    pub const HASHPSPOOL: u64 = 1;
    /// The pool is full.
    pub const FULL: u64 = 1 << 1;
    /// An erasure-coded pool whose objects can be overwritten.
    pub const EC_OVERWRITES: u64 = 1 << 2;
    /// Cache tiering works on incomplete clones.
    pub const INCOMPLETE_CLONES: u64 = 1 << 3;
    /// The pool cannot be deleted.
    pub const NODELETE: u64 = 1 << 4;
    /// Its `pg_num` and `pgp_num` cannot change.
    pub const NOPGCHANGE: u64 = 1 << 5;
    /// Its size cannot change.
    pub const NOSIZECHANGE: u64 = 1 << 6;
    /// Writes advise that the data will not be needed soon.
    pub const WRITE_FADVISE_DONTNEED: u64 = 1 << 7;
    /// It is not scrubbed.
    pub const NOSCRUB: u64 = 1 << 8;
    /// It is not scrubbed deeply.
    pub const NODEEP_SCRUB: u64 = 1 << 9;
    /// It is full because of its quota.
    pub const FULL_QUOTA: u64 = 1 << 10;
    /// It is nearly full.
    pub const NEARFULL: u64 = 1 << 11;
    /// It is too full to be a target of backfill.
    pub const BACKFILLFULL: u64 = 1 << 12;
    /// Its clients manage its snapshots.
    pub const SELFMANAGED_SNAPS: u64 = 1 << 13;
    /// It has snapshots of its own.
    pub const POOL_SNAPS: u64 = 1 << 14;
    /// Its PGs are being created.
    pub const CREATING: u64 = 1 << 15;
    /// All requests of clients fail (Octopus and later).
    pub const EIO: u64 = 1 << 16;
    /// It is expected to be large.
    pub const BULK: u64 = 1 << 17;
    /// Its PGs may be on OSDs of the Crimson kind (Reef and later).
    pub const CRIMSON: u64 = 1 << 18;
    /// Erasure coding without padding (Tentacle and later).
    pub const EC_OPTIMIZATIONS: u64 = 1 << 19;
}

/// A pool (`pg_pool_t`), its name included.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Kind: 1 replicated, 3 erasure.
    pub pool_type: u8,
    /// Number of replicas, or of shards (k + m).
    pub size: u8,
    /// A PG with fewer than these takes no writes.
    pub min_size: u8,
    /// Id of its CRUSH rule.
    pub crush_rule: u8,
    /// Hash of object names: 1 linux, 2 rjenkins.
    pub object_hash: u8,
    /// Number of PGs.
    pub pg_num: u32,
    /// Number of PGs that are placed apart; PGs from this number on are placed with another.
    pub pgp_num: u32,
    /// What `pg_num` is on its way to.
    pub pg_num_target: u32,
    /// What `pgp_num` is on its way to.
    pub pgp_num_target: u32,
    /// One less than `pg_num` while two PGs are being merged, else equal to it.
    pub pg_num_pending: u32,
    /// Autoscaler: 0 off, 1 warn, 2 on.
    pub pg_autoscale_mode: u8,
    /// Bits of [`pool_flag`].
    pub flags: u64,
    /// Name of the erasure code profile; empty for replicated pools.
    pub erasure_code_profile: String,
    /// Bytes of a stripe of an erasure-coded pool, else 0.
    pub stripe_width: u32,
    /// Most bytes that may be stored; 0 for no limit.
    pub quota_max_bytes: u64,
    /// Most objects that may be stored; 0 for no limit.
    pub quota_max_objects: u64,
    /// Options that are set, by [key](super::option_key).
    pub options: BTreeMap<i32, PoolOption>,
    /// What the pool is for, with settings of each application.
    pub application_metadata: BTreeMap<String, BTreeMap<String, String>>,
    /// Pools that are tiers of this one.
    pub tiers: BTreeSet<u64>,
    /// Pool that this one is a tier of, or -1.
    pub tier_of: i64,
    /// Tier that reads go to, or -1.
    pub read_tier: i64,
    /// Tier that writes go to, or -1.
    pub write_tier: i64,
    /// How the tier caches: 0 none, 1 writeback, 2 forward, 3 readonly, 4 readforward,
    /// 5 readproxy, 6 proxy.
    pub cache_mode: u8,
    /// Bytes that the cache is kept below.
    pub target_max_bytes: u64,
    /// Objects that the cache is kept below.
    pub target_max_objects: u64,
    /// Dirty share of the cache from which it is flushed, in millionths.
    pub cache_target_dirty_ratio_micro: u32,
    /// Dirty share from which it is flushed faster, in millionths.
    pub cache_target_dirty_high_ratio_micro: u32,
    /// Share from which objects leave the cache, in millionths.
    pub cache_target_full_ratio_micro: u32,
    /// Least age of an object to be flushed, in seconds.
    pub cache_min_flush_age_seconds: u32,
    /// Least age of an object to leave, in seconds.
    pub cache_min_evict_age_seconds: u32,
    /// Settings of the hit sets, in the binary form (`HitSet::Params`).
    pub hit_set_params: Vec<u8>,
    /// Seconds that a hit set covers.
    pub hit_set_period_seconds: u32,
    /// Number of hit sets that are kept.
    pub hit_set_count: u32,
    /// Percentage that an object's temperature loses with each hit set.
    pub hit_set_grade_decay_rate: u32,
    /// Number of hit sets that are looked at for the temperature.
    pub hit_set_search_last_n: u32,
    /// Whether hit sets are named in GMT.
    pub use_gmt_hitset: bool,
    /// Hit sets that an object has to be in to be promoted by a read.
    pub min_read_recency_for_promote: u32,
    /// Hit sets that an object has to be in to be promoted by a write.
    pub min_write_recency_for_promote: u32,
    /// Whether reads ask all shards at once.
    pub fast_read: bool,
    /// Number of objects that the pool was made for.
    pub expected_num_objects: u64,
    /// Epoch of the last change.
    pub last_change: u32,
    /// When it was created.
    pub create_time: Time,
    /// Epoch from which clients had to send their requests again.
    pub last_force_op_resend: u32,
    /// The same for clients before Nautilus.
    pub last_force_op_resend_prenautilus: u32,
    /// The same for clients before Luminous.
    pub last_force_op_resend_preluminous: u32,
    /// Last snapshot id.
    pub snap_seq: u64,
    /// Epoch of the last snapshot.
    pub snap_epoch: u32,
    /// Snapshots of the pool by id.
    pub snaps: BTreeMap<u64, PoolSnap>,
    /// Snapshots that were removed.
    pub removed_snaps: IntervalSet,
    /// Owner, unused since Nautilus.
    pub auid: u64,
    /// Seconds that clients replayed requests for after a crash; unused since Luminous.
    pub crash_replay_interval_seconds: u32,
    /// Properties, unused.
    pub properties: BTreeMap<String, String>,
    /// The last merge of two PGs.
    pub last_pg_merge_meta: MergeMeta,
    /// Buckets that a PG must be spread over to peer (stretch mode), 0 for no such rule.
    pub peering_crush_bucket_count: u32,
    /// Buckets that it should be spread over.
    pub peering_crush_bucket_target: u32,
    /// Type of these buckets.
    pub peering_crush_bucket_barrier: u32,
    /// A bucket that must be among them, or [`NONE`](crushlab_crush::NONE).
    pub peering_crush_mandatory_member: i32,
    /// Shards, below 128, that never lead a PG, of pools with
    /// [`EC_OPTIMIZATIONS`](pool_flag::EC_OPTIMIZATIONS) (Tentacle and later).
    pub nonprimary_shards: BTreeSet<u8>,
    /// Version: 14 Firefly, 21 Hammer, 24 Jewel, 26 Luminous, 27 Mimic, 29 Nautilus and later,
    /// 30 or 31 for stretched pools, 32 since Tentacle.
    pub frame: Frame,
    /// Version of the options' part.
    pub options_frame: Frame,
}

/// A snapshot of a pool (`pool_snap_info_t`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSnap {
    /// Its id, once more.
    pub id: u64,
    /// When it was made.
    pub stamp: Time,
    /// Its name.
    pub name: String,
    /// Version.
    pub frame: Frame,
}

/// The last merge of two PGs (`pg_merge_meta_t`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeMeta {
    /// The PG that went into another. All bits of the pool's id are set where there was none.
    pub source: PgId,
    /// Epoch in which both were ready.
    pub ready_epoch: u32,
    /// When the source had last started.
    pub last_epoch_started: u32,
    /// When the source had last been clean.
    pub last_epoch_clean: u32,
    /// Version and epoch that the source was at.
    pub source_version: (u64, u32),
    /// Version and epoch that the target was at.
    pub target_version: (u64, u32),
    /// Version of this part.
    pub frame: Frame,
}

impl Default for MergeMeta {
    fn default() -> MergeMeta {
        MergeMeta {
            source: PgId::new(0, 0),
            ready_epoch: 0,
            last_epoch_started: 0,
            last_epoch_clean: 0,
            source_version: (0, 0),
            target_version: (0, 0),
            frame: Frame::new(1, 1),
        }
    }
}

impl Default for Pool {
    /// A replicated pool of size 3 with one PG, of no name, as a new one is in 16.2.
    fn default() -> Pool {
        Pool {
            name: String::new(),
            pool_type: Pool::REPLICATED,
            size: 3,
            min_size: 2,
            crush_rule: 0,
            object_hash: Pool::RJENKINS,
            pg_num: 1,
            pgp_num: 1,
            pg_num_target: 1,
            pgp_num_target: 1,
            pg_num_pending: 1,
            pg_autoscale_mode: 0,
            flags: pool_flag::HASHPSPOOL,
            erasure_code_profile: String::new(),
            stripe_width: 0,
            quota_max_bytes: 0,
            quota_max_objects: 0,
            options: BTreeMap::new(),
            application_metadata: BTreeMap::new(),
            tiers: BTreeSet::new(),
            tier_of: -1,
            read_tier: -1,
            write_tier: -1,
            cache_mode: 0,
            target_max_bytes: 0,
            target_max_objects: 0,
            cache_target_dirty_ratio_micro: 400_000,
            cache_target_dirty_high_ratio_micro: 600_000,
            cache_target_full_ratio_micro: 800_000,
            cache_min_flush_age_seconds: 0,
            cache_min_evict_age_seconds: 0,
            hit_set_params: vec![1, 1, 1, 0, 0, 0, 0],
            hit_set_period_seconds: 0,
            hit_set_count: 0,
            hit_set_grade_decay_rate: 0,
            hit_set_search_last_n: 0,
            use_gmt_hitset: true,
            min_read_recency_for_promote: 0,
            min_write_recency_for_promote: 0,
            fast_read: false,
            expected_num_objects: 0,
            last_change: 0,
            create_time: Time::default(),
            last_force_op_resend: 0,
            last_force_op_resend_prenautilus: 0,
            last_force_op_resend_preluminous: 0,
            snap_seq: 0,
            snap_epoch: 0,
            snaps: BTreeMap::new(),
            removed_snaps: IntervalSet::new(),
            auid: 0,
            crash_replay_interval_seconds: 0,
            properties: BTreeMap::new(),
            last_pg_merge_meta: MergeMeta::default(),
            peering_crush_bucket_count: 0,
            peering_crush_bucket_target: 0,
            peering_crush_bucket_barrier: 0,
            peering_crush_mandatory_member: crushlab_crush::NONE,
            nonprimary_shards: BTreeSet::new(),
            frame: Frame::new(29, 5),
            options_frame: Frame::new(2, 1),
        }
    }
}

impl Pool {
    /// `pool_type` of replicated pools.
    pub const REPLICATED: u8 = 1;
    /// `pool_type` of erasure-coded pools.
    pub const ERASURE: u8 = 3;
    /// `object_hash` linux.
    pub const LINUX: u8 = 1;
    /// `object_hash` rjenkins.
    pub const RJENKINS: u8 = 2;

    /// Whether it is erasure-coded.
    pub fn is_erasure(&self) -> bool {
        self.pool_type == Pool::ERASURE
    }

    /// Whether the OSDs of a PG move up when one is missing, as in replicated pools. In the others
    /// each position stands for a shard of its own, and a missing one leaves a hole.
    pub fn can_shift_osds(&self) -> bool {
        self.pool_type == Pool::REPLICATED
    }

    /// Whether peering needs OSDs of several sites (`is_stretch_pool`).
    pub fn is_stretch_pool(&self) -> bool {
        self.peering_crush_bucket_count != 0
    }

    /// The version that the pool is written as in a map whose OSDs must be of this release: 32
    /// since Tentacle, before it 30 for stretched pools and 29 for others; never one that would
    /// lose something (`pg_pool_t::encode`).
    pub fn frame_version(&self, release: Release) -> u8 {
        if release.writes_nonprimary_shards() || !self.nonprimary_shards.is_empty() {
            32
        } else if self.is_stretch_pool() {
            30
        } else {
            29
        }
    }

    /// Whether all of these bits of [`pool_flag`] are set.
    pub fn has_flags(&self, flags: u64) -> bool {
        self.flags & flags == flags
    }

    /// Hash of an object's place: its locator key, or its name where the key is empty, below the
    /// namespace (`pg_pool_t::hash_key`). Unknown hashes count as rjenkins.
    pub fn hash_key(&self, key: &[u8], namespace: &[u8]) -> u32 {
        let hash =
            if self.object_hash == Pool::LINUX { name_hash::linux } else { name_hash::rjenkins };
        if namespace.is_empty() { hash(key) } else { hash(&[namespace, b"\x1f", key].concat()) }
    }

    /// The PG that a hash falls into (`raw_pg_to_pg`).
    pub fn seed_of_hash(&self, hash: u32) -> u32 {
        stable_mod(hash, self.pg_num)
    }

    /// The input of CRUSH for one of its PGs (`raw_pg_to_pps`), the pool having this id.
    pub fn placement_seed(&self, pool: i64, seed: u32) -> u32 {
        let folded = stable_mod(seed, self.pgp_num);
        if self.has_flags(pool_flag::HASHPSPOOL) {
            hash2(folded, pool as u32)
        } else {
            folded.wrapping_add(pool as u32)
        }
    }
}

/// `x` modulo `count`, such that few values change when `count` grows (`ceph_stable_mod`): as many
/// low bits as `count - 1` has, or one fewer where these are too large. 0 for a count of 0.
pub fn stable_mod(x: u32, count: u32) -> u32 {
    let Some(largest) = count.checked_sub(1) else { return 0 };
    let mask = u32::MAX.checked_shr(largest.leading_zeros()).unwrap_or(0);
    if x & mask < count { x & mask } else { x & (mask >> 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_mod_keeps_what_it_can() {
        let folded: Vec<u32> = (0..16).map(|x| stable_mod(x, 12)).collect();
        assert_eq!(folded, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 4, 5, 6, 7]);
        assert_eq!(stable_mod(7, 1), 0);
        assert_eq!(stable_mod(7, 0), 0);
        assert_eq!(stable_mod(u32::MAX, u32::MAX), u32::MAX >> 1);
    }

    #[test]
    fn an_object_finds_its_pg_and_its_placement_seed() {
        let mut pool = Pool { pg_num: 48, pgp_num: 32, ..Pool::default() };
        let hash = pool.hash_key(b"default.4439.1_operate.py", b"");
        assert_eq!(hash, 0x309c_3ed6);
        assert_eq!(pool.seed_of_hash(hash), 0x16);
        assert_eq!(pool.placement_seed(4, 0x16), 3_510_089_861);
        pool.flags = 0;
        assert_eq!(pool.placement_seed(4, 0x16), 26);
        assert_eq!(pool.hash_key(b"default.4439.1_operate.py", b"ns1"), 0x2dd1_fd07);
        pool.object_hash = Pool::LINUX;
        assert_eq!(pool.hash_key(b"default.4439.1_operate.py", b""), 0xa2f5_b9b3);
    }
}
