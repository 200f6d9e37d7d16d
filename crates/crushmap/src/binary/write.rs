//! Writing the bytes.

use std::collections::BTreeMap;

use crushlab_crush::{
    Bucket, ChooseArgs, Contents, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule, Tunables,
};
use crushlab_wire::Writer;

use super::MAGIC;
use crate::{CrushMap, Release};

impl CrushMap {
    /// The map as Pacific and all before it write it, with all that it holds: the two MSR tunables
    /// of Squid follow at the end where the map makes use of MSR.
    pub fn to_binary(&self) -> Vec<u8> {
        self.write(self.uses_msr())
    }

    /// The map as crushtool of this release writes it, byte for byte, but for the unused node 0 of
    /// a tree bucket, which the tool leaves uninitialised and which is 0 here, and for MSR
    /// tunables, which are there for releases that do not know them, too, where the map makes use
    /// of them.
    pub fn to_binary_as(&self, release: Release) -> Vec<u8> {
        let msr = release.has_msr_rules() || self.uses_msr();
        match release.has_rule_sizes() {
            true => self.write(msr),
            false => self.clone().as_read_by(release).write(msr),
        }
    }

    /// Writes the map, with MSR tunables or without.
    fn write(&self, msr: bool) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u32(MAGIC);
        writer.count(self.core.buckets.len());
        writer.count(self.core.rules.len());
        writer.i32(self.core.max_devices);
        for slot in &self.core.buckets {
            match slot {
                Some(bucket) => write_bucket(&mut writer, bucket),
                None => writer.u32(0),
            }
        }
        for slot in &self.core.rules {
            writer.u32(u32::from(slot.is_some()));
            if let Some(rule) = slot {
                write_rule(&mut writer, rule);
            }
        }
        write_names(&mut writer, &self.types);
        write_names(&mut writer, &self.names);
        write_names(&mut writer, &self.rule_names);
        write_tunables(&mut writer, &self.core.tunables);
        self.write_classes(&mut writer);
        write_choose_args(&mut writer, &self.core.choose_args);
        if msr {
            writer.u32(self.core.tunables.msr_descents);
            writer.u32(self.core.tunables.msr_collision_tries);
        }
        writer.into_bytes()
    }

    /// Whether a reader without MSR would lose something.
    pub(crate) fn uses_msr(&self) -> bool {
        let tunables = &self.core.tunables;
        let defaults = Tunables::ARGONAUT;
        tunables.msr_descents != defaults.msr_descents
            || tunables.msr_collision_tries != defaults.msr_collision_tries
            || self.has_msr_rules()
    }

    pub(crate) fn has_msr_rules(&self) -> bool {
        let is_msr =
            |rule: &Rule| matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP);
        self.core.rules.iter().flatten().any(is_msr)
    }

    fn write_classes(&self, writer: &mut Writer) {
        write_numbers(writer, &self.classes);
        write_names(writer, &self.class_names);
        writer.count(self.shadows.len());
        for (bucket, by_class) in &self.shadows {
            writer.i32(*bucket);
            write_numbers(writer, by_class);
        }
    }
}

fn write_bucket(writer: &mut Writer, bucket: &Bucket) {
    let algorithm = bucket.algorithm() as u8;
    writer.u32(u32::from(algorithm));
    writer.i32(bucket.id);
    writer.u16(bucket.type_id);
    writer.u8(algorithm);
    writer.u8(bucket.hash);
    writer.u32(bucket.weight);
    writer.count(bucket.items.len());
    for item in &bucket.items {
        writer.i32(*item);
    }
    match &bucket.contents {
        Contents::Uniform { item_weight } => writer.u32(*item_weight),
        Contents::List { weights, sums: pairs } | Contents::Straw { weights, straws: pairs } => {
            for (weight, other) in weights.iter().zip(pairs) {
                writer.u32(*weight);
                writer.u32(*other);
            }
        }
        Contents::Tree { node_weights } => {
            // A byte, so that 256 nodes cannot be written; a checked map has fewer.
            writer.u8(node_weights.len() as u8);
            for (node, weight) in node_weights.iter().enumerate() {
                writer.u32(if node == 0 { 0 } else { *weight });
            }
        }
        Contents::Straw2 { weights } => {
            for weight in weights {
                writer.u32(*weight);
            }
        }
    }
}

fn write_rule(writer: &mut Writer, rule: &Rule) {
    writer.count(rule.steps.len());
    writer.bytes(&[rule.ruleset, rule.rule_type, rule.min_size, rule.max_size]);
    for step in &rule.steps {
        writer.u32(step.op as u32);
        writer.i32(step.arg1);
        writer.i32(step.arg2);
    }
}

fn write_names(writer: &mut Writer, names: &BTreeMap<i32, String>) {
    writer.count(names.len());
    for (id, name) in names {
        writer.i32(*id);
        writer.text(name);
    }
}

fn write_numbers(writer: &mut Writer, numbers: &BTreeMap<i32, i32>) {
    writer.count(numbers.len());
    for (key, value) in numbers {
        writer.i32(*key);
        writer.i32(*value);
    }
}

fn write_tunables(writer: &mut Writer, tunables: &Tunables) {
    writer.u32(tunables.choose_local_tries);
    writer.u32(tunables.choose_local_fallback_tries);
    writer.u32(tunables.choose_total_tries);
    writer.u32(tunables.chooseleaf_descend_once);
    writer.u8(tunables.chooseleaf_vary_r);
    writer.u8(tunables.straw_calc_version);
    writer.u32(tunables.allowed_bucket_algs);
    writer.u8(tunables.chooseleaf_stable);
}

fn write_choose_args(writer: &mut Writer, sets: &BTreeMap<i64, ChooseArgs>) {
    writer.count(sets.len());
    for (id, set) in sets {
        writer.i64(*id);
        writer.count(set.values().filter(|arg| !arg.is_empty()).count());
        for (slot, arg) in set.iter().filter(|(_, arg)| !arg.is_empty()) {
            writer.count(*slot);
            writer.count(arg.weight_sets.len());
            for weights in &arg.weight_sets {
                writer.count(weights.len());
                for weight in weights {
                    writer.u32(*weight);
                }
            }
            let ids = arg.ids.as_deref().unwrap_or_default();
            writer.count(ids.len());
            for id in ids {
                writer.i32(*id);
            }
        }
    }
}
