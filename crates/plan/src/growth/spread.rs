//! What the pools take of each OSD, on the PGs that there are.

use std::num::NonZeroUsize;

use crushlab_kernel::Placements;
use crushlab_osdmap::cluster::pg_share;
use crushlab_osdmap::{Cluster, OsdMap, PoolMapper, PoolMapping, map_pool};

use super::state::State;
use crushlab_compare::change::devices;
use crushlab_compare::index::OsdPgs;
use crushlab_compare::progress::Progress;
use crushlab_compare::shape::PoolShape;
use crushlab_compare::{Baseline, Cancelled, Holders};

/// What the pools take of each OSD. Lists are by OSD and `max_osd` long.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    pub(super) pools: Vec<PoolSpread>,
    pub(super) load: Load,
}

/// What OSDs hold, and what they take of each byte that a pool stores.
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    /// Sizes; 0 for OSDs that hold nothing.
    pub(super) total_bytes: Vec<f64>,
    /// Bytes used when all data has moved that can.
    pub(super) used_bytes: Vec<f64>,
    /// For each pool of the spread, bytes for each byte stored.
    pub(super) per_stored_byte: Vec<Vec<f64>>,
}

/// The PGs of a pool and what each takes of its OSDs.
#[derive(Clone, Debug)]
pub(super) struct PoolSpread {
    pub(super) pool: i64,
    /// Where its PGs are. `up` says who has the data: where some of it stays, not the up set.
    pub(super) mapping: PoolMapping,
    /// The PGs of each OSD, by what CRUSH chose and by who has the data.
    pub(super) raw_pgs: OsdPgs,
    pub(super) up_pgs: OsdPgs,
    /// Bytes on each OSD of a PG for each byte stored in the pool, by PG.
    pub(super) shares: Vec<f64>,
    /// Bytes that each OSD of a PG holds, by PG.
    pub(super) held_bytes: Vec<f64>,
    pub(super) pgs_short: u32,
}

/// What is known already of where PGs are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Who has the data that is not on the up sets.
    pub(super) holders: &'a Holders,
    /// The PGs of the state, where they were mapped already.
    pub(super) placed: Option<&'a Baseline>,
}

impl Spread {
    /// The spread of a state. `other_bytes` is what is used of each OSD beside the data of PGs;
    /// the holders that are known are those of data that cannot move.
    pub(super) fn of(
        state: &State,
        recorded: &Cluster,
        other_bytes: &[f64],
        known: Known<'_>,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Spread, Cancelled> {
        let osds = state.map.max_osd();
        let pools = pool_spreads(state, recorded, known, threads, progress)?;
        let mut load = Load {
            total_bytes: total_bytes(state),
            used_bytes: vec![0.0; osds],
            per_stored_byte: vec![vec![0.0; osds]; pools.len()],
        };
        for (osd, used) in (0..).zip(&mut load.used_bytes) {
            if !state.new_devices.contains(&osd) {
                *used = other_bytes.get(osd as usize).copied().unwrap_or(0.0);
            }
        }
        for (pool, per_byte) in pools.iter().zip(&mut load.per_stored_byte) {
            pool.add_to(&mut load.used_bytes, &pool.held_bytes);
            pool.add_to(per_byte, &pool.shares);
        }
        Ok(Spread { pools, load })
    }

    /// What is used of each OSD beside the data of PGs: what was recorded, without the data of
    /// the PGs that it has; the holders that are known are those of now.
    pub(super) fn other_bytes(
        state: &State,
        recorded: &Cluster,
        known: Known<'_>,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Vec<f64>, Cancelled> {
        let mut held = vec![0.0; state.map.max_osd()];
        for pool in pool_spreads(state, recorded, known, threads, progress)? {
            pool.add_to(&mut held, &pool.held_bytes);
        }
        let used = |osd: i32| state.osds.get(&osd).map_or(0.0, |stats| stats.used_bytes as f64);
        Ok((0..).zip(held).map(|(osd, held)| used(osd) - held).collect())
    }

    /// PGs with fewer OSDs than their pools' sizes.
    pub(super) fn pgs_short(&self) -> u64 {
        self.pools.iter().map(|pool| u64::from(pool.pgs_short)).sum()
    }
}

/// Sizes of the OSDs that can hold data.
fn total_bytes(state: &State) -> Vec<f64> {
    let size = |osd: i32| {
        let counts = state.map.is_up(osd) && state.map.is_in(osd);
        state.osds.get(&osd).filter(|_| counts).map_or(0.0, |stats| stats.total_bytes as f64)
    };
    (0..state.map.max_osd() as i32).map(size).collect()
}

fn pool_spreads(
    state: &State,
    recorded: &Cluster,
    known: Known<'_>,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<Vec<PoolSpread>, Cancelled> {
    let mut pools = Vec::with_capacity(state.map.pools.len());
    for id in state.map.pools.keys() {
        if progress.is_cancelled() {
            return Err(Cancelled);
        }
        if let Ok(mapper) = PoolMapper::new(&state.map, &state.crush, *id) {
            pools.push(PoolSpread::of(state, recorded, &mapper, known, threads));
            progress.advance(u64::from(mapper.pool().pg_num));
        }
    }
    Ok(pools)
}

impl PoolSpread {
    fn of(
        state: &State,
        recorded: &Cluster,
        mapper: &PoolMapper<'_>,
        known: Known<'_>,
        threads: NonZeroUsize,
    ) -> PoolSpread {
        let (pool, id) = (mapper.pool(), mapper.pool_id());
        let shape = PoolShape::of(&state.map, pool);
        let amplification = state.pools.get(&id).map_or(1.0, |pool| pool.amplification);
        let parts = if shape.is_erasure { shape.readable_size as f64 } else { 1.0 };
        let part = amplification / parts;
        let mut mapping = match known.placed {
            Some(placed) => placed.mapping(mapper, threads),
            None => map_pool(mapper, threads),
        };
        let is_short = |up: &&[i32]| devices(up).count() < shape.size;
        let pgs_short = mapping.up.iter().filter(is_short).count() as u32;
        for (pg, osds) in known.holders.iter().filter(|(pg, _)| pg.pool == id) {
            put(&mut mapping.up, pg.seed, osds);
        }
        PoolSpread {
            pool: id,
            raw_pgs: OsdPgs::new(&mapping.raw),
            up_pgs: OsdPgs::new(&mapping.up),
            shares: (0..pool.pg_num).map(|seed| pg_share(seed, pool.pg_num) * part).collect(),
            held_bytes: state.pg_bytes(recorded, id).iter().map(|bytes| bytes * part).collect(),
            pgs_short,
            mapping,
        }
    }

    /// Adds a number of each PG to all OSDs that have it.
    fn add_to(&self, osds: &mut [f64], by_pg: &[f64]) {
        for (row, value) in self.mapping.up.iter().zip(by_pg) {
            add(osds, row, *value);
        }
    }

    /// PGs of each OSD.
    pub(super) fn pgs_of(&self, osd: i32) -> usize {
        self.up_pgs.of(osd).len()
    }
}

/// Puts other OSDs in the place of a PG's, as many as there is room for.
fn put(rows: &mut Placements, seed: u32, osds: &[i32]) {
    let (index, stride) = (seed as usize, rows.stride);
    let Some(length) = rows.lengths.get_mut(index) else { return };
    let count = osds.len().min(stride);
    let row = rows.devices.iter_mut().skip(index * stride);
    row.zip(osds).take(count).for_each(|(place, osd)| *place = *osd);
    *length = count as u32;
}

/// Adds a number to each OSD of a PG.
pub(super) fn add(osds: &mut [f64], row: &[i32], value: f64) {
    for osd in devices(row) {
        if let Some(sum) = osds.get_mut(osd as usize) {
            *sum += value;
        }
    }
}

/// A map in which OSDs are gone for good: down and out.
pub(super) fn without(map: &mut OsdMap, osds: &[i32]) {
    use crushlab_osdmap::model::state;
    for osd in osds.iter().filter_map(|osd| usize::try_from(*osd).ok()) {
        if let (Some(bits), Some(weight)) =
            (map.osd_states.get_mut(osd), map.osd_weights.get_mut(osd))
        {
            *bits &= !state::UP;
            *weight = 0;
        }
    }
}
