//! Tree buckets: a binary tree whose nodes weigh as much as the leaves below them.
//!
//! Nodes are numbered in order: leaves are odd, item i is leaf 2i+1, and a node's height is the
//! number of zero bits its number ends with. The root is the one power of two in the middle.

use super::{Bucket, Contents};

/// Items that fit: the binary map counts a tree's nodes in one byte, so 128 nodes at most.
pub const MAX_ITEMS: usize = 64;

/// Position of the leaf for input `x` and replica `r`, which may lie behind the last item (see
/// [`Bucket::draws_past_end`]). The bucket must not be empty.
pub(super) fn choose(bucket: &Bucket, node_weights: &[u32], x: u32, r: u32) -> usize {
    let mut node = node_weights.len() / 2;
    while node & 1 == 0 {
        let (left, right) = children(node);
        let point = point(bucket, node_weights[node], node, x, r);
        node = if point < u64::from(node_weights[left]) { left } else { right };
    }
    node / 2
}

/// A point between 0 and the node's weight.
pub(super) fn point(bucket: &Bucket, weight: u32, node: usize, x: u32, r: u32) -> u64 {
    let hash = bucket.hash4(x, node as u32, r, bucket.id as u32);
    (u64::from(hash) * u64::from(weight)) >> 32
}

/// The two nodes below an inner node.
pub(super) fn children(node: usize) -> (usize, usize) {
    let half = 1 << (node.trailing_zeros() - 1);
    (node - half, node + half)
}

/// The node above, in a tree of any size.
pub(crate) fn parent(node: usize) -> usize {
    let step = 1usize << node.trailing_zeros();
    if node & (step << 1) == 0 { node + step } else { node - step }
}

/// The leaf of the item at `index`.
pub(crate) fn leaf_node(index: usize) -> usize {
    2 * index + 1
}

/// Nodes of a tree of `size` items, the unused node 0 counted; an empty tree has none.
pub(crate) fn node_count(size: usize) -> usize {
    if size == 0 { 0 } else { 2 * size.next_power_of_two() }
}

/// Weights of all nodes over leaves of these weights.
pub(super) fn node_weights(weights: &[u32]) -> Vec<u32> {
    let mut nodes = vec![0u32; node_count(weights.len())];
    let root = nodes.len() / 2;
    for (index, weight) in weights.iter().enumerate() {
        let mut node = leaf_node(index);
        nodes[node] = *weight;
        while node != root {
            node = parent(node);
            nodes[node] = nodes[node].wrapping_add(*weight);
        }
    }
    nodes
}

/// Whether a walk from this node can end at a leaf behind the last of `size` items.
fn reaches_past(node_weights: &[u32], node: usize, size: usize) -> bool {
    if node & 1 == 1 {
        return node / 2 >= size;
    }
    let (left, right) = children(node);
    // A point is below the node's own weight, whatever the nodes below it weigh.
    let goes_left = node_weights[left] > 0;
    let goes_right = node_weights[node] > node_weights[left] || !goes_left;
    goes_left && reaches_past(node_weights, left, size)
        || goes_right && reaches_past(node_weights, right, size)
}

impl Bucket {
    /// Whether a draw can end at a leaf that belongs to no item, as only in tree buckets whose
    /// inner nodes do not weigh what their leaves do. Ceph leaves such trees behind where it adds
    /// items one by one (builder.c, `crush_add_tree_bucket_item` does not initialise all nodes), as
    /// in shadow trees, and where all items weigh nothing. The draw gives device 0 then, which the
    /// bucket need not hold: Ceph reads on behind its list of items, and finds 0 there for as far
    /// as its releases agree.
    pub fn draws_past_end(&self) -> bool {
        match &self.contents {
            Contents::Tree { node_weights } if !self.items.is_empty() => {
                reaches_past(node_weights, node_weights.len() / 2, self.items.len())
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_weigh_as_much_as_their_leaves() {
        assert_eq!(node_weights(&[]), []);
        assert_eq!(node_weights(&[5]), [0, 5]);
        assert_eq!(node_weights(&[1, 2, 4]), [0, 1, 3, 2, 7, 4, 4, 0]);
    }

    #[test]
    fn a_walk_can_leave_a_tree_only_where_nodes_do_not_weigh_what_their_leaves_do() {
        let tree = |weights: &[u32]| {
            let items: Vec<i32> = (10..).take(weights.len()).collect();
            Bucket::new(-1, 1, crate::Algorithm::Tree, &items, weights, 1).expect("sound")
        };
        for size in 1..20 {
            assert!(!tree(&vec![1; size]).draws_past_end(), "{size}");
        }
        assert!(!tree(&[1, 0, 0]).draws_past_end());
        assert!(tree(&[0, 0, 0]).draws_past_end());
        assert!(!tree(&[0, 0]).draws_past_end());
        let mut stale = tree(&[0x10000, 0x10000, 0x10000]);
        let Contents::Tree { node_weights } = &mut stale.contents else { unreachable!() };
        node_weights[6] = 0x188f_0800;
        assert!(stale.draws_past_end());
    }

    #[test]
    fn family_relations_agree() {
        for node in (2..128).step_by(2).filter(|node| *node != 64) {
            let (left, right) = children(node);
            assert_eq!((parent(left), parent(right)), (node, node));
        }
    }
}
