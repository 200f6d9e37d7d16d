//! What a cluster's release does to what commands leave.

use crushlab_crush::MapBuilder;

/// Writes the rules of a CRUSH map as releases since Quincy do: their sizes are 1 to 100, whatever
/// they were, and each is its own rule set (`CrushWrapper::encode`).
pub(super) fn forget_rule_sizes(crush: &mut MapBuilder) {
    for (id, rule) in (0u8..=u8::MAX).zip(&mut crush.rules) {
        if let Some(rule) = rule {
            (rule.ruleset, rule.min_size, rule.max_size) = (id, 1, 100);
        }
    }
}
