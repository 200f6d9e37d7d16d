//! Rules that are simple enough to tell their walks from their results.

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule};

/// A rule of a single block: take, choose, emit. Every device that such a rule accepts is in its
/// result: a block alone has room for all that it chooses. (Several may be cut off, and MSR rules
/// take back what they chose.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// What is taken.
    pub(crate) take: i32,
}

impl Block {
    /// The block of a rule; `None` for all other rules.
    pub(crate) fn of(rule: &Rule) -> Option<Block> {
        if matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP) {
            return None;
        }
        let is_setting = |op: &Op| {
            use Op::*;
            let is_placing = matches!(
                op,
                Take | ChooseFirstn | ChooseIndep | ChooseleafFirstn | ChooseleafIndep | Emit
            );
            !is_placing
        };
        let mut steps = rule.steps.iter().filter(|step| !is_setting(&step.op));
        let take = steps.next().filter(|step| step.op == Op::Take)?.arg1;
        steps.next_back().filter(|step| step.op == Op::Emit)?;
        let is_choice = |op: Op| !matches!(op, Op::Take | Op::Emit);
        steps.all(|step| is_choice(step.op)).then_some(Block { take })
    }
}
