//! What the weights ask for.

use crate::node::Node;

/// The share of all copies that each node is asked to hold, when each key has `replicas` copies on
/// distinct nodes: by weight, but no node can hold more than one copy of every key. What is beyond
/// that goes to the others by their weights. Sums to 1 where there are enough nodes.
pub fn asked_shares(nodes: &[Node], replicas: usize) -> Vec<f64> {
    let most = 1.0 / replicas.max(1) as f64;
    let mut heaviest_first: Vec<usize> = (0..nodes.len()).collect();
    heaviest_first.sort_by_key(|node| std::cmp::Reverse(nodes[*node].weight));
    let mut shares = vec![0.0; nodes.len()];
    let mut weight: f64 = nodes.iter().map(|node| f64::from(node.weight)).sum();
    let mut left = 1.0;
    for node in heaviest_first {
        let own = f64::from(nodes[node].weight);
        let share = (left * own / weight).min(most);
        shares[node] = share;
        left -= share;
        weight -= own;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(weights: &[u32], replicas: usize) -> Vec<f64> {
        let node = |(id, weight): (usize, &u32)| Node { id: id as u32, weight: weight << 16 };
        let nodes: Vec<Node> = weights.iter().enumerate().map(node).collect();
        asked_shares(&nodes, replicas)
    }

    #[test]
    fn shares_follow_weights() {
        assert_eq!(shares(&[1, 1, 2], 1), [0.25, 0.25, 0.5]);
    }

    #[test]
    fn no_node_is_asked_for_two_copies_of_a_key() {
        assert_eq!(shares(&[1, 1, 6], 2), [0.25, 0.25, 0.5]);
        assert_eq!(shares(&[5, 5], 2), [0.5, 0.5]);
    }
}
