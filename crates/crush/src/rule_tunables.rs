//! The tunables that a rule runs with: the map's, until a step of the rule sets others.

use crate::map::{Map, Op, Step};

/// Tunables as they stand at a step of a rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleTunables {
    /// Tries from the top for each replica number (firstn), or rounds (indep).
    pub choose_tries: u32,
    /// Tries or rounds for the device below an item, where a step has set them.
    pub chooseleaf_tries: Option<u32>,
    /// Retries in the same bucket after a collision (firstn).
    pub choose_local_tries: u32,
    /// Retries in the same bucket by permutation (firstn).
    pub choose_local_fallback_tries: u32,
    /// Not 0: the device below an item depends on the item's r, shifted right by one less (firstn).
    pub chooseleaf_vary_r: u32,
    /// Whether the device below an item does not depend on the item's position (firstn).
    pub chooseleaf_stable: bool,
    /// Whether firstn makes a single try for the device below an item, unless a step says more.
    pub chooseleaf_descend_once: bool,
}

impl RuleTunables {
    /// What a rule starts with. The map's tunable counts retries, so there is one try more.
    pub fn of(map: &Map) -> RuleTunables {
        let tunables = map.tunables();
        RuleTunables {
            choose_tries: tunables.choose_total_tries.saturating_add(1),
            chooseleaf_tries: None,
            choose_local_tries: tunables.choose_local_tries,
            choose_local_fallback_tries: tunables.choose_local_fallback_tries,
            chooseleaf_vary_r: u32::from(tunables.chooseleaf_vary_r),
            chooseleaf_stable: tunables.chooseleaf_stable != 0,
            chooseleaf_descend_once: tunables.chooseleaf_descend_once != 0,
        }
    }

    /// Takes over what a step sets. Steps with a value out of range, and all other steps, change
    /// nothing.
    pub fn set(&mut self, step: &Step) {
        let Ok(value) = u32::try_from(step.arg1) else { return };
        match step.op {
            Op::SetChooseTries if value > 0 => self.choose_tries = value,
            Op::SetChooseleafTries if value > 0 => self.chooseleaf_tries = Some(value),
            Op::SetChooseLocalTries => self.choose_local_tries = value,
            Op::SetChooseLocalFallbackTries => self.choose_local_fallback_tries = value,
            Op::SetChooseleafVaryR => self.chooseleaf_vary_r = value,
            Op::SetChooseleafStable => self.chooseleaf_stable = value != 0,
            _ => {}
        }
    }

    /// Tries of `chooseleaf firstn` for the device below an item.
    pub fn chooseleaf_firstn_tries(&self) -> u32 {
        let unset = if self.chooseleaf_descend_once { 1 } else { self.choose_tries };
        self.chooseleaf_tries.unwrap_or(unset)
    }

    /// Rounds of `chooseleaf indep` for the device below an item.
    pub fn chooseleaf_indep_tries(&self) -> u32 {
        self.chooseleaf_tries.unwrap_or(1)
    }
}
