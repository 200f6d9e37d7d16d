//! Changing the items of a bucket that exists.
//!
//! Ceph changes a bucket in place (builder.c) and does not always end up where building it anew
//! would: a tree keeps the place of an item that left, a reweighted list keeps its old sums.
//! Clusters store the outcome, so it is kept here to the bit. Sums wrap as they do there.

use super::straw::straw_lengths;
use super::{Algorithm, Bucket, Contents, TREE_MAX_ITEMS};
use super::{leaf_node, node_count, parent};
use crate::error::BuildError;

impl Bucket {
    /// An empty bucket.
    pub fn empty(id: i32, type_id: u16, algorithm: Algorithm) -> Bucket {
        let contents = match algorithm {
            Algorithm::Uniform => Contents::Uniform { item_weight: 0 },
            Algorithm::List => Contents::List { weights: Vec::new(), sums: Vec::new() },
            Algorithm::Tree => Contents::Tree { node_weights: Vec::new() },
            Algorithm::Straw => Contents::Straw { weights: Vec::new(), straws: Vec::new() },
            Algorithm::Straw2 => Contents::Straw2 { weights: Vec::new() },
        };
        Bucket { id, type_id, hash: 0, weight: 0, items: Vec::new(), contents }
    }

    /// Appends an item of this weight (16.16) (builder.c, `crush_bucket_add_item`).
    /// `straw_calc_version` is the map's tunable; it only matters to [`Algorithm::Straw`].
    ///
    /// # Errors
    /// [`BuildError::UnequalUniformWeights`] when a uniform bucket's items weigh something else,
    /// [`BuildError::WeightOverflow`] or [`BuildError::TooManyItems`]; the bucket is unchanged.
    pub fn add_item(
        &mut self,
        item: i32,
        weight: u32,
        straw_calc_version: u8,
    ) -> Result<(), BuildError> {
        let bucket = self.id;
        let total = self.weight.checked_add(weight).ok_or(BuildError::WeightOverflow { bucket })?;
        let size = self.items.len() + 1;
        match &mut self.contents {
            Contents::Uniform { item_weight } => {
                if *item_weight != weight {
                    return Err(BuildError::UnequalUniformWeights { bucket, item });
                }
            }
            Contents::List { weights, sums } => {
                let before = sums.last().copied().unwrap_or(0);
                weights.push(weight);
                sums.push(before.wrapping_add(weight));
            }
            Contents::Tree { node_weights } => {
                if size > TREE_MAX_ITEMS {
                    let limit = TREE_MAX_ITEMS;
                    return Err(BuildError::TooManyItems { bucket, found: size, limit });
                }
                grow_tree(node_weights, size, weight);
            }
            Contents::Straw { weights, straws } => {
                weights.push(weight);
                *straws = straw_lengths(weights, straw_calc_version);
            }
            Contents::Straw2 { weights } => weights.push(weight),
        }
        self.items.push(item);
        self.weight = total;
        Ok(())
    }

    /// Takes the first occurrence of an item out (builder.c, `crush_bucket_remove_item`). Returns
    /// the position it had, or `None` when it is not there.
    ///
    /// A tree keeps the place, as device 0 of weight 0, until no item of any weight follows it.
    pub fn remove_item(&mut self, item: i32, straw_calc_version: u8) -> Option<usize> {
        let position = self.position(item)?;
        let weight = self.item_weight(position).unwrap_or(0);
        self.weight = self.weight.saturating_sub(weight);
        match &mut self.contents {
            Contents::Uniform { .. } => {}
            Contents::List { weights, sums } => {
                remove_at(weights, position);
                remove_at(sums, position);
                for sum in sums.iter_mut().skip(position) {
                    *sum = sum.wrapping_sub(weight);
                }
            }
            Contents::Tree { node_weights } => {
                add_to_path(node_weights, self.items.len(), position, 0u32.wrapping_sub(weight));
                self.items[position] = 0;
                shrink_tree(node_weights, &mut self.items);
                return Some(position);
            }
            Contents::Straw { weights, straws } => {
                remove_at(weights, position);
                *straws = straw_lengths(weights, straw_calc_version);
            }
            Contents::Straw2 { weights } => remove_at(weights, position),
        }
        self.items.remove(position);
        Some(position)
    }

    /// Gives the first occurrence of an item this weight (16.16) (builder.c,
    /// `crush_bucket_adjust_item_weight`). Returns whether the item is there. In a uniform bucket
    /// all items get the weight, even when the item is not there.
    pub fn set_item_weight(&mut self, item: i32, weight: u32, straw_calc_version: u8) -> bool {
        let position = self.position(item);
        if let Contents::Uniform { item_weight } = &mut self.contents {
            *item_weight = weight;
            self.weight = weight.wrapping_mul(self.items.len() as u32);
            return position.is_some();
        }
        let Some(position) = position else { return false };
        let change = weight.wrapping_sub(self.item_weight(position).unwrap_or(0));
        self.weight = self.weight.wrapping_add(change);
        match &mut self.contents {
            Contents::Uniform { .. } => {}
            Contents::List { weights, sums } => {
                put(weights, position, weight);
                for sum in sums.iter_mut().skip(position) {
                    *sum = sum.wrapping_add(change);
                }
            }
            Contents::Tree { node_weights } => {
                add_to_path(node_weights, self.items.len(), position, change);
            }
            Contents::Straw { weights, straws } => {
                put(weights, position, weight);
                *straws = straw_lengths(weights, straw_calc_version);
            }
            Contents::Straw2 { weights } => put(weights, position, weight),
        }
        true
    }

    /// Makes the bucket's weight the sum of its items' weights again, after every item that is a
    /// bucket got the weight that `weight_of` returns for it (builder.c, `crush_reweight_bucket`).
    ///
    /// The sums of a list and the inner nodes of a tree keep their old values. A uniform bucket
    /// that holds more buckets than devices gives all its items the buckets' average.
    ///
    /// # Errors
    /// [`BuildError::WeightOverflow`]; the bucket is then half changed.
    pub fn reweigh(
        &mut self,
        straw_calc_version: u8,
        mut weight_of: impl FnMut(i32) -> u32,
    ) -> Result<(), BuildError> {
        let bucket = self.id;
        let overflow = || BuildError::WeightOverflow { bucket };
        if let Contents::Uniform { item_weight } = &mut self.contents {
            let buckets: Vec<i32> = self.items.iter().copied().filter(|item| *item < 0).collect();
            let sum = buckets
                .iter()
                .try_fold(0u32, |sum, item| sum.checked_add(weight_of(*item)))
                .ok_or_else(overflow)?;
            if buckets.len() > self.items.len() - buckets.len() {
                *item_weight = sum / buckets.len() as u32;
            }
            self.weight = item_weight.wrapping_mul(self.items.len() as u32);
            return Ok(());
        }
        self.weight = 0;
        for (position, item) in self.items.iter().enumerate() {
            let slot = match &mut self.contents {
                Contents::Uniform { .. } => None,
                Contents::List { weights, .. }
                | Contents::Straw { weights, .. }
                | Contents::Straw2 { weights } => weights.get_mut(position),
                Contents::Tree { node_weights } => node_weights.get_mut(leaf_node(position)),
            };
            let Some(slot) = slot else { continue };
            if *item < 0 {
                *slot = weight_of(*item);
            }
            self.weight = self.weight.checked_add(*slot).ok_or_else(overflow)?;
        }
        if let Contents::Straw { weights, straws } = &mut self.contents {
            *straws = straw_lengths(weights, straw_calc_version);
        }
        Ok(())
    }
}

fn remove_at<T>(list: &mut Vec<T>, position: usize) {
    if position < list.len() {
        list.remove(position);
    }
}

fn put(weights: &mut [u32], position: usize, weight: u32) {
    if let Some(slot) = weights.get_mut(position) {
        *slot = weight;
    }
}

/// Adds `change` to the leaf at `position` and to every node above it, in a tree of `size` items.
fn add_to_path(nodes: &mut [u32], size: usize, position: usize, change: u32) {
    let root = node_count(size) / 2;
    let mut node = leaf_node(position);
    loop {
        if let Some(weight) = nodes.get_mut(node) {
            *weight = weight.wrapping_add(change);
        }
        if node == root || node >= 2 * root {
            return;
        }
        node = parent(node);
    }
}

/// Makes room for the last of `size` items and gives it its weight.
fn grow_tree(nodes: &mut Vec<u32>, size: usize, weight: u32) {
    nodes.resize(node_count(size), 0);
    let root = nodes.len() / 2;
    let leaf = leaf_node(size - 1);
    nodes[leaf] = 0;
    // The first leaf right of a new root: all that the tree held before is left of it.
    if size > 1 && leaf == root + 1 {
        nodes[root] = nodes.get(root / 2).copied().unwrap_or(0);
    }
    add_to_path(nodes, size, size - 1, weight);
}

/// Drops the items at the end that weigh nothing, and the nodes only they needed.
fn shrink_tree(nodes: &mut Vec<u32>, items: &mut Vec<i32>) {
    while let Some(last) = items.len().checked_sub(1) {
        if nodes.get(leaf_node(last)).is_some_and(|weight| *weight != 0) {
            break;
        }
        items.pop();
    }
    nodes.truncate(node_count(items.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u32 = 0x10000;

    fn bucket(algorithm: Algorithm, weights: &[u32]) -> Bucket {
        let items: Vec<i32> = (0..weights.len() as i32).map(|item| item + 10).collect();
        Bucket::new(-1, 1, algorithm, &items, weights, 1).expect("weights suit the algorithm")
    }

    #[test]
    fn adding_ends_where_building_ends() {
        for algorithm in Algorithm::ALL {
            let mut grown = Bucket::empty(-1, 1, algorithm);
            if algorithm == Algorithm::Uniform {
                grown.contents = Contents::Uniform { item_weight: ONE };
            }
            for size in 1..20 {
                grown.add_item(size + 9, ONE, 1).expect("the sum fits");
                let built = bucket(algorithm, &vec![ONE; size as usize]);
                assert_eq!(grown, built, "{algorithm:?} of {size}");
            }
        }
    }

    #[test]
    fn adjusting_ends_where_building_ends() {
        for algorithm in Algorithm::ALL.into_iter().skip(1) {
            let mut adjusted = bucket(algorithm, &[ONE, 2 * ONE, ONE, 5 * ONE, ONE]);
            assert!(adjusted.set_item_weight(12, 9 * ONE, 1));
            assert!(!adjusted.set_item_weight(99, 9 * ONE, 1));
            assert_eq!(adjusted, bucket(algorithm, &[ONE, 2 * ONE, 9 * ONE, 5 * ONE, ONE]));
        }
    }

    #[test]
    fn removing_closes_the_gap_except_in_a_tree() {
        for algorithm in [Algorithm::List, Algorithm::Straw, Algorithm::Straw2] {
            let mut bucket = bucket(algorithm, &[ONE, 2 * ONE, 3 * ONE]);
            assert_eq!(bucket.remove_item(11, 1), Some(1));
            let rest = Bucket::new(-1, 1, algorithm, &[10, 12], &[ONE, 3 * ONE], 1);
            assert_eq!(Ok(bucket), rest);
        }
        let mut tree = bucket(Algorithm::Tree, &[ONE, 2 * ONE, 3 * ONE]);
        assert_eq!(tree.remove_item(11, 1), Some(1));
        assert_eq!((tree.items.as_slice(), tree.weight), (&[10, 0, 12][..], 4 * ONE));
        assert_eq!(tree.remove_item(12, 1), Some(2));
        assert_eq!(tree, bucket(Algorithm::Tree, &[ONE]));
    }

    #[test]
    fn a_uniform_bucket_has_one_weight() {
        let mut uniform = bucket(Algorithm::Uniform, &[ONE, ONE]);
        assert_eq!(
            uniform.add_item(7, 2 * ONE, 1),
            Err(BuildError::UnequalUniformWeights { bucket: -1, item: 7 })
        );
        assert!(uniform.set_item_weight(10, 3 * ONE, 1));
        assert_eq!((uniform.item_weight(1), uniform.weight), (Some(3 * ONE), 6 * ONE));
        assert_eq!(uniform.remove_item(10, 1), Some(0));
        assert_eq!((uniform.items.as_slice(), uniform.weight), (&[11][..], 3 * ONE));
    }

    #[test]
    fn reweighing_takes_the_weights_of_buckets_and_leaves_a_lists_sums() {
        let mut list = Bucket::new(-1, 2, Algorithm::List, &[-2, 5], &[ONE, ONE], 1)
            .expect("two weights for two items");
        assert_eq!(list.reweigh(1, |_| 4 * ONE), Ok(()));
        assert_eq!(list.weight, 5 * ONE);
        let sums = vec![ONE, 2 * ONE];
        assert_eq!(list.contents, Contents::List { weights: vec![4 * ONE, ONE], sums });
        let mut uniform = Bucket::new(-1, 2, Algorithm::Uniform, &[-2, -3], &[ONE, ONE], 1)
            .expect("equal weights");
        assert_eq!(uniform.reweigh(1, |item| if item == -2 { ONE } else { 4 * ONE }), Ok(()));
        assert_eq!((uniform.item_weight(0), uniform.weight), (Some(5 * ONE / 2), 5 * ONE));
    }
}
