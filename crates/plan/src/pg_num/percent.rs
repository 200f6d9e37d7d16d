//! Which part of the data on its OSDs a pool has, or is expected to have.

use std::collections::BTreeMap;

use crushlab_osdmap::Cluster;

use super::autoscaler::{AutoscalerAdvice, AutoscalerSkip, raw_used_rate};
use super::measure::Ground;

/// Percent of the data on its OSDs for each pool: what was given, else what the autoscaler reckons
/// with (use, or target), scaled to 100 for the pools that share OSDs, else even parts.
///
/// `grounds` and `advice` are of the same pools in the same order.
pub(super) fn percents(
    cluster: &Cluster,
    grounds: &[(i64, Ground)],
    advice: &BTreeMap<i64, Result<AutoscalerAdvice, AutoscalerSkip>>,
    given: &BTreeMap<i64, f64>,
) -> Vec<f64> {
    let groups = sharing(grounds);
    let mut percents = vec![0.0; grounds.len()];
    for group in 0..grounds.len() {
        let members: Vec<usize> = (0..grounds.len()).filter(|at| groups[*at] == group).collect();
        let known: f64 = members.iter().filter_map(|at| given.get(&grounds[*at].0)).sum();
        let open = members.iter().filter(|at| !given.contains_key(&grounds[**at].0));
        let even = 1.0 / members.len() as f64;
        let weights: Vec<(usize, f64)> =
            open.map(|at| (*at, weight(cluster, grounds[*at].0, advice, even))).collect();
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let rest = (100.0 - known).max(0.0);
        for (at, weight) in &weights {
            let part = if sum > 0.0 { weight / sum } else { 1.0 / weights.len() as f64 };
            percents[*at] = part * rest;
        }
        for at in members {
            if let Some(percent) = given.get(&grounds[at].0) {
                percents[at] = *percent;
            }
        }
    }
    percents
}

/// What a pool counts for among others; a bulk pool for an even part at least.
fn weight(
    cluster: &Cluster,
    id: i64,
    advice: &BTreeMap<i64, Result<AutoscalerAdvice, AutoscalerSkip>>,
    even: f64,
) -> f64 {
    match advice.get(&id) {
        Some(Ok(found)) if found.is_bulk => found.capacity_ratio.max(even),
        Some(Ok(found)) => found.capacity_ratio,
        _ => {
            let pool = cluster.map.pools.get(&id);
            let rate = pool.map_or(1.0, |pool| f64::from(raw_used_rate(cluster, pool)));
            cluster.pools.get(&id).map_or(0.0, |held| held.stored_bytes as f64 * rate)
        }
    }
}

/// The group of each pool: pools that have an OSD in common are of one, by the first of them.
fn sharing(grounds: &[(i64, Ground)]) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..grounds.len()).collect();
    let mut first_on: BTreeMap<i32, usize> = BTreeMap::new();
    for (at, (_, ground)) in grounds.iter().enumerate() {
        for osd in ground.asked.keys() {
            let other = groups[*first_on.entry(*osd).or_insert(at)];
            let (low, high) = (other.min(groups[at]), other.max(groups[at]));
            if low != high {
                groups.iter_mut().filter(|group| **group == high).for_each(|group| *group = low);
            }
        }
    }
    groups
}
