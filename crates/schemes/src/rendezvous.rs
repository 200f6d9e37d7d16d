//! Rendezvous hashing (Thaler and Ravishankar 1998) with weights by the logarithmic method
//! (Schindelhauer and Schomaker 2005).
//!
//! Every node draws for every key; the best draws win. The draw is an exponential variable with
//! the weight as its rate, which is what straw2 works out in whole numbers.

use crushlab_crush::hash::hash2;

use crate::node::{Change, Node};
use crate::scheme::{Cost, Scheme};

/// The nodes; nothing else is kept.
#[derive(Debug)]
pub(crate) struct Rendezvous {
    nodes: Vec<Node>,
    draws: Vec<(f64, u32)>,
}

impl Rendezvous {
    pub(crate) fn new(nodes: &[Node]) -> Rendezvous {
        Rendezvous { nodes: nodes.to_vec(), draws: Vec::new() }
    }
}

/// The node's draw for the key: the smallest wins.
fn draw(node: &Node, key: u32) -> f64 {
    // In the middle of the hash's step, so that it is neither 0 nor 1.
    let uniform = (f64::from(hash2(key, node.id)) + 0.5) / 4_294_967_296.0;
    -uniform.ln() / f64::from(node.weight)
}

impl Scheme for Rendezvous {
    fn change(&mut self, change: Change) {
        match change {
            Change::Add(node) => self.nodes.push(node),
            Change::Remove(id) | Change::Fail(id) => self.nodes.retain(|node| node.id != id),
            Change::Reweight(new) => {
                self.nodes.iter_mut().filter(|node| node.id == new.id).for_each(|node| *node = new);
            }
        }
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        self.draws.clear();
        self.draws.extend(self.nodes.iter().map(|node| (draw(node, key), node.id)));
        let by_draw = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if replicas < self.draws.len() {
            self.draws.select_nth_unstable_by(replicas, by_draw);
            self.draws.truncate(replicas);
        }
        self.draws.sort_unstable_by(by_draw);
        found.clear();
        found.extend(self.draws.iter().map(|(_, id)| *id));
        let nodes = self.nodes.len() as u64;
        Cost { hashes: nodes, reads: nodes }
    }

    fn table_bytes(&self) -> usize {
        size_of_val(self.nodes.as_slice())
    }
}
