//! Where an input goes: by CRUSH, or by the dice of `--simulate`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::thread::available_parallelism;

use crushlab_crush::hash::hash2;
use crushlab_crush::trace::Event;
use crushlab_crush::{Map, Mapper, Observer, Op, Workspace};
use crushlab_kernel::{Batch, Placements};

use super::devices::reachable;
use super::random::Dice;
use super::run::Run;
use crate::console::Console;
use crate::stop::Outcome;

/// Placements that are thrown before an input stays without one.
const SIMULATION_TRIES: usize = 100;

/// Inputs that are placed on all threads together, and places that they may have.
const INPUTS_PER_BLOCK: usize = 1 << 17;
const PLACES_PER_BLOCK: usize = 1 << 20;
/// Inputs for which another thread is worth its start.
const INPUTS_PER_THREAD: usize = 4096;

/// How many tries were needed: the histogram of `--show-choose-tries`.
pub(super) struct TriesSeen {
    /// Searches by number of tries; as long as it had to be so far.
    counts: Vec<u32>,
    /// The tunable: what took more tries is not counted.
    limit: u32,
}

impl TriesSeen {
    pub(super) fn new(map: &Map) -> TriesSeen {
        TriesSeen { counts: Vec::new(), limit: map.tunables().choose_total_tries }
    }

    pub(super) fn print(&self, console: &mut Console<'_>) -> Outcome {
        for tries in 0..self.limit.min(i32::MAX as u32) {
            let count = self.counts.get(tries as usize).unwrap_or(&0);
            console.line(&format!("{tries:>2}: {count:>9}"))?;
        }
        Ok(())
    }
}

impl Observer for TriesSeen {
    fn observe(&mut self, event: Event) {
        let Event::Tried { tries } = event else { return };
        if tries <= self.limit {
            let index = tries as usize;
            if self.counts.len() <= index {
                self.counts.resize(index + 1, 0);
            }
            self.counts[index] = self.counts[index].wrapping_add(1);
        }
    }
}

/// Places inputs one after another, as CRUSH does in blocks of them.
pub(super) struct Placer<'a> {
    run: &'a Run<'a>,
    batch: Batch<'a>,
    workspace: Workspace,
    simulation: Option<Simulation<'a>>,
    threads: NonZeroUsize,
    /// The inputs that are not placed yet.
    rest: RangeInclusive<i64>,
    /// The present block: inputs, their devices, and how many of them were given out.
    inputs: Vec<u32>,
    placed: Placements,
    given: usize,
}

impl<'a> Placer<'a> {
    /// For all of `inputs`, which [`place`](Placer::place) is then asked for in turn.
    pub(super) fn new(
        run: &'a Run<'a>,
        mapper: Mapper<'a>,
        inputs: RangeInclusive<i64>,
        dice: &'a mut Dice,
    ) -> Placer<'a> {
        let stride = mapper.result_max();
        Placer {
            run,
            batch: Batch::from(&mapper),
            workspace: Workspace::new(),
            simulation: run.options.simulate.then(|| Simulation::new(run, dice)),
            threads: available_parallelism().unwrap_or(NonZeroUsize::MIN),
            rest: inputs,
            inputs: Vec::new(),
            placed: Placements { stride, ..Placements::default() },
            given: 0,
        }
    }

    /// The devices that hold the next input, `x`.
    pub(super) fn place(&mut self, x: i32, tries: &mut TriesSeen) -> &[i32] {
        if self.simulation.is_some() {
            return self.simulation.as_mut().map_or(&[], Simulation::place);
        }
        // What retries several steps at once is not counted, as in crushtool.
        if self.run.options.choose_tries && !self.run.is_msr() {
            let input = self.run.input(x);
            return self.batch.mapper().place_observed(input, &mut self.workspace, tries);
        }
        if self.given == self.inputs.len() {
            self.place_block();
        }
        self.given += 1;
        self.placed.get(self.given - 1).unwrap_or_default()
    }

    /// Places the next inputs side by side.
    fn place_block(&mut self) {
        let stride = self.placed.stride;
        let block = (PLACES_PER_BLOCK / stride.max(1)).clamp(1, INPUTS_PER_BLOCK);
        let inputs: Vec<u32> =
            self.rest.by_ref().take(block).map(|x| self.run.input(x as i32)).collect();
        self.inputs = inputs;
        self.given = 0;
        self.placed.devices.resize(self.inputs.len() * stride, 0);
        self.placed.lengths.resize(self.inputs.len(), 0);
        let Placements { devices, lengths, .. } = &mut self.placed;
        let most =
            NonZeroUsize::new(self.inputs.len() / INPUTS_PER_THREAD).unwrap_or(NonZeroUsize::MIN);
        let threads = self.threads.min(most);
        self.batch.place_on_threads(&self.inputs, devices, lengths, threads);
    }
}

impl Run<'_> {
    /// What is mapped for input `x`.
    fn input(&self, x: i32) -> u32 {
        match self.options.pool {
            -1 => x as u32,
            pool => hash2(x as u32, pool as u32),
        }
    }
}

/// Placements by dice, thrown again while they break the rule.
struct Simulation<'a> {
    run: &'a Run<'a>,
    dice: &'a mut Dice,
    replicas: usize,
    /// Names of the types that the rule chooses.
    types: Vec<String>,
    /// Whether it chooses devices and nothing else.
    devices_only: bool,
    /// Bucket by type above each device that was looked at.
    locations: HashMap<i32, BTreeMap<String, String>>,
    placed: Vec<i32>,
}

impl<'a> Simulation<'a> {
    fn new(run: &'a Run<'a>, dice: &'a mut Dice) -> Simulation<'a> {
        let map = run.map;
        let name = |id: &i32| map.types.get(id).cloned().unwrap_or_default();
        let steps = run.checked.rule(run.rule).map_or(&[][..], |rule| &rule.steps);
        let choosing = steps.iter().filter(|step| step.op as u32 >= 2 && step.op != Op::Emit);
        let types: Vec<String> = choosing.map(|step| name(&step.arg2)).collect();
        let lowest = map.types.keys().next().map_or(0, |id| (*id).min(map.types.len() as i32));
        let devices_only = types == ["osd"] && name(&lowest) == "osd";
        let replicas = run.replicas.min(reachable(map, run.rule));
        Simulation {
            run,
            dice,
            replicas: usize::try_from(replicas).unwrap_or(0),
            types,
            devices_only,
            locations: HashMap::new(),
            placed: Vec::new(),
        }
    }

    fn place(&mut self) -> &[i32] {
        let devices = self.run.reweights.len();
        for _ in 0..SIMULATION_TRIES {
            let throws = (0..self.replicas).map(|_| self.dice.below(devices) as i32);
            self.placed = throws.collect();
            if self.is_valid() {
                return &self.placed;
            }
        }
        self.placed.clear();
        &self.placed
    }

    /// Whether all devices are up and no two of them share a device or a bucket of a type that
    /// the rule chooses (CrushTester.cc, `check_valid_placement`).
    fn is_valid(&mut self) -> bool {
        let reweight = |device: &i32| self.run.reweights.get(*device as usize).copied();
        if self.placed.iter().any(|device| reweight(device).unwrap_or(0) == 0) {
            return false;
        }
        let distinct: HashSet<&i32> = self.placed.iter().collect();
        if distinct.len() < self.placed.len() {
            return false;
        }
        if self.devices_only {
            return true;
        }
        let mut seen = HashSet::new();
        for device in &self.placed {
            let map = self.run.map;
            self.locations.entry(*device).or_insert_with(|| {
                let pairs = map.full_location(*device).into_iter().rev();
                pairs.collect()
            });
        }
        self.placed.iter().all(|device| {
            let location = self.locations.get(device);
            self.types.iter().all(|kind| {
                let bucket = location.and_then(|location| location.get(kind));
                seen.insert(bucket.map_or("", String::as_str))
            })
        })
    }
}
