//! What a cluster counted: data per PG and pool, sizes of OSDs.

use std::sync::Arc;

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

/// Size of one OSD and what is used of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsedParts {
    /// Data of objects.
    pub data_bytes: u64,
    /// Entries of omaps.
    pub omap_bytes: u64,
    /// What else the store's database takes.
    pub metadata_bytes: u64,
}

/// What a pool holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
