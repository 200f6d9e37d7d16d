//! From a map to commands.

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_crush::Map;
use crushlab_monitor::command::clean::UpmapCheck;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::Release;

use crate::answer::{Answer, answer};
use crate::flow::{Network, Outcome};
use crate::level::level_osds;
use crate::pool::{Maps, PoolState};
use crate::report::{BalanceError, BalanceReport};
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
    /// Threads to place PGs on.
    pub threads: NonZeroUsize,
}

impl Default for BalanceOptions {
    fn default() -> BalanceOptions {
        BalanceOptions { pools: Vec::new(), max_deviation: 1.0, threads: NonZeroUsize::MIN }
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
    let (plain, bare) = without_exceptions(map);
    let maps = Maps { crush, plain: &plain, bare: &bare };
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
    let mut report = answer(Answer { maps: &maps, plans: &plans, refused, check: &mut check });
    report.max_deviation = options.max_deviation;
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
