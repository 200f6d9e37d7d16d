//! Nodes, changes of them, and what is wrong with some.

use std::error::Error;
use std::fmt;

/// Most nodes that are placed on: enough for any lesson, and few enough for every scheme.
pub const NODES_MAX: usize = 4096;

/// Ids of nodes are below this.
pub const ID_END: u32 = 1 << 20;

/// Something that holds data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, below [`ID_END`]. Stays with it whatever happens to other nodes.
    pub id: u32,
    /// How much it shall hold (16.16 fixed point): above 0 and below 32768.0.
    pub weight: u32,
}

/// What happens to the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A node comes.
    Add(Node),
    /// A node goes for good.
    Remove(u32),
    /// A node gets another weight.
    Reweight(Node),
    /// A node fails: CRUSH keeps it in the map and rejects it; for the other schemes it is gone.
    Fail(u32),
}

/// Why nodes cannot be placed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemeError {
    /// No node is left.
    NoNodes,
    /// More than [`NODES_MAX`] nodes.
    TooManyNodes {
        /// How many.
        count: usize,
    },
    /// An id from [`ID_END`] on.
    IdTooLarge {
        /// The id.
        id: u32,
    },
    /// Two nodes have the same id.
    DuplicateId {
        /// The id.
        id: u32,
    },
    /// A change is about a node that is not there.
    UnknownId {
        /// The id.
        id: u32,
    },
    /// A weight of 0, or of 32768.0 and more.
    Weight {
        /// The node.
        id: u32,
        /// Its weight (16.16).
        weight: u32,
    },
    /// More replicas than nodes, or none.
    Replicas {
        /// Replicas asked for.
        replicas: usize,
        /// Nodes that are left.
        nodes: usize,
    },
    /// The weights' sum does not fit a bucket.
    WeightSum,
}

impl fmt::Display for SchemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SchemeError::NoNodes => f.write_str("no node is left: at least one is needed"),
            SchemeError::TooManyNodes { count } => {
                write!(f, "{count} nodes are too many: at most {NODES_MAX} can be compared")
            }
            SchemeError::IdTooLarge { id } => {
                write!(f, "node {id}: ids have to be below {ID_END}")
            }
            SchemeError::DuplicateId { id } => write!(f, "there are two nodes with the id {id}"),
            SchemeError::UnknownId { id } => write!(f, "there is no node {id}"),
            SchemeError::Weight { id, weight } => write!(
                f,
                "node {id}: a weight of {} is out of range: it has to be above 0 and below 32768",
                f64::from(*weight) / 65536.0
            ),
            SchemeError::Replicas { replicas, nodes } => write!(
                f,
                "{replicas} replicas on {nodes} nodes: there must be at least one replica, and \
                 a node for each"
            ),
            SchemeError::WeightSum => {
                f.write_str("the sum of all weights is too large: it has to be below 65536")
            }
        }
    }
}

impl Error for SchemeError {}

/// Checks that nodes can be placed on.
///
/// # Errors
/// Every variant of [`SchemeError`] but `UnknownId` and `Replicas`.
pub fn check(nodes: &[Node]) -> Result<(), SchemeError> {
    if nodes.is_empty() {
        return Err(SchemeError::NoNodes);
    }
    if nodes.len() > NODES_MAX {
        return Err(SchemeError::TooManyNodes { count: nodes.len() });
    }
    let mut ids: Vec<u32> = nodes.iter().map(|node| node.id).collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(SchemeError::DuplicateId { id: pair[0] });
    }
    for node in nodes {
        if node.id >= ID_END {
            return Err(SchemeError::IdTooLarge { id: node.id });
        }
        if node.weight == 0 || node.weight > i32::MAX as u32 {
            return Err(SchemeError::Weight { id: node.id, weight: node.weight });
        }
    }
    let sum: u64 = nodes.iter().map(|node| u64::from(node.weight)).sum();
    if u32::try_from(sum).is_err() { Err(SchemeError::WeightSum) } else { Ok(()) }
}

/// The nodes after a change, in their order; new ones come last. Those that fail are gone.
///
/// # Errors
/// As [`check`], and [`SchemeError::UnknownId`].
pub fn changed(nodes: &[Node], change: Change) -> Result<Vec<Node>, SchemeError> {
    let mut after = nodes.to_vec();
    let find =
        |id| nodes.iter().position(|node| node.id == id).ok_or(SchemeError::UnknownId { id });
    match change {
        Change::Add(node) => after.push(node),
        Change::Remove(id) | Change::Fail(id) => {
            after.remove(find(id)?);
        }
        Change::Reweight(node) => after[find(node.id)?] = node,
    }
    check(&after)?;
    Ok(after)
}
