//! What stands around a file's value, and fields of shapes that nobody expects.

use crushlab_osdmap::model::state;
use crushlab_osdmap::{Form, LoadError};
use serde_json::{Value, json};

#[path = "support/files.rs"]
mod files;

use files::{codes, golden, golden_text, load};

const CLEAN: &[&str] = &[];

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// The dump with something around it, and the codes of what is to be said.
fn dressed(text: &str) -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let lines = text.replace('\n', "\r\n");
    let skipped: &[&str] = &["skipped_text"];
    let prompt = "[root@host ~]# ceph osd dump -f json\n\n";
    vec![
        ("bare", text.as_bytes().to_vec(), CLEAN),
        ("mark", format!("\u{feff}{text}").into_bytes(), skipped),
        ("status line before", format!("dumped all\n{text}").into_bytes(), skipped),
        ("status line after", format!("{text}\nreport 3735928559\n").into_bytes(), skipped),
        ("glued", format!("{}report 12", text.trim_end()).into_bytes(), skipped),
        (
            "prompt",
            format!("{prompt}{text}[root@host ~]# ").into_bytes(),
            &["skipped_text", "skipped_text"],
        ),
        ("CRLF", lines.into_bytes(), CLEAN),
        (
            "UTF-16 little",
            utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            &["converted_text", "skipped_text"],
        ),
        (
            "UTF-16 big",
            utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
            &["converted_text", "skipped_text"],
        ),
        ("UTF-16 unmarked", utf16(text, u16::to_le_bytes), &["converted_text"]),
    ]
}

#[test]
fn what_stands_around_json_is_skipped_and_named() {
    let crush = golden("crush.bin");
    let expected = load(&[("c", &crush), ("d", &golden("osd-dump.json"))]).unwrap();
    let expected = expected.cluster.map.to_binary();
    for (what, bytes, said) in dressed(&golden_text("osd-dump.json")) {
        let loaded = load(&[("d", &bytes), ("c", &crush)]);
        let loaded = loaded.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(loaded.cluster.map.to_binary() == expected, "{what}");
        assert_eq!(codes(&loaded), said, "{what}");
        let all = |warning: &crushlab_osdmap::Warning| warning.message.starts_with("d: ");
        assert!(loaded.cluster.warnings.iter().all(all), "{what}");
    }
}

#[test]
fn what_was_skipped_is_shown_in_one_short_line() {
    let (crush, dump) = (golden("crush.bin"), golden_text("osd-dump.json"));
    let noisy = format!("{}\nsecond line\n{dump}", "x".repeat(500));
    let loaded = load(&[("d", noisy.as_bytes()), ("c", &crush)]).unwrap();
    let shown = &loaded.cluster.warnings[0].message;
    let expected =
        format!("d: skipped what stands in front of its value: \"{} ...\"", "x".repeat(60));
    assert_eq!(*shown, expected);
}

#[test]
fn texts_and_binaries_have_their_edges_too() {
    let binary = golden("cluster.osdmap");
    let crush = golden("crush.bin");
    let dump = golden("osd-dump.json");
    let expected = load(&[("m", &binary)]).unwrap().cluster.map.to_binary();
    let status = [b"got osdmap epoch 73\n".as_slice(), &binary].concat();
    let loaded = load(&[("m", &status)]).unwrap();
    assert!(loaded.cluster.map.to_binary() == expected);
    assert_eq!(codes(&loaded), ["skipped_text"]);
    let numbered = [b"21\n".as_slice(), &crush].concat();
    assert_eq!(codes(&load(&[("c", &numbered), ("d", &dump)]).unwrap()), ["skipped_text"]);
    let plain = format!("\u{feff}$ ceph osd dump\n{}", golden_text("osd-dump.txt"));
    let plain = plain.replace('\n', "\r\n");
    assert_eq!(load(&[("d", plain.as_bytes()), ("c", &crush)]).unwrap().forms[0], Form::OsdDump);
    let yaml = "\u{feff}hosts:\r\n  - {count: 3, osds: [{size: 1 TiB}]}\r\n";
    assert_eq!(load(&[("y", yaml.as_bytes())]).unwrap().forms, [Form::Description]);
}

#[test]
fn a_second_output_in_a_file_is_refused_with_its_place() {
    let two = format!("{}\n{{\"a\": 1}}", "{\"devices\": [], \"buckets\": []}");
    let error = load(&[("two", two.as_bytes())]).unwrap_err();
    assert_eq!((error.place().line, error.place().offset), (Some(2), Some(31)));
    assert!(error.to_string().starts_with("two: line 2, column 1: found "), "{error}");
    let broken = utf16("{", u16::to_le_bytes).into_iter().chain([b'"', 0, 0]).collect::<Vec<_>>();
    let error = load(&[("half", &broken)]).unwrap_err().to_string();
    assert!(error.ends_with("found half a character: the file is cut off"), "{error}");
}

#[test]
fn places_in_errors_are_those_of_the_file() {
    let text =
        "dumped\n{\"osds\": [], \"pools\": [{\"pool\": \"x\"}],\n \"epoch\": 1, \"max_osd\": 0}";
    let error = load(&[("d", text.as_bytes())]).unwrap_err();
    let place = error.place();
    assert_eq!((place.line, place.path.as_deref()), (Some(2), Some("pools[0].pool")));
    let offset = place.offset.unwrap();
    assert_eq!(&text[offset - 2..offset + 1], "\"x\"", "{error}");
    assert!(matches!(error, LoadError::File { form: Some(Form::OsdDump), .. }));
    assert_eq!(error.file(), Some("d"));
    assert!(std::error::Error::source(&error).is_some());
    // A value inside of another is found by its whole path.
    let report = r#"{"osdmap": {"epoch": 1, "max_osd": 1, "pools": [], "osds": [{"osd": 5}]},
        "crushmap": {}}"#;
    let error = load(&[("r", report.as_bytes())]).unwrap_err();
    assert_eq!(error.place().path.as_deref(), Some("osdmap.osds[0].osd"));
    assert_eq!(error.place().offset, report.find('5'));
}

/// Fields that decide nothing: of the map, and of each entry of its lists.
const DECIDE_NOTHING: [(Option<&str>, &str); 4] = [
    (
        None,
        "created modified last_up_change last_in_change cluster_snapshot osd_xinfo blocklist \
         range_blocklist removed_snaps_queue new_removed_snaps new_purged_snaps stretch_mode \
         crush_node_flags device_class_flags",
    ),
    (
        Some("osds"),
        "uuid public_addrs public_addr cluster_addrs cluster_addr heartbeat_back_addrs \
         heartbeat_back_addr heartbeat_front_addrs heartbeat_front_addr up_from up_thru down_at \
         lost_at last_clean_begin last_clean_end",
    ),
    (
        Some("osd_xinfo"),
        "down_stamp laggy_probability laggy_interval features last_purged_snaps_scrub dead_epoch",
    ),
    (
        Some("pools"),
        "create_time pool_snaps removed_snaps hit_set_params application_metadata snap_seq \
         snap_epoch auid grade_table",
    ),
];

/// The golden dump with a field of the map, of each OSD or each pool replaced.
fn with_field(dump: &Value, list: Option<&str>, field: &str, value: &Value) -> Vec<u8> {
    let mut dump = dump.clone();
    match list {
        None => dump[field] = value.clone(),
        Some(list) => {
            for entry in dump[list].as_array_mut().unwrap() {
                entry[field] = value.clone();
            }
        }
    }
    serde_json::to_vec(&dump).unwrap()
}

#[test]
fn what_decides_nothing_may_have_any_shape() {
    let crush = golden("crush.bin");
    let dump: Value = serde_json::from_slice(&golden("osd-dump.json")).unwrap();
    let expected = load(&[("d", &golden("osd-dump.json")), ("c", &crush)]).unwrap().cluster.map;
    let shapes = [
        json!(null),
        json!(7),
        json!(-1.5),
        json!("text"),
        json!([]),
        json!(["a", 1, null]),
        json!({}),
        json!({"addrvec": [{"type": "legacy", "addr": "192.0.2.1:6802", "nonce": 1}]}),
        json!(true),
    ];
    for (list, names) in DECIDE_NOTHING {
        let names: Vec<&str> = names.split_whitespace().collect();
        for (field, shape) in names.iter().flat_map(|name| shapes.iter().map(move |s| (name, s))) {
            let bytes = with_field(&dump, list, field, shape);
            let loaded = load(&[("d", &bytes), ("c", &crush)]);
            let map =
                loaded.unwrap_or_else(|e| panic!("{list:?} {field} {shape}: {e}")).cluster.map;
            assert_eq!(map.osd_states, expected.osd_states, "{field} {shape}");
            assert_eq!(map.osd_weights, expected.osd_weights, "{field} {shape}");
            assert_eq!(map.pg_upmap_items, expected.pg_upmap_items, "{field} {shape}");
            assert_eq!(map.pg_temp, expected.pg_temp, "{field} {shape}");
        }
    }
    // What decides is refused with its path.
    for (list, field) in [(None, "max_osd"), (Some("osds"), "weight"), (Some("pools"), "pg_num")] {
        let bytes = with_field(&dump, list, field, &json!({"a": 1}));
        let error = load(&[("d", &bytes), ("c", &crush)]).unwrap_err();
        assert!(error.place().path.is_some_and(|path| path.ends_with(field)), "{error}");
    }
}

#[test]
fn dumps_of_old_releases_say_less() {
    // Before Firefly an OSD has neither weight nor affinity; numbers of Hammer are texts.
    let dump = json!({"epoch": 3, "fsid": "00000000-0000-4000-8000-0000000000ff", "flags": "noup",
        "max_osd": 4, "blacklist": [], "pools": [{"pool": 0, "pool_name": "data", "type": 1,
        "size": 2, "min_size": 1, "crush_ruleset": 0, "object_hash": 2, "pg_num": 8,
        "pg_placement_num": 8, "flags": 1, "last_change": "1"}],
        "osds": [{"osd": 0, "up": 1, "in": 1}, {"osd": 1, "up": 0, "in": 0, "state": ["exists"]},
            {"osd": 3, "up": 1, "in": 1, "weight": "0.500000", "primary_affinity": "0.25"}]});
    let crush = golden("crush.bin");
    let bytes = serde_json::to_vec(&dump).unwrap();
    let map = load(&[("d", &bytes), ("c", &crush)]).unwrap().cluster.map;
    let up = state::EXISTS | state::UP;
    assert_eq!(map.osd_states, [up, state::EXISTS, 0, state::EXISTS | state::UP]);
    assert_eq!(map.osd_weights, [0x10000, 0, 0, 0x8000]);
    assert_eq!(map.primary_affinity(3), 0x4000);
    assert_eq!(map.flags, crushlab_osdmap::model::map_flag::NOUP);
}

#[test]
fn a_crush_map_inside_of_a_dump_is_taken() {
    let mut dump: Value = serde_json::from_slice(&golden("osd-dump.json")).unwrap();
    let crush: Value = serde_json::from_slice(&golden("osd-crush-dump.json")).unwrap();
    let separate = load(&[("d", &golden("osd-dump.json")), ("c", &golden("osd-crush-dump.json"))]);
    let expected = separate.unwrap().cluster.map.to_binary();
    let read = |value: &Value| {
        let bytes = serde_json::to_vec(value).unwrap();
        let loaded = load(&[("d", &bytes)]).unwrap_or_else(|error| panic!("{error}"));
        assert!(loaded.cluster.map.to_binary() == expected);
        loaded
    };
    let insights = json!({"crush_map": crush, "osd_dump": dump, "health": {},
        "pg_summary": {"by_osd": {"0": {"active+clean": 5, "down": 1}}, "by_pool": {},
            "all": {"active+clean": 9}},
        "df": {"stats": {}, "pools": [{"name": "rbd", "id": 2,
            "stats": {"objects": 3, "bytes_used": 9}}]}});
    let loaded = read(&insights);
    assert_eq!(loaded.forms, [Form::Insights]);
    assert_eq!(loaded.cluster.pools[&2].stored_bytes, 9);
    let counts = loaded.cluster.pg_counts.unwrap();
    assert_eq!((counts.by_osd[&0].acting, counts.by_state["active+clean"]), (6, 9));
    dump["crush"] = crush;
    assert_eq!(read(&dump).forms, [Form::OsdDump]);
    read(&json!({"osd_map": dump, "version": 3}));
    dump["crush"] = json!({"devices": 3});
    let error = load(&[("d", &serde_json::to_vec(&dump).unwrap())]).unwrap_err();
    assert!(error.place().path.is_some_and(|path| path.starts_with("crush.")), "{error}");
}

#[test]
fn outputs_of_no_use_are_named_with_what_to_record() {
    for (text, expected) in [
        (
            "{\"fsid\": \"\", \"health\": {}, \"pgmap\": {}, \"osdmap\": {\"epoch\": 3}}",
            "ceph status",
        ),
        ("{\"status\": \"HEALTH_OK\", \"checks\": {}}", "ceph health"),
        ("{\"epoch\": 1, \"fsid\": \"\", \"mons\": []}", "ceph mon dump"),
        ("[{\"id\": 0, \"hostname\": \"a\"}]", "found an array of objects with id, hostname"),
        ("  cluster:\n    id:     0\n    health: HEALTH_OK\n", "ceph report"),
        ("HEALTH_WARN 1 osds down\n", "ceph report"),
        ("--- RAW STORAGE ---\nCLASS  SIZE\n", "ceph df: line 1, column 1: found no pool"),
        (
            "epoch 1\nfsid 00000000-0000-4000-8000-0000000000ff\nlast_changed 1\n",
            "osd dump -f json",
        ),
    ] {
        let error = load(&[("f", text.as_bytes())]).unwrap_err().to_string();
        assert!(error.starts_with("f: ") && error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn short_and_cut_files_are_called_what_they_are() {
    let whole = golden("cluster.osdmap");
    let cut = load(&[("cut", &whole[..whole.len() / 2])]).unwrap_err();
    assert!(cut.to_string().contains("the file is cut off or damaged"), "{cut}");
    for bytes in [b"\x01\x02\x03\x04\x05\x06\x07".as_slice(), b"\x02\0abcde", b"\x08\x07"] {
        let error = load(&[("short", bytes)]).unwrap_err().to_string();
        assert!(error.contains("expected an OSDMap (ceph osd getmap)"), "{error}");
        assert!(!error.contains("Firefly"), "{error}");
    }
    let text = golden_text("osd-dump.json");
    let error = load(&[("cut", &text.as_bytes()[..text.len() / 2])]).unwrap_err();
    assert!(error.to_string().ends_with("the file is cut off"), "{error}");
    let long = format!("{{\"osds\": [], \"pools\": [], \"epoch\": \"{}\"}}", "x".repeat(100_000));
    let error = load(&[("long", long.as_bytes())]).unwrap_err().to_string();
    assert!(error.len() < 600, "{}", error.len());
}

#[test]
fn numbers_that_are_none_are_left_out() {
    let text = golden_text("osd-df-tree.json");
    let odd =
        text.replacen("\"utilization\":", "\"x nan\\\"inf\":-nan,\"y\":inf,\"utilization\":", 1);
    assert_ne!(odd, text);
    let map = golden("cluster.osdmap");
    let loaded = load(&[("df", odd.as_bytes()), ("m", &map)]).unwrap();
    assert_eq!(codes(&loaded), ["not_a_number", "osd_sizes_unknown"]);
    // A size that is none is no size.
    let odd = text.replacen("\"kb\":1048576", "\"kb\":nan", 1);
    assert_ne!(odd, text);
    let error = load(&[("df", odd.as_bytes()), ("m", &map)]).unwrap_err().to_string();
    assert!(error.contains("nodes["), "{error}");
}
