//! The map itself.

use std::collections::BTreeMap;

use crushlab_crushmap::{CrushMap, Release};

use super::FULL_WEIGHT;
use super::address::Addresses;
use super::encoding::Encoding;
use super::interval_set::IntervalSet;
use super::osd::{Osd, Uuid, state};
use super::pg_id::PgId;
use super::pool::Pool;
use super::time::Time;

/// Bits of [`OsdMap::flags`] (rados.h, `CEPH_OSDMAP_*`).
pub mod map_flag {
    /// An OSD is nearly full (before Luminous).
    pub const NEARFULL: u32 = 1;
    /// An OSD is full (before Luminous).
    pub const FULL: u32 = 1 << 1;
    /// Clients may not read.
    pub const PAUSERD: u32 = 1 << 2;
    /// Clients may not write.
    pub const PAUSEWR: u32 = 1 << 3;
    /// Recovery waits.
    pub const PAUSEREC: u32 = 1 << 4;
    /// No OSD is marked up.
    pub const NOUP: u32 = 1 << 5;
    /// No OSD is marked down.
    pub const NODOWN: u32 = 1 << 6;
    /// No OSD is marked out.
    pub const NOOUT: u32 = 1 << 7;
    /// No OSD is marked in.
    pub const NOIN: u32 = 1 << 8;
    /// No backfill.
    pub const NOBACKFILL: u32 = 1 << 9;
    /// No recovery.
    pub const NORECOVER: u32 = 1 << 10;
    /// No scrub.
    pub const NOSCRUB: u32 = 1 << 11;
    /// No deep scrub.
    pub const NODEEP_SCRUB: u32 = 1 << 12;
    /// Cache tiers rest.
    pub const NOTIERAGENT: u32 = 1 << 13;
    /// No rebalancing of PGs that are not degraded.
    pub const NOREBALANCE: u32 = 1 << 14;
    /// Object ids are sorted bitwise.
    pub const SORTBITWISE: u32 = 1 << 15;
    /// OSDs must be of Jewel or later.
    pub const REQUIRE_JEWEL: u32 = 1 << 16;
    /// OSDs must be of Kraken or later.
    pub const REQUIRE_KRAKEN: u32 = 1 << 17;
    /// OSDs must be of Luminous or later.
    pub const REQUIRE_LUMINOUS: u32 = 1 << 18;
    /// Deleting objects recovers them, too.
    pub const RECOVERY_DELETES: u32 = 1 << 19;
    /// Snapshots are purged in the newer way.
    pub const PURGED_SNAPDIRS: u32 = 1 << 20;
    /// Snapshots are not trimmed.
    pub const NOSNAPTRIM: u32 = 1 << 21;
    /// `pg_num` must not be lowered.
    pub const PGLOG_HARDLIMIT: u32 = 1 << 22;
    /// The autoscaler rests.
    pub const NOAUTOSCALE: u32 = 1 << 23;
}

/// A cluster's OSDMap (`OSDMap`).
///
/// OSDs are numbered from 0 to `max_osd` - 1; `osd_states`, `osd_weights` and `osds` have
/// `max_osd` entries each. One without [`state::EXISTS`] is a gap.
#[derive(Clone, Debug)]
pub struct OsdMap {
    /// Identity of the cluster.
    pub fsid: Uuid,
    /// Number of the map; it rises with every change.
    pub epoch: u32,
    /// When the cluster was created.
    pub created: Time,
    /// When this map was made.
    pub modified: Time,
    /// Pools by id.
    pub pools: BTreeMap<i64, Pool>,
    /// Largest id that a pool has had.
    pub pool_max: i32,
    /// Bits of [`map_flag`].
    pub flags: u32,
    /// Bits of [`state`] by OSD.
    pub osd_states: Vec<u32>,
    /// Reweight (16.16, 0 for out, 0x10000 for 1) by OSD.
    pub osd_weights: Vec<u32>,
    /// Primary affinity (16.16) by OSD; absent where all have the default of 1.
    pub osd_primary_affinities: Option<Vec<u32>>,
    /// Addresses and history by OSD.
    pub osds: Vec<Osd>,
    /// OSDs that act for a PG while its own are not ready.
    pub pg_temp: BTreeMap<PgId, Vec<i32>>,
    /// Primaries that act for a PG, whatever its other OSDs are.
    pub primary_temp: BTreeMap<PgId, i32>,
    /// Full replacements of what CRUSH chooses.
    pub pg_upmap: BTreeMap<PgId, Vec<i32>>,
    /// Replacements (from, to) in what CRUSH chooses.
    pub pg_upmap_items: BTreeMap<PgId, Vec<(i32, i32)>>,
    /// OSDs that go to the front of what CRUSH chooses (Reef and later).
    pub pg_upmap_primaries: BTreeMap<PgId, i32>,
    /// Settings of erasure codes by name of the profile.
    pub erasure_code_profiles: BTreeMap<String, BTreeMap<String, String>>,
    /// The CRUSH map.
    pub crush: CrushMap,
    /// Number of the CRUSH map; it rises with every change of it.
    pub crush_version: u32,
    /// Snapshots removed by this map, by pool.
    pub new_removed_snaps: BTreeMap<i64, IntervalSet>,
    /// Snapshots purged by this map, by pool.
    pub new_purged_snaps: BTreeMap<i64, IntervalSet>,
    /// When an OSD came up or went down last.
    pub last_up_change: Time,
    /// When an OSD went in or out last.
    pub last_in_change: Time,
    /// Addresses that are refused, and until when; in the order in which they were read.
    pub blocklist: Vec<(Addresses, Time)>,
    /// Ranges of addresses that are refused, and until when (Quincy and later).
    pub range_blocklist: Vec<(Addresses, Time)>,
    /// Epoch of a snapshot of the whole cluster.
    pub cluster_snapshot_epoch: u32,
    /// Its name.
    pub cluster_snapshot: String,
    /// Fill from which an OSD counts as nearly full.
    pub nearfull_ratio: f32,
    /// Fill from which an OSD takes no backfill.
    pub backfillfull_ratio: f32,
    /// Fill from which an OSD takes no writes.
    pub full_ratio: f32,
    /// Oldest release (1 argonaut, 12 luminous, ...) that clients must be of.
    pub require_min_compat_client: u8,
    /// Oldest release (12 luminous, 16 pacific, 19 squid) that OSDs must be of.
    pub require_osd_release: u8,
    /// Snapshots waiting to be purged, by pool.
    pub removed_snaps_queue: BTreeMap<i64, IntervalSet>,
    /// Flags (bits of [`state`]) by CRUSH bucket or OSD.
    pub crush_node_flags: BTreeMap<i32, u32>,
    /// Flags (bits of [`state`]) by id of a device class.
    pub device_class_flags: BTreeMap<i32, u32>,
    /// Stretch mode (written since Pacific where it is on).
    pub stretch: Stretch,
    /// Whether OSDs of the Crimson kind may be used (Reef and later).
    pub allow_crimson: bool,
    /// How the map was written.
    pub encoding: Encoding,
}

/// A cluster that is stretched over two sites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Whether stretch mode is on.
    pub enabled: bool,
    /// Number of sites.
    pub bucket_count: u32,
    /// Number of sites left, while one has failed; else 0.
    pub degraded_mode: u32,
    /// 1 while the failed site recovers.
    pub recovering_mode: u32,
    /// Type of the buckets that are the sites.
    pub bucket_type: i32,
}

impl Default for OsdMap {
    /// A map without OSDs and pools, as 16.2 makes them.
    fn default() -> OsdMap {
        OsdMap {
            fsid: Uuid::default(),
            epoch: 0,
            created: Time::default(),
            modified: Time::default(),
            pools: BTreeMap::new(),
            pool_max: 0,
            flags: 0,
            osd_states: Vec::new(),
            osd_weights: Vec::new(),
            osd_primary_affinities: None,
            osds: Vec::new(),
            pg_temp: BTreeMap::new(),
            primary_temp: BTreeMap::new(),
            pg_upmap: BTreeMap::new(),
            pg_upmap_items: BTreeMap::new(),
            pg_upmap_primaries: BTreeMap::new(),
            erasure_code_profiles: BTreeMap::new(),
            crush: CrushMap::default(),
            crush_version: 1,
            new_removed_snaps: BTreeMap::new(),
            new_purged_snaps: BTreeMap::new(),
            last_up_change: Time::default(),
            last_in_change: Time::default(),
            blocklist: Vec::new(),
            range_blocklist: Vec::new(),
            cluster_snapshot_epoch: 0,
            cluster_snapshot: String::new(),
            nearfull_ratio: 0.85,
            backfillfull_ratio: 0.9,
            full_ratio: 0.95,
            require_min_compat_client: 0,
            require_osd_release: 0,
            removed_snaps_queue: BTreeMap::new(),
            crush_node_flags: BTreeMap::new(),
            device_class_flags: BTreeMap::new(),
            stretch: Stretch::default(),
            allow_crimson: false,
            encoding: Encoding::default(),
        }
    }
}

impl OsdMap {
    /// The release that OSDs must be of at least, and so the one that the cluster acts as.
    pub fn release(&self) -> Release {
        Release::of_number(self.require_osd_release)
    }

    /// One more than the largest id that an OSD may have.
    pub fn max_osd(&self) -> usize {
        self.osd_states.len()
    }

    /// Makes room for this many OSDs, or cuts off those above (`set_max_osd`). New ones do not
    /// exist, are out, and have the default primary affinity.
    pub fn set_max_osd(&mut self, max_osd: usize) {
        self.osd_states.resize(max_osd, 0);
        self.osd_weights.resize(max_osd, 0);
        self.osds.resize(max_osd, Osd::default());
        if let Some(affinities) = &mut self.osd_primary_affinities {
            affinities.resize(max_osd, FULL_WEIGHT);
        }
    }

    /// State bits of an OSD; 0 where there is none of this id.
    pub fn osd_state(&self, osd: i32) -> u32 {
        usize::try_from(osd).ok().and_then(|osd| self.osd_states.get(osd)).copied().unwrap_or(0)
    }

    /// Reweight (16.16) of an OSD; 0 where there is none of this id.
    pub fn osd_weight(&self, osd: i32) -> u32 {
        usize::try_from(osd).ok().and_then(|osd| self.osd_weights.get(osd)).copied().unwrap_or(0)
    }

    /// Primary affinity (16.16) of an OSD; 1 where none is set.
    pub fn primary_affinity(&self, osd: i32) -> u32 {
        let affinities = self.osd_primary_affinities.as_deref().unwrap_or_default();
        usize::try_from(osd)
            .ok()
            .and_then(|osd| affinities.get(osd))
            .copied()
            .unwrap_or(FULL_WEIGHT)
    }

    /// Whether there is an OSD of this id.
    pub fn exists(&self, osd: i32) -> bool {
        self.osd_state(osd) & state::EXISTS != 0
    }

    /// Whether there is an OSD of this id and it is up.
    pub fn is_up(&self, osd: i32) -> bool {
        const UP: u32 = state::EXISTS | state::UP;
        self.osd_state(osd) & UP == UP
    }

    /// Whether there is an OSD of this id and it is in: its reweight is not 0.
    pub fn is_in(&self, osd: i32) -> bool {
        self.exists(osd) && self.osd_weight(osd) != 0
    }

    /// The pool of this name, with its id.
    pub fn pool_by_name(&self, name: &str) -> Option<(i64, &Pool)> {
        self.pools.iter().find(|(_, pool)| pool.name == name).map(|(id, pool)| (*id, pool))
    }

    /// Number of PGs of all pools.
    pub fn pg_count(&self) -> u64 {
        self.pools.values().map(|pool| u64::from(pool.pg_num)).sum()
    }
}
