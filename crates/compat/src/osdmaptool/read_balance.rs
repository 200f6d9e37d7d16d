//! How evenly the primaries of a replicated pool are dealt out (OSDMap.cc,
//! `calc_read_balance_score`). Reef and later print it with each pool.
//!
//! Ceph computes in single precision and rounds to two decimals on the way, so this does too.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use crushlab_crush::{Map, NONE, Op};
use crushlab_osdmap::model::{FULL_WEIGHT, PoolOption, Release, option_key};
use crushlab_osdmap::{OsdMap, PgWorkspace, Pool, PoolMapper};

use super::decoded::placing_release;
use super::tree::share;

/// What is said of a pool's primaries.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReadBalance {
    /// Whether there is a score: nothing below is to be shown where not, but the problem.
    pub(crate) has_score: bool,
    /// What makes the score unreliable, or why there is none; empty where nothing does.
    pub(crate) problem: String,
    /// Primaries of the fullest OSD over those of the mean one, 1 being even: as OSDs act now.
    pub(crate) score_acting: f32,
    /// The same as OSDs are to act.
    pub(crate) score_stable: f32,
    /// The best score that primary affinities leave.
    pub(crate) optimal_score: f32,
    /// `score_acting` before it is divided by the best.
    pub(crate) raw_score_acting: f32,
    /// `score_stable` before it is divided by the best.
    pub(crate) raw_score_stable: f32,
    /// Sum of weights times primary affinities.
    pub(crate) weighted_affinity: f32,
    /// Mean of the primary affinities that are not 0.
    pub(crate) average_affinity: f32,
    /// Mean of primary affinities by weight.
    pub(crate) average_weighted_affinity: f32,
    /// Loads, where the pool says which share of its operations are reads.
    pub(crate) loads: Option<Loads>,
}

/// Loads of OSDs: 100 for each PG that they lead, and the share of writes for the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Loads {
    /// The mean of them.
    pub(crate) average: f32,
    /// The OSD with the highest, its PGs, those that it leads, and its load.
    pub(crate) most: (i32, u32, u32, u64),
}

/// What is said of each pool, by id.
pub(crate) type ReadBalances = BTreeMap<i64, ReadBalance>;

/// What the tool of this release says of the pools of a map.
pub(crate) fn of_pools(map: &OsdMap, release: Release) -> ReadBalances {
    if !release.prints_read_balance() {
        return ReadBalances::new();
    }
    let mut map = Cow::Borrowed(map);
    let placing = placing_release(&map, release);
    if map.require_osd_release != placing {
        map.to_mut().require_osd_release = placing;
    }
    // A CRUSH map that cannot be used places nothing.
    let Ok(crush) = map.crush.map() else { return ReadBalances::new() };
    map.pools.keys().filter_map(|id| Some((*id, of_pool(&map, &crush, *id, release)?))).collect()
}

/// What is said of this pool; `None` where nothing is: of erasure-coded pools, and where no PG has
/// an OSD.
fn of_pool(map: &OsdMap, crush: &Map, id: i64, release: Release) -> Option<ReadBalance> {
    let pool = map.pools.get(&id).filter(|pool| pool.can_shift_osds())?;
    let counts = Counts::of(map, crush, id)?;
    let read_ratio = pool.options.get(&option_key::READ_RATIO);
    if let Some(PoolOption::Whole(ratio)) = read_ratio.filter(|_| release.knows_read_ratio()) {
        return Some(score_by_loads(map, id, pool, &counts, *ratio));
    }
    let affinities = Affinities::of(map, pool, &counts, release);
    Some(score(id, pool, &counts, &affinities))
}

/// The score of a pool that says how many of 100 operations are reads.
fn score_by_loads(map: &OsdMap, id: i64, pool: &Pool, counts: &Counts, ratio: i64) -> ReadBalance {
    const UNIT: u64 = 100;
    let mut said = ReadBalance::default();
    let failed = |problem: String| ReadBalance {
        problem: format!(
            "ERROR: pool {id} {problem} - Can't calculate size-optimal read balancer score"
        ),
        ..ReadBalance::default()
    };
    let Some(writes) = u64::try_from(ratio).ok().filter(|ratio| (1..=UNIT).contains(ratio)) else {
        return failed(format!("has invalid read_ratio {ratio}"));
    };
    let writes = UNIT - writes;
    // Ceph does not count those on OSDs whose primary affinity is not 1.
    let used = || (0..).zip(&counts.by_osd).filter(|(_, pgs)| **pgs > 0);
    let counted = used().filter(|(osd, _)| map.primary_affinity(*osd) == FULL_WEIGHT);
    let legs: u64 = counted.map(|(_, pgs)| u64::from(*pgs)).sum();
    let expected = u64::from(counts.pgs) * u64::from(pool.size);
    if legs != expected {
        return failed(format!("has {legs} PG OSD legs, expected {expected}"));
    }
    let load = |pgs: u32, leads: u32| {
        u64::from(leads) * UNIT + u64::from(pgs.saturating_sub(leads)) * writes
    };
    let mut loads = Loads::default();
    let (mut sum, mut most_stable) = (0, 0);
    for (osd, pgs) in used() {
        let leads = counts.acting_primaries.get(&osd).copied().unwrap_or(0);
        let acting = load(*pgs, leads);
        sum += acting;
        if acting > loads.most.3 {
            loads.most = (osd, *pgs, leads, acting);
        }
        let leads = counts.primaries.get(&osd).copied().unwrap_or(0);
        most_stable = most_stable.max(load(*pgs, leads));
    }
    loads.average = sum as f32 / counts.osds as f32;
    said.has_score = true;
    said.score_acting = rounded(loads.most.3 as f32 / loads.average);
    said.score_stable = rounded(most_stable as f32 / loads.average);
    said.loads = Some(loads);
    said
}

/// PGs of a pool by OSD.
struct Counts {
    by_osd: Vec<u32>,
    /// Number of OSDs that have any.
    osds: usize,
    pgs: u32,
    primaries: BTreeMap<i32, u32>,
    acting_primaries: BTreeMap<i32, u32>,
    /// The first PG none of whose OSDs may be primary.
    without_affinity: Option<u32>,
}

impl Counts {
    fn of(map: &OsdMap, crush: &Map, id: i64) -> Option<Counts> {
        let mapper = PoolMapper::new(map, crush, id).ok()?;
        let mut workspace = PgWorkspace::new();
        let mut counts = Counts {
            by_osd: vec![0; map.max_osd()],
            osds: 0,
            pgs: mapper.pool().pg_num,
            primaries: BTreeMap::new(),
            acting_primaries: BTreeMap::new(),
            without_affinity: None,
        };
        for seed in 0..counts.pgs {
            let placed = mapper.map_pg(seed, &mut workspace);
            for osd in placed.up.iter().filter_map(|osd| usize::try_from(*osd).ok()) {
                if let Some(count) = counts.by_osd.get_mut(osd) {
                    *count += 1;
                }
            }
            let primaries = [
                (placed.up_primary, &mut counts.primaries),
                (placed.acting_primary, &mut counts.acting_primaries),
            ];
            for (primary, count) in primaries {
                if primary >= 0 && primary != NONE {
                    *count.entry(primary).or_default() += 1;
                }
            }
            let has_affinity = placed.acting.iter().any(|osd| map.primary_affinity(*osd) != 0);
            if !has_affinity && counts.without_affinity.is_none() {
                counts.without_affinity = Some(seed);
            }
        }
        counts.osds = counts.by_osd.iter().filter(|count| **count > 0).count();
        (counts.osds > 0).then_some(counts)
    }
}

/// Primary affinities of the OSDs that a rule knows, and what their primaries come to.
#[derive(Default)]
struct Affinities {
    weight: f32,
    weighted: f32,
    sum: f32,
    /// OSDs that may be primary.
    nonzero: u32,
    most_primaries: u32,
    most_acting: u32,
    /// Acting primaries over primary affinity of the OSD where that is highest.
    most_by_affinity: f32,
    acts_without: bool,
}

impl Affinities {
    fn of(map: &OsdMap, pool: &Pool, counts: &Counts, release: Release) -> Affinities {
        let mut all = Affinities::default();
        for (osd, weight) in rule_weights(map, usize::from(pool.crush_rule), release) {
            let affinity = share(map.primary_affinity(osd));
            all.weight += weight;
            all.weighted += weight * affinity;
            all.sum += affinity;
            all.nonzero += u32::from(affinity != 0.0);
            let primaries = counts.primaries.get(&osd).copied().unwrap_or(0);
            all.most_primaries = all.most_primaries.max(primaries);
            let Some(acting) = counts.acting_primaries.get(&osd) else { continue };
            all.most_acting = all.most_acting.max(*acting);
            if affinity == 0.0 {
                all.acts_without = true;
            } else {
                all.most_by_affinity = all.most_by_affinity.max(*acting as f32 / affinity);
            }
        }
        all.most_by_affinity *= all.sum / counts.osds as f32;
        all
    }
}

fn add_shares(weights: &mut BTreeMap<i32, f32>, below: &BTreeMap<i32, f32>, sum: f32) {
    for (osd, weight) in below {
        *weights.entry(*osd).or_default() += weight / sum;
    }
}

/// Weights of the OSDs below what a rule takes, adding up to 1: those below each step, or all
/// (`CrushWrapper::get_rule_weight_osd_map`).
fn rule_weights(map: &OsdMap, rule: usize, release: Release) -> BTreeMap<i32, f32> {
    let core = &map.crush.core;
    let mut weights = BTreeMap::new();
    let (mut below, mut sum) = (BTreeMap::new(), 0.0);
    let steps = core.rules.get(rule).and_then(Option::as_ref).map(|rule| rule.steps.as_slice());
    for step in steps.unwrap_or_default().iter().filter(|step| step.op == Op::Take) {
        if !release.sums_rule_weights_together() {
            below = BTreeMap::new();
            sum = 0.0;
        }
        if step.arg1 >= 0 {
            below.insert(step.arg1, 1.0);
            sum += 1.0;
        }
        let mut pending = VecDeque::from([step.arg1]);
        while let Some(bucket) = pending.pop_front().and_then(|id| core.bucket(id)) {
            for (item, weight) in bucket.items.iter().zip(bucket.item_weights()) {
                if *item < 0 {
                    pending.push_back(*item);
                    continue;
                }
                below.insert(*item, weight as f32);
                sum += weight as f32;
            }
        }
        if !release.sums_rule_weights_together() {
            add_shares(&mut weights, &below, sum);
        }
    }
    if release.sums_rule_weights_together() {
        add_shares(&mut weights, &below, sum);
    }
    weights
}

fn score(id: i64, pool: &Pool, counts: &Counts, affinities: &Affinities) -> ReadBalance {
    let mut said = ReadBalance::default();
    if affinities.sum == 0.0 {
        said.problem = format!("pool {id} has primary_affinity set to zero on all OSDs");
        return said;
    }
    let least = 1.0 / f64::from(f32::from(pool.size));
    if f64::from(affinities.weighted / affinities.weight) < least {
        said.problem = format!(
            "pool {id} average primary affinity is lower than {least:.2}, read balance score is \
             not reliable"
        );
        return said;
    }
    let average = counts.pgs as f32 / counts.osds as f32;
    said.weighted_affinity = affinities.weighted;
    said.average_weighted_affinity = rounded(affinities.weighted / affinities.weight);
    said.raw_score_stable = rounded(affinities.most_primaries as f32 / average);
    said.raw_score_acting = rounded(match affinities.acts_without {
        true => affinities.most_by_affinity,
        false => affinities.most_acting as f32 / average,
    });
    if affinities.acts_without {
        said.problem = format!(
            "pool {id} has acting primaries on OSD(s) with primary affinity 0, read balance score \
             is not accurate"
        );
    }
    said.average_affinity = rounded(affinities.sum / affinities.nonzero as f32);
    if said.average_affinity == 0.0 {
        said.problem = format!(
            "pool {id} all OSDs have zero primary affinity, can't calculate a reliable read \
             balance score"
        );
        return said;
    }
    if let Some(seed) = counts.without_affinity {
        said.problem = format!(
            "pool {id} has some PGs where all OSDs are with primary_affinity 0 (at least pg \
             {id}.{seed:x}), read balance score may not be reliable"
        );
        return said;
    }
    said.has_score = true;
    said.optimal_score = rounded(counts.osds as f32 / affinities.nonzero as f32);
    said.score_stable = rounded(said.raw_score_stable / said.optimal_score);
    said.score_acting = rounded(said.raw_score_acting / said.optimal_score);
    said
}

/// A number with two decimals, in Ceph's mixture of single and double precision.
fn rounded(value: f32) -> f32 {
    let hundredfold = f64::from(value * 100.0);
    let whole = if value > 0.0 { (hundredfold + 0.5).floor() } else { (hundredfold - 0.5).ceil() };
    (whole / 100.0) as f32
}
