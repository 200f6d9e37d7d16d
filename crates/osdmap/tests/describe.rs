//! Clusters described in YAML and JSON.

use std::path::{Path, PathBuf};

use crushlab_osdmap::model::{PoolOption, map_flag, option_key, pool_flag};
use crushlab_osdmap::{Cluster, Form, Input, OsdMap, PgId, Source, describe, describe_value, yaml};

fn schema_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema")
}

fn example(name: &str) -> String {
    let path = schema_folder().join("examples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn problem(text: &str) -> String {
    match describe(text) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(error) => error.to_string(),
    }
}

const HOSTS: &str = "hosts: [{count: 3, osds: [{size: 1 TiB}]}]\n";

#[test]
fn a_small_cluster_is_what_it_says() {
    let cluster = describe(&example("small.yaml")).unwrap();
    let map = &cluster.map;
    assert_eq!((map.max_osd(), map.pools.len()), (56, 2));
    assert_eq!(map.crush.names.get(&-1).map(String::as_str), Some("default"));
    assert_eq!(map.crush.item_weight(-1), Some(4 * (12 * 953_674 + 2 * 114_440)));
    assert_eq!(map.crush.item_class(0), Some("hdd"));
    assert_eq!(map.crush.item_class(13), Some("ssd"));
    let (_, archive) = map.pool_by_name("archive").unwrap();
    assert_eq!((archive.size, archive.min_size, archive.stripe_width), (3, 2, 8192));
    assert_eq!(cluster.osds[&0].total_bytes, 16_000_000_000_000);
    assert_eq!(cluster.pools[&2].objects, 200_000_000_000_000u64.div_ceil(16 << 20));
    let data = cluster.pg_data(PgId::new(1, 3)).unwrap();
    assert_eq!((data.bytes, data.is_counted), ((1u64 << 32) as f64, false));
}

#[test]
fn what_pools_store_fills_the_osds_of_their_class() {
    let cluster = describe(&example("small.yaml")).unwrap();
    let used = |class: &str| -> u64 {
        let of_class = |osd: &&i32| cluster.map.crush.item_class(**osd) == Some(class);
        cluster.osds.keys().filter(of_class).map(|osd| cluster.osds[osd].used_bytes).sum()
    };
    let near = |found: u64, expected: f64| (found as f64 / expected - 1.0).abs() < 1e-6;
    assert!(near(used("ssd"), 3.0 * (1u64 << 40) as f64));
    assert!(near(used("hdd"), 1.5 * 200e12));
    assert_eq!(cluster.pools[&1].used_bytes, Some(3 << 40));
}

#[test]
fn names_are_counted_and_rules_are_shared() {
    let map = describe(&example("racks.yaml")).unwrap().map;
    assert_eq!(map.require_osd_release, 18);
    let host = map.crush.item_id("host10").unwrap();
    assert_eq!(map.crush.item_name(map.crush.parent(host).unwrap()), Some("rack2"));
    assert!(map.crush.item_id("old-host-b").is_some());
    let rules: Vec<u8> = map.pools.values().map(|pool| pool.crush_rule).collect();
    assert_eq!(rules, [0, 0, 1]);
    assert_eq!(map.pools[&2].pgp_num, 32);
    assert_eq!(map.nearfull_ratio, 0.8);
}

#[test]
fn a_description_can_be_loaded_and_written_as_a_binary_map() {
    for name in ["small.yaml", "racks.yaml", "tiny.json"] {
        let text = example(name);
        let loaded = Cluster::load(&[Input { name, bytes: text.as_bytes() }]).unwrap();
        assert_eq!(loaded.forms, [Form::Description]);
        let bytes = loaded.cluster.map.to_binary();
        assert_eq!(OsdMap::from_binary(&bytes).unwrap().to_binary(), bytes);
    }
}

#[test]
fn errors_name_the_path_and_what_is_expected() {
    for (text, expected) in [
        ("pools:\n  - {name: a, pg_num: 8, sise: 3}", "pools[0].sise: unknown field `sise`"),
        ("pools:\n  - {name: a, pg_num: 8}\n  - {name: b, pg_num: x}", "pools[1].pg_num: "),
        ("pools: [{name: a, pg_num: 8, size: 300}]", "pools[0].size: "),
        ("pools: [{name: a, pg_num: 8, size: -1}]", "pools[0].size: "),
        ("pools: [{name: a, pg_num: 8, size: 0}]", "pools[0].size: found 0"),
        ("pools: [{name: a, pg_num: 8, stored: 3}]", "pools[0].stored: found \"3\""),
        ("pools: [{name: a, pg_num: 8, stored: 3 T}]", "end the unit with B"),
        ("pools: [{name: a, pg_num: 0}]", "pools[0].pg_num: found 0"),
        ("pools: [{name: a, pg_num: 4000000000}]", "pools[0].pg_num: found 4000000000"),
        ("pools: [{name: a, pg_num: 8, pgp_num: 9}]", "pools[0].pgp_num: found 9"),
        ("pools: [{name: a, pg_num: 8, class: nvme}]", "pools[0].class: found class \"nvme\""),
        ("pools: [{name: a, pg_num: 8, failure_domain: shelf}]", "pools[0].failure_domain: "),
        ("pools: [{name: a, pg_num: 8, rule: x}]", "pools[0].rule: found \"x\""),
        ("pools: [{name: a, pg_num: 8, erasure: {k: 0, m: 1}}]", "pools[0].erasure: "),
        ("pools: [{name: a, pg_num: 8, size: 3, erasure: {k: 2, m: 1}}]", "pools[0].size: "),
        ("pools: [{name: a, pg_num: 8, min_size: 4}]", "pools[0].min_size: found 4"),
        ("pools: [{name: a, pg_num: 8}, {name: a, pg_num: 8}]", "pools[1].name: "),
        ("full_ratio: 95", "full_ratio: found 95"),
        ("pools: [{name: a, pg_num: 8, pg_num_min: 9}]", "pools[0].pg_num_min: found 9"),
        ("pools: [{name: a, pg_num: 8, pg_num_max: 7}]", "pools[0].pg_num_max: found 7"),
        ("pools: [{name: a, pg_num: 8, pg_autoscale_bias: -1}]", "pg_autoscale_bias: found -1"),
        ("pools: [{name: a, pg_num: 8, pg_autoscale_mode: yes}]", "expected one of `off`, `warn`"),
        ("pools: [{name: a, pg_num: 8, target_size_ratio: .inf}]", "pools[0].target_size_ratio: "),
        ("pools: [{name: a, pg_num: 8, target_size_ratio: -1}]", "target_size_ratio: found -1"),
        (
            "pools: [{name: a, pg_num: 8, target_size_bytes: 10 EB}]",
            "target_size_bytes: found \"10 EB\"",
        ),
        ("pools: [{name: a, pg_num: 8, bulk: often}]", "pools[0].bulk: "),
        ("rules: [{name: r, failure_domain: host, type: raid}]", "rules[0].type: "),
        ("release: marsupial", "release: found \"marsupial\""),
    ] {
        let error = problem(&format!("{HOSTS}{text}\n"));
        assert!(error.contains(expected), "{text}: {error}");
    }
    let error = problem("hosts: [{count: 400000000, osds: [{size: 1 TiB}]}]\n");
    assert!(error.contains("800000000 racks, hosts and OSDs"), "{error}");
    let error = problem("racks: [{hosts: [{name: h, osds: []}, {name: h, osds: []}]}]\n");
    assert!(error.contains("racks[0].hosts[1].name: found \"h\" twice"), "{error}");
    let error = problem("hosts:\n  - osds: [{size: 1 TiB}\n");
    assert!(error.starts_with("line 3, column 1: "), "{error}");
    let error =
        problem(&format!("{HOSTS}pools:\n  - name: a\n    pg_num: 8\n    pg_num_min: 64\n"));
    let place = "line 5, column 17: pools[0].pg_num_min: found 64, expected at most 8, the pg_num";
    assert_eq!(error, place);
}

#[test]
fn what_the_autoscaler_is_told_is_in_the_map() {
    let text = format!(
        "{HOSTS}pools:\n  - {{name: a, pg_num: 64, pg_autoscale_mode: warn, pg_autoscale_bias: 4, \
         pg_num_min: 16, pg_num_max: 256, target_size_ratio: 0.25, target_size_bytes: 2 TiB, \
         bulk: true}}\n  - {{name: b, pg_num: 8, pg_num_min: 0, target_size_ratio: 0}}\n"
    );
    let map = describe(&text).unwrap().map;
    let read = OsdMap::from_binary(&map.to_binary()).unwrap();
    let (told, untold) = (&read.pools[&1], &read.pools[&2]);
    assert_eq!(told, &map.pools[&1]);
    assert_eq!((told.pg_autoscale_mode, told.has_flags(pool_flag::BULK)), (1, true));
    let by_name = |name: &str| {
        let (key, _) = option_key::NAMES.iter().find(|(_, known)| *known == name).unwrap();
        told.options.get(key).cloned()
    };
    for (name, value) in [
        ("pg_autoscale_bias", PoolOption::Decimal(4.0)),
        ("pg_num_min", PoolOption::Whole(16)),
        ("pg_num_max", PoolOption::Whole(256)),
        ("target_size_ratio", PoolOption::Decimal(0.25)),
        ("target_size_bytes", PoolOption::Whole(2 << 40)),
    ] {
        assert_eq!(by_name(name), Some(value), "{name}");
    }
    assert_eq!((untold.pg_autoscale_mode, untold.options.len()), (0, 0));
    assert!(!untold.has_flags(pool_flag::BULK));
}

#[test]
fn what_is_not_said_is_as_in_a_fresh_cluster() {
    // What new clusters of 16.2.15, 18.2.7 and 20.2.4 have: 5799936 in ceph osd dump.
    let all = map_flag::SORTBITWISE
        | map_flag::RECOVERY_DELETES
        | map_flag::PURGED_SNAPDIRS
        | map_flag::PGLOG_HARDLIMIT;
    assert_eq!(all, 5_799_936);
    for (release, min_compat_client, flags, plugin) in [
        ("pacific", 12, all, "jerasure"),
        ("reef", 12, all, "jerasure"),
        ("tentacle", 12, all, "isa"),
        ("nautilus", 10, all, "jerasure"),
    ] {
        let pool = "pools: [{name: a, pg_num: 8, erasure: {k: 2, m: 1}}]";
        let text = format!("release: {release}\n{HOSTS}{pool}\n");
        let cluster = describe(&text).unwrap();
        let map = &cluster.map;
        assert_eq!(map.require_min_compat_client, min_compat_client, "{release}");
        assert_eq!(map.flags, flags, "{release}");
        let profile = &map.erasure_code_profiles["a"];
        assert_eq!((profile["plugin"].as_str(), profile["k"].as_str()), (plugin, "2"));
        assert_eq!(cluster.sources.map, Some(Source::Assumed));
        assert_eq!(cluster.sources.osds, Some(Source::Assumed));
    }
    assert_eq!(describe(HOSTS).unwrap().map.require_min_compat_client, 12);
}

#[test]
fn a_value_is_described_as_its_text_is() {
    let text = example("small.yaml");
    let value = yaml::read(&text).unwrap();
    let (from_text, from_value) = (describe(&text).unwrap(), describe_value(&value).unwrap());
    assert_eq!(from_text.map.to_binary(), from_value.map.to_binary());
    assert_eq!(from_text.osds, from_value.osds);
    let mut value = value;
    value["pools"][1]["pg_num"] = "x".into();
    let error = describe_value(&value).unwrap_err();
    assert_eq!((error.path.as_str(), error.line, error.offset), ("pools[1].pg_num", 0, None));
}

#[test]
fn errors_have_line_column_byte_and_path() {
    let text = format!("{HOSTS}pools:\n  - {{name: \u{e9}, pg_num: 0}}\n");
    let error = describe(&text).unwrap_err();
    assert_eq!((error.line, error.column, error.path.as_str()), (3, 23, "pools[0].pg_num"));
    assert_eq!(error.offset, text.rfind('0'));
    let json = "{\"hosts\": [{\"osds\": [{\"size\": \"1 TiB\"}]}],\n \"full_ratio\": 95}";
    let error = describe(json).unwrap_err();
    assert_eq!((error.line, error.column, error.path.as_str()), (2, 16, "full_ratio"));
    assert_eq!(error.offset, json.find("95"));
}
