//! What the monitors tidy up with every new map: exceptions for PGs that no longer fit.

use std::collections::BTreeMap;

use crushlab_crush::{Map, NONE};
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, PoolMapper};

use super::pending::Pending;
use super::verify_upmap::RuleCheck;
use crate::config::Context;

/// The OSDs of one PG.
pub(super) struct Placed {
    /// What CRUSH chooses, of the OSDs that exist.
    raw: Vec<i32>,
    up: Vec<i32>,
    up_primary: i32,
    /// The OSDs that serve it.
    pub(super) acting: Vec<i32>,
    /// The primary of these.
    pub(super) acting_primary: i32,
}

/// The OSDs of a PG; `None` where it has no pool, or the CRUSH map cannot be used.
pub(super) fn place(map: &OsdMap, pg: PgId) -> Option<Placed> {
    let crush = map.crush.map().ok()?;
    Placer { map, crush: &crush }.place(pg, &mut PgWorkspace::new())
}

struct Placer<'a> {
    map: &'a OsdMap,
    crush: &'a Map,
}

impl Placer<'_> {
    fn place(&self, pg: PgId, workspace: &mut PgWorkspace) -> Option<Placed> {
        let mapper = PoolMapper::new(self.map, self.crush, pg.pool).ok()?;
        let found = mapper.map_pg(pg.seed, workspace);
        Some(Placed {
            raw: found.raw.to_vec(),
            up: found.up.to_vec(),
            up_primary: found.up_primary,
            acting: found.acting.to_vec(),
            acting_primary: found.acting_primary,
        })
    }
}

/// Drops temporary and explicit placements that no longer fit the map that was prepared
/// (`OSDMonitor::encode_pending`).
pub(super) fn clean(pending: &mut Pending<'_>) {
    let map = &pending.map;
    let has_temps = !map.pg_temp.is_empty() || !map.primary_temp.is_empty();
    let has_upmaps = !map.pg_upmap.is_empty() || !map.pg_upmap_items.is_empty();
    if !has_temps && !has_upmaps {
        return;
    }
    let Ok(crush) = map.crush.map() else { return };
    let placer = Placer { map, crush: &crush };
    let (pg_temps, primary_temps) = needless_temps(&placer);
    let unfit = unfit_upmaps(&placer);
    for pg in pg_temps {
        pending.map.pg_temp.remove(&pg);
    }
    for pg in primary_temps {
        pending.map.primary_temp.remove(&pg);
    }
    for pg in unfit.cancelled {
        pending.map.pg_upmap.remove(&pg);
        pending.map.pg_upmap_items.remove(&pg);
        pending.note(format!("the upmap of {pg} no longer fits and is dropped"));
    }
    for (pg, pairs) in unfit.changed {
        pending.map.pg_upmap_items.insert(pg, pairs);
        pending.note(format!("some upmap items of {pg} no longer fit and are dropped"));
    }
}

/// The map as the monitors leave it with the next change: without exceptions that do not fit.
pub fn cleaned(map: &OsdMap) -> OsdMap {
    let context = Context::default();
    let mut pending = Pending::new(map, &context);
    clean(&mut pending);
    pending.map
}

/// PGs whose pg_temp, and whose primary_temp, have no use (`OSDMap::clean_temps`).
fn needless_temps(placer: &Placer<'_>) -> (Vec<PgId>, Vec<PgId>) {
    let map = placer.map;
    let mut workspace = PgWorkspace::new();
    let mut needless = |pg: PgId, check: &dyn Fn(&Placed) -> bool| {
        placer.place(pg, &mut workspace).is_none_or(|placed| check(&placed))
    };
    let mut pg_temps = Vec::new();
    for (pg, osds) in &map.pg_temp {
        let size = map.pools.get(&pg.pool).map_or(0, |pool| usize::from(pool.size));
        let is_alive = osds.iter().any(|osd| map.is_up(*osd));
        if !is_alive || osds.len() > size || needless(*pg, &|placed| placed.up == *osds) {
            pg_temps.push(*pg);
        }
    }
    let mut primary_temps = Vec::new();
    for (pg, osd) in &map.primary_temp {
        let is_alone = !map.pg_temp.contains_key(pg);
        let is_redundant = |placed: &Placed| is_alone && placed.up_primary == *osd;
        if !map.is_up(*osd) || needless(*pg, &is_redundant) {
            primary_temps.push(*pg);
        }
    }
    (pg_temps, primary_temps)
}

/// Upmaps that no longer fit.
#[derive(Default)]
struct Unfit {
    /// PGs whose upmaps are to go.
    cancelled: Vec<PgId>,
    /// PGs that keep these of their items.
    changed: BTreeMap<PgId, Vec<(i32, i32)>>,
}

/// Finds upmaps that no longer fit (`OSDMap::check_pg_upmaps`).
fn unfit_upmaps(placer: &Placer<'_>) -> Unfit {
    let map = placer.map;
    let mut pgs: Vec<PgId> =
        map.pg_upmap.keys().chain(map.pg_upmap_items.keys()).copied().collect();
    pgs.sort_unstable();
    pgs.dedup();
    let mut check = UpmapCheck::new(&map.crush);
    let mut workspace = PgWorkspace::new();
    let mut unfit = Unfit::default();
    for pg in pgs {
        let is_there = map.pools.get(&pg.pool).is_some_and(|pool| pg.seed < pool.pg_num_pending);
        let placed = is_there.then(|| placer.place(pg, &mut workspace)).flatten();
        match placed.map_or(Fit::Cancelled, |placed| check.fit(map, pg, &placed.raw)) {
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
    rules: BTreeMap<usize, (Option<RuleCheck<'a>>, BTreeMap<i32, f32>)>,
}

impl<'a> UpmapCheck<'a> {
    /// Upmaps of maps that have this CRUSH map.
    pub fn new(crush: &'a CrushMap) -> UpmapCheck<'a> {
        UpmapCheck { crush, rules: BTreeMap::new() }
    }

    /// What becomes of the upmap of a PG; `raw` is what CRUSH chooses for it, of the OSDs that
    /// exist.
    pub fn fit(&mut self, map: &OsdMap, pg: PgId, raw: &[i32]) -> Fit {
        let Some(pool) = map.pools.get(&pg.pool) else { return Fit::Cancelled };
        let mapped = upmapped(map, pg, raw);
        let (rule, crush) = (usize::from(pool.crush_rule), self.crush);
        let (check, shares) = self.rules.entry(rule).or_insert_with(|| {
            let shares = crush.rule_weight_shares(rule).unwrap_or_default();
            (RuleCheck::new(crush, rule), shares)
        });
        let is_allowed = check.as_ref().is_some_and(|check| check.is_allowed(pool.size, &mapped));
        let is_used = |osd: &i32| {
            shares.get(osd).is_some_and(|share| *share > 0.0 && map.osd_weight(*osd) > 0)
        };
        let explicit = map.pg_upmap.get(&pg);
        let is_redundant =
            explicit.is_some_and(|osds| *osds == raw || osds.len() != usize::from(pool.size));
        if !is_allowed || !mapped.iter().all(is_used) || is_redundant {
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
