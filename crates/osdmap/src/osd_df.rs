//! What `ceph osd df` tells of OSDs.

use std::collections::BTreeMap;

use crate::osd_tree::OsdTree;
use crate::stats::OsdStats;

/// Sizes and states of OSDs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OsdDf {
    /// By OSD; `None` where an OSD reports nothing.
    pub(crate) sizes: BTreeMap<i32, Option<OsdStats>>,
    /// States, where the release prints them.
    pub(crate) tree: OsdTree,
    /// Whether the sizes are rounded, as they are in text.
    pub(crate) is_rounded: bool,
}
