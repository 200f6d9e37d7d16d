//! `ceph osd tree`: which OSDs are up, their reweights and primary affinities.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::values::{scalar, weight};
use crate::document_error::DocumentError;
use crate::limits::MAX_OSDS;
use crate::model::FULL_WEIGHT;
use crate::osd_tree::{OsdTree, TreeOsd};

#[derive(Deserialize)]
struct Document {
    nodes: Vec<Node>,
    #[serde(default)]
    stray: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: i32,
    #[serde(flatten)]
    state: NodeState,
}

/// What `osd tree` and `osd df` print of an OSD's state, and not of a bucket.
#[derive(Deserialize)]
pub(super) struct NodeState {
    status: Option<String>,
    exists: Option<u8>,
    #[serde(default, deserialize_with = "scalar")]
    reweight: Option<f64>,
    #[serde(default, deserialize_with = "scalar")]
    primary_affinity: Option<f64>,
}

impl NodeState {
    /// The OSD of an id; `None` for a bucket, and for what has no status.
    pub(super) fn osd(&self, id: i32) -> Option<(i32, TreeOsd)> {
        let status = self.status.as_deref().filter(|_| id >= 0)?;
        let osd = TreeOsd {
            exists: self.exists != Some(0) && status != "DNE",
            is_up: status == "up",
            is_destroyed: status == "destroyed",
            reweight: self.reweight.and_then(weight).unwrap_or(FULL_WEIGHT),
            primary_affinity: self.primary_affinity.and_then(weight),
        };
        Some((id, osd))
    }
}

/// The OSDs of `ceph osd tree`, those outside of the CRUSH map included.
pub(crate) fn read_osd_tree(bytes: &[u8]) -> Result<OsdTree, DocumentError> {
    let document: Document = super::read(bytes)?;
    let nodes = document.nodes.iter().chain(&document.stray);
    let osds: BTreeMap<i32, TreeOsd> = nodes.filter_map(|node| node.state.osd(node.id)).collect();
    if osds.is_empty() && document.nodes.iter().any(|node| node.id >= 0) {
        let problem = "the OSDs have no status, as in ceph osd crush tree: expected the output of \
                       ceph osd tree -f json";
        return Err(DocumentError::new("nodes", problem));
    }
    check_ids(osds.keys()).map_err(|problem| DocumentError::new("nodes", problem))?;
    Ok(OsdTree { osds })
}

/// Refuses ids that would make a map too large to be worked with.
pub(crate) fn check_ids<'a>(mut ids: impl Iterator<Item = &'a i32>) -> Result<(), String> {
    match ids.find(|id| usize::try_from(**id).is_ok_and(|id| id >= MAX_OSDS)) {
        Some(id) => Err(format!("found OSD {id}, expected ids below {MAX_OSDS}")),
        None => Ok(()),
    }
}
