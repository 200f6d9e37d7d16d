//! Every kernel that runs here against the plain mapper, on random maps.

mod map;

use std::collections::BTreeMap;

use crushlab_crush::trace::{Event, Observer, Refusal};
use crushlab_crush::{Mapper, Workspace};
use crushlab_kernel::{Batch, Kernel, Path, Recorder};
use fastrand::Rng;

use map::generate;

/// What came of some cases.
#[derive(Clone, Debug, Default)]
pub struct KernelScore {
    /// Maps, each with a rule, a size and reweights of its own.
    pub maps: u64,
    /// By kernel: mappings that it made side by side and that were compared.
    pub mappings: BTreeMap<&'static str, u64>,
    /// Mappings that were left to the plain mapper inside a batch, by reason.
    pub left_to_plain: BTreeMap<String, u64>,
    /// Devices that the plain mapper placed, holes not counted.
    pub devices: u64,
    /// Refused devices that were recorded by kernels and compared.
    pub rejections: u64,
    /// What differed, with its seed.
    pub differences: Vec<String>,
}

impl KernelScore {
    /// Takes over what came of other cases.
    pub fn add(&mut self, other: KernelScore) {
        self.maps += other.maps;
        for (kernel, mappings) in other.mappings {
            *self.mappings.entry(kernel).or_default() += mappings;
        }
        for (reason, mappings) in other.left_to_plain {
            *self.left_to_plain.entry(reason).or_default() += mappings;
        }
        self.devices += other.devices;
        self.rejections += other.rejections;
        self.differences.extend(other.differences);
    }
}

/// Devices refused to each input, in order.
#[derive(Debug, Default, PartialEq)]
struct Rejections(Vec<Vec<i32>>);

impl Recorder for Rejections {
    fn rejected(&mut self, index: usize, device: i32) {
        self.0[index].push(device);
    }
}

/// Devices that the plain mapper refuses to one input, and what it has done so far for all.
struct PlainRejections {
    refused: Vec<i32>,
    events: u64,
}

impl Observer for PlainRejections {
    fn observe(&mut self, event: Event) {
        self.events += 1;
        if let Event::Refused { item, reason: Refusal::Out } = event {
            self.refused.push(item);
        }
    }
}

/// What a way of mapping made of all inputs.
#[derive(PartialEq)]
struct Answer {
    devices: Vec<i32>,
    lengths: Vec<u32>,
    rejections: Rejections,
}

/// Events of the plain mapper for one map, about. Without a bound most time would go to the few
/// maps whose every input uses up all tries.
const EVENTS_PER_MAP: u64 = 3_000_000;

/// Inputs of maps that kernels leave to the plain mapper.
const INPUTS_LEFT_TO_PLAIN: usize = 150;

/// Maps inputs of one random map with every kernel: `most` of them, fewer where that takes long or
/// shows little.
pub fn check_kernels(seed: u64, most: usize) -> KernelScore {
    let mut rng = Rng::with_seed(seed);
    let case = generate(&mut rng);
    let first: u32 = rng.u32(..);
    let choose_args = case.choose_args.and_then(|id| case.map.choose_args().get(&id));
    let mapper = Mapper::new(&case.map, 0, case.size, &case.reweights).expect("it has one rule");
    let mapper = mapper.with_choose_args(choose_args);
    let most = match Batch::new(mapper, Kernel::fastest()).path() {
        Path::Fast(_) => most,
        Path::Plain(_) => most.min(INPUTS_LEFT_TO_PLAIN),
    };
    let inputs: Vec<u32> = (0..most as u32).map(|index| first.wrapping_add(index)).collect();
    let expected = plain(&mapper, &inputs);
    let count = expected.lengths.len();
    let inputs = &inputs[..count];
    let devices = expected.devices.iter().filter(|device| **device != crushlab_crush::NONE);
    let mut score = KernelScore { maps: 1, devices: devices.count() as u64, ..Default::default() };
    for kernel in Kernel::available().filter(|kernel| *kernel != Kernel::Scalar) {
        let batch = Batch::new(mapper, kernel);
        match batch.path() {
            Path::Fast(kernel) => {
                *score.mappings.entry(kernel.name()).or_default() += count as u64;
            }
            Path::Plain(reason) => {
                // Ids of buckets would make every one a reason of its own.
                let reason = reason.to_string();
                let reason = reason.rsplit_once(": ").map_or(&*reason, |(_, why)| why);
                *score.left_to_plain.entry(reason.into()).or_default() += count as u64;
            }
        }
        let found = batched(&batch, inputs);
        score.rejections += found.rejections.0.iter().map(|list| list.len() as u64).sum::<u64>();
        let differs = (0..count).find(|index| {
            let row = index * case.size..(index + 1) * case.size;
            expected.devices[row.clone()] != found.devices[row]
                || expected.lengths[*index] != found.lengths[*index]
                || expected.rejections.0[*index] != found.rejections.0[*index]
        });
        if let Some(index) = differs {
            let row = index * case.size..(index + 1) * case.size;
            score.differences.push(format!(
                "seed {seed}, kernel {kernel}, input {}: {:?} refused {:?}, \
                 expected {:?} refused {:?}",
                inputs[index],
                &found.devices[row.clone()],
                found.rejections.0[index],
                &expected.devices[row],
                expected.rejections.0[index],
            ));
        }
    }
    score
}

/// The answers to the first inputs, until it has done enough.
fn plain(mapper: &Mapper<'_>, inputs: &[u32]) -> Answer {
    let size = mapper.result_max();
    let (mut devices, mut lengths, mut rejections) = (Vec::new(), Vec::new(), Vec::new());
    let mut observer = PlainRejections { refused: Vec::new(), events: 0 };
    let mut workspace = Workspace::new();
    for x in inputs {
        if observer.events > EVENTS_PER_MAP {
            break;
        }
        let placed = mapper.place_observed(*x, &mut workspace, &mut observer);
        lengths.push(placed.len() as u32);
        devices.extend_from_slice(placed);
        devices.resize(lengths.len() * size, crushlab_crush::NONE);
        rejections.push(std::mem::take(&mut observer.refused));
    }
    Answer { devices, lengths, rejections: Rejections(rejections) }
}

fn batched(batch: &Batch<'_>, inputs: &[u32]) -> Answer {
    // Buffers full of junk: whatever the kernel does not write shows.
    let mut answer = Answer {
        devices: vec![-77; inputs.len() * batch.mapper().result_max()],
        lengths: vec![77; inputs.len()],
        rejections: Rejections(vec![Vec::new(); inputs.len()]),
    };
    let Answer { devices, lengths, rejections } = &mut answer;
    batch.place_recorded(
        inputs,
        devices,
        lengths,
        &mut crushlab_kernel::Workspace::new(),
        rejections,
    );
    // Without a recorder searches stop earlier: the places have to be the same.
    let (mut again, mut lengths_again) = (vec![-77; devices.len()], vec![77; lengths.len()]);
    let mut workspace = crushlab_kernel::Workspace::new();
    batch.place_into(inputs, &mut again, &mut lengths_again, &mut workspace);
    if (&again, &lengths_again) != (&*devices, &*lengths) {
        (*devices, *lengths) = (again, lengths_again);
    }
    answer
}
