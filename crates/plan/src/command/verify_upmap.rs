//! Whether a PG's OSDs keep to the rule of its pool.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_crush::{Op, Rule};
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::Pool;

/// Whether OSDs keep to the failure domains and the root of a pool's rule
/// (`CrushWrapper::verify_upmap`): no two below one bucket of the type of a chooseleaf, no more
/// buckets than a choose asks for, all below what is taken.
pub(super) fn is_allowed(crush: &CrushMap, pool: &Pool, osds: &[i32]) -> bool {
    let rule = crush.core.rules.get(usize::from(pool.crush_rule)).and_then(Option::as_ref);
    let Some(rule) = rule else { return false };
    let mut root = 0;
    let mut fan_out: BTreeMap<i32, usize> = BTreeMap::new();
    let mut unchecked = osds.iter();
    for step in &rule.steps {
        let count = if step.arg1 > 0 { step.arg1 } else { step.arg1 + i32::from(pool.size) };
        let count = usize::try_from(count).unwrap_or(0);
        match step.op {
            Op::Take => root = step.arg1,
            Op::ChooseleafFirstn | Op::ChooseleafIndep => {
                fan_out.entry(step.arg2).or_insert(count);
                if step.arg2 != 0 && shares_parent(crush, rule, step.arg2, osds) {
                    return false;
                }
            }
            Op::ChooseFirstn | Op::ChooseIndep => {
                fan_out.entry(step.arg2).or_insert(count);
                let parents = parents_of_type(crush, rule, step.arg2, osds);
                let distinct: BTreeSet<i32> = parents.into_iter().map(|(_, one)| one).collect();
                if step.arg2 != 0 && distinct.len() > count {
                    return false;
                }
            }
            Op::Emit => {
                let count = fan_out.values().fold(1usize, |all, one| all.saturating_mul(*one));
                let chosen = unchecked.by_ref().take(if root < 0 { count } else { 0 });
                let below = if root < 0 { crush.subtree(root) } else { Default::default() };
                if !chosen.into_iter().all(|osd| below.contains(osd)) {
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

fn shares_parent(crush: &CrushMap, rule: &Rule, type_id: i32, osds: &[i32]) -> bool {
    let mut seen: BTreeMap<i32, i32> = BTreeMap::new();
    parents_of_type(crush, rule, type_id, osds)
        .into_iter()
        .any(|(osd, parent)| seen.insert(parent, osd).is_some_and(|other| other != osd))
}

/// For each OSD the bucket of a type above it, in the trees that the rule takes; those without one
/// are left out (`get_parent_of_type`).
fn parents_of_type(crush: &CrushMap, rule: &Rule, type_id: i32, osds: &[i32]) -> Vec<(i32, i32)> {
    let takes = rule.steps.iter().filter(|step| step.op == Op::Take).map(|step| step.arg1);
    let mut parents = Vec::new();
    let mut open: Vec<i32> = osds.to_vec();
    for root in takes {
        let mut buckets: Vec<i32> = crush.subtree(root).into_iter().filter(|id| *id < 0).collect();
        buckets.sort_unstable_by(|a, b| b.cmp(a));
        for bucket in buckets {
            let is_of_type =
                crush.core.bucket(bucket).is_some_and(|one| i32::from(one.type_id) == type_id);
            if !is_of_type {
                continue;
            }
            let below = crush.subtree(bucket);
            open.retain(|osd| {
                let is_below = below.contains(osd);
                if is_below {
                    parents.push((*osd, bucket));
                }
                !is_below
            });
        }
    }
    parents
}
