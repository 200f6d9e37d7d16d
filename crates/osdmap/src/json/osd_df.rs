//! `ceph osd df` and `ceph osd df tree`: sizes of devices and what is used of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document_error::DocumentError;
use crate::stats::OsdStats;

#[derive(Deserialize)]
struct Document {
    nodes: Vec<Node>,
    #[serde(default)]
    stray: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: i32,
    kb: u64,
    kb_used: u64,
    kb_avail: u64,
}

/// Sizes by OSD. OSDs that report nothing, which Ceph prints as 0, are left out.
pub(crate) fn read_osd_df(bytes: &[u8]) -> Result<BTreeMap<i32, OsdStats>, DocumentError> {
    let document: Document = super::read(bytes)?;
    let nodes = document.nodes.iter().chain(&document.stray);
    let osds = nodes.filter(|node| node.id >= 0 && node.kb > 0);
    let stats = |node: &Node| OsdStats::of_kib(node.kb, node.kb_used, node.kb_avail);
    Ok(osds.map(|node| (node.id, stats(node))).collect())
}
