//! Rules whose results show every OSD that they accepted.

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule};

/// Whether every OSD that the rule accepts is in its result, for a result of `size`: then a PG
/// without some OSD in its result stays as it is when that OSD goes out.
///
/// A rule of one block shows all. One of several does where all blocks together fit in the result;
/// else what the last ones choose is cut off. MSR rules take back what they chose.
pub(crate) fn shows_all(rule: &Rule, size: usize) -> bool {
    if matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP) {
        return false;
    }
    let (mut blocks, mut chosen, mut width) = (0, 0usize, 0usize);
    for step in &rule.steps {
        match step.op {
            Op::Take => width = 1,
            Op::ChooseFirstn | Op::ChooseIndep | Op::ChooseleafFirstn | Op::ChooseleafIndep => {
                width = width.saturating_mul(count(step.arg1, size)).min(size);
            }
            Op::Emit => {
                blocks += 1;
                chosen = chosen.saturating_add(width);
                width = 0;
            }
            _ => {}
        }
    }
    blocks <= 1 || chosen <= size
}

/// What a choose step's count comes to: 0 and below are relative to the size.
fn count(argument: i32, size: usize) -> usize {
    match usize::try_from(argument) {
        Ok(positive) if positive > 0 => positive,
        _ => size.saturating_sub(argument.unsigned_abs() as usize),
    }
}

#[cfg(test)]
mod tests {
    use crushlab_crush::Step;

    use super::*;

    fn rule(rule_type: u8, blocks: &[&[i32]]) -> Rule {
        let mut steps = Vec::new();
        for counts in blocks {
            steps.push(Step::new(Op::Take, -1, 0));
            steps.extend(counts.iter().map(|count| Step::new(Op::ChooseFirstn, *count, 1)));
            steps.push(Step::new(Op::Emit, 0, 0));
        }
        Rule::new(rule_type, steps)
    }

    #[test]
    fn blocks_that_fit_show_all() {
        assert!(shows_all(&rule(1, &[&[0]]), 3) && shows_all(&rule(3, &[&[4, 2]]), 6));
        assert!(shows_all(&rule(1, &[&[1], &[-1]]), 3));
        assert!(shows_all(&rule(1, &[&[2], &[2, 1]]), 4));
        assert!(!shows_all(&rule(1, &[&[1], &[0]]), 3));
        assert!(!shows_all(&rule(1, &[&[2], &[2]]), 3));
        assert!(!shows_all(&rule(RULE_TYPE_MSR_INDEP, &[&[0]]), 3));
    }
}
