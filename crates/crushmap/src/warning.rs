//! What is odd in a map that is sound: Ceph's daemons would crash on it, or place nothing, or place
//! by what happens to be in their memory. Such a map is answered for all the same.

use std::collections::HashSet;
use std::fmt;

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Bucket, Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule, Step};

use crate::CrushMap;

/// Something odd in a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapWarning {
    /// Name of the rule or bucket that is odd, or its id where it has none.
    pub name: String,
    /// What is odd about it.
    pub oddity: Oddity,
}

/// What can be odd.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// A draw from a tree bucket can end behind its last item.
    TreeDrawsPastEnd,
    /// An MSR rule takes a device.
    MsrTakesDevice {
        /// The device.
        device: i32,
    },
    /// An MSR rule can draw from a bucket without items.
    MsrMeetsEmptyBucket {
        /// The bucket's name, or its id where it has none.
        bucket: String,
    },
    /// An MSR rule that looks for buckets can draw a device.
    MsrMeetsDevice {
        /// The device.
        device: i32,
        /// Name of the type that it looks for.
        wanted: String,
    },
    /// An MSR rule is not made of `set_msr_*` steps, then blocks of `take`, `choosemsr` … and
    /// `emit`, the last `choosemsr` of each block for devices.
    MsrGivesNothing,
}

impl fmt::Display for MapWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.oddity {
            Oddity::TreeDrawsPastEnd => write!(
                f,
                "tree bucket {name}: its nodes do not weigh what its items do, and a draw can end \
                 behind the last item: Ceph's tools take that for osd.0, daemons need not; change \
                 the bucket's algorithm to straw2"
            ),
            Oddity::MsrTakesDevice { device } => {
                write!(f, "rule {name}: takes osd.{device}: Ceph crashes on MSR rules that do")
            }
            Oddity::MsrMeetsEmptyBucket { bucket } => write!(
                f,
                "rule {name}: can meet {bucket}, which is empty: Ceph crashes where an MSR rule \
                 does"
            ),
            Oddity::MsrMeetsDevice { device, wanted } => write!(
                f,
                "rule {name}: looks for a {wanted} and can meet osd.{device}, which is in none: \
                 Ceph crashes where an MSR rule does"
            ),
            Oddity::MsrGivesNothing => write!(
                f,
                "rule {name}: places nothing: expected set_msr_ steps, then take, choosemsr steps \
                 down to type 0, and emit"
            ),
        }
    }
}

impl CrushMap {
    /// What is odd in the map, rules first; each rule is told of once.
    pub fn warnings(&self) -> Vec<MapWarning> {
        let is_msr =
            |rule: &Rule| [RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP].contains(&rule.rule_type);
        let rules = (0..).zip(&self.core.rules).filter_map(|(id, rule)| {
            let oddity = rule.as_ref().filter(|rule| is_msr(rule)).and_then(|r| self.msr_oddity(r));
            let name = self.rule_names.get(&id).cloned().unwrap_or_else(|| id.to_string());
            Some(MapWarning { name, oddity: oddity? })
        });
        let trees = self.core.buckets.iter().flatten().filter(|bucket| bucket.draws_past_end());
        let trees = trees.map(|bucket| MapWarning {
            name: self.bucket_name(bucket.id),
            oddity: Oddity::TreeDrawsPastEnd,
        });
        rules.chain(trees).collect()
    }

    fn bucket_name(&self, id: i32) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn msr_oddity(&self, rule: &Rule) -> Option<Oddity> {
        let is_setting =
            |step: &&Step| matches!(step.op, Op::SetMsrDescents | Op::SetMsrCollisionTries);
        let settings = rule.steps.iter().take_while(is_setting).count();
        let mut steps = &rule.steps[settings..];
        if steps.is_empty() {
            return Some(Oddity::MsrGivesNothing);
        }
        let mut oddity = None;
        while let [take, rest @ ..] = steps {
            let Some(length) = rest.iter().position(|step| step.op == Op::Emit) else {
                return Some(Oddity::MsrGivesNothing);
            };
            let (choose, rest) = (&rest[..length], &rest[length + 1..]);
            let levels = choose.iter().rev().skip(1);
            let is_in_form = take.op == Op::Take
                && choose.iter().all(|step| step.op == Op::ChooseMsr)
                && choose.last().is_none_or(|last| last.arg2 == 0)
                && levels.clone().all(|step| step.arg2 != 0)
                && (take.arg1 >= 0 || !choose.is_empty());
            if !is_in_form {
                return Some(Oddity::MsrGivesNothing);
            }
            if take.arg1 >= 0 {
                oddity.get_or_insert(Oddity::MsrTakesDevice { device: take.arg1 });
            } else {
                oddity = oddity.or_else(|| self.msr_block_oddity(take.arg1, choose));
            }
            steps = rest;
        }
        oddity
    }

    /// What the draws of one block can meet, from the bucket that it takes down.
    fn msr_block_oddity(&self, take: i32, choose: &[Step]) -> Option<Oddity> {
        let mut from = vec![take];
        for step in choose {
            let mut reached = Vec::new();
            let mut seen: HashSet<i32> = from.iter().copied().collect();
            while let Some(id) = from.pop() {
                let Some(bucket) = self.core.bucket(id) else { continue };
                if bucket.items.is_empty() {
                    return Some(Oddity::MsrMeetsEmptyBucket { bucket: self.bucket_name(id) });
                }
                for item in self.drawable(bucket).into_iter().filter(|item| seen.insert(*item)) {
                    match self.core.bucket(item) {
                        Some(below) if i32::from(below.type_id) == step.arg2 => reached.push(item),
                        Some(_) => from.push(item),
                        None if step.arg2 != 0 => {
                            let wanted = self.types.get(&step.arg2).cloned();
                            let wanted = wanted.unwrap_or_else(|| format!("type {}", step.arg2));
                            return Some(Oddity::MsrMeetsDevice { device: item, wanted });
                        }
                        None => {}
                    }
                }
            }
            from = reached;
        }
        None
    }

    /// Items of a bucket that can be drawn: those that weigh something in the bucket or in one of
    /// its weight sets, or any where none does.
    fn drawable(&self, bucket: &Bucket) -> Vec<i32> {
        let slot = bucket_slot(bucket.id);
        let args = self.core.choose_args.values().filter_map(|set| set.get(&slot?));
        let sets = args.flat_map(|arg| arg.weight_sets.iter().cloned());
        let mut drawable = vec![false; bucket.items.len()];
        for weights in std::iter::once(bucket.item_weights().collect()).chain(sets) {
            let none_weighs = weights.iter().all(|weight| *weight == 0);
            for (can, weight) in drawable.iter_mut().zip(weights) {
                *can |= none_weighs || weight != 0;
            }
        }
        let items = bucket.items.iter().zip(drawable);
        items.filter(|(_, can)| *can).map(|(item, _)| *item).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rack-less root with a full, an empty and a light empty host, and one of devices and hosts.
    const MAP: &str = "device 0 osd.0\ndevice 1 osd.1\ndevice 2 osd.2\n\
        type 0 osd\ntype 1 host\ntype 2 rack\ntype 3 root\n\
        host h0 { alg straw2 item osd.0 weight 1 item osd.1 weight 1 }\n\
        host gone { alg straw2 }\n\
        host h2 { alg straw2 item osd.2 weight 1 }\n\
        root fine { alg straw2 item h0 item gone weight 0 item h2 }\n\
        root empty { alg straw2 item h0 item gone weight 1 }\n\
        root flat { alg straw2 item osd.0 weight 1 item h2 }\n";

    fn oddities(kind: &str, steps: &str) -> Vec<String> {
        oddities_with(kind, steps, "")
    }

    fn oddities_with(kind: &str, steps: &str, choose_args: &str) -> Vec<String> {
        let steps: String = steps.split(", ").map(|step| format!("step {step}\n")).collect();
        let text = format!("{MAP}rule r {{ id 0 type {kind} {steps} }}\n{choose_args}");
        let map = CrushMap::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        map.warnings().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn msr_rules_that_make_ceph_crash_or_give_nothing_are_told_of() {
        for (steps, expected) in [
            ("take fine, choosemsr 2 type host, choosemsr 1 type osd, emit", None),
            ("take flat, choosemsr 2 type osd, emit", None),
            ("set_msr_descents 5, take fine, choosemsr 2 type osd, emit", None),
            ("take fine, choosemsr 2 type rack, choosemsr 1 type osd, emit", Some("for a rack")),
            ("take flat, choosemsr 2 type host, choosemsr 1 type osd, emit", Some("meet osd.0")),
            ("take gone, choosemsr 2 type osd, emit", Some("meet gone, which is empty")),
            ("take empty, choosemsr 2 type osd, emit", Some("meet gone, which is empty")),
            (
                "take empty, choosemsr 2 type host, choosemsr 1 type osd, emit",
                Some("meet gone, which is empty"),
            ),
            ("take osd.1, emit", Some("takes osd.1")),
            ("take osd.1, emit, take fine, choosemsr 2 type osd, emit", Some("takes osd.1")),
            ("take fine, choosemsr 2 type host, emit", Some("places nothing")),
            ("take fine, choosemsr 1 type osd, choosemsr 1 type osd, emit", Some("places nothing")),
            ("take fine, chooseleaf indep 2 type host, emit", Some("places nothing")),
            ("take fine, choosemsr 2 type osd, emit, set_msr_descents 3", Some("places nothing")),
        ] {
            let found = oddities("msr_indep", steps);
            match expected {
                None => assert_eq!(found, [""; 0], "{steps}"),
                Some(part) => assert!(found.len() == 1 && found[0].contains(part), "{found:?}"),
            }
        }
        // A weight set can make an item that weighs nothing be drawn.
        let steps = "take fine, choosemsr 2 type osd, emit";
        let set = "choose_args 0 { { bucket_id -4 weight_set [ [ 1.0 1.0 1.0 ] ] } }";
        let found = oddities_with("msr_indep", steps, set);
        assert!(found.len() == 1 && found[0].contains("meet gone"), "{found:?}");
        let classic = "take gone, choose indep 2 type osd, emit";
        assert_eq!(oddities("erasure", classic), [""; 0]);
    }
}
