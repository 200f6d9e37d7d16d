//! Plain modulo hashing: the hash of the key modulo the number of nodes. Weights do not count.

use crushlab_crush::hash::hash1;

use crate::node::{Change, Node};
use crate::scheme::{Cost, Scheme};

/// Nodes by number; the replicas of a key follow each other.
#[derive(Debug)]
pub(crate) struct Modulo {
    ids: Vec<u32>,
}

impl Modulo {
    pub(crate) fn new(nodes: &[Node]) -> Modulo {
        Modulo { ids: nodes.iter().map(|node| node.id).collect() }
    }
}

impl Scheme for Modulo {
    fn change(&mut self, change: Change) {
        match change {
            Change::Add(node) => self.ids.push(node.id),
            Change::Remove(id) | Change::Fail(id) => self.ids.retain(|other| *other != id),
            Change::Reweight(_) => {}
        }
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        let start = hash1(key) as usize % self.ids.len();
        found.clear();
        found.extend(self.ids.iter().cycle().skip(start).take(replicas));
        Cost { hashes: 1, reads: replicas as u64 }
    }

    fn table_bytes(&self) -> usize {
        size_of_val(self.ids.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_more_moves_all_but_one_in_so_many() {
        let nodes: Vec<Node> = (0..9).map(|id| Node { id, weight: 1 << 16 }).collect();
        let mut modulo = Modulo::new(&nodes);
        let mut found = Vec::new();
        let mut owners = |modulo: &mut Modulo| -> Vec<u32> {
            let owner = |key| {
                modulo.place(key, 1, &mut found);
                found[0]
            };
            (0..90_000).map(owner).collect()
        };
        let before = owners(&mut modulo);
        modulo.change(Change::Add(Node { id: 9, weight: 1 << 16 }));
        let after = owners(&mut modulo);
        // A key stays where its hash has the same rest for 9 and for 10: for 9 of every 90.
        let stayed = before.iter().zip(&after).filter(|(old, new)| old == new).count();
        assert!((8_700..9_300).contains(&stayed), "{stayed}");
    }
}
