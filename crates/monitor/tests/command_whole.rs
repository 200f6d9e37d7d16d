//! Commands that read a file, make settings, or do several things at once.

mod command_support;

use command_support::{cluster, run, try_run};
use crushlab_monitor::Monitor;
use crushlab_monitor::command::{Applied, Command, apply};
use crushlab_monitor::config::{AutoscaleMode, Context};
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::state;

fn with_file(map: &OsdMap, line: &str, bytes: &[u8]) -> Result<Applied, (i32, String)> {
    let command = Command::parse(line).expect("a command").with_file(bytes);
    apply(map, &command, &Context::default())
        .map_err(|refusal| (refusal.errno.number(), refusal.message))
}

fn start() -> OsdMap {
    run(&cluster(12, 2, 2), "ceph osd pool create rep 16 --autoscale-mode off")
}

#[test]
fn a_crush_map_is_taken_from_a_file() {
    let map = start();
    let edited = run(&map, "ceph osd crush reweight osd.3 2.5").crush;
    let bytes = edited.to_binary();
    let taken = with_file(&map, "ceph osd setcrushmap -i new.bin", &bytes).expect("it is sound");
    assert_eq!(taken.map.crush.to_binary(), bytes);
    let versions = (taken.map.epoch, taken.map.crush_version);
    assert_eq!(versions, (map.epoch + 1, map.crush_version + 1));
    assert_eq!(taken.notes, [(map.crush_version + 1).to_string()]);
    // The version that the map is meant for, as scripts give it that must not undo another's work.
    let now = map.crush_version;
    let wrong = with_file(&map, &format!("ceph osd setcrushmap {} -i f", now + 3), &bytes);
    assert_eq!(wrong.expect_err("another version").0, 1);
    with_file(&map, &format!("ceph osd setcrushmap {now} -i f"), &bytes).expect("the version");
    let again = format!("ceph osd setcrushmap {now} -i f");
    let again = with_file(&taken.map, &again, &bytes).expect("it is done already");
    assert_eq!(again.map.epoch, taken.map.epoch);
}

#[test]
fn a_crush_map_that_cannot_be_is_refused() {
    let map = start();
    let refused =
        |bytes: &[u8]| with_file(&map, "ceph osd setcrushmap -i f", bytes).expect_err("a refusal");
    let text = map.crush.to_text();
    let (errno, message) = refused(text.as_bytes());
    assert_eq!(errno, 22);
    assert!(message.starts_with("f: Failed to parse crushmap: "), "{message}");
    assert!(message.ends_with("a text has to be compiled first: crushtool -c"), "{message}");
    assert_eq!(refused(&[]).0, 22);
    assert_eq!(refused(&map.crush.to_binary()[..200]).0, 22);
    let mut without_rule = map.crush.clone();
    without_rule.core.rules.clear();
    without_rule.rule_names.clear();
    let (errno, message) = refused(&without_rule.to_binary());
    assert!(errno == 22 && message.starts_with("pool 1: crush rule 0 "), "{message}");
    let none = try_run(&map, "ceph osd setcrushmap", &Context::default()).expect_err("no file");
    assert_eq!(none.errno.number(), 22);
    let unread = try_run(&map, "ceph osd setcrushmap -i f", &Context::default());
    assert_eq!(unread.expect_err("nobody read it").errno.number(), 2);
}

#[test]
fn settings_count_for_the_commands_after_them() {
    let map = start();
    let context = Context::default();
    let mut monitor = Monitor::new(map, &context);
    let run = |monitor: &mut Monitor<'_>, line: &str| {
        monitor.run(&Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}")))
    };
    let delete = "ceph osd pool rm rep rep --yes-i-really-really-mean-it";
    run(&mut monitor, delete).expect_err("deleting is not allowed");
    assert_eq!(monitor.new_config(), None);
    run(&mut monitor, "ceph config set mon mon-allow-pool-delete true").expect("a setting");
    run(&mut monitor, "ceph config set global osd_pool_default_pg_autoscale_mode off")
        .expect("one");
    run(&mut monitor, delete).expect("deleting is allowed");
    run(&mut monitor, "ceph osd pool create new").expect("a pool");
    let new = monitor.map().pool_by_name("new").expect("the pool").1;
    assert_eq!(new.pg_autoscale_mode, AutoscaleMode::Off.number());
    assert!(monitor.config().made.contains_key("mon_allow_pool_delete"));
    let epoch = monitor.map().epoch;
    run(&mut monitor, "ceph config rm mon mon_allow_pool_delete").expect("it is set");
    assert!(!monitor.config().mon_allow_pool_delete);
    assert!(!monitor.config().made.contains_key("mon_allow_pool_delete"));
    for line in [
        "ceph config set osd osd_max_scrubs 4",
        "ceph config set client mon_allow_pool_delete true",
    ] {
        let notes = run(&mut monitor, line).expect("nothing is wrong with it");
        assert!(notes[0].contains("decides nothing"), "{notes:?}");
    }
    let refused = run(&mut monitor, "ceph config set mon mon_max_pg_per_osd many");
    assert_eq!(refused.expect_err("no number").errno.number(), 22);
    assert!(!monitor.config().mon_allow_pool_delete);
    assert_eq!(monitor.map().epoch, epoch, "settings are no part of the OSDMap");
}

#[test]
fn new_osds_say_how_they_start() {
    let map = start();
    let says = |map: &OsdMap, line: &str| {
        let notes = try_run(map, line, &Context::default()).expect(line).notes;
        notes.iter().any(|note| note.ends_with("until its daemon starts: --recover osd.12"))
    };
    let new = "ceph osd new 11111111-1111-4111-8111-111111111111";
    assert!(says(&map, new));
    let map = run(&map, new);
    for verb in ["add", "create-or-move"] {
        assert!(says(&map, &format!("ceph osd crush {verb} osd.12 1 host=host9 root=default")));
    }
    let recovered = crushlab_monitor::event::recover(&map, &[12], &Context::default()).map;
    assert!(recovered.is_up(12) && recovered.is_in(12));
    assert!(!says(&recovered, "ceph osd crush add osd.12 1 host=host9 root=default"));
}

#[test]
fn the_orchestrator_empties_osds() {
    let map = start();
    let removed = run(&map, "ceph orch osd rm 3 osd.4");
    assert_eq!(removed.crush.item_weight(3), Some(0));
    assert_eq!(removed.crush.item_weight(4), Some(0));
    assert_eq!(removed.epoch, map.epoch + 1);
    let replaced = run(&map, "ceph orch osd rm 3 --replace --zap");
    assert_eq!((replaced.osd_weight(3), replaced.crush.item_weight(3)), (0, Some(0x10000)));
    let drained = run(&map, "ceph orch host drain host1.example.org");
    assert_eq!([2, 3].map(|osd| drained.crush.item_weight(osd)), [Some(0), Some(0)]);
    let notes = try_run(&map, "ceph orch host drain host1", &Context::default()).expect("a host");
    assert!(notes.notes.iter().any(|note| note.starts_with("assumed: ")), "{:?}", notes.notes);
    for line in ["ceph orch osd rm 99", "ceph orch host drain nowhere"] {
        let refused = try_run(&map, line, &Context::default()).expect_err(line);
        assert_eq!(refused.errno.number(), 22, "{line}");
    }
}

#[test]
fn a_host_goes_into_maintenance_and_comes_back() {
    let map = start();
    let host = map.crush.item_id("host1").expect("a host");
    let away = run(&map, "ceph orch host maintenance enter host1 --force");
    assert_eq!(away.crush_node_flags.get(&host), Some(&state::NOOUT));
    assert_eq!([2, 3].map(|osd| (away.is_up(osd), away.is_in(osd))), [(false, true); 2]);
    let later = crushlab_monitor::event::pass_time(
        &away,
        &crushlab_monitor::event::Downtime::default(),
        86_400,
        &Context::default(),
    );
    assert!(later.map.is_in(2), "noout holds");
    let back = run(&away, "ceph orch host maintenance exit host1");
    assert_eq!(back.crush_node_flags.get(&host), None);
    assert_eq!([2, 3].map(|osd| back.is_up(osd)), [true; 2]);
}

#[test]
fn releases_have_their_own_defaults() {
    let made = |release: u8, line: &str| {
        let mut map = start();
        map.require_osd_release = release;
        let map = run(&map, line);
        let pool = map.pool_by_name("new").expect("the pool").1.pg_num_target;
        (pool, map.erasure_code_profiles.get("default").and_then(|p| p.get("plugin").cloned()))
    };
    let (pacific, reef, tentacle) = (16, 18, 20);
    assert_eq!(made(pacific, "ceph osd pool create new").0, 32);
    for line in ["ceph osd pool create new", "ceph osd pool create new --bulk"] {
        assert_eq!(made(reef, line).0, 1, "{line}");
    }
    assert_eq!(made(reef, "ceph osd pool create new --autoscale-mode off").0, 32);
    assert_eq!(made(reef, "ceph osd pool create new 8").0, 8);
    let erasure = "ceph osd pool create new 8 8 erasure";
    assert_eq!(made(reef, erasure).1.as_deref(), Some("jerasure"));
    assert_eq!(made(tentacle, erasure).1.as_deref(), Some("isa"));
}

#[test]
fn all_upmapped_primaries_go_at_once() {
    let mut map = start();
    map.require_min_compat_client = 18;
    map.pg_upmap_primaries.extend([0, 5].map(|seed| (crushlab_osdmap::PgId::new(1, seed), 3)));
    assert!(run(&map, "ceph osd rm-pg-upmap-primary-all").pg_upmap_primaries.is_empty());
}
