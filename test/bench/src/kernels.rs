//! The library against crushtool: every map, rule and kernel, reweights on and off.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use crushlab_crush::{Map, Mapper};
use crushlab_kernel::{Batch, Kernel, Placements};
use serde::Serialize;

use crate::crushtool::Question;
use crate::maps::{RULES, RuleOfMap, SHAPES, Shape, reweights};
use crate::measure::{Contender, Extent, Rate, Took, in_turn, timed};

/// How long a run shall take: long enough to measure, short enough to be repeated.
const CRUSHTOOL_RUN: Duration = Duration::from_secs(2);
const OWN_RUN: Duration = Duration::from_millis(250);
/// Most inputs of a run.
const INPUTS_MAX: u32 = 1_000_000;
/// Inputs whose mappings are compared with the plain mapper's, and with crushtool's.
const CHECKED: u32 = 20_000;
const CHECKED_BY_CRUSHTOOL: u32 = 500;

/// What was measured of one map and rule.
#[derive(Debug, Serialize)]
pub struct Case {
    map: &'static str,
    rule: &'static str,
    /// Whether some devices were out or reweighted.
    reweights: bool,
    /// Mappings per second of crushtool's wall time.
    crushtool: Rate,
    kernels: Vec<KernelRate>,
}

/// What was measured of one kernel; ratios are to crushtool.
#[derive(Debug, Serialize)]
struct KernelRate {
    kernel: &'static str,
    /// The way that the inputs were mapped.
    path: String,
    threads: usize,
    #[serde(flatten)]
    rate: Rate,
}

/// Measures; `done` is told of each case.
///
/// # Errors
/// An answer is wrong, or crushtool is not there.
pub fn measure(extent: &Extent, mut done: impl FnMut(Case)) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    for shape in SHAPES.iter().filter(|shape| extent.all || shape.name == "M2") {
        let (named, map) = shape.read()?;
        let path = folder.path().join(shape.name);
        std::fs::write(&path, named.to_binary()).map_err(|error| error.to_string())?;
        for rule in &RULES {
            for some in [false, true] {
                if extent.all || !some {
                    done(measure_case(extent, shape, rule, some, &map, &path)?);
                }
            }
        }
    }
    Ok(())
}

fn measure_case(
    extent: &Extent,
    shape: &'static Shape,
    rule: &'static RuleOfMap,
    some: bool,
    map: &Map,
    path: &Path,
) -> Result<Case, String> {
    let reweights = reweights(shape.osds(), some);
    let mapper = Mapper::new(map, rule.id, rule.size, &reweights);
    let mapper = mapper.ok_or_else(|| format!("{} has no rule {}", shape.name, rule.name))?;
    let question = |inputs| Question { map: path, rule, reweights: &reweights, inputs };
    let with_threads = |kernel| {
        [1, threads()].map(|threads| Ready { batch: Batch::new(mapper, kernel), kernel, threads })
    };
    let ready: Vec<Ready<'_>> = Kernel::available().flat_map(with_threads).collect();
    check(&mapper, &ready, &question(CHECKED_BY_CRUSHTOOL).mappings()?)
        .map_err(|wrong| format!("{} {}: {wrong}", shape.name, rule.name))?;
    let asked = inputs_for(CRUSHTOOL_RUN / extent.shortened, |inputs| question(inputs).time())?;
    let mut contenders =
        vec![Contender { amount: f64::from(asked), run: Box::new(move || question(asked).time()) }];
    for ready in &ready {
        let run = move |inputs: u32| Ok(ready.time(inputs));
        let inputs = inputs_for(OWN_RUN / extent.shortened, run)?;
        contenders.push(Contender { amount: inputs.into(), run: Box::new(move || run(inputs)) });
    }
    let mut rates = in_turn(extent.rounds, contenders)?.into_iter();
    let crushtool = rates.next().ok_or("nothing was measured")?;
    let kernels = ready.iter().zip(rates).map(|(ready, rate)| KernelRate {
        kernel: ready.kernel.name(),
        path: ready.batch.path().to_string(),
        threads: ready.threads,
        rate,
    });
    let kernels = kernels.collect();
    Ok(Case { map: shape.name, rule: rule.name, reweights: some, crushtool, kernels })
}

/// All threads of the machine.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// A mapper ready for a kernel.
struct Ready<'a> {
    batch: Batch<'a>,
    kernel: Kernel,
    threads: usize,
}

impl Ready<'_> {
    /// The placements of the first inputs.
    fn place(&self, inputs: u32) -> Placements {
        let inputs: Vec<u32> = (0..inputs).collect();
        self.batch.place(&inputs, NonZeroUsize::new(self.threads).unwrap_or(NonZeroUsize::MIN))
    }

    /// What that takes. With several threads, processor time is not what counts.
    fn time(&self, inputs: u32) -> Took {
        let (took, _) = timed(|| self.place(inputs));
        Took { processor: took.processor.filter(|_| self.threads == 1), ..took }
    }
}

/// Inputs that take about this long.
fn inputs_for(wanted: Duration, run: impl Fn(u32) -> Result<Took, String>) -> Result<u32, String> {
    let mut inputs = 1_000;
    loop {
        let took = run(inputs)?.wall;
        let factor = wanted.as_secs_f64() / took.as_secs_f64().max(1e-6);
        if factor <= 1.5 || inputs >= INPUTS_MAX {
            return Ok(inputs);
        }
        // What starting up takes fools small runs, so they grow step by step.
        inputs = (f64::from(inputs) * factor.min(10.0)).min(f64::from(INPUTS_MAX)) as u32;
    }
}

/// Compares every kernel with the plain mapper, and that with crushtool.
fn check(mapper: &Mapper<'_>, ready: &[Ready<'_>], crushtool: &[Vec<i32>]) -> Result<(), String> {
    let plain =
        Ready { batch: Batch::new(*mapper, Kernel::Scalar), kernel: Kernel::Scalar, threads: 1 };
    let plain = plain.place(CHECKED);
    if crushtool.len() != CHECKED_BY_CRUSHTOOL as usize
        || !plain.iter().zip(crushtool).all(|(ours, theirs)| ours == theirs)
    {
        return Err("the plain mapper and crushtool differ".to_owned());
    }
    for one in ready {
        if one.place(CHECKED) != plain {
            return Err(format!("the kernel {} and the plain mapper differ", one.kernel));
        }
    }
    Ok(())
}
