//! Who serves reads: primaries dealt out as evenly as the PGs' OSDs let them be.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_crush::Map;
use crushlab_osdmap::model::{FULL_WEIGHT, Release};
use crushlab_osdmap::{OsdMap, PgId, PoolMapper, PoolMapping, map_pool};
use serde::Serialize;

use crate::affinity::level_affinities;
use crate::balance::chosen_pools;
use crate::matching::Matching;
use crate::report::BalanceError;

/// Number of Reef, the release from which a PG's primary can be chosen.
const REEF: u8 = Release::REEF.number();

/// Who serves reads, and who could.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReadReport {
    /// Ceph's commands.
    pub commands: Vec<String>,
    /// The pools that were asked about.
    pub pools: Vec<ReadPool>,
}

/// Who serves a pool's reads. What is not known is none, and `reason` says why.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReadPool {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Ceph's `read_balance_score`: 1 is even, 2 means that an OSD leads twice its share.
    pub before_score: Option<f64>,
    /// The same afterwards.
    pub after_score: Option<f64>,
    /// The score of the best choice among the PGs' OSDs.
    pub best_score: Option<f64>,
    /// Most PGs that one OSD leads.
    pub before_max_primaries: u64,
    /// The same afterwards.
    pub after_max_primaries: u64,
    /// No choice among the PGs' OSDs has less.
    pub best_max_primaries: u64,
    /// PGs that get another primary.
    pub changes: u64,
    /// Why it gets no better, or why nothing is done.
    pub reason: String,
}

/// Deals out the primaries of replicated pools so that the OSD that leads most PGs leads as few as
/// can be, by `ceph osd pg-upmap-primary` (Reef and later). Before Reef it looks for primary
/// affinities that come near to that. No data moves.
///
/// # Errors
/// [`BalanceError`]; clients older than Reef cannot be told of primaries.
pub fn balance_reads(
    map: &OsdMap,
    crush: &Map,
    pools: &[i64],
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<ReadReport, BalanceError> {
    let mut report = ReadReport::default();
    let mut placed = Vec::new();
    for id in chosen_pools(map, pools)? {
        if progress.is_cancelled() {
            return Err(BalanceError::Cancelled);
        }
        // The pool is one of the map's.
        let Ok(mapper) = PoolMapper::new(map, crush, id) else { continue };
        let mapper = mapper.ignoring_down();
        let mapping = map_pool(&mapper, threads);
        let pool = read_pool(&mapper, &mapping, &mut report.commands);
        if pool.before_score.is_some() {
            placed.push((id, mapping));
        }
        report.pools.push(pool);
        progress.advance(u64::from(mapper.pool().pg_num));
    }
    if !map.release().has_upmap_primaries() {
        by_affinity(map, crush, &placed, &mut report);
    } else if !report.commands.is_empty() && map.require_min_compat_client < REEF {
        return Err(BalanceError::ClientsBeforeReef);
    }
    Ok(report)
}

/// What affinities come to, where primaries cannot be chosen.
fn by_affinity(map: &OsdMap, crush: &Map, placed: &[(i64, PoolMapping)], report: &mut ReadReport) {
    let found = level_affinities(map, crush, placed);
    report.commands.clear();
    for (osd, own) in found.iter().flat_map(|found| (0i32..).zip(&found.thousandths)) {
        let is_new = (f64::from(map.primary_affinity(osd)) / f64::from(FULL_WEIGHT) * 1000.0)
            .round()
            != f64::from(*own);
        if is_new && map.exists(osd) {
            let affinity = f64::from(*own) / 1000.0;
            report.commands.push(format!("ceph osd primary-affinity {osd} {affinity}"));
        }
    }
    for (index, (id, mapping)) in placed.iter().enumerate() {
        let Some(pool) = report.pools.iter_mut().find(|pool| pool.id == *id) else { continue };
        let leads = found.as_ref().map(|found| found.primaries[index].as_slice());
        let leads = leads.unwrap_or(&mapping.up_primaries);
        let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
        leads.iter().for_each(|osd| *counts.entry(*osd).or_default() += 1);
        pool.after_max_primaries = counts.into_values().max().unwrap_or(0);
        // Scores are in proportion to the most PGs that one OSD leads.
        let ratio = pool.after_max_primaries as f64 / pool.before_max_primaries.max(1) as f64;
        pool.after_score = pool.before_score.map(|score| score * ratio);
        let differ = leads.iter().zip(&mapping.up_primaries).filter(|(is, was)| is != was);
        pool.changes = differ.count() as u64;
        pool.reason = format!(
            "by primary affinities, as OSDs are older than Reef: the best that was met, an OSD \
             leads {} at most; choosing primaries (Reef) could make it {}",
            pool.after_max_primaries, pool.best_max_primaries
        );
    }
}

fn read_pool(
    mapper: &PoolMapper<'_>,
    mapping: &PoolMapping,
    commands: &mut Vec<String>,
) -> ReadPool {
    let (map, pool) = (mapper.map(), mapper.pool());
    let mut answer =
        ReadPool { id: mapper.pool_id(), name: pool.name.clone(), ..ReadPool::default() };
    if !pool.can_shift_osds() {
        answer.reason = "primaries of erasure-coded pools cannot be chosen".to_owned();
        return answer;
    }
    let osds = holders(mapping);
    let able = osds.keys().filter(|osd| map.primary_affinity(**osd) > 0).count();
    if able == 0 {
        let reason = "its PGs have no OSD with a primary affinity above 0";
        answer.reason = reason.to_owned();
        return answer;
    }
    let score = |most: u64| most as f64 / (f64::from(pool.pg_num) / able as f64);
    let can_choose = map.release().has_upmap_primaries();
    let is_able = |osd: i32| !can_choose || map.primary_affinity(osd) == FULL_WEIGHT;
    let choices = mapping.iter().map(|pg| {
        // OSDs with a lower affinity refuse some PGs; who leads one now stays a choice.
        let able = pg.up.iter().filter(|osd| is_able(**osd) || **osd == pg.up_primary);
        able.filter_map(|osd| osds.get(osd).copied()).collect()
    });
    let now: Vec<Option<u32>> =
        mapping.iter().map(|pg| osds.get(&pg.up_primary).copied()).collect();
    let mut matching = Matching::new(choices.collect(), now.clone(), osds.len());
    answer.before_max_primaries = matching.largest();
    matching.lower_largest();
    answer.after_max_primaries = matching.largest();
    answer.best_max_primaries = matching.largest();
    answer.before_score = Some(score(answer.before_max_primaries));
    answer.after_score = Some(score(answer.after_max_primaries));
    answer.best_score = answer.after_score;
    answer.reason = format!(
        "{} PGs on {able} OSDs: whoever leads which, one leads {} or more",
        pool.pg_num, answer.after_max_primaries
    );
    let ids: Vec<i32> = osds.keys().copied().collect();
    for (seed, (was, is)) in (0..).zip(now.iter().zip(matching.chosen())) {
        if let Some(is) = is
            && *was != Some(*is)
        {
            answer.changes += 1;
            let osd = ids[*is as usize];
            commands.push(primary_command(mapper, mapping, seed, osd));
        }
    }
    answer
}

/// The command that lets an OSD lead a PG: an entry that is there goes where that is enough.
fn primary_command(mapper: &PoolMapper<'_>, mapping: &PoolMapping, seed: u32, osd: i32) -> String {
    let pg = PgId::new(mapper.pool_id(), seed);
    let first = mapping.get(seed).and_then(|found| found.up.first().copied());
    let has_entry = mapper.map().pg_upmap_primaries.contains_key(&pg);
    // An entry changes places with the first OSD, which so is second to none without it.
    if has_entry && unswapped_first(mapper, mapping, seed) == Some(osd) && first != Some(osd) {
        return format!("ceph osd rm-pg-upmap-primary {pg}");
    }
    format!("ceph osd pg-upmap-primary {pg} {osd}")
}

/// Who would lead a PG without an entry for its primary.
fn unswapped_first(mapper: &PoolMapper<'_>, mapping: &PoolMapping, seed: u32) -> Option<i32> {
    let pg = PgId::new(mapper.pool_id(), seed);
    let found = mapping.get(seed)?;
    let has_upmap = mapper.map().pg_upmap.contains_key(&pg)
        || mapper.map().pg_upmap_items.contains_key(&pg)
        || mapper.map().osd_primary_affinities.is_some();
    if has_upmap { None } else { found.raw.first().copied() }
}

/// OSDs that hold PGs of a pool, numbered.
fn holders(mapping: &PoolMapping) -> BTreeMap<i32, u32> {
    let mut osds: BTreeMap<i32, u32> = BTreeMap::new();
    for osd in mapping.up.iter().flatten().filter(|osd| **osd >= 0) {
        osds.insert(*osd, 0);
    }
    for (number, own) in (0..).zip(osds.values_mut()) {
        *own = number;
    }
    osds
}
