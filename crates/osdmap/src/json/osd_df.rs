//! Sizes of devices and what is used of them: `ceph osd df` and `ceph osd df tree`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document_error::DocumentError;
use crate::stats::{OsdStats, UsedParts};

#[derive(Deserialize)]
struct Document {
    nodes: Vec<OsdSizes>,
    #[serde(default)]
    stray: Vec<OsdSizes>,
}

/// An OSD's sizes in KiB, under the keys that `osd df` and `pg dump` share.
#[derive(Deserialize)]
pub(super) struct OsdSizes {
    /// `osd` is its name in `pg dump`.
    #[serde(alias = "osd")]
    pub(super) id: i32,
    kb: u64,
    kb_used: u64,
    kb_avail: u64,
    kb_used_data: Option<u64>,
    kb_used_omap: Option<u64>,
    kb_used_meta: Option<u64>,
}

impl OsdSizes {
    /// In bytes; too large numbers become the largest.
    pub(super) fn stats(&self) -> OsdStats {
        let bytes = |kib: u64| kib.saturating_mul(1024);
        let parts = (self.kb_used_data.zip(self.kb_used_omap)).zip(self.kb_used_meta);
        OsdStats {
            total_bytes: bytes(self.kb),
            used_bytes: bytes(self.kb_used),
            available_bytes: bytes(self.kb_avail),
            parts: parts.map(|((data, omap), metadata)| UsedParts {
                data_bytes: bytes(data),
                omap_bytes: bytes(omap),
                metadata_bytes: bytes(metadata),
            }),
        }
    }
}

/// Sizes by OSD. OSDs that report nothing, which Ceph prints as 0, are left out.
pub(crate) fn read_osd_df(bytes: &[u8]) -> Result<BTreeMap<i32, OsdStats>, DocumentError> {
    let document: Document = super::read(bytes)?;
    let nodes = document.nodes.iter().chain(&document.stray);
    let osds = nodes.filter(|node| node.id >= 0 && node.kb > 0);
    Ok(osds.map(|node| (node.id, node.stats())).collect())
}
