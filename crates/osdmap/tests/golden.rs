//! Maps of osdmaptool and of a real cluster: `test/golden/osdmap`, see `make.sh` there.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

use crushlab_crush::NONE;
use crushlab_osdmap::mapping::{Access, ObjectName};
use crushlab_osdmap::model::{PoolOption, Time, option_key};
use crushlab_osdmap::{Cluster, Form, Input, LoadError, Loaded, Missing, OsdMap, PgId};
use crushlab_osdmap::{PoolMapper, map_pool};
use serde_json::Value;

fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/osdmap");
    let path = Path::new(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn golden_text(name: &str) -> String {
    String::from_utf8(golden(name)).expect("the file is text")
}

fn load(names: &[&str]) -> Result<Loaded, LoadError> {
    let files: Vec<Vec<u8>> = names.iter().map(|name| golden(name)).collect();
    let inputs = names.iter().zip(&files).map(|(name, bytes)| Input { name, bytes });
    Cluster::load(&inputs.collect::<Vec<_>>())
}

fn list(osds: &[i32], primary: i32) -> String {
    let osds: Vec<String> = osds.iter().map(i32::to_string).collect();
    format!("([{}], p{primary})", osds.join(","))
}

#[test]
fn every_pg_is_where_osdmaptool_says() {
    for name in ["simple", "cluster"] {
        let map = OsdMap::from_binary(&golden(&format!("{name}.osdmap"))).unwrap();
        let crush = map.crush.map().unwrap();
        let mut lines = String::new();
        for id in map.pools.keys() {
            let mapper = PoolMapper::new(&map, &crush, *id).unwrap();
            let pgs = map_pool(&mapper, NonZeroUsize::MIN);
            assert_eq!(pgs, map_pool(&mapper, NonZeroUsize::new(3).unwrap()));
            for (seed, pg) in (0..).zip(pgs.iter()) {
                let raw_primary = pg.raw.iter().copied().find(|osd| *osd != NONE).unwrap_or(-1);
                let raw = list(pg.raw, raw_primary);
                let up = list(pg.up, pg.up_primary);
                let acting = list(pg.acting, pg.acting_primary);
                let pg = PgId::new(*id, seed);
                lines.push_str(&format!("{pg} raw {raw} up {up} acting {acting}\n"));
            }
        }
        assert_eq!(lines, golden_text(&format!("{name}.mappings.txt")), "{name}");
    }
}

#[test]
fn a_map_that_was_read_is_written_byte_for_byte() {
    for name in ["simple.osdmap", "cluster.osdmap"] {
        let bytes = golden(name);
        assert_eq!(OsdMap::from_binary(&bytes).unwrap().to_binary(), bytes, "{name}");
    }
}

#[test]
fn what_a_pool_has_is_read() {
    let map = OsdMap::from_binary(&golden("cluster.osdmap")).unwrap();
    let (id, rbd) = map.pool_by_name("rbd").unwrap();
    assert_eq!((id, rbd.pg_num, rbd.pgp_num_target), (2, 48, 40));
    assert_eq!(rbd.options[&option_key::PG_NUM_MIN], PoolOption::Whole(16));
    assert_eq!(rbd.options[&option_key::TARGET_SIZE_RATIO], PoolOption::Decimal(0.25));
    let (archive, _) = map.pool_by_name("archive").unwrap();
    let (cache, tier) = map.pool_by_name("cache").unwrap();
    assert_eq!((tier.tier_of, tier.cache_mode), (archive, 1));
    assert_eq!(map.overlay(archive, Access::Write), cache);
    let (_, hot) = map.pool_by_name("hot").unwrap();
    assert_eq!(hot.snaps[&1].name, "first");
    assert_eq!(map.osd_weight(6), 0);
    assert!(map.exists(5) && !map.is_up(5));
    assert_eq!((map.primary_affinity(1), map.primary_affinity(3)), (0, 0x8000));
}

#[test]
fn objects_are_where_the_cluster_finds_them() {
    let map = OsdMap::from_binary(&golden("cluster.osdmap")).unwrap();
    for line in golden_text("objects.txt").lines().filter(|line| !line.is_empty()) {
        let found: Value = serde_json::from_str(line).unwrap();
        let name = found["objname"].as_str().unwrap();
        let (namespace, name) = name.split_once('/').unwrap_or(("", name));
        let object =
            ObjectName { namespace: namespace.as_bytes(), ..ObjectName::new(name.as_bytes()) };
        let location = map.locate(found["pool_id"].as_i64().unwrap(), &object).unwrap();
        assert_eq!(location.pg.to_string(), found["pgid"].as_str().unwrap(), "{name}");
        let raw = format!("{}.{:x}", location.pg.pool, location.hash);
        assert_eq!(raw, found["raw_pgid"].as_str().unwrap(), "{name}");
    }
}

/// The bytes of a map in which all times are whole microseconds, which is all that JSON tells.
fn bytes_without_nanoseconds(mut map: OsdMap) -> Vec<u8> {
    let cut = |time: &mut Time| time.nanoseconds -= time.nanoseconds % 1000;
    let map_times =
        [&mut map.created, &mut map.modified, &mut map.last_up_change, &mut map.last_in_change];
    map_times.into_iter().for_each(cut);
    map.blocklist.iter_mut().for_each(|(_, until)| cut(until));
    for osd in &mut map.osds {
        cut(&mut osd.xinfo.down_stamp);
        cut(&mut osd.xinfo.last_purged_snaps_scrub);
    }
    for pool in map.pools.values_mut() {
        cut(&mut pool.create_time);
        pool.snaps.values_mut().for_each(|snap| cut(&mut snap.stamp));
    }
    map.to_binary()
}

#[test]
fn json_and_binary_tell_the_same() {
    let binary = OsdMap::from_binary(&golden("cluster.osdmap")).unwrap();
    let expected = bytes_without_nanoseconds(binary.clone());
    for (names, has_class_ids) in [
        (vec!["crush.bin", "osd-dump.json"], true),
        (vec!["osd-dump.json", "osd-crush-dump.json"], false),
        (vec!["report.json.gz"], false),
    ] {
        let mut map = load(&names).unwrap().cluster.map;
        if !has_class_ids {
            // The JSON of a CRUSH map leaves out the ids of device classes.
            assert_eq!(map.crush.to_json(), binary.crush.to_json());
            map.crush = binary.crush.clone();
        }
        assert!(bytes_without_nanoseconds(map) == expected, "{names:?}");
    }
}

#[test]
fn what_the_cluster_recorded_is_what_the_map_says() {
    let loaded = load(&["cluster.osdmap", "pg-dump.json.gz"]).unwrap();
    assert_eq!(loaded.forms, [Form::OsdMap, Form::PgDump]);
    let Cluster { map, pgs, .. } = &loaded.cluster;
    let crush = map.crush.map().unwrap();
    assert_eq!(pgs.len() as u64, map.pg_count());
    for id in map.pools.keys() {
        let mapper = PoolMapper::new(map, &crush, *id).unwrap();
        for (seed, pg) in (0..).zip(map_pool(&mapper, NonZeroUsize::MIN).iter()) {
            let recorded = &pgs[&PgId::new(*id, seed)];
            assert_eq!((pg.up, pg.up_primary), (&*recorded.up, recorded.up_primary));
            assert_eq!(pg.acting, &*recorded.acting, "{id}.{seed:x}");
            assert_eq!(pg.acting_primary, recorded.acting_primary, "{id}.{seed:x}");
        }
    }
    let objects: u64 = pgs.iter().filter(|(pg, _)| pg.pool == 2).map(|(_, pg)| pg.objects).sum();
    let bytes: u64 = pgs.iter().filter(|(pg, _)| pg.pool == 2).map(|(_, pg)| pg.bytes).sum();
    assert_eq!((objects, bytes), (40, (1..=40).map(|number| number * 1000).sum()));
}

#[test]
fn statistics_of_all_kinds_are_merged_and_what_is_missing_is_said() {
    let all = ["report.json.gz", "pg-dump.json.gz", "osd-df-tree.json", "df-detail.json"];
    let loaded = load(&all).unwrap();
    assert_eq!(loaded.missing, []);
    let cluster = &loaded.cluster;
    let names: BTreeMap<i64, &str> =
        cluster.map.pools.iter().map(|(id, pool)| (*id, pool.name.as_str())).collect();
    assert_eq!(cluster.pools.keys().collect::<Vec<_>>(), names.keys().collect::<Vec<_>>());
    assert_eq!(cluster.pools[&2].objects, 40);
    assert_eq!(cluster.osds[&0].total_bytes, 1 << 30);
    let missing = load(&["cluster.osdmap", "df-detail.json"]).unwrap().missing;
    assert_eq!(missing, [Missing::OsdSizes, Missing::PgData, Missing::RecordedMappings]);
}

#[test]
fn files_that_do_not_make_a_cluster_are_refused_with_a_way_out() {
    let problem = |names: &[&str]| load(names).expect_err("no cluster").to_string();
    assert_eq!(
        problem(&["osd-dump.json"]),
        "osd-dump.json: ceph osd dump holds no CRUSH map: add the output of ceph osd crush dump \
         -f json or ceph osd getcrushmap"
    );
    assert!(problem(&["pg-dump.json.gz"]).starts_with("no file holds an OSDMap: "));
    assert!(problem(&["crush.bin"]).starts_with("no file holds an OSDMap: "));
    assert!(problem(&[]).starts_with("no file holds an OSDMap: "));
    let twice = problem(&["cluster.osdmap", "report.json.gz"]);
    assert!(twice.starts_with("report.json.gz: holds a binary OSDMap, and so does cluster.osdmap"));
    let twice = problem(&["cluster.osdmap", "crush.bin"]);
    assert!(twice.starts_with("crush.bin: holds a CRUSH map, and so does cluster.osdmap"));
}

#[test]
fn errors_in_a_file_name_file_and_place() {
    let problem = |name: &str, bytes: &[u8]| {
        Cluster::load(&[Input { name, bytes }]).expect_err("it is damaged").to_string()
    };
    let mut bytes = golden("cluster.osdmap");
    bytes[100] ^= 1;
    assert!(
        problem("a", &bytes).starts_with("a: binary OSDMap: byte "),
        "{}",
        problem("a", &bytes)
    );
    let cut = &golden("cluster.osdmap")[..1000];
    assert!(problem("b", cut).ends_with("and 994 bytes follow: the file is cut off or damaged"));
    let noise = problem("n", b"\x9c\x00\xff\x01");
    assert!(noise.contains("expected an OSDMap (ceph osd getmap), a CRUSH map"), "{noise}");
    let report = r#"{"osdmap": {"pools": [{"pool": "x"}]}, "crushmap": {}}"#;
    let found = problem("c", report.as_bytes());
    assert!(found.starts_with("c: ceph report: line 1, column "), "{found}");
    assert!(found.contains("osdmap.pools[0]"), "{found}");
    assert!(problem("d", b"{\"a\": 1}").starts_with("d: JSON of an unknown kind: expected "));
    assert_eq!(problem("e", b""), "e: the file is empty");
    assert!(problem("f", b"{\"a\": ").starts_with("f: JSON: line 1, column "));
    assert!(problem("g", &[0x1f, 0x8b, 8]).starts_with("g: gzip: "));
}
