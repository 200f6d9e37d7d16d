//! A pool as it is before anything fails.

use std::borrow::Cow;
use std::collections::HashMap;

use crushlab_osdmap::{OsdMap, PgId, Pool, PoolMapper};

use crushlab_compare::amounts::Amount;
use crushlab_compare::index::{OsdPgs, Record};
use crushlab_compare::shape::PoolShape;
use crushlab_compare::{Baseline, ClusterState, Holders, PgState};

use super::rule::shows_all;

/// A pool as it is before anything fails.
#[derive(Debug)]
pub(crate) struct StartPool<'a> {
    pub(crate) id: i64,
    pub(crate) pool: &'a Pool,
    pub(crate) shape: PoolShape,
    pub(crate) mapper: PoolMapper<'a>,
    /// The mapper that takes every OSD for up; only where one is down.
    pub(crate) all_up: Option<PoolMapper<'a>>,
    /// Whose data is elsewhere than on its up set, where that is known from changes before.
    pub(crate) holders: Option<&'a Holders>,
    state: &'a ClusterState<'a>,
    /// Data of each PG, where it is known.
    pub(crate) amounts: Option<Vec<Amount>>,
    /// What CRUSH chooses for each PG; `None` where no rule fits.
    placed: Option<&'a Record>,
    pub(crate) reach: Reach<'a>,
}

/// Which PGs of a pool the failure of an OSD can change.
#[derive(Debug, Default)]
pub(crate) struct Reach<'a> {
    /// PGs that CRUSH chooses the OSD for. `None` where its result does not tell which OSDs it
    /// looked at, so that all PGs have to be placed again.
    chosen: Option<Cow<'a, OsdPgs>>,
    /// PGs that have to do with an OSD that CRUSH does not choose for them.
    others: HashMap<i32, Vec<u32>>,
    /// PGs that change with any change of the map.
    always: Vec<u32>,
}

impl<'a> StartPool<'a> {
    /// The pool with this id, of a state whose PGs are `placed`; `None` where there is none or it
    /// has no PGs. Which PGs failures change is not known yet.
    pub(crate) fn new(
        placed: &'a Baseline,
        state: &'a ClusterState<'a>,
        id: i64,
        amounts: Option<Vec<Amount>>,
    ) -> Option<StartPool<'a>> {
        let map = state.map();
        let pool = map.pools.get(&id).filter(|pool| pool.pg_num > 0)?;
        let mapper = PoolMapper::new(map, state.crush(), id).ok()?;
        Some(StartPool {
            id,
            pool,
            shape: PoolShape::of(map, pool),
            mapper,
            all_up: state.has_down().then(|| mapper.ignoring_down()),
            holders: state.holders(),
            state,
            amounts,
            placed: placed.record(id),
            reach: Reach::default(),
        })
    }

    /// What was recorded of a PG, if that decides.
    pub(crate) fn recorded(&self, seed: u32) -> Option<PgState> {
        self.state.recorded(PgId::new(self.id, seed))
    }

    /// What CRUSH chooses for a PG.
    pub(crate) fn placed(&self, seed: u32) -> &[i32] {
        let placed = self.placed.and_then(|record| record.placements().get(seed as usize));
        placed.unwrap_or_default()
    }

    /// The data of a PG, 0 where it is not known.
    pub(crate) fn amount(&self, seed: u32) -> Amount {
        let known = self.amounts.as_ref().and_then(|amounts| amounts.get(seed as usize));
        known.copied().unwrap_or_default()
    }

    /// Objects of a PG, where they are known.
    pub(crate) fn objects(&self, seed: u32) -> Option<u64> {
        Some(self.amounts.as_ref()?.get(seed as usize)?.objects)
    }

    /// Notes which PGs failures can change. `others` are PGs that have to do with an OSD that CRUSH
    /// does not choose for them, `restless` those that change with whatever change of the map;
    /// `cleaned` is the map without exceptions that do not fit.
    pub(crate) fn set_reach(
        &mut self,
        others: &[(i32, u32)],
        restless: Vec<u32>,
        cleaned: &OsdMap,
    ) {
        let rule = self.mapper.crush().map(|mapper| mapper.rule());
        let is_plain = rule.is_none_or(|rule| shows_all(rule, self.shape.size));
        let mut reach = Reach {
            chosen: is_plain.then(|| match self.placed {
                Some(record) => Cow::Borrowed(record.osd_pgs()),
                None => Cow::Owned(OsdPgs::default()),
            }),
            others: HashMap::new(),
            always: restless,
        };
        reach.always.extend(changed_upmaps(self.id, self.mapper.map(), cleaned));
        for (osd, seed) in others.iter().copied().chain(self.upmap_targets()) {
            reach.others.entry(osd).or_default().push(seed);
        }
        self.reach = reach;
    }

    /// The OSDs that upmaps name, each with the PG. If one fails, the upmap no longer holds.
    fn upmap_targets(&self) -> impl Iterator<Item = (i32, u32)> + use<'a> {
        let map = self.mapper.map();
        let pgs = PgId::new(self.id, 0)..=PgId::new(self.id, u32::MAX);
        let explicit = map.pg_upmap.range(pgs.clone());
        let explicit = explicit.flat_map(|(pg, osds)| osds.iter().map(|osd| (*osd, pg.seed)));
        let items = map.pg_upmap_items.range(pgs.clone());
        let items = items.flat_map(|(pg, pairs)| pairs.iter().map(|(_, to)| (*to, pg.seed)));
        let primaries = map.pg_upmap_primaries.range(pgs);
        explicit.chain(items).chain(primaries.map(|(pg, osd)| (*osd, pg.seed)))
    }

    /// The PGs that the failure of these OSDs can change, by rising number.
    pub(crate) fn affected(&self, osds: &[i32], seeds: &mut Vec<u32>) {
        seeds.clear();
        let Some(chosen) = &self.reach.chosen else {
            seeds.extend(0..self.pool.pg_num);
            return;
        };
        for osd in osds {
            seeds.extend_from_slice(chosen.of(*osd));
            if let Some(others) = self.reach.others.get(osd) {
                seeds.extend_from_slice(others);
            }
        }
        seeds.extend_from_slice(&self.reach.always);
        seeds.retain(|seed| *seed < self.pool.pg_num);
        seeds.sort_unstable();
        seeds.dedup();
    }
}

/// PGs of a pool whose upmaps differ between two maps.
fn changed_upmaps(pool: i64, before: &OsdMap, after: &OsdMap) -> Vec<u32> {
    let pgs = PgId::new(pool, 0)..=PgId::new(pool, u32::MAX);
    let explicit = before.pg_upmap.range(pgs.clone());
    let explicit = explicit.filter(|(pg, osds)| after.pg_upmap.get(pg) != Some(*osds));
    let items = before.pg_upmap_items.range(pgs);
    let items = items.filter(|(pg, pairs)| after.pg_upmap_items.get(pg) != Some(*pairs));
    explicit.map(|(pg, _)| pg.seed).chain(items.map(|(pg, _)| pg.seed)).collect()
}
