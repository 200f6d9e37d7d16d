//! Only what may move does: scopes, sources, targets, OSDs to be left alone.

mod small;

use std::collections::{BTreeMap, BTreeSet};

use crushlab_balance::{BalanceOptions, Fill, Measure, Scope, balance};
use crushlab_compare::Progress;
use crushlab_osdmap::OsdMap;
use small::{HOSTS, TWO_SITES, cluster, run, up};

fn set(osds: impl IntoIterator<Item = i32>) -> Option<BTreeSet<i32>> {
    Some(osds.into_iter().collect())
}

/// PGs of each OSD.
fn counts(map: &OsdMap) -> Vec<i64> {
    let mut counts = vec![0; map.max_osd()];
    for seed in 0..map.pools[&1].pg_num {
        up(map, seed).0.iter().for_each(|osd| counts[*osd as usize] += 1);
    }
    counts
}

/// Balances within a scope by PGs and by bytes, and checks that only what may move does. Gives the
/// counts before and after of the former.
fn check(map: &OsdMap, scope: &Scope, max_deviation: f64) -> (Vec<i64>, Vec<i64>) {
    let crush = map.crush.map().expect("a sound map");
    let fill = Fill {
        total_bytes: vec![1000.0; map.max_osd()],
        used_bytes: counts(map).iter().map(|pgs| *pgs as f64 * 5.0).collect(),
        shard_bytes: BTreeMap::from([(1, vec![5.0; map.pools[&1].pg_num as usize])]),
    };
    let mut found = None;
    for by in [Measure::Bytes, Measure::Pgs] {
        let options = BalanceOptions {
            max_deviation,
            by,
            scope: scope.clone(),
            fill: Some(fill.clone()),
            ..BalanceOptions::default()
        };
        let report = balance(map, &crush, &options, &Progress::new()).expect("new clients");
        let after = run(map, &report.commands);
        let has = |osds: &Option<BTreeSet<i32>>, osd: &i32| {
            osds.as_ref().is_none_or(|own| own.contains(osd))
        };
        let mut moves = 0;
        for seed in 0..map.pools[&1].pg_num {
            let (was, is) = (up(map, seed).0, up(&after, seed).0);
            for osd in was.iter().filter(|osd| !is.contains(osd)) {
                moves += 1;
                assert!(has(&scope.from, osd) && has(&scope.within, osd), "{scope:?}: from {osd}");
                assert!(!scope.leave.contains(osd), "{scope:?}: from {osd}");
            }
            for osd in is.iter().filter(|osd| !was.contains(osd)) {
                assert!(has(&scope.to, osd) && has(&scope.within, osd), "{scope:?}: to {osd}");
                assert!(!scope.leave.contains(osd), "{scope:?}: to {osd}");
            }
        }
        assert_eq!(moves, report.moves);
        found = Some((counts(map), counts(&after)));
    }
    found.expect("both were tried")
}

#[test]
fn only_what_may_move_does_whatever_the_rule() {
    for seed in 0..30 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let map = match seed % 2 {
            0 => cluster(1, 5, HOSTS, 3, 128),
            _ => cluster(2, 4, TWO_SITES, 4, 64),
        };
        let osds = map.max_osd() as i32;
        let mut some = || set((0..osds).filter(|_| rng.f64() < 0.6));
        let mut scope = Scope { within: some(), from: some(), to: some(), leave: some().unwrap() };
        let mut rng = fastrand::Rng::with_seed(seed + 1000);
        for part in [&mut scope.within, &mut scope.from, &mut scope.to] {
            *part = part.take().filter(|_| rng.bool());
        }
        if rng.bool() {
            scope.leave.clear();
        }
        check(&map, &scope, f64::from(rng.u32(0..3)));
    }
}

#[test]
fn one_bucket_is_level_within_itself() {
    let map = cluster(2, 4, TWO_SITES, 4, 128);
    let scope = Scope { within: set(0..8), ..Scope::default() };
    let (before, after) = check(&map, &scope, 1.0);
    assert_eq!(before[8..], after[8..]);
    let spread =
        |counts: &[i64]| counts.iter().max().expect("OSDs") - counts.iter().min().expect("OSDs");
    assert!(spread(&before[..8]) > 2, "{before:?}");
    assert!(spread(&after[..8]) <= 1, "{after:?}");
}

#[test]
fn sources_only_give_and_targets_only_take() {
    let map = cluster(1, 6, HOSTS, 3, 256);
    let before = counts(&map);
    let mean = before.iter().sum::<i64>() as f64 / before.len() as f64;
    let scope = Scope { from: set([0, 1, 2, 3]), to: set(8..12), ..Scope::default() };
    let (_, after) = check(&map, &scope, 1.0);
    assert_eq!(before[4..8], after[4..8]);
    for osd in 0..4 {
        assert!(after[osd] <= before[osd]);
    }
    for osd in 8..12 {
        assert!(after[osd] >= before[osd]);
    }
    let over = |counts: &[i64]| counts[..4].iter().map(|own| (*own as f64 - mean).max(0.0)).sum();
    let (was, is): (f64, f64) = (over(&before), over(&after));
    assert!(was > is || was == 0.0, "{before:?} {after:?}");
}
