//! One PG: from its number to the OSDs that hold it.

use std::fmt;

use crushlab_crush::hash::hash2;
use crushlab_crush::{Map, Mapper, NONE, Workspace};

use super::NO_OSD;
use crate::model::{FULL_WEIGHT, OsdMap, PgId, Pool};

/// Why a pool cannot be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappingError {
    /// There is no pool of this id.
    NoSuchPool {
        /// The id.
        pool: i64,
    },
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MappingError::NoSuchPool { pool } => {
                write!(f, "there is no pool {pool}: expected the id of a pool of this map")
            }
        }
    }
}

impl std::error::Error for MappingError {}

/// The OSDs of one PG. Primaries are [`NO_OSD`] where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PgMapping<'a> {
    /// What CRUSH chooses, of the OSDs that exist.
    pub raw: &'a [i32],
    /// The OSDs that shall hold the PG.
    pub up: &'a [i32],
    /// The primary of `up`.
    pub up_primary: i32,
    /// The OSDs that serve the PG.
    pub acting: &'a [i32],
    /// The primary of `acting`.
    pub acting_primary: i32,
}

/// Room for the mapping of one PG, to be used again for the next.
#[derive(Debug, Default)]
pub struct PgWorkspace {
    crush: Workspace,
    raw: Vec<i32>,
    up: Vec<i32>,
    acting: Vec<i32>,
}

impl PgWorkspace {
    /// An empty one.
    pub fn new() -> PgWorkspace {
        PgWorkspace::default()
    }
}

/// A pool and everything that its PGs' mappings need.
#[derive(Clone, Copy, Debug)]
pub struct PoolMapper<'a> {
    map: &'a OsdMap,
    id: i64,
    pool: &'a Pool,
    /// None where the pool has no rule that fits: its PGs have no OSDs then.
    crush: Option<Mapper<'a>>,
    rule: Option<usize>,
    /// Which exceptions there are for this pool, so that most PGs need not be looked up.
    has_upmaps: bool,
    has_upmap_primaries: bool,
    has_temps: bool,
    /// Whether OSDs that are down count as up.
    ignores_down: bool,
    stride: usize,
}

impl<'a> PoolMapper<'a> {
    /// A mapper of one pool. `crush` is the checked form of the map's own CRUSH map,
    /// [`CrushMap::map`](crushlab_crushmap::CrushMap::map).
    ///
    /// # Errors
    /// [`MappingError::NoSuchPool`].
    pub fn new(map: &'a OsdMap, crush: &'a Map, pool: i64) -> Result<PoolMapper<'a>, MappingError> {
        let found = map.pools.get(&pool).ok_or(MappingError::NoSuchPool { pool })?;
        let rule = rule_of(map, crush, found);
        let mapper = rule
            .and_then(|rule| {
                Mapper::new(crush, rule, usize::from(found.size), map.osd_weights.as_slice())
            })
            .map(|mapper| mapper.with_choose_args(crush.choose_args_for(pool)));
        let pgs = PgId::new(pool, 0)..=PgId::new(pool, u32::MAX);
        let upmapped = map.pg_upmap.range(pgs.clone()).map(|(_, osds)| osds.len()).max();
        let acting = map.pg_temp.range(pgs.clone()).map(|(_, osds)| osds.len()).max();
        let longest = upmapped.max(acting).unwrap_or(0);
        Ok(PoolMapper {
            map,
            id: pool,
            pool: found,
            crush: mapper,
            rule: rule.filter(|_| mapper.is_some()),
            has_upmaps: upmapped.is_some()
                || map.pg_upmap_items.range(pgs.clone()).next().is_some(),
            has_upmap_primaries: map.pg_upmap_primaries.range(pgs.clone()).next().is_some(),
            has_temps: acting.is_some() || map.primary_temp.range(pgs).next().is_some(),
            ignores_down: false,
            stride: usize::from(found.size).max(longest),
        })
    }

    /// The same, with every OSD that exists taken for up: whose places OSDs that are down have.
    pub fn ignoring_down(self) -> PoolMapper<'a> {
        PoolMapper { ignores_down: true, ..self }
    }

    fn is_up(&self, osd: i32) -> bool {
        if self.ignores_down { self.map.exists(osd) } else { self.map.is_up(osd) }
    }

    /// Whether a PG has an upmap, or OSDs or a primary that act for it for the time being.
    pub fn has_exception(&self, seed: u32) -> bool {
        let (map, pg) = (self.map, PgId::new(self.id, seed));
        self.has_upmaps && (map.pg_upmap.contains_key(&pg) || map.pg_upmap_items.contains_key(&pg))
            || self.has_upmap_primaries && map.pg_upmap_primaries.contains_key(&pg)
            || self.has_temps
                && (map.pg_temp.contains_key(&pg) || map.primary_temp.contains_key(&pg))
    }

    /// The map that it was made with.
    pub fn map(&self) -> &'a OsdMap {
        self.map
    }

    /// The pool's id.
    pub fn pool_id(&self) -> i64 {
        self.id
    }

    /// The pool.
    pub fn pool(&self) -> &'a Pool {
        self.pool
    }

    /// The rule that its PGs are placed by; none where no rule of the map fits the pool.
    pub fn rule_id(&self) -> Option<usize> {
        self.rule
    }

    /// The most OSDs that one of its PGs can have: the pool's size, or more where a pg_upmap or
    /// a pg_temp is longer.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// What CRUSH chooses a PG's OSDs by; none where no rule of the map fits the pool.
    pub fn crush(&self) -> Option<&Mapper<'a>> {
        self.crush.as_ref()
    }

    /// The OSDs of the PG with this number, below the pool's `pg_num`.
    pub fn map_pg<'w>(&self, seed: u32, workspace: &'w mut PgWorkspace) -> PgMapping<'w> {
        let PgWorkspace { crush, raw, up, acting } = workspace;
        raw.clear();
        if let Some(mapper) = &self.crush {
            raw.extend_from_slice(mapper.place(self.pool.placement_seed(self.id, seed), crush));
        }
        self.complete(seed, raw, up, acting)
    }

    /// The same where it is known already what CRUSH chooses: `placed` is what
    /// [`crush`](PoolMapper::crush) places for the PG's
    /// [`placement_seed`](Pool::placement_seed).
    pub fn map_placed<'w>(
        &self,
        seed: u32,
        placed: &[i32],
        workspace: &'w mut PgWorkspace,
    ) -> PgMapping<'w> {
        let PgWorkspace { raw, up, acting, .. } = workspace;
        raw.clear();
        raw.extend_from_slice(placed);
        self.complete(seed, raw, up, acting)
    }

    /// From what CRUSH chooses (`raw`) to what serves the PG.
    fn complete<'w>(
        &self,
        seed: u32,
        raw: &'w mut Vec<i32>,
        up: &'w mut Vec<i32>,
        acting: &'w mut Vec<i32>,
    ) -> PgMapping<'w> {
        let pg = PgId::new(self.id, seed);
        let pps = self.pool.placement_seed(self.id, seed);
        self.keep(raw, |osd| self.map.exists(osd));
        up.clone_from(raw);
        self.apply_upmaps(pg, up);
        self.keep(up, |osd| self.is_up(osd));
        let up_primary = self.choose_primary(pps, up);
        let acting_primary = self.temp(pg, acting).unwrap_or(up_primary);
        if acting.is_empty() {
            acting.clone_from(up);
        }
        PgMapping { raw, up, up_primary, acting, acting_primary }
    }

    /// Takes out OSDs: what is behind them moves up where the pool allows it, else a hole stays.
    fn keep(&self, osds: &mut Vec<i32>, wanted: impl Fn(i32) -> bool) {
        if self.pool.can_shift_osds() {
            osds.retain(|osd| wanted(*osd));
        } else {
            osds.iter_mut().filter(|osd| !wanted(**osd)).for_each(|osd| *osd = NONE);
        }
    }

    /// Replaces OSDs as the cluster was told to (`OSDMap::_apply_upmap`).
    fn apply_upmaps(&self, pg: PgId, osds: &mut Vec<i32>) {
        let map = self.map;
        if self.has_upmaps {
            if let Some(explicit) = map.pg_upmap.get(&pg) {
                if explicit.iter().any(|osd| self.is_out(*osd)) {
                    return;
                }
                osds.clone_from(explicit);
            }
            for (from, to) in map.pg_upmap_items.get(&pg).into_iter().flatten() {
                if osds.contains(to) || self.is_out(*to) {
                    continue;
                }
                if let Some(osd) = osds.iter_mut().find(|osd| **osd == *from) {
                    *osd = *to;
                }
            }
        }
        if self.has_upmap_primaries
            && let Some(primary) = map.pg_upmap_primaries.get(&pg)
            && map.osd_weight(*primary) != 0
            && let Some(position) = osds.iter().position(|osd| osd == primary)
        {
            osds.swap(0, position);
        }
    }

    /// Whether this is an OSD's number and its reweight is 0. Ids of no OSD are not out.
    fn is_out(&self, osd: i32) -> bool {
        usize::try_from(osd).is_ok_and(|osd| self.map.osd_weights.get(osd) == Some(&0))
    }

    /// The primary of `up`, by affinity; it goes to the front where the pool allows it
    /// (`OSDMap::_apply_primary_affinity`).
    fn choose_primary(&self, pps: u32, up: &mut [i32]) -> i32 {
        let primary = first_osd(up);
        if self.map.osd_primary_affinities.is_none() {
            return primary;
        }
        let affinity = |osd: i32| self.map.primary_affinity(osd);
        if up.iter().all(|osd| affinity(*osd) == FULL_WEIGHT) {
            return primary;
        }
        let refused = |osd: i32| {
            let affinity = affinity(osd);
            affinity < FULL_WEIGHT && hash2(pps, osd as u32) >> 16 >= affinity
        };
        let accepted = up.iter().position(|osd| *osd != NONE && !refused(*osd));
        // Where all refuse, the first has to do it.
        let position = accepted.or_else(|| up.iter().position(|osd| *osd != NONE));
        let Some(position) = position else { return primary };
        let primary = up[position];
        if self.pool.can_shift_osds() {
            up[..=position].rotate_right(1);
        }
        primary
    }

    /// Puts the OSDs that act for a PG for the time being into `acting`, none if there are none;
    /// returns the primary that acts for it, if it is not up's (`OSDMap::_get_temp_osds`).
    fn temp(&self, pg: PgId, acting: &mut Vec<i32>) -> Option<i32> {
        acting.clear();
        if !self.has_temps {
            return None;
        }
        if let Some(osds) = self.map.pg_temp.get(&pg) {
            acting.clone_from(osds);
            self.keep(acting, |osd| self.is_up(osd));
        }
        let first = (!acting.is_empty()).then(|| first_osd(acting));
        if self.pool.lists_primaries_first() {
            *acting = self.pool.from_pg_temp(acting);
        }
        self.map.primary_temp.get(&pg).copied().or(first)
    }
}

/// The first OSD that is no hole.
fn first_osd(osds: &[i32]) -> i32 {
    osds.iter().copied().find(|osd| *osd != NONE).unwrap_or(NO_OSD)
}

/// The rule that a pool's PGs are placed by. Before Quincy it had to be of the pool's type and
/// made for its size (`CrushWrapper::find_rule`).
fn rule_of(map: &OsdMap, crush: &Map, pool: &Pool) -> Option<usize> {
    if map.release().takes_rules_by_id() {
        return Some(usize::from(pool.crush_rule));
    }
    let fits = |rule: &crushlab_crush::Rule| {
        rule.ruleset == pool.crush_rule
            && rule.rule_type == pool.pool_type
            && (rule.min_size..=rule.max_size).contains(&pool.size)
    };
    // Rule ids are bytes in pools, so a map has no more rules than these that could be used.
    (0..=usize::from(u8::MAX)).find(|id| crush.rule(*id).is_some_and(fits))
}
