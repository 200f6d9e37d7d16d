//! A pool before and after a change, and everything that its PGs are compared by.

use std::collections::HashMap;
use std::sync::Arc;

use crushlab_kernel::Placements;
use crushlab_osdmap::model::stable_mod;
use crushlab_osdmap::{Cluster, PgId, Pool, PoolMapper};

use super::amounts::{Amount, DataBasis, with_pg_num};
use super::baseline::{Baseline, PoolBaseline, known_amounts};
use super::compare::Cancelled;
use super::moves::Eligible;
use super::shape::PoolShape;
use super::state::ClusterState;
use super::topology::RuleTopology;
use super::touched::{Search, Touched};

/// A pool at one time.
#[derive(Debug)]
pub(crate) struct PoolSide<'a> {
    pub(crate) state: &'a ClusterState<'a>,
    pub(crate) id: i64,
    pub(crate) pool: &'a Pool,
    pub(crate) shape: PoolShape,
    pub(crate) mapper: PoolMapper<'a>,
    /// The mapper that takes every OSD for up; only where one is down.
    pub(crate) all_up: Option<PoolMapper<'a>>,
    pub(crate) topology: Arc<RuleTopology>,
    has_upmaps: bool,
    amounts: Option<Arc<Vec<Amount>>>,
}

impl PoolSide<'_> {
    /// The PG that a unit belongs to.
    pub(crate) fn seed(&self, unit: u32) -> u32 {
        stable_mod(unit, self.pool.pg_num)
    }

    /// The data of a PG, where it is known.
    pub(crate) fn amount(&self, seed: u32) -> Option<Amount> {
        self.amounts.as_ref()?.get(seed as usize).copied()
    }

    /// Who may hold a PG; `None` where an upmap decides.
    pub(crate) fn eligible(&self, seed: u32) -> Option<Eligible<'_>> {
        let (map, pg) = (self.state.map(), PgId::new(self.id, seed));
        let is_upmapped = self.has_upmaps
            && (map.pg_upmap.contains_key(&pg) || map.pg_upmap_items.contains_key(&pg));
        (!is_upmapped).then(|| Eligible {
            map,
            reachable: &self.topology.reachable,
            input: self.pool.placement_seed(self.id, seed),
        })
    }
}

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

/// Makes the sides of pools, with what pools of the same rule share.
pub(crate) struct Sides<'a> {
    state: &'a ClusterState<'a>,
    topologies: HashMap<(u8, u8), Arc<RuleTopology>>,
}

impl<'a> Sides<'a> {
    pub(crate) fn new(state: &'a ClusterState<'a>) -> Sides<'a> {
        Sides { state, topologies: HashMap::new() }
    }

    fn pg_num(&self, id: i64) -> u32 {
        self.state.map().pools.get(&id).map_or(0, |pool| pool.pg_num)
    }

    pub(crate) fn side(
        &mut self,
        id: i64,
        amounts: Option<Arc<Vec<Amount>>>,
    ) -> Option<PoolSide<'a>> {
        let state = self.state;
        let map = state.map();
        let pool = map.pools.get(&id).filter(|pool| pool.pg_num > 0)?;
        let mapper = PoolMapper::new(map, state.crush(), id).ok()?;
        let pgs = PgId::new(id, 0)..=PgId::new(id, u32::MAX);
        let has_upmaps = map.pg_upmap.range(pgs.clone()).next().is_some()
            || map.pg_upmap_items.range(pgs).next().is_some();
        Some(PoolSide {
            state,
            id,
            pool,
            shape: PoolShape::of(map, pool),
            mapper,
            all_up: state.has_down().then(|| mapper.ignoring_down()),
            topology: self.topology(pool),
            has_upmaps,
            amounts,
        })
    }

    fn topology(&mut self, pool: &Pool) -> Arc<RuleTopology> {
        let (state, key) = (self.state, (pool.crush_rule, pool.size));
        let make = || {
            let rule = state.crush().rule(usize::from(pool.crush_rule));
            let (names, osds) = (&state.map().crush, state.map().max_osd());
            let size = usize::from(pool.size);
            Arc::new(rule.map_or_else(RuleTopology::default, |rule| {
                RuleTopology::new(names, state.crush(), rule, size, osds)
            }))
        };
        self.topologies.entry(key).or_insert_with(make).clone()
    }
}
