//! OSDs are emptied before they go: shards move to where they will be without them, in stages.
//!
//! Weights stay as they are until the last stage, so that Ceph keeps the upmaps that move data, and
//! each shard moves once: to where CRUSH puts it when all these OSDs have no weight, or to the
//! emptiest OSD that the rule allows where there is no room. Then the weights become 0, and upmaps
//! hold what would move for no reason.

use std::collections::{BTreeMap, BTreeSet};

use crushlab_compare::{ClusterData, Holders, Progress};
use crushlab_crush::Map;
use crushlab_monitor::command::clean::UpmapCheck;
use crushlab_osdmap::{OsdMap, PgId};

use super::course::{Goal, Way, add_course};
use super::entry::{Pg, after_commands, entry_of, fitting_entry};
use super::freeze::{Present, form_of, freeze};
use super::keep::kept;
use super::limits::{Limits, Loads};
use super::plan::{PlanEmptied, PlanException, PlanReport, Why, pools_of};
use super::release::mapped;
use super::room::Room;
use super::shards::{Form, is_osd, moves};
use crate::balance::{check_clients, without_exceptions};
use crate::pool::{Maps, PoolState};
use crate::report::BalanceError;
use crate::scope::Scope;

/// OSDs that are emptied together, such as those of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainGroup {
    /// What they are called.
    pub name: String,
    /// Their ids.
    pub osds: Vec<i32>,
}

/// Empties groups of OSDs, those with the fewest shards first, and then gives them a weight of 0.
/// No shard goes to an OSD that is emptied later. Progress counts PGs.
///
/// # Errors
/// [`BalanceError::Limit`] where the OSDs cannot be emptied within the limits, with what would be
/// possible; [`BalanceError::NoSuchOsd`], [`BalanceError::OldClients`],
/// [`BalanceError::Cancelled`].
pub fn drain(
    present: &Present<'_>,
    groups: &[DrainGroup],
    data: &ClusterData<'_>,
    limits: &Limits,
    progress: &Progress,
) -> Result<PlanReport, BalanceError> {
    let osds: BTreeSet<i32> = groups.iter().flat_map(|group| group.osds.iter().copied()).collect();
    if let Some(osd) = osds.iter().copied().find(|osd| !present.map.exists(*osd)) {
        return Err(BalanceError::NoSuchOsd { osd });
    }
    check_clients(present.map)?;
    let changes: Vec<String> =
        osds.iter().map(|osd| format!("ceph osd crush reweight osd.{osd} 0")).collect();
    let mut report = PlanReport {
        action: "drain",
        pools: pools_of(present.map),
        shards_moved_least: Some(0),
        ..PlanReport::default()
    };
    report.shards = report.pools.iter().map(|pool| pool.shards).sum();
    let (without, refused) = after_commands(present.map, &changes);
    report.notes.extend(refused);
    let crush = without.crush.map().map_err(|error| BalanceError::Limit {
        problem: format!("the CRUSH map without these OSDs is broken: {error}"),
    })?;
    let loads = Loads::new(present.map, data);
    let mut drain = Drain {
        present,
        osds: &osds,
        room: Room::new(&loads, limits, &osds),
        loads: &loads,
        goals: Vec::new(),
        report,
    };
    drain.add_pools(&without, &crush, progress)?;
    let Drain { mut goals, mut report, .. } = drain;
    sort_goals(present, groups, &mut goals);
    let way = Way {
        base: present.map,
        crush: present.crush,
        loads: &loads,
        limits,
        threads: present.threads,
        title: "empty the OSDs",
    };
    let reached = add_course(&way, &goals, &mut report, progress)?;
    check_emptied(&report, &loads, limits)?;
    add_emptied(present, groups, &goals, &reached, &mut report);
    add_end(present, &changes, &mut report, progress)?;
    Ok(report)
}

struct Drain<'a> {
    present: &'a Present<'a>,
    osds: &'a BTreeSet<i32>,
    loads: &'a Loads<'a>,
    room: Room<'a>,
    goals: Vec<Goal>,
    report: PlanReport,
}

impl Drain<'_> {
    /// Finds out where each PG of these OSDs goes.
    fn add_pools(
        &mut self,
        without: &OsdMap,
        crush: &Map,
        progress: &Progress,
    ) -> Result<(), BalanceError> {
        let (now, now_bare) = without_exceptions(self.present.map);
        let (then, then_bare) = without_exceptions(without);
        let now_maps = Maps {
            crush: self.present.crush,
            plain: &now,
            bare: &now_bare,
            scope: &Scope::default(),
        };
        let then_maps = Maps { crush, plain: &then, bare: &then_bare, scope: &Scope::default() };
        let mut check = UpmapCheck::new(&self.present.map.crush);
        let mut work = now.clone();
        for (id, pool) in &now.pools {
            if progress.is_cancelled() {
                return Err(BalanceError::Cancelled);
            }
            let threads = self.present.threads;
            let states = PoolState::mapped(&now_maps, *id, threads)
                .and_then(|state| Ok((state, PoolState::mapped(&then_maps, *id, threads)?)));
            match states {
                Ok((state, end)) => {
                    let form = form_of(pool);
                    self.add_pgs(&state, &end, form, &mut work, &mut check);
                }
                Err(reason) if self.has_osds(&now, *id) => {
                    let problem = format!("pool {} cannot be moved off them: {reason}", pool.name);
                    return Err(BalanceError::Limit { problem });
                }
                Err(_) => {}
            }
            progress.advance(u64::from(pool.pg_num));
        }
        Ok(())
    }

    /// Whether a pool has a shard on these OSDs.
    fn has_osds(&self, map: &OsdMap, pool: i64) -> bool {
        let mapping = mapped(self.present, map, pool);
        mapping.is_none_or(|all| all.iter().any(|pg| pg.up.iter().any(|o| self.osds.contains(o))))
    }

    fn add_pgs(
        &mut self,
        state: &PoolState<'_>,
        end: &PoolState<'_>,
        form: Form,
        work: &mut OsdMap,
        check: &mut UpmapCheck<'_>,
    ) {
        let parts: Vec<usize> = state.takes.iter().map(|take| take.take.positions).collect();
        for seed in 0..state.mapping.len() as u32 {
            let id = PgId::new(state.id, seed);
            let (Some(now), Some(then)) = (state.mapping.get(seed), end.mapping.get(seed)) else {
                continue;
            };
            if !now.up.iter().any(|osd| self.osds.contains(osd)) {
                continue;
            }
            self.report.shards_moved_unplanned += moves(now.up, then.up, form).len() as u64;
            let Some(mut osds) = kept(end, now.up, then.raw, seed) else {
                self.name_all(id, now.up, Why::TooFewOsds, "the rule finds too few other OSDs");
                continue;
            };
            let least = moves(now.up, &osds, form).len() as u64;
            self.report.shards_moved_least = self.report.shards_moved_least.map(|sum| sum + least);
            let bytes = self.loads.shard_bytes(id);
            self.room.make(end, now.up, &mut osds, bytes);
            let pg = Pg { id, raw: now.raw, parts: &parts, form };
            match fitting_entry(work, check, &pg, &osds) {
                Some(_) => {
                    self.room.carry(now.up, &osds, form, bytes);
                    self.goals.push(Goal { pg: id, osds, entry: entry_of(work, id) });
                }
                None => self.name_all(id, now.up, Why::UpmapDropped, "Ceph would drop its upmap"),
            }
        }
    }

    fn name_all(&mut self, pg: PgId, osds: &[i32], kind: Why, reason: &str) {
        for osd in osds.iter().filter(|osd| self.osds.contains(osd)) {
            self.report.except(PlanException {
                pg: pg.to_string(),
                from_osd: *osd,
                to_osd: None,
                kind,
                reason: reason.to_owned(),
            });
        }
    }
}

/// PGs of the group with the fewest of them first.
fn sort_goals(present: &Present<'_>, groups: &[DrainGroup], goals: &mut [Goal]) {
    let of_osd = groups_by_osd(groups);
    let (plain, _) = without_exceptions(present.map);
    let mut pools = BTreeMap::new();
    let mut own: BTreeMap<PgId, Vec<usize>> = BTreeMap::new();
    let mut shards = vec![0u64; groups.len()];
    for goal in goals.iter() {
        let mapping =
            pools.entry(goal.pg.pool).or_insert_with(|| mapped(present, &plain, goal.pg.pool));
        let up = mapping.as_ref().and_then(|all| all.get(goal.pg.seed)).map(|pg| pg.up.to_vec());
        let up = up.unwrap_or_default();
        let found: Vec<usize> = up.iter().filter_map(|osd| of_osd.get(osd).copied()).collect();
        found.iter().for_each(|group| shards[*group] += 1);
        own.insert(goal.pg, found);
    }
    let rank = |group: &usize| (shards[*group], *group);
    let first = |goal: &Goal| own.get(&goal.pg).and_then(|found| found.iter().map(rank).min());
    goals.sort_by_key(|goal| (first(goal), goal.pg));
}

fn groups_by_osd(groups: &[DrainGroup]) -> BTreeMap<i32, usize> {
    let of = |(index, group): (usize, &DrainGroup)| {
        group.osds.iter().map(move |osd| (*osd, index)).collect::<Vec<_>>()
    };
    groups.iter().enumerate().flat_map(of).collect()
}

/// Refuses a plan that does not empty the OSDs, and says what would.
fn check_emptied(
    report: &PlanReport,
    loads: &Loads<'_>,
    limits: &Limits,
) -> Result<(), BalanceError> {
    let Some(first) = report.exceptions.first() else { return Ok(()) };
    let all = report.exceptions.len() as u64 + report.exceptions_unlisted;
    let mut come: BTreeMap<i32, u64> = BTreeMap::new();
    for one in report.exceptions.iter().filter(|one| one.kind == Why::NoRoom) {
        let pg = one.pg.parse::<PgId>().ok();
        let bytes = pg.map_or(0, |pg| loads.shard_bytes(pg));
        *come.entry(one.to_osd.unwrap_or(-1)).or_default() += bytes;
    }
    let needed = come.iter().filter_map(|(osd, bytes)| {
        let (total, used) = loads.osds.get(osd)?;
        Some((used + bytes) as f64 / *total as f64)
    });
    let needed = needed.fold(loads.max_fill_ratio(limits), f64::max);
    let hint = match first.kind {
        Why::NoRoom => format!("a limit of {:.1} % at most would do", 100.0 * needed + 0.1),
        Why::MovesTogether => "with more shards of a PG in motion at once they would".to_owned(),
        _ => "the rule needs other OSDs first".to_owned(),
    };
    Err(BalanceError::Limit {
        problem: format!(
            "{all} shards cannot leave, such as that of {} on osd.{}: {}; {hint}",
            first.pg, first.from_osd, first.reason
        ),
    })
}

/// Says after which stage each group is empty.
fn add_emptied(
    present: &Present<'_>,
    groups: &[DrainGroup],
    goals: &[Goal],
    reached: &[Option<usize>],
    report: &mut PlanReport,
) {
    let of_osd = groups_by_osd(groups);
    let (plain, _) = without_exceptions(present.map);
    let mut pools = BTreeMap::new();
    let mut last: Vec<Option<usize>> = vec![None; groups.len()];
    for (goal, stage) in goals.iter().zip(reached) {
        let mapping =
            pools.entry(goal.pg.pool).or_insert_with(|| mapped(present, &plain, goal.pg.pool));
        let Some(pg) = mapping.as_ref().and_then(|all| all.get(goal.pg.seed)) else { continue };
        for group in pg.up.iter().filter_map(|osd| of_osd.get(osd)) {
            last[*group] = last[*group].max(*stage);
        }
    }
    report.emptied = groups
        .iter()
        .zip(last)
        .map(|(group, stage)| PlanEmptied {
            name: group.name.clone(),
            osds: group.osds.clone(),
            stage: stage.map_or(0, |stage| stage as u64 + 1),
        })
        .collect();
    report.emptied.sort_by_key(|group| group.stage);
}

/// Takes the weights away, with data where it is then.
fn add_end(
    present: &Present<'_>,
    changes: &[String],
    report: &mut PlanReport,
    progress: &Progress,
) -> Result<(), BalanceError> {
    let (emptied, refused) = after_commands(present.map, &report.commands);
    report.notes.extend(refused);
    let (plain, _) = without_exceptions(&emptied);
    let mut rows = Vec::new();
    for (id, pool) in &plain.pools {
        let Some(mapping) = mapped(present, &plain, *id) else { continue };
        rows.extend((0..pool.pg_num).filter_map(|seed| {
            let pg = mapping.get(seed)?;
            pg.up.iter().any(|osd| is_osd(*osd)).then(|| (PgId::new(*id, seed), pg.up.to_vec()))
        }));
    }
    let (after, refused) = after_commands(&emptied, changes);
    report.notes.extend(refused);
    let crush = after.crush.map().map_err(|error| BalanceError::Limit {
        problem: format!("the CRUSH map without these OSDs is broken: {error}"),
    })?;
    let holders = Holders::of(rows);
    let then = Present { map: &after, crush: &crush, holders: &holders, threads: present.threads };
    let end = freeze(&then, changes, &progress.quiet())?;
    for (pool, end) in report.pools.iter_mut().zip(&end.pools) {
        pool.pgs_upmapped += end.pgs_upmapped;
        pool.pgs_upmapped_whole += end.pgs_upmapped_whole;
    }
    report.shards_moved += end.shards_moved;
    end.exceptions.into_iter().for_each(|one| report.except(one));
    end.stages.into_iter().for_each(|stage| report.add_stage(stage));
    report.notes.extend(end.notes);
    count_moved(present, &plain, report);
    Ok(())
}

/// Fills in by pool what moves, counted in the map that the stages leave.
fn count_moved(present: &Present<'_>, emptied: &OsdMap, report: &mut PlanReport) {
    let (plain, _) = without_exceptions(present.map);
    for pool in &mut report.pools {
        let [Some(was), Some(is)] = [&plain, emptied].map(|map| mapped(present, map, pool.id))
        else {
            continue;
        };
        let Some(form) = plain.pools.get(&pool.id).map(form_of) else { continue };
        let all = was.iter().zip(is.iter());
        pool.shards_moved = all.map(|(was, is)| moves(was.up, is.up, form).len() as u64).sum();
        pool.shards_moved_unplanned = pool.shards_moved_unplanned.max(pool.shards_moved);
    }
}
