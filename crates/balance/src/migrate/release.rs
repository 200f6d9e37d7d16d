//! From data that is held where it was to where the map wants it, in stages.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_compare::{ClusterData, Progress};
use crushlab_osdmap::model::map_flag;
use crushlab_osdmap::{OsdMap, PgId, PoolMapper, PoolMapping, map_pool};

use super::course::{Goal, Way, add_course};
use super::entry::{after_commands, entry_of};
use super::freeze::{Present, form_of, freeze};
use super::limits::{Limits, Loads};
use super::plan::{PlanReport, PlanStage};
use super::shards::{is_osd, moves};
use crate::balance::without_exceptions;
use crate::report::BalanceError;

/// What a map shall say of PGs in the end.
#[derive(Clone, Copy, Debug)]
pub enum Aim<'a> {
    /// What a change leaves of the upmaps that are there.
    Kept,
    /// Nothing: PGs go where CRUSH puts them.
    Crush,
    /// What another map says of them.
    Of(&'a OsdMap),
}

/// The way to the placement that a map wants, in stages. `changes` are made first, and data is held
/// where it is. Progress counts PGs.
///
/// # Errors
/// [`BalanceError::Cancelled`], [`BalanceError::OldClients`], [`BalanceError::Limit`].
pub fn release(
    present: &Present<'_>,
    changes: &[String],
    aim: Aim<'_>,
    data: &ClusterData<'_>,
    limits: &Limits,
    progress: &Progress,
) -> Result<PlanReport, BalanceError> {
    let mut report = match changes.is_empty() {
        true => PlanReport::default(),
        false => freeze(present, changes, progress)?,
    };
    report.action = "release";
    // What cannot stay goes where it shall, only at once.
    report.exceptions.clear();
    report.exceptions_unlisted = 0;
    let upmaps: Vec<String> =
        report.commands.iter().filter(|line| line.contains("pg-upmap")).cloned().collect();
    let (base, refused) = after_commands(present.map, &upmaps);
    report.notes.extend(refused);
    if changes.is_empty() {
        count_pools(present.map, &mut report);
    }
    let aim = aimed(present.map, aim);
    let is_held = present.map.flags & map_flag::NOREBALANCE != 0;
    if is_held && aim.flags & map_flag::NOREBALANCE == 0 {
        let commands = vec!["ceph osd unset norebalance".to_owned()];
        let title = "let data move".to_owned();
        report.add_stage(PlanStage { title, commands, ..PlanStage::default() });
    }
    let mut loads = Loads::new(&base, data);
    let floor = settle(present, &base, &mut loads);
    if floor.shards > 0 {
        note_floor(&loads, limits, &floor, &mut report);
    }
    let goals = goals(present, &base, &aim);
    let way = Way {
        base: &base,
        crush: present.crush,
        loads: &loads,
        limits,
        threads: present.threads,
        title: "let shards go to their new places",
    };
    let before = report.shards_moved;
    add_course(&way, &goals, &mut report, progress)?;
    if changes.is_empty() {
        report.shards_moved_unplanned = report.shards_moved - before;
    }
    finish(present, &mut report);
    Ok(report)
}

/// The map with what it shall say in the end.
fn aimed(map: &OsdMap, aim: Aim<'_>) -> OsdMap {
    match aim {
        Aim::Kept => map.clone(),
        Aim::Crush => {
            OsdMap { pg_upmap: BTreeMap::new(), pg_upmap_items: BTreeMap::new(), ..map.clone() }
        }
        Aim::Of(other) => OsdMap {
            pg_upmap: other.pg_upmap.clone(),
            pg_upmap_items: other.pg_upmap_items.clone(),
            flags: other.flags,
            ..map.clone()
        },
    }
}

/// Counts pools where nothing was frozen.
fn count_pools(map: &OsdMap, report: &mut PlanReport) {
    report.pools = super::plan::pools_of(map);
    report.shards = report.pools.iter().map(|pool| pool.shards).sum();
}

/// Fills in by pool what moves from here to the end.
fn finish(present: &Present<'_>, report: &mut PlanReport) {
    let (after, refused) = after_commands(present.map, &upmaps_of(report));
    report.notes.extend(refused);
    let (plain, _) = without_exceptions(present.map);
    let (ends, _) = without_exceptions(&after);
    for pool in &mut report.pools {
        let [Some(was), Some(is)] = [&plain, &ends].map(|map| mapped(present, map, pool.id)) else {
            continue;
        };
        let Some(form) = plain.pools.get(&pool.id).map(form_of) else { continue };
        let mut moved = 0;
        for (seed, (was, is)) in (0..).zip(was.iter().zip(is.iter())) {
            let held = present.holders.get(PgId::new(pool.id, seed)).unwrap_or(was.up);
            moved += moves(held, is.up, form).len() as u64;
        }
        pool.shards_moved = moved;
        pool.shards_moved_unplanned = pool.shards_moved_unplanned.max(moved);
    }
}

fn upmaps_of(report: &PlanReport) -> Vec<String> {
    report.commands.iter().filter(|line| line.contains("pg-upmap")).cloned().collect()
}

pub(crate) fn mapped(present: &Present<'_>, map: &OsdMap, pool: i64) -> Option<PoolMapping> {
    let mapper = PoolMapper::new(map, present.crush, pool).ok()?.ignoring_down();
    Some(map_pool(&mapper, present.threads))
}

/// Shards that move as soon as they are no longer held.
#[derive(Default)]
struct Floor {
    shards: u64,
    copies: u64,
    moved_bytes: u64,
    /// The OSD that is fullest when all has come and nothing is gone, and how full it is.
    fullest: Option<(i32, f64)>,
}

/// Lets the data that cannot be held be where it goes.
fn settle(present: &Present<'_>, base: &OsdMap, loads: &mut Loads<'_>) -> Floor {
    let mut worst = loads.osds.clone();
    let (plain, _) = without_exceptions(base);
    let mut pools: BTreeMap<i64, Option<PoolMapping>> = BTreeMap::new();
    let mut floor = Floor::default();
    for (pg, held) in present.holders.iter() {
        let mapping = pools.entry(pg.pool).or_insert_with(|| mapped(present, &plain, pg.pool));
        let Some(mapping) = mapping.as_ref().and_then(|all| all.get(pg.seed)) else { continue };
        let Some(form) = plain.pools.get(&pg.pool).map(form_of) else { continue };
        let bytes = loads.shard_bytes(pg);
        for (from, to) in moves(held, mapping.up, form) {
            floor.shards += 1;
            floor.copies += loads.objects(pg);
            if is_osd(to) {
                floor.moved_bytes += bytes;
                loads.carry(from, to, bytes);
                worst.entry(to).and_modify(|(_, used)| *used += bytes);
            }
        }
    }
    let fill = |(osd, (total, used)): (i32, (u64, u64))| (osd, used as f64 / total.max(1) as f64);
    let fullest = worst.into_iter().map(fill).max_by(|(_, one), (_, other)| one.total_cmp(other));
    Floor { fullest: fullest.filter(|_| loads.is_known), ..floor }
}

fn note_floor(loads: &Loads<'_>, limits: &Limits, floor: &Floor, report: &mut PlanReport) {
    let share = floor.copies as f64 / loads.copies.max(1) as f64;
    if let Some(stage) = report.stages.last_mut() {
        stage.misplaced_ratio = Some(share);
        stage.moved_bytes = loads.is_known.then_some(floor.moved_bytes);
        stage.fullest_osd = floor.fullest.map(|(osd, _)| osd);
        stage.fullest_ratio = floor.fullest.map(|(_, ratio)| ratio);
    }
    if share > limits.max_misplaced_ratio {
        report.notes.push(format!(
            "{:.1} % of the copies move as soon as norebalance is unset, more than the {:.1} % \
             asked for: the rules let none of them stay",
            100.0 * share,
            100.0 * limits.max_misplaced_ratio
        ));
    }
    let most = loads.max_fill_ratio(limits);
    if let Some((osd, ratio)) = floor.fullest.filter(|(_, ratio)| *ratio > most) {
        report.notes.push(format!(
            "osd.{osd} is {:.1} % full while these move, more than the {:.1} % asked for",
            100.0 * ratio,
            100.0 * most
        ));
    }
}

/// PGs of which the map says something else in the end.
fn goals(present: &Present<'_>, base: &OsdMap, aim: &OsdMap) -> Vec<Goal> {
    let (plain, _) = without_exceptions(aim);
    let keys = |map: &OsdMap| -> BTreeSet<PgId> {
        map.pg_upmap.keys().chain(map.pg_upmap_items.keys()).copied().collect()
    };
    let mut pools: BTreeMap<i64, Option<PoolMapping>> = BTreeMap::new();
    let mut goals = Vec::new();
    for pg in &keys(base) | &keys(aim) {
        let entry = entry_of(aim, pg);
        if entry == entry_of(base, pg) {
            continue;
        }
        let mapping = pools.entry(pg.pool).or_insert_with(|| mapped(present, &plain, pg.pool));
        let Some(mapping) = mapping.as_ref().and_then(|all| all.get(pg.seed)) else { continue };
        goals.push(Goal { pg, osds: mapping.up.to_vec(), entry });
    }
    goals
}
