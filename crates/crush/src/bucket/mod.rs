//! Buckets: one struct, five algorithms, one file each.

mod draws;
mod edit;
mod list;
mod straw;
mod straw2;
mod tree;
mod uniform;
mod visit;

use crate::error::BuildError;
use crate::hash::{hash3, hash4};
use crate::map::ChooseArg;
use crate::workspace::Permutations;

pub(crate) use list::cumulative;
pub(crate) use straw::straw_lengths;
pub use tree::MAX_ITEMS as TREE_MAX_ITEMS;
pub(crate) use tree::{leaf_node, node_count, parent};
pub use visit::{Straws, Visit};

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

/// What choose_args put in place of a straw2 bucket's ids and weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replacement<'a> {
    pub(crate) arg: Option<&'a ChooseArg>,
    /// Position of the result that decides which weight set counts.
    pub(crate) position: usize,
}

impl<'a> Replacement<'a> {
    /// Ids to hash and weights to draw with, the bucket's own unless replaced.
    #[inline]
    fn resolve(self, items: &'a [i32], weights: &'a [u32]) -> (&'a [i32], &'a [u32]) {
        let Some(arg) = self.arg else { return (items, weights) };
        let sets = &arg.weight_sets;
        let set = sets.get(self.position).or(sets.last());
        (arg.ids.as_deref().unwrap_or(items), set.map_or(weights, |set| set))
    }
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
    /// A bucket of these items, its derived numbers (sums, nodes, straw lengths) calculated as
    /// Ceph's builder.c does. `weights` are 16.16, one for each item. `straw_calc_version` (0 or
    /// 1) only matters to [`Algorithm::Straw`].
    ///
    /// # Errors
    /// [`BuildError::WrongLength`], [`BuildError::WeightOverflow`],
    /// [`BuildError::UnequalUniformWeights`] or [`BuildError::TooManyItems`].
    pub fn new(
        id: i32,
        type_id: u16,
        algorithm: Algorithm,
        items: &[i32],
        weights: &[u32],
        straw_calc_version: u8,
    ) -> Result<Bucket, BuildError> {
        if weights.len() != items.len() {
            return Err(BuildError::WrongLength {
                bucket: id,
                list: "weights",
                found: weights.len(),
                expected: items.len(),
            });
        }
        let weight = weights
            .iter()
            .try_fold(0u32, |sum, weight| sum.checked_add(*weight))
            .ok_or(BuildError::WeightOverflow { bucket: id })?;
        let contents = match algorithm {
            Algorithm::Uniform => {
                let item_weight = weights.first().copied().unwrap_or(0);
                if let Some(index) = weights.iter().position(|weight| *weight != item_weight) {
                    let item = items[index];
                    return Err(BuildError::UnequalUniformWeights { bucket: id, item });
                }
                Contents::Uniform { item_weight }
            }
            Algorithm::List => {
                Contents::List { weights: weights.to_vec(), sums: cumulative(weights) }
            }
            Algorithm::Tree => {
                if items.len() > TREE_MAX_ITEMS {
                    return Err(BuildError::TooManyItems {
                        bucket: id,
                        found: items.len(),
                        limit: TREE_MAX_ITEMS,
                    });
                }
                Contents::Tree { node_weights: tree::node_weights(weights) }
            }
            Algorithm::Straw => Contents::Straw {
                weights: weights.to_vec(),
                straws: straw_lengths(weights, straw_calc_version),
            },
            Algorithm::Straw2 => Contents::Straw2 { weights: weights.to_vec() },
        };
        Ok(Bucket { id, type_id, hash: 0, weight, items: items.to_vec(), contents })
    }

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

    /// The item at a position that [`choose`](Bucket::choose) gave.
    pub(crate) fn chosen(&self, position: usize) -> i32 {
        // What a tree's draw finds behind the last item.
        self.items.get(position).copied().unwrap_or(0)
    }

    /// Position of the item that input `x` and replica `r` choose; in trees it may lie behind the
    /// last one. The bucket must not be empty. Straw2 buckets alone heed the replacement.
    #[inline]
    pub(crate) fn choose(
        &self,
        draw: Draw,
        replacement: Replacement<'_>,
        distances: &[u64; 65536],
        permutations: &mut Permutations,
    ) -> usize {
        let Draw { x, r } = draw;
        match &self.contents {
            Contents::Uniform { .. } => uniform::choose(self, permutations, x, r),
            Contents::List { weights, sums } => list::choose(self, weights, sums, x, r),
            Contents::Tree { node_weights } => tree::choose(self, node_weights, x, r),
            Contents::Straw { straws, .. } => straw::choose(self, straws, x, r),
            Contents::Straw2 { weights } => {
                let (ids, weights) = replacement.resolve(&self.items, weights);
                straw2::choose(self, ids, weights, distances, x, r)
            }
        }
    }

    /// Position of the item in the bucket's permutation at `r`, whatever its algorithm.
    pub(crate) fn choose_by_permutation(
        &self,
        draw: Draw,
        permutations: &mut Permutations,
    ) -> usize {
        uniform::choose(self, permutations, draw.x, draw.r)
    }

    pub(crate) fn hash3(&self, a: u32, b: u32, c: u32) -> u32 {
        if self.hash == 0 { hash3(a, b, c) } else { 0 }
    }

    pub(crate) fn hash4(&self, a: u32, b: u32, c: u32, d: u32) -> u32 {
        if self.hash == 0 { hash4(a, b, c, d) } else { 0 }
    }
}
