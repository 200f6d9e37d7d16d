//! What states of a cluster differ in.

use std::sync::Arc;

use crushlab_compare::Progress;
use crushlab_compare::{
    AfterState, Between, Cancelled, ClusterData, ClusterMove, ClusterReport, Options, OsdChange,
    PgChange, PgChanges, PgState, PgView, Scenario, ScenarioError, Step, Summary, compare_with,
    fold_moves, run,
};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array, Uint8Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::Value;

use crate::cluster::{NativeCluster, State};
use crate::cluster_pgs::{Names, NativeRows, rows};
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// Shards that go from one OSD (or bucket) to another; 2147483647 for nobody.
#[napi(object)]
#[allow(missing_docs, reason = "named as in crushlab_compare::ClusterMove")]
pub struct NativeMoves {
    pub from: Int32Array,
    pub to: Int32Array,
    pub shards: Float64Array,
    pub object_copies: Float64Array,
    pub bytes: Float64Array,
}

/// Some PGs at one time.
#[napi(object)]
pub struct NativePgViews {
    /// 0 for PGs that there are not at this time.
    pub exists: Uint8Array,
    /// The OSDs that shall hold each PG.
    pub up: NativeRows,
    /// The OSDs that serve it.
    pub acting: NativeRows,
    /// Primaries of `up`, -1 for none.
    pub up_primaries: Int32Array,
    /// Primaries of `acting`, -1 for none.
    pub acting_primaries: Int32Array,
    /// Its state, as an index into `state_names`.
    pub states: Uint32Array,
}

/// The PGs that differ.
#[napi(object)]
pub struct NativePgChanges {
    /// Their pools.
    pub pools: Float64Array,
    /// Their numbers.
    pub seeds: Uint32Array,
    /// Before the change, right after it, and when all data has moved.
    pub views: Vec<NativePgViews>,
    /// The states that there are.
    pub state_names: Vec<String>,
}

/// What two states differ in.
#[napi(object)]
pub struct NativeComparison {
    /// `crushlab_compare::Summary`.
    #[napi(ts_type = "object")]
    pub summary: Value,
    /// A list of `crushlab_compare::OsdChange`.
    #[napi(ts_type = "Array<object>")]
    pub osds: Value,
    /// What goes from where to where.
    pub moves: NativeMoves,
    /// The PGs that differ.
    pub pgs: NativePgChanges,
}

/// A comparison as Rust has it.
pub struct Compared {
    summary: Summary,
    osds: Vec<OsdChange>,
    moves: Vec<ClusterMove>,
    pgs: PgChanges,
}

/// How to compare.
#[napi(object)]
pub struct NativeCompareOptions {
    /// Threads to use; 0 for all there are.
    pub threads: u32,
    /// Whether the map after the change is a cluster's own, with its pg_temp.
    pub is_recorded: bool,
    /// Whether all data that can move does so between two steps.
    pub heals: bool,
    /// Whether to list the PGs that differ.
    pub lists_pgs: bool,
}

impl NativeCompareOptions {
    fn options(&self) -> Options {
        Options {
            threads: thread_count(self.threads),
            after: if self.is_recorded { AfterState::Recorded } else { AfterState::Predicted },
            list_pgs: self.lists_pgs,
            keep_holders: false,
            every_pg: false,
        }
    }
}

fn aborted(cancelled: Cancelled) -> Failure {
    Failure::new("aborted", cancelled)
}

fn unsound(error: impl ToString) -> Failure {
    Failure::new("invalid_map", error)
}

/// Compares on other threads than JavaScript's.
pub struct CompareClusters {
    before: State,
    after: State,
    options: NativeCompareOptions,
    progress: Arc<Progress>,
}

impl Task for CompareClusters {
    type Output = std::result::Result<Compared, Failure>;
    type JsValue = NativeComparison;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| {
            let (before, after) = (self.before.to_compare(), self.after.to_compare());
            let data = ClusterData::new(&self.before.loaded);
            let (options, progress) = (self.options.options(), &*self.progress);
            let baseline = self.before.baseline(options.threads, progress).map_err(aborted)?;
            let found = compare_with(baseline, &before, &after, &data, &options, progress)
                .map_err(aborted)?;
            let ClusterReport { summary, osds, moves } = found.report;
            Ok(Compared { summary, osds, moves, pgs: found.pgs })
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeComparison> {
        output.and_then(|compared| convert(&compared)).map_err(|failure| failure.into_error(&env))
    }
}

/// What two states differ in.
#[napi(ts_return_type = "Promise<NativeComparison>")]
pub fn compare_clusters(
    before: &NativeCluster,
    after: &NativeCluster,
    options: NativeCompareOptions,
    progress: &NativeProgress,
) -> AsyncTask<CompareClusters> {
    AsyncTask::new(CompareClusters {
        before: before.state.clone(),
        after: after.state.clone(),
        options,
        progress: Arc::clone(&progress.inner),
    })
}

/// Goes through several changes on other threads than JavaScript's.
pub struct CompareSteps {
    start: State,
    steps: Vec<(String, State)>,
    options: NativeCompareOptions,
    progress: Arc<Progress>,
}

impl Task for CompareSteps {
    type Output = std::result::Result<Vec<Compared>, Failure>;
    type JsValue = Vec<NativeComparison>;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| {
            let options = self.options.options();
            let baseline = self.start.baseline(options.threads, &self.progress).map_err(aborted)?;
            let steps: Vec<Step<'_>> = (self.steps.iter())
                .map(|(command, state)| Step { command, map: state.map() })
                .collect();
            let between = if self.options.heals { Between::Heals } else { Between::Nothing };
            let scenario = Scenario {
                cluster: &self.start.loaded,
                start: self.start.map(),
                baseline: Some(baseline),
                steps: &steps,
                between,
            };
            let mut all = Vec::with_capacity(steps.len() + 1);
            let total = run(&scenario, &options, &self.progress, |step| {
                let (summary, osds) = (step.summary, step.osds);
                all.push(Compared { summary, osds, moves: step.moves, pgs: step.pgs });
            });
            let total = total.map_err(|error| match error {
                ScenarioError::Cancelled => Failure::new("aborted", error),
                _ => unsound(error),
            })?;
            let (summary, osds) = (total.summary, total.osds);
            all.push(Compared { summary, osds, moves: total.moves, pgs: total.pgs });
            Ok(all)
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Vec<NativeComparison>> {
        let converted = output.and_then(|all| all.iter().map(convert).collect());
        converted.map_err(|failure| failure.into_error(&env))
    }
}

/// What each of several states differs in from the one before, and at last the last from the
/// first.
#[napi(ts_return_type = "Promise<Array<NativeComparison>>")]
pub fn compare_steps(
    start: &NativeCluster,
    commands: Vec<String>,
    states: Vec<&NativeCluster>,
    options: NativeCompareOptions,
    progress: &NativeProgress,
) -> AsyncTask<CompareSteps> {
    let states = states.into_iter().map(|cluster| cluster.state.clone());
    AsyncTask::new(CompareSteps {
        start: start.state.clone(),
        steps: commands.into_iter().zip(states).collect(),
        options,
        progress: Arc::clone(&progress.inner),
    })
}

/// Adds moves up by the buckets of a type that OSDs are in.
#[napi]
pub fn fold_moves_by_type(
    env: &Env,
    before: &NativeCluster,
    after: &NativeCluster,
    moves: NativeMoves,
    type_id: i32,
) -> Result<NativeMoves> {
    let folded = guarded(|| {
        let (before, after) = (before.state.to_compare(), after.state.to_compare());
        Ok(native_moves(&fold_moves(&read_moves(&moves), &before, &after, type_id)))
    });
    folded.map_err(|failure| failure.into_error(env))
}

fn convert(compared: &Compared) -> std::result::Result<NativeComparison, Failure> {
    let internal = |error: serde_json::Error| Failure::new("internal", error);
    Ok(NativeComparison {
        summary: serde_json::to_value(&compared.summary).map_err(internal)?,
        osds: serde_json::to_value(&compared.osds).map_err(internal)?,
        moves: native_moves(&compared.moves),
        pgs: native_pgs(&compared.pgs),
    })
}

fn native_moves(moves: &[ClusterMove]) -> NativeMoves {
    let ids = |id: fn(&ClusterMove) -> i32| -> Int32Array {
        moves.iter().map(id).collect::<Vec<_>>().into()
    };
    let counts = |count: fn(&ClusterMove) -> u64| -> Float64Array {
        moves.iter().map(|entry| count(entry) as f64).collect::<Vec<_>>().into()
    };
    NativeMoves {
        from: ids(|entry| entry.from),
        to: ids(|entry| entry.to),
        shards: counts(|entry| entry.shards),
        object_copies: counts(|entry| entry.object_copies),
        bytes: counts(|entry| entry.bytes),
    }
}

/// Lists of unequal length end where the shortest does.
fn read_moves(moves: &NativeMoves) -> Vec<ClusterMove> {
    let read = |index: usize| {
        Some(ClusterMove {
            from: *moves.from.get(index)?,
            to: *moves.to.get(index)?,
            shards: *moves.shards.get(index)? as u64,
            object_copies: *moves.object_copies.get(index)? as u64,
            bytes: *moves.bytes.get(index)? as u64,
        })
    };
    (0..moves.from.len()).map_while(read).collect()
}

fn native_pgs(changes: &PgChanges) -> NativePgChanges {
    let mut states = Names::default();
    let views = vec![
        native_views(changes, &mut states, |pg| pg.before),
        native_views(changes, &mut states, |pg| pg.after),
        native_views(changes, &mut states, |pg| pg.healed),
    ];
    NativePgChanges {
        pools: changes.iter().map(|pg| pg.pgid.pool as f64).collect::<Vec<_>>().into(),
        seeds: changes.iter().map(|pg| pg.pgid.seed).collect::<Vec<_>>().into(),
        views,
        state_names: states.names,
    }
}

fn native_views<'a>(
    changes: &'a PgChanges,
    states: &mut Names<PgState>,
    at_time: fn(PgChange<'a>) -> Option<PgView<'a>>,
) -> NativePgViews {
    let all: Vec<Option<PgView<'_>>> = changes.iter().map(at_time).collect();
    let primaries = |primary: fn(&PgView<'_>) -> i32| -> Int32Array {
        let of = |view: &Option<PgView<'_>>| view.as_ref().map_or(-1, primary);
        all.iter().map(of).collect::<Vec<_>>().into()
    };
    let index = |view: &Option<PgView<'_>>| view.map_or(0, |view| states.index(view.state));
    let state_indexes: Vec<u32> = all.iter().map(index).collect();
    NativePgViews {
        exists: all.iter().map(|view| u8::from(view.is_some())).collect::<Vec<_>>().into(),
        up: rows(all.iter().map(|view| view.map_or(&[][..], |view| view.up))),
        acting: rows(all.iter().map(|view| view.map_or(&[][..], |view| view.acting))),
        up_primaries: primaries(|view| view.up_primary),
        acting_primaries: primaries(|view| view.acting_primary),
        states: state_indexes.into(),
    }
}
