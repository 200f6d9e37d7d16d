//! Rules that do not come to an end: given up with an effort, and as before where there is one that
//! is large enough.

use std::sync::Arc;

use crushlab_crush::effort::Effort;
use crushlab_crush::{
    Algorithm, Bucket, Map, MapBuilder, Mapper, Op, RULE_TYPE_MSR_FIRSTN, Rule, Step, Workspace,
};

const FULL: u32 = 0x10000;

/// One root with two devices, and rules that look for three for ever.
fn map(local_tries: u32) -> Map {
    let mut builder = MapBuilder::new();
    let bucket = Bucket::new(-1, 1, Algorithm::Straw2, &[0, 1], &[FULL; 2], 1);
    builder.insert_bucket(bucket.expect("two devices")).expect("a root");
    builder.max_devices = 2;
    builder.tunables.choose_total_tries = i32::MAX as u32;
    builder.tunables.choose_local_tries = local_tries;
    let rules = [
        (1, vec![(Op::Take, -1), (Op::ChooseFirstn, 0), (Op::Emit, 0)]),
        (
            1,
            vec![
                (Op::SetChooseTries, i32::MAX),
                (Op::Take, -1),
                (Op::ChooseIndep, 0),
                (Op::Emit, 0),
            ],
        ),
        (
            1,
            vec![
                (Op::SetChooseTries, 1),
                (Op::Take, -1),
                (Op::ChooseFirstn, i32::MAX),
                (Op::Emit, 0),
            ],
        ),
        (
            RULE_TYPE_MSR_FIRSTN,
            vec![(Op::SetMsrDescents, i32::MAX), (Op::Take, -1), (Op::ChooseMsr, 3), (Op::Emit, 0)],
        ),
    ];
    for (kind, steps) in rules {
        let steps = steps.into_iter().map(|(op, arg1)| Step::new(op, arg1, 0)).collect();
        builder.rules.push(Some(Rule::new(kind, steps)));
    }
    builder.build().expect("the map above is sound")
}

#[test]
fn a_search_without_end_is_given_up() {
    for local_tries in [0, i32::MAX as u32] {
        let map = map(local_tries);
        for rule in 0..4 {
            let effort = Arc::new(Effort::with_limit(1 << 20));
            let _entered = Effort::enter(Some(Arc::clone(&effort)));
            let mapper = Mapper::new(&map, rule, 3, &[FULL; 2]).expect("there are four rules");
            mapper.place(1, &mut Workspace::new());
            assert!(effort.is_exhausted(), "rule {rule}, local tries {local_tries}");
        }
    }
}

#[test]
fn a_search_without_end_is_stopped() {
    let map = map(0);
    for rule in 0..4 {
        let effort = Arc::new(Effort::with_limit(u64::MAX));
        let mapper = Mapper::new(&map, rule, 3, &[FULL; 2]).expect("there are four rules");
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let _entered = Effort::enter(Some(Arc::clone(&effort)));
                mapper.place(1, &mut Workspace::new());
            });
            assert!(!worker.is_finished() || effort.is_over());
            effort.stop();
            worker.join().expect("it only maps");
        });
        assert!(!effort.is_exhausted());
    }
}

#[test]
fn what_ends_is_the_same_within_an_effort() {
    let map = map(0);
    let mapper = Mapper::new(&map, 0, 2, &[FULL; 2]).expect("rule 0 exists");
    let alone: Vec<Vec<i32>> =
        (0..100).map(|x| mapper.place(x, &mut Workspace::new()).to_vec()).collect();
    let effort = Arc::new(Effort::default());
    let _entered = Effort::enter(Some(Arc::clone(&effort)));
    let mut workspace = Workspace::new();
    for (x, expected) in alone.iter().enumerate() {
        assert_eq!(mapper.place(x as u32, &mut workspace), expected);
    }
    assert!(!effort.is_over());
}
