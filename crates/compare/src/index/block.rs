//! Rules of a single block: take, choose, emit.

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule, Tunables};

/// A rule of a single block: take, choose, emit. Every device that such a rule accepts is in its
/// result: a block alone has room for all that it chooses. (Several may be cut off, and MSR rules
/// take back what they chose.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// What is taken.
    pub(crate) take: i32,
    /// What is chosen, step by step.
    pub(crate) choices: Vec<Choice>,
}

/// A choose step, with the settings that count for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) is_indep: bool,
    /// Whether it goes on to a device (`chooseleaf`).
    pub(crate) has_leaf: bool,
    /// As the rule has it: 0 and less are relative to the size.
    count: i32,
    pub(crate) type_id: i32,
    pub(crate) vary_r: u32,
    pub(crate) is_stable: bool,
}

impl Choice {
    /// Items that it chooses from each item of the working set, for a result of `result_max`.
    pub(crate) fn width(&self, result_max: usize) -> usize {
        let count = match self.count {
            count @ 1.. => count,
            count => count.saturating_add_unsigned(result_max as u32),
        };
        usize::try_from(count).unwrap_or(0).min(result_max)
    }
}

impl Block {
    /// The block of a rule; `None` for all other rules.
    pub(crate) fn of(rule: &Rule, tunables: &Tunables) -> Option<Block> {
        if matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP) {
            return None;
        }
        let mut vary_r = u32::from(tunables.chooseleaf_vary_r);
        let mut is_stable = tunables.chooseleaf_stable != 0;
        let (mut take, mut is_emitted) = (None, false);
        let mut choices = Vec::new();
        for step in &rule.steps {
            let op = step.op;
            match op {
                Op::Take if take.is_none() => take = Some(step.arg1),
                Op::ChooseFirstn | Op::ChooseleafFirstn | Op::ChooseIndep | Op::ChooseleafIndep
                    if take.is_some() && !is_emitted =>
                {
                    choices.push(Choice {
                        is_indep: matches!(op, Op::ChooseIndep | Op::ChooseleafIndep),
                        has_leaf: matches!(op, Op::ChooseleafFirstn | Op::ChooseleafIndep),
                        count: step.arg1,
                        type_id: step.arg2,
                        vary_r,
                        is_stable,
                    });
                }
                Op::Emit if take.is_some() && !is_emitted => is_emitted = true,
                Op::SetChooseleafVaryR => vary_r = u32::try_from(step.arg1).unwrap_or(vary_r),
                Op::SetChooseleafStable if step.arg1 >= 0 => is_stable = step.arg1 > 0,
                Op::Noop
                | Op::SetChooseTries
                | Op::SetChooseleafTries
                | Op::SetChooseLocalTries
                | Op::SetChooseLocalFallbackTries
                | Op::SetChooseleafStable
                | Op::SetMsrDescents
                | Op::SetMsrCollisionTries => {}
                _ => return None,
            }
        }
        Some(Block { take: take.filter(|_| is_emitted)?, choices })
    }
}
