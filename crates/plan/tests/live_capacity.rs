//! MAX AVAIL against a real cluster: what is computed for each pool equals what its `ceph df` says,
//! in shapes that a cluster may have, with objects in it.
//!
//! Run with `CRUSHLAB_RECORD=1` the live test writes test/golden/capacity/VERSION anew: for each
//! shape the OSDMap, and what of `ceph osd df`, `ceph df detail` and `ceph pg dump` is needed.
//! Ordinary runs replay these.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_osdmap::Cluster;
use crushlab_plan::capacity::{CapacityOptions, CapacityReport, Subject, capacity};
use live_support::answers::{Answers, list};
use live_support::cluster::{LiveCluster, Shape, is_live};
use live_support::judge::Judge;
use serde_json::Value;

/// Versions whose `ceph df` is kept.
const VERSIONS: [&str; 3] = ["16.2.15", "18.2.7", "20.2.4"];

/// How the cluster becomes another shape: its name, and lines as for a shell. `!kill 5` ends an
/// OSD's daemon.
const SHAPES: [(&str, &[&str]); 4] = [
    (
        "even",
        &[
            "ceph osd pool create rbd 32 32 replicated",
            "ceph osd erasure-code-profile set two-one k=2 m=1 crush-failure-domain=host",
            "ceph osd pool create archive 16 16 erasure two-one",
            "ceph osd pool create empty 8",
            "write rbd 300 65536",
            "write archive 200 40000",
        ],
    ),
    (
        "mixed weights",
        &[
            "ceph osd crush rm-device-class osd.1 osd.3 osd.5 osd.7",
            "ceph osd crush set-device-class ssd osd.1 osd.3 osd.5 osd.7",
            "ceph osd crush reweight osd.0 1.7",
            "ceph osd crush reweight osd.1 0.35",
            "ceph osd crush reweight osd.2 3.2",
            "ceph osd crush reweight osd.7 2.4",
            "ceph osd crush rule create-replicated racks default rack",
            "ceph osd crush rule create-replicated fast default host ssd",
            "ceph osd pool create racks 32 32 replicated racks",
            "ceph osd pool set racks size 2",
            "ceph osd pool create index 16 16 replicated fast",
            "write racks 200 70000",
            "write index 100 5000",
        ],
    ),
    (
        "reweights",
        &[
            "ceph osd reweight 2 0.7",
            "ceph osd reweight 5 0.45",
            "ceph osd crush reweight osd.4 0",
            "ceph osd out 6",
            "ceph osd set-full-ratio 0.9",
            "ceph osd erasure-code-profile set three-one k=3 m=1 crush-failure-domain=osd",
            "ceph osd pool create shards 16 16 erasure three-one",
            "write shards 100 100000",
        ],
    ),
    ("copies lost", &["ceph osd set norecover", "ceph osd set noout", "!kill 3"]),
];

#[test]
fn max_avail_is_what_a_cluster_says() {
    if !is_live() {
        return;
    }
    let mut cluster = LiveCluster::start(Shape { device_bytes: 1 << 29, ..Shape::default() });
    for (name, lines) in SHAPES {
        for line in lines {
            match line.strip_prefix("!kill ") {
                Some(osd) => cluster.kill_osd(osd.parse().expect("a number")),
                None => drop(cluster.must(line)),
            }
        }
        let is_lost = lines.iter().any(|line| line.starts_with('!'));
        let is_there = |cluster: &LiveCluster| {
            if is_lost { has_lost(cluster) } else { cluster.is_clean() }
        };
        assert!(cluster.wait_for(is_there), "{name}: the cluster does not settle");
        let answers = Answers::steady(&cluster);
        let pools = check(name, &answers);
        println!("{name}: MAX AVAIL of {pools} pools agrees");
        if std::env::var_os("CRUSHLAB_RECORD").is_some() {
            let version = Judge::from_environment().version().expect("a version");
            answers.write(&format!("capacity/{version}"), name);
        }
    }
}

#[test]
fn max_avail_is_what_clusters_said() {
    for version in VERSIONS {
        for (name, _) in SHAPES {
            assert!(check(name, &Answers::read(&format!("capacity/{version}"), name)) >= 3);
        }
    }
}

/// Whether copies are lost, and the managers know.
fn has_lost(cluster: &LiveCluster) -> bool {
    let degraded = cluster.json("ceph pg dump pgs")["pg_stats"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pg| pg["stat_sum"]["num_objects_degraded"].as_u64())
        .sum::<u64>();
    degraded > 0
}

/// Compares every pool's MAX AVAIL with what the cluster says; returns how many pools there are.
fn check(name: &str, answers: &Answers) -> usize {
    let loaded = answers.with_inputs(Cluster::load);
    let cluster = loaded.expect("a cluster's answers").cluster;
    let crush = cluster.map.crush.map().expect("a sound map");
    let subject = Subject { map: &cluster.map, crush: &crush, data: &cluster, placed: None };
    let options = CapacityOptions {
        release: cluster.map.require_osd_release,
        object_sizes: None,
        min_alloc_size_bytes: None,
        refuses_shortage: false,
        threads: NonZeroUsize::MIN,
    };
    let report: CapacityReport =
        capacity(&subject, &options, &Progress::new()).expect("nobody cancels");
    for pool in &report.pools {
        let said = pool.max_avail_reported_bytes.expect("df says it");
        let found = pool.max_avail_bytes.expect("sizes are known");
        // Ceph computes with 32-bit floats, the last bit of which may depend on the machine.
        let off_by = (found as f64 - said as f64).abs();
        let allowed = said as f64 * f64::from(f32::EPSILON);
        assert!(off_by <= allowed, "{name}, {}: {found}, the cluster says {said}", pool.name);
        let stored = df_pool(&answers.df, pool.id)["stats"]["stored"].as_u64();
        assert_eq!(pool.stored_bytes, stored, "{name}, {}", pool.name);
    }
    let has_lost = report.pools.iter().any(|pool| {
        pool.intact_ratio.is_some_and(|ratio| ratio < 1.0)
            && pool.max_avail_pacific_bytes > pool.max_avail_latest_bytes
    });
    assert_eq!(has_lost, name == "copies lost");
    report.pools.len()
}

fn df_pool(df: &Value, id: i64) -> &Value {
    list(&df["pools"]).find(|pool| pool["id"] == id).expect("a pool of the map")
}
