//! Batches through the public interface: what holds for any of them. Against the plain mapper on
//! random maps, see test/conformance.

use std::num::NonZeroUsize;

use crushlab_crush::hash::hash3;
use crushlab_crush::{
    Algorithm, Bucket, ChooseArg, Map, MapBuilder, Mapper, Op, Rule, Step, Visit, Workspace,
};
use crushlab_kernel::{Batch, HashVisits, Kernel};
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

/// `hosts` hosts of `devices` devices below the root.
fn hosts(hosts: i32, devices: i32, rule: Rule) -> Map {
    let mut builder = MapBuilder::new();
    let ids: Vec<i32> = (0..hosts).map(|host| -2 - host).collect();
    let weights = vec![devices as u32 * ONE; ids.len()];
    builder.insert_bucket(straw2(-1, 2, &ids, &weights)).expect("a new id");
    for (host, id) in ids.iter().enumerate() {
        let first = host as i32 * devices;
        let items: Vec<i32> = (first..first + devices).collect();
        let weights = vec![ONE; items.len()];
        builder.insert_bucket(straw2(*id, 1, &items, &weights)).expect("a new id");
    }
    builder.max_devices = hosts * devices;
    builder.rules.push(Some(rule));
    builder.build().expect("a sound map")
}

#[test]
fn a_bucket_of_1000_items_gives_each_its_share() {
    let items: Vec<i32> = (0..1000).collect();
    let weights: Vec<u32> = items.iter().map(|item| ONE * (1 + *item as u32 % 2)).collect();
    let mut builder = MapBuilder::new();
    builder.insert_bucket(straw2(-1, 1, &items, &weights)).expect("the first bucket");
    builder.max_devices = 1000;
    builder.rules.push(Some(rule(Op::ChooseFirstn, 1, 0)));
    let map = builder.build().expect("a sound map");
    let reweights = vec![ONE; 1000];
    let mapper = Mapper::new(&map, 0, 1, &reweights).expect("rule 0 exists");
    let inputs: Vec<u32> = (0..60_000).collect();
    let placements = Batch::new(mapper, Kernel::default()).place(&inputs, NonZeroUsize::MIN);
    let heavy = placements.devices.iter().filter(|device| **device % 2 == 1).count();
    // Two thirds of the draws, give or take five standard deviations.
    assert!((39_423..40_577).contains(&heavy), "{heavy} of 60,000");
}

#[test]
fn a_map_and_its_copies_keep_one_answer_for_each_choose_args_set() {
    let mut builder = hosts(5, 3, rule(Op::ChooseleafFirstn, 0, 1)).into_builder();
    let heavy_first = vec![9 * ONE, ONE, ONE, ONE, ONE];
    let arg = ChooseArg { ids: None, weight_sets: vec![heavy_first] };
    builder.choose_args.insert(-1, [(0, arg)].into());
    let map = builder.build().expect("a sound map");
    let copy = map.clone();
    let reweights = [ONE; 15];
    let inputs: Vec<u32> = (0..500).collect();
    let mut workspace = Workspace::new();
    // In turn, so that each finds what another has left in the map.
    for (map, sets) in [(&map, &copy), (&copy, &map), (&map, &map)] {
        for set in [None, sets.choose_args_for(7)] {
            let mapper = Mapper::new(map, 0, 3, &reweights).expect("rule 0 exists");
            let mapper = mapper.with_choose_args(set);
            let placed = Batch::new(mapper, Kernel::fastest()).place(&inputs, NonZeroUsize::MIN);
            for (x, devices) in inputs.iter().zip(placed.iter()) {
                assert_eq!(devices, mapper.place(*x, &mut workspace), "input {x}");
            }
        }
    }
}

#[test]
fn a_map_that_keeps_something_else_is_laid_out_for_each_batch() {
    let map = hosts(5, 3, rule(Op::ChooseleafFirstn, 0, 1));
    assert_eq!(map.derived(|map| map.max_devices()), Some(&15));
    let reweights = [ONE; 15];
    let mapper = Mapper::new(&map, 0, 3, &reweights).expect("rule 0 exists");
    let placed = Batch::new(mapper, Kernel::fastest()).place(&[7], NonZeroUsize::MIN);
    assert_eq!(placed.get(0), Some(mapper.place(7, &mut Workspace::new())));
}

#[test]
fn hashes_of_visits_are_those_that_straws_are_drawn_with() {
    let mut bucket = straw2(-1, 1, &[4, 5, 6], &[ONE, 2 * ONE, ONE]);
    let visits: Vec<Visit> = (0..70).map(|x| Visit { x, r: x % 3 }).collect();
    let x: Vec<u32> = visits.iter().map(|visit| visit.x).collect();
    let r: Vec<u32> = visits.iter().map(|visit| visit.r).collect();
    let ids: Vec<u32> = (0..70).map(|index| 4 + index % 3).collect();
    let mut hashes = vec![u32::MAX; 70];
    bucket.straws(None, 0).expect("it is of straw2").hashes(&x, &ids, &r, &mut hashes);
    for index in 0..70 {
        assert_eq!(hashes[index], hash3(x[index], ids[index], r[index]) & 0xffff);
    }
    bucket.hash = 1;
    bucket.straws(None, 0).expect("it is of straw2").hashes(&x, &ids, &r, &mut hashes);
    assert_eq!(hashes, [0; 70]);
}

proptest! {
    #[test]
    fn a_batch_is_what_single_mappings_are(
        inputs in prop::collection::vec(any::<u32>(), 0..70),
        threads in 1..9usize,
    ) {
        let map = hosts(5, 3, rule(Op::ChooseleafIndep, 0, 1));
        let reweights = [ONE; 15];
        let mapper = Mapper::new(&map, 0, 4, &reweights).expect("rule 0 exists");
        let threads = NonZeroUsize::new(threads).expect("one at least");
        let placements = Batch::new(mapper, Kernel::default()).place(&inputs, threads);
        prop_assert_eq!(placements.iter().count(), inputs.len());
        let mut workspace = Workspace::new();
        for (x, placed) in inputs.iter().zip(placements.iter()) {
            prop_assert_eq!(placed, mapper.place(*x, &mut workspace));
        }
    }
}
