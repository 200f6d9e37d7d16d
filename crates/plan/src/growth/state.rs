//! A cluster with its data, as it is or as a change would leave it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crushlab_crush::Map;
use crushlab_osdmap::cluster::pg_share;
use crushlab_osdmap::{Cluster, OsdMap, OsdStats, PoolStats};

use crate::capacity::{PoolData, Subject, raw_used_rate};
use crushlab_compare::amounts::amounts;

/// A cluster with its data.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) map: OsdMap,
    pub(super) crush: Arc<Map>,
    /// Sizes of OSDs; what is used of them is as it was recorded.
    pub(super) osds: BTreeMap<i32, OsdStats>,
    pub(super) pools: BTreeMap<i64, PoolState>,
    /// OSDs whose devices are new, so that nothing that was recorded of them is there.
    pub(super) new_devices: BTreeSet<i32>,
}

/// What a pool holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PoolState {
    /// Whether that is known.
    pub(super) is_known: bool,
    pub(super) stored_bytes: f64,
    pub(super) objects: u64,
    /// Bytes taken by those that replicas and parity take.
    pub(super) amplification: f64,
    /// Whether it was made by a change, so that nothing was recorded of its PGs.
    pub(super) is_new: bool,
}

impl State {
    /// The state that a subject is in.
    pub(super) fn of(subject: &Subject<'_>) -> State {
        let pools = subject.map.pools.iter().map(|(id, pool)| {
            let Some(data) = PoolData::of(subject, *id, pool) else {
                return (*id, PoolState { amplification: 1.0, ..PoolState::default() });
            };
            let state = PoolState {
                is_known: true,
                stored_bytes: data.stored_bytes as f64,
                objects: data.objects,
                amplification: data.amplification(raw_used_rate(subject.map, pool)),
                is_new: false,
            };
            (*id, state)
        });
        State {
            map: subject.map.clone(),
            crush: Arc::new(subject.crush.clone()),
            osds: subject.data.osds.clone(),
            pools: pools.collect(),
            new_devices: BTreeSet::new(),
        }
    }

    /// The state as something to ask about.
    pub(super) fn subject<'a>(&'a self, data: &'a Cluster) -> Subject<'a> {
        Subject { map: &self.map, crush: &self.crush, data, placed: None }
    }

    /// Bytes stored in each PG of a pool of this state.
    pub(super) fn pg_bytes(&self, recorded: &Cluster, id: i64) -> Vec<f64> {
        let pg_num = self.map.pools.get(&id).map_or(0, |pool| pool.pg_num);
        let pool = self.pools.get(&id).copied().unwrap_or_default();
        if pool.is_new {
            return (0..pg_num).map(|seed| pool.stored_bytes * pg_share(seed, pg_num)).collect();
        }
        match amounts(recorded, id, pg_num) {
            Some((amounts, _)) => amounts.iter().map(|amount| amount.bytes as f64).collect(),
            None => vec![0.0; pg_num as usize],
        }
    }

    /// What was recorded, as if it had been of this state.
    pub(super) fn recorded<'a>(&self, recorded: &'a Cluster) -> Cow<'a, Cluster> {
        if !self.pools.values().any(|pool| pool.is_new) {
            return Cow::Borrowed(recorded);
        }
        let is_kept = |id: &i64| self.pools.get(id).is_some_and(|pool| !pool.is_new);
        let made = |(id, pool): (&i64, &PoolState)| {
            let stored_bytes = pool.stored_bytes as u64;
            (*id, PoolStats { objects: pool.objects, stored_bytes, ..PoolStats::default() })
        };
        let pgs = recorded.pgs.iter().filter(|(pg, _)| is_kept(&pg.pool));
        Cow::Owned(Cluster {
            map: self.map.clone(),
            pgs: pgs.map(|(pg, stats)| (*pg, stats.clone())).collect(),
            osds: self.osds.clone(),
            pools: self.pools.iter().filter(|(_, pool)| pool.is_known).map(made).collect(),
            sources: recorded.sources,
            ..Cluster::default()
        })
    }
}
