//! Multi-step-retry rules. No tool here speaks them, so these are the properties that Ceph's
//! documentation promises (doc/dev/crush-msr.rst), on maps where each can be seen.

use std::collections::BTreeMap;

use crushlab_crush::{
    Algorithm, Bucket, Map, MapBuilder, Mapper, NONE, Op, RULE_TYPE_MSR_FIRSTN,
    RULE_TYPE_MSR_INDEP, Rule, Step, Workspace,
};

const ONE: u32 = 0x10000;
const DEVICES_PER_HOST: i32 = 4;

fn map(hosts: i32, rule: Rule) -> Map {
    let mut builder = MapBuilder::new();
    let ids: Vec<i32> = (0..hosts).map(|host| -2 - host).collect();
    let weights = vec![DEVICES_PER_HOST as u32 * ONE; ids.len()];
    let straw2 = |id, type_id, items: &[i32], weights: &[u32]| {
        Bucket::new(id, type_id, Algorithm::Straw2, items, weights, 1).expect("equal lengths")
    };
    builder.insert_bucket(straw2(-1, 2, &ids, &weights)).expect("a new id");
    for (host, id) in ids.iter().enumerate() {
        let first = host as i32 * DEVICES_PER_HOST;
        let items: Vec<i32> = (first..first + DEVICES_PER_HOST).collect();
        builder.insert_bucket(straw2(*id, 1, &items, &[ONE; 4])).expect("a new id");
    }
    builder.max_devices = hosts * DEVICES_PER_HOST;
    builder.rules.push(Some(rule));
    builder.build().expect("a sound map")
}

/// `hosts` hosts, `devices` devices on each.
fn choose(rule_type: u8, hosts: i32, devices: i32) -> Rule {
    Rule::new(
        rule_type,
        vec![
            Step::new(Op::Take, -1, 0),
            Step::new(Op::ChooseMsr, hosts, 1),
            Step::new(Op::ChooseMsr, devices, 0),
            Step::new(Op::Emit, 0, 0),
        ],
    )
}

fn place(map: &Map, size: usize, reweights: &[u32], x: u32) -> Vec<i32> {
    let mapper = Mapper::new(map, 0, size, reweights).expect("rule 0 exists");
    mapper.place(x, &mut Workspace::new()).to_vec()
}

fn devices_by_host(placed: &[i32]) -> BTreeMap<i32, usize> {
    let mut hosts = BTreeMap::new();
    for device in placed.iter().filter(|device| **device != NONE) {
        *hosts.entry(device / DEVICES_PER_HOST).or_default() += 1;
    }
    hosts
}

#[test]
fn strides_are_on_hosts_of_their_own() {
    let map = map(6, choose(RULE_TYPE_MSR_INDEP, 4, 3));
    for x in 0..500 {
        let placed = place(&map, 12, &[ONE; 24], x);
        assert_eq!(placed.len(), 12);
        for stride in placed.chunks(3) {
            let hosts = devices_by_host(stride);
            assert_eq!(hosts.len(), 1, "input {x}: {placed:?}");
        }
        assert_eq!(devices_by_host(&placed).len(), 4, "input {x}: {placed:?}");
    }
}

#[test]
fn a_host_that_is_out_is_replaced_without_touching_the_others() {
    let map = map(6, choose(RULE_TYPE_MSR_INDEP, 4, 2));
    let mut reweights = [ONE; 24];
    reweights[4..8].fill(0);
    let mut replaced = 0;
    for x in 0..500 {
        let before = place(&map, 8, &[ONE; 24], x);
        let after = place(&map, 8, &reweights, x);
        assert!(!after.contains(&NONE), "input {x}: {after:?}");
        for (old, new) in before.iter().zip(&after) {
            let was_on_it = old / DEVICES_PER_HOST == 1;
            assert!(new / DEVICES_PER_HOST != 1, "input {x}: {after:?}");
            replaced += u32::from(was_on_it);
        }
    }
    assert!(replaced > 0);
}

#[test]
fn a_device_that_is_out_may_be_replaced_on_another_host() {
    // Two hosts of four for strides of four: one device out leaves only another host's.
    let map = map(3, choose(RULE_TYPE_MSR_INDEP, 2, 4));
    let mut reweights = [ONE; 12];
    reweights[0] = 0;
    for x in 0..200 {
        let placed = place(&map, 8, &reweights, x);
        assert!(!placed.contains(&NONE), "input {x}: {placed:?}");
        assert!(!placed.contains(&0));
        assert!(devices_by_host(&placed).values().all(|count| *count <= 4));
    }
}

#[test]
fn indep_keeps_holes_and_firstn_packs() {
    for (rule_type, length) in [(RULE_TYPE_MSR_INDEP, 8), (RULE_TYPE_MSR_FIRSTN, 4)] {
        // Two strides on one host: the second finds nothing.
        let map = map(1, choose(rule_type, 2, 4));
        let placed = place(&map, 8, &[ONE; 4], 1);
        assert_eq!(placed.len(), length);
        assert_eq!(devices_by_host(&placed), BTreeMap::from([(0, 4)]));
    }
}

#[test]
fn a_pool_smaller_than_the_fan_out_fills_what_it_has() {
    let map = map(6, choose(RULE_TYPE_MSR_INDEP, 4, 3));
    let placed = place(&map, 7, &[ONE; 24], 11);
    assert_eq!(placed.len(), 7);
    assert!(!placed.contains(&NONE));
    assert_eq!(devices_by_host(&placed[..3]).len(), 1);
    assert_eq!(devices_by_host(&placed).len(), 3);
}

#[test]
fn blocks_follow_each_other() {
    let mut rule = choose(RULE_TYPE_MSR_INDEP, 2, 1);
    rule.steps.insert(0, Step::new(Op::SetMsrDescents, 50, 0));
    rule.steps.extend([Step::new(Op::Take, 3, 0), Step::new(Op::Emit, 0, 0)]);
    let map = map(4, rule);
    for x in 0..50 {
        let placed = place(&map, 3, &[ONE; 16], x);
        assert_eq!(placed[2], 3);
        assert_eq!(devices_by_host(&placed[..2]).len(), 2);
    }
}

#[test]
fn a_rule_of_another_form_gives_nothing() {
    let broken = [
        vec![Step::new(Op::Take, -1, 0), Step::new(Op::ChooseMsr, 1, 0)],
        vec![
            Step::new(Op::Take, -1, 0),
            Step::new(Op::ChooseFirstn, 1, 0),
            Step::new(Op::Emit, 0, 0),
        ],
        vec![Step::new(Op::ChooseMsr, 1, 0), Step::new(Op::Emit, 0, 0)],
        vec![Step::new(Op::Take, 0, 0), Step::new(Op::ChooseMsr, 1, 0), Step::new(Op::Emit, 0, 0)],
    ];
    for steps in broken {
        let map = map(2, Rule::new(RULE_TYPE_MSR_INDEP, steps));
        assert_eq!(place(&map, 3, &[ONE; 8], 1), []);
    }
}
