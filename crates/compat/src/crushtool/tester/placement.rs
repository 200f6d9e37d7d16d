//! Where an input goes: by CRUSH, or by the dice of `--simulate`.

use std::collections::{BTreeMap, HashMap, HashSet};

use crushlab_crush::hash::hash2;
use crushlab_crush::trace::Event;
use crushlab_crush::{Map, Mapper, Observer, Op, Workspace};

use super::Run;
use super::devices::reachable;
use super::random::Dice;
use crate::console::Console;
use crate::stop::Outcome;

/// Placements that are thrown before an input stays without one.
const SIMULATION_TRIES: usize = 100;

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

/// Places inputs, one at a time.
pub(super) struct Placer<'a> {
    run: &'a Run<'a>,
    mapper: Mapper<'a>,
    workspace: Workspace,
    simulation: Option<Simulation<'a>>,
}

impl<'a> Placer<'a> {
    pub(super) fn new(run: &'a Run<'a>, mapper: Mapper<'a>, dice: &'a mut Dice) -> Placer<'a> {
        let simulation = run.options.simulate.then(|| Simulation::new(run, dice));
        Placer { run, mapper, workspace: Workspace::new(), simulation }
    }

    /// The devices that hold input `x`.
    pub(super) fn place(&mut self, x: i32, tries: &mut TriesSeen) -> &[i32] {
        if let Some(simulation) = &mut self.simulation {
            return simulation.place();
        }
        let options = self.run.options;
        let x = match options.pool {
            -1 => x as u32,
            pool => hash2(x as u32, pool as u32),
        };
        match options.choose_tries {
            true => self.mapper.place_observed(x, &mut self.workspace, tries),
            false => self.mapper.place(x, &mut self.workspace),
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
