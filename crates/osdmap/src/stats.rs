//! What a cluster counted: data per PG and pool, sizes of OSDs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a cluster recorded of one PG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgStats {
    /// Objects in it.
    pub objects: u64,
    /// Bytes of their data, each object counted once (not per replica, not with parity).
    pub bytes: u64,
    /// Bytes of their omap entries, as far as scrubs have counted them.
    pub omap_bytes: u64,
    /// Objects times the number of OSDs that should hold them.
    pub object_copies: u64,
    /// Copies that are not there.
    pub objects_degraded: u64,
    /// Copies that are there, but not where they should be.
    pub objects_misplaced: u64,
    /// Objects of which no copy can be found.
    pub objects_unfound: u64,
    /// Its state, such as `active+clean`.
    pub state: Arc<str>,
    /// The OSDs that should hold it.
    pub up: Box<[i32]>,
    /// Primary of `up`, -1 for none.
    pub up_primary: i32,
    /// The OSDs that serve it.
    pub acting: Box<[i32]>,
    /// Primary of `acting`, -1 for none.
    pub acting_primary: i32,
}

/// Size of one OSD and what is used of it. An OSD that reports nothing, which Ceph prints as 0, is
/// not a small one: it has no `OsdStats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OsdStats {
    /// Its size.
    pub total_bytes: u64,
    /// What is used of it.
    pub used_bytes: u64,
    /// What is not.
    pub available_bytes: u64,
    /// What it is used for; unknown before Nautilus.
    pub parts: Option<UsedParts>,
}

/// What the used bytes of an OSD hold. The rest is room that its store keeps to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedParts {
    /// Data of objects.
    pub data_bytes: u64,
    /// Entries of omaps.
    pub omap_bytes: u64,
    /// What else the store's database takes.
    pub metadata_bytes: u64,
}

/// What a pool holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolStats {
    /// Objects in it.
    pub objects: u64,
    /// Bytes of its data, each object counted once.
    pub stored_bytes: u64,
    /// Bytes that it takes on all OSDs, where that is known.
    pub used_bytes: Option<u64>,
    /// Bytes that the cluster says can still be stored, where it says so.
    pub max_avail_bytes: Option<u64>,
}

/// How many PGs the cluster counted, as `ceph report` and `ceph insights` have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PgCounts {
    /// By OSD; places without an OSD count for [`NONE`](crushlab_crush::NONE).
    pub by_osd: BTreeMap<i32, OsdPgCounts>,
    /// By state, such as `active+clean`.
    pub by_state: BTreeMap<String, u64>,
}

/// PGs of one OSD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OsdPgCounts {
    /// PGs whose acting set it is in.
    pub acting: u64,
    /// Those that it is the acting primary of, where that is known.
    pub primary: Option<u64>,
    /// PGs whose up set it is in and whose acting set it is not in, where that is known.
    pub up_not_acting: Option<u64>,
}
