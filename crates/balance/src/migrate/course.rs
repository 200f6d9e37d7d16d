//! From where PGs are to where they shall be, in stages under limits.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_crush::Map;
use crushlab_monitor::command::clean::UpmapCheck;
use crushlab_osdmap::{OsdMap, PgId};

use super::entry::{Both, Pg, commands_from, entry_of, restore};
use super::freeze::form_of;
use super::limits::{Limits, Loads};
use super::plan::{PlanException, PlanReport, PlanStage, Why};
use super::schedule::{Demand, Schedule, StageLoad};
use super::shards::{Form, is_osd};
use super::steps::{Step, steps_of};
use crate::balance::without_exceptions;
use crate::pool::{Maps, PoolState};
use crate::report::BalanceError;
use crate::scope::Scope;

/// Where a PG shall be, and what the map shall say of it then.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    pub(crate) pg: PgId,
    pub(crate) osds: Vec<i32>,
    pub(crate) entry: Both,
}

/// What moves are planned with.
pub(crate) struct Way<'a> {
    /// The map with its upmaps: data is where it says.
    pub(crate) base: &'a OsdMap,
    /// The checked form of the map's own CRUSH map.
    pub(crate) crush: &'a Map,
    pub(crate) loads: &'a Loads<'a>,
    pub(crate) limits: &'a Limits,
    pub(crate) threads: NonZeroUsize,
    /// What each stage is for.
    pub(crate) title: &'a str,
}

/// Adds the stages in which PGs come to their goals, in this order. Shards that find no room, or
/// that may not move one by one, stay and are named. Returns the stage in which each goal is
/// reached, by its number in the plan.
pub(crate) fn add_course(
    way: &Way<'_>,
    goals: &[Goal],
    report: &mut PlanReport,
    progress: &Progress,
) -> Result<Vec<Option<usize>>, BalanceError> {
    let steps = all_steps(way, goals, report, progress)?;
    let demand = |(goal, step): (&Goal, &Step)| Demand {
        moves: step.moves.iter().copied().filter(|(_, to)| is_osd(*to)).collect(),
        shard_bytes: way.loads.shard_bytes(goal.pg),
        objects: way.loads.objects(goal.pg),
    };
    let demands: Vec<Vec<Demand>> = goals
        .iter()
        .zip(&steps)
        .map(|(goal, steps)| steps.iter().map(|step| demand((goal, step))).collect())
        .collect();
    let mut schedule = Schedule::new(way.limits, way.loads);
    check_sizes(way, &schedule, &demands)?;
    let placed = schedule.place_all(&demands);
    let mut commands: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for ((goal, steps), stages) in goals.iter().zip(&steps).zip(&placed) {
        for (step, stage) in steps.iter().zip(stages) {
            commands.entry(*stage).or_default().extend(step.commands.iter().cloned());
        }
        for step in steps.iter().skip(stages.len()) {
            name_stuck(way, goal.pg, step, report);
        }
    }
    let first = report.stages.len();
    for (load, commands) in schedule.loads().iter().zip(commands.into_values()) {
        report.shards_moved += load.shards;
        report.add_stage(stage_of(way, load, commands));
    }
    let is_reached = |(steps, stages): (&Vec<Step>, &Vec<usize>)| {
        (steps.len() == stages.len()).then(|| stages.last().map_or(first, |stage| first + stage))
    };
    Ok(steps.iter().zip(&placed).map(is_reached).collect())
}

fn stage_of(way: &Way<'_>, load: &StageLoad, commands: Vec<String>) -> PlanStage {
    PlanStage {
        title: way.title.to_owned(),
        commands,
        shards_moved: load.shards,
        moved_bytes: way.loads.is_known.then_some(load.moved_bytes),
        misplaced_ratio: Some(load.copies as f64 / way.loads.copies.max(1) as f64),
        most_backfills: Some(load.most_backfills),
        fullest_osd: load.fullest.map(|(osd, _)| osd),
        fullest_ratio: load.fullest.map(|(_, ratio)| ratio),
        hours: load.hours.filter(|_| way.loads.is_known),
    }
}

/// The steps of each goal; none where the PG is there, or cannot come there.
fn all_steps(
    way: &Way<'_>,
    goals: &[Goal],
    report: &mut PlanReport,
    progress: &Progress,
) -> Result<Vec<Vec<Step>>, BalanceError> {
    let (plain, bare) = without_exceptions(way.base);
    let maps = Maps { crush: way.crush, plain: &plain, bare: &bare, scope: &Scope::default() };
    let mut work = plain.clone();
    let mut check = UpmapCheck::new(&way.base.crush);
    let mut by_pool: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, goal) in goals.iter().enumerate() {
        by_pool.entry(goal.pg.pool).or_default().push(index);
    }
    let mut all = vec![Vec::new(); goals.len()];
    for (id, indices) in by_pool {
        if progress.is_cancelled() {
            return Err(BalanceError::Cancelled);
        }
        let state = match PoolState::mapped(&maps, id, way.threads) {
            Ok(state) => state,
            Err(reason) => {
                report.notes.push(format!("pool {id} stays as it is: {reason}"));
                continue;
            }
        };
        let parts: Vec<usize> = state.takes.iter().map(|take| take.take.positions).collect();
        let form = plain.pools.get(&id).map_or(Form { positional: false, size: 0 }, form_of);
        for index in indices {
            let goal = &goals[index];
            let Some(mapping) = state.mapping.get(goal.pg.seed) else { continue };
            let pg = Pg { id: goal.pg, raw: mapping.raw, parts: &parts, form };
            all[index] = goal_steps(way, &state, &mut work, &mut check, &pg, mapping.up, goal)
                .unwrap_or_else(|| {
                    name_together(&pg, mapping.up, goal, report);
                    Vec::new()
                });
        }
    }
    Ok(all)
}

fn goal_steps(
    way: &Way<'_>,
    state: &PoolState<'_>,
    work: &mut OsdMap,
    check: &mut UpmapCheck<'_>,
    pg: &Pg<'_>,
    current: &[i32],
    goal: &Goal,
) -> Option<Vec<Step>> {
    let put_last = |map: &mut OsdMap| {
        let before = entry_of(map, pg.id);
        restore(map, pg.id, goal.entry.clone());
        commands_from(&before, &goal.entry, pg.id)
    };
    let before = entry_of(work, pg.id);
    let most = way.limits.max_shards_per_pg.max(1) as usize;
    let steps = steps_of(state, work, check, pg, (current, &goal.osds), most, put_last);
    match steps {
        None => {
            restore(work, pg.id, before);
            None
        }
        // It is there, and only the map has to say something else.
        Some(steps) if steps.is_empty() => {
            let commands = put_last(work);
            let osds = goal.osds.clone();
            Some(match commands.is_empty() {
                true => Vec::new(),
                false => vec![Step { moves: Vec::new(), osds, commands }],
            })
        }
        steps => steps,
    }
}

/// Refuses a limit that not even one PG can keep.
fn check_sizes(
    way: &Way<'_>,
    schedule: &Schedule<'_>,
    demands: &[Vec<Demand>],
) -> Result<(), BalanceError> {
    let too_large = demands.iter().flatten().filter(|step| !schedule.is_small_enough(step));
    let most = too_large.map(|step| step.objects * step.moves.len() as u64).max();
    let Some(most) = most else { return Ok(()) };
    let least = most as f64 / way.loads.copies.max(1) as f64;
    Err(BalanceError::Limit {
        problem: format!(
            "no more than {} of the copies may be misplaced, and one PG alone is {least:.6}: \
             {:.6} is possible",
            way.limits.max_misplaced_ratio,
            least * (1.0 + 1e-6)
        ),
    })
}

fn name_stuck(way: &Way<'_>, pg: PgId, step: &Step, report: &mut PlanReport) {
    let fill = way.loads.max_fill_ratio(way.limits);
    for (from, to) in &step.moves {
        report.except(PlanException {
            pg: pg.to_string(),
            from_osd: *from,
            to_osd: Some(*to),
            kind: Why::NoRoom,
            reason: format!("osd.{to} would be fuller than {:.1} %", 100.0 * fill),
        });
    }
}

fn name_together(pg: &Pg<'_>, current: &[i32], goal: &Goal, report: &mut PlanReport) {
    let moves = super::shards::moves(current, &goal.osds, pg.form);
    let froms: HashSet<i32> = moves.iter().map(|(from, _)| *from).collect();
    let count = froms.len();
    for (from, to) in moves {
        report.except(PlanException {
            pg: pg.id.to_string(),
            from_osd: from,
            to_osd: Some(to).filter(|osd| is_osd(*osd)),
            kind: Why::MovesTogether,
            reason: format!("no shard of it can move alone: {count} of the PG at once can"),
        });
    }
}
