//! What the papers promise of each scheme, over random nodes and changes.

use crushlab_schemes::{Change, Kind, Node, Question, Scheme, SchemeError, compare};
use proptest::prelude::*;

const KEYS: u32 = 2_000;

/// 2 to 40 nodes with weights of 1.0 to 8.0 and scattered ids.
fn nodes() -> impl Strategy<Value = Vec<Node>> {
    prop::collection::vec((1_u32..40, 1_u32..=8), 2..40).prop_map(|steps| {
        let mut id = 0;
        let node = |(step, weight): (u32, u32)| {
            id += step;
            Node { id, weight: weight << 16 }
        };
        steps.into_iter().map(node).collect()
    })
}

fn owners(scheme: &mut dyn Scheme) -> Vec<u32> {
    let mut found = Vec::new();
    let owner = |key| {
        scheme.place(key, 1, &mut found);
        found[0]
    };
    (0..KEYS).map(owner).collect()
}

/// The owners of keys that move, before and after.
fn moves(kind: Kind, nodes: &[Node], change: Change) -> Vec<(u32, u32)> {
    let mut scheme = kind.build(nodes).expect("nodes are sound");
    let before = owners(scheme.as_mut());
    scheme.change(change);
    let after = owners(scheme.as_mut());
    before.into_iter().zip(after).filter(|(old, new)| old != new).collect()
}

const NEW: Node = Node { id: 5_000, weight: 3 << 16 };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn replicas_are_on_distinct_nodes(nodes in nodes(), replicas in 1_usize..6) {
        let replicas = replicas.min(nodes.len());
        for kind in Kind::ALL {
            let mut scheme = kind.build(&nodes).expect("nodes are sound");
            let mut found = Vec::new();
            for key in 0..100 {
                scheme.place(key, replicas, &mut found);
                let mut distinct = found.clone();
                distinct.sort_unstable();
                distinct.dedup();
                prop_assert_eq!(distinct.len(), found.len(), "{:?}", kind);
                prop_assert!(distinct.iter().all(|id| nodes.iter().any(|node| node.id == *id)));
                // CRUSH may end its tries before it finds all, the others never do.
                let is_crush = matches!(
                    kind,
                    Kind::Straw2 | Kind::Straw | Kind::Tree | Kind::List | Kind::Uniform
                );
                prop_assert!(is_crush || found.len() == replicas, "{:?}", kind);
            }
        }
    }

    #[test]
    fn a_new_node_takes_keys_and_no_other_gets_any(nodes in nodes()) {
        for kind in [Kind::Straw2, Kind::List, Kind::Ring, Kind::Rendezvous, Kind::Jump] {
            for (_, new) in moves(kind, &nodes, Change::Add(NEW)) {
                prop_assert_eq!(new, NEW.id, "{:?}", kind);
            }
        }
    }

    #[test]
    fn only_keys_of_a_node_that_goes_move(nodes in nodes(), place in any::<prop::sample::Index>()) {
        let gone = place.get(&nodes).id;
        for kind in [Kind::Straw2, Kind::Ring, Kind::Rendezvous] {
            for (old, _) in moves(kind, &nodes, Change::Remove(gone)) {
                prop_assert_eq!(old, gone, "{:?}", kind);
            }
        }
    }

    #[test]
    fn only_keys_of_a_node_that_fails_move_in_crush(
        nodes in nodes(),
        place in any::<prop::sample::Index>(),
    ) {
        let failed = place.get(&nodes).id;
        for kind in [Kind::Straw2, Kind::Straw, Kind::Tree, Kind::List, Kind::Uniform] {
            let moves = moves(kind, &nodes, Change::Fail(failed));
            prop_assert!(!moves.is_empty(), "{:?}", kind);
            for (old, _) in moves {
                prop_assert_eq!(old, failed, "{:?}", kind);
            }
        }
    }

    #[test]
    fn more_weight_only_draws_keys_to_the_node(
        nodes in nodes(),
        place in any::<prop::sample::Index>(),
        more in 1_u32..8,
    ) {
        let mut heavier = *place.get(&nodes);
        heavier.weight += more << 16;
        for kind in [Kind::Straw2, Kind::Ring, Kind::Rendezvous] {
            for (_, new) in moves(kind, &nodes, Change::Reweight(heavier)) {
                prop_assert_eq!(new, heavier.id, "{:?}", kind);
            }
        }
    }

    #[test]
    fn adding_and_removing_a_node_changes_nothing(nodes in nodes()) {
        for kind in Kind::ALL {
            let mut scheme = kind.build(&nodes).expect("nodes are sound");
            let before = owners(scheme.as_mut());
            scheme.change(Change::Add(NEW));
            scheme.change(Change::Remove(NEW.id));
            prop_assert_eq!(&before, &owners(scheme.as_mut()), "{:?}", kind);
        }
    }

    #[test]
    fn what_is_counted_adds_up(nodes in nodes(), replicas in 1_usize..4) {
        let replicas = replicas.min(nodes.len());
        let question = Question { nodes: &nodes, change: Change::Add(NEW), keys: 500, replicas };
        for kind in Kind::ALL {
            let answer = compare(kind, &question).expect("nodes are sound");
            let sum = |of: fn(&crushlab_schemes::NodeCopies) -> f64| -> f64 {
                answer.nodes.iter().map(of).sum()
            };
            prop_assert!((sum(|node| node.asked_before) - answer.copies as f64).abs() < 1e-6);
            prop_assert!((sum(|node| node.asked_after) - answer.copies as f64).abs() < 1e-6);
            prop_assert!(sum(|node| node.before as f64) <= answer.copies as f64);
            let gained: u64 =
                answer.nodes.iter().map(|node| node.after.saturating_sub(node.before)).sum();
            prop_assert!(answer.moved_copies >= gained, "{:?}", kind);
            let mut scheme = kind.build(&nodes).expect("nodes are sound");
            let owners = owners(scheme.as_mut());
            prop_assert_eq!(answer.sample.len(), 500);
            for (owner, sampled) in owners.iter().zip(&answer.sample) {
                prop_assert_eq!(Some(*owner), sampled[0], "{:?}", kind);
            }
        }
    }
}

/// Ten nodes of one weight.
fn even() -> Vec<Node> {
    (0..10).map(|id| Node { id, weight: 1 << 16 }).collect()
}

#[test]
fn what_a_node_more_moves_is_what_the_papers_say() {
    let nodes = even();
    let change = Change::Add(Node { id: 10, weight: 1 << 16 });
    let question = Question { nodes: &nodes, change, keys: 50_000, replicas: 1 };
    let moved = |kind| compare(kind, &question).expect("nodes are sound").moved_share();
    // The least is 1 in 11, 9.1 %.
    for kind in [Kind::Straw2, Kind::List, Kind::Rendezvous, Kind::Jump] {
        assert!((moved(kind) - 1.0 / 11.0).abs() < 0.005, "{kind:?} {}", moved(kind));
    }
    assert!((0.06..0.13).contains(&moved(Kind::Ring)), "{}", moved(Kind::Ring));
    assert!((0.09..0.15).contains(&moved(Kind::Maglev)), "{}", moved(Kind::Maglev));
    // A range in the middle pushes all others aside by a little: a quarter moves.
    assert!((0.22..0.30).contains(&moved(Kind::Elastic)), "{}", moved(Kind::Elastic));
    assert!((moved(Kind::Modulo) - 10.0 / 11.0).abs() < 0.01);
    assert!(moved(Kind::Uniform) > 0.8);
}

#[test]
fn keys_are_spread_by_weight() {
    let nodes: Vec<Node> = (0..12).map(|id| Node { id, weight: (1 + id % 3) << 16 }).collect();
    let change = Change::Fail(0);
    let question = Question { nodes: &nodes, change, keys: 60_000, replicas: 1 };
    for kind in Kind::ALL {
        let fullest = compare(kind, &question).expect("nodes are sound").fullest_before();
        let most = if kind == Kind::Ring { 1.35 } else { 1.06 };
        assert_eq!(fullest < most, kind.follows_weights(), "{kind:?} {fullest}");
    }
}

#[test]
fn a_table_answers_with_one_hash_and_rendezvous_asks_everyone() {
    let nodes = even();
    let change = Change::Fail(0);
    let question = Question { nodes: &nodes, change, keys: 1_000, replicas: 1 };
    let hashes = |kind| compare(kind, &question).expect("nodes are sound").cost.hashes;
    assert_eq!(hashes(Kind::Maglev), 1_000);
    assert_eq!(hashes(Kind::Modulo), 1_000);
    assert_eq!(hashes(Kind::Rendezvous), 10_000);
    assert_eq!(hashes(Kind::Straw2), 10_000);
    assert!(hashes(Kind::Tree) < 5_000);
}

#[test]
fn nodes_that_make_no_sense_are_refused() {
    let node = |id, weight| Node { id, weight };
    let refused = |nodes: &[Node]| Kind::Straw2.build(nodes).err();
    assert_eq!(refused(&[]), Some(SchemeError::NoNodes));
    assert_eq!(refused(&[node(1, 1), node(1, 1)]), Some(SchemeError::DuplicateId { id: 1 }));
    assert_eq!(refused(&[node(1, 0)]), Some(SchemeError::Weight { id: 1, weight: 0 }));
    assert_eq!(refused(&[node(1, 1 << 31)]), Some(SchemeError::Weight { id: 1, weight: 1 << 31 }));
    let huge = [node(1, i32::MAX as u32), node(2, i32::MAX as u32), node(3, 2)];
    assert_eq!(refused(&huge), Some(SchemeError::WeightSum));
    let nodes = even();
    let ask = |change, replicas| {
        compare(Kind::Ring, &Question { nodes: &nodes, change, keys: 1, replicas }).err()
    };
    assert_eq!(ask(Change::Remove(77), 1), Some(SchemeError::UnknownId { id: 77 }));
    let too_many = SchemeError::Replicas { replicas: 10, nodes: 9 };
    assert_eq!(ask(Change::Fail(3), 10), Some(too_many));
}
