//! What-if on other threads.

use std::sync::Arc;

use crushlab_compare::Progress;
use crushlab_compare::change::Compare;
use crushlab_plan::what_if::WhatIfError;
use crushlab_plan::{Move, OsdLoad, Report, Scenario, what_if};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::error::{Failure, guarded};
use crate::map::NativeCrushMap;
use crate::place::{Ground, NativeRequest, thread_count};
use crate::progress::NativeProgress;
use crate::reweights::{NativeReweights, dense};

/// The answer; see `crushlab_plan::Report`. Lists of one group are as long as one another.
#[napi(object)]
pub struct NativeReport {
    /// PGs looked at.
    pub pgs: f64,
    /// Whether placements were compared position by position.
    pub by_position: bool,
    /// PGs whose devices differ.
    pub pgs_moved: f64,
    /// Shards that a device receives.
    pub shards_moved: f64,
    /// Fewest shards that had to move.
    pub shards_moved_least: f64,
    /// Shards that have a device, before and after.
    pub shards_placed: Vec<f64>,
    /// PGs with fewer devices than they should have, before and after.
    pub pgs_short: Vec<f64>,
    /// PGs with an empty position, before and after.
    pub pgs_with_holes: Vec<f64>,
    /// Devices.
    pub osds: Int32Array,
    /// PGs of each device before.
    pub pgs_before: Float64Array,
    /// PGs of each device after.
    pub pgs_after: Float64Array,
    /// PGs that the weights ask each device to hold before.
    pub asked_before: Float64Array,
    /// PGs that the weights ask each device to hold after.
    pub asked_after: Float64Array,
    /// Where each group of moved shards comes from; 2147483647 for a position that was empty.
    pub moves_from: Int32Array,
    /// Where each group goes to.
    pub moves_to: Int32Array,
    /// Shards of each group.
    pub moves_shards: Float64Array,
}

/// Runs a what-if on other threads than JavaScript's.
pub struct WhatIf {
    ground: Ground,
    reweights_after: Vec<u32>,
    pg_num: u32,
    threads: u32,
    progress: Arc<Progress>,
}

impl Task for WhatIf {
    type Output = std::result::Result<Report, Failure>;
    type JsValue = NativeReport;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        let scenario = Scenario {
            map: &self.ground.map,
            rule_id: self.ground.rule,
            size: self.ground.size,
            seeds: self.ground.seeds(self.pg_num),
            reweights_before: &self.ground.reweights,
            reweights_after: &self.reweights_after,
            threads: thread_count(self.threads),
        };
        Ok(guarded(|| {
            what_if(&scenario, &self.progress).map_err(|error| match error {
                WhatIfError::NoSuchRule { .. } => Failure::new("unknown_rule", error),
                WhatIfError::Cancelled => Failure::new("aborted", error),
            })
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeReport> {
        output.map(|report| convert(&report)).map_err(|failure| failure.into_error(&env))
    }
}

/// What moves when the reweights of `request` become `reweights_after`.
#[napi(ts_return_type = "Promise<NativeReport>")]
pub fn run_what_if(
    map: &NativeCrushMap,
    request: NativeRequest,
    reweights_after: NativeReweights,
    pg_num: u32,
    threads: u32,
    progress: &NativeProgress,
) -> AsyncTask<WhatIf> {
    AsyncTask::new(WhatIf {
        ground: Ground::new(map, &request),
        reweights_after: dense(&map.map, &reweights_after),
        pg_num,
        threads,
        progress: Arc::clone(&progress.inner),
    })
}

fn convert(report: &Report) -> NativeReport {
    let of_osds = |value: fn(&OsdLoad) -> f64| -> Float64Array {
        report.osds.iter().map(value).collect::<Vec<_>>().into()
    };
    let of_moves = |value: fn(&Move) -> i32| -> Int32Array {
        report.moves.iter().map(value).collect::<Vec<_>>().into()
    };
    let pair = |before: u64, after: u64| vec![before as f64, after as f64];
    NativeReport {
        pgs: report.pgs as f64,
        by_position: report.compare == Compare::Positions,
        pgs_moved: report.pgs_moved as f64,
        shards_moved: report.shards_moved as f64,
        shards_moved_least: report.shards_moved_least as f64,
        shards_placed: pair(report.shards_before, report.shards_after),
        pgs_short: pair(report.pgs_short_before, report.pgs_short_after),
        pgs_with_holes: pair(report.pgs_with_holes_before, report.pgs_with_holes_after),
        osds: report.osds.iter().map(|load| load.osd).collect::<Vec<_>>().into(),
        pgs_before: of_osds(|load| load.pgs_before as f64),
        pgs_after: of_osds(|load| load.pgs_after as f64),
        asked_before: of_osds(|load| load.pgs_asked_before),
        asked_after: of_osds(|load| load.pgs_asked_after),
        moves_from: of_moves(|entry| entry.from),
        moves_to: of_moves(|entry| entry.to),
        moves_shards: report
            .moves
            .iter()
            .map(|entry| entry.shards as f64)
            .collect::<Vec<_>>()
            .into(),
    }
}
