//! Recorded recoveries of live 16.2.15 clusters, simulated: how many PGs move at once, in which
//! order, and how long it takes. `test/golden/recovery` says how they were recorded.

use crushlab_cluster::{Change, Cluster, Recovery, RecoveryOptions};
use crushlab_compare::Progress;
use crushlab_osdmap::Input;
use crushlab_recovery::{BottleneckKind, Range};
use serde_json::Value;

fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/recovery");
    std::fs::read(format!("{folder}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A recorded cluster before anything happened, with the settings that it had.
fn cluster(run: &str, max_backfills: &str) -> Cluster {
    let (map, pgs) = (golden(&format!("{run}-before.osdmap")), golden(&format!("{run}-pgs.json")));
    let inputs = [Input { name: "map", bytes: &map }, Input { name: "pgs.json", bytes: &pgs }];
    let cluster = Cluster::load(&inputs).expect("a cluster");
    // A process that is killed is reported at once.
    let settings = [
        ("osd_max_backfills", max_backfills),
        ("osd_recovery_sleep", "0.1"),
        ("osd_heartbeat_grace", "0"),
    ];
    cluster.with_config(settings).expect("settings")
}

fn recovery(cluster: &Cluster, changes: &[Change]) -> Recovery {
    let options = RecoveryOptions { orders: 101, what_if: false, ..RecoveryOptions::default() };
    cluster
        .recovery(changes, &options, no_file, &Progress::new())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn run(command: &str) -> Change {
    Change::Run(command.to_owned())
}

fn wait(seconds: u64) -> Change {
    Change::Wait(seconds, format!("{seconds}s"))
}

/// What a run recorded of its slots, by the time.
struct Recorded {
    /// When the first slot was held, and when the last was given back.
    begun: f64,
    ended: f64,
    /// PGs that copied at once, at most.
    most: f64,
    rows: Vec<(f64, Vec<u64>)>,
}

fn recorded(run: &str) -> Recorded {
    let all: Value = serde_json::from_slice(&golden("slots.json")).expect("JSON");
    let rows = all[run].as_array().expect("a run");
    let number = |row: &Value, name: &str| row[name].as_f64().expect("a number");
    let held = |row: &&Value| number(row, "local") > 0.0;
    let priorities = |row: &Value| -> Vec<u64> {
        let list = row["priorities"].as_array().expect("a list");
        list.iter().filter_map(Value::as_u64).collect()
    };
    Recorded {
        begun: number(rows.iter().find(held).expect("one"), "at_seconds"),
        ended: number(rows.last().expect("one"), "at_seconds"),
        most: rows.iter().map(|row| number(row, "remote")).fold(0.0, f64::max),
        rows: rows.iter().map(|row| (number(row, "at_seconds"), priorities(row))).collect(),
    }
}

fn holds(range: Range, value: f64) -> bool {
    range.low <= value && value <= range.high
}

#[test]
fn an_osd_that_is_out_is_emptied_as_fast_as_slots_let_it() {
    for (name, slots) in [("mb1", "1"), ("mb3", "3")] {
        let (found, recorded) =
            (recovery(&cluster(name, slots), &[run("ceph osd out 3")]), recorded(name));
        let report = &found.report;
        let clean = report.clean_seconds.expect("all is clean in the end");
        let took = recorded.ended - recorded.begun;
        assert!(holds(clean, took), "{name}: {took} s, simulated {clean:?}");
        let most = report.most_moving_pgs;
        assert!(
            holds(most, recorded.most),
            "{name}: {} at once, simulated {most:?}",
            recorded.most
        );
        // Nothing was degraded, and every priority was that of data that only moves.
        assert!(recorded.rows.iter().all(|(_, held)| held.iter().all(|one| *one == 110)));
        assert_eq!((report.preemptions.high, report.unclean_pgs), (0.0, 0));
        assert_eq!(report.undegraded_seconds, Some(Range { low: 0.0, median: 0.0, high: 0.0 }));
        assert_eq!(report.moved_bytes.low, report.moved_bytes.high);
    }
}

#[test]
fn the_primary_that_has_most_to_do_holds_up_the_others() {
    let report = recovery(&cluster("mb3", "3"), &[run("ceph osd out 3")]).report;
    // 538 objects of osd.6 at ten a second; three times the slots change nothing of that.
    let first = &report.bottlenecks[0];
    assert_eq!((first.kind, first.osd), (BottleneckKind::LocalSlot, Some(6)));
    let pace = &report.paces[0];
    assert_eq!((pace.kind, pace.osd), (BottleneckKind::RecoverySleep, Some(6)));
    assert!(report.settled_seconds.low > 53.8, "{:?}", report.settled_seconds);
    let whole: f64 = report.bottlenecks.iter().map(|one| one.seconds).sum();
    let ratio: f64 = report.bottlenecks.iter().map(|one| one.ratio).sum();
    let parts = (whole - report.settled_seconds.median).abs();
    assert!(parts < 1e-6 && (ratio - 1.0).abs() < 1e-9, "{:?}", report.bottlenecks);
}

#[test]
fn osds_that_return_empty_are_filled_one_pg_after_another() {
    let start = cluster("mb1", "1");
    let out = start.run(&["ceph osd out 3 5".to_owned()]).expect("a command");
    let settled = out.settled(std::num::NonZeroUsize::MIN, &Progress::new()).expect("it settles");
    let report = recovery(&settled, &[run("ceph osd in 3 5")]).report;
    assert!(report.pgs > 30, "{}", report.pgs);
    // Each of the two takes one at a time, and most PGs need a slot of one that waits for another.
    assert!(report.most_moving_pgs.high <= 2.0, "{:?}", report.most_moving_pgs);
    let received = report.osds.iter().map(|one| one.received_bytes).max().expect("some");
    let objects = received as f64 / 262_144.0;
    assert!(report.settled_seconds.low >= objects * 0.1, "{:?}", report.settled_seconds);
}

#[test]
fn pgs_that_lack_copies_overtake_those_that_only_move() {
    let changes = [
        run("ceph osd out 3"),
        wait(15),
        Change::Fail(vec!["osd.5".to_owned()]),
        wait(7),
        run("ceph osd out 5"),
    ];
    let (found, recorded) = (recovery(&cluster("mb1", "1"), &changes), recorded("second_failure"));
    let report = &found.report;
    // All primaries had 110 before, and 151 in the first sample after osd.5 was out.
    let swap = recorded.rows.iter().find(|(_, held)| held.contains(&151)).expect("a swap");
    assert!(swap.1.iter().all(|one| *one == 151));
    assert!(report.preemptions.low >= 1.0, "{:?}", report.preemptions);
    let undegraded = report.undegraded_seconds.expect("copies come back");
    let last = recorded.rows.iter().rfind(|(_, held)| held.contains(&151)).expect("one");
    let took = last.0 - recorded.begun;
    assert!(undegraded.low <= took && took <= undegraded.high * 1.1, "{took}: {undegraded:?}");
    let clean = report.clean_seconds.expect("all is clean in the end");
    assert!(clean.low > undegraded.low && clean.median > undegraded.median);
    assert!(report.second_copy_seconds.is_some_and(|range| range.high == 0.0));
}

/// No change here names a file.
fn no_file(_: usize, path: &str) -> Result<Vec<u8>, String> {
    Err(format!("{path} is not there"))
}
