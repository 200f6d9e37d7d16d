//! How urgent Ceph takes the recovery of a PG to be.

use crushlab_compare::PgState;
use crushlab_compare::copies::count;
use crushlab_compare::settle::View;
use crushlab_compare::shape::PoolShape;
use crushlab_osdmap::Pool;
use crushlab_osdmap::model::{PoolOption, option_key};

/// Priority of a PG that was asked to be backfilled at once (`ceph pg force-backfill`).
pub(crate) const FORCED_BACKFILL: u8 = 254;
/// The same for recovery by the log (`ceph pg force-recovery`).
pub(crate) const FORCED_RECOVERY: u8 = 255;
/// From this on a scheduler counts the work as recovery, below as best effort.
pub(crate) const DEGRADED: u8 = 140;

/// How a PG gets what it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was written since, by the PG's log.
    Log,
    /// Every object, compared and copied.
    Backfill,
}

/// Bounds of what pools may add, and what is added to it: -10 counts as 0, the default as 10
/// (`PeeringState::clamp_recovery_priority`).
const POOL_PRIORITY: std::ops::RangeInclusive<i64> = -10..=10;

/// A pool's own `recovery_priority`, as far as Ceph lets it count.
pub(crate) fn pool_priority(pool: &Pool) -> i64 {
    let own = match pool.options.get(&option_key::RECOVERY_PRIORITY) {
        Some(PoolOption::Whole(priority)) => *priority,
        _ => 0,
    };
    own.clamp(*POOL_PRIORITY.start(), *POOL_PRIORITY.end())
}

/// Priority of a PG's reservation (`PeeringState::get_recovery_priority` and
/// `get_backfill_priority`; base and largest values of `osd_types.h`). A live 16.2.15 cluster has
/// 110 for data that only moves, 151 for a PG that lacks one copy, and 190 for its log.
pub(crate) fn priority(kind: Kind, shape: &PoolShape, view: &View, pool_priority: i64) -> u8 {
    let serving = count(&view.acting);
    let (base, most) = if serving < shape.min_size {
        (220 + shape.min_size - serving, 253)
    } else {
        match kind {
            Kind::Log => (180, 219),
            Kind::Backfill if serving < shape.size => (140 + shape.size - serving, 179),
            Kind::Backfill if view.state.has(PgState::DEGRADED) => (140, 179),
            Kind::Backfill => (100, 139),
        }
    };
    let shifted = base as i64 + pool_priority - POOL_PRIORITY.start();
    shifted.clamp(0, most) as u8
}

/// Priority of deleting a PG that is held elsewhere by now (`PeeringState::get_delete_priority`).
pub(crate) fn deletion(is_nearfull: bool, is_backfillfull: bool) -> u8 {
    match (is_backfillfull, is_nearfull) {
        (true, _) => 255,
        (false, true) => 219,
        (false, false) => 179,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: PoolShape =
        PoolShape { is_erasure: false, size: 3, min_size: 2, readable_size: 1 };

    fn of(kind: Kind, acting: &[i32], state: PgState, pool: i64) -> u8 {
        let view = View { acting: acting.to_vec(), state, ..View::default() };
        priority(kind, &SHAPE, &view, pool)
    }

    #[test]
    fn numbers_are_those_of_a_live_cluster() {
        let active = PgState::ACTIVE;
        assert_eq!(of(Kind::Backfill, &[1, 2, 3], active, 0), 110);
        assert_eq!(of(Kind::Backfill, &[1, 2], active.with(PgState::DEGRADED), 0), 151);
        assert_eq!(of(Kind::Log, &[1, 2, 3], active, 0), 190);
    }

    #[test]
    fn pools_shift_within_bounds_and_few_copies_come_first() {
        let degraded = PgState::ACTIVE.with(PgState::DEGRADED);
        assert_eq!(of(Kind::Backfill, &[1, 2, 3], PgState::ACTIVE, -10), 100);
        assert_eq!(of(Kind::Backfill, &[1, 2, 3], PgState::ACTIVE, 10), 120);
        assert_eq!(of(Kind::Backfill, &[1, 2, 3], degraded, 0), 150);
        assert_eq!(of(Kind::Backfill, &[1], PgState::PEERED, 0), 231);
        assert_eq!(of(Kind::Log, &[1], PgState::PEERED, 10), 241);
        assert_eq!(
            [deletion(false, false), deletion(true, false), deletion(true, true)],
            [179, 219, 255]
        );
    }
}
