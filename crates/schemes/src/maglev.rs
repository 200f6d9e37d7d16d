//! Maglev hashing (Eisenbud and others 2016).
//!
//! Each node has a permutation of the places of one table. The nodes take turns, as often as their
//! weights ask for, and each claims the next place of its permutation that is still free. A key
//! belongs to the node in the place that it hashes to; further replicas to the next nodes in the
//! table.

use crushlab_crush::hash::{hash1, hash2, hash3};

use crate::node::{Change, Node};
use crate::scheme::{Cost, Scheme, first_distinct};

/// Places in the table: a prime, so that every step goes through all places. The paper's choice
/// for small installations.
pub(crate) const PLACES: usize = 65_537;

/// A place that nobody has claimed yet.
const FREE: u32 = u32::MAX;

/// The nodes and their table.
#[derive(Debug)]
pub(crate) struct Maglev {
    nodes: Vec<Node>,
    table: Vec<u32>,
}

impl Maglev {
    pub(crate) fn new(nodes: &[Node]) -> Maglev {
        Maglev { nodes: nodes.to_vec(), table: fill(nodes) }
    }
}

/// Where a node is in its permutation.
struct Walk {
    next: usize,
    skip: usize,
    /// What it has saved of its weight, in the heaviest node's weights.
    credit: u64,
}

/// The table for these nodes.
fn fill(nodes: &[Node]) -> Vec<u32> {
    let mut table = vec![FREE; PLACES];
    let heaviest = nodes.iter().map(|node| u64::from(node.weight)).max().unwrap_or(1);
    let walk = |node: &Node| Walk {
        next: hash2(node.id, 0) as usize % PLACES,
        skip: hash3(node.id, 0, 1) as usize % (PLACES - 1) + 1,
        credit: 0,
    };
    let mut walks: Vec<Walk> = nodes.iter().map(walk).collect();
    let mut free = PLACES;
    while free > 0 {
        for (node, walk) in nodes.iter().zip(&mut walks) {
            walk.credit += u64::from(node.weight);
            if walk.credit < heaviest || free == 0 {
                continue;
            }
            walk.credit -= heaviest;
            while table[walk.next] != FREE {
                walk.next = (walk.next + walk.skip) % PLACES;
            }
            table[walk.next] = node.id;
            free -= 1;
        }
    }
    table
}

impl Scheme for Maglev {
    fn change(&mut self, change: Change) {
        match change {
            Change::Add(node) => self.nodes.push(node),
            Change::Remove(id) | Change::Fail(id) => self.nodes.retain(|node| node.id != id),
            Change::Reweight(new) => {
                self.nodes.iter_mut().filter(|node| node.id == new.id).for_each(|node| *node = new);
            }
        }
        self.table = fill(&self.nodes);
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        let start = hash1(key) as usize % PLACES;
        let walk = self.table[start..].iter().chain(&self.table[..start]);
        Cost { hashes: 1, reads: first_distinct(walk.copied(), replicas, found) }
    }

    fn table_bytes(&self) -> usize {
        size_of_val(self.table.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_one_weight_have_as_many_places_but_one() {
        let nodes: Vec<Node> = (0..7).map(|id| Node { id, weight: 1 << 16 }).collect();
        let table = fill(&nodes);
        for node in &nodes {
            let places = table.iter().filter(|id| **id == node.id).count();
            assert!((PLACES / 7..=PLACES / 7 + 1).contains(&places), "{places}");
        }
    }

    #[test]
    fn a_node_of_twice_the_weight_has_twice_the_places() {
        let nodes = [1, 1, 2].map(|weight| weight << 16);
        let nodes: Vec<Node> = (0..).zip(nodes).map(|(id, weight)| Node { id, weight }).collect();
        let table = fill(&nodes);
        let places = table.iter().filter(|id| **id == 2).count();
        assert!(places.abs_diff(PLACES / 2) <= 1, "{places}");
    }
}
