//! A comparison that looks only at PGs that a change can touch finds what one finds that looks at
//! all of them.

mod random_change;

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_compare::{Baseline, ClusterData, ClusterState, Comparison, Options, compare_with};
use crushlab_osdmap::OsdMap;
use random_change::{change, cluster};

fn state_of(map: &OsdMap) -> ClusterState<'_> {
    ClusterState::new(map).expect("a sound map")
}

/// All that a comparison says.
fn said(found: &Comparison) -> (String, String, String) {
    let json = serde_json::to_string(&(&found.report, &found.pgs)).expect("plain data");
    let holders = |holders| format!("{holders:?}");
    (json, holders(&found.holders_after), holders(&found.holders_healed))
}

#[test]
fn nothing_is_overlooked() {
    let cluster = cluster();
    let (mut looked_at, mut all) = (0, 0);
    for seed in 0..1500 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let mut start = cluster.clone();
        for _ in 0..random.usize(0..4) {
            change(&mut start.map, random);
        }
        let mut map = start.map.clone();
        for _ in 0..random.usize(1..3) {
            change(&mut map, random);
        }
        let (before, after) = (state_of(&start.map), state_of(&map));
        let (data, progress) = (ClusterData::new(&start), Progress::new());
        let two = NonZeroUsize::new(2).expect("not 0");
        let baseline = Baseline::new(&before, &start, two, &progress).expect("nobody cancels");
        let options = Options { keep_holders: true, threads: two, ..Options::default() };
        let found = compare_with(&baseline, &before, &after, &data, &options, &progress)
            .expect("nobody cancels");
        let every = Options { every_pg: true, ..options };
        let expected = compare_with(&baseline, &before, &after, &data, &every, &progress)
            .expect("nobody cancels");
        assert_eq!(said(&found), said(&expected), "seed {seed}");
        looked_at += found.work.iter().map(|work| work.pgs_compared).sum::<u64>();
        all += expected.work.iter().map(|work| work.pgs_compared).sum::<u64>();
    }
    assert!(looked_at < all / 2, "{looked_at} of {all} PGs were looked at");
}
