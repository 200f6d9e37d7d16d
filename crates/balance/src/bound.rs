//! What no placement can be better than: how full the fullest OSD is in any case.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::fill::Fill;
use crate::solve::PoolPlan;
use crate::take::{ROOT, Take};

/// The least fill of the fullest OSD of these pools that any placement by their rules has: the
/// bytes that have to be on some OSDs by what these hold together. Looked at are the OSDs that a
/// part of a rule takes, and what is left of them without its largest failure domains: such a one
/// has no more shards of a PG than the rule lets it have. `fill` is that of the present placement;
/// 0 where no size is known.
pub(crate) fn least_fullest(plans: &[PoolPlan<'_>], fill: &Fill) -> f64 {
    let movable = Movable::of(plans, fill);
    let mut seen = HashSet::new();
    let takes = plans.iter().flat_map(|plan| &plan.state.takes).map(|take| &take.take);
    let mut bound = 0.0f64;
    for take in takes {
        for osds in sets(take, fill) {
            let osds: BTreeSet<i32> = osds.into_iter().collect();
            if seen.insert(osds.clone()) {
                bound = bound.max(movable.least(plans, fill, &osds));
            }
        }
    }
    // What cannot move is where it is.
    let fixed = movable
        .by_osd
        .iter()
        .filter_map(|(osd, bytes)| Some(fill.ratio(*osd)? - bytes / fill.size(*osd)?));
    fixed.fold(bound, f64::max)
}

/// The OSDs of a part of a rule, then without its largest domain, and so on.
fn sets(take: &Take, fill: &Fill) -> Vec<Vec<i32>> {
    let mut domains: HashMap<usize, (f64, Vec<i32>)> = HashMap::new();
    for (osd, node) in &take.osds {
        let Some(size) = fill.size(*osd) else { return Vec::new() };
        let domain = domains.entry(take.above(*node, 1)).or_default();
        domain.0 += size;
        domain.1.push(*osd);
    }
    let mut domains: Vec<(f64, Vec<i32>)> = domains.into_values().collect();
    domains.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let most = take.positions.div_ceil(take.shards_below(1).max(1)).min(domains.len());
    let of = |first: usize| domains[first..].iter().flat_map(|(_, osds)| osds.clone()).collect();
    (0..most).map(of).collect()
}

/// Bytes that may move.
struct Movable {
    by_osd: HashMap<i32, f64>,
    /// Of one shard of every PG, by pool in the order of the plans.
    by_plan: Vec<f64>,
}

impl Movable {
    fn of(plans: &[PoolPlan<'_>], fill: &Fill) -> Movable {
        let mut movable = Movable { by_osd: HashMap::new(), by_plan: Vec::new() };
        for plan in plans {
            let mut sum = 0.0;
            for pg in &plan.state.pgs {
                let Some(now) = plan.state.mapping.get(pg.seed) else { continue };
                let bytes = fill.shard(plan.state.id, pg.seed);
                sum += bytes;
                now.up.iter().for_each(|osd| *movable.by_osd.entry(*osd).or_default() += bytes);
            }
            movable.by_plan.push(sum);
        }
        movable
    }

    /// How full these OSDs are together at least.
    fn least(&self, plans: &[PoolPlan<'_>], fill: &Fill, osds: &BTreeSet<i32>) -> f64 {
        let (mut size, mut bytes) = (0.0, 0.0);
        for osd in osds {
            let own = fill.size(*osd).unwrap_or(0.0);
            size += own;
            bytes += fill.ratio(*osd).unwrap_or(0.0) * own;
            bytes -= self.by_osd.get(osd).copied().unwrap_or(0.0);
        }
        for (plan, sum) in plans.iter().zip(&self.by_plan) {
            for take in &plan.state.takes {
                bytes += sum * take.take.positions.saturating_sub(outside(&take.take, osds)) as f64;
            }
        }
        if size > 0.0 { bytes / size } else { 0.0 }
    }
}

/// Shards of a PG that a part of a rule can place on other OSDs than these.
fn outside(take: &Take, osds: &BTreeSet<i32>) -> usize {
    let mut free: HashMap<usize, usize> = HashMap::new();
    for (_, node) in take.osds.iter().filter(|(osd, _)| !osds.contains(osd)) {
        *free.entry(take.above(*node, 1)).or_default() += 1;
    }
    debug_assert!(take.nodes.len() > ROOT, "a take has a root");
    free.into_values().map(|own| own.min(take.shards_below(1))).sum()
}
