//! What is known of a cluster's data at one step.

use std::collections::BTreeMap;

use crushlab_osdmap::{Cluster, OsdStats};

use super::report::ClusterReport;

/// What is known of a cluster's data: its PGs and pools as counted at the start, and what its OSDs
/// hold at one step.
#[derive(Clone, Debug)]
pub struct ClusterData<'a> {
    /// The cluster as it was counted.
    pub cluster: &'a Cluster,
    /// Sizes and use of OSDs at this step.
    pub osds: BTreeMap<i32, OsdStats>,
    /// Bytes on OSDs that are down of PGs that are whole without them: such copies go when the OSD
    /// is back, or are brought up to date where they are.
    pub stale_bytes: BTreeMap<i32, u64>,
}

impl<'a> ClusterData<'a> {
    /// What was counted in this cluster.
    pub fn new(cluster: &'a Cluster) -> ClusterData<'a> {
        ClusterData { cluster, osds: cluster.osds.clone(), stale_bytes: BTreeMap::new() }
    }

    /// The same when all data has moved that a change makes move.
    pub fn heal(&mut self, report: &ClusterReport) {
        for osd in &report.osds {
            if osd.abandoned_bytes > 0 {
                *self.stale_bytes.entry(osd.osd).or_insert(0) += osd.abandoned_bytes;
            } else if osd.is_up {
                self.stale_bytes.remove(&osd.osd);
            }
            if let (Some(stats), Some(fill)) = (self.osds.get_mut(&osd.osd), &osd.fill) {
                stats.used_bytes = fill.used_after_bytes;
                stats.available_bytes = stats.total_bytes.saturating_sub(stats.used_bytes);
            }
        }
    }
}
