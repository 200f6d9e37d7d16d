//! Every failure of a kind.

use std::sync::Arc;

use crushlab_cluster::{Cluster, Verdict, verdict};
use crushlab_compare::Progress;
use crushlab_monitor::config::Config;
use crushlab_plan::sweep::{
    Ask, Failure as Found, NUMBERS, Number, Options, Outcome, Pairs, Requirement, SweepError,
    SweepReport, units_to_sweep,
};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;
use serde_json::{Value, json};

use crate::capacity::with_verdict;
use crate::cluster::NativeCluster;
use crate::cluster_compare::aborted;
use crate::error::{Failure, guarded};
use crate::place::thread_count;
use crate::progress::NativeProgress;

/// Failures of one type.
#[napi(object)]
pub struct NativeAsk {
    /// Name of the type.
    pub type_name: String,
    /// Pairs to go through: 0 for none, -1 for all, -2 for all or a sample, as they are few or
    /// many; else how many.
    pub pairs: f64,
}

/// What to go through.
#[napi(object)]
pub struct NativeSweepOptions {
    /// What fails.
    pub asks: Vec<NativeAsk>,
    /// What is required, as `crushlab_plan::sweep::Requirement` reads it.
    pub requirements: Vec<String>,
    /// Seed of samples.
    pub seed: f64,
    /// Whether to count copysets.
    pub copysets: bool,
    /// Losses of how many OSDs at once; none for those that can lose data.
    pub losses: Vec<u32>,
    /// Losses to draw where there are too many to count.
    pub samples: f64,
    /// Threads to use; 0 for all there are.
    pub threads: u32,
}

/// Failures, a place in each list for each.
#[napi(object)]
pub struct NativeFailures {
    /// Place of the type.
    pub sweeps: Uint32Array,
    /// Place of the domain that fails.
    pub first: Uint32Array,
    /// Place of the other domain that fails; -1 for none.
    pub second: Int32Array,
    /// Name of the verdict.
    pub verdicts: Vec<String>,
    /// Name of the limit that the fullest OSD reaches; "" where it is not known.
    pub fullest_levels: Vec<String>,
    /// `crushlab_plan::sweep::NUMBERS`.
    pub numbers: Vec<NativeNumbers>,
}

/// One number of every failure.
#[napi(object)]
pub struct NativeNumbers {
    /// Its name.
    pub name: String,
    /// NaN where it is not known.
    pub values: Float64Array,
}

/// The answer of a sweep.
#[napi(object)]
pub struct NativeSweep {
    /// `crushlab_plan::sweep::SweepReport` without failures.
    #[napi(ts_type = "object")]
    pub report: Value,
    /// The failures, the worst first.
    pub failures: NativeFailures,
    /// `crushlab_plan::sweep::Check` for each requirement, with its `text`.
    #[napi(ts_type = "Array<object>")]
    pub requirements: Value,
}

/// A requirement that was read.
#[napi(object)]
pub struct NativeRequirement {
    /// Name of the type that fails.
    pub type_name: String,
    /// Whether two fail at the same time.
    pub pairs: bool,
    /// Whether it asks how full OSDs get.
    pub asks_for_fill: bool,
}

impl From<SweepError> for Failure {
    fn from(error: SweepError) -> Failure {
        let code = match error {
            SweepError::Domain(_) => "unknown_item",
            SweepError::Cancelled => "aborted",
            _ => "invalid_argument",
        };
        Failure::new(code, error)
    }
}

fn parse(texts: &[String]) -> std::result::Result<Vec<Requirement>, Failure> {
    let invalid = |error| Failure::new("invalid_argument", error);
    texts.iter().map(|text| Requirement::parse(text).map_err(invalid)).collect()
}

fn options(native: &NativeSweepOptions, config: &Config) -> Options {
    let pairs = |number: f64| match number {
        0.0 => Pairs::None,
        -1.0 => Pairs::All,
        -2.0 => Pairs::Some,
        count => Pairs::Sample(count as u64),
    };
    let ask = |ask: &NativeAsk| Ask { type_name: ask.type_name.clone(), pairs: pairs(ask.pairs) };
    let lost = native.losses.iter().map(|lost| *lost as usize).collect();
    Options {
        asks: native.asks.iter().map(ask).collect(),
        seed: native.seed as u64,
        threads: thread_count(native.threads),
        config: config.clone(),
        copysets: native.copysets.then_some((lost, native.samples as u64)),
    }
}

/// Reads requirements.
#[napi]
pub fn read_requirements(env: &Env, texts: Vec<String>) -> Result<Vec<NativeRequirement>> {
    let native = |one: &Requirement| NativeRequirement {
        type_name: one.type_name.clone(),
        pairs: one.pairs,
        asks_for_fill: one.asks_for_fill(),
    };
    let read = guarded(|| Ok(parse(&texts)?.iter().map(native).collect()));
    read.map_err(|failure| failure.into_error(env))
}

/// What a sweep counts as done in all; fails where it cannot be made.
#[napi]
pub fn sweep_units(env: &Env, cluster: &NativeCluster, asked: NativeSweepOptions) -> Result<f64> {
    let units = guarded(|| {
        Ok(units_to_sweep(cluster.inner.map(), &options(&asked, cluster.inner.config()))? as f64)
    });
    units.map_err(|failure| failure.into_error(env))
}

/// Lets everything fail on other threads than JavaScript's.
pub struct SweepTask {
    cluster: Cluster,
    options: Options,
    requirements: Vec<String>,
    progress: Arc<Progress>,
}

impl Task for SweepTask {
    type Output = std::result::Result<(SweepReport, Value, Verdict), Failure>;
    type JsValue = NativeSweep;

    fn compute(&mut self) -> Result<Self::Output> {
        let _entered = self.progress.enter();
        Ok(guarded(|| {
            let requirements = parse(&self.requirements)?;
            let Options { threads, .. } = self.options;
            let report = self.cluster.sweep(&self.options, &self.progress)?;
            let unknown = requirements.iter().find(|one| one.asks_for_fill() && !report.has_fill);
            if let Some(unknown) = unknown {
                let problem = "sizes of OSDs or the data of some pool are not known";
                let text = format!("'{}' cannot be checked: {problem}", unknown.text);
                return Err(Failure::new("missing_data", text));
            }
            let checks = requirements.iter().map(|one| {
                let check = one.check(&report);
                json!({ "text": one.text, "check": check })
            });
            let checks = checks.collect();
            let outlook = self.cluster.outlook(threads, &self.progress).map_err(aborted)?;
            let verdict = verdict::of_sweep(self.cluster.map(), outlook.summary(), &report);
            Ok((report, checks, verdict))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeSweep> {
        let internal = |error: serde_json::Error| Failure::new("internal", error);
        let native = output.and_then(|(report, requirements, verdict)| {
            Ok(NativeSweep {
                report: with_verdict(&verdict, serde_json::to_value(&report)).map_err(internal)?,
                failures: failures(&report.failures),
                requirements,
            })
        });
        native.map_err(|failure| failure.into_error(&env))
    }
}

/// Every failure of some types.
#[napi(ts_return_type = "Promise<NativeSweep>")]
pub fn sweep_cluster(
    cluster: &NativeCluster,
    asked: NativeSweepOptions,
    progress: &NativeProgress,
) -> AsyncTask<SweepTask> {
    AsyncTask::new(SweepTask {
        cluster: cluster.inner.clone(),
        options: options(&asked, cluster.inner.config()),
        requirements: asked.requirements,
        progress: Arc::clone(&progress.inner),
    })
}

fn failures(found: &[Found]) -> NativeFailures {
    let names = |name: fn(&Outcome) -> &'static str| -> Vec<String> {
        found.iter().map(|one| name(&one.outcome).to_owned()).collect()
    };
    let numbers = |(name, number): &(&str, Number)| {
        let value = |one: &Found| number(&one.outcome).unwrap_or(f64::NAN);
        let values = found.iter().map(value).collect::<Vec<_>>().into();
        NativeNumbers { name: (*name).to_owned(), values }
    };
    let place = |place: Option<usize>| place.map_or(-1, |place| place as i32);
    NativeFailures {
        sweeps: found.iter().map(|one| one.sweep as u32).collect::<Vec<_>>().into(),
        first: found.iter().map(|one| one.first as u32).collect::<Vec<_>>().into(),
        second: found.iter().map(|one| place(one.second)).collect::<Vec<_>>().into(),
        verdicts: names(|one| one.verdict.name()),
        fullest_levels: names(|one| one.fullest.map_or("", |fullest| fullest.level.name())),
        numbers: NUMBERS.iter().map(numbers).collect(),
    }
}
