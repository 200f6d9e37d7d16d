//! A sample of the long run over kernels, with seeds of its own. `CRUSHLAB_SEED` sets the first
//! one, `CRUSHLAB_MAPS` how many there are.

use std::num::NonZeroUsize;

use crushlab_conformance::{KernelScore, check_kernels};
use crushlab_crush::{Algorithm, Bucket, MapBuilder, Mapper, Op, Rule, Step, Workspace};
use crushlab_kernel::{Batch, Kernel};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn every_kernel_maps_as_the_plain_mapper_does() {
    let (first, maps) = (number("CRUSHLAB_SEED", 5_000_000), number("CRUSHLAB_MAPS", 400));
    let mut total = KernelScore::default();
    for seed in first..first + maps {
        // Numbers that leave odd lanes over.
        total.add(check_kernels(seed, 150 + (seed % 170) as usize));
    }
    assert!(total.differences.is_empty(), "{:#?}", total.differences);
    let fast = Kernel::available().filter(|kernel| *kernel != Kernel::Scalar);
    for kernel in fast {
        let mappings = total.mappings.get(kernel.name()).copied().unwrap_or(0);
        assert!(mappings > maps * 100, "{kernel} made {mappings} mappings only");
    }
    assert!(total.rejections > maps, "only {} rejections", total.rejections);
}

/// More inputs than searches are under way at a time: those that end make room for others.
#[test]
fn every_kernel_maps_many_inputs_as_the_plain_mapper_does() {
    let mut total = KernelScore::default();
    for seed in 6_000_000..6_000_030 {
        total.add(check_kernels(seed, 9_000));
    }
    assert!(total.differences.is_empty(), "{:#?}", total.differences);
    assert!(total.mappings.values().all(|mappings| *mappings > 60_000), "{:?}", total.mappings);
}

/// With so many items of equal weight, three often share the largest hash or miss it by one, and
/// the third may draw the same as the first and stand before it.
#[test]
fn ties_of_three_go_to_the_first_in_the_bucket() {
    assert_draws_are_equal(30_000, 0x10000, 2_000);
}

/// At 32,000 units the draws of several hashes in a row tie, not of neighbours only.
#[test]
fn ties_of_heavy_items_go_to_the_first_in_the_bucket() {
    assert_draws_are_equal(2, 32_000 << 16, 1_000_000);
}

/// Draws from one bucket of this many items, all of this weight (16.16).
fn assert_draws_are_equal(items: i32, weight: u32, inputs: u32) {
    let devices: Vec<i32> = (0..items).collect();
    let weights = vec![weight; devices.len()];
    let root = Bucket::new(-1, 1, Algorithm::Straw2, &devices, &weights, 1).expect("a bucket");
    let mut builder = MapBuilder::new();
    builder.insert_bucket(root).expect("its id is free");
    builder.max_devices = items;
    let steps = [(Op::Take, -1, 0), (Op::ChooseFirstn, 1, 0), (Op::Emit, 0, 0)];
    let steps = steps.map(|(op, first, second)| Step::new(op, first, second));
    builder.rules.push(Some(Rule::new(1, steps.to_vec())));
    let map = builder.build().expect("the parts fit each other");
    let reweights = vec![0x10000; devices.len()];
    let mapper = Mapper::new(&map, 0, 1, &reweights).expect("it has one rule");
    let inputs: Vec<u32> = (0..inputs).collect();
    let mut workspace = Workspace::new();
    let expected: Vec<i32> = inputs.iter().map(|x| mapper.place(*x, &mut workspace)[0]).collect();
    for kernel in Kernel::available() {
        let placed = Batch::new(mapper, kernel).place(&inputs, NonZeroUsize::MIN);
        assert!(placed.devices == expected, "{kernel} differs");
    }
}
