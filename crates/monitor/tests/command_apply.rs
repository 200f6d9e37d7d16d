//! What commands do to a map, and what they are refused for. That a real cluster does the same is
//! tested in live.rs.

mod command_support;

use command_support::{cluster, pool, refused, run, try_run, up};
use crushlab_monitor::config::{Config, Context};
use crushlab_osdmap::model::{FULL_WEIGHT, map_flag, state};
use crushlab_osdmap::{OsdMap, OsdStats, PgId};

const ENOENT: i32 = 2;
const EBUSY: i32 = 16;
const EINVAL: i32 = 22;
const EDOM: i32 = 33;
const ERANGE: i32 = 34;
const EPERM: i32 = 1;

fn with_pool() -> OsdMap {
    run(&cluster(12, 2, 2), "ceph osd pool create rep 32 --autoscale-mode off")
}

#[test]
fn out_and_in_remember_the_reweight() {
    let map = run(&cluster(12, 2, 2), "ceph osd reweight 3 0.5");
    assert_eq!(map.osd_weight(3), FULL_WEIGHT / 2);
    let out = run(&map, "ceph osd out osd.3");
    assert_eq!((out.osd_weight(3), out.epoch), (0, map.epoch + 1));
    let again = run(&out, "ceph osd out 3");
    assert_eq!(again.epoch, out.epoch, "nothing to do makes no new map");
    let back = run(&out, "ceph osd in 3");
    assert_eq!(back.osd_weight(3), FULL_WEIGHT / 2);
    assert_eq!(back.osds[3].xinfo.old_weight, 0);
}

#[test]
fn out_moves_only_what_has_to_move() {
    let map = with_pool();
    let out = run(&map, "ceph osd out 3");
    let (before, after) = (up(&map, 1), up(&out, 1));
    assert!(before.iter().any(|pg| pg.contains(&3)));
    assert!(after.iter().all(|pg| pg.len() == 3 && !pg.contains(&3)));
    assert_eq!(up(&run(&out, "ceph osd in 3"), 1), before);
}

#[test]
fn an_osd_comes_and_goes() {
    let map = with_pool();
    let uuid = "11111111-1111-4111-8111-111111111111";
    let new = run(&map, &format!("ceph osd new {uuid}"));
    assert_eq!(new.osd_state(12), state::EXISTS | state::NEW);
    assert_eq!(run(&new, &format!("ceph osd new {uuid}")).epoch, new.epoch);
    let placed = run(&new, "ceph osd crush add osd.12 1.5 host=host6 rack=rack3 root=default");
    assert_eq!(placed.crush.item_weight(12), Some(3 << 15));
    assert_eq!(refused(&map, "ceph osd crush add osd.12 1.5 host=host6"), ENOENT);
    assert_eq!(refused(&placed, "ceph osd purge 3 --yes-i-really-mean-it"), EBUSY);
    assert_eq!(refused(&placed, "ceph osd rm 3"), EBUSY);
    let destroyed = run(&placed, "ceph osd destroy 12 --yes-i-really-mean-it");
    assert_ne!(destroyed.osd_state(12) & state::DESTROYED, 0);
    let purged = run(&placed, "ceph osd purge 12 --yes-i-really-mean-it");
    assert!(!purged.exists(12) && purged.crush.item_name(12).is_none());
    assert_eq!(refused(&map, &format!("ceph osd new {uuid} 3")), EINVAL);
    assert_eq!(refused(&map, &format!("ceph osd new {uuid} 2000000000")), ERANGE);
}

#[test]
fn an_osd_that_is_needed_is_kept() {
    let down = run(&with_pool(), "ceph osd down 3");
    assert_eq!(refused(&with_pool(), "ceph osd purge 3"), EBUSY);
    const EAGAIN: i32 = 11;
    assert_eq!(refused(&down, "ceph osd purge 3"), EAGAIN);
    assert!(!run(&down, "ceph osd purge 3 --force").exists(3));
}

#[test]
fn flags_are_bits() {
    let map = cluster(4, 2, 1);
    let set = run(&map, "ceph osd set noout");
    assert_eq!(set.flags, map_flag::NOOUT);
    assert_eq!(run(&set, "ceph osd unset noout").flags, 0);
    let group = run(&map, "ceph osd set-group noout,noin osd.1 host1");
    assert_eq!(group.osd_state(1) & state::NOOUT, state::NOOUT);
    assert_eq!(group.crush_node_flags.values().copied().sum::<u32>(), state::NOOUT | state::NOIN);
    let cleared = run(&group, "ceph osd unset-group noin,noout osd.1 host1");
    assert_eq!(cleared.osd_state(1), map.osd_state(1));
    assert!(cleared.crush_node_flags.is_empty());
    assert_eq!(refused(&map, "ceph osd set-group noout nothing"), EINVAL);
}

#[test]
fn pools_are_made_as_asked() {
    let map = with_pool();
    let rep = pool(&map, "rep");
    assert_eq!((rep.size, rep.min_size, rep.pg_num, rep.pg_num_target), (3, 2, 32, 32));
    let scaled = run(&map, "ceph osd pool create scaled");
    assert_eq!(
        (pool(&scaled, "scaled").pg_num, pool(&scaled, "scaled").pg_autoscale_mode),
        (32, 2)
    );
    let map = run(&map, "ceph osd erasure-code-profile set ec42 k=4 m=2");
    let map = run(&map, "ceph osd pool create ec 16 16 erasure ec42");
    let ec = pool(&map, "ec");
    assert_eq!((ec.size, ec.min_size, ec.stripe_width), (6, 5, 16_384));
    assert_eq!(map.crush.rule_id("ec"), Some(i32::from(ec.crush_rule)));
    let large = Context {
        config: Config { mon_max_pg_per_osd: 100_000, ..Config::default() },
        ..Context::default()
    };
    let applied = try_run(&map, "ceph osd pool create large 4096", &large).expect("a large pool");
    let large = pool(&applied.map, "large");
    assert_eq!((large.pg_num, large.pg_num_target, large.pgp_num_target), (1024, 4096, 4096));
}

#[test]
fn pools_are_refused_as_ceph_does() {
    let map = with_pool();
    for (line, errno) in [
        ("ceph osd pool create much 4096", ERANGE),
        ("ceph osd pool create x 8 16", ERANGE),
        ("ceph osd pool create x 8 8 replicated nothing", ENOENT),
        ("ceph osd pool create rep 8 8 erasure", EINVAL),
        ("ceph osd pool set nothing size 2", ENOENT),
        ("ceph osd pool set rep size 11", EINVAL),
        ("ceph osd pool set rep size 1", EPERM),
        ("ceph osd pool set rep min_size 4", EINVAL),
        ("ceph osd pool set rep pg_num 0", ERANGE),
        ("ceph osd pool set rep pg_num 2048", ERANGE),
        ("ceph osd pool set rep pgp_num 33", EINVAL),
        ("ceph osd pool set rep crush_rule nothing", ENOENT),
        ("ceph osd pool set rep pg_num_min 64", EINVAL),
        ("ceph osd pool set rep nothing 1", EINVAL),
        ("ceph osd pool delete rep", EPERM),
        ("ceph osd pool delete rep rep --yes-i-really-really-mean-it", EPERM),
        ("ceph osd crush rule rm replicated_rule", EBUSY),
        ("ceph osd crush rm default", 39),
        ("ceph osd setmaxosd 4", EBUSY),
    ] {
        assert_eq!(refused(&map, line), errno, "{line}");
    }
}

/// The monitor's sum of facts: 2048 PGs of size 3 and 147 others are too many for 7 OSDs.
#[test]
fn too_many_pgs_are_refused_with_the_sum() {
    let map = run(&cluster(7, 1, 7), "ceph osd pool create rep 49 --autoscale-mode off");
    let refusal = try_run(&map, "ceph osd pool create much 2048", &Context::default());
    let message = refusal.expect_err("too many").to_string();
    assert!(message.starts_with("Error ERANGE: pg_num 2048 size 3 would mean 6291"), "{message}");
    assert!(message.contains("exceeds max 1750"), "{message}");
}

#[test]
fn upmaps_that_no_longer_fit_are_dropped() {
    let map = with_pool();
    let pg = PgId::new(1, 0);
    let from = up(&map, 1)[0][0];
    // The other OSD of the same host, so that the rule is kept.
    let to = from ^ 1;
    let mapped = run(&map, &format!("ceph osd pg-upmap-items 1.0 {from} {to}"));
    assert_eq!(mapped.pg_upmap_items.get(&pg), Some(&vec![(from, to)]));
    assert!(up(&mapped, 1)[0].contains(&to));
    let out = run(&mapped, &format!("ceph osd out {to}"));
    assert!(out.pg_upmap_items.is_empty());
    let weightless = run(&mapped, &format!("ceph osd crush reweight osd.{to} 0"));
    assert!(weightless.pg_upmap_items.is_empty());
    assert_eq!(refused(&map, "ceph osd pg-upmap-items 1.0 0"), EINVAL);
    assert_eq!(refused(&map, "ceph osd pg-upmap 1.0 0 99 4"), ENOENT);
    assert_eq!(refused(&map, "ceph osd pg-upmap 1.40 0 2 4"), ENOENT);
    let old = OsdMap { require_min_compat_client: 10, ..map };
    assert_eq!(refused(&old, "ceph osd pg-upmap-items 1.0 0 2"), EPERM);
}

#[test]
fn an_upmap_against_the_rule_is_dropped_at_once() {
    let map = with_pool();
    assert!(run(&map, "ceph osd pg-upmap 1.0 0 1 4").pg_upmap.is_empty());
}

#[test]
fn temporary_osds_are_dropped_when_they_are_of_no_use() {
    let map = with_pool();
    let own = up(&map, 1)[0].clone();
    let line = |osds: &[i32]| {
        let osds: Vec<String> = osds.iter().map(i32::to_string).collect();
        format!("ceph osd pg-temp 1.0 {}", osds.join(" "))
    };
    assert!(run(&map, &line(&own)).pg_temp.is_empty(), "the same as without");
    let others: Vec<i32> = (0..12).filter(|osd| !own.contains(osd)).take(3).collect();
    let temp = run(&map, &line(&others));
    assert_eq!(temp.pg_temp.get(&PgId::new(1, 0)), Some(&others));
    let dead = others.iter().fold(temp, |map, osd| run(&map, &format!("ceph osd down {osd}")));
    assert!(dead.pg_temp.is_empty());
}

#[test]
fn reweights_go_by_fill() {
    let map = with_pool();
    let line = "ceph osd reweight-by-utilization 110 0.1 2";
    assert_eq!(refused(&map, line), EDOM, "nothing is known of the fill");
    let gib = 1u64 << 30;
    let osd_usage = (0..12)
        .map(|osd| {
            let used_bytes = if osd == 5 { 80 * gib } else { 40 * gib };
            (osd, OsdStats { total_bytes: 100 * gib, used_bytes, available_bytes: 0, parts: None })
        })
        .collect();
    let context = Context { osd_usage, ..Context::default() };
    let dry = try_run(&map, "ceph osd test-reweight-by-utilization 110 0.1 2", &context);
    let dry = dry.expect("a dry run");
    assert_eq!((dry.map.epoch, dry.notes.len()), (map.epoch, 1));
    let changed = try_run(&map, line, &context).expect("a change").map;
    assert_eq!(changed.osd_weight(5), FULL_WEIGHT - 6553);
    assert_eq!(changed.osd_weight(4), FULL_WEIGHT);
}

#[test]
fn commands_that_only_look_change_nothing() {
    let map = with_pool();
    for line in ["ceph -f json osd tree", "ceph status", "ceph osd pool ls detail"] {
        assert_eq!(run(&map, line).epoch, map.epoch, "{line}");
    }
}
