//! Changes are frozen on a real cluster: its monitors keep every upmap, and no more moves than was
//! said.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;
mod support;

use std::num::NonZeroUsize;

use crushlab_balance::migrate::{Present, freeze};
use crushlab_compare::Progress;
use crushlab_crush::NONE;
use crushlab_osdmap::OsdMap;
use live_support::cluster::{LiveCluster, Shape, is_live};
use support::{holders, placed};

/// Pools of hosts, of racks, and erasure-coded, on OSDs of unequal weights.
const SETUP: [&str; 12] = [
    "ceph osd set-require-min-compat-client luminous",
    "ceph osd crush reweight osd.0 2.5",
    "ceph osd crush reweight osd.5 1.7",
    "ceph osd crush rule create-replicated racks default rack",
    "ceph osd erasure-code-profile set hosts k=2 m=1 crush-failure-domain=host",
    "ceph osd erasure-code-profile set racks k=2 m=1 crush-failure-domain=rack",
    "ceph osd crush rule create-erasure ecracks racks",
    "ceph osd pool create rbd 128 128 replicated",
    "ceph osd pool create archive 64 64 erasure hosts",
    "ceph osd pool create cold 64 64 erasure hosts",
    "ceph osd pool set rbd min_size 1",
    "ceph osd pool set rbd size 3",
];

/// Rule from host to rack, a host in another rack, weights, a new rack, a host in another one.
const CHANGES: [&[&str]; 4] = [
    &["ceph osd pool set rbd crush_rule racks", "ceph osd pool set archive crush_rule ecracks"],
    &["ceph osd crush reweight osd.1 3", "ceph osd crush reweight osd.7 0.5"],
    &[
        "ceph osd crush add-bucket rack9 rack",
        "ceph osd crush move rack9 root=default",
        "ceph osd crush move host1 root=default rack=rack9",
    ],
    &["ceph osd crush move host2 root=default rack=rack0"],
];

#[test]
fn monitors_keep_what_freezes_a_change() {
    if !is_live() {
        return;
    }
    let settings = &["mon_max_pg_per_osd = 1000"];
    let shape = Shape { osds: 12, hosts_per_rack: 2, settings, ..Shape::default() };
    let live = LiveCluster::start(shape);
    SETUP.iter().for_each(|line| drop(live.must(line)));
    let (mut commands, mut stayed, mut moved) = (0, 0, 0);
    for change in CHANGES {
        let before = live.map();
        live.must("ceph osd set norebalance");
        change.iter().for_each(|line| drop(live.must(line)));
        let found = frozen(&live, &before);
        commands += found.0;
        stayed += found.1;
        moved += found.2;
        live.must("ceph osd unset norebalance");
    }
    println!("{commands} commands: {stayed} shards stay that would move, {moved} move");
    assert!(commands > 40 && stayed > 80, "{commands} {stayed}");
}

/// Runs what freezes a change; returns how many commands that were, and how many shards stay and
/// move.
fn frozen(live: &LiveCluster, before: &OsdMap) -> (usize, u64, u64) {
    let changed = live.map();
    let crush = changed.crush.map().expect("a sound CRUSH map");
    let held = holders(&placed(before));
    let threads = NonZeroUsize::MIN;
    let present = Present { map: &changed, crush: &crush, holders: &held, threads };
    let report = freeze(&present, &[], &Progress::new()).unwrap_or_else(|error| panic!("{error}"));
    let upmaps: Vec<&String> =
        report.commands.iter().filter(|line| line.contains("pg-upmap")).collect();
    upmaps.iter().for_each(|line| drop(live.must(line)));
    // Monitors look at upmaps with each new map.
    live.must("ceph osd set noscrub");
    live.must("ceph osd unset noscrub");
    let after = live.map();
    let (was, is) = (placed(before), placed(&after));
    let mut moved = 0;
    for (pg, (_, up)) in &is {
        let positional = !after.pools[&pg.pool].can_shift_osds();
        let held = was[pg].1.iter().enumerate().filter(|(_, osd)| **osd != NONE);
        moved += held
            .filter(|(place, osd)| match positional {
                true => up.get(*place) != Some(*osd),
                false => !up.contains(osd),
            })
            .count() as u64;
    }
    assert_eq!(moved, report.shards_moved, "{:?}", report.notes);
    assert_eq!(Some(moved), report.shards_moved_least);
    for line in upmaps.iter().filter(|line| line.contains("osd pg-upmap")) {
        let pg = line.split(' ').nth(3).and_then(|pg| pg.parse().ok()).expect("a PG");
        let has = after.pg_upmap.contains_key(&pg) || after.pg_upmap_items.contains_key(&pg);
        assert!(has, "{line} is kept");
    }
    (upmaps.len(), report.shards_moved_unplanned - moved, moved)
}
