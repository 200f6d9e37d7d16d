//! What the monitors tidy up with every new map: exceptions for PGs that no longer fit.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_crush::{Map, NONE};
use crushlab_crushmap::CrushMap;
use crushlab_kernel::{Batch, Workspace};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{OsdMap, PgId, PgMapping, PgWorkspace, PoolMapper};

use crushlab_osdmap::model::Release;

use super::verify_upmap::{RuleCache, RuleFacts};
use crate::incremental::{Incremental, pgs_of_pool};

/// What is made of a CRUSH map once, for as long as it stays the same.
#[derive(Debug, Default)]
pub(crate) struct Derived {
    crush: Option<Option<Map>>,
    pub(crate) rules: RuleCache,
    /// What CRUSH chooses for PGs that are about to be looked at.
    placed: BTreeMap<PgId, Vec<i32>>,
}

/// From this many PGs on it is worth it to place them side by side.
const PGS_SIDE_BY_SIDE: usize = 64;
/// PGs that are placed side by side at once.
const PGS_PER_BLOCK: usize = 4096;

impl Derived {
    /// The CRUSH map checked and ready to place; `None` where it cannot be used.
    pub(crate) fn crush(&mut self, crush: &CrushMap) -> Option<&Map> {
        self.crush.get_or_insert_with(|| crush.map().ok()).as_ref()
    }

    /// Places PGs side by side, as far as they are not placed yet, if there are many.
    pub(crate) fn place_ahead(&mut self, map: &OsdMap, pgs: &BTreeSet<PgId>) {
        let missing = || pgs.iter().copied().filter(|pg| !self.placed.contains_key(pg));
        if missing().count() < PGS_SIDE_BY_SIDE {
            return;
        }
        let missing: Vec<PgId> = missing().collect();
        let Some(crush) = self.crush.get_or_insert_with(|| map.crush.map().ok()).as_ref() else {
            return;
        };
        for pgs in missing.chunk_by(|one, next| one.pool == next.pool) {
            let mapper = pgs.first().and_then(|pg| PoolMapper::new(map, crush, pg.pool).ok());
            if let Some(mapper) = mapper {
                place_side_by_side(&mapper, pgs, &mut self.placed);
            }
        }
    }

    /// Forgets the PGs that were placed ahead.
    pub(crate) fn forget_placed(&mut self) {
        self.placed.clear();
    }

    /// Forgets what no longer holds after a change, which may have made these exceptions unfit.
    pub(crate) fn forget(&mut self, has_new_crush: bool, unchecked: &Unchecked) {
        if has_new_crush {
            *self = Derived::default();
        } else if unchecked.all {
            self.placed.clear();
        } else if !unchecked.pools.is_empty() {
            self.placed.retain(|pg, _| !unchecked.pools.contains(&pg.pool));
        }
    }
}

/// Places PGs of one pool, of which none is needed more than once.
fn place_side_by_side(
    mapper: &PoolMapper<'_>,
    pgs: &[PgId],
    placed: &mut BTreeMap<PgId, Vec<i32>>,
) {
    let Some(batch) = mapper.crush().map(Batch::from) else { return };
    let stride = batch.mapper().result_max();
    let (pool, id) = (mapper.pool(), mapper.pool_id());
    let mut workspace = Workspace::new();
    for pgs in pgs.chunks(PGS_PER_BLOCK) {
        let inputs: Vec<u32> = pgs.iter().map(|pg| pool.placement_seed(id, pg.seed)).collect();
        let mut devices = vec![NONE; inputs.len() * stride];
        let mut lengths = vec![0; inputs.len()];
        batch.place_into(&inputs, &mut devices, &mut lengths, &mut workspace);
        for (index, (pg, length)) in pgs.iter().zip(&lengths).enumerate() {
            let own = index * stride..index * stride + *length as usize;
            placed.insert(*pg, devices[own].to_vec());
        }
    }
}

/// The exceptions that may no longer fit. To look at one PG again is exact, as whether its
/// exceptions fit depends on no other PG's.
#[derive(Debug, Default)]
pub(crate) struct Unchecked {
    /// All of all PGs.
    all: bool,
    /// pg_temp and primary_temp of all PGs.
    temps: bool,
    /// All of a pool's PGs.
    pools: BTreeSet<i64>,
    pgs: BTreeSet<PgId>,
}

impl Unchecked {
    /// All exceptions.
    pub(crate) fn all() -> Unchecked {
        Unchecked { all: true, ..Unchecked::default() }
    }

    /// What a change of a map may make unfit.
    pub(crate) fn after(before: &OsdMap, change: &Incremental) -> Unchecked {
        let mut unchecked = Unchecked {
            all: change.crush.is_some() || change.max_osd.is_some(),
            temps: change.lists_affinities,
            ..Unchecked::default()
        };
        for (osd, entry) in &change.osds {
            // Who exists and who is in decides what CRUSH chooses; who is up, only who serves.
            let changed = before.osd_state(*osd) ^ entry.state;
            unchecked.all |= changed & state::EXISTS != 0;
            unchecked.all |= before.osd_weight(*osd) != entry.weight;
            unchecked.temps |= changed & state::UP != 0;
            unchecked.temps |= before.primary_affinity(*osd) != entry.primary_affinity;
        }
        unchecked.pools.extend(change.pools.keys());
        unchecked.pgs.extend(change.pg_temp.keys());
        unchecked.pgs.extend(change.primary_temp.keys());
        unchecked.pgs.extend(change.pg_upmap.keys());
        unchecked.pgs.extend(change.pg_upmap_items.keys());
        unchecked.pgs.extend(change.pg_upmap_primaries.keys());
        unchecked
    }

    /// Adds others.
    pub(crate) fn add(&mut self, other: Unchecked) {
        self.all |= other.all;
        self.temps |= other.temps;
        self.pools.extend(other.pools);
        self.pgs.extend(other.pgs);
    }

    /// The PGs to look at of those that have an entry.
    fn of<V>(&self, entries: &BTreeMap<PgId, V>, all: bool) -> BTreeSet<PgId> {
        if all {
            return entries.keys().copied().collect();
        }
        let of_pool = |pool: &i64| entries.range(pgs_of_pool(*pool)).map(|(pg, _)| *pg);
        let touched = self.pgs.iter().filter(|pg| entries.contains_key(pg)).copied();
        self.pools.iter().flat_map(of_pool).chain(touched).collect()
    }
}

/// Places PGs, of one pool after the other.
struct Placer<'a> {
    map: &'a OsdMap,
    crush: &'a Map,
    placed: &'a BTreeMap<PgId, Vec<i32>>,
    mapper: Option<PoolMapper<'a>>,
    workspace: PgWorkspace,
}

impl<'a> Placer<'a> {
    fn new(map: &'a OsdMap, crush: &'a Map, placed: &'a BTreeMap<PgId, Vec<i32>>) -> Placer<'a> {
        Placer { map, crush, placed, mapper: None, workspace: PgWorkspace::new() }
    }

    /// The OSDs of a PG; `None` where it has no pool.
    fn place(&mut self, pg: PgId) -> Option<PgMapping<'_>> {
        if self.mapper.is_none_or(|mapper| mapper.pool_id() != pg.pool) {
            self.mapper = PoolMapper::new(self.map, self.crush, pg.pool).ok();
        }
        let mapper = self.mapper?;
        Some(match self.placed.get(&pg) {
            Some(placed) => mapper.map_placed(pg.seed, placed, &mut self.workspace),
            None => mapper.map_pg(pg.seed, &mut self.workspace),
        })
    }
}

/// Drops temporary and explicit placements that no longer fit (`OSDMonitor::encode_pending`), of
/// those that are unchecked. What is left unchecked then are the PGs that were changed here: what
/// stays of them is looked at with the next map, as the monitors do.
pub(crate) fn clean(
    map: &mut OsdMap,
    derived: &mut Derived,
    unchecked: &mut Unchecked,
    notes: &mut Vec<String>,
) {
    let temps = unchecked.all || unchecked.temps;
    let pg_temps = unchecked.of(&map.pg_temp, temps);
    let primary_temps = unchecked.of(&map.primary_temp, temps);
    let mut upmaps = unchecked.of(&map.pg_upmap, unchecked.all);
    upmaps.extend(unchecked.of(&map.pg_upmap_items, unchecked.all));
    let mut primaries = BTreeSet::new();
    if map.release() >= Release::TENTACLE {
        primaries = unchecked.of(&map.pg_upmap_primaries, unchecked.all);
    }
    let all = [&pg_temps, &primary_temps, &upmaps, &primaries];
    if all.iter().all(|pgs| pgs.is_empty()) {
        *unchecked = Unchecked::default();
        return;
    }
    if derived.crush(&map.crush).is_none() {
        return;
    }
    derived.place_ahead(map, &all.into_iter().flatten().copied().collect());
    let Derived { crush: Some(Some(crush)), rules, placed } = derived else { return };
    let mut placer = Placer::new(map, crush, placed);
    let (pg_temps, primary_temps) = needless_temps(&mut placer, &pg_temps, &primary_temps);
    let unfit = unfit_upmaps(&mut placer, rules, &upmaps);
    let primaries = needless_primaries(&mut placer, &primaries);
    *unchecked = Unchecked::default();
    unchecked.pgs.extend(pg_temps.iter().chain(&primary_temps).chain(&unfit.cancelled));
    unchecked.pgs.extend(unfit.changed.keys());
    for pg in pg_temps {
        map.pg_temp.remove(&pg);
    }
    for pg in primary_temps {
        map.primary_temp.remove(&pg);
    }
    for pg in unfit.cancelled {
        map.pg_upmap.remove(&pg);
        map.pg_upmap_items.remove(&pg);
        notes.push(format!("the upmap of {pg} no longer fits and is dropped"));
    }
    for pg in primaries {
        map.pg_upmap_primaries.remove(&pg);
        notes.push(format!("the upmap of the primary of {pg} has no use and is dropped"));
    }
    for (pg, pairs) in unfit.changed {
        map.pg_upmap_items.insert(pg, pairs);
        notes.push(format!("some upmap items of {pg} no longer fit and are dropped"));
    }
}

/// The map as the monitors leave it with the next change: without exceptions that do not fit.
pub fn cleaned(map: &OsdMap) -> OsdMap {
    let mut map = map.clone();
    clean(&mut map, &mut Derived::default(), &mut Unchecked::all(), &mut Vec::new());
    map
}

/// Of these PGs, those whose pg_temp, and those whose primary_temp, have no use
/// (`OSDMap::clean_temps`).
fn needless_temps(
    placer: &mut Placer<'_>,
    pg_temps: &BTreeSet<PgId>,
    primary_temps: &BTreeSet<PgId>,
) -> (Vec<PgId>, Vec<PgId>) {
    let map = placer.map;
    let is_needless = |pg: &&PgId| {
        let osds = map.pg_temp.get(pg).map_or(&[][..], Vec::as_slice);
        let size = map.pools.get(&pg.pool).map_or(0, |pool| usize::from(pool.size));
        let is_alive = osds.iter().any(|osd| map.is_up(*osd));
        !is_alive || osds.len() > size || placer.place(**pg).is_none_or(|placed| placed.up == osds)
    };
    let pg_temps = pg_temps.iter().filter(is_needless).copied().collect();
    let is_needless = |pg: &&PgId| {
        let Some(osd) = map.primary_temp.get(pg) else { return false };
        let is_alone = !map.pg_temp.contains_key(pg);
        !map.is_up(*osd)
            || placer.place(**pg).is_none_or(|placed| is_alone && placed.up_primary == *osd)
    };
    (pg_temps, primary_temps.iter().filter(is_needless).copied().collect())
}

/// Of these PGs, those whose chosen primary does not hold them, or is the first without it
/// (`OSDMap::check_pg_upmaps` since Tentacle).
fn needless_primaries(placer: &mut Placer<'_>, pgs: &BTreeSet<PgId>) -> Vec<PgId> {
    let map = placer.map;
    let is_needless = |pg: &PgId| {
        let primary = map.pg_upmap_primaries.get(pg).copied().unwrap_or(NONE);
        placer.place(*pg).is_none_or(|placed| {
            let others = upmapped(map, *pg, placed.raw);
            !others.iter().skip(1).any(|osd| *osd == primary)
        })
    };
    pgs.iter().copied().filter(is_needless).collect()
}

/// Upmaps that no longer fit.
#[derive(Default)]
struct Unfit {
    /// PGs whose upmaps are to go.
    cancelled: Vec<PgId>,
    /// PGs that keep these of their items.
    changed: BTreeMap<PgId, Vec<(i32, i32)>>,
}

/// Finds upmaps of these PGs that no longer fit (`OSDMap::check_pg_upmaps`).
fn unfit_upmaps(placer: &mut Placer<'_>, rules: &mut RuleCache, pgs: &BTreeSet<PgId>) -> Unfit {
    let map = placer.map;
    let mut unfit = Unfit::default();
    for pg in pgs.iter().copied() {
        let pool = map.pools.get(&pg.pool).filter(|pool| pg.seed < pool.pg_num_pending);
        let placed = pool.and_then(|pool| Some((pool, placer.place(pg)?)));
        let fit = placed.map_or(Fit::Cancelled, |(pool, placed)| {
            let rule = rules.of(&map.crush, usize::from(pool.crush_rule));
            fit(map, pg, placed.raw, rule)
        });
        match fit {
            Fit::Kept => {}
            Fit::Cancelled => unfit.cancelled.push(pg),
            Fit::Changed(pairs) => {
                unfit.changed.insert(pg, pairs);
            }
        }
    }
    unfit
}

/// What becomes of a PG's upmap when the map changes.
pub enum Fit {
    /// It stays as it is.
    Kept,
    /// It is dropped.
    Cancelled,
    /// These of its items stay.
    Changed(Vec<(i32, i32)>),
}

/// Whether upmaps fit the rules of their pools; keeps what it needs of each rule.
pub struct UpmapCheck<'a> {
    crush: &'a CrushMap,
    rules: RuleCache,
}

impl<'a> UpmapCheck<'a> {
    /// Upmaps of maps that have this CRUSH map.
    pub fn new(crush: &'a CrushMap) -> UpmapCheck<'a> {
        UpmapCheck { crush, rules: RuleCache::default() }
    }

    /// What becomes of the upmap of a PG; `raw` is what CRUSH chooses for it, of the OSDs that
    /// exist.
    pub fn fit(&mut self, map: &OsdMap, pg: PgId, raw: &[i32]) -> Fit {
        let Some(pool) = map.pools.get(&pg.pool) else { return Fit::Cancelled };
        fit(map, pg, raw, self.rules.of(self.crush, usize::from(pool.crush_rule)))
    }
}

fn fit(map: &OsdMap, pg: PgId, raw: &[i32], rule: &RuleFacts) -> Fit {
    let size = map.pools.get(&pg.pool).map_or(0, |pool| pool.size);
    let mapped = upmapped(map, pg, raw);
    let is_used = |osd: &i32| rule.has_weight(*osd) && map.osd_weight(*osd) > 0;
    let explicit = map.pg_upmap.get(&pg);
    let is_redundant = explicit.is_some_and(|osds| *osds == raw || osds.len() != usize::from(size));
    if !rule.is_allowed(size, &mapped) || !mapped.iter().all(is_used) || is_redundant {
        return Fit::Cancelled;
    }
    let Some(pairs) = map.pg_upmap_items.get(&pg) else { return Fit::Kept };
    let kept: Vec<(i32, i32)> =
        pairs.iter().filter(|pair| is_useful(map, raw, pair)).copied().collect();
    if kept.is_empty() {
        Fit::Cancelled
    } else if kept != *pairs {
        Fit::Changed(kept)
    } else {
        Fit::Kept
    }
}

/// Whether this is an OSD's number and its reweight is 0.
fn is_out(map: &OsdMap, osd: i32) -> bool {
    usize::try_from(osd).is_ok_and(|osd| map.osd_weights.get(osd) == Some(&0))
}

fn is_useful(map: &OsdMap, raw: &[i32], (from, to): &(i32, i32)) -> bool {
    raw.contains(from) && (*to == NONE || !is_out(map, *to))
}

/// What upmaps make of a PG's OSDs (`OSDMap::_apply_upmap`).
fn upmapped(map: &OsdMap, pg: PgId, raw: &[i32]) -> Vec<i32> {
    let mut osds = raw.to_vec();
    if let Some(explicit) = map.pg_upmap.get(&pg) {
        if explicit.iter().any(|osd| is_out(map, *osd)) {
            return osds;
        }
        osds.clone_from(explicit);
    }
    for (from, to) in map.pg_upmap_items.get(&pg).into_iter().flatten() {
        if !osds.contains(to)
            && !is_out(map, *to)
            && let Some(osd) = osds.iter_mut().find(|osd| *osd == from)
        {
            *osd = *to;
        }
    }
    osds
}
