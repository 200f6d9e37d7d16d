//! States of PGs as a map alone gives them.

use crushlab_osdmap::{Cluster, OsdMap, PgId, PoolMapping};

use super::amounts::amounts;
use super::history::History;
use super::pg_state::PgState;
use super::settle::{Setting, View};
use super::shape::PoolShape;

/// The state of each PG of a pool, as if it had had the time to peer: from its up and acting sets,
/// the pool's size and min_size, and the k of its erasure code. It is what [`compare`] says of the
/// time before a change. `data` tells which PGs have no objects, so that none is missing.
///
/// What does not follow from the map is not in it: scrubs, recovery by the log, backfill that runs.
///
/// [`compare`]: super::compare()
pub fn mapped_states(
    map: &OsdMap,
    mapping: &PoolMapping,
    data: &Cluster,
    history: &History,
) -> Vec<PgState> {
    let Some(pool) = map.pools.get(&mapping.pool) else { return Vec::new() };
    let shape = PoolShape::of(map, pool);
    let amounts = amounts(data, mapping.pool, pool.pg_num).map(|(amounts, _)| amounts);
    let mut view = View::default();
    let state = |(at, pg): (usize, crushlab_osdmap::PgMapping<'_>)| {
        let amount = amounts.as_ref().and_then(|amounts| amounts.get(at));
        let objects = amount.map(|amount| amount.objects);
        super::pg_compare::take(&mut view, pg);
        let recorded = history.get(PgId::new(mapping.pool, at as u32));
        Setting { map, shape, objects, primary_temp: None, recorded }.evaluate(&mut view);
        view.state
    };
    mapping.iter().enumerate().map(state).collect()
}
