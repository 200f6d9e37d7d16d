use crushlab_crush::{Op, Step};
use crushlab_osdmap::describe;
use crushlab_osdmap::model::FULL_WEIGHT;

use super::*;

const GIB: f64 = (1u64 << 30) as f64;

/// Three OSDs, one of them twice as large as the others, and what is used of them, in GiB.
fn cluster() -> crushlab_osdmap::Cluster {
    let mut cluster = describe(
        "hosts: [{osds: [{count: 2, size: 1000 GiB}, {size: 2000 GiB}]}]\n\
         pools: [{name: rbd, failure_domain: osd, pg_num: 8}, \
         {name: ec, failure_domain: osd, pg_num: 8, erasure: {k: 4, m: 2}}]\n",
    )
    .expect("a sound description");
    for (osd, used) in [(0, 400), (1, 500), (2, 1500)] {
        let stats = cluster.osds.get_mut(&osd).expect("an OSD");
        stats.used_bytes = used << 30;
        stats.available_bytes = stats.total_bytes - stats.used_bytes;
    }
    cluster
}

fn avail(cluster: &crushlab_osdmap::Cluster) -> RuleAvail {
    let crush = cluster.map.crush.map().expect("a sound map");
    let subject = Subject { map: &cluster.map, crush: &crush, data: cluster, placed: None };
    rule_avail(&subject, subject.rule_id(1).expect("a rule"))
}

fn close(found: u64, expected_gib: f64) -> bool {
    (found as f64 / GIB - expected_gib).abs() < expected_gib * 1e-6
}

#[test]
fn the_osd_with_the_least_room_for_its_part_limits() {
    let cluster = cluster();
    let found = avail(&cluster);
    // 2200, 1800 and 800 GiB by OSD.
    assert!(close(found.raw_bytes, 800.0), "{found:?}");
    assert_eq!(found.limiting_osd, Some(2));
    assert!(close(found.raw_next_bytes.expect("two others"), 1800.0), "{found:?}");
    // 4000 * 0.95 - 2400: all rooms together.
    assert!(close(found.raw_balanced_bytes, 1400.0), "{found:?}");
    let rate = |id: i64| raw_used_rate(&cluster.map, &cluster.map.pools[&id]);
    assert_eq!((rate(1), rate(2)), (3.0, 1.5));
    assert!(close(max_avail_bytes(found.raw_bytes, rate(1)), 800.0 / 3.0));
    assert!(close(max_avail_bytes(found.raw_bytes, rate(2)), 1600.0 / 3.0));
}

#[test]
fn an_osd_that_is_out_is_forgotten_but_keeps_its_part() {
    let mut cluster = cluster();
    cluster.map.osd_weights[2] = 0;
    let found = avail(&cluster);
    // Its half of the data is still not the others'.
    assert!(close(found.raw_bytes, 1800.0), "{found:?}");
    assert_eq!(found.limiting_osd, Some(1));
    // (950 - 400 + 950 - 500) by their half.
    assert!(close(found.raw_balanced_bytes, 2000.0), "{found:?}");
    cluster.map.osd_weights[2] = FULL_WEIGHT / 2;
    assert_eq!(avail(&cluster).limiting_osd, Some(2), "a reweight does not count");
}

#[test]
fn an_osd_above_the_full_ratio_leaves_nothing() {
    let mut cluster = cluster();
    let stats = cluster.osds.get_mut(&0).expect("an OSD");
    stats.available_bytes = 40 << 30;
    let found = avail(&cluster);
    assert_eq!((found.raw_bytes, found.limiting_osd), (0, Some(0)));
    cluster.osds.clear();
    assert_eq!(avail(&cluster), RuleAvail::default());
}

#[test]
fn a_rule_of_several_takes_adds_their_parts() {
    let mut cluster = cluster();
    let rule = cluster.map.crush.core.rules[0].as_mut().expect("a rule");
    let again = rule.steps.clone();
    rule.steps.extend(again);
    let found = avail(&cluster);
    assert!(close(found.raw_bytes, 400.0), "{found:?}");
    assert!(close(found.raw_balanced_bytes, 700.0), "{found:?}");
    let rule = cluster.map.crush.core.rules[0].as_mut().expect("a rule");
    rule.steps = vec![Step::new(Op::Take, 1, 0), Step::new(Op::Emit, 0, 0)];
    // A device that is taken itself has a part of 1: 950 - 500.
    assert!(close(avail(&cluster).raw_bytes, 450.0));
}

#[test]
fn amounts_have_seven_digits_as_in_ceph() {
    // A Ceph 16.2.15 cluster said so.
    assert_eq!(max_avail_bytes(8_030_471_680, 3.0), 2_676_823_808);
    assert_eq!(max_avail_bytes(2_066_011_712, 3.0), 688_670_528);
    assert_eq!(max_avail_bytes(2_066_011_712, 1.5), 1_377_341_056);
    assert_eq!(max_avail_bytes(1, 0.0), 0);
}

#[test]
fn lost_copies_used_to_raise_it() {
    let raw = 7_830_000_000;
    let intact = intact_ratio(1863, 326);
    let before = max_avail_bytes(raw, 3.0) as f64;
    let scaled = max_avail_bytes(raw, 3.0 * intact) as f64;
    assert!((before / 2.610e9 - 1.0).abs() < 1e-3, "{before}");
    assert!((scaled / 3.164e9 - 1.0).abs() < 1e-3, "{scaled}");
    assert_eq!(intact_ratio(0, 0), 1.0);
}

#[test]
fn a_profile_that_does_not_say_leaves_nothing() {
    let mut cluster = cluster();
    cluster.map.erasure_code_profiles.clear();
    assert_eq!(raw_used_rate(&cluster.map, &cluster.map.pools[&2]), 0.0);
}
