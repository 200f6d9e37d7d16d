use crushlab_crush::{Algorithm, Bucket, BuildError, MapBuilder, NONE, Op, Step};

use super::*;
use crushlab_compare::share::FULL_REWEIGHT;

const HOSTS: i32 = 5;
const OSDS: usize = 10;
const PGS: u32 = 20_000;

/// Root -1 over hosts -2 to -6 of two devices each; rule 0 replicated, rule 1 erasure.
fn map() -> Result<Map, BuildError> {
    let mut builder = MapBuilder::new();
    let hosts: Vec<i32> = (0..HOSTS).map(|host| -2 - host).collect();
    let weights = [2 * FULL_REWEIGHT; HOSTS as usize];
    builder.insert_bucket(Bucket::new(-1, 2, Algorithm::Straw2, &hosts, &weights, 1)?)?;
    for (host, &id) in (0..).zip(&hosts) {
        let devices = [2 * host, 2 * host + 1];
        let weights = [FULL_REWEIGHT; 2];
        builder.insert_bucket(Bucket::new(id, 1, Algorithm::Straw2, &devices, &weights, 1)?)?;
    }
    builder.max_devices = OSDS as i32;
    let take = Step::new(Op::Take, -1, 0);
    let emit = Step::new(Op::Emit, 0, 0);
    for (rule_type, choose) in [(1, Op::ChooseleafFirstn), (3, Op::ChooseleafIndep)] {
        let steps = vec![take, Step::new(choose, 0, 1), emit];
        builder.rules.push(Some(Rule::new(rule_type, steps)));
    }
    builder.build()
}

fn run(rule_id: usize, size: usize, out: &[usize], threads: usize) -> Report {
    let map = map().expect("the map above is sound");
    let mut reweights_after = [FULL_REWEIGHT; OSDS];
    for &device in out {
        reweights_after[device] = 0;
    }
    let scenario = Scenario {
        map: &map,
        rule_id,
        size,
        seeds: Seeds::Plain { pg_num: PGS },
        reweights_before: &[FULL_REWEIGHT; OSDS],
        reweights_after: &reweights_after,
        threads: NonZeroUsize::new(threads).expect("not 0"),
    };
    what_if(&scenario, &Progress::new()).expect("the rule exists and nobody cancels")
}

#[test]
fn nothing_changes_when_nothing_changes() {
    let report = run(0, 3, &[], 1);
    assert_eq!((report.pgs_moved, report.shards_moved, report.shards_moved_least), (0, 0, 0));
    assert_eq!((report.shards_before, report.shards_after), (60_000, 60_000));
    assert_eq!(report.moves, []);
    assert_eq!(report.osds.len(), OSDS);
}

#[test]
fn all_shards_leave_the_device_that_is_out() {
    for (rule_id, compare) in [(0, Compare::Sets), (1, Compare::Positions)] {
        let report = run(rule_id, 3, &[3], 1);
        assert_eq!(report.compare, compare);
        assert_eq!((report.osds[3].pgs_after, report.osds[3].pgs_asked_after), (0, 0.0));
        assert_eq!(report.shards_moved_least, report.osds[3].pgs_before);
        assert!(report.shards_moved >= report.shards_moved_least);
        assert_eq!(report.shards_after, 60_000);
        assert_eq!(report.pgs_short_after, 0);
    }
}

#[test]
fn moves_explain_every_difference_in_load() {
    let report = run(1, 4, &[0, 1], 1);
    for load in &report.osds {
        let sum = |end: fn(&Move) -> i32| -> u64 {
            report
                .moves
                .iter()
                .filter(|entry| end(entry) == load.osd)
                .map(|entry| entry.shards)
                .sum()
        };
        let (left, arrived) = (sum(|entry| entry.from), sum(|entry| entry.to));
        assert_eq!(load.pgs_before + arrived, load.pgs_after + left, "osd.{}", load.osd);
    }
    assert_eq!(report.moves.iter().map(|entry| entry.shards).sum::<u64>(), report.shards_moved);
    assert!(report.moves.is_sorted_by_key(|entry| std::cmp::Reverse(entry.shards)));
    assert!(report.moves.iter().all(|entry| entry.from != NONE));
}

#[test]
fn pgs_are_short_when_the_rule_cannot_be_met() {
    let replicated = run(0, 5, &[0, 1], 1);
    assert_eq!((replicated.pgs_short_before, replicated.pgs_short_after), (0, u64::from(PGS)));
    assert_eq!(replicated.pgs_with_holes_after, 0);
    let erasure = run(1, 5, &[0, 1], 1);
    assert_eq!(erasure.pgs_with_holes_after, u64::from(PGS));
    assert_eq!(erasure.shards_after, u64::from(PGS) * 4);
}

#[test]
fn the_weights_ask_for_equal_shares_and_get_them() {
    let report = run(0, 3, &[], 1);
    for load in report.osds {
        assert!((load.pgs_asked_before - 6000.0).abs() < 1e-6, "{load:?}");
        // Five standard deviations of 20,000 draws with probability 0.3.
        assert!((load.pgs_before as f64 - 6000.0).abs() < 5.0 * 65.0, "{load:?}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    assert_eq!(run(1, 3, &[2, 7], 1), run(1, 3, &[2, 7], 3));
}

#[test]
fn a_rule_that_is_missing_and_a_cancelled_run_are_errors() {
    let map = map().expect("the map above is sound");
    let scenario = Scenario {
        map: &map,
        rule_id: 9,
        size: 3,
        seeds: Seeds::Plain { pg_num: 1 },
        reweights_before: &[],
        reweights_after: &[],
        threads: NonZeroUsize::MIN,
    };
    let progress = Progress::new();
    assert_eq!(what_if(&scenario, &progress), Err(WhatIfError::NoSuchRule { rule_id: 9 }));
    progress.cancel();
    let scenario = Scenario { rule_id: 0, ..scenario };
    assert_eq!(what_if(&scenario, &progress), Err(WhatIfError::Cancelled));
    assert_eq!(progress.done(), 0);
}
