//! Mappings: one now, or many on other threads.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_compare::seeds::{Seeds, pool_input};
use crushlab_compare::{Inputs, Progress, place_many};
use crushlab_crush::{Map, Mapper, Workspace};
use crushlab_kernel::{Batch, Kernel, Placements};
use napi::bindgen_prelude::{AsyncTask, Int32Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::error::{Failure, guarded};
use crate::map::NativeCrushMap;
use crate::progress::NativeProgress;
use crate::reweights::{NativeReweights, dense};

/// What all mappings of a call have in common.
#[napi(object)]
pub struct NativeRequest {
    /// Id of the rule.
    pub rule: u32,
    /// Devices for each input.
    pub size: u32,
    /// Reweights that are not the full one.
    pub reweights: NativeReweights,
    /// The pool whose PGs the inputs are; without one they are mapped as they are.
    pub pool: Option<i64>,
    /// The kernel to map batches with; without one that of the environment, or the fastest.
    pub kernel: Option<String>,
}

/// Mappings of many inputs.
#[napi(object)]
pub struct NativePlacements {
    /// `size` devices for each input, those that are missing being 2147483647.
    pub osds: Int32Array,
    /// Length of each mapping.
    pub lengths: Uint32Array,
}

/// Everything a mapper borrows from.
pub(crate) struct Ground {
    pub(crate) map: Arc<Map>,
    pub(crate) rule: usize,
    pub(crate) size: usize,
    pub(crate) pool: Option<i64>,
    pub(crate) reweights: Vec<u32>,
    pub(crate) kernel: Option<String>,
}

impl Ground {
    pub(crate) fn new(map: &NativeCrushMap, request: &NativeRequest) -> Ground {
        Ground {
            map: Arc::clone(&map.map),
            rule: request.rule as usize,
            size: request.size as usize,
            pool: request.pool,
            reweights: dense(&map.map, &request.reweights),
            kernel: request.kernel.clone(),
        }
    }

    pub(crate) fn mapper(&self) -> std::result::Result<Mapper<'_>, Failure> {
        let no_such_rule =
            || Failure::new("unknown_rule", format!("the map has no rule {}", self.rule));
        let mapper = Mapper::new(&self.map, self.rule, self.size, &self.reweights);
        let choose_args = self.map.choose_args_for(self.seeds(0).choose_args_id());
        Ok(mapper.ok_or_else(no_such_rule)?.with_choose_args(choose_args))
    }

    pub(crate) fn kernel(&self) -> std::result::Result<Kernel, Failure> {
        crate::kernel::kernel(self.kernel.as_deref())
    }

    pub(crate) fn seeds(&self, pg_num: u32) -> Seeds {
        match self.pool {
            Some(pool) => Seeds::Pool { pool, pg_num },
            None => Seeds::Plain { pg_num },
        }
    }

    pub(crate) fn input(&self, x: u32) -> u32 {
        self.pool.map_or(x, |pool| pool_input(x, pool))
    }
}

/// The devices of one input.
#[napi]
pub fn place(
    env: &Env,
    map: &NativeCrushMap,
    request: NativeRequest,
    x: u32,
) -> Result<Int32Array> {
    let ground = Ground::new(map, &request);
    let placed = guarded(|| {
        let mapper = ground.mapper()?;
        Ok(mapper.place(ground.input(x), &mut Workspace::new()).to_vec())
    });
    placed.map(Int32Array::new).map_err(|failure| failure.into_error(env))
}

/// Places every input of a call on other threads than JavaScript's.
pub struct PlaceMany {
    ground: Ground,
    inputs: Inputs,
    threads: NonZeroUsize,
    progress: Arc<Progress>,
}

impl Task for PlaceMany {
    type Output = std::result::Result<Placements, Failure>;
    type JsValue = NativePlacements;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        Ok(guarded(|| {
            let ground = &self.ground;
            let batch = Batch::new(ground.mapper()?, ground.kernel()?);
            place_many(batch, &self.inputs, ground.pool, self.threads, &self.progress)
                .ok_or_else(|| Failure::new("aborted", "the work was cancelled"))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativePlacements> {
        let placements = output.map_err(|failure| failure.into_error(&env))?;
        Ok(NativePlacements {
            osds: Int32Array::new(placements.devices),
            lengths: Uint32Array::new(placements.lengths),
        })
    }
}

/// The devices of every input from `from` on, `count` of them.
#[napi(ts_return_type = "Promise<NativePlacements>")]
pub fn place_range(
    map: &NativeCrushMap,
    request: NativeRequest,
    from: u32,
    count: u32,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<PlaceMany> {
    let inputs = Inputs::Range(from..from.saturating_add(count));
    place_on_threads(map, &request, inputs, threads, progress)
}

/// The devices of every input of a list.
#[napi(ts_return_type = "Promise<NativePlacements>")]
pub fn place_list(
    map: &NativeCrushMap,
    request: NativeRequest,
    inputs: Uint32Array,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<PlaceMany> {
    place_on_threads(map, &request, Inputs::List(inputs.to_vec()), threads, progress)
}

fn place_on_threads(
    map: &NativeCrushMap,
    request: &NativeRequest,
    inputs: Inputs,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<PlaceMany> {
    AsyncTask::new(PlaceMany {
        ground: Ground::new(map, request),
        inputs,
        threads: thread_count(threads),
        progress: Arc::clone(&progress.inner),
    })
}

/// 0 means as many as the machine runs at once. WebAssembly has one.
pub(crate) fn thread_count(threads: u32) -> NonZeroUsize {
    if cfg!(target_family = "wasm") {
        return NonZeroUsize::MIN;
    }
    NonZeroUsize::new(threads as usize)
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN)
}
