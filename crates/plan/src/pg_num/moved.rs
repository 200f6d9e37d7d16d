//! What a change of a pool's `pg_num` moves.

use std::num::NonZeroUsize;

use crushlab_osdmap::{Cluster, OsdMap, PgId};
use serde::Serialize;

use crate::cluster::{
    Between, ClusterData, ClusterState, Options, Scenario, ScenarioError, Step, compare, run,
};
use crate::config::Context;
use crate::progress::Progress;
use crate::staging;

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

/// A cluster of one pool, as it is today.
#[derive(Clone, Debug)]
pub struct PoolAlone {
    cluster: Cluster,
    id: i64,
}

impl PoolAlone {
    /// One pool of a cluster, with its data.
    pub fn new(cluster: &Cluster, id: i64) -> PoolAlone {
        let mut alone = Cluster::new(OsdMap::default());
        let pgs = PgId::new(id, 0)..=PgId::new(id, u32::MAX);
        alone.map = OsdMap { pools: Default::default(), ..cluster.map.clone() };
        alone.map.pools.extend(cluster.map.pools.get(&id).map(|pool| (id, pool.clone())));
        alone.map.pg_temp.retain(|pg, _| pg.pool == id);
        alone.pgs = cluster.pgs.range(pgs).map(|(pg, stats)| (*pg, stats.clone())).collect();
        alone.pools.extend(cluster.pools.get(&id).map(|held| (id, *held)));
        alone.osds.clone_from(&cluster.osds);
        PoolAlone { cluster: alone, id }
    }

    /// What differs in the end between today's `pg_num` and another.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn moved(
        &self,
        pg_num: u32,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Moved, ScenarioError> {
        let mut map = self.cluster.map.clone();
        if let Some(pool) = map.pools.get_mut(&self.id) {
            (pool.pg_num, pool.pg_num_pending, pool.pg_num_target) = (pg_num, pg_num, pg_num);
            (pool.pgp_num, pool.pgp_num_target) = (pg_num, pg_num);
        }
        let state = |map, step| {
            ClusterState::new(map).map_err(|error| ScenarioError::Crush { step, error })
        };
        let (before, after) = (state(&self.cluster.map, 0)?, state(&map, 1)?);
        let data = ClusterData::new(&self.cluster);
        let found = compare(&before, &after, &data, &options(threads), progress)?;
        let summary = &found.report.summary;
        Ok(Moved { shards: summary.shards_moved, bytes: summary.moved_bytes })
    }

    /// What moves on the way there, step by step, all data coming to rest between two steps.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn staged(
        &self,
        pg_num: u32,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Staged, ScenarioError> {
        let mut target = self.cluster.map.clone();
        if let Some(pool) = target.pools.get_mut(&self.id) {
            (pool.pg_num_target, pool.pgp_num_target) = (pg_num, pg_num);
        }
        let objects = self.cluster.pools.iter().map(|(id, held)| (*id, held.objects));
        let context = Context { pool_objects: objects.collect(), ..Context::default() };
        let mut staged = Staged::default();
        // One step at a time: a large pool has many, and each has a map of its own.
        while let Some(next) = staging::next_step(&target, &context) {
            let scenario = Scenario {
                cluster: &self.cluster,
                start: &target,
                baseline: None,
                steps: &[Step { command: "", map: &next.map }],
                between: Between::Heals,
            };
            run(&scenario, &options(threads), progress, |step| {
                staged.steps += 1;
                staged.moved.shards += step.summary.shards_moved;
                staged.moved.bytes += step.summary.moved_bytes;
                let ratio = step.summary.after.misplaced_ratio;
                staged.misplaced_ratio_max = match (staged.misplaced_ratio_max, ratio) {
                    (Some(most), Some(ratio)) => Some(f64::max(most, ratio)),
                    (most, ratio) => most.or(ratio),
                };
            })?;
            target = next.map;
        }
        Ok(staged)
    }
}

fn options(threads: NonZeroUsize) -> Options {
    Options { threads, list_pgs: false, ..Options::default() }
}
