//! The score that Ceph's balancer gives a distribution (`ceph balancer eval`): 0 is perfect.
//!
//! For each root that a rule takes, and for PGs, objects and bytes: an OSD that holds more than its
//! share of weight counts with that share, times how likely a normal deviate is to be nearer to the
//! mean than it is, as `erf` has it. The score is the mean over roots and the three of them
//! (balancer module of ceph-mgr, `Eval.calc_stats` and `calc_eval`). Bytes and objects of an
//! erasure-coded PG count in full for each of its shards there, and so they do here; an OSD below
//! several roots counts for the one with the lowest id.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use crushlab_crush::{Map, NONE, Op};
use crushlab_osdmap::{OsdMap, PoolMapper, map_pool};
use serde::Serialize;

/// Objects and bytes of each PG, each object counted once, by pool.
pub type Held = BTreeMap<i64, Vec<(f64, f64)>>;

/// Scores of a distribution. From 0 for a perfect one to below 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// That of all pools that were asked about; none where the data of one is not known, or no
    /// rule takes anything.
    pub total: Option<f64>,
    /// Each pool's own, by rising id.
    pub pools: BTreeMap<i64, Option<f64>>,
}

/// PGs, objects and bytes.
type Amounts = [f64; 3];

/// A root with what its OSDs should hold, and what they do.
struct Root {
    /// Share of the weight, by OSD.
    targets: BTreeMap<i32, f64>,
    counts: BTreeMap<i32, Amounts>,
}

/// Scores of pools of a map, all together and one by one.
pub(crate) fn scores(
    map: &OsdMap,
    crush: &Map,
    pools: &[i64],
    held: &Held,
    threads: NonZeroUsize,
) -> Scores {
    let mut together: BTreeMap<i32, Root> = BTreeMap::new();
    let mut scores = Scores::default();
    for id in pools {
        let mut own: BTreeMap<i32, Root> = BTreeMap::new();
        let is_known = held.contains_key(id);
        count_pool(map, crush, *id, held, threads, &mut own);
        scores.pools.insert(*id, score(&own).filter(|_| is_known));
        for (root, counted) in own {
            let all = together.entry(root).or_insert_with(|| Root {
                targets: counted.targets.clone(),
                counts: BTreeMap::new(),
            });
            for (osd, amounts) in counted.counts {
                let sum = all.counts.entry(osd).or_default();
                sum.iter_mut().zip(amounts).for_each(|(sum, own)| *sum += own);
            }
        }
    }
    let is_known = pools.iter().all(|id| held.contains_key(id));
    scores.total = score(&together).filter(|_| is_known);
    scores
}

/// Counts what the OSDs of each root that a pool's rule takes hold of it.
fn count_pool(
    map: &OsdMap,
    crush: &Map,
    id: i64,
    held: &Held,
    threads: NonZeroUsize,
    roots: &mut BTreeMap<i32, Root>,
) {
    let Ok(mapper) = PoolMapper::new(map, crush, id) else { return };
    let rule = mapper.rule_id().and_then(|rule| crush.rule(rule));
    let steps = rule.map_or(&[][..], |rule| &rule.steps);
    let takes: BTreeSet<i32> =
        steps.iter().filter(|step| step.op == Op::Take).map(|step| step.arg1).collect();
    for take in takes {
        roots.insert(take, Root { targets: targets(map, take), counts: BTreeMap::new() });
    }
    let amounts = held.get(&id);
    for (seed, up) in map_pool(&mapper, threads).up.iter().enumerate() {
        let (objects, bytes) = amounts.and_then(|own| own.get(seed)).copied().unwrap_or_default();
        for osd in up.iter().filter(|osd| **osd != NONE) {
            if let Some(root) = roots.values_mut().find(|root| root.targets.contains_key(osd)) {
                let own = root.counts.entry(*osd).or_default();
                own.iter_mut().zip([1.0, objects, bytes]).for_each(|(sum, own)| *sum += own);
            }
        }
    }
}

/// Shares of a root's weight, reweights included.
fn targets(map: &OsdMap, root: i32) -> BTreeMap<i32, f64> {
    let reweight = |osd: i32| f64::from(map.osd_weight(osd) as f32 / 65536.0);
    let shares = map.crush.weight_shares(root);
    let own = shares.into_iter().filter(|(osd, share)| *share > 0.0 && map.exists(*osd));
    let mut targets: BTreeMap<i32, f64> =
        own.map(|(osd, share)| (osd, f64::from(share) * reweight(osd))).collect();
    let sum: f64 = targets.values().sum();
    if sum == 0.0 {
        return BTreeMap::new();
    }
    targets.values_mut().for_each(|target| *target /= sum);
    targets
}

/// The mean over roots and what is counted; none where there is no root.
fn score(roots: &BTreeMap<i32, Root>) -> Option<f64> {
    let scores: Vec<f64> =
        roots.values().flat_map(|root| (0..3).map(|what| root.score(what))).collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

impl Root {
    fn score(&self, what: usize) -> f64 {
        let total: f64 = self.counts.values().map(|amounts| amounts[what]).sum();
        if total == 0.0 {
            return 0.0;
        }
        let osds = self.targets.len() as f64;
        let mean = total / osds;
        let over = self.targets.iter().filter(|(_, target)| **target > 0.0).map(|(osd, target)| {
            let own = self.counts.get(osd).map_or(0.0, |amounts| amounts[what]);
            (target, own / target / osds)
        });
        let over: Vec<(&f64, f64)> = over.filter(|(_, adjusted)| *adjusted > mean).collect();
        let shares: f64 = over.iter().map(|(target, _)| **target).sum();
        let weigh = |(target, adjusted): &(&f64, f64)| {
            **target * erf((adjusted / mean - 1.0) / std::f64::consts::SQRT_2)
        };
        over.iter().map(weigh).sum::<f64>() / shares.max(1.0)
    }
}

/// The error function of a number that is not negative, by its series of positive terms (Abramowitz
/// and Stegun, 7.1.6).
fn erf(x: f64) -> f64 {
    // Nothing of a double is left above.
    if x >= 6.0 {
        return 1.0;
    }
    let mut term = x;
    let mut sum = 0.0;
    let mut odd = 1.0;
    while term > sum * f64::EPSILON / 4.0 {
        sum += term;
        odd += 2.0;
        term *= 2.0 * x * x / odd;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_that_of_the_tables() {
        // Abramowitz and Stegun, table 7.1.
        for (x, value) in
            [(0.0, 0.0), (0.5, 0.5204998778), (1.0, 0.8427007929), (2.0, 0.9953222650)]
        {
            assert!((erf(x) - value).abs() < 1e-10, "erf({x})");
        }
        assert!((erf(5.9) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn two_osds_with_60_and_40_pgs() {
        let root = Root {
            targets: BTreeMap::from([(0, 0.5), (1, 0.5)]),
            counts: BTreeMap::from([(0, [60.0, 0.0, 6.0]), (1, [40.0, 0.0, 4.0])]),
        };
        let expected = 0.5 * erf(0.2 / std::f64::consts::SQRT_2);
        assert!((root.score(0) - expected).abs() < 1e-12);
        assert!((expected - 0.079260).abs() < 5e-7);
        assert_eq!(root.score(1), 0.0);
        let roots = BTreeMap::from([(-1, root)]);
        assert!((score(&roots).expect("one root") - expected * 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(score(&BTreeMap::new()), None);
    }
}
