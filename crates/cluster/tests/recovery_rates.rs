//! Times that can be worked out by hand: what one thing alone keeps from being faster.

mod support;

use crushlab_cluster::{Change, Cluster, FollowError, Recovery, RecoveryOptions};
use crushlab_compare::Progress;
use crushlab_recovery::{BottleneckKind, Rates, RecoveryError};
use support::{plan, views};

/// One PG on three of four OSDs: objects of these bytes.
fn one_pg(objects: u64, object_bytes: u64, more: &str) -> Cluster {
    let stored = objects * object_bytes;
    plan(&format!(
        "
hosts: [{{count: 4, osds: [{{count: 1, size: 4 TiB, class: hdd}}]}}]
pools: [{{name: one, {more} pg_num: 1, stored: {stored} B, objects: {objects}}}]
"
    ))
}

fn exact() -> Rates {
    Rates { uncertainty: 0.0, peering_seconds: 0.0, ..Rates::default() }
}

fn ask(cluster: &Cluster, changes: &[Change], rates: Rates, orders: usize) -> Recovery {
    let options = RecoveryOptions { rates, orders, what_if: false, ..RecoveryOptions::default() };
    cluster
        .recovery(changes, &options, no_file, &Progress::new())
        .unwrap_or_else(|error| panic!("{error}"))
}

fn run(command: String) -> Change {
    Change::Run(command)
}

/// Moves the last replica of the only PG elsewhere.
fn out_last(cluster: &Cluster) -> [Change; 1] {
    let last = views(cluster)[0].0.last().copied().expect("a replica");
    [run(format!("ceph osd out {last}"))]
}

fn near(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 0.005, "{found}, not {expected}");
}

const MIB: f64 = 1_048_576.0;

#[test]
fn a_sleep_is_the_pace_of_a_primary() {
    // Ten objects a second under wpq, whatever their size: 40 MiB/s of 4 MiB, 0.6 of 64 KiB.
    for object_bytes in [4 << 20, 64 << 10] {
        let cluster = one_pg(1000, object_bytes, "size: 3,");
        let cluster = cluster.with_config([("osd_op_queue", "wpq")]).expect("a setting");
        let found = ask(&cluster, &out_last(&cluster), exact(), 1);
        // Three scans of 1,000 objects count as steps, too.
        near(found.report.settled_seconds.median, 100.3);
        assert_eq!(found.report.paces[0].kind, BottleneckKind::RecoverySleep);
        near(found.report.moved_bytes.median, 1000.0 * object_bytes as f64);
    }
}

#[test]
fn mclock_lets_data_that_only_moves_have_nine_tenths_of_a_disk() {
    let settings = [("osd_op_queue", "mclock_scheduler")];
    let cluster = one_pg(1000, 4 << 20, "size: 3,").with_config(settings).expect("a setting");
    let found = ask(&cluster, &out_last(&cluster), exact(), 1);
    near(found.report.settled_seconds.median, 4000.0 / 135.0);
    assert_eq!(found.report.paces[0].kind, BottleneckKind::SchedulerBestEffort);
    // Small objects are charged as what the disk could have read in the time: 283 a second.
    let cluster = one_pg(10_000, 4096, "size: 3,").with_config(settings).expect("a setting");
    let found = ask(&cluster, &out_last(&cluster), exact(), 1);
    near(found.report.settled_seconds.median, 10_000.0 / (0.9 * 315.0));
}

#[test]
fn a_lost_shard_is_made_of_k_others_and_a_moved_one_is_copied() {
    let erasure = "erasure: {k: 2, m: 1},";
    let cluster = one_pg(1000, 4 << 20, erasure);
    let rates = Rates { network_bytes: 10.0 * MIB, ..exact() };
    let up = views(&cluster)[0].0.clone();
    // The shard of an OSD that is out but up goes through the primary: 2 MiB of each object.
    let moved = ask(&cluster, &[run(format!("ceph osd out {}", up[2]))], rates.clone(), 1);
    near(moved.report.settled_seconds.median, 1000.0 * 2.0 / 10.0);
    // One that is gone is made of the two others: the primary gets one of them, and sends one.
    let lost = [
        Change::Fail(vec![format!("osd.{}", up[2])]),
        Change::Wait(30, "30s".to_owned()),
        run(format!("ceph osd out {}", up[2])),
    ];
    let found = ask(&cluster, &lost, rates, 1);
    near(found.report.settled_seconds.median, 30.0 + 1000.0 * 2.0 / 10.0);
    assert_eq!(found.report.paces[0].kind, BottleneckKind::NetworkOut);
    assert!(found.report.undegraded_seconds.is_some());
}

#[test]
fn nothing_heals_before_a_lost_osd_is_out() {
    let cluster = one_pg(100, 4 << 20, "size: 3,");
    let last = views(&cluster)[0].0[2];
    let found = ask(&cluster, &[Change::Fail(vec![format!("osd.{last}")])], exact(), 1);
    let said: Vec<(u64, &str)> =
        found.moments.iter().map(|one| (one.at_seconds, one.text.as_str())).collect();
    let (down, out) =
        (format!("osd.{last} is down"), format!("osd.{last} is marked out after 600 s"));
    assert!(said.contains(&(20, &down)) && said.contains(&(620, &out)), "{said:?}");
    // Clients wait until the failure is found out, and the copy is missing until it is copied.
    assert_eq!(found.report.active_seconds.map(|range| range.high), Some(20.0));
    assert!(found.report.settled_seconds.low > 620.0);
    let moving = found.report.curves.iter().find(|point| point.counts.moving > 0).expect("one");
    assert_eq!(moving.at_seconds, 620.0);
    assert_eq!(found.report.curves[0].counts.moving, 0);
}

#[test]
fn an_osd_that_returns_gets_what_was_written_meanwhile() {
    let cluster = one_pg(1000, 4 << 20, "size: 3,");
    let last = views(&cluster)[0].0[2];
    let name = || format!("osd.{last}");
    let changes = [
        Change::Fail(vec![name()]),
        Change::Wait(120, "2m".to_owned()),
        Change::Recover(vec![name()]),
    ];
    let quiet = ask(&cluster, &changes, exact(), 1);
    assert_eq!(quiet.report.moved_bytes.high, 0.0);
    assert!(quiet.report.warnings.iter().any(|one| one.code == "unknown_writes"));
    // Away from 20 s on for 100 s, at 2 objects a second: by the log, to all that serve the PG.
    let written = ask(&cluster, &changes, Rates { client_writes: Some(2.0), ..exact() }, 1);
    near(written.report.moved_bytes.median, 200.0 * 4.0 * MIB);
    assert!(written.report.clean_seconds.is_some_and(|range| range.low > 120.0));
    // More than the log holds: backfill, but still only what differs.
    let short = [("osd_max_pg_log_entries", "100")];
    let cluster = cluster.with_config(short).expect("a setting");
    let scanned = ask(&cluster, &changes, Rates { client_writes: Some(2.0), ..exact() }, 1);
    near(scanned.report.moved_bytes.median, 200.0 * 4.0 * MIB);
}

#[test]
fn pgs_without_room_wait_for_ever_and_no_osd_passes_backfillfull() {
    let cluster = plan(
        "
hosts: [{count: 4, osds: [{count: 1, size: 1 TiB, class: ssd}]}]
pools: [{name: tight, size: 3, pg_num: 64, stored: 1 TiB, objects: 100000}]
",
    );
    let found = ask(&cluster, &[Change::Fail(vec!["osd.0".to_owned()])], exact(), 3);
    let report = &found.report;
    assert_eq!((report.clean_seconds, report.undegraded_seconds), (None, None));
    assert!(report.toofull_pgs > 0 && report.toofull_pgs == report.unclean_pgs, "{report:?}");
    assert!(report.toofull.len() as u64 >= report.toofull_pgs);
    let fullest = report.osds[0].peak_ratio.expect("a size");
    assert!(fullest > 0.85 && fullest <= 0.9 + 1e-9, "{fullest}");
}

#[test]
fn what_is_not_known_is_said_and_not_taken_for_nothing() {
    let described = plan(
        "
hosts: [{count: 4, osds: [{count: 1, size: 1 TiB}]}]
pools: [{name: rbd, size: 3, pg_num: 8}]
",
    );
    let map = described.map().clone();
    let bare = support::cluster(crushlab_osdmap::Cluster::new(map));
    let options = RecoveryOptions::default();
    let error = bare.recovery(&[], &options, no_file, &Progress::new()).expect_err("no data");
    let pool = "rbd".to_owned();
    assert_eq!(error, FollowError::Recovery(RecoveryError::UnknownData { pool }));
    assert!(error.to_string().contains("ceph pg dump"), "{error}");
}

#[test]
fn the_same_seed_gives_the_same_answer_on_any_number_of_threads() {
    let cluster = wide();
    let changes = [run("ceph osd out 1".to_owned())];
    let ask = |threads: usize| {
        let threads = std::num::NonZeroUsize::new(threads).expect("some");
        let options = RecoveryOptions { threads, orders: 6, seed: 7, ..RecoveryOptions::default() };
        cluster.recovery(&changes, &options, no_file, &Progress::new()).expect("a report")
    };
    assert_eq!(ask(1), ask(3));
}

/// Twelve OSDs on six hosts, with many PGs.
fn wide() -> Cluster {
    plan(
        "
hosts: [{count: 6, osds: [{count: 2, size: 4 TiB, class: hdd}]}]
pools: [{name: rbd, size: 3, pg_num: 256, stored: 2 TiB, objects: 500000}]
",
    )
}

#[test]
fn a_faster_network_is_never_slower() {
    let changes = [run("ceph osd out 1".to_owned())];
    for seed in 0..4 {
        let cluster = wide().with_config([("osd_max_backfills", "2")]).expect("a setting");
        let settled = |megabytes: f64| {
            let rates = Rates { network_bytes: megabytes * MIB, ..exact() };
            let options = RecoveryOptions {
                rates,
                orders: 1,
                seed,
                what_if: false,
                ..RecoveryOptions::default()
            };
            let found =
                cluster.recovery(&changes, &options, no_file, &Progress::new()).expect("a report");
            found.report.settled_seconds.median
        };
        let times: Vec<f64> =
            [5.0, 10.0, 20.0, 40.0, 80.0, 1000.0].into_iter().map(settled).collect();
        assert!(times.windows(2).all(|pair| pair[1] <= pair[0] * 1.0001), "{seed}: {times:?}");
        // As long as nothing else binds, twice the network takes half the time.
        near(times[0], 2.0 * times[1]);
    }
}

#[test]
fn more_slots_make_pgs_wait_less_or_it_is_said_why() {
    let changes = [run("ceph osd out 1".to_owned())];
    for seed in 0..4 {
        let waits = |slots: u32| {
            let slots = slots.to_string();
            let settings = [("osd_max_backfills", slots.as_str()), ("osd_op_queue", "wpq")];
            let cluster = wide().with_config(settings).expect("settings");
            let options = RecoveryOptions {
                rates: exact(),
                orders: 1,
                seed,
                what_if: false,
                ..RecoveryOptions::default()
            };
            let found =
                cluster.recovery(&changes, &options, no_file, &Progress::new()).expect("a report");
            (found.report.waiting_seconds.median, found.report.settled_seconds.median)
        };
        let found: Vec<(f64, f64)> = (1..6).map(waits).collect();
        assert!(found.windows(2).all(|pair| pair[1].0 <= pair[0].0), "{seed}: {found:?}");
    }
}

#[test]
fn what_waits_for_an_osd_that_answers_again_goes_on() {
    let wpq = [("osd_op_queue", "wpq")];
    let cluster = one_pg(1000, 4 << 20, "size: 3,").with_config(wpq).expect("a setting");
    let up = views(&cluster)[0].0.clone();
    let [out] = out_last(&cluster);
    let name = || format!("osd.{}", up[1]);
    let changes = [
        out,
        Change::Wait(5, "5s".to_owned()),
        Change::Fail(vec![name()]),
        Change::Wait(10, "10s".to_owned()),
        Change::Recover(vec![name()]),
    ];
    let found = ask(&cluster, &changes, exact(), 1);
    near(found.report.settled_seconds.median, 110.3);
    // It was never marked down: others had not missed it for long enough.
    assert!(found.moments.iter().all(|one| !one.text.ends_with("is down")), "{:?}", found.moments);
    assert_eq!(found.report.active_seconds.map(|range| range.high), Some(15.0));
}

#[test]
fn a_pool_that_is_deleted_has_nothing_left_to_copy() {
    let settings = [("osd_op_queue", "wpq"), ("mon_allow_pool_delete", "true")];
    let cluster = one_pg(1000, 4 << 20, "size: 3,").with_config(settings).expect("settings");
    let [out] = out_last(&cluster);
    let delete = "ceph osd pool rm one one --yes-i-really-really-mean-it";
    let changes = [out, Change::Wait(50, "50s".to_owned()), run(delete.to_owned())];
    let found = ask(&cluster, &changes, exact(), 1);
    assert_eq!((found.report.unclean_pgs, found.report.toofull_pgs), (0, 0));
    near(found.report.clean_seconds.expect("nothing is left").high, 50.0);
}

#[test]
fn a_primary_that_is_lost_meanwhile_leaves_its_slots_to_others() {
    // Every PG gets its slots in the end, whoever lost them on the way.
    let cluster = wide();
    for osd in [3, 5, 8] {
        let changes = [
            run("ceph osd out 1".to_owned()),
            Change::Wait(60, "60s".to_owned()),
            Change::Fail(vec![format!("osd.{osd}")]),
        ];
        let found = ask(&cluster, &changes, exact(), 4);
        assert_eq!(found.report.unclean_pgs, 0, "osd.{osd}");
        assert!(found.report.clean_seconds.is_some(), "osd.{osd}");
    }
}

/// No change here names a file.
fn no_file(_: usize, path: &str) -> Result<Vec<u8>, String> {
    Err(format!("{path} is not there"))
}
