//! What is tested at once: one rule of a map for one number of replicas.

use std::ops::RangeInclusive;

use crushlab_crush::{Map, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, TypeOrder};
use crushlab_crushmap::CrushMap;

use super::options::TestOptions;
use crate::stop::{Outcome, Stop};

/// One rule for one number of replicas.
pub(super) struct Run<'a> {
    pub(super) map: &'a CrushMap,
    pub(super) checked: &'a Map,
    pub(super) options: &'a TestOptions,
    pub(super) rule: usize,
    pub(super) rule_name: String,
    pub(super) replicas: i32,
    pub(super) inputs: RangeInclusive<i32>,
    pub(super) reweights: &'a [u32],
}

impl Run<'_> {
    /// Whether the rule retries several steps at once.
    pub(super) fn is_msr(&self) -> bool {
        let rule = self.checked.rule(self.rule);
        rule.is_some_and(|rule| {
            matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP)
        })
    }
}

/// The map that can be mapped with, whatever the order of its types is.
pub(super) fn checked(map: &CrushMap) -> Outcome<Map> {
    let mut core = map.core.clone();
    core.type_order = TypeOrder::Free;
    core.build().map_err(|error| Stop::error(format!("crushtool: the map cannot be used: {error}")))
}
