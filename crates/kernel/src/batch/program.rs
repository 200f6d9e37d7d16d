//! A rule made ready for batches: its settings folded into its steps, and what each step can find
//! at all.

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Mapper, Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, RuleTunables};

use super::path::Reason;
use super::reach::Reach;
use crate::flat::{Entry, FlatMap};

/// A step that does something to the inputs of a batch.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Starts from an item.
    Take(i32),
    /// Chooses below each item of the working set.
    Choose(Choose),
    /// Appends the working set to the result.
    Emit,
}

/// A choose step with all that was set for it.
#[derive(Clone, Debug)]
pub(super) struct Choose {
    pub(super) indep: bool,
    /// Whether a device is looked for below each item.
    pub(super) leaf: bool,
    /// How many to choose; 0 chooses nothing.
    pub(super) count: u32,
    pub(super) type_id: i32,
    /// Tries for each replica number (firstn) or rounds (indep).
    pub(super) tries: u32,
    pub(super) leaf_tries: u32,
    pub(super) vary_r: u32,
    pub(super) stable: bool,
    /// Whether devices below different items are different ones.
    pub(super) leaves_differ: bool,
    /// What can be found with these reweights, and with any.
    pub(super) reach: [Reach; 2],
}

/// A type that nothing is of.
const NO_TYPE: i32 = i32::MAX;

/// Makes a rule ready.
///
/// # Errors
/// Why only the plain mapper can run it.
pub(super) fn compile(mapper: &Mapper<'_>, flat: &FlatMap) -> Result<Vec<Stage>, Reason> {
    let (map, rule) = (mapper.map(), mapper.rule());
    if [RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP].contains(&rule.rule_type) {
        return Err(Reason::MultiStepRetry);
    }
    let mut tunables = RuleTunables::of(map);
    let mut stages = Vec::new();
    let mut is_tree = false;
    for step in &rule.steps {
        match step.op {
            Op::Take => {
                let bucket = map.bucket(step.arg1);
                if let Some(bucket) = bucket {
                    check_below(flat, bucket.id)?;
                    is_tree = bucket_slot(bucket.id).is_some_and(|slot| flat.is_tree[slot]);
                }
                if bucket.is_some() || (0..map.max_devices()).contains(&step.arg1) {
                    stages.push(Stage::Take(step.arg1));
                }
            }
            Op::ChooseFirstn | Op::ChooseleafFirstn | Op::ChooseIndep | Op::ChooseleafIndep => {
                let indep = matches!(step.op, Op::ChooseIndep | Op::ChooseleafIndep);
                let is_local =
                    tunables.choose_local_tries != 0 || tunables.choose_local_fallback_tries != 0;
                if !indep && is_local {
                    return Err(Reason::LocalRetries);
                }
                let leaf = matches!(step.op, Op::ChooseleafFirstn | Op::ChooseleafIndep);
                let type_id = u16::try_from(step.arg2).map_or(NO_TYPE, i32::from);
                let leaf_tries = match indep {
                    true => tunables.chooseleaf_indep_tries(),
                    false => tunables.chooseleaf_firstn_tries(),
                };
                stages.push(Stage::Choose(Choose {
                    indep,
                    leaf,
                    count: step.count(mapper.result_max()),
                    type_id,
                    tries: tunables.choose_tries,
                    leaf_tries,
                    vary_r: tunables.chooseleaf_vary_r,
                    stable: tunables.chooseleaf_stable,
                    leaves_differ: is_tree,
                    reach: [Some(mapper.reweights()), None]
                        .map(|reweights| Reach::new(flat, reweights, type_id, leaf, indep)),
                }));
            }
            Op::Emit => stages.push(Stage::Emit),
            _ => tunables.set(step),
        }
    }
    Ok(stages)
}

/// Looks for a bucket that cannot be laid out, at or below this one.
fn check_below(flat: &FlatMap, bucket: i32) -> Result<(), Reason> {
    let mut seen = vec![false; flat.rows.len()];
    let mut open: Vec<u32> = bucket_slot(bucket).map(|slot| slot as u32).into_iter().collect();
    while let Some(slot) = open.pop() {
        if std::mem::replace(&mut seen[slot as usize], true) {
            continue;
        }
        if let Some(irregular) = flat.row(slot).irregular {
            return Err(Reason::Bucket { bucket: -1 - slot as i32, irregular });
        }
        open.extend(flat.entries_of(slot).iter().filter_map(Entry::slot));
    }
    Ok(())
}
