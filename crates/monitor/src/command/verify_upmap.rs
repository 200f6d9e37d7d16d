//! Whether a PG's OSDs keep to the rule of its pool.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crushlab_crush::{Op, Rule};
use crushlab_crushmap::CrushMap;

/// What is known of rules of one CRUSH map, found once for many PGs.
#[derive(Debug, Default)]
pub(crate) struct RuleCache(BTreeMap<usize, RuleFacts>);

impl RuleCache {
    /// What is known of a rule; `crush` is always the same CRUSH map.
    pub(crate) fn of(&mut self, crush: &CrushMap, rule: usize) -> &RuleFacts {
        self.0.entry(rule).or_insert_with(|| RuleFacts {
            check: RuleCheck::new(crush, rule),
            shares: crush.rule_weight_shares(rule).unwrap_or_default(),
        })
    }
}

/// What is known of a rule.
#[derive(Debug)]
pub(crate) struct RuleFacts {
    /// None where there is no such rule.
    check: Option<RuleCheck>,
    /// The share that each OSD has of the rule's weight.
    shares: BTreeMap<i32, f32>,
}

impl RuleFacts {
    /// Whether OSDs keep to the rule ([`RuleCheck::is_allowed`]); no OSDs keep to no rule.
    pub(crate) fn is_allowed(&self, size: u8, osds: &[i32]) -> bool {
        self.check.as_ref().is_some_and(|check| check.is_allowed(size, osds))
    }

    /// Whether the rule gives an OSD any weight.
    pub(crate) fn has_weight(&self, osd: i32) -> bool {
        self.shares.get(&osd).is_some_and(|share| *share > 0.0)
    }
}

/// A rule, and what checking OSDs against it needs of the map.
#[derive(Debug)]
struct RuleCheck {
    rule: Rule,
    /// For each type that a step chooses, the bucket of it that each OSD is below.
    parents: BTreeMap<i32, HashMap<i32, i32>>,
    /// All that is below each bucket that is taken.
    below: BTreeMap<i32, HashSet<i32>>,
}

impl RuleCheck {
    /// For a rule of a map; `None` where there is no such rule.
    fn new(crush: &CrushMap, rule: usize) -> Option<RuleCheck> {
        let rule = crush.core.rules.get(rule)?.clone()?;
        let steps = || rule.steps.iter();
        let takes: Vec<i32> = steps().filter(|s| s.op == Op::Take).map(|s| s.arg1).collect();
        let types = steps().filter(|s| is_choose(s.op) && s.arg2 != 0).map(|s| s.arg2);
        let parents = types.map(|kind| (kind, parents_of_type(crush, &takes, kind))).collect();
        let below = takes.iter().map(|root| (*root, crush.subtree(*root))).collect();
        Some(RuleCheck { rule, parents, below })
    }

    /// Whether OSDs keep to the failure domains and roots (`CrushWrapper::verify_upmap`): no two
    /// below one bucket of the type of a chooseleaf, no more buckets than a choose asks for, all
    /// below what is taken. `size` is that of the pool.
    fn is_allowed(&self, size: u8, osds: &[i32]) -> bool {
        let mut root = 0;
        let mut fan_out: BTreeMap<i32, usize> = BTreeMap::new();
        let mut unchecked = osds.iter();
        for step in &self.rule.steps {
            let count = if step.arg1 > 0 { step.arg1 } else { step.arg1 + i32::from(size) };
            let count = usize::try_from(count).unwrap_or(0);
            if is_choose(step.op) {
                fan_out.entry(step.arg2).or_insert(count);
            }
            match step.op {
                Op::Take => root = step.arg1,
                Op::ChooseleafFirstn | Op::ChooseleafIndep if self.is_shared(step.arg2, osds) => {
                    return false;
                }
                Op::ChooseFirstn | Op::ChooseIndep
                    if self.distinct_parents(step.arg2, osds) > count =>
                {
                    return false;
                }
                Op::Emit => {
                    let count = fan_out.values().fold(1usize, |all, one| all.saturating_mul(*one));
                    let chosen = unchecked.by_ref().take(if root < 0 { count } else { 0 });
                    let below = self.below.get(&root);
                    let is_below = |osd: &i32| below.is_some_and(|below| below.contains(osd));
                    if !chosen.into_iter().all(is_below) {
                        return false;
                    }
                    fan_out.clear();
                    root = 0;
                }
                _ => {}
            }
        }
        true
    }

    fn parents(&self, kind: i32, osds: &[i32]) -> Vec<(i32, i32)> {
        let Some(parents) = self.parents.get(&kind) else { return Vec::new() };
        osds.iter().filter_map(|osd| Some((*osd, *parents.get(osd)?))).collect()
    }

    /// Whether two OSDs are below one bucket of a type.
    fn is_shared(&self, kind: i32, osds: &[i32]) -> bool {
        let mut seen: BTreeMap<i32, i32> = BTreeMap::new();
        self.parents(kind, osds)
            .into_iter()
            .any(|(osd, parent)| seen.insert(parent, osd).is_some_and(|other| other != osd))
    }

    fn distinct_parents(&self, kind: i32, osds: &[i32]) -> usize {
        let parents = self.parents(kind, osds);
        parents.into_iter().map(|(_, parent)| parent).collect::<BTreeSet<i32>>().len()
    }
}

fn is_choose(op: Op) -> bool {
    use Op::{ChooseFirstn, ChooseIndep, ChooseleafFirstn, ChooseleafIndep};
    matches!(op, ChooseFirstn | ChooseIndep | ChooseleafFirstn | ChooseleafIndep)
}

/// The bucket of a type that each OSD is below, in the trees of these roots; of several the one in
/// the first tree, and there the first (`get_parent_of_type`).
fn parents_of_type(crush: &CrushMap, roots: &[i32], kind: i32) -> HashMap<i32, i32> {
    let mut parents = HashMap::new();
    for root in roots {
        let mut buckets: Vec<i32> = crush.subtree(*root).into_iter().filter(|id| *id < 0).collect();
        buckets.sort_unstable_by(|a, b| b.cmp(a));
        let is_of_type =
            |id: &i32| crush.core.bucket(*id).is_some_and(|one| i32::from(one.type_id) == kind);
        for bucket in buckets.into_iter().filter(is_of_type) {
            for osd in crush.devices_under(bucket) {
                parents.entry(osd).or_insert(bucket);
            }
        }
    }
    parents
}
