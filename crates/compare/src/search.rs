//! Which PGs of a pool a change can touch.
//!
//! A PG that is plain before (see [`baseline`](super::baseline)) does the same after a change
//! where CRUSH chooses the same OSDs for it, none of these starts, stops, appears, goes, gets
//! another primary affinity, or is moved to another failure domain, and the map after the change
//! says nothing of this very PG. All others are looked at.

use std::num::NonZeroUsize;

use crushlab_osdmap::model::{pool_flag, state};
use crushlab_osdmap::{OsdMap, PgId, Pool};

use super::baseline::{PoolBaseline, place_pool};
use super::pool_side::PoolSide;
use super::touched::{Touched, WhyEvery};
use crate::index::{Changes, Conditions};
use crate::progress::{Cancelled, Progress};

/// How to find the PGs that a change touches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) threads: NonZeroUsize,
    pub(crate) progress: &'a Progress,
    /// Whether all PGs are wanted, whatever the change.
    pub(crate) every_pg: bool,
}

impl Search<'_> {
    /// The PGs of a pool that is there after the change.
    pub(crate) fn touched(
        &self,
        baseline: Option<&PoolBaseline>,
        before: Option<&PoolSide<'_>>,
        after: &PoolSide<'_>,
    ) -> Result<Touched, Cancelled> {
        let why = match (baseline, before) {
            _ if self.every_pg => WhyEvery::Asked,
            (Some(_), Some(before)) if !is_alike(before, after) => WhyEvery::OtherPool,
            (Some(baseline), Some(before)) => {
                let conditions = Conditions::of_pool(&after.mapper, after.state.crush());
                match baseline.record.as_ref().zip(conditions) {
                    None => WhyEvery::NoRule,
                    Some((record, conditions)) => {
                        let quiet = self.progress.quiet();
                        let changes = record.changes(&conditions, self.threads, &quiet);
                        let changes = changes.ok_or(Cancelled)?;
                        let pgs = touched_pgs(baseline, before, after, &changes);
                        return Ok(Touched::Pgs { pgs, changes });
                    }
                }
            }
            _ => WhyEvery::NewOrGone,
        };
        let placed = place_pool(after, self.threads, &self.progress.quiet())?;
        Ok(Touched::Every { why, placed })
    }
}

/// Whether PGs of the pool that keep their OSDs are what they were.
fn is_alike(before: &PoolSide<'_>, after: &PoolSide<'_>) -> bool {
    let numbers = |pool: &Pool| {
        (pool.pg_num, pool.pgp_num, pool.flags & pool_flag::HASHPSPOOL, pool.can_shift_osds())
    };
    before.shape == after.shape && numbers(before.pool) == numbers(after.pool)
}

/// The PGs to look at where CRUSH places these otherwise.
fn touched_pgs(
    baseline: &PoolBaseline,
    before: &PoolSide<'_>,
    after: &PoolSide<'_>,
    changes: &Changes,
) -> Vec<u32> {
    let mut pgs = changes.pgs.clone();
    pgs.extend_from_slice(baseline.special());
    let (id, pg_num) = (after.id, after.pool.pg_num);
    pgs.extend(exceptions(after.state.map(), id).filter(|seed| *seed < pg_num));
    if let Some(record) = &baseline.record {
        let osds = touched_osds(before, after);
        pgs.extend(osds.into_iter().flat_map(|osd| record.osd_pgs().of(osd)));
    }
    pgs.sort_unstable();
    pgs.dedup();
    pgs
}

/// The PGs of a pool that a map says something of.
pub(crate) fn exceptions(map: &OsdMap, id: i64) -> impl Iterator<Item = u32> {
    let pgs = || PgId::new(id, 0)..=PgId::new(id, u32::MAX);
    let upmaps = map.pg_upmap.range(pgs()).map(|(pg, _)| pg.seed);
    upmaps
        .chain(map.pg_upmap_items.range(pgs()).map(|(pg, _)| pg.seed))
        .chain(map.pg_upmap_primaries.range(pgs()).map(|(pg, _)| pg.seed))
        .chain(map.pg_temp.range(pgs()).map(|(pg, _)| pg.seed))
        .chain(map.primary_temp.range(pgs()).map(|(pg, _)| pg.seed))
}

/// The OSDs whose PGs may do otherwise with the same placements.
fn touched_osds(before: &PoolSide<'_>, after: &PoolSide<'_>) -> Vec<i32> {
    let (old, new) = (before.state.map(), after.state.map());
    let is_touched = |osd: &i32| {
        (old.osd_state(*osd) ^ new.osd_state(*osd)) & (state::EXISTS | state::UP) != 0
            || old.primary_affinity(*osd) != new.primary_affinity(*osd)
            || !before.topology.is_alike(&after.topology, *osd)
    };
    (0..old.max_osd().max(new.max_osd()) as i32).filter(is_touched).collect()
}
