//! What a live cluster made of a sequence of `ceph osd crush` commands (test/golden/edits), and
//! what the methods make of it: the same error numbers, the same bytes.

use std::fs;
use std::path::PathBuf;

use crushlab_crushmap::CrushMap;
use crushlab_crushmap::edit::{EditError, Location, Removal, RuleMode, SimpleRule, WeightSets};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/golden/edits").join(name)
}

#[test]
fn a_sequence_of_commands_ends_where_the_cluster_ended() {
    let read = |name: &str| fs::read_to_string(golden(name)).expect("the golden file is there");
    let (commands, results) = (read("commands.txt"), read("results.txt"));
    let start = fs::read(golden("000.crush")).expect("the golden file is there");
    let mut map = CrushMap::from_binary(&start).expect("the cluster's map is sound");
    let mut expected = start;
    assert_eq!(commands.lines().count(), results.lines().count());
    for (index, (command, result)) in commands.lines().zip(results.lines()).enumerate() {
        let number = index + 1;
        let words: Vec<&str> = command.split_whitespace().collect();
        let errno = match run(&mut map, &words) {
            Ok(()) => 0,
            Err(error) => error.errno().number(),
        };
        assert_eq!(errno.to_string(), result, "command {number}: {command}");
        if let Ok(bytes) = fs::read(golden(&format!("{number:03}.crush"))) {
            expected = bytes;
        }
        let same = map.to_binary() == expected;
        let theirs = || CrushMap::from_binary(&expected).expect("the cluster's map is sound");
        assert!(same, "command {number}: {command}\n{}", difference(&theirs(), &map));
    }
}

fn difference(theirs: &CrushMap, ours: &CrushMap) -> String {
    let (theirs, ours) = (format!("{theirs:#?}"), format!("{ours:#?}"));
    let differing = theirs.lines().zip(ours.lines()).enumerate().filter(|(_, (a, b))| a != b);
    let lines: Vec<String> = differing
        .take(12)
        .map(|(line, (a, b))| format!("{line}: cluster {} here {}", a.trim(), b.trim()))
        .collect();
    lines.join("\n")
}

/// Runs the words after `ceph osd crush`, with what the monitor adds to the map's own semantics:
/// what it takes for done already, what it does not look at, pools by name.
fn run(map: &mut CrushMap, words: &[&str]) -> Result<(), EditError> {
    let place = |words: &[&str]| Location::parse(words.iter().copied());
    let weight = |word: &str| word.parse::<f64>().expect("a weight") as f32;
    let device = |name: &str| name.trim_start_matches("osd.").parse::<i32>().expect("a device");
    match words {
        ["add-bucket", name, kind, rest @ ..] => match map.add_bucket(name, kind, &place(rest)?) {
            Err(EditError::NameTaken { .. }) => Ok(()),
            outcome => outcome.map(|_| ()),
        },
        ["move", name, rest @ ..] => map.move_item(name, &place(rest)?).map(|_| ()),
        ["link", name, rest @ ..] => map.link_bucket(name, &place(rest)?).map(|_| ()),
        ["set", name, w, rest @ ..] => {
            map.update_item(device(name), weight(w), name, &place(rest)?).map(|_| ())
        }
        ["add", name, w, rest @ ..] => {
            let (id, place) = (device(name), place(rest)?);
            if map.weight_at(id, &place).is_some() {
                return map.update_item(id, weight(w), name, &place).map(|_| ());
            }
            map.insert_item(id, weight(w), name, &place)
        }
        ["create-or-move", name, w, rest @ ..] => map
            .create_or_move_item(device(name), weight(w), name, &place(rest)?, WeightSets::Update)
            .map(|_| ()),
        ["rm", rest @ ..] => forgiving(remove(map, rest, Removal::Remove)),
        ["unlink", rest @ ..] => forgiving(remove(map, rest, Removal::Unlink)),
        ["swap-bucket", first, second, _] => map.swap_buckets(first, second),
        ["rename-bucket", from, to] => match map.rename_bucket(from, to) {
            Err(EditError::AlreadyRenamed { .. }) => Ok(()),
            outcome => outcome,
        },
        ["reweight", name, w] => match map.item_id(name) {
            Some(id) if id < 0 => Err(EditError::NotADevice { name: (*name).to_owned(), id }),
            _ => map.reweight_item(name, weight(w), WeightSets::Update),
        },
        ["reweight-subtree", name, w] => {
            map.reweight_subtree(name, weight(w), WeightSets::Update).map(|_| ())
        }
        ["reweight-all"] => map.reweight_all(),
        ["set-all-straw-buckets-to-straw2"] => map.convert_straw_to_straw2().map(|_| ()),
        ["tunables", profile] => map.set_tunables_profile(profile),
        ["set-tunable", name, value] => {
            let value = value.parse().expect("a number");
            if value > 1 {
                let (name, highest) = ((*name).to_owned(), 1);
                return Err(EditError::TunableOutOfRange { name, value, highest });
            }
            map.set_tunable(name, value)
        }
        ["weight-set", rest @ ..] => weight_set(map, rest),
        ["rule", rest @ ..] => rule(map, rest),
        _ => class(map, words),
    }
}

/// The monitor takes an item that is not there for removed.
fn forgiving(outcome: Result<(), EditError>) -> Result<(), EditError> {
    match outcome {
        Err(EditError::NoSuchItem { .. } | EditError::NotInTree { .. }) => Ok(()),
        outcome => outcome,
    }
}

fn remove(map: &mut CrushMap, words: &[&str], removal: Removal) -> Result<(), EditError> {
    match words {
        [name, ancestor] => map.remove_item_under(name, ancestor, removal),
        [name] => map.remove_item(name, removal),
        _ => panic!("not a removal: {words:?}"),
    }
}

fn weight_set(map: &mut CrushMap, words: &[&str]) -> Result<(), EditError> {
    // make.sh creates pool data, id 2, of size 3.
    const POOL: i64 = 2;
    let numbers = |words: &[&str]| -> Vec<f64> {
        words.iter().map(|word| word.parse().expect("a weight")).collect()
    };
    match words {
        ["create-compat"] => map.create_weight_set(-1, 1).map(|_| ()),
        ["create", "data", "positional"] => map.create_weight_set(POOL, 3).map(|_| ()),
        ["rm-compat"] => map.remove_weight_set(-1).map(|_| ()),
        ["rm", "data"] => map.remove_weight_set(POOL).map(|_| ()),
        ["reweight-compat", item, weight] => map.reweight_weight_set(-1, item, &numbers(&[weight])),
        ["reweight", "data", item, weights @ ..] => {
            map.reweight_weight_set(POOL, item, &numbers(weights))
        }
        _ => panic!("not a weight set: {words:?}"),
    }
}

fn rule(map: &mut CrushMap, words: &[&str]) -> Result<(), EditError> {
    match words {
        ["create-replicated", name, root, kind, class @ ..] => {
            map.add_replicated_rule(name, root, kind, class.first().copied()).map(|_| ())
        }
        ["create-simple", name, root, failure_domain, mode] => {
            let mode = RuleMode::from_name(mode).expect("firstn or indep");
            let device_class = None;
            let rule = SimpleRule {
                name,
                root,
                failure_domain,
                device_class,
                mode,
                rule_type: 1,
                id: None,
            };
            map.add_simple_rule(&rule).map(|_| ())
        }
        // make.sh creates profile ec: k=4 m=2, failure domain osd, device class hdd.
        ["create-erasure", name, "ec"] => {
            map.add_erasure_rule(name, "default", "osd", Some("hdd"), 6).map(|_| ())
        }
        ["rename", from, to] => map.rename_rule(from, to),
        ["rm", name] => match map.remove_rule(name) {
            Err(EditError::NoSuchRule { .. }) => Ok(()),
            outcome => outcome,
        },
        _ => panic!("not a rule: {words:?}"),
    }
}

fn class(map: &mut CrushMap, words: &[&str]) -> Result<(), EditError> {
    let devices = |words: &[&str]| -> Vec<i32> {
        words.iter().map(|word| word.parse().expect("a device")).collect()
    };
    match words {
        ["set-device-class", class, rest @ ..] => devices(rest)
            .into_iter()
            .try_for_each(|device| map.set_device_class(device, class).map(|_| ())),
        ["rm-device-class", rest @ ..] => devices(rest)
            .into_iter()
            .try_for_each(|device| map.remove_device_class(device).map(|_| ())),
        ["class", "create", class] => match map.create_class(class) {
            Err(EditError::ClassExists { .. }) => Ok(()),
            outcome => outcome.map(|_| ()),
        },
        ["class", "rm", class] => match map.remove_class(class) {
            Err(EditError::NoSuchClass { .. }) => Ok(()),
            outcome => outcome,
        },
        ["class", "rename", from, to] => match map.rename_class(from, to) {
            // Already renamed, says the monitor.
            Err(EditError::NoSuchClass { .. }) if map.class_id(to).is_some() => Ok(()),
            outcome => outcome,
        },
        _ => panic!("no such command: {words:?}"),
    }
}
