//! What a change of a pool's `pg_num` moves.

use std::fmt;
use std::num::NonZeroUsize;

use crushlab_crush::BuildError;
use crushlab_osdmap::{Cluster, OsdMap, PgId};
use serde::Serialize;

use crushlab_compare::Cancelled;
use crushlab_compare::holders::Holders;
use crushlab_compare::progress::Progress;
use crushlab_compare::resize::{Resize, ResizeStep};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::staging;

/// What moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Shards or replicas of PGs.
    pub shards: u64,
    /// Bytes, where the data of pools is known; else 0.
    pub bytes: u64,
}

/// What moves when the managers carry out a change in their steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Staged {
    /// Steps.
    pub steps: u64,
    /// What moves in all of them. A PG may move more than once.
    pub moved: Moved,
    /// Largest part of the pool's object copies that is misplaced at a time, where data is known.
    pub misplaced_ratio_max: Option<f64>,
}

/// Why it is not known what moves.
#[derive(Clone, Debug, PartialEq)]
pub enum MovedError {
    /// The CRUSH map is broken.
    Crush(BuildError),
    /// [`Progress::cancel`] was called.
    Cancelled,
}

impl fmt::Display for MovedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MovedError::Crush(error) => write!(f, "the CRUSH map: {error}"),
            MovedError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl std::error::Error for MovedError {}

impl From<Cancelled> for MovedError {
    fn from(_: Cancelled) -> MovedError {
        MovedError::Cancelled
    }
}

/// A cluster of one pool, as it is today, with the placements of any number of PGs up to a largest.
#[derive(Clone, Debug)]
pub struct PoolAlone {
    cluster: Cluster,
    id: i64,
    resize: Resize,
}

impl PoolAlone {
    /// One pool of a cluster, with its data, and PGs placed up to `pg_num_max` or today's number,
    /// whichever is more.
    ///
    /// # Errors
    /// [`MovedError`].
    pub fn new(
        cluster: &Cluster,
        id: i64,
        pg_num_max: u32,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<PoolAlone, MovedError> {
        let mut alone = Cluster::new(OsdMap::default());
        let pgs = PgId::new(id, 0)..=PgId::new(id, u32::MAX);
        alone.map = OsdMap { pools: Default::default(), ..cluster.map.clone() };
        alone.map.pools.extend(cluster.map.pools.get(&id).map(|pool| (id, pool.clone())));
        alone.map.pg_temp.retain(|pg, _| pg.pool == id);
        alone.map.primary_temp.retain(|pg, _| pg.pool == id);
        alone.map.pg_upmap.retain(|pg, _| pg.pool == id);
        alone.map.pg_upmap_items.retain(|pg, _| pg.pool == id);
        alone.map.pg_upmap_primaries.retain(|pg, _| pg.pool == id);
        alone.pgs = cluster.pgs.range(pgs).map(|(pg, stats)| (*pg, stats.clone())).collect();
        alone.pools.extend(cluster.pools.get(&id).map(|held| (id, *held)));
        let today = alone.map.pools.get(&id).map_or(0, |pool| pool.pgp_num);
        let most = pg_num_max.max(today);
        let made = Resize::new(&alone, id, most, threads, progress);
        let resize = made.map_err(MovedError::Crush)?;
        let resize = resize.ok_or(MovedError::Cancelled)?;
        Ok(PoolAlone { cluster: alone, id, resize })
    }

    /// What differs in the end between today's `pg_num` and another.
    ///
    /// # Errors
    /// [`MovedError::Cancelled`].
    pub fn moved(&self, pg_num: u32, progress: &Progress) -> Result<Moved, MovedError> {
        let mut map = self.cluster.map.clone();
        if let Some(pool) = map.pools.get_mut(&self.id) {
            (pool.pg_num, pool.pg_num_pending, pool.pg_num_target) = (pg_num, pg_num, pg_num);
            (pool.pgp_num, pool.pgp_num_target) = (pg_num, pg_num);
        }
        let found = self.resize.step(&self.cluster.map, &map, None, progress)?;
        Ok(Moved { shards: found.shards, bytes: found.bytes })
    }

    /// What moves on the way there, step by step, all data coming to rest between two steps. `each`
    /// hears of every step the `pgp_num` that it leads to.
    ///
    /// # Errors
    /// [`MovedError::Cancelled`].
    pub fn staged(
        &self,
        pg_num: u32,
        config: &Config,
        progress: &Progress,
        mut each: impl FnMut(u32),
    ) -> Result<Staged, MovedError> {
        let mut map = self.cluster.map.clone();
        if let Some(pool) = map.pools.get_mut(&self.id) {
            (pool.pg_num_target, pool.pgp_num_target) = (pg_num, pg_num);
        }
        let objects = self.cluster.pools.iter().map(|(id, held)| (*id, held.objects));
        let context = Context {
            config: config.clone(),
            pool_objects: objects.collect(),
            ..Context::default()
        };
        let mut staged = Staged::default();
        let mut holders: Option<Holders> = None;
        while let Some(next) = staging::next_step(&map, &context) {
            let found = self.resize.step(&map, &next.map, holders.as_ref(), progress)?;
            staged.add(&found);
            holders = Some(found.holders);
            map = next.map;
            each(map.pools.get(&self.id).map_or(pg_num, |pool| pool.pgp_num));
        }
        Ok(staged)
    }
}

impl Staged {
    fn add(&mut self, step: &ResizeStep) {
        self.steps += 1;
        self.moved.shards += step.shards;
        self.moved.bytes = self.moved.bytes.saturating_add(step.bytes);
        let ratios = self.misplaced_ratio_max.into_iter().chain(step.misplaced_ratio());
        self.misplaced_ratio_max = ratios.reduce(f64::max);
    }
}
