//! Bytes evened out: against all placements of small clusters, and on the bounds that are told.

mod small;

use std::collections::BTreeMap;

use crushlab_balance::{BalanceError, BalanceOptions, Fill, Measure, balance};
use crushlab_compare::Progress;
use crushlab_osdmap::OsdMap;
use small::{HOSTS, cluster, run, up};

/// Equal OSDs, and shards of these sizes.
fn fill(map: &OsdMap, shards: Vec<f64>) -> Fill {
    let mut fill = Fill {
        total_bytes: vec![1000.0; map.max_osd()],
        used_bytes: vec![10.0; map.max_osd()],
        shard_bytes: BTreeMap::from([(1, shards)]),
    };
    for (seed, bytes) in (0u32..).zip(fill.shard_bytes[&1].clone()) {
        up(map, seed).0.iter().for_each(|osd| fill.used_bytes[*osd as usize] += bytes);
    }
    fill
}

fn by_bytes(fill: Fill) -> BalanceOptions {
    BalanceOptions { by: Measure::Bytes, fill: Some(fill), ..BalanceOptions::default() }
}

/// Fill of the fullest OSD after commands.
fn fullest(map: &OsdMap, shards: &[f64]) -> f64 {
    let fill = fill(map, shards.to_vec());
    fill.used_bytes
        .iter()
        .zip(&fill.total_bytes)
        .map(|(used, size)| used / size)
        .fold(0.0, f64::max)
}

/// The least fill of the fullest OSD that any placement has, by trying all: each PG has one copy.
fn least(shards: &[f64], osds: usize) -> f64 {
    let mut sorted: Vec<f64> = shards.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let mut best = f64::INFINITY;
    let mut sums = vec![10.0; osds];
    fn place(shards: &[f64], sums: &mut [f64], best: &mut f64) {
        let Some((first, rest)) = shards.split_first() else {
            *best = best.min(sums.iter().copied().fold(0.0, f64::max));
            return;
        };
        for osd in 0..sums.len() {
            // OSDs that hold the same are the same.
            if sums[osd] + first < *best && !sums[..osd].contains(&sums[osd]) {
                sums[osd] += first;
                place(rest, sums, best);
                sums[osd] -= first;
            }
        }
    }
    place(&sorted, &mut sums, &mut best);
    best / 1000.0
}

#[test]
fn one_copy_is_packed_nearly_as_well_as_can_be() {
    let mut gaps = Vec::new();
    for seed in 0..40 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let map = cluster(1, 2, HOSTS, 1, 12);
        let shards: Vec<f64> = (0..12).map(|_| f64::from(rng.u32(1..150))).collect();
        let crush = map.crush.map().expect("a sound map");
        let asked = by_bytes(fill(&map, shards.clone()));
        let report = balance(&map, &crush, &asked, &Progress::new()).expect("new clients");
        let after = fullest(&run(&map, &report.commands), &shards);
        let told = report.after_fullest_ratio.expect("sizes are known");
        assert!((after - told).abs() < 1e-9, "seed {seed}: {after} is told as {told}");
        let best = least(&shards, 4);
        let bound = report.best_fullest_ratio.expect("sizes are known");
        assert!(bound <= best + 1e-9, "seed {seed}: bound {bound} of {best}");
        assert!(best <= told + 1e-9, "seed {seed}: {told} is below the best, {best}");
        assert!(told <= report.before_fullest_ratio.expect("known") + 1e-9, "seed {seed}");
        gaps.push(told - best);
    }
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let worst = gaps.iter().copied().fold(0.0, f64::max);
    assert!(mean < 0.01 && worst < 0.05, "mean gap {mean}, worst {worst}");
}

#[test]
fn copies_stay_apart_and_only_what_helps_moves() {
    for seed in 0..10 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let map = cluster(1, 4, HOSTS, 3, 64);
        let shards: Vec<f64> = (0..64).map(|_| f64::from(rng.u32(5..25))).collect();
        let crush = map.crush.map().expect("a sound map");
        let asked = by_bytes(fill(&map, shards.clone()));
        let report = balance(&map, &crush, &asked, &Progress::new()).expect("new clients");
        let after = run(&map, &report.commands);
        for pg in 0..64 {
            let (osds, _) = up(&after, pg);
            let hosts: std::collections::BTreeSet<i32> = osds.iter().map(|osd| osd / 2).collect();
            assert_eq!(hosts.len(), 3, "seed {seed}: 1.{pg:x} is on {osds:?}");
        }
        let told = report.after_fullest_ratio.expect("sizes are known");
        let best = report.best_fullest_ratio.expect("sizes are known");
        assert!((fullest(&after, &shards) - told).abs() < 1e-9, "seed {seed}");
        assert!(told - best < 0.01, "seed {seed}: {told} where {best} is the bound");
        assert_eq!(report.least_moves, None);
        assert!(report.reason.contains("is the fullest"), "{}", report.reason);
        // Asked again it is no worse, and nothing moves for less than a ten-thousandth of an OSD.
        let again = by_bytes(fill(&after, shards));
        let again = balance(&after, &crush, &again, &Progress::new()).expect("new clients");
        let better = again.after_fullest_ratio.expect("sizes are known");
        assert!(better < told - 1e-4 || again.commands.is_empty(), "seed {seed}: {better}");
    }
}

#[test]
fn a_pool_without_data_need_not_move() {
    let map = cluster(1, 4, HOSTS, 3, 64);
    let crush = map.crush.map().expect("a sound map");
    let report = balance(&map, &crush, &by_bytes(fill(&map, vec![0.0; 64])), &Progress::new());
    let report = report.expect("new clients");
    assert_eq!((report.commands.len(), report.moved_bytes), (0, Some(0.0)));
}

#[test]
fn a_domain_that_is_too_large_binds() {
    // Copies on both hosts: one OSD of host 0 is as good as none, so the other host decides.
    let map = cluster(1, 2, HOSTS, 2, 32);
    let crush = map.crush.map().expect("a sound map");
    let mut asked = fill(&map, vec![10.0; 32]);
    asked.total_bytes[0] = 4000.0;
    asked.total_bytes[1] = 4000.0;
    let report = balance(&map, &crush, &by_bytes(asked), &Progress::new()).expect("new clients");
    // 320 bytes and 20 that are there in any case on two OSDs of 1000.
    assert_eq!(report.best_fullest_ratio, Some(340.0 / 2000.0));
    assert_eq!(report.after_fullest_ratio, Some(340.0 / 2000.0));
}

#[test]
fn what_is_not_known_is_said() {
    let map = cluster(1, 4, HOSTS, 3, 64);
    let crush = map.crush.map().expect("a sound map");
    for fill in [None, Some(Fill::default())] {
        let asked = BalanceOptions { by: Measure::Bytes, fill, ..BalanceOptions::default() };
        let report = balance(&map, &crush, &asked, &Progress::new());
        assert_eq!(report, Err(BalanceError::UnknownFill));
    }
    let report = balance(&map, &crush, &BalanceOptions::default(), &Progress::new());
    let report = report.expect("new clients");
    assert_eq!((report.moved_bytes, report.best_fullest_ratio), (None, None));
}
