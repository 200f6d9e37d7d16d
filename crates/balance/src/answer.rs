//! From placements to commands and numbers.

use std::collections::BTreeMap;

use crushlab_crush::NONE;
use crushlab_monitor::command::clean::{Fit, UpmapCheck};
use crushlab_osdmap::{OsdMap, PgId};

use crate::fill::Fill;
use crate::pool::Maps;
use crate::reason::pool_reason;
use crate::report::{BalanceReport, Measure, OsdBalance, PoolBalance};
use crate::solve::{PoolPlan, TakePlan};
use crate::split::Splitter;
use crate::target::SAME;
use crate::upmap::{Entry, commands_for, entry_for, set_entry};

/// What an answer is made of.
pub(crate) struct Answer<'a, 'p> {
    pub(crate) maps: &'a Maps<'a>,
    pub(crate) plans: &'a [PoolPlan<'p>],
    /// Pools that are not balanced, and why.
    pub(crate) refused: Vec<(i64, String)>,
    /// How full OSDs are now.
    pub(crate) fill: Option<Fill>,
    pub(crate) by: Measure,
    pub(crate) check: &'a mut UpmapCheck<'p>,
}

/// PGs of an OSD.
#[derive(Clone, Copy, Default)]
struct Count {
    before: u32,
    after: u32,
    target: f64,
    asked: f64,
}

/// Numbers of a pool while they are counted.
#[derive(Default)]
struct PoolCount {
    osds: BTreeMap<i32, Count>,
    moves: u64,
    repaired: u64,
    /// PGs whose new entry Ceph would drop, so that they stay.
    refused: u64,
    /// Shards that move: their PG, where from, where to.
    shifts: Vec<(u32, i32, i32)>,
}

/// The report, and a map with the new upmaps.
pub(crate) fn answer(asked: Answer<'_, '_>) -> (BalanceReport, OsdMap) {
    let Answer { maps, plans, refused, fill, by, check } = asked;
    let mut fill_after = fill.clone();
    let mut moved_bytes = 0.0;
    let mut after = maps.plain.clone();
    let mut report = BalanceReport::default();
    let mut all: BTreeMap<i32, Count> = BTreeMap::new();
    for plan in plans {
        let mut count = PoolCount { osds: targets(plan), ..PoolCount::default() };
        let mut commands = Vec::new();
        count_fixed(plan, &mut count);
        for (index, _) in plan.state.pgs.iter().enumerate() {
            commands.extend(settle(maps, plan, index, check, &mut after, &mut count));
        }
        for (seed, from, to) in std::mem::take(&mut count.shifts) {
            let Some(fill) = &mut fill_after else { break };
            let bytes = fill.shard(plan.state.id, seed);
            fill.shift(from, to, bytes);
            moved_bytes += bytes;
        }
        for (osd, own) in &count.osds {
            let sum = all.entry(*osd).or_default();
            sum.before += own.before;
            sum.after += own.after;
            sum.target += own.target;
            sum.asked += own.asked;
        }
        report.pools.push(pool_report(maps, plan, &count, by));
        report.commands.append(&mut commands);
    }
    for (id, reason) in refused {
        let name = maps.plain.pools.get(&id).map(|pool| pool.name.clone()).unwrap_or_default();
        report.pools.push(PoolBalance { id, name, reason, ..PoolBalance::default() });
    }
    report.pools.sort_by_key(|pool| pool.id);
    report.before_max_deviation = largest(&all, |count| count.before);
    report.after_max_deviation = largest(&all, |count| count.after);
    let listed = all.iter().filter(|(osd, _)| maps.scope.has(**osd));
    report.osds = listed
        .map(|(osd, count)| OsdBalance {
            osd: *osd,
            before_pgs: u64::from(count.before),
            after_pgs: u64::from(count.after),
            target_pgs: count.target,
            asked_pgs: count.asked,
            before_used_ratio: fill.as_ref().and_then(|fill| fill.ratio(*osd)),
            after_used_ratio: fill_after.as_ref().and_then(|fill| fill.ratio(*osd)),
        })
        .collect();
    report.moved_bytes = fill.filter(Fill::is_known).map(|_| moved_bytes);
    let fullest = |of: fn(&OsdBalance) -> Option<f64>| {
        report.osds.iter().filter_map(of).reduce(f64::max).filter(|_| report.moved_bytes.is_some())
    };
    report.before_fullest_ratio = fullest(|osd| osd.before_used_ratio);
    report.after_fullest_ratio = fullest(|osd| osd.after_used_ratio);
    report.moves = report.pools.iter().map(|pool| pool.moves).sum();
    let least = report.pools.iter().filter_map(|pool| pool.least_moves);
    report.least_moves = (by == Measure::Pgs).then(|| least.sum());
    (report, after)
}

fn targets(plan: &PoolPlan<'_>) -> BTreeMap<i32, Count> {
    let mut osds: BTreeMap<i32, Count> = BTreeMap::new();
    for take in &plan.state.takes {
        for (osd, node) in &take.take.osds {
            let count = osds.entry(*osd).or_default();
            count.target += take.targets.pgs[*node];
            count.asked += take.targets.asked[*node];
        }
    }
    osds
}

/// Counts PGs that stay as they are.
fn count_fixed(plan: &PoolPlan<'_>, count: &mut PoolCount) {
    for take in &plan.state.takes {
        for (osd, node) in &take.take.osds {
            let own = count.osds.entry(*osd).or_default();
            own.before += take.fixed[*node];
            own.after += take.fixed[*node];
        }
    }
    for (osd, shards) in &plan.state.strays {
        let own = count.osds.entry(*osd).or_default();
        own.before += shards;
        own.after += shards;
    }
}

/// Counts a PG that may move, and gives the commands for it. An entry that Ceph would not keep is
/// not proposed.
fn settle(
    maps: &Maps<'_>,
    plan: &PoolPlan<'_>,
    index: usize,
    check: &mut UpmapCheck<'_>,
    after: &mut OsdMap,
    count: &mut PoolCount,
) -> Vec<String> {
    let state = &plan.state;
    let moved = state.pgs[index];
    let Some(mapping) = state.mapping.get(moved.seed) else { return Vec::new() };
    let (now, raw) = (mapping.up, mapping.raw);
    let mut wanted = plan.wanted[index].as_slice();
    let mut commands = Vec::new();
    if wanted != now {
        let pg = PgId::new(state.id, moved.seed);
        let parts: Vec<usize> = state.takes.iter().map(|take| take.take.positions).collect();
        let entry = entry_for(raw, wanted, &parts, state.is_positional);
        set_entry(after, pg, &entry);
        if matches!(check.fit(after, pg, raw), Fit::Kept) {
            commands = commands_for(maps.plain, pg, &entry);
            count.repaired += u64::from(moved.is_repaired);
        } else {
            wanted = now;
            count.refused += 1;
            keep_entry(maps.plain, after, pg);
        }
    }
    let shifts: Vec<(i32, i32)> = match state.is_positional {
        true => {
            let pairs = now.iter().copied().zip(wanted.iter().copied());
            pairs.filter(|(from, to)| from != to).collect()
        }
        false => {
            let gone = now.iter().copied().filter(|osd| !wanted.contains(osd));
            gone.zip(wanted.iter().copied().filter(|osd| !now.contains(osd))).collect()
        }
    };
    count.moves += shifts.len() as u64;
    count.shifts.extend(shifts.iter().map(|(from, to)| (moved.seed, *from, *to)));
    for (osds, is_after) in [(now, false), (wanted, true)] {
        for osd in osds.iter().filter(|osd| **osd >= 0 && **osd != NONE) {
            let own = count.osds.entry(*osd).or_default();
            let number = if is_after { &mut own.after } else { &mut own.before };
            *number += 1;
        }
    }
    commands
}

/// Puts back what a map says of a PG.
fn keep_entry(map: &OsdMap, after: &mut OsdMap, pg: PgId) {
    set_entry(after, pg, &Entry::None);
    if let Some(full) = map.pg_upmap.get(&pg) {
        after.pg_upmap.insert(pg, full.clone());
    }
    if let Some(items) = map.pg_upmap_items.get(&pg) {
        after.pg_upmap_items.insert(pg, items.clone());
    }
}

fn largest(osds: &BTreeMap<i32, Count>, of: fn(&Count) -> u32) -> f64 {
    let distance = |count: &Count| (f64::from(of(count)) - count.target).abs();
    // What is on OSDs that should have nothing is not for upmaps to even out.
    let asked = osds.values().filter(|count| count.asked > 0.0);
    rounded(asked.map(distance).fold(0.0, f64::max))
}

/// Without what is left of rounding.
fn rounded(value: f64) -> f64 {
    (value / SAME).round() / SAME.recip()
}

fn pool_report(
    maps: &Maps<'_>,
    plan: &PoolPlan<'_>,
    count: &PoolCount,
    by: Measure,
) -> PoolBalance {
    let state = &plan.state;
    let before = largest(&count.osds, |count| count.before);
    let after = largest(&count.osds, |count| count.after);
    let bests: Option<Vec<f64>> =
        plan.takes.iter().map(|take| Some(take.limits().best?.0)).collect();
    let best = bests.map(|bests| rounded(bests.into_iter().fold(0.0, f64::max)));
    let is_exact = count.refused == 0 && state.pgs.iter().all(|pg| !pg.is_repaired);
    let least = plan.takes.iter().enumerate().map(|(index, _)| least_moves(plan, index, is_exact));
    let mut pool = PoolBalance {
        id: state.id,
        name: state.name.to_owned(),
        before_max_deviation: Some(before),
        after_max_deviation: Some(after),
        best_max_deviation: best,
        moves: count.moves,
        least_moves: (by == Measure::Pgs).then(|| least.sum::<u64>().min(count.moves)),
        repaired_pgs: count.repaired,
        fixed_pgs: state.fixed_pgs + count.refused,
        ..PoolBalance::default()
    };
    pool.reason = pool_reason(&maps.plain.crush, plan, &pool, by);
    pool
}

/// Moves that a part of the rule needs in any case, to be as near to its targets as it is to be.
fn least_moves(plan: &PoolPlan<'_>, index: usize, is_exact: bool) -> u64 {
    let state = &plan.state.takes[index];
    let take = &plan.takes[index];
    let (mut over, mut under) = (0u64, 0u64);
    for node in state.take.osds.values() {
        let own = state.present[*node] - state.fixed[*node];
        let bounds = take.limits().uses[*node];
        over += u64::from(own.saturating_sub(bounds.high));
        under += u64::from(bounds.low.saturating_sub(own));
    }
    let bound = over.max(under);
    match take {
        TakePlan::Flow { flow_moves, .. } if is_exact && Splitter::is_one_flow(&state.take) => {
            *flow_moves
        }
        TakePlan::Flow { upper_moves, .. } if is_exact => bound.max(*upper_moves),
        _ => bound,
    }
}
