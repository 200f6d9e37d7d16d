//! From a map to commands.

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_crush::Map;
use crushlab_monitor::command::clean::UpmapCheck;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::Release;

use crate::answer::{Answer, answer};
use crate::bound::least_fullest;
use crate::bytes::level_bytes;
use crate::fill::Fill;
use crate::flow::{Network, Outcome};
use crate::level::level_osds;
use crate::pool::{Maps, PoolState};
use crate::reason::whole_reason;
use crate::report::{BalanceError, BalanceReport, Measure};
use crate::scope::Scope;
use crate::score::{Held, scores};
use crate::solve::{PoolPlan, TakePlan, of_part, plan_pool};
use crate::split::Segment;

/// Number of Luminous, the release from which clients know upmaps.
const LUMINOUS: u8 = Release::LUMINOUS.number();

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct BalanceOptions {
    /// Ids of pools; all where there are none.
    pub pools: Vec<i64>,
    /// OSDs shall be nearer to their targets than by this many PGs, or as near as possible where
    /// that is not. 1 is what the next whole numbers come to; 0 is as near as possible.
    pub max_deviation: f64,
    /// What may move.
    pub scope: Scope,
    /// What is evened out.
    pub by: Measure,
    /// How full OSDs are. Needed by [`Measure::Bytes`]; with [`Measure::Pgs`] it is told beside.
    pub fill: Option<Fill>,
    /// What PGs hold, for the scores of Ceph's balancer; pools whose data is not known are not
    /// there.
    pub held: Held,
    /// Threads to place PGs on.
    pub threads: NonZeroUsize,
}

impl Default for BalanceOptions {
    fn default() -> BalanceOptions {
        BalanceOptions {
            pools: Vec::new(),
            max_deviation: 1.0,
            scope: Scope::default(),
            by: Measure::Pgs,
            fill: None,
            held: Held::new(),
            threads: NonZeroUsize::MIN,
        }
    }
}

/// Evens out the PGs of pools. OSDs that are down have the places that the map gives them; PGs are
/// taken to be where CRUSH and upmaps put them, whether or not their data has arrived. `crush` is
/// the checked form of the map's own CRUSH map. Progress counts PGs of the pools that are asked
/// about.
///
/// # Errors
/// [`BalanceError`].
pub fn balance(
    map: &OsdMap,
    crush: &Map,
    options: &BalanceOptions,
    progress: &Progress,
) -> Result<BalanceReport, BalanceError> {
    let ids = chosen_pools(map, &options.pools)?;
    if options.by == Measure::Bytes && !options.fill.as_ref().is_some_and(Fill::is_known) {
        return Err(BalanceError::UnknownFill);
    }
    let (plain, bare) = without_exceptions(map);
    let maps = Maps { crush, plain: &plain, bare: &bare, scope: &options.scope };
    let mut check = UpmapCheck::new(&map.crush);
    let mut plans = Vec::new();
    let mut refused = Vec::new();
    for id in ids {
        if progress.is_cancelled() {
            return Err(BalanceError::Cancelled);
        }
        match PoolState::new(&maps, id, &mut check, options.threads) {
            Ok(state) => plans.push(plan_pool(state, options.max_deviation)),
            Err(reason) => refused.push((id, reason)),
        }
        progress.advance(map.pools.get(&id).map_or(0, |pool| u64::from(pool.pg_num)));
    }
    solve_together(&mut plans, map.max_osd(), progress)?;
    let least = options.fill.as_ref().map(|fill| least_fullest(&plans, fill));
    if let (Measure::Bytes, Some(fill)) = (options.by, &options.fill) {
        level_bytes(&mut plans, &mut fill.clone(), &options.scope, progress);
    }
    let fill = options.fill.clone();
    let asked =
        Answer { maps: &maps, plans: &plans, refused, fill, by: options.by, check: &mut check };
    let (mut report, entries) = answer(asked);
    tell_scores(map, crush, options, entries, &mut report);
    report.by = options.by;
    report.max_deviation = options.max_deviation;
    report.best_fullest_ratio = least.filter(|_| report.before_fullest_ratio.is_some());
    report.reason = whole_reason(&report);
    if !report.commands.is_empty() {
        check_clients(map)?;
    }
    Ok(report)
}

/// Refuses upmaps where clients may be too old for them.
pub(crate) fn check_clients(map: &OsdMap) -> Result<(), BalanceError> {
    if map.require_min_compat_client >= LUMINOUS {
        return Ok(());
    }
    let release = match map.require_min_compat_client {
        0 => "not set",
        number => Release::of_number(number).name(),
    };
    Err(BalanceError::OldClients { release })
}

/// The scores that Ceph's balancer gives the pools, as they are and with these upmaps.
fn tell_scores(
    map: &OsdMap,
    crush: &Map,
    options: &BalanceOptions,
    entries: OsdMap,
    report: &mut BalanceReport,
) {
    let pools: Vec<i64> = report.pools.iter().map(|pool| pool.id).collect();
    if !pools.iter().any(|id| options.held.contains_key(id)) {
        return;
    }
    let OsdMap { pg_upmap, pg_upmap_items, .. } = entries;
    let balanced = OsdMap { pg_upmap, pg_upmap_items, ..map.clone() };
    let of = |map: &OsdMap| scores(map, crush, &pools, &options.held, options.threads);
    let (before, after) = (of(map), of(&balanced));
    (report.before_score, report.after_score) = (before.total, after.total);
    for pool in &mut report.pools {
        pool.before_score = before.pools.get(&pool.id).copied().flatten();
        pool.after_score = after.pools.get(&pool.id).copied().flatten();
    }
}

/// The pools of these ids, all where there are none.
pub(crate) fn chosen_pools(map: &OsdMap, pools: &[i64]) -> Result<Vec<i64>, BalanceError> {
    if let Some(pool) = pools.iter().copied().find(|id| !map.pools.contains_key(id)) {
        return Err(BalanceError::NoSuchPool { pool });
    }
    Ok(match pools.is_empty() {
        true => map.pools.keys().copied().collect(),
        false => pools.to_vec(),
    })
}

/// A map with PGs in the order that CRUSH and upmaps leave them in, and the same without upmaps.
pub(crate) fn without_exceptions(map: &OsdMap) -> (OsdMap, OsdMap) {
    let plain = OsdMap {
        pg_temp: Default::default(),
        primary_temp: Default::default(),
        pg_upmap_primaries: Default::default(),
        osd_primary_affinities: None,
        ..map.clone()
    };
    let bare = OsdMap {
        pg_upmap: Default::default(),
        pg_upmap_items: Default::default(),
        ..plain.clone()
    };
    (plain, bare)
}

/// One flow for all pools: first as few moves as can be, then OSDs level over all pools.
fn solve_together(
    plans: &mut [PoolPlan<'_>],
    osds: usize,
    progress: &Progress,
) -> Result<(), BalanceError> {
    let parts: Vec<_> = segments(plans).map(|(_, segment)| segment.part.clone()).collect();
    if parts.is_empty() {
        return Ok(());
    }
    let mut network = Network::new(&parts, osds);
    let outcome = network.solve();
    debug_assert_eq!(outcome, Outcome::Kept, "bounds that can be kept one by one are");
    let mut part = 0;
    for plan in plans.iter_mut() {
        for take in &mut plan.takes {
            let TakePlan::Flow { segments, flow_moves, .. } = take else { continue };
            let parts = part..part + segments.len();
            *flow_moves = parts.clone().map(|part| network.moves(part)).sum();
            part = parts.end;
        }
    }
    if progress.is_cancelled() {
        return Err(BalanceError::Cancelled);
    }
    level_osds(&mut network, plans, osds);
    let all = segments(plans).enumerate();
    let found: Vec<_> = all.map(|(part, (_, segment))| of_part(&network, part, segment)).collect();
    let mut found = found.into_iter();
    for plan in plans.iter_mut() {
        for index in 0..plan.takes.len() {
            let TakePlan::Flow { segments, .. } = &plan.takes[index] else { continue };
            let shards = found.by_ref().take(segments.len()).flatten().collect();
            plan.place(index, shards);
        }
    }
    Ok(())
}

/// The parts of the flow, with the pools that they are of.
fn segments<'p>(plans: &'p [PoolPlan<'_>]) -> impl Iterator<Item = (usize, &'p Segment)> {
    plans.iter().enumerate().flat_map(|(index, plan)| {
        plan.takes.iter().flat_map(move |take| {
            let segments = match take {
                TakePlan::Flow { segments, .. } => segments.as_slice(),
                TakePlan::Alone { .. } => &[],
            };
            segments.iter().map(move |segment| (index, segment))
        })
    })
}
