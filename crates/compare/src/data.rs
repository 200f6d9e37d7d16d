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
}

impl<'a> ClusterData<'a> {
    /// What was counted in this cluster.
    pub fn new(cluster: &'a Cluster) -> ClusterData<'a> {
        ClusterData { cluster, osds: cluster.osds.clone() }
    }

    /// The same when all data has moved that a change makes move.
    pub fn heal(&mut self, report: &ClusterReport) {
        for osd in &report.osds {
            if let (Some(stats), Some(fill)) = (self.osds.get_mut(&osd.osd), &osd.fill) {
                stats.used_bytes = fill.used_after_bytes;
                stats.available_bytes = stats.total_bytes.saturating_sub(stats.used_bytes);
            }
        }
    }
}
