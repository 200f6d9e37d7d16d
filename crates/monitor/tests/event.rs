//! Failures, returns and time.

mod command_support;

use command_support::{cluster, pool, run};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::{Downtime, TargetError, fail, osds_of, pass_time, recover};
use crushlab_monitor::staging::settle;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{FULL_WEIGHT, state};

/// 40 OSDs in 4 racks of two hosts each.
fn racks() -> OsdMap {
    cluster(40, 5, 2)
}

fn fail_named(map: &OsdMap, name: &str) -> OsdMap {
    let osds = osds_of(map, name).expect("a name of the map");
    fail(map, &osds, &Context::default()).map
}

fn after(map: &OsdMap, seconds: u64) -> OsdMap {
    pass_time(map, &Downtime::default(), seconds, &Context::default()).map
}

fn out_count(map: &OsdMap) -> usize {
    (0..map.max_osd() as i32).filter(|osd| !map.is_in(*osd)).count()
}

#[test]
fn names_mean_osds() {
    let map = run(&racks(), "ceph osd crush set-device-class ssd 0 7");
    assert_eq!(osds_of(&map, "osd.3"), Ok(vec![3]));
    assert_eq!(osds_of(&map, "host1"), Ok((5..10).collect()));
    assert_eq!(osds_of(&map, "rack3"), Ok((30..40).collect()));
    assert_eq!(osds_of(&map, "ssd"), Ok(vec![0, 7]));
    let unknown = TargetError::Unknown { name: "osd.99".to_owned() };
    assert_eq!(osds_of(&map, "osd.99"), Err(unknown));
    assert!(osds_of(&map, "host99").is_err());
}

#[test]
fn a_dead_host_goes_out_after_ten_minutes() {
    let map = fail_named(&racks(), "host1");
    assert!((5..10).all(|osd| !map.is_up(osd) && map.is_in(osd)));
    assert_eq!(out_count(&after(&map, 599)), 0);
    let later = after(&map, 600);
    assert_eq!(out_count(&later), 5);
    assert_ne!(later.osd_state(5) & state::AUTOOUT, 0);
    let back = recover(&later, &[5, 6, 7, 8, 9], &Context::default()).map;
    assert_eq!(out_count(&back), 0);
    assert_eq!((back.osd_weight(5), back.osd_state(5)), (FULL_WEIGHT, map.osd_state(0)));
}

#[test]
fn time_adds_up() {
    let context = Context::default();
    let map = fail_named(&racks(), "osd.3");
    let first = pass_time(&map, &Downtime::default(), 400, &context);
    assert_eq!(out_count(&first.map), 0);
    let second = pass_time(&first.map, &first.downtime, 200, &context);
    assert_eq!(out_count(&second.map), 1);
    assert_eq!(second.notes, ["osd.3 is marked out after 200 s"]);
}

#[test]
fn a_dead_rack_stays_in() {
    let map = fail_named(&racks(), "rack2");
    assert_eq!(out_count(&after(&map, 1_000_000)), 0);
    let context = Context {
        config: Config { mon_osd_down_out_subtree_limit: "root".to_owned(), ..Config::default() },
        ..Context::default()
    };
    let passed = pass_time(&map, &Downtime::default(), 600, &context);
    assert_eq!(out_count(&passed.map), 10);
}

/// Before the 11th is marked 30 of 40 are in, which is not less than 0.75; before the 12th, 29.
#[test]
fn enough_osds_stay_in() {
    let mut map = racks();
    for osd in [0, 1, 5, 6, 10, 11, 15, 16, 20, 25, 30, 35] {
        map = fail_named(&map, &format!("osd.{osd}"));
    }
    let later = after(&map, 600);
    assert_eq!(out_count(&later), 11);
    assert!(later.is_in(35));
}

#[test]
fn noout_keeps_osds_in() {
    let down = fail_named(&racks(), "host1");
    for line in [
        "ceph osd set noout",
        "ceph osd set-group noout host1",
        "ceph osd set-group noout rack0",
        "ceph osd add-noout 5 6 7 8 9",
    ] {
        assert_eq!(out_count(&after(&run(&down, line), 3600)), 0, "{line}");
    }
    assert_eq!(out_count(&after(&run(&down, "ceph osd add-noout 5"), 3600)), 4);
}

#[test]
fn flags_keep_osds_up_and_down() {
    let map = run(&racks(), "ceph osd set nodown");
    assert!(fail_named(&map, "osd.3").is_up(3));
    let down = run(&fail_named(&racks(), "osd.3"), "ceph osd set noup");
    assert!(!recover(&down, &[3], &Context::default()).map.is_up(3));
}

#[test]
fn slow_osds_are_given_more_time() {
    let mut map = fail_named(&racks(), "osd.3");
    map.osds[3].xinfo.laggy_probability = u32::MAX;
    map.osds[3].xinfo.laggy_interval_seconds = 100;
    // 600 + 100 * 2^(-t/3600) is t at about 688.
    assert_eq!(out_count(&after(&map, 680)), 0);
    assert_eq!(out_count(&after(&map, 690)), 1);
}

#[test]
fn pg_num_goes_up_and_down_in_steps() {
    let map = run(&racks(), "ceph osd pool create rep 256 --autoscale-mode off");
    let map = run(&map, "ceph osd pool set rep pg_num 512");
    assert_eq!((pool(&map, "rep").pg_num, pool(&map, "rep").pg_num_target), (256, 512));
    let steps = settle(&map, &Context::default());
    let numbers: Vec<(u32, u32)> =
        steps.iter().map(|step| pool(&step.map, "rep")).map(|p| (p.pg_num, p.pgp_num)).collect();
    assert_eq!(numbers.first(), Some(&(384, 256)));
    assert_eq!(numbers.last(), Some(&(512, 512)));
    assert!(numbers.windows(2).all(|pair| pair[1].1 - pair[0].1 <= 12), "{numbers:?}");

    let last = &steps.last().expect("steps").map;
    let lower = run(last, "ceph osd pool set rep pg_num 128");
    let steps = settle(&lower, &Context::default());
    let numbers: Vec<(u32, u32)> =
        steps.iter().map(|step| pool(&step.map, "rep")).map(|p| (p.pg_num, p.pgp_num)).collect();
    assert_eq!(numbers.last(), Some(&(128, 128)));
    assert!(numbers.iter().all(|(pg_num, pgp_num)| pg_num - pgp_num <= 25), "{numbers:?}");
}

#[test]
fn empty_pools_jump() {
    let map = run(&racks(), "ceph osd pool create rep 64 --autoscale-mode off");
    let map = run(&map, "ceph osd pool set rep pg_num 128");
    let context = Context { pool_objects: [(1, 0)].into(), ..Context::default() };
    let steps = settle(&map, &context);
    assert_eq!(steps.len(), 2);
    assert_eq!(pool(&steps[1].map, "rep").pgp_num, 128);
}
