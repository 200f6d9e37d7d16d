//! Mappings through the public interface: worked examples, and what holds for any map.

use std::collections::BTreeSet;

use crushlab_crush::{
    Algorithm, Bucket, BuildError, Map, MapBuilder, Mapper, NONE, Op, Rule, Step, TypeOrder,
    Workspace,
};
use proptest::prelude::*;

const ONE: u32 = 0x10000;

fn straw2(id: i32, type_id: u16, items: &[i32], weights: &[u32]) -> Bucket {
    Bucket::new(id, type_id, Algorithm::Straw2, items, weights, 1).expect("equally long lists")
}

fn rule(op: Op, count: i32, type_id: i32) -> Rule {
    Rule::new(
        1,
        vec![Step::new(Op::Take, -1, 0), Step::new(op, count, type_id), Step::new(Op::Emit, 0, 0)],
    )
}

/// Three devices of weights 1, 1 and 2 below the root.
fn three_devices(op: Op) -> Map {
    let mut builder = MapBuilder::new();
    builder
        .insert_bucket(straw2(-1, 1, &[0, 1, 2], &[ONE, ONE, 2 * ONE]))
        .expect("the first bucket");
    builder.max_devices = 3;
    builder.rules.push(Some(rule(op, 0, 0)));
    builder.build().expect("a sound map")
}

/// `hosts` hosts of `devices` devices below the root, all of one algorithm.
fn hosts(hosts: i32, devices: i32, algorithm: Algorithm, rules: Vec<Rule>) -> MapBuilder {
    let mut builder = MapBuilder::new();
    let ids: Vec<i32> = (0..hosts).map(|host| -2 - host).collect();
    let make = |id, type_id, items: &[i32], weight| {
        Bucket::new(id, type_id, algorithm, items, &vec![weight; items.len()], 1)
            .expect("equally long lists")
    };
    let root = make(-1, 2, &ids, devices as u32 * ONE);
    builder.insert_bucket(root).expect("a new id");
    for (host, id) in ids.iter().enumerate() {
        let first = host as i32 * devices;
        let items: Vec<i32> = (first..first + devices).collect();
        builder.insert_bucket(make(*id, 1, &items, ONE)).expect("a new id");
    }
    builder.max_devices = hosts * devices;
    builder.rules = rules.into_iter().map(Some).collect();
    builder
}

#[test]
fn firstn_skips_what_it_has_and_indep_keeps_its_place() {
    // Measured with crushtool 16.2.15, input 7.
    let map = three_devices(Op::ChooseFirstn);
    let reweights = [ONE; 3];
    let mapper = Mapper::new(&map, 0, 2, &reweights).expect("rule 0 exists");
    assert_eq!(mapper.place(7, &mut Workspace::new()), [2, 0]);
    let map = three_devices(Op::ChooseIndep);
    let mapper = Mapper::new(&map, 0, 3, &reweights).expect("rule 0 exists");
    assert_eq!(mapper.place(7, &mut Workspace::new()), [2, 1, 0]);
}

#[test]
fn a_hole_stays_where_indep_finds_nothing() {
    let map = three_devices(Op::ChooseIndep);
    let reweights = [ONE, 0, ONE];
    let mapper = Mapper::new(&map, 0, 3, &reweights).expect("rule 0 exists");
    let mut workspace = Workspace::new();
    let placed = mapper.place(7, &mut workspace);
    assert_eq!(placed.iter().filter(|device| **device == NONE).count(), 1);
    assert!(!placed.contains(&1));
}

#[test]
fn a_missing_rule_gives_no_mapper() {
    let map = three_devices(Op::ChooseFirstn);
    assert!(Mapper::new(&map, 1, 3, &[]).is_none());
}

#[test]
fn each_fault_of_a_map_is_named() {
    let sound = || hosts(2, 2, Algorithm::Straw2, vec![]);
    let mut cycle = sound();
    cycle.type_order = TypeOrder::Free;
    cycle.buckets[1] = Some(straw2(-2, 1, &[-1], &[ONE]));
    assert_eq!(cycle.build().err(), Some(BuildError::Cycle { bucket: -1 }));

    let mut unknown = sound();
    unknown.buckets[1] = Some(straw2(-2, 1, &[-7], &[ONE]));
    assert_eq!(unknown.build().err(), Some(BuildError::UnknownItem { bucket: -2, item: -7 }));

    let mut order = sound();
    order.buckets[1] = Some(straw2(-2, 2, &[0], &[ONE]));
    let wrong = BuildError::WrongTypeOrder { bucket: -1, bucket_type: 2, item: -2, item_type: 2 };
    assert_eq!(order.clone().build().err(), Some(wrong));
    order.type_order = TypeOrder::Free;
    assert!(order.build().is_ok());

    let duplicate = sound().insert_bucket(straw2(-1, 1, &[], &[]));
    assert_eq!(duplicate, Err(BuildError::DuplicateBucketId { bucket: -1 }));

    let heavy = Bucket::new(-1, 1, Algorithm::List, &[0, 1], &[u32::MAX, 1], 1);
    assert_eq!(heavy, Err(BuildError::WeightOverflow { bucket: -1 }));

    let unequal = Bucket::new(-1, 1, Algorithm::Uniform, &[0, 1], &[ONE, 2 * ONE], 1);
    assert_eq!(unequal, Err(BuildError::UnequalUniformWeights { bucket: -1, item: 1 }));
}

proptest! {
    #[test]
    fn devices_are_distinct_and_on_distinct_hosts(
        algorithm in prop::sample::select(Algorithm::ALL.to_vec()),
        op in prop::sample::select(vec![Op::ChooseleafFirstn, Op::ChooseleafIndep]),
        host_count in 1..9i32,
        devices in 1..5i32,
        size in 1..7usize,
        x: u32,
        out in prop::collection::vec(prop::sample::select(vec![0, 0x8000, ONE, ONE]), 36),
    ) {
        let map = hosts(host_count, devices, algorithm, vec![rule(op, 0, 1)])
            .build()
            .expect("a sound map");
        let mapper = Mapper::new(&map, 0, size, &out).expect("rule 0 exists");
        let mut workspace = Workspace::new();
        let placed: Vec<i32> = mapper.place(x, &mut workspace).to_vec();
        let found: Vec<i32> = placed.iter().copied().filter(|device| *device != NONE).collect();
        let host_set: BTreeSet<i32> = found.iter().map(|device| device / devices).collect();
        prop_assert_eq!(host_set.len(), found.len());
        prop_assert!(placed.len() <= size);
        prop_assert!(found.iter().all(|device| out[*device as usize] > 0));
    }

    #[test]
    fn a_device_that_goes_out_takes_only_its_own_data_along(x: u32, device in 0..15usize) {
        let map = hosts(5, 3, Algorithm::Straw2, vec![rule(Op::ChooseleafFirstn, 1, 1)])
            .build()
            .expect("a sound map");
        let (all, mut without) = ([ONE; 15], [ONE; 15]);
        without[device] = 0;
        let mut workspace = Workspace::new();
        let mapper = |reweights| Mapper::new(&map, 0, 1, reweights).expect("rule 0 exists");
        let before = mapper(&all).place(x, &mut workspace).to_vec();
        let after = mapper(&without).place(x, &mut workspace).to_vec();
        prop_assert!(before == after || before == [device as i32]);
        prop_assert!(!after.contains(&(device as i32)));
    }
}
