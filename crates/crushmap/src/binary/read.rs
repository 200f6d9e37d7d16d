//! Reading the bytes.

use std::collections::BTreeMap;

use crushlab_crush::{
    Algorithm, Bucket, ChooseArg, ChooseArgs, Contents, Op, Rule, Step, Tunables, TypeOrder,
};
use crushlab_wire::{Reader, WireError};

use super::MAGIC;
use crate::error::{DecodeError, bucket_at_fault};
use crate::{CrushMap, MAX_CLASSES, MAX_IDS};

/// Bytes that a bucket, a rule and an entry of a name map take at least.
const SLOT_BYTES: usize = 4;
const NAME_BYTES: usize = 8;
const STEP_BYTES: usize = 12;

impl CrushMap {
    /// Reads a binary map of any release: groups that older writers left out get their legacy
    /// values, and what a release after Tentacle may append is skipped. As in Ceph, `max_devices`
    /// is made anew, and choose_args of buckets that have none to have are dropped.
    ///
    /// # Errors
    /// [`DecodeError`]: the bytes are cut short, a number or a text is not what it must be, or
    /// the map is not sound; with the offset.
    pub fn from_binary(bytes: &[u8]) -> Result<CrushMap, DecodeError> {
        CrushMap::decode(bytes).map(|(map, _)| map)
    }

    /// The same, with the number of bytes at the end that were skipped because only later
    /// releases know what they mean.
    ///
    /// # Errors
    /// As [`from_binary`](CrushMap::from_binary).
    pub fn decode(bytes: &[u8]) -> Result<(CrushMap, usize), DecodeError> {
        let mut reader = Reader::new(bytes);
        let magic = reader.u32("magic")?;
        if magic != MAGIC {
            return Err(DecodeError::BadMagic { found: magic });
        }
        let mut map = CrushMap::default();
        map.core.type_order = TypeOrder::Free;
        map.core.tunables = Tunables::ARGONAUT;

        let at = reader.offset();
        let slots = reader.u32("max_buckets")?;
        let rules = reader.u32("max_rules")?;
        reader.i32("max_devices")?;
        let slots = reader.check_count(at, u64::from(slots), SLOT_BYTES, "max_buckets")?;
        if slots > MAX_IDS {
            let problem = format!("{slots}: expected at most {MAX_IDS}");
            return Err(WireError::new(at, "max_buckets", problem).into());
        }
        let offsets = read_buckets(&mut reader, &mut map, slots)?;
        let rules = reader.check_count(at + 4, u64::from(rules), SLOT_BYTES, "max_rules")?;
        for id in 0..rules {
            let rule = read_rule(&mut reader).map_err(|e| e.inside(format_args!("rules[{id}]")))?;
            map.core.rules.push(rule);
        }
        map.types = read_names(&mut reader, "types")?;
        map.names = read_names(&mut reader, "names")?;
        map.rule_names = read_names(&mut reader, "rule_names")?;
        read_tail(&mut reader, &mut map)?;
        map.update_choose_args();
        map.finalize();
        if map.core.max_devices as usize > MAX_IDS {
            let id = map.core.max_devices - 1;
            let problem = format!("device id {id}: expected one below {MAX_IDS}");
            return Err(WireError::new(0, "devices", problem).into());
        }
        let map = map.sound().map_err(|problem| {
            let bucket = bucket_at_fault(&problem);
            let offset = bucket.and_then(|bucket| offsets.get(&bucket)).copied();
            DecodeError::Unsound { offset, problem }
        })?;
        Ok((map, reader.remaining()))
    }
}

/// Reads all slots; returns the offset of each bucket by its id.
fn read_buckets(
    reader: &mut Reader<'_>,
    map: &mut CrushMap,
    slots: usize,
) -> Result<BTreeMap<i32, usize>, WireError> {
    let mut offsets = BTreeMap::new();
    map.core.buckets.reserve_exact(slots);
    for slot in 0..slots {
        let at = reader.offset();
        let bucket = read_bucket(reader).map_err(|e| e.inside(format_args!("buckets[{slot}]")))?;
        if let Some(bucket) = &bucket {
            offsets.insert(bucket.id, at);
        }
        map.core.buckets.push(bucket);
    }
    Ok(offsets)
}

fn read_bucket(reader: &mut Reader<'_>) -> Result<Option<Bucket>, WireError> {
    let at = reader.offset();
    let number = reader.u32("alg")?;
    if number == 0 {
        return Ok(None);
    }
    let algorithm = u8::try_from(number).ok().and_then(Algorithm::from_number);
    let Some(algorithm) = algorithm else {
        let problem = format!("algorithm {number}: expected 0 (no bucket) or 1 to 5");
        return Err(WireError::new(at, "alg", problem));
    };
    let id = reader.i32("id")?;
    let type_id = reader.u16("type")?;
    let at = reader.offset();
    let repeated = reader.u8("alg")?;
    if u32::from(repeated) != number {
        let problem = format!("algorithm {repeated}: expected {number} again, as in front");
        return Err(WireError::new(at, "alg", problem));
    }
    let hash = reader.u8("hash")?;
    let weight = reader.u32("weight")?;
    let size = reader.count(4, "size")?;
    let mut items = Vec::with_capacity(size);
    for index in 0..size {
        items.push(reader.i32("id").map_err(|e| e.inside(format_args!("items[{index}]")))?);
    }
    let contents = read_contents(reader, algorithm, size)?;
    Ok(Some(Bucket { id, type_id, hash, weight, items, contents }))
}

fn read_contents(
    reader: &mut Reader<'_>,
    algorithm: Algorithm,
    size: usize,
) -> Result<Contents, WireError> {
    Ok(match algorithm {
        Algorithm::Uniform => Contents::Uniform { item_weight: reader.u32("item_weight")? },
        Algorithm::List => {
            let (weights, sums) = read_pairs(reader, size, "item_weights and sum_weights")?;
            Contents::List { weights, sums }
        }
        Algorithm::Tree => {
            let nodes = usize::from(reader.u8("num_nodes")?);
            Contents::Tree { node_weights: read_weights(reader, nodes, "node_weights")? }
        }
        Algorithm::Straw => {
            let (weights, straws) = read_pairs(reader, size, "item_weights and straws")?;
            Contents::Straw { weights, straws }
        }
        Algorithm::Straw2 => {
            Contents::Straw2 { weights: read_weights(reader, size, "item_weights")? }
        }
    })
}

fn read_weights(reader: &mut Reader<'_>, count: usize, field: &str) -> Result<Vec<u32>, WireError> {
    let count = reader.check_count(reader.offset(), count as u64, 4, field)?;
    (0..count).map(|_| reader.u32(field)).collect()
}

fn read_pairs(
    reader: &mut Reader<'_>,
    count: usize,
    field: &str,
) -> Result<(Vec<u32>, Vec<u32>), WireError> {
    let count = reader.check_count(reader.offset(), count as u64, 8, field)?;
    (0..count).map(|_| Ok((reader.u32(field)?, reader.u32(field)?))).collect()
}

fn read_rule(reader: &mut Reader<'_>) -> Result<Option<Rule>, WireError> {
    if reader.u32("present")? == 0 {
        return Ok(None);
    }
    let at = reader.offset();
    let steps = reader.u32("len")?;
    let ruleset = reader.u8("ruleset")?;
    let rule_type = reader.u8("type")?;
    let min_size = reader.u8("min_size")?;
    let max_size = reader.u8("max_size")?;
    let count = reader.check_count(at, u64::from(steps), STEP_BYTES, "len")?;
    let mut steps = Vec::with_capacity(count);
    for index in 0..count {
        steps.push(read_step(reader).map_err(|e| e.inside(format_args!("steps[{index}]")))?);
    }
    Ok(Some(Rule { ruleset, rule_type, min_size, max_size, steps }))
}

fn read_step(reader: &mut Reader<'_>) -> Result<Step, WireError> {
    let at = reader.offset();
    let number = reader.u32("op")?;
    let op = Op::from_number(number).ok_or_else(|| {
        let problem = format!("operation {number}: expected 0 to 4 or 6 to 16");
        WireError::new(at, "op", problem)
    })?;
    Ok(Step::new(op, reader.i32("arg1")?, reader.i32("arg2")?))
}

/// A map of names by 32-bit keys. An old writer used 64-bit keys: where the length reads as 0, it
/// was the key's upper half, and the length follows (`decode_32_or_64_string_map`).
fn read_names(reader: &mut Reader<'_>, field: &str) -> Result<BTreeMap<i32, String>, WireError> {
    let mut names = BTreeMap::new();
    for index in 0..reader.count(NAME_BYTES, field)? {
        let mut read = || {
            let key = reader.i32("id")?;
            let mut length = reader.count(1, "name")?;
            if length == 0 {
                length = reader.count(1, "name")?;
            }
            if length == 0 {
                let problem = "an empty text: expected a name";
                return Err(WireError::new(reader.offset(), "name", problem));
            }
            Ok((key, reader.text_of(length, "name")?.to_owned()))
        };
        let (key, name) =
            read().map_err(|e: WireError| e.inside(format_args!("{field}[{index}]")))?;
        names.insert(key, name);
    }
    Ok(names)
}

fn read_numbers(reader: &mut Reader<'_>, field: &str) -> Result<BTreeMap<i32, i32>, WireError> {
    let count = reader.count(8, field)?;
    (0..count).map(|_| Ok((reader.i32(field)?, reader.i32(field)?))).collect()
}

/// The groups that came with later releases, oldest first.
fn read_tail(reader: &mut Reader<'_>, map: &mut CrushMap) -> Result<(), WireError> {
    let tunables = &mut map.core.tunables;
    if !reader.is_empty() {
        tunables.choose_local_tries = reader.u32("choose_local_tries")?;
        tunables.choose_local_fallback_tries = reader.u32("choose_local_fallback_tries")?;
        tunables.choose_total_tries = reader.u32("choose_total_tries")?;
    }
    if !reader.is_empty() {
        tunables.chooseleaf_descend_once = reader.u32("chooseleaf_descend_once")?;
    }
    if !reader.is_empty() {
        tunables.chooseleaf_vary_r = reader.u8("chooseleaf_vary_r")?;
    }
    if !reader.is_empty() {
        tunables.straw_calc_version = reader.u8("straw_calc_version")?;
    }
    if !reader.is_empty() {
        tunables.allowed_bucket_algs = reader.u32("allowed_bucket_algs")?;
    }
    if !reader.is_empty() {
        tunables.chooseleaf_stable = reader.u8("chooseleaf_stable")?;
    }
    if !reader.is_empty() {
        map.classes = read_numbers(reader, "class_map")?;
        map.class_names = read_class_names(reader)?;
        for index in 0..reader.count(8, "class_bucket")? {
            let at = |e: WireError| e.inside(format_args!("class_bucket[{index}]"));
            let bucket = reader.i32("id").map_err(at)?;
            map.shadows.insert(bucket, read_numbers(reader, "shadows").map_err(at)?);
        }
    }
    if !reader.is_empty() {
        map.core.choose_args = read_choose_args(reader, map.core.buckets.len())?;
    }
    let tunables = &mut map.core.tunables;
    if !reader.is_empty() {
        tunables.msr_descents = reader.u32("msr_descents")?;
        tunables.msr_collision_tries = reader.u32("msr_collision_tries")?;
    }
    Ok(())
}

fn read_class_names(reader: &mut Reader<'_>) -> Result<BTreeMap<i32, String>, WireError> {
    let mut names = BTreeMap::new();
    let at = reader.offset();
    let count = reader.count(NAME_BYTES, "class_name")?;
    if count > MAX_CLASSES {
        let problem = format!("{count} classes: expected at most {MAX_CLASSES}");
        return Err(WireError::new(at, "class_name", problem));
    }
    for index in 0..count {
        let at = |e: WireError| e.inside(format_args!("class_name[{index}]"));
        let id = reader.i32("id").map_err(at)?;
        names.insert(id, reader.text("name").map_err(at)?.to_owned());
    }
    Ok(names)
}

fn read_choose_args(
    reader: &mut Reader<'_>,
    slots: usize,
) -> Result<BTreeMap<i64, ChooseArgs>, WireError> {
    let mut sets = BTreeMap::new();
    for index in 0..reader.count(12, "choose_args")? {
        let at = |e: WireError| e.inside(format_args!("choose_args[{index}]"));
        let id = reader.i64("id").map_err(at)?;
        let mut set = ChooseArgs::new();
        for entry in 0..reader.count(12, "buckets").map_err(at)? {
            let (slot, arg) = read_choose_arg(reader, slots)
                .map_err(|e| at(e.inside(format_args!("buckets[{entry}]"))))?;
            set.insert(slot, arg);
        }
        sets.insert(id, set);
    }
    Ok(sets)
}

fn read_choose_arg(reader: &mut Reader<'_>, slots: usize) -> Result<(usize, ChooseArg), WireError> {
    let at = reader.offset();
    let slot = reader.u32("slot")? as usize;
    if slot >= slots {
        let problem = format!("slot {slot}: expected one below {slots}, the number of buckets");
        return Err(WireError::new(at, "slot", problem));
    }
    let mut weight_sets = Vec::new();
    for _ in 0..reader.count(4, "weight_set")? {
        let size = reader.count(4, "weight_set")?;
        weight_sets.push(read_weights(reader, size, "weight_set")?);
    }
    let size = reader.count(4, "ids")?;
    let ids: Vec<i32> = (0..size).map(|_| reader.i32("ids")).collect::<Result<_, _>>()?;
    Ok((slot, ChooseArg { ids: (!ids.is_empty()).then_some(ids), weight_sets }))
}
