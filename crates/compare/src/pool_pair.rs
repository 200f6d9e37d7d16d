//! A pool before and after a change, and everything that its PGs are compared by.

use std::sync::Arc;

use crushlab_kernel::Placements;
use crushlab_osdmap::Cluster;
use crushlab_osdmap::model::stable_mod;

use super::amounts::{Amount, DataBasis, with_pg_num};
use super::baseline::{Baseline, PoolBaseline, known_amounts};
use super::pool_side::{PoolSide, Sides};
use super::progress::Cancelled;
use super::search::Search;
use super::state::ClusterState;
use super::touched::Touched;

/// A pool before and after a change. It is compared by units: the PGs of the side that has more of
/// them. On the other side, a unit belongs to the PG that it was split from or is merged into.
#[derive(Debug)]
pub(crate) struct PoolPair<'a> {
    pub(crate) id: i64,
    pub(crate) before: Option<PoolSide<'a>>,
    pub(crate) after: Option<PoolSide<'a>>,
    pub(crate) units: u32,
    /// What is known of it before the change.
    pub(crate) baseline: Option<&'a PoolBaseline>,
    /// The PGs to look at; `None` where the pool is gone, and where `folded` says all.
    pub(crate) touched: Option<Touched>,
    /// What CRUSH chooses on both sides, by the PG's number folded to `pgp_num`, where they differ
    /// in numbers of PGs only.
    folded: Option<&'a Placements>,
    amounts: Option<Arc<Vec<Amount>>>,
}

impl<'a> PoolPair<'a> {
    /// A pool with other numbers of PGs, of which `folded` has the placements.
    pub(crate) fn resized(
        before: PoolSide<'a>,
        after: PoolSide<'a>,
        units: u32,
        folded: Option<&'a Placements>,
        amounts: Option<Arc<Vec<Amount>>>,
    ) -> PoolPair<'a> {
        PoolPair {
            id: before.id,
            before: Some(before),
            after: Some(after),
            units,
            baseline: None,
            touched: None,
            folded,
            amounts,
        }
    }

    /// The shared placement of a PG of one side.
    fn folded(&self, side: &Option<PoolSide<'_>>, seed: u32) -> Option<&[i32]> {
        let folded = stable_mod(seed, side.as_ref()?.pool.pgp_num);
        self.folded?.get(folded as usize)
    }

    /// The data of a unit, where it is known.
    pub(crate) fn amount(&self, unit: u32) -> Option<Amount> {
        self.amounts.as_ref()?.get(unit as usize).copied()
    }

    /// What CRUSH chooses for a PG before the change.
    pub(crate) fn placed_before(&self, seed: u32) -> &[i32] {
        match self.baseline {
            Some(baseline) => baseline.placed(seed),
            None => self.folded(&self.before, seed).unwrap_or_default(),
        }
    }

    /// What CRUSH chooses for a PG after the change.
    pub(crate) fn placed_after(&self, seed: u32) -> &[i32] {
        match &self.touched {
            None => self.folded(&self.after, seed).unwrap_or_default(),
            Some(Touched::Every { placed, .. }) => {
                placed.as_ref().and_then(|placed| placed.get(seed as usize)).unwrap_or_default()
            }
            Some(Touched::Pgs { changes, .. }) => {
                changes.get(seed).unwrap_or_else(|| self.placed_before(seed))
            }
        }
    }

    /// How many units have to be looked at.
    pub(crate) fn len(&self) -> usize {
        match &self.touched {
            Some(Touched::Pgs { pgs, .. }) => pgs.len(),
            _ => self.units as usize,
        }
    }

    /// A unit that has to be looked at, by its place among them.
    pub(crate) fn unit(&self, place: usize) -> u32 {
        match &self.touched {
            Some(Touched::Pgs { pgs, .. }) => pgs[place],
            _ => place as u32,
        }
    }

    /// The plain PGs before the change, of which only some are looked at; `None` where all are.
    pub(crate) fn uncounted(&self) -> Option<&'a PoolBaseline> {
        let is_part = matches!(self.touched, Some(Touched::Pgs { .. }));
        self.baseline.filter(|_| is_part)
    }
}

/// All pools of both states, and how well their data is known.
pub(crate) fn pair_pools<'a>(
    before: &'a ClusterState<'a>,
    after: &'a ClusterState<'a>,
    baseline: &'a Baseline,
    data: &Cluster,
    search: &Search<'_>,
) -> Result<(Vec<PoolPair<'a>>, DataBasis), Cancelled> {
    let mut ids: Vec<i64> =
        before.map().pools.keys().chain(after.map().pools.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut basis = DataBasis::Counted;
    let (mut before, mut after) = (Sides::new(before), Sides::new(after));
    let mut pairs = Vec::with_capacity(ids.len());
    for id in ids {
        let (pg_num_before, pg_num_after) = (before.pg_num(id), after.pg_num(id));
        let units = pg_num_before.max(pg_num_after);
        let baseline = baseline.pool(id);
        let known = match baseline.filter(|_| units == pg_num_before) {
            Some(baseline) => baseline.amounts.clone(),
            None => known_amounts(data, id, units),
        };
        basis = basis.max(known.as_ref().map_or(DataBasis::Unknown, |(_, basis)| *basis));
        let amounts = known.map(|(amounts, _)| amounts);
        let of = |pg_num: u32| {
            amounts.as_ref().map(|amounts| match pg_num == units {
                true => amounts.clone(),
                false => Arc::new(with_pg_num(amounts, pg_num)),
            })
        };
        let side_before = before.side(id, of(pg_num_before));
        let side_after = after.side(id, of(pg_num_after));
        let touched = match &side_after {
            Some(after) => Some(search.touched(baseline, side_before.as_ref(), after)?),
            None => None,
        };
        pairs.push(PoolPair {
            id,
            before: side_before,
            after: side_after,
            units,
            baseline,
            touched,
            folded: None,
            amounts: amounts.clone(),
        });
    }
    Ok((pairs, basis))
}
