//! PGs that a change cannot touch need not be mapped again.
//!
//! Where the CRUSH map stays, and OSDs only stop, start, are reweighted lower, or go, a PG keeps
//! its OSDs unless one of them is such an OSD: CRUSH rejects an OSD by its reweight alone, those
//! that it rejected it rejects at a lower reweight, too (mapper.c, `is_out`), and those that it
//! took are in the result. The last does not hold for rules of several blocks, which may cut a
//! block's result off, nor for MSR rules, which take back choices; their pools are mapped in full.
//! So are PGs with upmaps or temporary mappings.

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{OsdMap, PgId};

use super::state::ClusterState;

/// OSDs that a change touches, where it is one that allows to skip PGs without them.
#[derive(Clone, Debug)]
pub(crate) struct Shortcut {
    touched: Vec<bool>,
}

impl Shortcut {
    /// `None` where every PG may change.
    pub(crate) fn between(before: &ClusterState<'_>, after: &ClusterState<'_>) -> Option<Shortcut> {
        let (before, after) = (before.map(), after.map());
        let is_comparable = before.max_osd() == after.max_osd()
            && before.require_osd_release == after.require_osd_release
            && before.crush.to_binary() == after.crush.to_binary();
        if !is_comparable {
            return None;
        }
        let touch = |osd: i32| {
            let (old, new) = (before.osd_state(osd), after.osd_state(osd));
            let (old_weight, weight) = (before.osd_weight(osd), after.osd_weight(osd));
            let lowers_unseen = old & state::EXISTS == 0 && weight != old_weight;
            let appears = old & state::EXISTS == 0 && new & state::EXISTS != 0;
            if weight > old_weight || lowers_unseen || appears {
                return None;
            }
            let is_touched = (old ^ new) & (state::EXISTS | state::UP) != 0
                || weight != old_weight
                || before.primary_affinity(osd) != after.primary_affinity(osd);
            Some(is_touched)
        };
        let touched: Option<Vec<bool>> = (0..before.max_osd() as i32).map(touch).collect();
        Some(Shortcut { touched: touched? })
    }

    /// Whether it holds for a pool.
    pub(crate) fn serves(
        &self,
        before: &ClusterState<'_>,
        after: &ClusterState<'_>,
        id: i64,
    ) -> bool {
        let pool = before.map().pools.get(&id);
        let rule = pool.and_then(|pool| before.crush().rule(usize::from(pool.crush_rule)));
        let is_plain = rule.is_some_and(|rule| {
            let blocks = rule.steps.iter().filter(|step| step.op == Op::Emit).count();
            let is_msr = matches!(rule.rule_type, RULE_TYPE_MSR_FIRSTN | RULE_TYPE_MSR_INDEP);
            blocks == 1 && !is_msr
        });
        is_plain && pool == after.map().pools.get(&id)
    }

    /// Whether one of these OSDs is touched.
    pub(crate) fn touches(&self, osds: &[i32]) -> bool {
        let is_touched = |osd: i32| self.touched.get(osd as usize).copied().unwrap_or(true);
        crate::change::devices(osds).any(is_touched)
    }
}

/// Whether a map says something of this very PG.
pub(crate) fn has_exception(map: &OsdMap, pg: PgId) -> bool {
    map.pg_upmap.contains_key(&pg)
        || map.pg_upmap_items.contains_key(&pg)
        || map.pg_upmap_primaries.contains_key(&pg)
        || map.pg_temp.contains_key(&pg)
        || map.primary_temp.contains_key(&pg)
}
