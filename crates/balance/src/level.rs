//! Which OSDs get the PG more that each pool has to give: levelled over all pools.

use crate::flow::{Bounds, Network};
use crate::solve::{PoolPlan, TakePlan};
use crate::target::{SAME, bounds};

/// Distances of an OSD's PGs over all pools from its target, tried one after another. Below 1 there
/// is nothing more to win: then all numbers are next to their targets.
const DISTANCES: [f64; 9] = [4.0, 3.0, 2.5, 2.0, 1.75, 1.5, 1.25, 1.1, 1.0 - SAME];

/// Levels OSDs over all pools, without a move more.
pub(crate) fn level_osds(network: &mut Network, plans: &[PoolPlan<'_>], osds: usize) {
    if plans.len() < 2 {
        return;
    }
    let (targets, fixed) = sums(plans, osds);
    for distance in DISTANCES {
        let pairs = targets.iter().zip(&fixed);
        let bounds = pairs.map(|(target, fixed)| {
            // Where what is fixed is too much already there is nothing to level.
            bounds(*target, distance, *fixed).unwrap_or(Bounds::FREE)
        });
        network.bound_osds(bounds.collect());
        if network.push_at_no_cost() != crate::flow::Outcome::Kept {
            break;
        }
    }
}

/// The target of each OSD over all pools, and the shards there that the flow does not move.
fn sums(plans: &[PoolPlan<'_>], osds: usize) -> (Vec<f64>, Vec<u32>) {
    let (mut targets, mut fixed) = (vec![0.0; osds], vec![0; osds]);
    for plan in plans {
        for (take, planned) in plan.state.takes.iter().zip(&plan.takes) {
            let is_alone = matches!(planned, TakePlan::Alone { .. });
            for (osd, node) in &take.take.osds {
                // OSDs of a take have a weight, so their ids are below max_osd.
                let osd = osd.unsigned_abs() as usize;
                targets[osd] += take.targets.pgs[*node];
                fixed[osd] += if is_alone { take.present[*node] } else { take.fixed[*node] };
            }
        }
    }
    (targets, fixed)
}
