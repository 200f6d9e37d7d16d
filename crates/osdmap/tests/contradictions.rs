//! Files of different clusters or times.

use crushlab_osdmap::{LoadError, Source};
use serde_json::{Value, json};

#[path = "support/files.rs"]
mod files;

use files::{codes, golden, load};

fn map() -> Vec<u8> {
    golden("cluster.osdmap")
}

fn read(name: &str) -> Value {
    let bytes = golden(name);
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut decoder = flate2::read::GzDecoder::new(bytes.as_slice());
        std::io::Read::read_to_string(&mut decoder, &mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    serde_json::from_str(&text).unwrap()
}

/// Why a file and the map are refused; both names and both values must be in it.
fn contradiction(name: &str, file: &Value, says: &str, map_says: &str) {
    let bytes = serde_json::to_vec(file).unwrap();
    let error = load(&[("the.osdmap", &map()), (name, &bytes)]).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, LoadError::Contradiction { .. }), "{text}");
    assert!(text.contains(&format!("{name} has {says}")), "{text}");
    assert!(text.contains(&format!("the.osdmap has {map_says}")), "{text}");
}

#[test]
fn two_maps_of_two_clusters_are_told_by_their_fsids() {
    let mut report = read("report.json.gz");
    report["osdmap"]["fsid"] = json!("11111111-0000-4000-8000-0000000000ff");
    let says = "fsid 11111111-0000-4000-8000-0000000000ff";
    contradiction("r", &report, says, "fsid 6352d019-608f-4777-b6b2-3d95b430c5dd");
}

#[test]
fn osds_that_the_map_has_not_are_refused() {
    let mut df = read("osd-df-tree.json");
    let mut node = df["nodes"].as_array().unwrap().last().unwrap().clone();
    (node["id"], node["name"]) = (json!(8), json!("osd.8"));
    df["nodes"].as_array_mut().unwrap().push(node.clone());
    contradiction("df", &df, "osd.8", "no OSD of this id");
    let mut dump = read("pg-dump.json.gz");
    let mut stats = dump["pg_map"]["osd_stats"][0].clone();
    stats["osd"] = json!(11);
    dump["pg_map"]["osd_stats"].as_array_mut().unwrap().push(stats);
    contradiction("pgs", &dump, "osd.11", "no OSD of this id");
    let mut dump = read("pg-dump.json.gz");
    dump["pg_map"]["pg_stats"][0]["up"] = json!([9, 1, 2]);
    contradiction("pgs", &dump, "osd.9", "no OSD of this id");
    (node["status"], node["exists"]) = (json!("up"), json!(1));
    let tree = json!({"nodes": [node], "stray": []});
    contradiction("tree", &tree, "osd.8", "no OSD of this id");
}

#[test]
fn pools_that_the_map_lacks_are_refused() {
    let mut df = read("df-detail.json");
    let pools = df["pools"].as_array_mut().unwrap();
    let last = pools.pop().unwrap();
    let mut other = last.clone();
    (other["id"], other["name"]) = (json!(77), json!("other"));
    df["pools"].as_array_mut().unwrap().extend([last, other]);
    contradiction("df", &df, "pool 77", "no pool 77");
    df["pools"].as_array_mut().unwrap().pop();
    df["pools"][1]["name"] = json!("volumes");
    contradiction("df", &df, "pool 2, \"volumes\"", "pool 2, \"rbd\"");
    let mut dump = read("pg-dump.json.gz");
    dump["pg_map"]["pg_stats"][0]["pgid"] = json!("77.0");
    contradiction("pgs", &dump, "pool 77", "no pool 77");
}

#[test]
fn other_numbers_of_pgs_are_refused() {
    let mut dump = read("pg-dump.json.gz");
    let pgs = dump["pg_map"]["pg_stats"].as_array_mut().unwrap();
    let at = pgs.iter().position(|pg| pg["pgid"] == "2.5").unwrap();
    let removed = pgs.remove(at);
    contradiction("pgs", &dump, "47 PGs of pool 2", "pg_num 48 in pool 2, \"rbd\"");
    let pgs = dump["pg_map"]["pg_stats"].as_array_mut().unwrap();
    pgs.push(removed);
    pgs.last_mut().unwrap()["pgid"] = json!("2.40");
    contradiction("pgs", &dump, "PG 2.40", "pg_num 48 in pool 2, \"rbd\"");
    // Only some PGs are no contradiction, but are said.
    let some = json!({"pg_stats": [pgs_of(&dump, "2.6")]});
    let bytes = serde_json::to_vec(&some).unwrap();
    let loaded = load(&[("m", &map()), ("pgs", &bytes)]).unwrap();
    assert_eq!(codes(&loaded), ["pgs_incomplete"]);
    let list = serde_json::to_vec(&json!([pgs_of(&dump, "2.6")])).unwrap();
    assert_eq!(load(&[("m", &map()), ("pgs", &list)]).unwrap().cluster.pgs.len(), 1);
}

fn pgs_of(dump: &Value, pg: &str) -> Value {
    let pgs = dump["pg_map"]["pg_stats"].as_array().unwrap();
    pgs.iter().find(|entry| entry["pgid"] == pg).unwrap().clone()
}

#[test]
fn what_only_lags_is_said() {
    let load_dump =
        |dump: &Value| load(&[("m", &map()), ("pgs", &serde_json::to_vec(dump).unwrap())]).unwrap();
    let mut dump = read("pg-dump.json.gz");
    let loaded = load_dump(&dump);
    assert_eq!(codes(&loaded), ["osd_sizes_unknown"]);
    assert_eq!(loaded.cluster.sources.pgs, Some(Source::Recorded { epoch: None }));
    assert_eq!(loaded.cluster.sources.map, Some(Source::Recorded { epoch: Some(73) }));
    dump["pg_map"]["last_osdmap_epoch"] = json!(70);
    let loaded = load_dump(&dump);
    assert_eq!(codes(&loaded), ["epochs_differ", "osd_sizes_unknown"]);
    let message = &loaded.cluster.warnings[0].message;
    assert!(message.starts_with("pgs: is of epoch 70, m of epoch 73: "), "{message}");
    assert_eq!(loaded.cluster.sources.pgs, Some(Source::Recorded { epoch: Some(70) }));
    dump["pg_map"]["last_osdmap_epoch"] = json!(0);
    dump["pg_map"]["pg_stats"][3]["reported_epoch"] = json!("75");
    let message = &load_dump(&dump).cluster.warnings[0].message;
    assert!(message.starts_with("pgs: is of epoch 75 or later, "), "{message}");
    let mut tree = read("osd-tree.json");
    let nodes = tree["nodes"].as_array_mut().unwrap();
    nodes.iter_mut().find(|node| node["id"] == 3).unwrap()["status"] = json!("down");
    let bytes = serde_json::to_vec(&tree).unwrap();
    let loaded = load(&[("m", &map()), ("tree", &bytes)]).unwrap();
    assert_eq!(codes(&loaded), ["osd_states_differ"]);
    assert!(loaded.cluster.warnings[0].message.contains("osd.3 is another than in m"));
    assert!(loaded.cluster.map.is_up(3));
}

#[test]
fn pgs_on_osds_that_are_down_in_the_map_are_said() {
    let mut dump = read("pg-dump.json.gz");
    let load_dump =
        |dump: &Value| load(&[("m", &map()), ("pgs", &serde_json::to_vec(dump).unwrap())]).unwrap();
    let map = load_dump(&dump).cluster.map;
    let is_down = |osd: &i32| map.exists(*osd) && !map.is_up(*osd);
    let down = (0..map.max_osd() as i32).find(is_down).expect("an OSD that is down");
    let pgs = dump["pg_map"]["pg_stats"].as_array_mut().unwrap();
    pgs[3]["acting"][0] = json!(down);
    let loaded = load_dump(&dump);
    assert_eq!(codes(&loaded), ["pg_states_differ", "osd_sizes_unknown"]);
    let message = &loaded.cluster.warnings[0].message;
    let expected = format!("pgs: has 1 PG that is served by osd.{down}, down in m, which counts");
    assert!(message.starts_with(&expected), "{message}");
    // One that is stale does not know better.
    dump["pg_map"]["pg_stats"][3]["state"] = json!("stale+active+clean");
    assert_eq!(codes(&load_dump(&dump)), ["osd_sizes_unknown"]);
}

#[test]
fn an_osd_that_reports_nothing_has_no_size() {
    for name in ["osd-df-tree.json", "pg-dump.json.gz"] {
        let loaded = load(&[("m", &map()), ("f", &golden(name))]).unwrap();
        let osds: Vec<i32> = loaded.cluster.osds.keys().copied().collect();
        assert_eq!(osds, [0, 1, 2, 3, 4, 5, 7], "{name}");
        assert_eq!(codes(&loaded), ["osd_sizes_unknown"], "{name}");
        assert!(loaded.cluster.warnings[0].message.contains("size of osd.6 is not known"));
    }
}

#[test]
fn rules_that_the_crush_map_lacks_are_said() {
    let crush = "device 0 osd.0\ntype 0 osd\ntype 1 root\nroot default { alg straw2 item osd.0 }\n";
    let loaded = load(&[("c", crush.as_bytes()), ("d", &golden("osd-dump.json"))]).unwrap();
    assert_eq!(codes(&loaded), ["crush_rule_missing"]);
}

#[test]
fn a_report_has_the_data_of_pools() {
    let mut report = read("report.json.gz");
    let count = |id: i64, bytes: i64, allocated: i64, stored: i64| {
        json!({"poolid": id, "stat_sum": {"num_bytes": bytes, "num_objects": 16,
            "num_omap_bytes": 10}, "store_stats": {"allocated": allocated, "data_stored": stored,
            "omap_allocated": 30}})
    };
    // Pool 2 has three replicas, pool 3 is 2 + 1.
    report["pool_stats"] = json!([count(2, 1000, 3600, 3000), count(3, 1000, 1800, 1500)]);
    report["num_pg_by_osd"] = json!([{"osd": 1, "num_primary_pg": 2, "num_acting_pg": 9,
        "num_up_not_acting_pg": 1}]);
    report["num_pg_by_state"] = json!([{"state": "active+clean", "num": 77}]);
    let read = |report: &Value| load(&[("r", &serde_json::to_vec(report).unwrap())]).unwrap();
    let cluster = read(&report).cluster;
    let used = |id: i64| (cluster.pools[&id].stored_bytes, cluster.pools[&id].used_bytes);
    assert_eq!(used(2), (1010, Some(3630)));
    assert_eq!(used(3), (1020, Some(1830)));
    assert_eq!(cluster.pools[&2].objects, 16);
    assert_eq!(cluster.sources.pools, Some(Source::Recorded { epoch: Some(73) }));
    let counts = cluster.pg_counts.unwrap();
    assert_eq!((counts.by_osd[&1].acting, counts.by_osd[&1].primary), (9, Some(2)));
    assert_eq!(counts.by_state["active+clean"], 77);
    // Where some OSDs do not count by pool, only bytes of objects are known.
    report["osd_sum"] = json!({"num_osds": 8, "num_per_pool_osds": 1, "num_per_pool_omap_osds": 0});
    let pools = read(&report).cluster.pools;
    assert_eq!((pools[&2].stored_bytes, pools[&2].used_bytes), (1010, None));
}

#[test]
fn what_only_later_releases_know_is_said() {
    let text =
        "hosts: [{count: 3, osds: [{size: 1 TiB}]}]\npools: [{name: rbd, size: 3, pg_num: 8}]\n";
    let mut map = crushlab_osdmap::describe(text).expect("well described").map;
    map.pools.get_mut(&1).expect("a pool").flags |= 1 << 40;
    let bytes = map.to_binary();
    let input = crushlab_osdmap::Input { name: "osdmap.bin", bytes: &bytes };
    let loaded = crushlab_osdmap::Cluster::load(&[input]);
    let warnings = loaded.expect("a map").cluster.warnings;
    let found: Vec<&str> = warnings.iter().map(|one| one.code).collect();
    assert_eq!(found, ["unknown_parts"]);
    assert!(warnings[0].message.starts_with("osdmap.bin: "), "{:?}", warnings[0]);
}
