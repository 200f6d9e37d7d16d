//! Objects in a real cluster: what it counts as degraded and misplaced after OSDs went out or
//! stopped, and the state of every PG, is what is predicted from the state before.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::cell::RefCell;

use crushlab_compare::{Comparison, Holders};
use crushlab_osdmap::Cluster;
use live_support::cluster::{LiveCluster, Shape, is_live};
use live_support::copies::compare_copies;

/// Nothing is moved, so that the numbers stand still: no OSD has a place for a backfill. Logs are
/// short, so that OSDs without data are backfilled; an OSD that is ended tells nobody.
const SETTINGS: &[&str] = &[
    "osd_max_backfills = 0",
    "osd_min_pg_log_entries = 2",
    "osd_max_pg_log_entries = 2",
    "osd_pg_log_trim_min = 1",
];

const POOLS: [&str; 5] = [
    "ceph osd pool create rep3 16 16 replicated",
    "ceph osd pool create rep2 8 8 replicated --size 2",
    "ceph osd erasure-code-profile set ec21 k=2 m=1 crush-failure-domain=host",
    "ceph osd pool create ec21 8 8 erasure ec21",
    "ceph osd set noout",
];

#[test]
fn a_cluster_counts_the_copies_that_are_predicted() {
    if !is_live() {
        return;
    }
    let mut cluster = LiveCluster::start(Shape { settings: SETTINGS, ..Shape::default() });
    for line in POOLS {
        cluster.must(line);
    }
    assert!(cluster.wait_for(LiveCluster::is_clean), "PGs are not clean");
    for pool in ["rep3", "rep2", "ec21"] {
        cluster.must(&format!("write {pool} 300 4096"));
    }
    assert!(cluster.wait_for(|cluster| objects(&cluster.counted()) == 900), "objects are missing");

    let healthy = cluster.counted();
    cluster.must("ceph osd out 3");
    let (out, found) = agree(&cluster, &healthy, None, "osd.3 goes out");
    assert!(found.report.summary.after.copies.misplaced_object_copies > 0);
    // What an OSD stores in memory is gone with it, so that none comes back here.
    stop(&mut cluster, &[5]);
    let (stopped, found) = agree(&cluster, &out, Some(&found.holders_after), "osd.5 stops");
    assert!(found.report.summary.after.copies.degraded_object_copies > 0);
    cluster.must("ceph osd out 5");
    let (out, found) = agree(&cluster, &stopped, Some(&found.holders_after), "osd.5 goes out");
    stop(&mut cluster, &[4]);
    agree(&cluster, &out, Some(&found.holders_after), "the last OSD of host2 stops");
}

/// Ends OSDs, and waits until the cluster knows.
fn stop(cluster: &mut LiveCluster, osds: &[i32]) {
    for osd in osds {
        cluster.kill_osd(*osd);
    }
    let is_known = |cluster: &LiveCluster| {
        let map = cluster.map();
        !osds.iter().any(|osd| map.is_up(*osd))
    };
    assert!(cluster.wait_for(is_known), "{osds:?} are up");
}

fn objects(cluster: &Cluster) -> u64 {
    cluster.pgs.values().map(|pg| pg.objects).sum()
}

/// Waits until the cluster counts what is predicted; if it never does, says what differs.
fn agree(
    cluster: &LiveCluster,
    before: &Cluster,
    holders: Option<&Holders>,
    what: &str,
) -> (Cluster, Comparison) {
    let last = RefCell::new(None);
    let is_equal = cluster.wait_for(|cluster| {
        let counted = cluster.counted();
        let (found, differences) = compare_copies(before, &counted, holders);
        let is_equal = differences.is_empty();
        *last.borrow_mut() = Some((counted, found, differences));
        is_equal
    });
    let (counted, found, differences) = last.into_inner().expect("looked at once at least");
    assert!(is_equal, "{what}:\n{}", differences.join("\n"));
    (counted, found)
}
