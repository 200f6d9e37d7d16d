//! `settled()` against a real cluster: the bytes of each OSD and the MAX AVAIL of each pool after
//! all has moved that can, predicted from what the cluster said before the change.
//!
//! Run with `CRUSHLAB_RECORD=1` the live test writes test/golden/settled anew: what the cluster
//! said before and after each change. Ordinary runs replay these.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use crushlab_cluster::Cluster;
use crushlab_compare::Progress;
use crushlab_plan::capacity::{CapacityOptions, capacity};
use live_support::answers::{Answers, list};
use live_support::cluster::{LiveCluster, Shape, is_live};
use support::{ONE, settled};

/// Number of the release whose answers are recorded (Pacific).
const PACIFIC: u8 = 16;

/// Short logs: a PG that all of its writes are still in the log of is recovered by that, which no
/// flag and no limit of backfill holds. And what has moved away is removed at once.
const SETTINGS: &[&str] = &[
    "osd_min_pg_log_entries = 2",
    "osd_max_pg_log_entries = 2",
    "osd_pg_log_trim_min = 1",
    "osd_delete_sleep = 0.001",
];

/// Largest difference between what was predicted and what came, as a share.
const TOLERANCE: f64 = 0.01;

/// What leads to a state, what happens to it then, and how its PGs end. `!kill 5` ends an OSD's
/// daemon; `!out 5` waits until the monitors have taken it out for that.
struct Change {
    name: &'static str,
    before: &'static [&'static str],
    change: &'static [&'static str],
    end: End,
}

/// How PGs end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Clean,
    /// A flag holds some where they are; none lacks a copy.
    Held,
    /// Some find no room.
    NoRoom,
}

const CHANGES: [Change; 4] = [
    Change {
        name: "one OSD out",
        before: &[
            "ceph osd pool create rbd 32 32 replicated",
            "ceph osd erasure-code-profile set two-one k=2 m=1 crush-failure-domain=host",
            "ceph osd pool create archive 16 16 erasure two-one",
            "write rbd 1500 393216",
            "write archive 500 400000",
        ],
        change: &["ceph osd out 2"],
        end: End::Clean,
    },
    Change {
        name: "a host lost",
        before: &["ceph osd in 2"],
        change: &["!kill 4", "!kill 5", "!out 4", "!out 5"],
        end: End::Clean,
    },
    Change {
        name: "held by norebalance",
        before: &["ceph osd set norebalance"],
        change: &["ceph osd crush reweight osd.0 2.5", "ceph osd crush reweight osd.7 0.4"],
        end: End::Held,
    },
    Change {
        name: "no room",
        before: &[
            "ceph osd unset norebalance",
            "ceph osd crush reweight osd.0 1",
            "ceph osd crush reweight osd.7 1",
            "ceph osd crush reweight osd.1 2.5",
        ],
        change: &[
            "ceph osd set-nearfull-ratio 0.21",
            "ceph osd set-backfillfull-ratio 0.22",
            "ceph osd crush reweight osd.1 6",
        ],
        end: End::NoRoom,
    },
];

#[test]
fn settled_clusters_are_what_clusters_become() {
    if !is_live() {
        return;
    }
    let mut cluster =
        LiveCluster::start(Shape { device_bytes: 1 << 31, settings: SETTINGS, ..Shape::default() });
    // As Ceph's own default is; the tests' other clusters never take an OSD out by themselves.
    cluster.set_down_out_interval_seconds(4);
    for Change { name, before, change, end } in CHANGES {
        run(&mut cluster, before);
        assert!(cluster.wait_for(LiveCluster::is_clean), "{name}: not clean before");
        let before = Answers::steady(&cluster);
        run(&mut cluster, change);
        let is_there = |cluster: &LiveCluster| match end {
            End::Clean => cluster.is_clean(),
            End::Held => is_at_rest(cluster, "remapped", &["degraded"]),
            End::NoRoom => {
                is_at_rest(cluster, "backfill_toofull", &["backfill_wait", "backfilling"])
            }
        };
        let is_settled = cluster.wait_for(is_there);
        assert!(is_settled, "{name}: the cluster does not settle: {:?}", states(&cluster));
        let after = Answers::steady(&cluster);
        if std::env::var_os("CRUSHLAB_RECORD").is_some() {
            before.write("settled", &format!("{name} before"));
            after.write("settled", &format!("{name} after"));
        }
        check(name, change, end, &before, &after);
    }
}

#[test]
fn settled_clusters_are_what_clusters_became() {
    for Change { name, change, end, .. } in CHANGES {
        let [before, after] =
            ["before", "after"].map(|when| Answers::read("settled", &format!("{name} {when}")));
        check(name, change, end, &before, &after);
    }
}

fn run(cluster: &mut LiveCluster, lines: &[&str]) {
    for line in lines {
        let number = |text: &str| text.parse::<i32>().expect("a number");
        if let Some(osd) = line.strip_prefix("!kill ") {
            cluster.kill_osd(number(osd));
        } else if let Some(osd) = line.strip_prefix("!out ") {
            let osd = number(osd);
            assert!(cluster.wait_for(|cluster| !cluster.map().is_in(osd)), "osd.{osd} stays in");
        } else {
            cluster.must(line);
        }
    }
}

/// Whether some PGs are in a state with this word, and none in one with another of these, or on its
/// way to another.
fn is_at_rest(cluster: &LiveCluster, word: &str, others: &[&str]) -> bool {
    const PASSING: [&str; 4] = ["recovering", "peering", "activating", "unknown"];
    let states = states(cluster);
    let has = |word: &str| states.keys().any(|state| state.split('+').any(|one| one == word));
    has(word) && !PASSING.iter().chain(others).any(|other| has(other))
}

/// How many PGs are in which state.
fn states(cluster: &LiveCluster) -> BTreeMap<String, usize> {
    let dump = cluster.json("ceph pg dump pgs");
    let mut counts = BTreeMap::new();
    for state in list(&dump["pg_stats"]).filter_map(|stats| stats["state"].as_str()) {
        *counts.entry(state.to_owned()).or_default() += 1;
    }
    counts
}

/// The state that the changes lead to, by the model.
fn predicted(before: &Answers, change: &[&str]) -> Cluster {
    let cluster = before.with_inputs(Cluster::load).expect("a cluster's answers");
    let number = |text: &str| text.parse::<i32>().expect("a number");
    let changed = change.iter().fold(cluster, |cluster, line| {
        let next = if let Some(osd) = line.strip_prefix("!kill ") {
            cluster.fail(&[number(osd)])
        } else if line.starts_with("!out ") {
            cluster.wait(Duration::from_secs(86_400).as_secs())
        } else {
            cluster.run(&[(*line).to_owned()])
        };
        next.unwrap_or_else(|error| panic!("{line}: {error}"))
    });
    settled(&changed)
}

/// Compares the bytes of each OSD, MAX AVAIL of each pool, and how many PGs wait for room.
fn check(name: &str, change: &[&str], end: End, before: &Answers, after: &Answers) {
    let end_state = predicted(before, change);
    let is_serving = |osd: i32| end_state.map().is_up(osd) && end_state.map().is_in(osd);
    let mut largest = 0.0f64;
    let mut moved = 0;
    for (node, was) in list(&after.osd_df["nodes"]).zip(list(&before.osd_df["nodes"])) {
        let id = |node: &serde_json::Value| node["id"].as_i64().expect("an id") as i32;
        let used = |node: &serde_json::Value| node["kb_used"].as_u64().expect("a size") << 10;
        if !is_serving(id(node)) {
            continue;
        }
        let found = end_state.recorded().osds[&id(node)].used_bytes;
        let off_by = found.abs_diff(used(node)) as f64 / used(node) as f64;
        assert!(
            off_by <= TOLERANCE,
            "{name}, osd.{}: {found} bytes, the cluster says {}, before {}",
            id(node),
            used(node),
            used(was)
        );
        largest = largest.max(off_by);
        moved += used(node).abs_diff(used(was));
    }
    let options = CapacityOptions {
        release: PACIFIC,
        object_sizes: None,
        min_alloc_size_bytes: None,
        refuses_shortage: false,
        threads: ONE,
    };
    let report =
        capacity(&end_state.subject(), &options, &Progress::new()).expect("sizes are known");
    let mut largest_avail = 0.0f64;
    for pool in &report.pools {
        let said = list(&after.df["pools"]).find(|one| one["id"] == pool.id).expect("a pool");
        let said = said["stats"]["max_avail"].as_u64().expect("a size");
        let found = pool.max_avail_bytes.expect("sizes are known");
        let off_by = found.abs_diff(said) as f64 / said as f64;
        assert!(off_by <= TOLERANCE, "{name}, {}: {found}, the cluster says {said}", pool.name);
        largest_avail = largest_avail.max(off_by);
    }
    let toofull = |answers: &Answers| {
        list(&answers.pgs["pg_map"]["pg_stats"])
            .filter(|pg| pg["state"].as_str().is_some_and(|state| state.contains("toofull")))
            .count() as u64
    };
    let summary = support::outlook(&end_state);
    let counted = summary.summary().healed.pgs_backfill_toofull;
    assert_eq!(counted, toofull(after), "{name}: PGs without room");
    assert_eq!(counted > 0, end == End::NoRoom, "{name}");
    println!(
        "{name}: OSDs differ by {:.3} % at most, MAX AVAIL by {:.3} %; {moved} bytes came or went",
        100.0 * largest,
        100.0 * largest_avail
    );
}
