//! Elastic hashing in the manner of Gluster's distribute translator.
//!
//! The space of 32-bit hashes is cut into one range for each node, as wide as its weight asks for.
//! After a change the ranges are cut anew, and a new node is put where the new ranges overlap the
//! old ones most (Gluster's `fix-layout` and `rebalance`). Gluster copies whole bricks; here the
//! owners of the next ranges have a key's further replicas.

use crushlab_crush::hash::hash1;

use crate::node::{Change, Node};
use crate::scheme::{Cost, Scheme};

/// The nodes in the order of their ranges, and where each range ends.
#[derive(Debug)]
pub(crate) struct Elastic {
    nodes: Vec<Node>,
    ends: Vec<u64>,
}

/// One past the largest hash.
const SPACE: u64 = 1 << 32;

impl Elastic {
    pub(crate) fn new(nodes: &[Node]) -> Elastic {
        Elastic { nodes: nodes.to_vec(), ends: cut(nodes) }
    }

    /// The part of the hashes that keep their node if `nodes` follow.
    fn overlap(&self, nodes: &[Node]) -> u64 {
        let ends = cut(nodes);
        let (mut old, mut new, mut from, mut kept) = (0, 0, 0, 0);
        while old < self.ends.len() && new < ends.len() {
            let to = self.ends[old].min(ends[new]);
            if self.nodes[old].id == nodes[new].id {
                kept += to - from;
            }
            old += usize::from(self.ends[old] == to);
            new += usize::from(ends[new] == to);
            from = to;
        }
        kept
    }
}

/// Where the ranges of these nodes end.
fn cut(nodes: &[Node]) -> Vec<u64> {
    let sum: u64 = nodes.iter().map(|node| u64::from(node.weight)).sum();
    let mut reached = 0;
    let end = |node: &Node| {
        reached += u64::from(node.weight);
        // Both factors are below 2^33, so this fits 128 bits with room to spare.
        (u128::from(SPACE) * u128::from(reached) / u128::from(sum.max(1))) as u64
    };
    nodes.iter().map(end).collect()
}

impl Scheme for Elastic {
    fn change(&mut self, change: Change) {
        let mut nodes = self.nodes.clone();
        match change {
            Change::Add(node) => {
                let with = |place| {
                    let mut nodes = self.nodes.clone();
                    nodes.insert(place, node);
                    nodes
                };
                // The last of the best places: `max_by_key` gives that one.
                let best = (0..=nodes.len()).max_by_key(|place| self.overlap(&with(*place)));
                nodes = with(best.unwrap_or(nodes.len()));
            }
            Change::Remove(id) | Change::Fail(id) => nodes.retain(|node| node.id != id),
            Change::Reweight(new) => {
                nodes.iter_mut().filter(|node| node.id == new.id).for_each(|node| *node = new);
            }
        }
        *self = Elastic::new(&nodes);
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        let hash = u64::from(hash1(key));
        let start = self.ends.partition_point(|end| *end <= hash);
        found.clear();
        let owners = self.nodes.iter().cycle().skip(start).take(replicas);
        found.extend(owners.map(|node| node.id));
        Cost { hashes: 1, reads: u64::from(self.ends.len().ilog2()) + replicas as u64 }
    }

    fn table_bytes(&self) -> usize {
        size_of_val(self.nodes.as_slice()) + size_of_val(self.ends.as_slice())
    }
}
