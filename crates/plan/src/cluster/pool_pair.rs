//! A pool before and after a change, and everything that its PGs are compared by.

use std::collections::HashMap;
use std::sync::Arc;

use crushlab_osdmap::model::stable_mod;
use crushlab_osdmap::{Cluster, PgId, Pool, PoolMapper};

use super::amounts::{Amount, DataBasis, amounts, with_pg_num};
use super::moves::Eligible;
use super::shape::PoolShape;
use super::shortcut::Shortcut;
use super::state::ClusterState;
use super::topology::RuleTopology;

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
    /// Where PGs without a touched OSD keep their OSDs.
    pub(crate) shortcut: Option<Arc<Shortcut>>,
    amounts: Option<Arc<Vec<Amount>>>,
}

impl PoolPair<'_> {
    /// The data of a unit, where it is known.
    pub(crate) fn amount(&self, unit: u32) -> Option<Amount> {
        self.amounts.as_ref()?.get(unit as usize).copied()
    }
}

/// All pools of both states, and how well their data is known.
pub(crate) fn pair_pools<'a>(
    before: &'a ClusterState<'a>,
    after: &'a ClusterState<'a>,
    data: &Cluster,
) -> (Vec<PoolPair<'a>>, DataBasis) {
    let mut ids: Vec<i64> =
        before.map().pools.keys().chain(after.map().pools.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut basis = DataBasis::Counted;
    let shortcut = Shortcut::between(before, after).map(Arc::new);
    let shortcut_of = |id| shortcut.clone().filter(|found| found.serves(before, after, id));
    let shortcuts: Vec<_> = ids.iter().map(|id| shortcut_of(*id)).collect();
    let (mut before, mut after) = (Sides::new(before), Sides::new(after));
    let pairs = ids.into_iter().zip(shortcuts).map(|(id, shortcut)| {
        let (pg_num_before, pg_num_after) = (before.pg_num(id), after.pg_num(id));
        let units = pg_num_before.max(pg_num_after);
        let known = amounts(data, id, units);
        basis = basis.max(known.as_ref().map_or(DataBasis::Unknown, |(_, basis)| *basis));
        let amounts = known.map(|(amounts, _)| Arc::new(amounts));
        let of = |pg_num: u32| {
            amounts.as_ref().map(|amounts| match pg_num == units {
                true => amounts.clone(),
                false => Arc::new(with_pg_num(amounts, pg_num)),
            })
        };
        PoolPair {
            id,
            before: before.side(id, of(pg_num_before)),
            after: after.side(id, of(pg_num_after)),
            units,
            shortcut,
            amounts: amounts.clone(),
        }
    });
    let pairs = pairs.collect();
    (pairs, basis)
}

/// Makes the sides of pools, with what pools of the same rule share.
struct Sides<'a> {
    state: &'a ClusterState<'a>,
    topologies: HashMap<(u8, u8), Arc<RuleTopology>>,
}

impl<'a> Sides<'a> {
    fn new(state: &'a ClusterState<'a>) -> Sides<'a> {
        Sides { state, topologies: HashMap::new() }
    }

    fn pg_num(&self, id: i64) -> u32 {
        self.state.map().pools.get(&id).map_or(0, |pool| pool.pg_num)
    }

    fn side(&mut self, id: i64, amounts: Option<Arc<Vec<Amount>>>) -> Option<PoolSide<'a>> {
        let state = self.state;
        let map = state.map();
        let pool = map.pools.get(&id).filter(|pool| pool.pg_num > 0)?;
        let mapper = |map| PoolMapper::new(map, state.crush(), id).ok();
        let pgs = PgId::new(id, 0)..=PgId::new(id, u32::MAX);
        let has_upmaps = map.pg_upmap.range(pgs.clone()).next().is_some()
            || map.pg_upmap_items.range(pgs).next().is_some();
        Some(PoolSide {
            state,
            id,
            pool,
            shape: PoolShape::of(map, pool),
            mapper: mapper(map)?,
            all_up: state.all_up().and_then(mapper),
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
