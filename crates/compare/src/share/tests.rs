use crushlab_crush::{Algorithm, Bucket, BuildError, Map, MapBuilder, Op, Rule, Step};

use super::*;

const ONE: u32 = FULL_REWEIGHT;

/// Root -1 with hosts -2 (osd.0, osd.1) and -3 (osd.2 of weight 2), and a root -4 with osd.3.
fn map() -> Result<Map, BuildError> {
    let mut builder = MapBuilder::new();
    let straw2 = |id, type_id, items: &[i32], weights: &[u32]| {
        Bucket::new(id, type_id, Algorithm::Straw2, items, weights, 1)
    };
    builder.insert_bucket(straw2(-1, 2, &[-2, -3], &[2 * ONE, 2 * ONE])?)?;
    builder.insert_bucket(straw2(-2, 1, &[0, 1], &[ONE, ONE])?)?;
    builder.insert_bucket(straw2(-3, 1, &[2], &[2 * ONE])?)?;
    builder.insert_bucket(straw2(-4, 2, &[3], &[ONE])?)?;
    builder.max_devices = 4;
    builder.build()
}

fn rule(steps: &[(Op, i32, i32)]) -> Rule {
    Rule::new(1, steps.iter().map(|&(op, arg1, arg2)| Step::new(op, arg1, arg2)).collect())
}

fn asked(steps: &[(Op, i32, i32)], size: usize, reweights: &[u32]) -> Vec<(i32, f64)> {
    let map = map().expect("the map above is sound");
    asked_per_pg(&map, &rule(steps), size, reweights).into_iter().collect()
}

const ONE_TAKE: [(Op, i32, i32); 3] =
    [(Op::Take, -1, 0), (Op::ChooseleafFirstn, 0, 1), (Op::Emit, 0, 0)];

#[test]
fn shares_follow_the_weights() {
    assert_eq!(asked(&ONE_TAKE, 2, &[ONE; 4]), [(0, 0.5), (1, 0.5), (2, 1.0)]);
}

#[test]
fn reweights_scale_and_out_devices_are_asked_for_nothing() {
    assert_eq!(asked(&ONE_TAKE, 1, &[0, ONE, ONE / 2, ONE]), [(1, 0.5), (2, 0.5)]);
}

#[test]
fn a_device_beyond_the_reweights_is_out() {
    assert_eq!(asked(&ONE_TAKE, 1, &[ONE]), [(0, 1.0)]);
}

#[test]
fn each_take_has_its_own_positions() {
    let hybrid = [
        (Op::Take, -4, 0),
        (Op::ChooseFirstn, 1, 0),
        (Op::Emit, 0, 0),
        (Op::Take, -1, 0),
        (Op::ChooseleafFirstn, -1, 1),
        (Op::Emit, 0, 0),
    ];
    assert_eq!(asked(&hybrid, 3, &[ONE; 4]), [(0, 0.5), (1, 0.5), (2, 1.0), (3, 1.0)]);
}

#[test]
fn counts_multiply_and_never_pass_the_size() {
    let two_levels = [
        (Op::Take, -1, 0),
        (Op::ChooseIndep, 2, 1),
        (Op::ChooseIndep, 3, 0),
        (Op::Emit, 0, 0),
        (Op::Take, -4, 0),
        (Op::ChooseIndep, 1, 0),
        (Op::Emit, 0, 0),
    ];
    assert_eq!(asked(&two_levels, 2, &[ONE; 4]), [(0, 0.5), (1, 0.5), (2, 1.0)]);
    assert!(asked(&two_levels, 4, &[ONE; 4]).iter().all(|(device, _)| *device != 3));
}

#[test]
fn no_device_is_asked_for_more_than_every_pg() {
    assert_eq!(asked(&ONE_TAKE, 3, &[ONE; 4]), [(0, 1.0), (1, 1.0), (2, 1.0)]);
    assert_eq!(asked(&ONE_TAKE, 9, &[ONE; 4]), [(0, 1.0), (1, 1.0), (2, 1.0)]);
    assert_eq!(
        asked(&ONE_TAKE, 2, &[ONE, ONE / 2, ONE, ONE]),
        [(0, 2.0 / 3.0), (1, 1.0 / 3.0), (2, 1.0)]
    );
}

#[test]
fn a_device_that_is_taken_is_asked_for_every_pg_even_if_it_is_out() {
    assert_eq!(asked(&[(Op::Take, 3, 0), (Op::Emit, 0, 0)], 3, &[]), [(3, 1.0)]);
    assert_eq!(asked(&[(Op::Take, -1, 0), (Op::Emit, 0, 0)], 3, &[ONE; 4]), []);
}

#[test]
fn a_block_without_devices_asks_for_nothing() {
    assert_eq!(asked(&[(Op::Take, -7, 0), (Op::ChooseFirstn, 0, 0), (Op::Emit, 0, 0)], 3, &[]), []);
}
