//! Whether a rule fits a pool.

use crushlab_crushmap::CrushMap;

use super::error::Refusal;

/// Refuses a rule of another type, or one that was not made for pools of this size
/// (`CrushWrapper::check_crush_rule` of 16.2).
pub(super) fn check_rule(crush: &CrushMap, id: u8, pool_type: u8, size: u8) -> Result<(), Refusal> {
    let rule = crush.core.rules.get(usize::from(id)).and_then(Option::as_ref);
    let Some(rule) = rule.filter(|rule| rule.rule_type == pool_type) else {
        return Err(Refusal::invalid(format!("crush rule {id} type does not match pool")));
    };
    if (rule.min_size..=rule.max_size).contains(&size) {
        return Ok(());
    }
    let (least, most) = (rule.min_size, rule.max_size);
    Err(Refusal::invalid(format!(
        "pool size {size}: expected {least} to {most}, as crush rule {id} says"
    )))
}
