//! Consistent hashing with virtual nodes (Karger and others 1997; DeCandia and others 2007).
//!
//! Every node has points on a ring, as many as its weight asks for. A key belongs to the node of
//! the first point from the key's own place on; further replicas to the next nodes that are not
//! among them yet.

use crushlab_crush::hash::{hash1, hash2};

use crate::node::{Change, Node};
use crate::scheme::{Cost, Scheme, first_distinct};

/// Points of a node of weight 1.0. At least one for each node.
pub(crate) const POINTS_PER_WEIGHT: u32 = 100;

/// Points at most, for weights that would fill the memory.
const POINTS_PER_NODE_MAX: u64 = 20_000;

/// The points of all nodes by their place on the ring.
#[derive(Debug)]
pub(crate) struct Ring {
    points: Vec<(u32, u32)>,
}

impl Ring {
    pub(crate) fn new(nodes: &[Node]) -> Ring {
        let mut ring = Ring { points: Vec::new() };
        for node in nodes {
            ring.insert(node);
        }
        ring.points.sort_unstable();
        ring
    }

    fn insert(&mut self, node: &Node) {
        let asked = (u64::from(node.weight) * u64::from(POINTS_PER_WEIGHT)) >> 16;
        let count = asked.clamp(1, POINTS_PER_NODE_MAX) as u32;
        self.points.extend((0..count).map(|point| (hash2(node.id, point), node.id)));
    }
}

impl Scheme for Ring {
    fn change(&mut self, change: Change) {
        match change {
            Change::Add(node) => self.insert(&node),
            Change::Remove(id) | Change::Fail(id) => self.points.retain(|(_, owner)| *owner != id),
            Change::Reweight(node) => {
                // The first points of a node are the same whatever its weight is.
                self.points.retain(|(_, owner)| *owner != node.id);
                self.insert(&node);
            }
        }
        self.points.sort_unstable();
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        let place = hash1(key);
        let start = self.points.partition_point(|(point, _)| *point < place);
        // A search by halves reads one entry a step.
        let searched = u64::from(self.points.len().ilog2()) + 1;
        let walk = self.points[start..].iter().chain(&self.points[..start]);
        let reads = first_distinct(walk.map(|(_, owner)| *owner), replicas, found);
        Cost { hashes: 1, reads: searched + reads }
    }

    fn table_bytes(&self) -> usize {
        size_of_val(self.points.as_slice())
    }
}
