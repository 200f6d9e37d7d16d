//! PGs that lack OSDs.

use serde::Serialize;

use crushlab_compare::PgState;
use crushlab_compare::copies::count;
use crushlab_compare::settle::View;
use crushlab_compare::shape::PoolShape;

/// PGs that lack OSDs. Each number holds the next: a PG that is lost is below min_size, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShortPgs {
    /// PGs that fewer OSDs serve than the pool's size.
    pub pgs_undersized: u64,
    /// PGs that serve no client: fewer OSDs than min_size serve them.
    pub pgs_below_min_size: u64,
    /// PGs that cannot be read: no copy is left on an OSD that is up, or fewer than k shards.
    pub pgs_lost: u64,
}

impl ShortPgs {
    /// What one PG counts for.
    pub(crate) fn of(shape: &PoolShape, view: &View) -> ShortPgs {
        let is_lost = view.state.has(PgState::DOWN) || view.state.has(PgState::INCOMPLETE);
        ShortPgs {
            pgs_undersized: u64::from(is_lost || count(&view.acting) < shape.size),
            pgs_below_min_size: u64::from(!view.state.has(PgState::ACTIVE)),
            pgs_lost: u64::from(is_lost),
        }
    }

    /// What one PG counts for more than it did before.
    pub(crate) fn beyond(self, before: ShortPgs) -> ShortPgs {
        ShortPgs {
            pgs_undersized: self.pgs_undersized.saturating_sub(before.pgs_undersized),
            pgs_below_min_size: self.pgs_below_min_size.saturating_sub(before.pgs_below_min_size),
            pgs_lost: self.pgs_lost.saturating_sub(before.pgs_lost),
        }
    }

    /// Adds another sum.
    pub(crate) fn add(&mut self, other: ShortPgs) {
        self.pgs_undersized += other.pgs_undersized;
        self.pgs_below_min_size += other.pgs_below_min_size;
        self.pgs_lost += other.pgs_lost;
    }

    /// Takes away what was counted before.
    pub(crate) fn take_away(&mut self, other: ShortPgs) {
        self.pgs_undersized -= other.pgs_undersized;
        self.pgs_below_min_size -= other.pgs_below_min_size;
        self.pgs_lost -= other.pgs_lost;
    }
}
