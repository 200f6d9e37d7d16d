//! What states of a cluster differ in.

use std::sync::Arc;

use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::{
    AfterState, Cancelled, ClusterMove, ClusterReport, Comparison, Options, OsdChange, PgChange,
    PgChanges, PgState, PgView, Progress, Summary, fold_moves,
};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array, Uint8Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::Value;

use crate::cluster::NativeCluster;
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
    /// `crushlab_cluster::Verdict`.
    #[napi(ts_type = "object")]
    pub verdict: Value,
}

/// A comparison as Rust has it.
pub struct Compared {
    verdict: Verdict,
    summary: Summary,
    osds: Vec<OsdChange>,
    moves: Vec<ClusterMove>,
    pgs: PgChanges,
}

impl Compared {
    /// A comparison with the cluster after it.
    pub(crate) fn of(found: Comparison, after: &Cluster) -> Compared {
        let Comparison { report: ClusterReport { summary, osds, moves }, pgs, .. } = found;
        let verdict = verdict::of_change(after.map(), &summary);
        Compared { verdict, summary, osds, moves, pgs }
    }
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
    pub(crate) fn options(&self) -> Options {
        Options {
            threads: thread_count(self.threads),
            after: if self.is_recorded { AfterState::Recorded } else { AfterState::Predicted },
            list_pgs: self.lists_pgs,
            keep_holders: false,
            every_pg: false,
        }
    }
}

pub(crate) fn aborted(cancelled: Cancelled) -> Failure {
    Failure::new("aborted", cancelled)
}

/// Compares on other threads than JavaScript's.
pub struct CompareClusters {
    before: Cluster,
    after: Cluster,
    options: NativeCompareOptions,
    progress: Arc<Progress>,
}

impl Task for CompareClusters {
    type Output = std::result::Result<Compared, Failure>;
    type JsValue = NativeComparison;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        Ok(guarded(|| {
            let (options, progress) = (self.options.options(), &*self.progress);
            let found = self.before.compare(&self.after, &options, progress).map_err(aborted)?;
            Ok(Compared::of(found, &self.after))
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
        before: before.inner.clone(),
        after: after.inner.clone(),
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
        let (before, after) = (before.inner.mapped(), after.inner.mapped());
        Ok(native_moves(&fold_moves(&read_moves(&moves), &before, &after, type_id)))
    });
    folded.map_err(|failure| failure.into_error(env))
}

pub(crate) fn convert(compared: &Compared) -> std::result::Result<NativeComparison, Failure> {
    let internal = |error: serde_json::Error| Failure::new("internal", error);
    Ok(NativeComparison {
        summary: serde_json::to_value(&compared.summary).map_err(internal)?,
        osds: serde_json::to_value(&compared.osds).map_err(internal)?,
        moves: native_moves(&compared.moves),
        pgs: native_pgs(&compared.pgs),
        verdict: serde_json::to_value(&compared.verdict).map_err(internal)?,
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
