//! A placement that is level by bytes: PGs differ in size, so it is packing and not a flow. What
//! the flow over PGs has left is searched from the fullest OSD down: one shard moves, or one does
//! and another makes room for it, where that makes the fullest less full. Then every PG that may
//! be where it is now, without anything being fuller, goes back there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crushlab_compare::Progress;

use crate::fill::Fill;
use crate::scope::Scope;
use crate::solve::PoolPlan;

/// Fill that a step has to win, as a part of the OSD.
const GAIN: f64 = 1e-4;

/// Shards of a pool that are tried on an OSD before it counts as stuck.
const SHARDS_TRIED: usize = 8;

/// Places that are tried for a shard, the emptiest OSDs first.
const PLACES_TRIED: usize = 24;

/// Rounds in which OSDs that were stuck are tried again.
const ROUNDS_MAX: usize = 4;

/// OSDs that may be stuck before what they share their data with is left alone.
const STUCK_MAX: u32 = 8;

/// A shard: the pool's place in the list of plans, the PG's place in the pool's, its position.
type Shard = (usize, usize, usize);

/// Levels the fill of OSDs; `fill` becomes what the plans come to.
pub(crate) fn level_bytes(
    plans: &mut [PoolPlan<'_>],
    fill: &mut Fill,
    scope: &Scope,
    progress: &Progress,
) {
    let before = fill.clone();
    take_over(plans, fill);
    let mut search = Search::new(plans, fill, scope);
    for _ in 0..ROUNDS_MAX {
        if !search.round(progress) {
            break;
        }
    }
    search.undo_needless(&before);
}

/// Counts what the plans move.
fn take_over(plans: &[PoolPlan<'_>], fill: &mut Fill) {
    for plan in plans {
        for (pg, wanted) in plan.state.pgs.iter().zip(&plan.wanted) {
            let Some(now) = plan.state.mapping.get(pg.seed) else { continue };
            let bytes = fill.shard(plan.state.id, pg.seed);
            for (from, to) in now.up.iter().zip(wanted) {
                fill.shift(*from, *to, bytes);
            }
        }
    }
}

struct Search<'s, 'p> {
    plans: &'s mut [PoolPlan<'p>],
    fill: &'s mut Fill,
    scope: &'s Scope,
    /// Shards that may move, by OSD.
    shards: HashMap<i32, BTreeSet<Shard>>,
    /// OSDs that the same part of some rule may choose, emptiest first. Fills are in parts of
    /// 10⁻¹².
    sets: Vec<BTreeSet<(u64, i32)>>,
    /// The set of each part of each pool's rule.
    set_of: Vec<Vec<usize>>,
    /// The sets that an OSD is in.
    sets_of_osd: HashMap<i32, Vec<usize>>,
    /// For each OSD, which OSDs it shares data with, by number.
    groups: HashMap<i32, usize>,
}

/// A fill as a whole number, so that it can be sorted.
fn whole(ratio: f64) -> u64 {
    (ratio.max(0.0) * 1e12) as u64
}

impl<'s, 'p> Search<'s, 'p> {
    fn new(plans: &'s mut [PoolPlan<'p>], fill: &'s mut Fill, scope: &'s Scope) -> Search<'s, 'p> {
        let mut numbers: BTreeMap<Vec<i32>, usize> = BTreeMap::new();
        let set_of = plans.iter().map(|plan| {
            let takes = plan.state.takes.iter().map(|take| {
                let mut osds: Vec<i32> = take.take.osds.keys().copied().collect();
                osds.retain(|osd| fill.size(*osd).is_some());
                osds.sort_unstable();
                let next = numbers.len();
                *numbers.entry(osds).or_insert(next)
            });
            takes.collect()
        });
        let set_of = set_of.collect();
        let mut sets = vec![BTreeSet::new(); numbers.len()];
        let mut sets_of_osd: HashMap<i32, Vec<usize>> = HashMap::new();
        for (osds, number) in &numbers {
            for osd in osds {
                sets[*number].insert((whole(fill.ratio(*osd).unwrap_or(0.0)), *osd));
                sets_of_osd.entry(*osd).or_default().push(*number);
            }
        }
        let mut shards: HashMap<i32, BTreeSet<Shard>> = HashMap::new();
        for (plan, own) in plans.iter().enumerate() {
            for (pg, wanted) in own.wanted.iter().enumerate() {
                for (position, osd) in wanted.iter().enumerate() {
                    shards.entry(*osd).or_default().insert((plan, pg, position));
                }
            }
        }
        let groups = groups(numbers.len(), &sets_of_osd);
        Search { plans, fill, scope, shards, sets, set_of, sets_of_osd, groups }
    }

    /// Goes from the fullest OSD down. Returns whether anything was won.
    fn round(&mut self, progress: &Progress) -> bool {
        let osds = self.sets_of_osd.keys();
        let mut open: BTreeSet<(u64, i32)> =
            osds.map(|osd| (whole(self.fill.ratio(*osd).unwrap_or(0.0)), *osd)).collect();
        let mut stuck: HashMap<usize, u32> = HashMap::new();
        let mut has_won = false;
        while let Some((_, osd)) = open.pop_last() {
            let group = self.groups[&osd];
            if progress.is_cancelled() || stuck.get(&group).is_some_and(|own| *own >= STUCK_MAX) {
                continue;
            }
            let Some(steps) = self.best_steps(osd) else {
                *stuck.entry(group).or_default() += 1;
                continue;
            };
            has_won = true;
            let mut touched = BTreeSet::from([osd]);
            for (shard, to) in steps {
                let from = self.osd_of(shard);
                open.remove(&(whole(self.fill.ratio(to).unwrap_or(0.0)), to));
                open.remove(&(whole(self.fill.ratio(from).unwrap_or(0.0)), from));
                touched.extend([from, to]);
                self.step(shard, to);
            }
            let ratio = |osd: &i32| whole(self.fill.ratio(*osd).unwrap_or(0.0));
            open.extend(touched.iter().map(|osd| (ratio(osd), *osd)));
        }
        has_won
    }

    /// What makes an OSD less full, and none as full as it is now: one shard that moves, else two.
    fn best_steps(&self, osd: i32) -> Option<Vec<(Shard, i32)>> {
        let limit = self.fill.ratio(osd)? - GAIN;
        let mut tried: HashMap<usize, usize> = HashMap::new();
        let mut best: Option<(f64, Vec<(Shard, i32)>)> = None;
        let mut crowded = Vec::new();
        for shard in self.largest_first(osd) {
            let tried = tried.entry(shard.0).or_default();
            if *tried == SHARDS_TRIED || self.bytes(shard) <= 0.0 {
                continue;
            }
            *tried += 1;
            for to in self.places(shard, PLACES_TRIED) {
                let bytes = self.bytes(shard);
                let worst = self.ratio_with(to, bytes).max(self.ratio_with(osd, -bytes));
                if worst >= limit {
                    crowded.push((shard, to));
                } else if best.as_ref().is_none_or(|(least, _)| worst < *least) {
                    best = Some((worst, vec![(shard, to)]));
                }
            }
        }
        let best = best.or_else(|| {
            let pairs = crowded.into_iter().filter_map(|step| self.with_room(osd, step, limit));
            pairs.min_by(|(one, _), (other, _)| one.total_cmp(other))
        });
        best.map(|(_, steps)| steps)
    }

    /// A shard that leaves where another one goes to, so that nothing is above the limit.
    fn with_room(
        &self,
        osd: i32,
        (shard, to): (Shard, i32),
        limit: f64,
    ) -> Option<(f64, Vec<(Shard, i32)>)> {
        let comes = self.bytes(shard);
        let mut best: Option<(f64, Vec<(Shard, i32)>)> = None;
        for other in self.shards.get(&to)? {
            let goes = self.bytes(*other);
            let left = self.ratio_with(to, comes - goes);
            let back = self.ratio_with(osd, goes - comes);
            let worst = left.max(back);
            let is_better = best.as_ref().is_none_or(|(least, _)| worst < *least);
            // Two shards of one PG would have to be judged together.
            let is_same = (other.0, other.1) == (shard.0, shard.1);
            if worst < limit && is_better && !is_same && self.is_allowed(*other, osd) {
                best = Some((worst, vec![(shard, to), (*other, osd)]));
            }
        }
        best
    }

    /// The shards of an OSD, large ones first.
    fn largest_first(&self, osd: i32) -> Vec<Shard> {
        let own = self.shards.get(&osd).into_iter().flatten();
        let mut shards: Vec<Shard> = own.copied().collect();
        shards.sort_by(|one, other| self.bytes(*other).total_cmp(&self.bytes(*one)));
        shards
    }

    /// Places for a shard by its rule, the emptiest OSDs first.
    fn places(&self, shard: Shard, most: usize) -> Vec<i32> {
        let Some(take) = self.take_of(shard) else { return Vec::new() };
        let set = &self.sets[self.set_of[shard.0][take]];
        let emptiest = set.iter().map(|(_, osd)| *osd);
        let own = self.fill.ratio(self.osd_of(shard)).unwrap_or(0.0);
        let emptier = emptiest.take_while(|osd| self.fill.ratio(*osd).is_some_and(|to| to < own));
        emptier.filter(|osd| self.is_allowed(shard, *osd)).take(most).collect()
    }

    /// The part of the rule that a shard is of.
    fn take_of(&self, (plan, _, position): Shard) -> Option<usize> {
        self.plans[plan].state.takes.iter().position(|take| take.has_place(position))
    }

    /// Whether the rule lets a shard be on an OSD, with the others of its PG where they are.
    fn is_allowed(&self, shard: Shard, to: i32) -> bool {
        let (plan, pg, position) = shard;
        let plan = &self.plans[plan];
        let wanted = &plan.wanted[pg];
        let is_there = wanted.contains(&to);
        let is_own = self.take_of(shard).is_some_and(|take| {
            let take = &plan.state.takes[take].take;
            take.osds.contains_key(&to)
        });
        if is_there || !is_own {
            return false;
        }
        let mut osds = wanted.clone();
        osds[position] = to;
        let now = plan.state.mapping.get(plan.state.pgs[pg].seed).map_or(&[][..], |now| now.up);
        (self.scope.is_all() || self.scope.allows(now, &osds)) && plan.state.is_kept(&osds)
    }

    fn osd_of(&self, (plan, pg, position): Shard) -> i32 {
        self.plans[plan].wanted[pg][position]
    }

    fn bytes(&self, (plan, pg, _): Shard) -> f64 {
        let state = &self.plans[plan].state;
        self.fill.shard(state.id, state.pgs[pg].seed)
    }

    /// The fill of an OSD with so many bytes more; full where its size is not known.
    fn ratio_with(&self, osd: i32, bytes: f64) -> f64 {
        let ratio = self.fill.ratio(osd).zip(self.fill.size(osd));
        ratio.map_or(f64::INFINITY, |(ratio, size)| ratio + bytes / size)
    }

    /// Moves a shard.
    fn step(&mut self, shard: Shard, to: i32) {
        let from = self.osd_of(shard);
        let bytes = self.bytes(shard);
        for osd in [from, to] {
            let place = (whole(self.fill.ratio(osd).unwrap_or(0.0)), osd);
            for set in self.sets_of_osd.get(&osd).into_iter().flatten() {
                self.sets[*set].remove(&place);
            }
        }
        self.fill.shift(from, to, bytes);
        for osd in [from, to] {
            let place = (whole(self.fill.ratio(osd).unwrap_or(0.0)), osd);
            for set in self.sets_of_osd.get(&osd).into_iter().flatten() {
                self.sets[*set].insert(place);
            }
        }
        self.shards.entry(from).or_default().remove(&shard);
        self.shards.entry(to).or_default().insert(shard);
        let (plan, pg, position) = shard;
        self.plans[plan].wanted[pg][position] = to;
    }

    /// The fill of the fullest of the OSDs that share data.
    fn levels(&self, fill: &Fill) -> HashMap<usize, f64> {
        let mut levels: HashMap<usize, f64> = HashMap::new();
        for (osd, group) in &self.groups {
            let level = levels.entry(*group).or_default();
            *level = level.max(fill.ratio(*osd).unwrap_or(0.0));
        }
        levels
    }

    /// Lets PGs be where they are now, the largest first, where no OSD becomes fuller than the
    /// fullest that it shares data with, or nothing was won over the fill before.
    fn undo_needless(&mut self, before: &Fill) {
        let (was, levels) = (self.levels(before), self.levels(self.fill));
        let is_won = |group: &usize| levels[group] < was[group] - GAIN;
        let mut moved: Vec<Shard> = Vec::new();
        for (plan, own) in self.plans.iter().enumerate() {
            for (pg, wanted) in own.wanted.iter().enumerate() {
                let now = own.state.mapping.get(own.state.pgs[pg].seed);
                let is_moved = now.is_some_and(|now| now.up != wanted);
                if is_moved && !own.state.pgs[pg].is_repaired {
                    moved.push((plan, pg, 0));
                }
            }
        }
        moved.sort_by(|one, other| self.bytes(*other).total_cmp(&self.bytes(*one)));
        for (plan, pg, _) in moved {
            let own = &self.plans[plan];
            let seed = own.state.pgs[pg].seed;
            let Some(now) = own.state.mapping.get(seed).map(|now| now.up.to_vec()) else {
                continue;
            };
            let bytes = self.bytes((plan, pg, 0));
            let back = now.iter().filter(|osd| !own.wanted[pg].contains(osd));
            let fits = |osd: &i32| {
                let level = self.groups.get(osd).and_then(|group| levels.get(group));
                level.is_some_and(|level| self.ratio_with(*osd, bytes) <= *level)
            };
            let mut groups = now.iter().filter_map(|osd| self.groups.get(osd));
            if !groups.any(is_won) || back.clone().all(fits) {
                for (position, osd) in now.iter().enumerate() {
                    self.step((plan, pg, position), *osd);
                }
            }
        }
    }
}

/// Numbers OSDs so that those have the same that share a set, also through others.
fn groups(sets: usize, sets_of_osd: &HashMap<i32, Vec<usize>>) -> HashMap<i32, usize> {
    let mut roots: Vec<usize> = (0..sets).collect();
    fn root(roots: &mut [usize], mut at: usize) -> usize {
        while roots[at] != at {
            roots[at] = roots[roots[at]];
            at = roots[at];
        }
        at
    }
    for own in sets_of_osd.values() {
        for pair in own.windows(2) {
            let (one, other) = (root(&mut roots, pair[0]), root(&mut roots, pair[1]));
            roots[one] = other;
        }
    }
    sets_of_osd.iter().map(|(osd, own)| (*osd, root(&mut roots, own[0]))).collect()
}
