//! What a step of the managers does to `pg_num` and `pgp_num` (`DaemonServer::adjust_pgs`).

use crushlab_osdmap::Pool;

use crate::command::pending::Pending;
use crate::config::Config;

/// Most steps that [`settle`](crate::staging::settle) takes, far more than any change needs.
pub(crate) const MAX_STEPS: usize = 100_000;

/// Prepares what [`next_step`](crate::staging::next_step) does.
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
