//! What edits refuse, and that a refused edit leaves the map as it was.

use crushlab_crush::{Algorithm, Bucket, BuildError};
use crushlab_crushmap::edit::{EditError, Errno, Location, Removal, WeightSets};
use crushlab_crushmap::{CrushMap, Layer};

fn map() -> CrushMap {
    let layer =
        |name: &str, size| Layer { name: name.to_owned(), algorithm: Algorithm::Straw2, size };
    CrushMap::build_layers(4, &[layer("host", 2), layer("root", 0)]).expect("the layers are sound")
}

fn at(words: &[&str]) -> Location {
    Location::parse(words.iter().copied()).expect("TYPE=NAME")
}

/// Asserts that an edit is refused with this error number and a sentence that has these words.
fn assert_refused<T: std::fmt::Debug>(
    edit: impl FnOnce(&mut CrushMap) -> Result<T, EditError>,
    errno: Errno,
    words: &str,
) {
    let mut edited = map();
    let before = edited.to_binary();
    let error = edit(&mut edited).expect_err("the edit is refused");
    assert_eq!(error.errno(), errno, "{error}");
    assert!(error.to_string().contains(words), "'{error}' has no '{words}'");
    assert_eq!(edited.to_binary(), before);
}

#[test]
fn each_refusal_has_its_number_and_its_words() {
    use Errno::*;
    let host9 = || at(&["host=host9", "root=root"]);
    assert_refused(|m| m.insert_item(9, 1.0, "a b", &host9()), Einval, "'a b' is not a valid name");
    assert_refused(|m| m.insert_item(9, -1.0, "osd.9", &host9()), Eoverflow, "weight -1 is out");
    assert_refused(|m| m.insert_item(9, f32::NAN, "osd.9", &host9()), Eoverflow, "NaN");
    assert_refused(|m| m.insert_item(9, 1.0, "osd.1", &host9()), Eexist, "taken by item 1");
    assert_refused(|m| m.insert_item(-9, 1.0, "osd.9", &host9()), Einval, "no device id");
    assert_refused(|m| m.insert_item(1, 1.0, "osd.1", &at(&["host=host0"])), Einval, "beneath");
    assert_refused(|m| m.insert_item(9, 1.0, "osd.9", &at(&["host=root"])), Einval, "is a root");
    assert_refused(|m| m.insert_item(9, 1.0, "osd.9", &at(&["shelf=x"])), Einval, "no place");
    assert_refused(|m| m.move_item("root", &at(&["host=host0"])), Eloop, "forming a loop");
    assert_refused(|m| m.move_item("nobody", &host9()), Enoent, "'nobody' does not exist");
    assert_refused(|m| m.add_bucket("root", "root", &Location::default()), Eexist, "taken");
    assert_refused(|m| m.add_bucket("x", "osd", &Location::default()), Einval, "for devices");
    assert_refused(|m| m.add_bucket("x", "shelf", &Location::default()), Einval, "'shelf'");
    assert_refused(|m| m.remove_item("host0", Removal::Remove), Enotempty, "holds 2 items");
    assert_refused(|m| m.rename_bucket("osd.0", "x"), Enotdir, "'osd.0' is a device");
    assert_refused(|m| m.rename_bucket("gone", "root"), Ealready, "renamed already");
    assert_refused(|m| m.rename_rule("gone", "x"), Enoent, "rule 'gone'");
    assert_refused(|m| m.remove_rule("gone"), Enoent, "rule 'gone'");
    assert_refused(|m| m.swap_buckets("root", "host0"), Einval, "contains the other");
    assert_refused(|m| m.set_tunable("speed", 9), Einval, "'speed' is no tunable");
    assert_refused(|m| m.set_tunable("chooseleaf_vary_r", 256), Einval, "between 0 and 255");
    assert_refused(|m| m.set_tunables_profile("modern"), Einval, "'modern'");
    assert_refused(|m| m.reweight_weight_set(3, "osd.0", &[1.0]), Enoent, "pool 3");
    assert_refused(|m| m.rename_class("ssd", "hdd"), Enoent, "'ssd'");
    assert_refused(
        |m| m.add_replicated_rule("r", "root", "host", Some("ssd")),
        Einval,
        "class 'ssd' does not exist",
    );
}

#[test]
fn a_bucket_in_use_is_not_removed() {
    let mut map = map();
    for device in 0..4 {
        map.remove_item(&format!("osd.{device}"), Removal::Remove).expect("it is there");
    }
    for host in ["host0", "host1"] {
        map.remove_item(host, Removal::Remove).expect("it is empty");
    }
    let error = map.remove_item("root", Removal::Remove).expect_err("a rule takes it");
    assert_eq!(
        (error.errno(), error),
        (Errno::Ebusy, EditError::BucketInUse { bucket: "root".into() })
    );
    assert_eq!(map.remove_rule("replicated_rule"), Ok(()));
    assert_eq!(map.remove_item("root", Removal::Remove), Ok(()));
    assert_eq!((map.core.max_devices, map.names.len()), (0, 0));
}

#[test]
fn a_sum_of_65536_is_refused() {
    let mut map = map();
    for device in 0..2 {
        let outcome = map.reweight_item(&format!("osd.{device}"), 30_000.0, WeightSets::Update);
        assert_eq!(outcome, Ok(()));
    }
    let before = map.to_binary();
    let error = map.reweight_item("osd.2", 30_000.0, WeightSets::Update).expect_err("too much");
    assert_eq!(error.errno(), Errno::Erange);
    assert_eq!(map.to_binary(), before);
}

#[test]
fn unsound_maps_are_refused_and_not_walked() {
    let mut circle = map();
    let host = circle.core.bucket_mut(-1).expect("host0 is there");
    host.add_item(-3, 0, 1).expect("the sum fits");
    let error = circle.reweight_all().expect_err("host0 and root hold each other");
    assert_eq!((error.errno(), true), (Errno::Eloop, matches!(error, EditError::Unsound(_))));

    // Each bucket holds the two before it: a Fibonacci number of ways leads to the first.
    let mut maze = map();
    for slot in 3..60 {
        let items = [1 - slot, 2 - slot];
        let bucket = Bucket::new(-1 - slot, 2, Algorithm::Straw2, &items, &[0, 0], 1);
        maze.core.insert_bucket(bucket.expect("two weights")).expect("the id is free");
        maze.names.insert(-1 - slot, format!("m{slot}"));
    }
    let error = maze.reweight_item("osd.0", 2.0, WeightSets::Update).expect_err("too many ways");
    assert!(matches!(error, EditError::TooManyWays { .. }), "{error}");

    let mut orphan = map();
    orphan.core.buckets[1] = None;
    let problem = BuildError::UnknownItem { bucket: -3, item: -2 };
    assert_eq!(orphan.reweight_all(), Err(EditError::Unsound(problem)));
}

#[test]
fn questions_have_answers() {
    let map = map();
    assert_eq!((map.item_id("host1"), map.item_id("nobody")), (Some(-2), None));
    assert_eq!((map.type_id("root"), map.rule_id("replicated_rule")), (Some(2), Some(0)));
    assert_eq!((map.parent(3), map.parent(-3)), (Some(-2), None));
    assert_eq!(map.location(3).to_string(), "{host=host1,root=root}");
    assert_eq!(map.weight_at(3, &at(&["host=host1"])), Some(0x10000));
    assert_eq!(map.devices_under(-2).into_iter().collect::<Vec<_>>(), [2, 3]);
    assert!(map.subtree_contains(-3, 3) && !map.subtree_contains(-1, 3));
    assert_eq!(map.parent_of_type(3, 2), Some(-3));
    let shares = map.rule_weight_shares(0).expect("rule 0 is there");
    assert_eq!(shares.into_values().collect::<Vec<_>>(), [0.25; 4]);
    assert_eq!(map.real_roots().into_iter().collect::<Vec<_>>(), [-3]);
}
