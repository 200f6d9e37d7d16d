//! Which PGs never had to try twice.
//!
//! With the same rule and a single try for everything, a mapping takes the same steps up to its
//! first refusal, and leaves a gap there. So a full result tells that there was none.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_crush::{Map, NONE, Op};

use super::conditions::Conditions;
use crate::place_many::{Inputs, place_many};
use crate::progress::Progress;

/// Which PGs never had to try twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regular {
    /// One bit for each PG.
    bits: Vec<u64>,
    /// The others, by rising number.
    irregular: Vec<u32>,
}

impl Regular {
    /// Tries all PGs once. `length` is that of a full result.
    pub(crate) fn new(
        conditions: &Conditions,
        length: usize,
        inputs: &Inputs,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Option<Regular> {
        let once = Conditions { map: Arc::new(with_one_try(conditions)?), ..conditions.clone() };
        let placed = place_many(&once.mapper()?, inputs, None, threads, progress)?;
        let mut regular =
            Regular { bits: vec![0; inputs.len().div_ceil(64)], ..Regular::default() };
        for (pg, row) in placed.iter().enumerate() {
            if row.len() == length && !row.contains(&NONE) {
                regular.bits[pg / 64] |= 1 << (pg % 64);
            } else {
                regular.irregular.push(pg as u32);
            }
        }
        Some(regular)
    }

    pub(crate) fn has(&self, pg: u32) -> bool {
        let word = self.bits.get(pg as usize / 64).copied().unwrap_or(0);
        word >> (pg % 64) & 1 == 1
    }

    /// Takes PGs out.
    pub(crate) fn exclude(&mut self, pgs: &[u32]) {
        for pg in pgs {
            if let Some(word) = self.bits.get_mut(*pg as usize / 64) {
                *word &= !(1 << (pg % 64));
            }
        }
        self.irregular.extend_from_slice(pgs);
        self.irregular.sort_unstable();
        self.irregular.dedup();
    }

    /// The PGs that are not, by rising number.
    pub(crate) fn irregular(&self) -> &[u32] {
        &self.irregular
    }
}

/// The map with one try for everything.
fn with_one_try(conditions: &Conditions) -> Option<Map> {
    let mut builder = Map::clone(&conditions.map).into_builder();
    let tunables = &mut builder.tunables;
    // Counts retries.
    tunables.choose_total_tries = 0;
    tunables.choose_local_tries = 0;
    tunables.choose_local_fallback_tries = 0;
    tunables.chooseleaf_descend_once = 1;
    let rule = builder.rules.get_mut(conditions.rule)?.as_mut()?;
    // More than fit into the result would get further tries for the same places.
    let most = i32::try_from(conditions.result_max).ok()?;
    for step in rule.steps.iter_mut().filter(|step| is_choice(step.op)) {
        step.arg1 = step.arg1.min(most);
        // A device that is found as a leaf of its own stands even where it is rejected.
        if step.op == Op::ChooseleafIndep && step.arg2 == 0 {
            step.op = Op::ChooseIndep;
        }
    }
    rule.steps.retain(|step| {
        !matches!(
            step.op,
            Op::SetChooseTries
                | Op::SetChooseleafTries
                | Op::SetChooseLocalTries
                | Op::SetChooseLocalFallbackTries
        )
    });
    builder.build().ok()
}

fn is_choice(op: Op) -> bool {
    matches!(op, Op::ChooseFirstn | Op::ChooseIndep | Op::ChooseleafFirstn | Op::ChooseleafIndep)
}
