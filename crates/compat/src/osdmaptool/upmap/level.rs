//! Upmaps that even out the PGs of a pool the way the tool does (`OSDMap::calc_pg_upmaps`): one
//! change after the other, each accepted only where the sum of squares of all distances from the
//! targets falls. Sums are of single precision and in the order of OSDs, as the last digit decides.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZeroUsize;

use crushlab_crush::Map;
use crushlab_osdmap::model::FULL_WEIGHT;
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, PoolMapper, PoolMapping, map_pool};

use super::random::Seeds;
use super::remap::{Goal, Remap};

/// Changes that win nothing before the other end is looked at
/// (`osd_calc_pg_upmaps_local_fallback_retries`).
const RETRIES: u32 = 100;

type Pairs = Vec<(i32, i32)>;

/// What is to be said to the monitors.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) removed: BTreeSet<PgId>,
    pub(super) set: BTreeMap<PgId, Pairs>,
    /// How many changes it was.
    pub(super) count: i32,
}

/// A change that is tried: a PG's pairs afterwards, and which OSDs lose and get it.
struct Trial {
    pg: PgId,
    pairs: Pairs,
    shifts: Vec<(i32, i32)>,
}

/// How far OSDs are from their targets.
#[derive(Clone, Debug, Default)]
struct Distances {
    by_osd: BTreeMap<i32, f32>,
    /// The furthest below first.
    rising: Vec<(f32, i32)>,
    squares: f32,
    largest: f32,
}

/// A pool whose PGs are evened out.
struct Leveller<'a> {
    /// The map with PGs in the order that upmaps leave them in.
    map: OsdMap,
    crush: &'a Map,
    pool: i64,
    size: usize,
    placed: PoolMapping,
    remap: Remap,
    pgs: BTreeMap<i32, BTreeSet<PgId>>,
    targets: BTreeMap<i32, f32>,
    max_deviation: f32,
}

/// Evens out a pool with this many changes at most; `None` where the rule gives nothing a weight,
/// or an OSD with PGs has none.
pub(super) fn level_pool(
    map: &OsdMap,
    crush: &Map,
    pool: i64,
    max_deviation: u32,
    most: i32,
    seeds: &mut Seeds,
) -> Option<Changes> {
    let mut leveller = Leveller::new(map, crush, pool, max_deviation)?;
    let mut changes = Changes::default();
    let mut distances = leveller.distances()?;
    if distances.largest <= leveller.max_deviation {
        return Some(changes);
    }
    let mut from_below = false;
    for _ in 0..most {
        let Some((goal, is_slight)) = leveller.goal(&distances) else { break };
        let mut skipped = BTreeSet::new();
        let mut hopeless = HashSet::new();
        let mut retries = 0;
        loop {
            let skips = from_below && !goal.underfull.is_empty();
            let above = (!skips).then(|| {
                let mut skip = Skip { pgs: &skipped, osds: &mut hopeless };
                leveller.take_from_overfull(&distances, &goal, is_slight, &mut skip, seeds)
            });
            let trial = above.flatten();
            let trial =
                trial.or_else(|| leveller.give_to_underfull(&distances, &goal, &skipped, seeds));
            let Some(trial) = trial else {
                if !from_below {
                    return Some(changes);
                }
                from_below = false;
                break;
            };
            leveller.shift(&trial.shifts, trial.pg);
            let tried = leveller.distances()?;
            if tried.squares < distances.squares {
                distances = tried;
                leveller.keep(trial, &mut changes);
                break;
            }
            let back: Vec<_> = trial.shifts.iter().rev().map(|(from, to)| (*to, *from)).collect();
            leveller.shift(&back, trial.pg);
            retries += 1;
            if retries >= RETRIES {
                from_below = !from_below;
                break;
            }
            skipped.insert(trial.pg);
        }
        if distances.largest <= leveller.max_deviation {
            break;
        }
    }
    Some(changes)
}

/// What is passed over.
struct Skip<'a> {
    pgs: &'a BTreeSet<PgId>,
    /// OSDs that nothing could be found for.
    osds: &'a mut HashSet<i32>,
}

impl<'a> Leveller<'a> {
    fn new(map: &OsdMap, crush: &'a Map, pool: i64, max_deviation: u32) -> Option<Leveller<'a>> {
        let one = NonZeroUsize::MIN;
        let found = map.pools.get(&pool)?;
        let size = usize::from(found.size);
        let remap = Remap::new(&map.crush, usize::from(found.crush_rule), size)?;
        let mut pgs: BTreeMap<i32, BTreeSet<PgId>> = BTreeMap::new();
        let mapping = map_pool(&PoolMapper::new(map, crush, pool).ok()?, one);
        for (seed, up) in (0..).zip(mapping.up.iter()) {
            for osd in up.iter().filter(|osd| **osd != crushlab_crush::NONE) {
                pgs.entry(*osd).or_default().insert(PgId::new(pool, seed));
            }
        }
        let weights = map.crush.rule_weight_shares(usize::from(found.crush_rule))?;
        let weights = weights
            .into_iter()
            .map(|(osd, share)| (osd, map.osd_weight(osd) as f32 / FULL_WEIGHT as f32 * share));
        let weights: BTreeMap<i32, f32> = weights.filter(|(_, weight)| *weight != 0.0).collect();
        let mut sum = 0.0f32;
        weights.values().for_each(|weight| sum += weight);
        if sum == 0.0 {
            return None;
        }
        let per_weight = (size as u64 * u64::from(found.pg_num)) as f32 / sum;
        for osd in weights.keys() {
            pgs.entry(*osd).or_default();
        }
        let plain = OsdMap {
            pg_temp: BTreeMap::new(),
            primary_temp: BTreeMap::new(),
            osd_primary_affinities: None,
            ..map.clone()
        };
        let placed = map_pool(&PoolMapper::new(&plain, crush, pool).ok()?.ignoring_down(), one);
        Some(Leveller {
            map: plain,
            crush,
            pool,
            size,
            placed,
            remap,
            pgs,
            targets: weights.into_iter().map(|(osd, own)| (osd, own * per_weight)).collect(),
            max_deviation: max_deviation.max(1) as f32,
        })
    }

    /// `None` where an OSD has PGs and no weight.
    fn distances(&self) -> Option<Distances> {
        let mut found = Distances::default();
        for (osd, pgs) in &self.pgs {
            let distance = pgs.len() as f32 - self.targets.get(osd)?;
            found.by_osd.insert(*osd, distance);
            found.rising.push((distance, *osd));
            found.squares += distance * distance;
            found.largest = found.largest.max(distance.abs());
        }
        found.rising.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Some(found)
    }

    /// OSDs with too many and too few, and whether those with too many are so by little; `None`
    /// where there are neither.
    fn goal(&self, distances: &Distances) -> Option<(Goal, bool)> {
        let most = self.max_deviation;
        let mut goal = Goal::default();
        let mut slightly_over = BTreeSet::new();
        for (distance, osd) in &distances.rising {
            match distance {
                over if *over > most => drop(goal.overfull.insert(*osd)),
                over if *over > 0.0 => drop(slightly_over.insert(*osd)),
                under if *under < -most => goal.underfull.push(*osd),
                under if *under < 0.0 => goal.slightly_underfull.push(*osd),
                _ => {}
            }
        }
        if goal.overfull.is_empty() && goal.underfull.is_empty() {
            return None;
        }
        let is_slight = goal.overfull.is_empty();
        if is_slight {
            goal.overfull = slightly_over;
        }
        Some((goal, is_slight))
    }

    /// A change that takes a PG from one of the fullest OSDs.
    fn take_from_overfull(
        &self,
        distances: &Distances,
        goal: &Goal,
        is_slight: bool,
        skip: &mut Skip<'_>,
        seeds: &mut Seeds,
    ) -> Option<Trial> {
        for (distance, osd) in distances.rising.iter().rev() {
            if skip.osds.contains(osd) {
                continue;
            }
            if *distance < 0.0 || (!is_slight && *distance <= self.max_deviation) {
                break;
            }
            let pgs = self.pgs.get(osd).into_iter().flatten();
            let mut pgs: Vec<PgId> = pgs.filter(|pg| !skip.pgs.contains(pg)).copied().collect();
            seeds.shuffle(&mut pgs);
            let mut dropped = pgs.iter().filter_map(|pg| {
                self.without(*pg, self.map.pg_upmap_items.get(pg)?, |(_, to)| to == *osd)
            });
            if let Some(trial) = dropped.next() {
                return Some(trial);
            }
            if let Some(trial) = pgs.iter().find_map(|pg| self.remapped(*pg, distances, goal)) {
                return Some(trial);
            }
            skip.osds.insert(*osd);
        }
        None
    }

    /// A change that gives a PG back to one of the emptiest OSDs.
    fn give_to_underfull(
        &self,
        distances: &Distances,
        goal: &Goal,
        skipped: &BTreeSet<PgId>,
        seeds: &mut Seeds,
    ) -> Option<Trial> {
        for (distance, osd) in &distances.rising {
            if !goal.underfull.contains(osd) || distance.abs() < self.max_deviation {
                break;
            }
            let pgs = PgId::new(self.pool, 0)..=PgId::new(self.pool, u32::MAX);
            let items = self.map.pg_upmap_items.range(pgs);
            let mut items: Vec<_> = items.filter(|(pg, _)| !skipped.contains(pg)).collect();
            seeds.shuffle(&mut items);
            let mut dropped = items
                .iter()
                .filter_map(|(pg, pairs)| self.without(**pg, pairs, |(from, _)| from == *osd));
            if let Some(trial) = dropped.next() {
                return Some(trial);
            }
        }
        None
    }

    /// A PG without those of its pairs; `None` where that are none.
    fn without(
        &self,
        pg: PgId,
        pairs: &[(i32, i32)],
        goes: impl Fn((i32, i32)) -> bool,
    ) -> Option<Trial> {
        let (gone, kept): (Pairs, Pairs) = pairs.iter().copied().partition(|pair| goes(*pair));
        let shifts = gone.iter().map(|(from, to)| (*to, *from)).collect();
        (!gone.is_empty()).then_some(Trial { pg, pairs: kept, shifts })
    }

    /// A PG with one more pair: from the OSD of it that is furthest above its target.
    fn remapped(&self, pg: PgId, distances: &Distances, goal: &Goal) -> Option<Trial> {
        if self.map.pg_upmap.contains_key(&pg) {
            return None;
        }
        let mut pairs = self.map.pg_upmap_items.get(&pg).cloned().unwrap_or_default();
        if pairs.len() >= self.size {
            return None;
        }
        let mut workspace = PgWorkspace::new();
        let mapper = PoolMapper::new(&self.map, self.crush, self.pool).ok()?.ignoring_down();
        let now = mapper.map_placed(pg.seed, self.placed.get(pg.seed)?.raw, &mut workspace).up;
        if !now.iter().any(|osd| goal.overfull.contains(osd)) {
            return None;
        }
        let proposed = self.remap.propose(goal, now).filter(|osds| osds.len() == now.len())?;
        let is_new = |osd: i32| pairs.iter().all(|(from, to)| *from != osd && *to != osd);
        let mut best: Option<(f32, (i32, i32))> = None;
        for (from, to) in now.iter().copied().zip(proposed).filter(|(from, to)| from != to) {
            let distance = distances.by_osd.get(&from).copied().unwrap_or(0.0);
            let least = best.map_or(0.0, |(least, _)| least);
            if is_new(from) && is_new(to) && distance > least {
                best = Some((distance, (from, to)));
            }
        }
        let (_, pair) = best?;
        pairs.push(pair);
        Some(Trial { pg, pairs, shifts: vec![pair] })
    }

    fn shift(&mut self, shifts: &[(i32, i32)], pg: PgId) {
        for (from, to) in shifts {
            self.pgs.entry(*from).or_default().remove(&pg);
            self.pgs.entry(*to).or_default().insert(pg);
        }
    }

    fn keep(&mut self, Trial { pg, pairs, .. }: Trial, changes: &mut Changes) {
        changes.count += 1;
        if pairs.is_empty() {
            self.map.pg_upmap_items.remove(&pg);
            changes.removed.insert(pg);
        } else {
            self.map.pg_upmap_items.insert(pg, pairs.clone());
            changes.set.insert(pg, pairs);
        }
    }
}
