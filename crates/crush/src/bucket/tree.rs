//! Tree buckets: a binary tree whose nodes weigh as much as the leaves below them.
//!
//! Nodes are numbered in order: leaves are odd, item i is leaf 2i+1, and a node's height is the
//! number of zero bits its number ends with. The root is the one power of two in the middle.

use super::Bucket;

/// Items that fit: the binary map counts a tree's nodes in one byte, so 128 nodes at most.
pub const MAX_ITEMS: usize = 64;

/// Position of the item for input `x` and replica `r`. The bucket must not be empty.
pub(super) fn choose(bucket: &Bucket, node_weights: &[u32], x: u32, r: u32) -> usize {
    let mut node = node_weights.len() / 2;
    while node & 1 == 0 {
        let (left, right) = children(node);
        let point = point(bucket, node_weights[node], node, x, r);
        node = if point < u64::from(node_weights[left]) { left } else { right };
    }
    // The last leaves of a tree that is not full belong to no item. They weigh nothing, so only a
    // tree of weight 0 leads there; its last item serves. (Ceph reads past the end of its list.)
    (node / 2).min(bucket.items.len() - 1)
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
    fn family_relations_agree() {
        for node in (2..128).step_by(2).filter(|node| *node != 64) {
            let (left, right) = children(node);
            assert_eq!((parent(left), parent(right)), (node, node));
        }
    }
}
