//! Buckets: one struct, five algorithms, one file each.

mod build;
pub(crate) mod choose;
mod draws;
mod edit;
mod list;
pub(crate) mod permutations;
mod straw;
mod straw2;
mod tree;
mod uniform;
pub(crate) mod visit;

use crate::hash::{hash3, hash4};

pub use tree::MAX_ITEMS as TREE_MAX_ITEMS;
pub(crate) use tree::{leaf_node, node_count, parent};

/// How a bucket chooses among its items. The numbers are those of the binary map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Algorithm {
    /// Equal weights, chosen by a pseudo-random permutation.
    Uniform = 1,
    /// Each item against all items before it: good at growing.
    List = 2,
    /// A binary tree of weights.
    Tree = 3,
    /// Longest straw, straw lengths scaled in advance.
    Straw = 4,
    /// Longest straw, each drawn from an exponential distribution of its own weight.
    Straw2 = 5,
}

impl Algorithm {
    /// All algorithms, by rising number.
    pub const ALL: [Algorithm; 5] =
        [Algorithm::Uniform, Algorithm::List, Algorithm::Tree, Algorithm::Straw, Algorithm::Straw2];

    /// The algorithm with this number in the binary map.
    pub fn from_number(number: u8) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| *algorithm as u8 == number)
    }

    /// Its name in a map's text.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Uniform => "uniform",
            Algorithm::List => "list",
            Algorithm::Tree => "tree",
            Algorithm::Straw => "straw",
            Algorithm::Straw2 => "straw2",
        }
    }

    /// The algorithm of this name.
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// The weights of a bucket (16.16), in the form that its algorithm stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// One weight for every item.
    Uniform {
        /// Weight of each item.
        item_weight: u32,
    },
    /// A weight for each item, and the sum of the weights up to and with it.
    List {
        /// Weight by item.
        weights: Vec<u32>,
        /// Cumulative weight by item.
        sums: Vec<u32>,
    },
    /// A weight for each node of a binary tree; item i is node 2i+1, node 0 is unused.
    Tree {
        /// Weight by node.
        node_weights: Vec<u32>,
    },
    /// A weight for each item, and the length its straw is scaled by (16.16).
    Straw {
        /// Weight by item.
        weights: Vec<u32>,
        /// Straw length by item.
        straws: Vec<u32>,
    },
    /// A weight for each item.
    Straw2 {
        /// Weight by item.
        weights: Vec<u32>,
    },
}

/// What is hashed besides the items: the input and the replica number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw {
    pub(crate) x: u32,
    pub(crate) r: u32,
}

/// A bucket: items to choose among and their weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its id, negative.
    pub id: i32,
    /// Its type, 1 or above.
    pub type_id: u16,
    /// Number of its hash function: 0 is rjenkins1. Any other hashes everything to 0, as in Ceph.
    pub hash: u8,
    /// Its weight (16.16) as stored: the sum of its items' weights when Ceph made the map.
    pub weight: u32,
    /// Ids of its items, in order.
    pub items: Vec<i32>,
    /// Weights of its items.
    pub contents: Contents,
}

impl Bucket {
    /// The algorithm it chooses by.
    pub fn algorithm(&self) -> Algorithm {
        match self.contents {
            Contents::Uniform { .. } => Algorithm::Uniform,
            Contents::List { .. } => Algorithm::List,
            Contents::Tree { .. } => Algorithm::Tree,
            Contents::Straw { .. } => Algorithm::Straw,
            Contents::Straw2 { .. } => Algorithm::Straw2,
        }
    }

    /// Weight (16.16) of the item at `index`, or `None` past the last one.
    pub fn item_weight(&self, index: usize) -> Option<u32> {
        if index >= self.items.len() {
            return None;
        }
        match &self.contents {
            Contents::Uniform { item_weight } => Some(*item_weight),
            Contents::List { weights, .. }
            | Contents::Straw { weights, .. }
            | Contents::Straw2 { weights } => weights.get(index).copied(),
            Contents::Tree { node_weights } => node_weights.get(leaf_node(index)).copied(),
        }
    }

    /// Weights (16.16) of the items, in order.
    pub fn item_weights(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.items.len()).filter_map(|index| self.item_weight(index))
    }

    /// Position of an item in the bucket.
    pub fn position(&self, item: i32) -> Option<usize> {
        self.items.iter().position(|other| *other == item)
    }

    pub(crate) fn hash3(&self, a: u32, b: u32, c: u32) -> u32 {
        if self.hash == 0 { hash3(a, b, c) } else { 0 }
    }

    pub(crate) fn hash4(&self, a: u32, b: u32, c: u32, d: u32) -> u32 {
        if self.hash == 0 { hash4(a, b, c, d) } else { 0 }
    }
}
