//! Many inputs at once, into flat buffers, on as many threads as asked for: the only place that
//! picks an implementation.
//!
//! [`Batch`] looks at the rule, the map and the kernel once and decides which way all inputs go:
//! side by side in the lanes of vectors, or one by one through [`Mapper`], which stays the
//! definition of correct. [`Batch::path`] tells which way and why: a bucket that is not straw2,
//! weights that differ by position, retries in the same bucket, an MSR rule and others are plain.
//!
//! The way of a batch: `flat` lays a map out once, and the map keeps the layout for all later
//! batches (reweights do not matter to it). `program` folds the settings into the steps, `reach`
//! bounds what each step can find at all, `block` takes up to 16,384 inputs through the steps,
//! `search` keeps 4,096 searches under way, one for an input, and makes a try for each; where a
//! search ends, the next input's takes its index. `descent` draws level by level, and `arch` draws
//! for all lanes at once. Threads take shares of the inputs; no search knows of another, so their
//! number changes no answer.
//!
//! | file | what it does |
//! | --- | --- |
//! | `path` | the way that is taken, and the reasons for the plain one |
//! | `program` | makes a rule ready, or tells why it cannot be |
//! | `reach` | what each step can find at all |
//! | `block` | runs the steps on a block of inputs |
//! | `context` | what blocks share |
//! | `search` | firstn and indep on all lanes: tries, refusals, results |
//! | `descent` | draws down to an item of the type that is looked for |
//! | `record` | what can be listened to |
//!
//! What was tried, in the order of what it gave (draws: see `arch`):
//!
//! - **Stopping early**: once all hosts that can be chosen are, nothing more can be found. An
//!   11-wide rule on 10 hosts makes 11 tries for an input instead of 100 rounds. A batch that
//!   records does not count on reweights for this, so that devices that are out are still recorded.
//! - **Searches in lists side by side**, a number for each search, where there were records:
//!   collisions, counters and what is hashed next are worked out for vectors of searches without a
//!   word of vectors in the code, and the draws read two of the lists as they are. Three replicas
//!   on 10 hosts went from 1,300 to 700 instructions around the draws, and from 8.2 to 10.2 million
//!   mappings/s (AVX-512; AVX2 a third more). Smaller records, and three passes over them instead
//!   of six, had given nothing. The lists stand in one piece of memory: each in its own, the
//!   compiler keeps their addresses in registers, and 9 % are lost.
//! - **A search that ends gives its index to the next**: vectors thin out once in 16,384 inputs,
//!   not in 4,096.
//! - **No question whose answer is known**: where no item stands in two places, devices below
//!   different hosts need not be compared, and where every host has a device that is in, no host
//!   need be asked for one (5 %).
//! - Collecting devices with a partial reweight and testing them together saved what it cost.

pub(crate) mod block;
mod context;
mod descent;
mod path;
mod program;
mod reach;
mod record;
mod search;

use std::borrow::Cow;
use std::num::NonZeroUsize;

use crushlab_crush::effort::Effort;
use crushlab_crush::{Mapper, NONE};

pub use crate::arch::{KERNEL_VARIABLE, Kernel, KernelError};
pub use crate::flat::Irregular;
pub use path::{MAX_RESULT, Path, Reason};
pub use record::{NoRecorder, Recorder};

use context::Context;
use program::Stage;
use record::Single;

use crate::flat::FlatMap;
use crate::workspace::Workspace;

/// Inputs that a step is made for together; fewer where each has many devices.
const INPUTS_PER_BLOCK: usize = 16384;
/// Positions of results that a block has at most.
const POSITIONS_PER_BLOCK: usize = 1 << 17;

/// Mappings of many inputs in flat buffers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placements {
    /// Devices: `stride` for each input, the rest filled with [`NONE`].
    pub devices: Vec<i32>,
    /// Length of each mapping.
    pub lengths: Vec<u32>,
    /// Devices kept for each input: the mapper's `result_max`.
    pub stride: usize,
}

impl Placements {
    /// The devices of the input at `index`, as [`Mapper::place`] gives them; `None` past the end.
    pub fn get(&self, index: usize) -> Option<&[i32]> {
        let length = *self.lengths.get(index)? as usize;
        let start = index * self.stride;
        self.devices.get(start..start + length)
    }

    /// All mappings in the order of their inputs.
    pub fn iter(&self) -> impl Iterator<Item = &[i32]> {
        (0..self.lengths.len()).filter_map(|index| self.get(index))
    }
}

/// With the kernel that the environment asks for, or the fastest.
impl<'a> From<&Mapper<'a>> for Batch<'a> {
    fn from(mapper: &Mapper<'a>) -> Batch<'a> {
        Batch::new(*mapper, Kernel::default())
    }
}

/// A mapper made ready for many inputs.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    mapper: Mapper<'a>,
    flat: Cow<'a, FlatMap>,
    path: Path,
    stages: Vec<Stage>,
}

impl<'a> Batch<'a> {
    /// Makes a mapper ready for the kernel. The map is laid out for the first batch on it; after
    /// that this takes a time that grows with the map, but well below that of a mapping of it.
    pub fn new(mapper: Mapper<'a>, kernel: Kernel) -> Batch<'a> {
        let flat = FlatMap::of(mapper.map(), mapper.choose_args());
        let stages = if kernel == Kernel::Scalar {
            Err(Reason::Asked)
        } else if !(1..=MAX_RESULT).contains(&mapper.result_max()) {
            Err(Reason::ResultSize)
        } else {
            program::compile(&mapper, &flat)
        };
        let (path, stages) = match stages {
            Ok(stages) => (Path::Fast(kernel), stages),
            Err(reason) => (Path::Plain(reason), Vec::new()),
        };
        Batch { mapper, flat, path, stages }
    }

    /// The mapper.
    pub fn mapper(&self) -> &Mapper<'a> {
        &self.mapper
    }

    /// Which way inputs are mapped, and why.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Maps all inputs, on `threads` threads. The answer does not depend on their number.
    pub fn place(&self, inputs: &[u32], threads: NonZeroUsize) -> Placements {
        let stride = self.mapper.result_max();
        // All of it is written below. Zeros come from the system, without being written here.
        let mut devices = vec![0; inputs.len() * stride];
        let mut lengths = vec![0; inputs.len()];
        self.place_on_threads(inputs, &mut devices, &mut lengths, threads);
        Placements { devices, lengths, stride }
    }

    /// Maps all inputs on `threads` threads into buffers of the caller's, as
    /// [`place_into`](Batch::place_into) does on this one.
    pub fn place_on_threads(
        &self,
        inputs: &[u32],
        devices: &mut [i32],
        lengths: &mut [u32],
        threads: NonZeroUsize,
    ) {
        let stride = self.mapper.result_max();
        let fitting = devices.len().checked_div(stride).unwrap_or(usize::MAX).min(lengths.len());
        let inputs = &inputs[..inputs.len().min(fitting)];
        let share = inputs.len().div_ceil(threads.get()).max(1);
        let effort = Effort::current();
        std::thread::scope(|scope| {
            let mut rest_devices = devices;
            let mut rest_lengths = lengths;
            let mut shares = inputs.chunks(share).peekable();
            while let Some(inputs) = shares.next() {
                let (devices, others) = rest_devices.split_at_mut(inputs.len() * stride);
                rest_devices = others;
                let (lengths, others) = rest_lengths.split_at_mut(inputs.len());
                rest_lengths = others;
                let effort = effort.clone();
                let mut work = move || {
                    let _entered = Effort::enter(effort.clone());
                    self.place_into(inputs, devices, lengths, &mut Workspace::new());
                };
                if shares.peek().is_none() {
                    // The last share is for the thread that is here already.
                    work();
                } else {
                    scope.spawn(work);
                }
            }
        });
    }

    /// Maps all inputs into buffers of the caller's: `result_max` devices and one length for each
    /// input. Inputs that do not fit the buffers are left out. Allocates nothing once the
    /// workspace has grown.
    pub fn place_into(
        &self,
        inputs: &[u32],
        devices: &mut [i32],
        lengths: &mut [u32],
        workspace: &mut Workspace,
    ) {
        self.place_recorded(inputs, devices, lengths, workspace, &mut NoRecorder);
    }

    /// The same, with a recorder that is told of refused devices.
    pub fn place_recorded<R: Recorder>(
        &self,
        inputs: &[u32],
        devices: &mut [i32],
        lengths: &mut [u32],
        workspace: &mut Workspace,
        recorder: &mut R,
    ) {
        let width = self.mapper.result_max();
        let fitting = devices.len().checked_div(width).unwrap_or(usize::MAX).min(lengths.len());
        let inputs = &inputs[..inputs.len().min(fitting)];
        let Path::Fast(kernel) = self.path else {
            return self.place_plainly(inputs, devices, lengths, workspace, recorder);
        };
        let (flat, stages) = (&*self.flat, &*self.stages);
        let context = Context { flat, kernel, reweights: self.mapper.reweights(), stages, width };
        let lanes = INPUTS_PER_BLOCK.min(POSITIONS_PER_BLOCK / width);
        let blocks = inputs.chunks(lanes).zip(devices.chunks_mut(lanes * width));
        for (index, ((inputs, devices), lengths)) in
            blocks.zip(lengths.chunks_mut(lanes)).enumerate()
        {
            let devices = &mut devices[..inputs.len() * width];
            let lengths = &mut lengths[..inputs.len()];
            let first = index * lanes;
            block::place(&context, inputs, first, devices, lengths, &mut workspace.block, recorder);
        }
    }

    fn place_plainly<R: Recorder>(
        &self,
        inputs: &[u32],
        devices: &mut [i32],
        lengths: &mut [u32],
        workspace: &mut Workspace,
        recorder: &mut R,
    ) {
        let width = self.mapper.result_max();
        for (index, (x, length)) in inputs.iter().zip(lengths).enumerate() {
            let row = &mut devices[index * width..(index + 1) * width];
            let mut observer = Single { index, recorder: &mut *recorder };
            let placed = self.mapper.place_observed(*x, &mut workspace.plain, &mut observer);
            *length = placed.len() as u32;
            row[..placed.len()].copy_from_slice(placed);
            row[placed.len()..].fill(NONE);
        }
    }
}
