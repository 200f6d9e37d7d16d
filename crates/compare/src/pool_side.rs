//! A pool at one time, and everything that its PGs are mapped by.

use std::collections::HashMap;
use std::sync::Arc;

use crushlab_crush::NONE;
use crushlab_osdmap::mapping::PgMapping;
use crushlab_osdmap::model::stable_mod;
use crushlab_osdmap::{PgId, Pool, PoolMapper};

use super::amounts::Amount;
use super::moves::Eligible;
use super::settle::Setting;
use super::shape::PoolShape;
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

/// Makes the sides of pools, with what pools of the same rule share.
pub(crate) struct Sides<'a> {
    state: &'a ClusterState<'a>,
    topologies: HashMap<(u8, u8), Arc<RuleTopology>>,
}

impl<'a> Sides<'a> {
    pub(crate) fn new(state: &'a ClusterState<'a>) -> Sides<'a> {
        Sides { state, topologies: HashMap::new() }
    }

    pub(crate) fn pg_num(&self, id: i64) -> u32 {
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

/// What a PG settles in.
pub(crate) fn setting<'a>(side: &PoolSide<'a>, seed: u32) -> Setting<'a> {
    let map = side.state.map();
    Setting {
        map,
        shape: side.shape,
        objects: side.amount(seed).map(|amount| amount.objects),
        primary_temp: map.primary_temp.get(&PgId::new(side.id, seed)).copied(),
        recorded: side.state.recorded(PgId::new(side.id, seed)),
    }
}

/// Whether the OSDs that shall hold a PG are all there, and serve it.
pub(crate) fn is_plain(side: &PoolSide<'_>, seed: u32, mapping: &PgMapping<'_>) -> bool {
    let PgMapping { up, up_primary, acting, acting_primary, .. } = *mapping;
    let is_first = side.shape.is_erasure || up.first() == Some(&up_primary);
    let is_twice = |(place, osd): (usize, &i32)| up[..place].contains(osd);
    let is_listed =
        side.state.holders().is_some_and(|holders| holders.get(PgId::new(side.id, seed)).is_some());
    up.len() == side.shape.size
        && !up.is_empty()
        && !up.contains(&NONE)
        && is_first
        && (acting, acting_primary) == (up, up_primary)
        && !up.iter().enumerate().any(is_twice)
        && !is_listed
        && side.state.recorded(PgId::new(side.id, seed)).is_none()
        && !side.mapper.has_exception(seed)
}
