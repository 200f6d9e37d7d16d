//! What every scheme can do.

use crate::node::Change;

/// What a lookup costs, in things that can be counted on any machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Hashes worked out.
    pub hashes: u64,
    /// Entries of tables read.
    pub reads: u64,
}

impl Cost {
    /// Adds another lookup's cost.
    pub fn add(&mut self, other: Cost) {
        self.hashes += other.hashes;
        self.reads += other.reads;
    }
}

/// The first distinct nodes of a walk, as many as there are replicas, into `found`; returns the
/// entries read.
pub(crate) fn first_distinct(
    walk: impl Iterator<Item = u32>,
    replicas: usize,
    found: &mut Vec<u32>,
) -> u64 {
    found.clear();
    let mut reads = 0;
    for owner in walk {
        if found.len() == replicas {
            break;
        }
        reads += 1;
        if !found.contains(&owner) {
            found.push(owner);
        }
    }
    reads
}

/// A way to place keys on nodes.
///
/// Nodes and changes are checked before ([`crate::node::changed`]); a scheme may rely on it.
pub trait Scheme {
    /// Takes a change over, moving as little as the scheme can.
    fn change(&mut self, change: Change);

    /// Finds nodes for the replicas of a key: distinct ones, the first being the main one, into
    /// `found`, which is emptied before. There are at least as many nodes as replicas. May find
    /// fewer, as CRUSH does when its tries end.
    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost;

    /// What has to be kept in memory, or sent to clients, to look keys up, in bytes.
    fn table_bytes(&self) -> usize;
}
