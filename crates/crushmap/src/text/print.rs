//! The text of a map.

use std::collections::BTreeSet;
use std::fmt::Write;

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{
    Algorithm, Bucket, ChooseArgs, Op, RULE_TYPE_ERASURE, RULE_TYPE_MSR_FIRSTN,
    RULE_TYPE_MSR_INDEP, RULE_TYPE_REPLICATED, Rule, Step, Tunables,
};

use super::parse::SETTINGS;
use crate::{CrushMap, Release, is_valid_name};

/// Appends formatted text; writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { let _ = write!($out, $($arg)*); };
}

impl CrushMap {
    /// The text of this map from which every release compiles the same weights and sizes of rules.
    ///
    /// It is what `crushtool -d` prints, but for weights: they have five decimals, rounded up,
    /// since crushtool rounds down what it reads.
    pub fn to_text(&self) -> String {
        self.print(Style { weight: exact_weight, rule_sizes: true })
    }

    /// The text that `crushtool -d` of this release prints, byte for byte. A map compiled from it
    /// may differ: weights have three decimals or five there, and from Quincy on rules have no
    /// sizes. What the release does not know (MSR rules and tunables) is printed as later ones do.
    pub fn to_text_as(&self, release: Release) -> String {
        let weight = if release.weight_decimals() > 3 { weight_5 } else { weight_3 };
        self.print(Style { weight, rule_sizes: release.has_rule_sizes() })
    }

    fn print(&self, style: Style) -> String {
        let mut out = String::from("# begin crush map\n");
        print_tunables(&mut out, &self.core.tunables);
        self.print_devices(&mut out);
        self.print_types(&mut out);
        out.push_str("\n# buckets\n");
        self.print_buckets(&mut out, style);
        out.push_str("\n# rules\n");
        for (id, rule) in self.core.rules.iter().enumerate() {
            if let Some(rule) = rule {
                self.print_rule(&mut out, id, rule, style);
            }
        }
        if !self.core.choose_args.is_empty() {
            out.push_str("\n# choose_args\n");
        }
        for (id, set) in &self.core.choose_args {
            print_choose_args(&mut out, *id, set, style);
        }
        out.push_str("\n# end crush map\n");
        out
    }

    fn print_devices(&self, out: &mut String) {
        out.push_str("\n# devices\n");
        for (id, name) in self.names.range(0..self.core.max_devices.max(0)) {
            put!(out, "device {id} {name}");
            if let Some(class) = self.classes.get(id).and_then(|id| self.class_names.get(id)) {
                put!(out, " class {class}");
            }
            out.push('\n');
        }
    }

    fn print_types(&self, out: &mut String) {
        out.push_str("\n# types\n");
        if !self.types.is_empty() && !self.types.contains_key(&0) {
            out.push_str("type 0 osd\n");
        }
        for (id, name) in self.types.range(0..) {
            put!(out, "type {id} {name}\n");
        }
    }

    /// All buckets but shadows, each after those in it, beginning with id -1.
    fn print_buckets(&self, out: &mut String, style: Style) {
        let mut begun = BTreeSet::new();
        for root in self.core.buckets.iter().flatten() {
            let mut way = vec![(root, 0)];
            while let Some((bucket, next)) = way.pop() {
                if next == 0 && !begun.insert(bucket.id) {
                    continue;
                }
                match bucket.items.get(next) {
                    Some(item) => {
                        way.push((bucket, next + 1));
                        way.extend(self.core.bucket(*item).map(|child| (child, 0)));
                    }
                    None => self.print_bucket(out, bucket, style),
                }
            }
        }
    }

    fn print_bucket(&self, out: &mut String, bucket: &Bucket, style: Style) {
        let id = bucket.id;
        if self.names.get(&id).is_some_and(|name| !is_valid_name(name)) {
            return;
        }
        put!(out, "{} {} {{\n", self.type_text(i32::from(bucket.type_id)), self.item_text(id));
        put!(out, "\tid {id}\t\t# do not change unnecessarily\n");
        for (class, shadow) in self.shadows.get(&id).into_iter().flatten() {
            let class = self.class_names.get(class).map_or("", String::as_str);
            put!(out, "\tid {shadow} class {class}\t\t# do not change unnecessarily\n");
        }
        put!(out, "\t# weight {}\n", (style.weight)(bucket.weight));
        put!(out, "\talg {}", bucket.algorithm().name());
        let size = bucket.items.len();
        match bucket.algorithm() {
            Algorithm::Uniform => {
                put!(out, "\t# do not change bucket size ({size}) unnecessarily");
            }
            Algorithm::List => {
                out.push_str("\t# add new items at the end; do not change order unnecessarily");
            }
            Algorithm::Tree => {
                out.push_str("\t# do not change pos for existing items unnecessarily");
            }
            Algorithm::Straw | Algorithm::Straw2 => {}
        }
        put!(out, "\n\thash {}\t# {}\n", bucket.hash, hash_name(bucket.hash));
        let with_position = matches!(bucket.algorithm(), Algorithm::Uniform | Algorithm::Tree);
        for (position, item) in bucket.items.iter().enumerate() {
            let weight = (style.weight)(bucket.item_weight(position).unwrap_or(0));
            put!(out, "\titem {} weight {weight}", self.item_text(*item));
            if with_position {
                put!(out, " pos {position}");
            }
            out.push('\n');
        }
        out.push_str("}\n");
    }

    fn print_rule(&self, out: &mut String, id: usize, rule: &Rule, style: Style) {
        let name = i32::try_from(id).ok().and_then(|id| self.rule_names.get(&id));
        put!(out, "rule {} {{\n\tid {id}\n", name.map_or("", String::as_str));
        if style.rule_sizes && usize::from(rule.ruleset) != id {
            put!(
                out,
                "\t# WARNING: ruleset {} != id {id}; this will not recompile to the same map\n",
                rule.ruleset
            );
        }
        match rule.rule_type {
            RULE_TYPE_REPLICATED => out.push_str("\ttype replicated\n"),
            RULE_TYPE_ERASURE => out.push_str("\ttype erasure\n"),
            RULE_TYPE_MSR_FIRSTN => out.push_str("\ttype msr_firstn\n"),
            RULE_TYPE_MSR_INDEP => out.push_str("\ttype msr_indep\n"),
            other => {
                put!(out, "\ttype {other}\n");
            }
        }
        if style.rule_sizes {
            put!(out, "\tmin_size {}\n\tmax_size {}\n", rule.min_size, rule.max_size);
        }
        for step in &rule.steps {
            put!(out, "\tstep {}\n", self.step_text(step));
        }
        out.push_str("}\n");
    }

    fn step_text(&self, step: &Step) -> String {
        let (count, type_id) = (step.arg1, step.arg2);
        let choose = |kind: &str| format!("{kind} {count} type {}", self.type_text(type_id));
        match step.op {
            Op::Noop => "noop".to_owned(),
            Op::Emit => "emit".to_owned(),
            Op::Take => self.take_text(step.arg1),
            Op::ChooseFirstn => choose("choose firstn"),
            Op::ChooseIndep => choose("choose indep"),
            Op::ChooseleafFirstn => choose("chooseleaf firstn"),
            Op::ChooseleafIndep => choose("chooseleaf indep"),
            Op::ChooseMsr => choose("choosemsr"),
            op => {
                let setting = SETTINGS.iter().find(|(_, other)| *other == op);
                format!("{} {}", setting.map_or("", |(word, _)| word), step.arg1)
            }
        }
    }

    /// A shadow is taken by the name of its original and the class.
    fn take_text(&self, item: i32) -> String {
        match self.names.get(&item).and_then(|name| name.split_once('~')) {
            Some((name, class)) => format!("take {name} class {class}"),
            None => format!("take {}", self.item_text(item)),
        }
    }

    pub(crate) fn type_text(&self, id: i32) -> String {
        match self.types.get(&id) {
            Some(name) => name.clone(),
            None if id == 0 => "device".to_owned(),
            None => format!("type{id}"),
        }
    }

    fn item_text(&self, id: i32) -> String {
        match (self.names.get(&id), bucket_slot(id)) {
            (Some(name), _) => name.clone(),
            (None, None) => format!("device{id}"),
            (None, Some(slot)) => format!("bucket{slot}"),
        }
    }
}

/// Only those that differ from the legacy values, which a text without them means.
fn print_tunables(out: &mut String, tunables: &Tunables) {
    let legacy = Tunables::ARGONAUT;
    for (name, value, usual) in [
        ("choose_local_tries", tunables.choose_local_tries, legacy.choose_local_tries),
        (
            "choose_local_fallback_tries",
            tunables.choose_local_fallback_tries,
            legacy.choose_local_fallback_tries,
        ),
        ("choose_total_tries", tunables.choose_total_tries, legacy.choose_total_tries),
        (
            "chooseleaf_descend_once",
            tunables.chooseleaf_descend_once,
            legacy.chooseleaf_descend_once,
        ),
        ("chooseleaf_vary_r", tunables.chooseleaf_vary_r.into(), legacy.chooseleaf_vary_r.into()),
        ("chooseleaf_stable", tunables.chooseleaf_stable.into(), legacy.chooseleaf_stable.into()),
        (
            "straw_calc_version",
            tunables.straw_calc_version.into(),
            legacy.straw_calc_version.into(),
        ),
        ("allowed_bucket_algs", tunables.allowed_bucket_algs, legacy.allowed_bucket_algs),
        ("msr_descents", tunables.msr_descents, legacy.msr_descents),
        ("msr_collision_tries", tunables.msr_collision_tries, legacy.msr_collision_tries),
    ] {
        if value != usual {
            put!(out, "tunable {name} {value}\n");
        }
    }
}

fn print_choose_args(out: &mut String, id: i64, set: &ChooseArgs, style: Style) {
    put!(out, "choose_args {} {{\n", id as u64);
    for (slot, arg) in set.iter().filter(|(_, arg)| !arg.is_empty()) {
        put!(out, "  {{\n    bucket_id -{}\n", slot + 1);
        if !arg.weight_sets.is_empty() {
            out.push_str("    weight_set [\n");
            for weights in &arg.weight_sets {
                out.push_str("      [ ");
                for weight in weights {
                    put!(out, "{} ", (style.weight)(*weight));
                }
                out.push_str("]\n");
            }
            out.push_str("    ]\n");
        }
        if let Some(ids) = &arg.ids {
            out.push_str("    ids [ ");
            for id in ids {
                put!(out, "{id} ");
            }
            out.push_str("]\n");
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
}

/// What texts differ in.
#[derive(Clone, Copy)]
struct Style {
    /// How weights are printed.
    weight: fn(u32) -> String,
    /// Whether rules have sizes.
    rule_sizes: bool,
}

/// Three decimals, made in single precision of a signed number, as the tool does.
fn weight_3(weight: u32) -> String {
    format!("{:.3}", weight as i32 as f32 / 65536.0)
}

/// The same with five.
fn weight_5(weight: u32) -> String {
    format!("{:.5}", weight as i32 as f32 / 65536.0)
}

/// Five decimals that the tool, which computes in single precision and cuts off, reads as this
/// very weight. From 256 up that precision has fewer steps than weights have; what is printed
/// there is what is nearest.
fn exact_weight(weight: u32) -> String {
    let signed = f64::from(weight as i32);
    let scaled = signed / 65536.0 * 1e5;
    let away_from_zero = if scaled < 0.0 { scaled.floor() } else { scaled.ceil() };
    let text = format!("{:.5}", away_from_zero / 1e5);
    let read = |text: &str| text.parse().map(|read: f32| (read * 65536.0) as i64);
    match read(&text) == Ok(i64::from(weight as i32)) {
        true => text,
        false => weight_5(weight),
    }
}

/// Ceph's name of a hash function.
pub(crate) fn hash_name(hash: u8) -> &'static str {
    if hash == 0 { "rjenkins1" } else { "unknown" }
}

/// A number that has this name. There is one hash function; all other numbers are alike.
pub(crate) fn hash_number(name: &str) -> u8 {
    u8::from(name != "rjenkins1")
}
