//! Shares of fatal losses against counting in the plainest way.

use std::num::NonZeroUsize;

use fastrand::Rng;

use super::combinations::{combinations, each_choice};
use super::*;
use super::{exact, sample};
use crushlab_compare::progress::Progress;

/// PGs of `size` OSDs each out of `osds`, of which `readable` are needed.
fn random_sets(random: &mut Rng, osds: i32, pgs: usize, size: usize, readable: usize) -> LossSets {
    let mut sets = LossSets::new(0..osds);
    for _ in 0..pgs {
        let mut all: Vec<i32> = (0..osds).collect();
        random.shuffle(&mut all);
        sets.add(1, &all[..size], readable);
    }
    sets
}

/// Every loss against every set.
fn plainly(sets: &LossSets, lost: usize) -> u128 {
    let osds: Vec<i32> = sets.osds().collect();
    let mut fatal = 0;
    each_choice(osds.len(), lost, |choice| {
        let is_lost = |osd: &&i32| choice.iter().any(|at| osds[*at] == **osd);
        let is_fatal = |set: &LossSet| set.osds.iter().filter(is_lost).count() >= set.fatal;
        fatal += u128::from(sets.sets().iter().any(is_fatal));
    });
    fatal
}

#[test]
fn losses_are_counted_exactly() {
    let mut random = Rng::with_seed(5);
    for (size, readable) in [(3, 1), (2, 1), (5, 3), (6, 4), (1, 1)] {
        for (osds, pgs) in [(8, 3), (12, 40), (16, 5)] {
            let sets = random_sets(&mut random, osds, pgs, size, readable);
            for lost in 1..=5 {
                let counted = exact::count(&sets, lost, &Progress::new());
                assert_eq!(counted, Some(plainly(&sets, lost)), "{osds} {pgs} {size} {lost}");
            }
        }
    }
}

#[test]
fn many_osds_are_listed_not_gone_through() {
    let sets = random_sets(&mut Rng::with_seed(1), 3000, 2000, 3, 1);
    assert_eq!(exact::count(&sets, 2, &Progress::new()), Some(0));
    // As good as surely, no two PGs are on the same three of 3,000 OSDs.
    assert_eq!(exact::count(&sets, 3, &Progress::new()), Some(2000));
    let listed = exact::count(&sets, 4, &Progress::new()).expect("few enough");
    assert!((5_990_000..=2000 * 2997).contains(&listed), "{listed}");
    assert_eq!(exact::count(&sets, 6, &Progress::new()), None);
}

#[test]
fn samples_come_near_the_exact_share() {
    let mut inside = 0;
    for seed in 0..20 {
        let sets = random_sets(&mut Rng::with_seed(seed), 30, 300, 5, 3);
        let exact = plainly(&sets, 4) as f64 / combinations(30, 4) as f64;
        let one = NonZeroUsize::MIN;
        let share = sample::estimate(&sets, 4, 4096, seed, one, &Progress::new()).expect("sets");
        assert!((share.share / exact - 1.0).abs() < 0.1, "{share:?} for {exact}");
        inside += u32::from(share.low <= exact && exact <= share.high);
        let three = NonZeroUsize::new(3).expect("not 0");
        let again = sample::estimate(&sets, 4, 4096, seed, three, &Progress::new());
        assert_eq!(again, Some(share), "threads change nothing");
    }
    // 95 % intervals, and careful ones.
    assert!(inside >= 18, "{inside} of 20");
}

#[test]
fn a_report_has_all_of_it() {
    let mut sets = LossSets::new(0..6);
    sets.add(1, &[0, 1, 2], 1);
    sets.add(1, &[2, 1, 0], 1);
    sets.add(2, &[2, crushlab_crush::NONE, 3, 4], 2);
    sets.add(2, &[5, 5], 2);
    let options = CopysetOptions {
        lost: vec![9, 3, 1, 2, 3],
        samples: 10,
        seed: 0,
        threads: NonZeroUsize::MIN,
    };
    let report = losses(&sets, &options, &Progress::new()).expect("nobody cancels");
    // A PG that cannot be read with what is there has a copyset, and is lost by no loss.
    assert_eq!((report.osds, report.pgs, report.copysets), (6, 3, 3));
    assert_eq!(report.pgs_unreadable, 1);
    // 0 and 1 share with two others, 2 with four, 3 and 4 with two.
    assert_eq!(report.scatter_width_mean, (2.0 + 2.0 + 4.0 + 2.0 + 2.0) / 5.0);
    let pools: Vec<_> = report.pools.iter().map(|pool| (pool.pool, pool.copysets)).collect();
    assert_eq!(pools, [(1, 1), (2, 2)]);
    let shares: Vec<_> =
        report.losses.iter().map(|one| (one.osds_lost, one.losing.share, one.method)).collect();
    // Two of {2, 3, 4} are too many: 3 pairs of 15; of 20 triples 10 hold two of them, and there
    // is {0, 1, 2}.
    let exact = Method::Exact;
    assert_eq!(shares, [(1, 0.0, exact), (2, 3.0 / 15.0, exact), (3, 11.0 / 20.0, exact)]);
}

#[test]
fn cancelling_ends_the_count() {
    let sets = random_sets(&mut Rng::with_seed(1), 3000, 2000, 3, 1);
    let progress = Progress::new();
    progress.cancel();
    let options =
        CopysetOptions { lost: vec![3, 6], samples: 10, seed: 0, threads: NonZeroUsize::MIN };
    assert_eq!(losses(&sets, &options, &progress), None);
}
