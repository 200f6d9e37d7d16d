//! What a byte stored in a pool takes of each OSD.
//!
//! Objects spread over PGs by their names' hashes, so a PG gets the share of new data that its
//! share of the hashes is; each of its OSDs takes all of that, or the k-th part in an
//! erasure-coded pool.

use std::num::NonZeroUsize;

use crushlab_crush::NONE;
use crushlab_osdmap::PoolMapper;
use crushlab_osdmap::cluster::pg_share;

use super::max_avail::raw_used_rate;
use super::pool_data::PoolData;
use super::subject::Subject;
use crushlab_compare::Cancelled;
use crushlab_compare::progress::Progress;
use crushlab_compare::shape::PoolShape;

/// What the pools of a cluster take of its OSDs.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Pools that have PGs, by rising id.
    pub pools: Vec<PoolLayout>,
}

/// What one pool takes of the OSDs. Lists are by OSD and `max_osd` long.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolLayout {
    /// Id of the pool.
    pub pool: i64,
    /// Bytes that it stores, each object counted once; 0 where that is not known.
    pub stored_bytes: f64,
    /// Bytes that a stored byte takes beyond what replicas and parity do: padding, omap, or less
    /// than 1 by compression.
    pub amplification: f64,
    /// Bytes on each OSD for each byte stored, `amplification` not counted.
    pub per_stored_byte: Vec<f64>,
    /// PGs in the up set of each OSD.
    pub pgs: Vec<u32>,
    /// PGs with fewer OSDs than the pool's size.
    pub pgs_short: u32,
}

impl Layout {
    /// The layout of all pools of the subject, by the up sets of their PGs.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so, which is looked at between pools.
    pub fn of(
        subject: &Subject<'_>,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Layout, Cancelled> {
        let mut pools = Vec::with_capacity(subject.map.pools.len());
        for id in subject.map.pools.keys() {
            if progress.is_cancelled() {
                return Err(Cancelled);
            }
            let Ok(mapper) = PoolMapper::new(subject.map, subject.crush, *id) else { continue };
            pools.push(PoolLayout::of(subject, &mapper, threads));
            progress.advance(u64::from(mapper.pool().pg_num));
        }
        Ok(Layout { pools })
    }
}

impl PoolLayout {
    fn of(subject: &Subject<'_>, mapper: &PoolMapper<'_>, threads: NonZeroUsize) -> PoolLayout {
        let (id, pool) = (mapper.pool_id(), mapper.pool());
        let data = PoolData::of(subject, id, pool);
        let shape = PoolShape::of(subject.map, pool);
        let part = if shape.is_erasure { 1.0 / shape.readable_size as f64 } else { 1.0 };
        let mut layout = PoolLayout {
            pool: id,
            stored_bytes: data.map_or(0.0, |data| data.stored_bytes as f64),
            amplification: data
                .map_or(1.0, |data| data.amplification(raw_used_rate(subject.map, pool))),
            per_stored_byte: vec![0.0; subject.map.max_osd()],
            pgs: vec![0; subject.map.max_osd()],
            pgs_short: 0,
        };
        let mapping = subject.mapping(mapper, threads);
        for (seed, up) in (0..).zip(mapping.up.iter()) {
            let share = pg_share(seed, pool.pg_num) * part;
            let mut held = 0;
            for osd in up.iter().filter(|osd| **osd != NONE) {
                let Ok(index) = usize::try_from(*osd) else { continue };
                if let Some(bytes) = layout.per_stored_byte.get_mut(index) {
                    *bytes += share;
                    layout.pgs[index] += 1;
                    held += 1;
                }
            }
            layout.pgs_short += u32::from(held < shape.size);
        }
        layout
    }

    /// Bytes that an OSD takes for each byte stored, padding and all.
    pub fn bytes_per_stored_byte(&self, osd: usize) -> f64 {
        self.per_stored_byte.get(osd).copied().unwrap_or(0.0) * self.amplification
    }
}
