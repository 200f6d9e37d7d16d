//! Which clients understand a map.

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP};
use crushlab_crushmap::CrushMap;

use super::{FULL_WEIGHT, OsdMap, Release, pool_flag};

impl OsdMap {
    /// The oldest release whose clients understand everything that the map uses, as
    /// Ceph of a release reckons (`OSDMap::get_min_compat_client`).
    pub fn min_compat_client(&self, release: Release) -> Release {
        self.min_compat_client_with(&self.crush, release)
    }

    /// The same with another CRUSH map.
    pub fn min_compat_client_with(&self, crush: &CrushMap, release: Release) -> Release {
        let core = &crush.core;
        let tunables = &core.tunables;
        let pools = || self.pools.values();
        let rule_has = |wanted: Op| {
            let rules =
                pools().filter_map(|pool| core.rules.get(usize::from(pool.crush_rule))?.as_ref());
            rules.flat_map(|rule| &rule.steps).any(|step| step.op == wanted)
        };
        let is_upmapped = !self.pg_upmap.is_empty() || !self.pg_upmap_items.is_empty();
        let is_unequal =
            (0..self.max_osd() as i32).any(|osd| self.primary_affinity(osd) != FULL_WEIGHT);
        if release.has_msr_rules() && has_msr_rules(crush) {
            Release::SQUID
        } else if release.has_upmap_primaries() && !self.pg_upmap_primaries.is_empty() {
            Release::REEF
        } else if is_upmapped || has_new_choose_args(crush) {
            Release::LUMINOUS
        } else if tunables.chooseleaf_stable != 0 || rule_has(Op::SetChooseleafStable) {
            Release::JEWEL
        } else if crush.uses_straw2() {
            Release::HAMMER
        } else if is_unequal
            || tunables.chooseleaf_vary_r != 0
            || rule_has(Op::SetChooseleafVaryR)
            || pools().any(|pool| !pool.tiers.is_empty() || pool.tier_of >= 0)
        {
            Release::FIREFLY
        } else if tunables.chooseleaf_descend_once != 0
            || pools().any(|pool| pool.has_flags(pool_flag::HASHPSPOOL))
        {
            Release::DUMPLING
        } else {
            Release::ARGONAUT
        }
    }
}

fn has_msr_rules(crush: &CrushMap) -> bool {
    let types = [RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP];
    crush.core.rules.iter().flatten().any(|rule| types.contains(&rule.rule_type))
}

/// Whether clients before Luminous would place PGs elsewhere: there is more than one set of
/// weights, or one that no plain weights can stand for.
fn has_new_choose_args(crush: &CrushMap) -> bool {
    let sets = &crush.core.choose_args;
    let Some((id, set)) = sets.first_key_value() else { return false };
    sets.len() > 1
        || *id != -1
        || set.values().any(|bucket| bucket.weight_sets.len() > 1 || bucket.ids.is_some())
}
