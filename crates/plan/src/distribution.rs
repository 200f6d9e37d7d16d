//! How the PGs of each pool are spread over the OSDs, against what the weights ask for.

use std::num::NonZeroUsize;

use crushlab_crush::NONE;
use crushlab_osdmap::PoolMapper;

use crate::capacity::Subject;
use crushlab_compare::progress::Progress;
use crushlab_compare::share::asked_per_pg;

/// What one pool puts on each OSD. Lists are by OSD and `max_osd` long.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolSpread {
    /// Id of the pool.
    pub pool: i64,
    /// PGs whose up set an OSD is in.
    pub pgs: Vec<u32>,
    /// PGs whose up primary it is.
    pub primaries: Vec<u32>,
    /// PGs that the weights ask it to hold, see [`asked_per_pg`]; 0 for all where the pool has no
    /// rule.
    pub pgs_asked: Vec<f64>,
}

/// Counts the PGs of some pools by OSD. Pools that do not exist are left out. `None` when the work
/// was cancelled; that is looked at between two pools.
pub fn distribution(
    subject: &Subject<'_>,
    pools: &[i64],
    threads: NonZeroUsize,
    progress: &Progress,
) -> Option<Vec<PoolSpread>> {
    let mut spreads = Vec::with_capacity(pools.len());
    for pool in pools {
        if progress.is_cancelled() {
            return None;
        }
        let Ok(mapper) = PoolMapper::new(subject.map, subject.crush, *pool) else { continue };
        spreads.push(spread(subject, &mapper, threads));
        progress.advance(u64::from(mapper.pool().pg_num));
    }
    Some(spreads)
}

fn spread(subject: &Subject<'_>, mapper: &PoolMapper<'_>, threads: NonZeroUsize) -> PoolSpread {
    let Subject { map, crush, .. } = *subject;
    let mut spread = PoolSpread {
        pool: mapper.pool_id(),
        pgs: vec![0; map.max_osd()],
        primaries: vec![0; map.max_osd()],
        pgs_asked: vec![0.0; map.max_osd()],
    };
    let mapping = subject.mapping(mapper, threads);
    for osds in mapping.up.iter() {
        osds.iter().filter(|osd| **osd != NONE).for_each(|osd| count(&mut spread.pgs, *osd));
    }
    mapping.up_primaries.iter().for_each(|osd| count(&mut spread.primaries, *osd));
    let pool = mapper.pool();
    if let Some(rule) = mapper.rule_id().and_then(|rule| crush.rule(rule)) {
        let asked = asked_per_pg(crush, rule, usize::from(pool.size), &map.osd_weights);
        for (osd, per_pg) in asked {
            let slot = usize::try_from(osd).ok().and_then(|osd| spread.pgs_asked.get_mut(osd));
            if let Some(slot) = slot {
                *slot = per_pg * f64::from(pool.pg_num);
            }
        }
    }
    spread
}

/// Ids of no OSD, such as that of a missing primary, are not counted.
fn count(counts: &mut [u32], osd: i32) {
    if let Some(slot) = usize::try_from(osd).ok().and_then(|osd| counts.get_mut(osd)) {
        *slot += 1;
    }
}

#[cfg(test)]
mod tests;
