//! Many commands on one monitor come to what they come to one by one.

mod command_support;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use command_support::{cluster, run, try_run};
use crushlab_monitor::Monitor;
use crushlab_monitor::command::{Command, apply, apply_all};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::{Downtime, fail, pass_time, recover};
use crushlab_monitor::staging::next_step;
use crushlab_osdmap::{OsdMap, PgId, PoolMapper, describe, map_pool};

fn context() -> Context {
    let config = Config {
        mon_allow_pool_delete: true,
        mon_allow_pool_size_one: true,
        mon_max_pg_per_osd: 1000,
        ..Config::default()
    };
    Context { config, ..Context::default() }
}

/// Twelve OSDs in six hosts of three racks, with two pools.
fn start() -> OsdMap {
    let map = run(&cluster(12, 2, 2), "ceph osd pool create rep 128 --autoscale-mode off");
    let map = run(&map, "ceph osd pool create ec 8 8 erasure --autoscale-mode off");
    let mut map = run(&map, "ceph osd crush set-device-class hdd 0 2 4 6 8 10");
    map.require_min_compat_client = 18;
    map
}

/// All that is in a map: its binary form, and what that of Pacific does not hold.
fn all_of(map: &OsdMap) -> (Vec<u8>, &BTreeMap<PgId, i32>) {
    (map.to_binary(), &map.pg_upmap_primaries)
}

/// A command that sets an exception for a PG, or one that may make exceptions unfit.
fn random_line(random: &mut fastrand::Rng, pgs: u8) -> String {
    let pool = random.u8(1..3);
    let pg = format!("{pool}.{:x}", random.u8(0..if pool == 1 { pgs } else { 9 }));
    let mut osd = || random.u8(0..13).to_string();
    let (a, b, c, d) = (osd(), osd(), osd(), osd());
    let share = ["0", "0.3", "1"][random.usize(..3)];
    let number = random.u8(1..20);
    let pool = ["rep", "ec", "third"][random.usize(..3)];
    let words = match random.u8(..34) {
        0..8 => format!("pg-upmap-items {pg} {a} {b}"),
        8..11 => format!("pg-upmap-items {pg} {a} {b} {b} {c}"),
        11 => format!("rm-pg-upmap-items {pg}"),
        12 => format!("pg-upmap {pg} {a} {b} {c}"),
        13 => format!("rm-pg-upmap {pg}"),
        14..17 => format!("pg-temp {pg} {a} {b} {c}"),
        17 => format!("primary-temp {pg} {a}"),
        18 => format!("pg-upmap-primary {pg} {a}"),
        19 => format!("out {a} {b}"),
        20 => format!("in {a} {b} {c} {d}"),
        21 => format!("reweight {a} {share}"),
        22 => format!("primary-affinity {a} {share}"),
        23 => format!("down {a}"),
        24 => format!("crush reweight osd.{a} {number}"),
        25 => format!("crush move host{} rack=rack{} root=default", a.len(), random.u8(..4)),
        26 => format!("crush set-device-class ssd {a}"),
        27 => format!("pool set {pool} size {}", random.u8(1..5)),
        28 => format!("pool set {pool} pg_num {number}"),
        29 => format!("pool create third {number} --autoscale-mode off"),
        30 => "pool rm third third --yes-i-really-really-mean-it".to_owned(),
        31 => format!("purge {a} --force"),
        32 => "new 00000000-0000-4000-8000-000000000001".to_owned(),
        _ => format!("rm-pg-upmap-primary {pg}"),
    };
    format!("ceph osd {words}")
}

#[test]
fn a_monitor_comes_to_the_same_map_and_the_same_words() {
    let mut random = fastrand::Rng::with_seed(12);
    let context = context();
    let (mut taken, mut refused, mut dropped) = (0, 0, 0);
    for _ in 0..60 {
        let mut one_by_one = start();
        let mut monitor = Monitor::new(one_by_one.clone(), &context);
        let (mut downtime, mut downtime_alone) = (Downtime::default(), Downtime::default());
        for _ in 0..150 {
            let line = random_line(&mut random, 18);
            let command = Command::parse(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
            let together = monitor.run(&command);
            let alone = apply(&one_by_one, &command, &context);
            match (alone, together) {
                (Ok(alone), Ok(notes)) => {
                    dropped += notes.iter().filter(|note| note.contains("dropped")).count();
                    assert_eq!(alone.notes, notes, "{line}");
                    one_by_one = alone.map;
                    taken += 1;
                }
                (Err(alone), Err(together)) => {
                    assert_eq!(alone, together, "{line}");
                    refused += 1;
                }
                (alone, together) => panic!("{line}: {:?}, {together:?}", alone.map(|a| a.notes)),
            }
            let osds = [random.i32(..12), random.i32(..12)];
            match random.u8(..40) {
                0 => {
                    monitor.fail(&osds);
                    one_by_one = fail(&one_by_one, &osds, &context).map;
                }
                1 | 2 => {
                    monitor.recover(&osds);
                    one_by_one = recover(&one_by_one, &osds, &context).map;
                }
                3 => {
                    monitor.pass_time(&mut downtime, 400);
                    let passed = pass_time(&one_by_one, &downtime_alone, 400, &context);
                    (one_by_one, downtime_alone) = (passed.map, passed.downtime);
                }
                4 => {
                    let step = next_step(&one_by_one, &context);
                    let notes = monitor.next_pg_num_step();
                    assert_eq!(step.as_ref().map(|step| &step.notes), notes.as_ref());
                    one_by_one = step.map_or(one_by_one, |step| step.map);
                }
                _ => {}
            }
            assert!(all_of(monitor.map()) == all_of(&one_by_one), "{line}: the maps differ");
            assert_eq!(downtime, downtime_alone);
        }
    }
    // Enough of each for the test to show anything.
    assert!(taken > 3_000 && refused > 1_000 && dropped > 200, "{taken} {refused} {dropped}");
}

#[test]
fn placing_ahead_changes_nothing() {
    let mut random = fastrand::Rng::with_seed(13);
    let context = context();
    for _ in 0..12 {
        let lines: Vec<String> = (0..400).map(|_| random_line(&mut random, 130)).collect();
        let commands = lines.iter().map(|line| Command::parse(line).expect("a command"));
        let commands: Vec<Command> = commands.collect();
        let mut one_by_one = start();
        for command in &commands {
            if let Ok(applied) = apply(&one_by_one, command, &context) {
                one_by_one = applied.map;
            }
        }
        let mut monitor = Monitor::new(start(), &context);
        let mut rest = commands.as_slice();
        while let Err(refused) = monitor.run_all(rest) {
            rest = &rest[refused.index + 1..];
        }
        assert!(all_of(monitor.map()) == all_of(&one_by_one));
    }
}

#[test]
fn the_first_refusal_names_its_command_and_nothing_is_changed() {
    let map = start();
    let lines = ["ceph osd out 1", "ceph osd out 2", "ceph osd crush reweight osd.77 1"];
    let commands: Vec<Command> =
        lines.iter().map(|line| Command::parse(line).expect("a command")).collect();
    let all = apply_all(&map, &commands[..2], &context()).expect("both are taken");
    assert_eq!((all.map.osd_weight(1), all.map.osd_weight(2)), (0, 0));
    assert_eq!(all.map.epoch, map.epoch + 2);
    assert_eq!(all.notes, [["marked out osd.1"], ["marked out osd.2"]]);
    let refused = apply_all(&map, &commands, &context()).expect_err("osd.77 is unknown");
    assert_eq!(refused.index, 2);
    assert!(refused.to_string().starts_with("command 3: Error ENOENT: "), "{refused}");
    // Two of a list of which the last fails: the whole command is void.
    let context = context();
    let mut monitor = Monitor::new(map.clone(), &context);
    let command = Command::parse("ceph osd crush set-device-class ssd 1 3 0").expect("a command");
    monitor.run(&command).expect_err("osd.0 has another class");
    assert!(all_of(monitor.map()) == all_of(&map));
}

/// Each line looks at the PG that it names, not at all upmaps again: with a look at all of them
/// this would be ten thousand million.
#[test]
fn a_hundred_thousand_upmaps_on_ten_thousand_osds() {
    let plan = "hosts: [{count: 500, osds: [{count: 20, size: 1 TiB}]}]
pools: [{name: p, size: 3, pg_num: 131072}]
";
    let mut map = describe(plan).expect("a plan").map;
    map.require_min_compat_client = 12;
    let crush = map.crush.map().expect("a sound map");
    let mapper = PoolMapper::new(&map, &crush, 1).expect("a pool");
    let mapped = map_pool(&mapper, NonZeroUsize::MIN);
    let host = |osd: i32| osd / 20;
    let commands: Vec<Command> = (0..100_000u32)
        .map(|seed| {
            let osds = mapped.get(seed).expect("a PG").up;
            let free = (0..10_000).map(|step| (seed as i32 * 7 + step * 37) % 10_000);
            let is_free = |osd: &i32| osds.iter().all(|other| host(*other) != host(*osd));
            let to = free.into_iter().find(is_free).expect("another host");
            let line = format!("ceph osd pg-upmap-items 1.{seed:x} {} {to}", osds[0]);
            Command::parse(&line).expect("a command")
        })
        .collect();
    let all = apply_all(&map, &commands, &Context::default()).expect("all are taken");
    assert_eq!(all.map.pg_upmap_items.len(), 100_000);
    assert_eq!(all.map.epoch, map.epoch + 100_000);
    // And one that makes all be looked at: the OSD that is out takes no PG.
    let (out, upmaps) = (all.map.pg_upmap_items[&PgId::new(1, 0)][0].1, &all.map);
    let after = try_run(upmaps, &format!("ceph osd out {out}"), &Context::default());
    let after = after.expect("the OSD is in").map.pg_upmap_items;
    let left = |map: &OsdMap| map.pg_upmap_items.values().flatten().any(|(_, to)| *to == out);
    assert!(left(upmaps) && after.values().flatten().all(|(_, to)| *to != out));
}
