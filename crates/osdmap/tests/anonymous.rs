//! A cluster without names is the same cluster.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crushlab_osdmap::model::{Address, Addresses, Frame, PoolOption, PoolSnap, Time, option_key};
use crushlab_osdmap::{Cluster, OsdMap, PoolMapper, Warning, map_pool};
use serde_json::{Map, json};

#[path = "support/files.rs"]
mod files;
mod support;

use files::{golden, load};
use support::random_map;

const SECRET: &str = "acme";

/// A map whose every name holds [`SECRET`], and some that every map has.
fn named(mut map: OsdMap) -> OsdMap {
    let crush = &mut map.crush;
    for (id, name) in &mut crush.names {
        let (base, class) = name.split_once('~').unwrap_or((name.as_str(), ""));
        let tail = if class.is_empty() { String::new() } else { format!("~{SECRET}-{class}") };
        if *id < 0 {
            *name = format!("{SECRET}-{base}{tail}");
        }
    }
    for name in crush.class_names.values_mut().chain(crush.rule_names.values_mut()) {
        *name = format!("{SECRET}-{name}");
    }
    crush.types.insert(99, format!("{SECRET}-hall"));
    for (id, pool) in &mut map.pools {
        pool.name = format!("{SECRET}-pool-{id}");
        let settings = [("data".to_owned(), format!("{SECRET}-fs"))];
        pool.application_metadata.insert("cephfs".to_owned(), settings.into());
        pool.application_metadata.insert(format!("{SECRET}-app"), [].into());
        pool.options.insert(option_key::PG_NUM_MIN, PoolOption::Whole(4));
        pool.options.insert(99, PoolOption::Text(SECRET.to_owned()));
        pool.properties.insert("owner".to_owned(), SECRET.to_owned());
        let name = format!("{SECRET}-snap");
        let frame = Frame::new(2, 2);
        pool.snaps.insert(1, PoolSnap { id: 1, stamp: Time::default(), name, frame });
        pool.frame.tail = SECRET.as_bytes().to_vec();
        pool.erasure_code_profile = format!("{SECRET}-ec");
    }
    let profile = [
        ("k", "2"),
        ("m", "1"),
        ("plugin", "jerasure"),
        ("directory", "/opt/acme"),
        ("crush-root", "acme-default"),
        ("crush-failure-domain", "acme-hall"),
        ("acme-key", "1"),
    ];
    let profile = profile.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let own = profile.into_iter().filter(|(key, _)| !key.contains(SECRET)).collect();
    map.erasure_code_profiles.insert(format!("{SECRET}-ec"), own);
    map.fsid = *b"acme-acme-acme-a";
    map.cluster_snapshot = SECRET.to_owned();
    let socket = [&[2, 0, 0x1a, 0x90], SECRET.as_bytes(), SECRET.as_bytes(), &[0; 4]].concat();
    let address = Address { kind: 2, nonce: 7, socket, tail: SECRET.as_bytes().to_vec() };
    let addresses = Addresses { list: vec![address], ..Addresses::default() };
    for osd in &mut map.osds {
        osd.client_addresses = addresses.clone();
        osd.uuid = *b"acme-acme-acme-b";
    }
    map.blocklist.push((addresses, Time::default()));
    map
}

fn placed(map: &OsdMap) -> Vec<Vec<i32>> {
    let crush = map.crush.map().unwrap_or_else(|error| panic!("{error}"));
    let one = NonZeroUsize::MIN;
    let mut placed = Vec::new();
    for (id, pool) in &map.pools {
        let mapper = PoolMapper::new(map, &crush, *id).expect("a pool of the map");
        let found = map_pool(&mapper, one);
        assert_eq!(found.len(), pool.pg_num as usize);
        placed.extend(found.iter().map(|pg| [pg.up, pg.acting].concat()));
    }
    placed
}

#[test]
fn no_name_is_left_and_no_pg_moves() {
    for seed in 0..20 {
        let map = named(random_map(seed, 200, 20));
        let anonymous = map.anonymized();
        let bytes = anonymous.to_binary();
        let found = bytes.windows(SECRET.len()).position(|bytes| bytes == SECRET.as_bytes());
        assert_eq!(found, None, "seed {seed}");
        let read = OsdMap::from_binary(&bytes).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(placed(&read), placed(&map), "seed {seed}");
        let names: BTreeSet<&String> = read.crush.names.values().collect();
        assert_eq!(names.len(), read.crush.names.len(), "seed {seed}: a name stands for two");
        for (base, shadows) in &read.crush.shadows {
            for (class, shadow) in shadows {
                let expected =
                    format!("{}~{}", read.crush.names[base], read.crush.class_names[class]);
                assert_eq!(read.crush.names[shadow], expected);
            }
        }
        for id in read.crush.names.keys() {
            assert_eq!(read.crush.is_shadow(*id), map.crush.is_shadow(*id), "{id}");
        }
        assert_eq!(map.anonymized().to_binary(), bytes, "the same every time");
    }
}

#[test]
fn what_every_cluster_has_keeps_its_name() {
    let cluster = load(&[("m", &golden("cluster.osdmap"))]).unwrap_or_else(|e| panic!("{e}"));
    let cluster = cluster.cluster;
    let anonymous = cluster.anonymized().map;
    assert_eq!(anonymous.crush.types, cluster.map.crush.types);
    assert!(anonymous.crush.names.values().any(|name| name == "default"));
    assert!(anonymous.crush.names.values().any(|name| name == "osd.0"));
    assert!(anonymous.crush.names.values().any(|name| name == "host1"));
    let same = |map: &OsdMap| (map.epoch, map.modified, map.pg_temp.clone(), map.flags);
    assert_eq!(same(&anonymous), same(&cluster.map));
}

#[test]
fn addresses_are_replaced_one_by_one() {
    let mut map = OsdMap::default();
    map.set_max_osd(3);
    let socket = |host: [u8; 4]| [&[2, 0, 0x1a, 0x90], &host[..], &[9; 8]].concat();
    let hosts = [[192, 0, 2, 1], [192, 0, 2, 2], [192, 0, 2, 1]];
    for (osd, host) in map.osds.iter_mut().zip(hosts) {
        let address = Address { kind: 2, nonce: 1, socket: socket(host), tail: Vec::new() };
        osd.client_addresses.list = vec![address];
    }
    // IPv6, no address at all, and what is cut or of another kind.
    let six = [&[10, 0, 0x1a, 0x90, 1, 1, 1, 1][..], &[0x20; 16], &[7; 4]].concat();
    for odd in [six, socket([0; 4]), vec![2, 0, 1], vec![1, 0, 47, 47, 47], Vec::new()] {
        let address = Address { kind: 2, nonce: 1, socket: odd, tail: Vec::new() };
        map.osds[0].cluster_addresses.list.push(address);
    }
    let anonymous = map.anonymized();
    let found = |osd: usize| anonymous.osds[osd].client_addresses.list[0].socket.clone();
    let expected = |number| [&[2, 0, 0x1a, 0x90, 10, 0, 0, number][..], &[0; 8]].concat();
    assert_eq!((found(0), found(2)), (expected(1), expected(1)));
    assert_ne!(found(1), found(0));
    let odd: Vec<&[u8]> =
        anonymous.osds[0].cluster_addresses.list.iter().map(|one| &one.socket[..]).collect();
    assert_eq!(odd[0][..9], [10, 0, 0x1a, 0x90, 0, 0, 0, 0, 0xfd]);
    assert_eq!(odd[0][24..], [0; 4]);
    assert_eq!(odd[1], [&[2, 0, 0x1a, 0x90][..], &[0; 12]].concat());
    assert_eq!(odd[2..], [&[0, 0, 0][..], &[1, 0, 47, 47, 0], &[]]);
}

#[test]
fn messages_and_snapshots_say_no_names() {
    let mut cluster = Cluster::new(named(random_map(1, 50, 16)));
    let said = |code, message: &str| Warning { code, message: message.to_owned() };
    cluster.warnings = vec![
        said("pgs_incomplete", "ceph pg dump: holds only some PGs of acme-pool-1"),
        said("unknown_parts", "pool 3: version 33 has 2 bytes"),
        said("epochs_differ", "ceph pg dump: is of epoch 7"),
    ];
    for id in cluster.map.pools.keys() {
        cluster.warnings[0].message += &format!(" acme-pool-{id}");
    }
    let about = json!({
        "time": "2026-11-30T10:12:00Z",
        "command": "kubectl -n acme exec toolbox -- ceph",
        "versions": {"overall": {"ceph version 16.2.15": 3}},
        "health": {"status": "HEALTH_WARN", "checks": {"OSD_DOWN": "osd.1 (host=acme) is down"}}
    });
    cluster.snapshot = about.as_object().cloned().unwrap_or_default();
    cluster.recorded_at = Some(Time { seconds: 1_796_125_832, nanoseconds: 0 });
    let file = cluster.anonymized().to_state_file(&cluster.anonymized().map, &Map::new(), false);
    assert!(!String::from_utf8_lossy(&file).contains(SECRET));
    let read = load(&[("state", &file)]).unwrap_or_else(|error| panic!("{error}")).cluster;
    let messages: Vec<&str> = read.warnings.iter().map(|one| &*one.message).collect();
    assert_eq!(messages[0], "this was said with names, which were left out");
    assert!(messages[1].contains("left out with the names"), "{messages:?}");
    assert_eq!(messages[2], "ceph pg dump: is of epoch 7");
    assert_eq!(read.recorded_at, cluster.recorded_at);
    let expected = json!({
        "anonymized": true,
        "time": "2026-11-30T10:12:00Z",
        "versions": {"overall": {"ceph version 16.2.15": 3}},
        "health": {"status": "HEALTH_WARN", "checks": {"OSD_DOWN": null}}
    });
    assert_eq!(Some(&read.snapshot), expected.as_object());
}
