//! Where a cluster's PGs and objects are, and where the cluster says they are.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_cluster::Cluster;
use crushlab_compare::Progress;
use crushlab_compare::share::asked_per_pg;
use crushlab_compare::{PgState, mapped_states};
use crushlab_crush::NONE;
use crushlab_kernel::Placements;
use crushlab_osdmap::mapping::{Access, ObjectName};
use crushlab_osdmap::{PgId, PgStats, PgWorkspace, PoolMapper, PoolMapping};
use crushlab_plan::distribution::{PoolSpread, distribution};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array, Uint8Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::cluster::NativeCluster;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// OSDs of many PGs.
#[napi(object)]
pub struct NativeRows {
    /// `stride` for each PG, the missing ones being 2147483647.
    pub osds: Int32Array,
    /// Number of each PG's OSDs.
    pub lengths: Uint32Array,
    /// Room for each PG.
    pub stride: u32,
}

impl From<Placements> for NativeRows {
    fn from(rows: Placements) -> NativeRows {
        NativeRows {
            osds: Int32Array::new(rows.devices),
            lengths: Uint32Array::new(rows.lengths),
            stride: rows.stride as u32,
        }
    }
}

/// The OSDs of all PGs of a pool, by number of the PG.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_osdmap::PoolMapping")]
pub struct NativePoolPgs {
    pub pool: i64,
    pub raw: NativeRows,
    pub up: NativeRows,
    pub acting: NativeRows,
    pub up_primaries: Int32Array,
    pub acting_primaries: Int32Array,
    /// State of each PG, as an index into `state_names`.
    pub states: Uint32Array,
    /// The states that there are.
    pub state_names: Vec<String>,
}

/// Maps all PGs of some pools on other threads than JavaScript's.
pub struct MapPools {
    cluster: Cluster,
    pools: Vec<i64>,
    threads: NonZeroUsize,
    progress: Arc<Progress>,
}

fn cancelled() -> Failure {
    Failure::new("aborted", "the work was cancelled")
}

impl Task for MapPools {
    type Output = std::result::Result<Vec<(PoolMapping, Vec<PgState>)>, Failure>;
    type JsValue = Vec<NativePoolPgs>;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        let map_one = |pool: &i64| {
            if self.progress.is_cancelled() {
                return Err(cancelled());
            }
            let mapper = PoolMapper::new(self.cluster.map(), self.cluster.crush(), *pool);
            let mapper = mapper.map_err(|error| Failure::new("unknown_pool", error))?;
            let mapping = self.cluster.subject().mapping(&mapper, self.threads);
            let states = mapped_states(
                self.cluster.map(),
                &mapping,
                self.cluster.recorded(),
                self.cluster.history(),
            );
            self.progress.advance(mapping.len() as u64);
            Ok((mapping, states))
        };
        Ok(guarded(|| self.pools.iter().map(map_one).collect()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Vec<NativePoolPgs>> {
        let mappings = output.map_err(|failure| failure.into_error(&env))?;
        let native = |(mapping, states): (PoolMapping, Vec<PgState>)| {
            let mut names = Names::default();
            let states: Vec<u32> = states.into_iter().map(|state| names.index(state)).collect();
            NativePoolPgs {
                pool: mapping.pool,
                raw: mapping.raw.into(),
                up: mapping.up.into(),
                acting: mapping.acting.into(),
                up_primaries: Int32Array::new(mapping.up_primaries),
                acting_primaries: Int32Array::new(mapping.acting_primaries),
                states: states.into(),
                state_names: names.names,
            }
        };
        Ok(mappings.into_iter().map(native).collect())
    }
}

/// The OSDs of all PGs of some pools.
#[napi(ts_return_type = "Promise<Array<NativePoolPgs>>")]
pub fn map_pools(
    cluster: &NativeCluster,
    pools: Vec<i64>,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<MapPools> {
    AsyncTask::new(MapPools {
        cluster: cluster.inner.clone(),
        pools,
        threads: thread_count(threads),
        progress: Arc::clone(&progress.inner),
    })
}

/// What one pool puts on each OSD; lists are by OSD.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_plan::distribution::PoolSpread")]
pub struct NativePoolSpread {
    pub pool: i64,
    pub pgs: Uint32Array,
    pub primaries: Uint32Array,
    pub pgs_asked: Float64Array,
}

/// Counts PGs by pool and OSD on other threads than JavaScript's.
pub struct Distribute(MapPools);

impl Task for Distribute {
    type Output = std::result::Result<Vec<PoolSpread>, Failure>;
    type JsValue = Vec<NativePoolSpread>;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.0.progress.enter();
        let MapPools { cluster, pools, threads, progress } = &self.0;
        Ok(guarded(|| {
            distribution(&cluster.subject(), pools, *threads, progress).ok_or_else(cancelled)
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Vec<NativePoolSpread>> {
        let spreads = output.map_err(|failure| failure.into_error(&env))?;
        let native = |spread: PoolSpread| NativePoolSpread {
            pool: spread.pool,
            pgs: Uint32Array::new(spread.pgs),
            primaries: Uint32Array::new(spread.primaries),
            pgs_asked: Float64Array::new(spread.pgs_asked),
        };
        Ok(spreads.into_iter().map(native).collect())
    }
}

/// PGs by pool and OSD, against what the weights ask for.
#[napi(ts_return_type = "Promise<Array<NativePoolSpread>>")]
pub fn distribute(
    cluster: &NativeCluster,
    pools: Vec<i64>,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<Distribute> {
    AsyncTask::new(Distribute(MapPools {
        cluster: cluster.inner.clone(),
        pools,
        threads: thread_count(threads),
        progress: Arc::clone(&progress.inner),
    }))
}

/// PGs of a pool that the weights ask each OSD to hold, by OSD; zeros where the pool has no rule.
#[napi]
pub fn pgs_asked(env: &Env, cluster: &NativeCluster, pool: i64) -> Result<Float64Array> {
    let asked = guarded(|| {
        let (map, crush) = (cluster.inner.map(), cluster.inner.crush());
        let mapper = PoolMapper::new(map, crush, pool);
        let mapper = mapper.map_err(|error| Failure::new("unknown_pool", error))?;
        let (size, pgs) = (usize::from(mapper.pool().size), f64::from(mapper.pool().pg_num));
        let mut asked = vec![0.0; map.max_osd()];
        if let Some(rule) = mapper.rule_id().and_then(|rule| crush.rule(rule)) {
            for (osd, per_pg) in asked_per_pg(crush, rule, size, &map.osd_weights) {
                let slot = usize::try_from(osd).ok().and_then(|osd| asked.get_mut(osd));
                if let Some(slot) = slot {
                    *slot = per_pg * pgs;
                }
            }
        }
        Ok(asked)
    });
    asked.map(Float64Array::new).map_err(|failure| failure.into_error(env))
}

/// What the cluster itself recorded of a pool's PGs, by rising number.
#[napi(object)]
pub struct NativeRecordedPgs {
    /// Numbers of the PGs.
    pub seeds: Uint32Array,
    /// The OSDs that should hold each PG.
    pub up: NativeRows,
    /// The OSDs that serve it.
    pub acting: NativeRows,
    /// Primaries of `up`, -1 for none.
    pub up_primaries: Int32Array,
    /// Primaries of `acting`, -1 for none.
    pub acting_primaries: Int32Array,
    /// Its state, as an index into `state_names`.
    pub states: Uint32Array,
    /// The states that there are.
    pub state_names: Vec<String>,
    /// Objects.
    pub objects: Float64Array,
    /// Bytes, each object counted once.
    pub bytes: Float64Array,
    /// Copies that are not there.
    pub objects_degraded: Float64Array,
    /// Copies that are not where they should be.
    pub objects_misplaced: Float64Array,
}

#[napi]
impl NativeCluster {
    /// What the cluster itself recorded of a pool's PGs; empty lists where that is not known.
    #[napi]
    pub fn recorded_pgs(&self, pool: i64) -> NativeRecordedPgs {
        let range = PgId::new(pool, 0)..=PgId::new(pool, u32::MAX);
        let pgs: Vec<(&PgId, &PgStats)> = self.inner.recorded().pgs.range(range).collect();
        let primaries = |value: fn(&PgStats) -> i32| -> Int32Array {
            pgs.iter().map(|(_, stats)| value(stats)).collect::<Vec<_>>().into()
        };
        let counts = |value: fn(&PgStats) -> u64| -> Float64Array {
            pgs.iter().map(|(_, stats)| value(stats) as f64).collect::<Vec<_>>().into()
        };
        let mut names = Names::default();
        let states: Vec<u32> =
            pgs.iter().map(|(_, stats)| names.index(Arc::clone(&stats.state))).collect();
        NativeRecordedPgs {
            seeds: pgs.iter().map(|(pg, _)| pg.seed).collect::<Vec<_>>().into(),
            up: rows(pgs.iter().map(|(_, stats)| &*stats.up)),
            acting: rows(pgs.iter().map(|(_, stats)| &*stats.acting)),
            up_primaries: primaries(|stats| stats.up_primary),
            acting_primaries: primaries(|stats| stats.acting_primary),
            states: states.into(),
            state_names: names.names,
            objects: counts(|stats| stats.objects),
            bytes: counts(|stats| stats.bytes),
            objects_degraded: counts(|stats| stats.objects_degraded),
            objects_misplaced: counts(|stats| stats.objects_misplaced),
        }
    }

    /// Where an object is; nothing where there is no such pool.
    #[napi]
    pub fn locate(&self, env: &Env, pool: i64, object: NativeObject) -> Result<NativeLocation> {
        let located = guarded(|| self.locate_object(pool, &object));
        located.map_err(|failure| failure.into_error(env))
    }
}

/// The texts of values by the order in which they came up, each once.
#[derive(Debug)]
pub(crate) struct Names<T> {
    indexes: HashMap<T, u32>,
    pub(crate) names: Vec<String>,
}

impl<T> Default for Names<T> {
    fn default() -> Names<T> {
        Names { indexes: HashMap::new(), names: Vec::new() }
    }
}

impl<T: Eq + Hash + ToString> Names<T> {
    pub(crate) fn index(&mut self, value: T) -> u32 {
        if let Some(index) = self.indexes.get(&value) {
            return *index;
        }
        let index = self.names.len() as u32;
        self.names.push(value.to_string());
        self.indexes.insert(value, index);
        index
    }
}

/// Lists of OSDs in one buffer.
pub(crate) fn rows<'a>(lists: impl Iterator<Item = &'a [i32]> + Clone) -> NativeRows {
    let stride = lists.clone().map(<[i32]>::len).max().unwrap_or(0);
    let mut flat = Vec::new();
    let mut lengths = Vec::new();
    for osds in lists {
        flat.extend_from_slice(osds);
        lengths.push(osds.len() as u32);
        flat.resize(lengths.len() * stride, NONE);
    }
    NativeRows { osds: flat.into(), lengths: lengths.into(), stride: stride as u32 }
}

/// What an object is found by.
#[napi(object)]
pub struct NativeObject {
    /// Its name.
    pub name: Uint8Array,
    /// Its namespace; empty for the default one.
    pub namespace: Uint8Array,
    /// Locator key; empty for none.
    pub key: Uint8Array,
    /// Hash that is used in place of any other.
    pub hash: Option<u32>,
    /// Follow the overlay for reads (false) or writes (true); nothing to stay with the pool.
    pub for_write: Option<bool>,
}

/// Where an object is.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_osdmap::PgMapping")]
pub struct NativeLocation {
    pub pool: i64,
    pub hash: u32,
    pub seed: u32,
    pub raw: Vec<i32>,
    pub up: Vec<i32>,
    pub acting: Vec<i32>,
    pub up_primary: i32,
    pub acting_primary: i32,
}

impl NativeCluster {
    fn locate_object(
        &self,
        pool: i64,
        object: &NativeObject,
    ) -> std::result::Result<NativeLocation, Failure> {
        let map = self.inner.map();
        let access = |write| if write { Access::Write } else { Access::Read };
        let pool = object.for_write.map_or(pool, |write| map.overlay(pool, access(write)));
        let name = ObjectName {
            name: &object.name,
            namespace: &object.namespace,
            key: &object.key,
            hash: object.hash,
        };
        let no_pgs = || Failure::new("unknown_pool", format!("pool {pool} has no PGs"));
        let mapper = PoolMapper::new(map, self.inner.crush(), pool);
        let mapper = mapper.map_err(|error| Failure::new("unknown_pool", error))?;
        let found = map.locate(pool, &name).ok_or_else(no_pgs)?;
        let mut workspace = PgWorkspace::new();
        let pg = mapper.map_pg(found.pg.seed, &mut workspace);
        Ok(NativeLocation {
            pool,
            hash: found.hash,
            seed: found.pg.seed,
            raw: pg.raw.to_vec(),
            up: pg.up.to_vec(),
            acting: pg.acting.to_vec(),
            up_primary: pg.up_primary,
            acting_primary: pg.acting_primary,
        })
    }
}
