//! How the managers bring `pg_num` and `pgp_num` to their targets, step by step
//! (`DaemonServer::adjust_pgs`). `ceph osd pool set … pg_num` only sets the targets.

use crushlab_osdmap::{OsdMap, Pool};

use crate::command::Applied;
use crate::command::pending::Pending;
use crate::config::{Config, Context};
use crate::monitor::Monitor;

/// Most steps that [`settle`] takes, far more than any change needs.
pub(crate) const MAX_STEPS: usize = 100_000;

/// The next step of all pools that are on their way to their targets; `None` when all are there.
/// Everything that the step before set in motion is taken to have come to rest: all PGs active,
/// nothing misplaced.
///
/// Merging takes one PG at a time in Ceph; as it moves no data, all PGs that can merge do so in
/// one step here.
pub fn next_step(map: &OsdMap, context: &Context) -> Option<Applied> {
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.next_pg_num_step()?;
    Some(Applied::after(monitor, notes))
}

/// Prepares what [`next_step`] does.
pub(crate) fn prepare(pending: &mut Pending<'_>) {
    for (id, pool) in &pending.before.pools {
        let objects = pending.context.pool_objects.get(id).copied();
        let (pg_num, pgp_num) = next_numbers(pool, objects, pending.config());
        if (pg_num, pgp_num) == (pool.pg_num, pool.pgp_num) {
            continue;
        }
        let name = &pool.name;
        pending.note(format!(
            "pool '{name}': pg_num {} -> {pg_num}, pgp_num {} -> {pgp_num}",
            pool.pg_num, pool.pgp_num
        ));
        pending.change_pool(*id, |pool| {
            pool.pg_num = pg_num;
            pool.pg_num_pending = pg_num;
            pool.pgp_num = pgp_num;
        });
    }
}

/// All steps until every pool is at its targets.
pub fn settle(map: &OsdMap, context: &Context) -> Vec<Applied> {
    let mut steps: Vec<Applied> = Vec::new();
    while steps.len() < MAX_STEPS {
        let latest = steps.last().map_or(map, |step| &step.map);
        let Some(next) = next_step(latest, context) else { break };
        steps.push(next);
    }
    steps
}

fn next_numbers(pool: &Pool, objects: Option<u64>, config: &Config) -> (u32, u32) {
    let mut pg_num = pool.pg_num;
    if pool.pg_num_target > pg_num {
        let gap = pg_num.saturating_sub(pool.pgp_num);
        let room = config.mgr_max_pg_num_change.saturating_sub(gap);
        let step = room.min(config.mon_osd_max_creating_pgs);
        pg_num = pool.pg_num_target.min(pg_num.saturating_add(step));
    } else if pool.pg_num_target < pg_num {
        pg_num = pool.pg_num_target.max(pool.pgp_num).min(pg_num);
    }
    (pg_num, next_pgp_num(pool, objects, config))
}

fn next_pgp_num(pool: &Pool, objects: Option<u64>, config: &Config) -> u32 {
    let (current, mut target) = (pool.pgp_num, pool.pg_num_pending.min(pool.pgp_num_target));
    if pool.pg_num_target < pool.pg_num {
        // PGs that are to merge must not be placed too far ahead of the merging.
        let ahead = (f64::from(pool.pg_num) * config.target_max_misplaced_ratio) as u32;
        let least = pool.pg_num.saturating_sub(ahead.max(LEAST_AHEAD));
        target = target.max(least).min(current.max(pool.pgp_num_target));
    }
    if objects.is_some_and(|objects| objects <= u64::from(target)) {
        return target;
    }
    let room = config.target_max_misplaced_ratio / 2.0;
    let step = ((f64::from(pool.pg_num) * room) as u32).max(1);
    target.clamp(current.saturating_sub(step), current.saturating_add(step))
}

/// PGs that `pgp_num` may always be ahead of a merge by.
const LEAST_AHEAD: u32 = 8;
