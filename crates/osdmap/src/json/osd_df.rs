//! Sizes of devices and what is used of them: `ceph osd df` and `ceph osd df tree`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::osd_tree::NodeState;
use crate::document_error::DocumentError;
use crate::osd_df::OsdDf;
use crate::osd_tree::OsdTree;
use crate::stats::{OsdStats, UsedParts};

#[derive(Deserialize)]
struct Document {
    nodes: Vec<Entry>,
    #[serde(default)]
    stray: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(flatten)]
    sizes: OsdSizes,
    #[serde(flatten)]
    state: NodeState,
}

/// An OSD's sizes in KiB, under the keys that `osd df` and `pg dump` share.
#[derive(Deserialize)]
pub(super) struct OsdSizes {
    /// `osd` is its name in `pg dump`.
    #[serde(alias = "osd")]
    pub(super) id: i32,
    #[serde(default)]
    kb: u64,
    #[serde(default)]
    kb_used: u64,
    #[serde(default)]
    kb_avail: u64,
    kb_used_data: Option<u64>,
    kb_used_omap: Option<u64>,
    kb_used_meta: Option<u64>,
}

impl OsdSizes {
    /// In bytes; too large numbers become the largest. `None` for an OSD that reports nothing,
    /// which Ceph prints as 0: one that is out, or new.
    pub(super) fn stats(&self) -> Option<OsdStats> {
        let bytes = |kib: u64| kib.saturating_mul(1024);
        let parts = (self.kb_used_data.zip(self.kb_used_omap)).zip(self.kb_used_meta);
        let stats = OsdStats {
            total_bytes: bytes(self.kb),
            used_bytes: bytes(self.kb_used),
            available_bytes: bytes(self.kb_avail),
            parts: parts.map(|((data, omap), metadata)| UsedParts {
                data_bytes: bytes(data),
                omap_bytes: bytes(omap),
                metadata_bytes: bytes(metadata),
            }),
        };
        (self.kb > 0).then_some(stats)
    }
}

/// Sizes and states by OSD.
pub(crate) fn read_osd_df(bytes: &[u8]) -> Result<OsdDf, DocumentError> {
    let document: Document = super::read(bytes)?;
    let nodes = || document.nodes.iter().chain(&document.stray);
    let osds = nodes().filter(|entry| entry.sizes.id >= 0);
    let sizes: BTreeMap<i32, Option<OsdStats>> =
        osds.map(|entry| (entry.sizes.id, entry.sizes.stats())).collect();
    super::osd_tree::check_ids(sizes.keys())
        .map_err(|problem| DocumentError::new("nodes", problem))?;
    let states = nodes().filter_map(|entry| entry.state.osd(entry.sizes.id));
    let tree = OsdTree { osds: states.collect() };
    Ok(OsdDf { sizes, tree, is_rounded: false })
}
