//! What a rule asks of the places of a PG's OSDs.

use std::collections::{BTreeMap, HashSet};

use crushlab_crush::{Map, Op, Rule};
use crushlab_crushmap::CrushMap;

/// Which OSDs a rule can reach, and which of them share a failure domain.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleTopology {
    /// By OSD, whether it is under something that the rule takes.
    pub(crate) reachable: Vec<bool>,
    levels: Vec<Level>,
}

/// A type of bucket that the rule chooses by.
#[derive(Clone, Debug)]
struct Level {
    /// By OSD, the bucket of this type that it is in, or 0. Buckets have negative ids.
    buckets: Vec<i32>,
    /// Most OSDs of a PG that may be in one such bucket.
    limit: usize,
}

/// How a PG breaks its rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Violations {
    /// More of its OSDs are in one failure domain than one take of the rule puts there.
    pub(crate) shares_domain: bool,
    /// One of its OSDs is not under anything that the rule takes.
    pub(crate) is_outside: bool,
}

impl RuleTopology {
    /// The topology of a rule for pools of `size`. Shadow buckets count as what they are the
    /// shadows of, so that copies on two device classes of one host share that host.
    pub(crate) fn new(names: &CrushMap, map: &Map, rule: &Rule, size: usize, osds: usize) -> Self {
        let mut limits: BTreeMap<i32, usize> = BTreeMap::new();
        let mut takes = Vec::new();
        for block in rule.steps.split(|step| step.op == Op::Emit) {
            let Some(take) = block.iter().rfind(|step| step.op == Op::Take) else { continue };
            takes.push(take.arg1);
            let mut limit = 1;
            for step in block.iter().rev() {
                let is_choice = matches!(
                    step.op,
                    Op::ChooseFirstn
                        | Op::ChooseIndep
                        | Op::ChooseleafFirstn
                        | Op::ChooseleafIndep
                        | Op::ChooseMsr
                );
                if is_choice {
                    let known = limits.entry(step.arg2).or_insert(limit);
                    *known = limit.max(*known);
                    limit = limit.saturating_mul(count(step.arg1, size));
                }
            }
        }
        let originals: BTreeMap<i32, i32> = (names.shadows.iter())
            .flat_map(|(original, shadows)| shadows.values().map(|shadow| (*shadow, *original)))
            .collect();
        let mut reachable = vec![false; osds];
        let mut levels: Vec<(i32, Level)> = limits
            .into_iter()
            .filter(|(type_id, _)| *type_id > 0)
            .map(|(type_id, limit)| (type_id, Level { buckets: vec![0; osds], limit }))
            .collect();
        for take in takes {
            for (osd, path) in DevicesBelow::new(map, take) {
                let Some(index) = usize::try_from(osd).ok().filter(|osd| *osd < osds) else {
                    continue;
                };
                reachable[index] = true;
                for (type_id, level) in &mut levels {
                    let bucket = path.iter().rfind(|bucket| bucket.1 == *type_id);
                    if let Some((id, _)) = bucket {
                        level.buckets[index] = originals.get(id).copied().unwrap_or(*id);
                    }
                }
            }
        }
        RuleTopology { reachable, levels: levels.into_iter().map(|(_, level)| level).collect() }
    }

    /// Whether an OSD is in the same failure domains in another topology.
    pub(crate) fn is_alike(&self, other: &RuleTopology, osd: i32) -> bool {
        let index = osd as usize;
        let is_alike = |(one, other): (&Level, &Level)| {
            one.limit == other.limit && one.buckets.get(index) == other.buckets.get(index)
        };
        self.levels.len() == other.levels.len()
            && self.levels.iter().zip(&other.levels).all(is_alike)
            && self.reachable.get(index) == other.reachable.get(index)
    }

    /// What is wrong with the places of these OSDs.
    pub(crate) fn check(&self, osds: &[i32]) -> Violations {
        let index = |osd: i32| usize::try_from(osd).ok();
        let is_outside = crate::change::devices(osds)
            .any(|osd| index(osd).and_then(|osd| self.reachable.get(osd)) != Some(&true));
        let shares = |level: &Level| {
            let bucket = |osd: &i32| {
                let bucket = index(*osd).and_then(|osd| level.buckets.get(osd)).copied();
                bucket.filter(|bucket| *bucket != 0)
            };
            osds.iter().filter_map(bucket).any(|one| {
                osds.iter().filter_map(bucket).filter(|other| *other == one).count() > level.limit
            })
        };
        Violations { shares_domain: self.levels.iter().any(shares), is_outside }
    }
}

/// What a choose step's count comes to: 0 and below are relative to the size.
fn count(argument: i32, size: usize) -> usize {
    match usize::try_from(argument) {
        Ok(positive) if positive > 0 => positive,
        _ => size.saturating_sub(argument.unsigned_abs() as usize).max(1),
    }
}

/// The devices below an item, each with the buckets (id, type) on the way to it.
struct DevicesBelow<'a> {
    map: &'a Map,
    /// Bucket and the next of its items to look at.
    path: Vec<(i32, i32)>,
    next: Vec<usize>,
    device: Option<i32>,
    /// Buckets that were looked into: each is, once, however many ways lead to it.
    seen: HashSet<i32>,
}

impl<'a> DevicesBelow<'a> {
    fn new(map: &'a Map, item: i32) -> DevicesBelow<'a> {
        let (path, next, seen) = (Vec::new(), Vec::new(), HashSet::new());
        let mut devices = DevicesBelow { map, path, next, device: None, seen };
        devices.enter(item);
        devices
    }

    fn enter(&mut self, item: i32) {
        match self.map.bucket(item) {
            Some(bucket) if self.seen.insert(item) => {
                self.path.push((item, i32::from(bucket.type_id)));
                self.next.push(0);
            }
            Some(_) => {}
            None => self.device = Some(item),
        }
    }
}

impl Iterator for DevicesBelow<'_> {
    type Item = (i32, Vec<(i32, i32)>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(device) = self.device.take() {
                return Some((device, self.path.clone()));
            }
            let (id, _) = *self.path.last()?;
            let next = self.next.last_mut()?;
            let item = self.map.bucket(id).and_then(|bucket| bucket.items.get(*next)).copied();
            *next += 1;
            match item {
                Some(item) => self.enter(item),
                None => {
                    self.path.pop();
                    self.next.pop();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crushlab_crush::NONE;

    use super::*;

    /// Hosts of six OSDs each, the first two of them SSDs.
    const HYBRID: &str = include_str!("../../../examples/data/hybrid.crush.txt");

    fn check(rule: usize, osds: &[i32]) -> (bool, bool) {
        let names = CrushMap::from_text(HYBRID).expect("a sound map");
        let map = names.map().expect("a sound map");
        let rule = map.rule(rule).expect("a rule");
        let topology = RuleTopology::new(&names, &map, rule, osds.len(), 100);
        let found = topology.check(osds);
        (found.shares_domain, found.is_outside)
    }

    #[test]
    fn copies_on_two_classes_of_a_host_share_it() {
        assert_eq!(check(1, &[0, 8, 14]), (false, false));
        assert_eq!(check(1, &[0, 2, 14]), (true, false));
        assert_eq!(check(1, &[0, 8, 99]), (false, true));
    }

    #[test]
    fn a_class_that_the_rule_does_not_take_is_outside() {
        assert!(!check(0, &[2]).1);
        assert!(check(0, &[0]).1);
    }

    #[test]
    fn a_rack_may_hold_as_many_as_the_rule_puts_there() {
        let names = CrushMap::from_text(HYBRID).expect("a sound map");
        let rack = |osd: i32| names.parent(names.parent(osd).expect("a host")).expect("a rack");
        let hosts: Vec<i32> =
            (0..8).map(|host| 6 * host + 2).filter(|osd| rack(*osd) == rack(2)).collect();
        assert!(hosts.len() > 2, "{hosts:?}");
        assert_eq!(check(2, &[hosts[0], hosts[1], NONE, NONE, NONE, NONE]), (false, false));
        assert_eq!(check(2, &[hosts[0], hosts[1], hosts[2], NONE, NONE, NONE]), (true, false));
        assert_eq!(check(2, &[2, 3, NONE, NONE, NONE, NONE]), (true, false));
    }
}
