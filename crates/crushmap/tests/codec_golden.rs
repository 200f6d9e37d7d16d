//! The codecs against files that crushtool made; test/golden/crushmap/README.md says how.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crushlab_crush::{Algorithm, Rule, Step, Tunables};
use crushlab_crush::{Op, RULE_TYPE_MSR_INDEP};
use crushlab_crushmap::{CrushMap, Release};
use serde_json::Value;

const NAMES: [&str; 6] = ["algorithms", "legacy", "classes", "choose-args", "steps", "spacing"];
/// Bytes that are cut off the end of `steps.bin`.
const CUTS: [usize; 8] = [4, 16, 17, 21, 22, 23, 27, 39];

fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/crushmap");
    let path = PathBuf::from(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn golden_text(name: &str) -> String {
    String::from_utf8(golden(name)).expect("golden texts are UTF-8")
}

fn decoded(name: &str) -> CrushMap {
    CrushMap::from_binary(&golden(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Asserts that bytes are those of crushtool. It leaves node 0 of a tree bucket uninitialised.
fn assert_same_bytes(map: &CrushMap, expected: &[u8], name: &str) {
    let found = map.to_binary();
    assert_eq!(found.len(), expected.len(), "{name}");
    let is_tree = |algorithm| algorithm == Algorithm::Tree;
    let buckets = map.core.buckets.iter().flatten();
    let trees = buckets.filter(|bucket| is_tree(bucket.algorithm())).count();
    let differing = found.iter().zip(expected).filter(|(found, expected)| found != expected);
    assert!(differing.count() <= 4 * trees, "{name}");
}

#[test]
fn texts_compile_to_the_same_bytes() {
    for name in NAMES {
        let map = CrushMap::from_text(&golden_text(&format!("{name}.txt")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_same_bytes(&map, &golden(&format!("{name}.bin")), name);
    }
}

#[test]
fn binaries_print_as_the_same_text() {
    for name in NAMES {
        let text = decoded(&format!("{name}.bin")).to_text_as(Release::PACIFIC);
        assert_eq!(text, golden_text(&format!("{name}.decompiled")), "{name}");
    }
}

#[test]
fn binaries_are_written_as_they_were_read() {
    // The tool drops choose_args of a bucket that is not straw2 when it reads them.
    for name in NAMES.into_iter().filter(|name| *name != "spacing") {
        let bytes = golden(&format!("{name}.bin"));
        assert_same_bytes(&decoded(&format!("{name}.bin")), &bytes, name);
    }
}

#[test]
fn binaries_without_the_newer_groups_get_legacy_values() {
    for cut in CUTS {
        let name = format!("steps-without-{cut}");
        let text = decoded(&format!("{name}.bin")).to_text_as(Release::PACIFIC);
        assert_eq!(text, golden_text(&format!("{name}.decompiled")), "{name}");
    }
    assert_eq!(decoded("steps-without-39.bin").core.tunables, Tunables::ARGONAUT);
}

#[test]
fn printed_texts_compile_again_and_print_the_same() {
    let again = |text: &str| match CrushMap::from_text(text) {
        Ok(map) => map.to_text_as(Release::PACIFIC),
        Err(error) => panic!("{error}\nin:\n{text}"),
    };
    for name in NAMES {
        let text = golden_text(&format!("{name}.decompiled"));
        // Three decimals of many items can add up to another total, but only once.
        let printed = if name == "algorithms" { again(&text) } else { text };
        assert_eq!(again(&printed), printed, "{name}");
    }
}

#[test]
fn a_text_loses_nothing_of_weights() {
    // From 256 up, crushtool's single precision has not every weight.
    const EXACT_BELOW: u32 = 256 << 16;
    for name in NAMES {
        let map = decoded(&format!("{name}.bin"));
        let again =
            CrushMap::from_text(&map.to_text()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let weights = |map: &CrushMap| -> Vec<Vec<u32>> {
            let buckets = map.core.buckets.iter().flatten();
            let exact = |weight: u32| weight.min(EXACT_BELOW);
            buckets.map(|bucket| bucket.item_weights().map(exact).collect()).collect()
        };
        assert_eq!(weights(&again), weights(&map), "{name}");
        assert_eq!(again.core.choose_args, map.core.choose_args, "{name}");
    }
    let text = |weight: &str| {
        format!(
            "device 0 osd.0\ntype 0 osd\ntype 1 host\n\
             host a {{ id -1 alg straw2 hash 0 item osd.0 weight {weight} }}"
        )
    };
    for weight in ["0.02440", "0.333", "99.99999", "0.00002", "12.34567", "100"] {
        let map = CrushMap::from_text(&text(weight)).expect("a sound map");
        let again = CrushMap::from_text(&map.to_text()).expect("our own text");
        assert_eq!(again.to_binary(), map.to_binary(), "{weight}");
    }
}

#[test]
fn dumps_have_the_same_fields_in_the_same_order() {
    for name in NAMES {
        let found = decoded(&format!("{name}.bin")).to_json();
        let expected: Value = serde_json::from_slice(&golden(&format!("{name}.dump.json")))
            .expect("crushtool prints JSON");
        assert_eq!(with_float_weights(&expected).to_string(), found.to_string(), "{name}");
    }
}

/// Ceph prints whole floats without a point, so that they read as integers. Floats appear in
/// weight sets only.
fn with_float_weights(dump: &Value) -> Value {
    let mut dump = dump.clone();
    let sets = dump["choose_args"].as_object_mut().expect("choose_args is an object");
    let entries = sets.values_mut().filter_map(Value::as_array_mut).flatten();
    for weights in entries.filter_map(|entry| entry.get_mut("weight_set")) {
        for weight in weights.as_array_mut().into_iter().flatten() {
            for weight in weight.as_array_mut().into_iter().flatten() {
                *weight = Value::from(weight.as_f64().expect("weights are numbers"));
            }
        }
    }
    dump
}

#[test]
fn dumps_read_back_as_the_same_map() {
    for name in NAMES {
        let map = CrushMap::from_json(&golden(&format!("{name}.dump.json")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut expected = golden_text(&format!("{name}.decompiled"));
        if name == "legacy" {
            // A dump names the one hash function there is; all other numbers are "unknown".
            expected = expected.replace("hash 7", "hash 1");
        }
        assert_eq!(map.to_text_as(Release::PACIFIC), expected, "{name}");
    }
}

#[test]
fn dumps_read_back_to_the_same_bytes_where_they_say_everything() {
    for name in ["algorithms", "choose-args", "steps"] {
        let map = CrushMap::from_json(&golden(&format!("{name}.dump.json")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_same_bytes(&map, &golden(&format!("{name}.bin")), name);
    }
}

#[test]
fn a_dump_inside_a_report_is_found() {
    let dump: Value = serde_json::from_slice(&golden("classes.dump.json")).expect("JSON");
    let report = serde_json::json!({ "version": "16.2.15", "crushmap": dump, "osdmap": {} });
    let map = CrushMap::from_json(report.to_string().as_bytes()).expect("the dump is sound");
    assert_eq!(map.to_text_as(Release::PACIFIC), golden_text("classes.decompiled"));
}

#[test]
fn shadow_trees_made_anew_are_the_same() {
    let mut map = decoded("classes.bin");
    // `tape` has no device and no rule takes it: an edit forgets it, compiling does not.
    assert_eq!(map.rebuild_shadows(), Ok(()));
    let text = map.to_text_as(Release::PACIFIC);
    let kept: String = golden_text("classes.decompiled")
        .split_inclusive('\n')
        .filter(|line| !line.contains("class tape"))
        .collect();
    assert_eq!(text, kept);
}

#[test]
fn msr_maps_survive_every_form() {
    let mut map = decoded("steps.bin");
    map.core.tunables.msr_descents = 50;
    map.core.rules.push(Some(Rule {
        ruleset: 6,
        rule_type: RULE_TYPE_MSR_INDEP,
        min_size: 1,
        max_size: 100,
        steps: vec![
            Step::new(Op::SetMsrDescents, 7, 0),
            Step::new(Op::SetMsrCollisionTries, 9, 0),
            Step::new(Op::Take, -2, 0),
            Step::new(Op::ChooseMsr, 4, 1),
            Step::new(Op::ChooseMsr, 2, 0),
            Step::new(Op::Emit, 0, 0),
        ],
    }));
    let bytes = map.to_binary();
    assert_eq!(bytes.len(), decoded("steps.bin").to_binary().len() + 4 + 8 + 6 * 12 + 8);
    let read = CrushMap::from_binary(&bytes).expect("the map is sound");
    assert_eq!(read.to_binary(), bytes);
    let text = read.to_text();
    assert!(text.contains("tunable msr_descents 50\n"), "{text}");
    assert!(text.contains("\tstep choosemsr 4 type host\n"), "{text}");
    assert_eq!(CrushMap::from_text(&text).expect("it compiles").to_binary(), bytes);
    let json = read.to_json().to_string();
    assert_eq!(CrushMap::from_json(json.as_bytes()).expect("it reads").to_binary(), bytes);
}

/// Shadows by bucket and name of the class.
fn shadows_by_class(map: &CrushMap) -> BTreeMap<(i32, &str), i32> {
    let shadows = map.shadows.iter().flat_map(|(bucket, by_class)| {
        by_class.iter().map(|(class, shadow)| ((*bucket, *class), *shadow))
    });
    let named = |((bucket, class), shadow): ((i32, i32), i32)| {
        ((bucket, map.class_names[&class].as_str()), shadow)
    };
    shadows.map(named).collect()
}

/// Dumps and bytes of clusters in which a bucket was renamed, and another one got its name.
#[test]
fn shadows_that_kept_an_old_name_are_found_by_their_trees() {
    for release in ["reef", "tentacle"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/osdmap");
        let read = |name: &str| {
            let path = PathBuf::from(folder).join(release).join(name);
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let dump = CrushMap::from_json(&read("renamed-crush-dump.json")).expect("Ceph's own dump");
        let bytes = CrushMap::from_binary(&read("renamed-crush.bin")).expect("Ceph's own map");
        // Class ids are not in the dump.
        assert_eq!(shadows_by_class(&dump), shadows_by_class(&bytes), "{release}");
        let shelf = bytes.item_id("shelf").expect("the bucket that was renamed");
        assert_eq!(bytes.shadows[&shelf].len(), 2);
        assert!(!bytes.shadows.contains_key(&bytes.item_id("host1").expect("the new bucket")));
    }
}

#[test]
fn a_renamed_root_has_its_shadow_and_what_cannot_be_told_is_no_error() {
    let dump: Value = serde_json::from_slice(&golden("classes.dump.json")).expect("JSON");
    let expected = CrushMap::from_json(dump.to_string().as_bytes()).expect("a sound dump");
    let mut renamed = dump.clone();
    let buckets = renamed["buckets"].as_array_mut().expect("a list");
    for bucket in buckets.iter_mut().filter(|bucket| !bucket["name"].to_string().contains('~')) {
        bucket["name"] = format!("new-{}", bucket["name"].as_str().expect("a name")).into();
    }
    let map = CrushMap::from_json(renamed.to_string().as_bytes()).expect("Ceph's own form");
    assert_eq!(map.shadows, expected.shadows);
    let mut strange = dump;
    strange["buckets"][0]["name"] = "gone~hdd".into();
    strange["choose_args"] = serde_json::json!({ "-1": [{ "bucket_id": -999, "ids": [1] }] });
    CrushMap::from_json(strange.to_string().as_bytes()).expect("a name is no fault");
}
