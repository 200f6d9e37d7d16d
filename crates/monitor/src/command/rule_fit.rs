//! Whether a rule fits a pool.

use crushlab_crush::{
    RULE_TYPE_ERASURE, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, RULE_TYPE_REPLICATED,
};
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::Pool;

use crushlab_osdmap::model::Release;

use super::error::Refusal;

/// Refuses a rule for pools of another type, and before Quincy one that was not made for pools of
/// this size (`CrushWrapper::check_crush_rule`, `rule_valid_for_pool_type`).
pub(super) fn check_rule(
    crush: &CrushMap,
    release: Release,
    id: u8,
    pool_type: u8,
    size: u8,
) -> Result<(), Refusal> {
    let rule = crush.core.rules.get(usize::from(id)).and_then(Option::as_ref);
    let Some(rule) = rule.filter(|rule| is_for(rule.rule_type, pool_type, release)) else {
        return Err(Refusal::invalid(format!("crush rule {id} type does not match pool")));
    };
    if !release.has_rule_sizes() || (rule.min_size..=rule.max_size).contains(&size) {
        return Ok(());
    }
    let (least, most) = (rule.min_size, rule.max_size);
    Err(Refusal::invalid(format!(
        "pool size {size}: expected {least} to {most}, as crush rule {id} says"
    )))
}

/// Whether pools of a type take rules of a type.
fn is_for(rule_type: u8, pool_type: u8, release: Release) -> bool {
    let own = if pool_type == Pool::ERASURE { RULE_TYPE_ERASURE } else { RULE_TYPE_REPLICATED };
    let msr = if pool_type == Pool::ERASURE { RULE_TYPE_MSR_INDEP } else { RULE_TYPE_MSR_FIRSTN };
    rule_type == own || release.has_msr_rules() && rule_type == msr
}
