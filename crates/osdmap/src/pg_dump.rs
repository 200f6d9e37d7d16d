//! What `ceph pg dump` tells.

use std::collections::BTreeMap;

use crate::json::PoolCounts;
use crate::model::{PgId, Time};
use crate::stats::{OsdStats, PgStats};

/// PGs, OSDs and pools as the cluster counted them.
#[derive(Debug, Default)]
pub(crate) struct PgDump {
    pub(crate) pgs: BTreeMap<PgId, PgStats>,
    /// By OSD; `None` where an OSD reports nothing.
    pub(crate) osds: BTreeMap<i32, Option<OsdStats>>,
    pub(crate) pool_counts: PoolCounts,
    /// Whether all PGs must be in it.
    pub(crate) is_whole: bool,
    /// The map's epoch, where it is told: since Luminous it is 0.
    pub(crate) epoch: Option<u32>,
    /// The latest epoch that a PG reported in, 0 where none is told. The map's is not earlier.
    pub(crate) latest_epoch: u32,
    /// When it was counted, where that is told.
    pub(crate) stamp: Option<Time>,
}
