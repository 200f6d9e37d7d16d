//! Which clients understand a map.

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP};
use crushlab_crushmap::CrushMap;

use super::{FULL_WEIGHT, OsdMap, pool_flag};

const ARGONAUT: u8 = 1;
const DUMPLING: u8 = 4;
const FIREFLY: u8 = 6;
const HAMMER: u8 = 8;
const JEWEL: u8 = 10;
const LUMINOUS: u8 = 12;
const REEF: u8 = 18;
const SQUID: u8 = 19;

impl OsdMap {
    /// Number of the oldest release whose clients understand everything that the map uses, as
    /// Ceph of a release reckons (`OSDMap::get_min_compat_client`).
    pub fn min_compat_client(&self, release: u8) -> u8 {
        self.min_compat_client_with(&self.crush, release)
    }

    /// The same with another CRUSH map.
    pub fn min_compat_client_with(&self, crush: &CrushMap, release: u8) -> u8 {
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
        if release >= SQUID && has_msr_rules(crush) {
            SQUID
        } else if release >= REEF && !self.pg_upmap_primaries.is_empty() {
            REEF
        } else if is_upmapped || has_new_choose_args(crush) {
            LUMINOUS
        } else if tunables.chooseleaf_stable != 0 || rule_has(Op::SetChooseleafStable) {
            JEWEL
        } else if crush.uses_straw2() {
            HAMMER
        } else if is_unequal
            || tunables.chooseleaf_vary_r != 0
            || rule_has(Op::SetChooseleafVaryR)
            || pools().any(|pool| !pool.tiers.is_empty() || pool.tier_of >= 0)
        {
            FIREFLY
        } else if tunables.chooseleaf_descend_once != 0
            || pools().any(|pool| pool.has_flags(pool_flag::HASHPSPOOL))
        {
            DUMPLING
        } else {
            ARGONAUT
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
