//! The steps in which a cluster changes pg_num and pgp_num to their targets.

use crushlab_osdmap::Pool;

/// Numbers of PGs at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// PGs.
    pub pg_num: u32,
    /// PGs that are placed apart.
    pub pgp_num: u32,
}

impl Stage {
    /// Gives a pool these numbers; its targets stay.
    pub fn apply(self, pool: &mut Pool) {
        pool.pg_num = self.pg_num;
        pool.pg_num_pending = self.pg_num;
        pool.pgp_num = self.pgp_num;
    }
}

/// What a step is limited by, and what the cluster is like when it is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageLimits {
    /// Most PGs that are split off at once (mon_osd_max_creating_pgs).
    pub max_creating_pgs: u32,
    /// Largest share of misplaced copies that pgp_num may cause (target_max_misplaced_ratio).
    pub max_misplaced_ratio: f64,
    /// Share of copies that are misplaced already.
    pub misplaced_ratio: f64,
    /// Objects of the pool, where they are known. A pool with no more than its PGs is moved at
    /// once.
    pub objects: Option<u64>,
}

impl Default for StageLimits {
    /// Ceph's default options, with nothing misplaced.
    fn default() -> StageLimits {
        StageLimits {
            max_creating_pgs: 1024,
            max_misplaced_ratio: 0.05,
            misplaced_ratio: 0.0,
            objects: None,
        }
    }
}

/// The numbers that a healthy cluster gives a pool next on the way to its targets
/// (`DaemonServer::adjust_pgs`); `None` when it is there, or waits for misplaced data.
pub fn next_stage(pool: &Pool, limits: &StageLimits) -> Option<Stage> {
    let stage = Stage { pg_num: next_pg_num(pool, limits), pgp_num: next_pgp_num(pool, limits) };
    let now = Stage { pg_num: pool.pg_num, pgp_num: pool.pgp_num };
    (stage != now).then_some(stage)
}

/// Maps from before Nautilus have no targets.
fn target_or(target: u32, now: u32) -> u32 {
    if target == 0 { now } else { target }
}

/// PGs are split as many as may be created, and merged one at a time, once its placement is that
/// of the PG that it goes into.
fn next_pg_num(pool: &Pool, limits: &StageLimits) -> u32 {
    let target = target_or(pool.pg_num_target, pool.pg_num);
    if target > pool.pg_num {
        pool.pg_num.saturating_add(limits.max_creating_pgs.max(1)).min(target)
    } else if target < pool.pg_num && pool.pgp_num < pool.pg_num {
        pool.pg_num - 1
    } else {
        pool.pg_num
    }
}

/// pgp_num changes by as many PGs as keep the misplaced share below its limit, objects taken to be
/// spread evenly, and by half of that limit at most.
fn next_pgp_num(pool: &Pool, limits: &StageLimits) -> u32 {
    let now = pool.pgp_num;
    let mut target = target_or(pool.pgp_num_target, now).min(pool.pg_num);
    if target_or(pool.pg_num_target, pool.pg_num) < pool.pg_num {
        // While PGs are merged, pgp_num does not run far ahead.
        target = target.max(pool.pg_num.saturating_sub((pool.pg_num / 20).max(8)));
    }
    let room_ratio = limits.max_misplaced_ratio - limits.misplaced_ratio;
    if target == now || room_ratio < 0.0 {
        return now;
    }
    if limits.objects.is_some_and(|objects| objects <= u64::from(target)) {
        return target;
    }
    let room_ratio = room_ratio.min(limits.max_misplaced_ratio / 2.0);
    let most = ((f64::from(pool.pg_num) * room_ratio) as u32).max(1);
    if target > now { now.saturating_add(most).min(target) } else { (now - most).max(target) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(pg_num: u32, pgp_num: u32, target: u32) -> Pool {
        Pool {
            pg_num,
            pgp_num,
            pg_num_target: target,
            pgp_num_target: target,
            pg_num_pending: pg_num,
            ..Pool::default()
        }
    }

    #[test]
    fn pgs_are_split_first_and_placed_apart_bit_by_bit() {
        let limits = StageLimits::default();
        let first = next_stage(&pool(512, 512, 1024), &limits);
        assert_eq!(first, Some(Stage { pg_num: 1024, pgp_num: 512 }));
        // 1024 PGs, nothing misplaced: 25 at a time.
        let mut pool = pool(1024, 512, 1024);
        let mut steps = Vec::new();
        while let Some(stage) = next_stage(&pool, &limits) {
            steps.push(stage.pgp_num);
            stage.apply(&mut pool);
        }
        assert_eq!((steps[0], steps.len(), steps.last()), (537, 21, Some(&1024)));
    }

    #[test]
    fn misplaced_data_is_waited_for() {
        let limits = StageLimits { misplaced_ratio: 0.06, ..StageLimits::default() };
        assert_eq!(next_stage(&pool(1024, 512, 1024), &limits), None);
        let limits = StageLimits { misplaced_ratio: 0.04, ..StageLimits::default() };
        let next = next_stage(&pool(1024, 512, 1024), &limits);
        assert_eq!(next.map(|stage| stage.pgp_num), Some(522));
    }

    #[test]
    fn pgs_are_merged_one_at_a_time() {
        let limits = StageLimits::default();
        let mut pool = pool(64, 64, 32);
        let mut stages = Vec::new();
        while let Some(stage) = next_stage(&pool, &limits) {
            assert!(stage.pgp_num <= stage.pg_num);
            stages.push(stage);
            stage.apply(&mut pool);
        }
        assert_eq!(stages[0], Stage { pg_num: 64, pgp_num: 63 });
        assert_eq!(stages.last(), Some(&Stage { pg_num: 32, pgp_num: 32 }));
    }

    #[test]
    fn an_empty_pool_jumps() {
        let limits = StageLimits { objects: Some(3), ..StageLimits::default() };
        let next = next_stage(&pool(64, 32, 64), &limits);
        assert_eq!(next, Some(Stage { pg_num: 64, pgp_num: 64 }));
    }
}
