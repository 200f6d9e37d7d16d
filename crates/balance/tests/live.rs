//! Proposals on a real cluster: its monitors take every command, keep every upmap, and OSDs end
//! with the PGs that were promised.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::collections::BTreeMap;

use crushlab_balance::{BalanceOptions, balance};
use crushlab_compare::Progress;
use crushlab_osdmap::{OsdMap, PgWorkspace, PoolMapper};
use live_support::cluster::{LiveCluster, Shape, is_live};

/// Pools of one level, of racks, and erasure-coded, on OSDs of unequal weights.
const SETUP: [&str; 12] = [
    "ceph osd set-require-min-compat-client luminous",
    "ceph osd crush reweight osd.0 2.5",
    "ceph osd crush reweight osd.3 0.6",
    "ceph osd crush reweight osd.5 1.7",
    "ceph osd reweight 6 0.8",
    "ceph osd crush rule create-replicated racks default rack",
    "ceph osd erasure-code-profile set two-one k=2 m=1 crush-failure-domain=host",
    "ceph osd pool create rbd 128 128 replicated",
    "ceph osd pool create racks 64 64 replicated racks",
    "ceph osd pool set racks size 2",
    "ceph osd pool create archive 64 64 erasure two-one",
    "ceph osd pool create small 16 16 replicated",
];

/// How often the cluster is changed and evened out again.
const CHANGES: [&[&str]; 4] = [
    &[],
    &["ceph osd crush reweight osd.1 3"],
    &["ceph osd out 4"],
    &["ceph osd in 4", "ceph osd crush reweight osd.1 1"],
];

#[test]
fn monitors_keep_what_is_proposed() {
    if !is_live() {
        return;
    }
    let settings = &["mon_max_pg_per_osd = 1000"];
    let live = LiveCluster::start(Shape { settings, ..Shape::default() });
    SETUP.iter().for_each(|line| drop(live.must(line)));
    let mut commands = 0;
    for change in CHANGES {
        change.iter().for_each(|line| drop(live.must(line)));
        commands += even_out(&live);
    }
    println!("{commands} commands were taken, and all upmaps kept");
    assert!(commands > 40, "{commands}");
}

/// Runs what is proposed; returns how many commands that were.
fn even_out(live: &LiveCluster) -> usize {
    let map = live.map();
    let crush = map.crush.map().expect("a sound CRUSH map");
    let report = balance(&map, &crush, &BalanceOptions::default(), &Progress::new())
        .unwrap_or_else(|error| panic!("{error}"));
    for command in &report.commands {
        live.must(command);
    }
    // Monitors look at upmaps with each new map.
    live.must("ceph osd set noscrub");
    live.must("ceph osd unset noscrub");
    let after = live.map();
    let found = pgs_by_osd(&after);
    for osd in &report.osds {
        assert_eq!(found.get(&osd.osd).copied().unwrap_or(0), osd.after_pgs, "osd.{}", osd.osd);
    }
    for pool in &report.pools {
        let deviation = pool.after_max_deviation.expect("pools that can be evened out");
        assert!(deviation <= pool.before_max_deviation.expect("the same"), "{}", pool.name);
    }
    let crush = after.crush.map().expect("a sound CRUSH map");
    let again = balance(&after, &crush, &BalanceOptions::default(), &Progress::new());
    assert_eq!(again.expect("as before").commands, [""; 0], "nothing is left to do");
    report.commands.len()
}

fn pgs_by_osd(map: &OsdMap) -> BTreeMap<i32, u64> {
    let crush = map.crush.map().expect("a sound CRUSH map");
    let mut workspace = PgWorkspace::new();
    let mut counts = BTreeMap::new();
    for (id, pool) in &map.pools {
        let mapper = PoolMapper::new(map, &crush, *id).expect("a pool");
        for seed in 0..pool.pg_num {
            for osd in mapper.map_pg(seed, &mut workspace).up.iter().filter(|osd| **osd >= 0) {
                *counts.entry(*osd).or_default() += u64::from(map.exists(*osd));
            }
        }
    }
    counts
}
