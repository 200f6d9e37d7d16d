//! Fourth stage: what is shown of the map, apart from tests.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_crushmap::{CrushMap, Release};
use serde_json::Value as Json;

use super::options::Options;
use super::tree;
use crate::console::Console;
use crate::files;
use crate::formatter::{self, Formatter, Section, Value};
use crate::stop::{Outcome, Stop};
use crate::tree::walk;

/// Shows all that the options ask for, in crushtool's order.
pub(crate) fn show(map: &CrushMap, options: &Options, console: &mut Console<'_>) -> Outcome {
    if options.show_location >= 0 && map.item_name(options.show_location).is_some() {
        for (kind, name) in map.location(options.show_location).iter() {
            console.line(&format!("{kind}\t{name}"))?;
        }
    }
    if options.tree {
        console.text(&tree::table(map)?)?;
    }
    if options.bucket_tree {
        bucket_tree(map, &options.bucket_name, console)?;
    }
    if options.dump {
        console.line(&dump(map, &options.format, options.release))?;
    }
    if options.decompile {
        let text = map.to_text_as(options.release);
        match options.output.is_empty() {
            true => console.text(&text)?,
            false => files::write(&options.output, text.as_bytes())?,
        }
    }
    if options.check {
        if options.release.has_rule_sizes() {
            overlapped_rules(map, console)?;
        }
        if let Ok(max_id) = u32::try_from(options.check_max_id) {
            check_names(map, max_id, console)?;
        }
    }
    Ok(())
}

fn bucket_tree(map: &CrushMap, name: &str, console: &mut Console<'_>) -> Outcome {
    if name.is_empty() {
        console.warn(": error bucket_name is empty");
        return Ok(());
    }
    let Some(id) = map.item_id(name) else { return Ok(()) };
    for device in map.devices_under(id) {
        console.line(&format!("osd.{device}"))?;
    }
    Ok(())
}

fn dump(map: &CrushMap, format: &str, release: Release) -> String {
    let mut formatter = formatter::by_name(format, "json-pretty");
    write_json(formatter.as_mut(), "crush_map", "crush_map", &map.to_json_as(release));
    formatter.finish()
}

/// Writes a JSON value to a formatter. In `parent` the elements of an array have a name of their
/// own, which JSON does not show.
fn write_json(formatter: &mut dyn Formatter, parent: &str, name: &str, value: &Json) {
    match value {
        Json::Object(fields) => {
            formatter.open(name, Section::Object);
            fields.iter().for_each(|(field, value)| write_json(formatter, name, field, value));
            formatter.close();
        }
        Json::Array(elements) => {
            formatter.open(name, Section::Array);
            let element = if parent == "choose_args" { element_name(name) } else { singular(name) };
            elements.iter().for_each(|value| write_json(formatter, name, element, value));
            formatter.close();
        }
        Json::Number(number) => formatter.value(
            name,
            match number.as_i64() {
                Some(integer) => Value::Integer(integer),
                None => Value::Float(number.as_f64().unwrap_or(0.0)),
            },
        ),
        Json::String(text) => formatter.value(name, Value::Text(text)),
        Json::Bool(_) | Json::Null => {}
    }
}

/// What an element of the array of this name is called.
fn singular(name: &str) -> &str {
    match name {
        "weight_set" => "weights",
        _ => name.strip_suffix('s').unwrap_or(name),
    }
}

/// What an element of an array inside a section `choose_args` is called: the sets themselves are
/// named by number, and hold one more `choose_args` for each bucket.
fn element_name(name: &str) -> &str {
    match name {
        "weight_set" | "ids" => singular(name),
        _ => "choose_args",
    }
}

/// Says which rules of one rule set are meant for pools of the same size
/// (CrushTester.cc, `check_overlapped_rules`).
fn overlapped_rules(map: &CrushMap, console: &mut Console<'_>) -> Outcome {
    // Rule names by rule set, type and size of the pool.
    let mut sets: BTreeMap<(u8, u8), BTreeMap<u8, BTreeSet<String>>> = BTreeMap::new();
    for (id, rule) in map.core.rules.iter().enumerate() {
        let Some(rule) = rule else { continue };
        let rules = sets.entry((rule.ruleset, rule.rule_type)).or_default();
        for size in rule.min_size..=rule.max_size {
            let name = map.rule_names.get(&(id as i32)).cloned();
            let name = name.unwrap_or_else(|| format!("rule{id}"));
            rules.entry(size).or_default().insert(name);
        }
    }
    for ((ruleset, _), by_size) in &sets {
        // Neighbouring sizes with the same rules make one line.
        let mut previous: Option<(u8, &BTreeSet<String>)> = None;
        for (size, names) in by_size {
            let joined = previous
                .is_some_and(|(before, same)| size.checked_sub(1) == Some(before) && same == names);
            previous = Some((*size, names));
            if !joined && names.len() > 1 {
                let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                console.line(&format!("overlapped rules in ruleset {ruleset}: {names}"))?;
            }
        }
    }
    Ok(())
}

/// Stops at the first item without a name or type, or of an id that is too high
/// (CrushTester.cc, `check_name_maps`); 0 allows all ids.
fn check_names(map: &CrushMap, max_id: u32, console: &mut Console<'_>) -> Outcome {
    let complaint = |id: i32| match (u32::try_from(id), map.core.bucket(id)) {
        (Ok(device), _) if max_id > 0 && device >= max_id => Some("item id too large"),
        (Err(_), _) if map.item_name(id).is_none() => Some("unknown item name"),
        (_, bucket) => {
            let kind = bucket.map_or(0, |bucket| i32::from(bucket.type_id));
            (!map.types.contains_key(&kind)).then_some("unknown type name")
        }
    };
    let mut found = None;
    walk(map, map.real_roots().into_iter(), |node| match complaint(node.id) {
        Some(problem) if found.is_none() => {
            found = Some((problem, node.id));
            Ok(())
        }
        _ => Ok(()),
    })?;
    // A device outside the tree has to be printable too.
    if found.is_none() {
        found = complaint(0).map(|problem| (problem, 0));
    }
    match found {
        None => Ok(()),
        Some((problem, id)) => {
            console.line(&format!("{problem}: item#{id}"))?;
            Err(Stop::error(""))
        }
    }
}
