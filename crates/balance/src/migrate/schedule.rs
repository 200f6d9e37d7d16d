//! Which step goes into which stage.
//!
//! Each step is put into the first stage that has room for it: of misplaced copies, of PGs that its
//! OSDs give up and take, and of bytes on the OSDs that take it. What an OSD gives up makes room
//! only when the stage has ended, as Ceph deletes a PG only when it has been copied. A step that
//! finds no room waits for steps that make some; the steps of a PG follow each other.

use std::collections::{BTreeMap, HashMap};

use super::limits::{Limits, Loads};

/// Times that steps without room ask again.
const ROUNDS_MAX: usize = 64;

/// A step as far as room is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub(crate) moves: Vec<(i32, i32)>,
    pub(crate) shard_bytes: u64,
    /// Objects of the PG.
    pub(crate) objects: u64,
}

/// What an OSD does in a stage.
#[derive(Clone, Copy, Debug, Default)]
struct Traffic {
    come_bytes: u64,
    go_bytes: u64,
    come: u32,
    go: u32,
}

/// An OSD over all stages.
#[derive(Clone, Debug, Default)]
struct Track {
    total_bytes: u64,
    used_bytes: u64,
    stages: BTreeMap<usize, Traffic>,
    /// The first stage in which it may take, or give up, one more.
    first_come: usize,
    first_go: usize,
}

/// A stage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct StageLoad {
    pub(crate) shards: u64,
    pub(crate) moved_bytes: u64,
    /// Copies of objects that are misplaced.
    pub(crate) copies: u64,
    /// Most PGs that one OSD takes or gives up.
    pub(crate) most_backfills: u32,
    /// The fullest OSD at its worst moment, and how full it is.
    pub(crate) fullest: Option<(i32, f64)>,
    /// Hours by the rate of one OSD.
    pub(crate) hours: Option<f64>,
}

/// Stages that are filled.
pub(crate) struct Schedule<'a> {
    limits: &'a Limits,
    /// Most copies in a stage.
    most_copies: u64,
    /// Most of an OSD that may be used; none where fills are not known.
    fill: Option<f64>,
    osds: HashMap<i32, Track>,
    stages: Vec<StageLoad>,
    first_open: usize,
}

impl<'a> Schedule<'a> {
    pub(crate) fn new(limits: &'a Limits, loads: &Loads<'_>) -> Schedule<'a> {
        let track = |(osd, (total, used)): (&i32, &(u64, u64))| {
            (*osd, Track { total_bytes: *total, used_bytes: *used, ..Track::default() })
        };
        Schedule {
            limits,
            most_copies: (loads.copies as f64 * limits.max_misplaced_ratio) as u64,
            fill: loads.is_known.then(|| loads.max_fill_ratio(limits)),
            osds: loads.osds.iter().map(track).collect(),
            stages: Vec::new(),
            first_open: 0,
        }
    }

    /// Puts the steps of PGs into stages: for each PG the stages of its steps, as far as they find
    /// one.
    pub(crate) fn place_all(&mut self, pgs: &[Vec<Demand>]) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = vec![Vec::new(); pgs.len()];
        let mut waiting: Vec<usize> = (0..pgs.len()).collect();
        for _ in 0..ROUNDS_MAX {
            let mut placed = 0;
            waiting.retain(|pg| {
                let (steps, stages) = (&pgs[*pg], &mut found[*pg]);
                while let Some(step) = steps.get(stages.len()) {
                    let ready = stages.last().map_or(0, |stage| stage + 1);
                    let Some(stage) = self.place(step, ready) else { break };
                    stages.push(stage);
                    placed += 1;
                }
                stages.len() < steps.len()
            });
            if placed == 0 || waiting.is_empty() {
                break;
            }
        }
        found
    }

    /// Whether a stage has room for a step when it is empty.
    pub(crate) fn is_small_enough(&self, step: &Demand) -> bool {
        step.objects.saturating_mul(step.moves.len() as u64) <= self.most_copies
    }

    /// The first stage from `ready` on that has room for a step, which is then in it.
    fn place(&mut self, step: &Demand, ready: usize) -> Option<usize> {
        if !self.is_small_enough(step) {
            return None;
        }
        let mut first = ready.max(self.first_open);
        for (from, to) in &step.moves {
            first = first.max(self.osds.get(from).map_or(0, |osd| osd.first_go));
            first = first.max(self.osds.get(to).map_or(0, |osd| osd.first_come));
        }
        let last = self.stages.len().max(first);
        let stage = (first..=last).find(|stage| self.has_room(step, *stage))?;
        self.put(step, stage);
        Some(stage)
    }

    fn has_room(&self, step: &Demand, stage: usize) -> bool {
        let copies = step.objects.saturating_mul(step.moves.len() as u64);
        let used = self.stages.get(stage).map_or(0, |load| load.copies);
        used + copies <= self.most_copies
            && step.moves.iter().all(|(from, to)| {
                let most = self.limits.max_backfills.unwrap_or(u32::MAX);
                let at = |osd: &i32| {
                    let track = self.osds.get(osd);
                    track.and_then(|track| track.stages.get(&stage)).copied().unwrap_or_default()
                };
                at(from).go < most && at(to).come < most && self.fits(*to, stage, step.shard_bytes)
            })
    }

    /// Whether an OSD has room for more bytes from a stage on.
    fn fits(&self, osd: i32, stage: usize, bytes: u64) -> bool {
        let (Some(fill), Some(track)) = (self.fill, self.osds.get(&osd)) else { return true };
        let most = (track.total_bytes as f64 * fill) as i128;
        let mut used = i128::from(track.used_bytes) + i128::from(bytes);
        for (_, traffic) in track.stages.range(..stage) {
            used += i128::from(traffic.come_bytes) - i128::from(traffic.go_bytes);
        }
        let mut peak = used;
        for (_, traffic) in track.stages.range(stage..) {
            peak = peak.max(used + i128::from(traffic.come_bytes));
            used += i128::from(traffic.come_bytes) - i128::from(traffic.go_bytes);
        }
        peak.max(used) <= most
    }

    fn put(&mut self, step: &Demand, stage: usize) {
        if self.stages.len() <= stage {
            self.stages.resize(stage + 1, StageLoad::default());
        }
        let most = self.limits.max_backfills.unwrap_or(u32::MAX);
        let moves = step.moves.len() as u64;
        for (from, to) in &step.moves {
            let source = self.osds.entry(*from).or_default();
            let traffic = source.stages.entry(stage).or_default();
            traffic.go += 1;
            traffic.go_bytes += step.shard_bytes;
            while source.stages.get(&source.first_go).is_some_and(|one| one.go >= most) {
                source.first_go += 1;
            }
            let target = self.osds.entry(*to).or_default();
            let traffic = target.stages.entry(stage).or_default();
            traffic.come += 1;
            traffic.come_bytes += step.shard_bytes;
            while target.stages.get(&target.first_come).is_some_and(|one| one.come >= most) {
                target.first_come += 1;
            }
        }
        // The stage was made above.
        let load = &mut self.stages[stage];
        load.shards += moves;
        load.moved_bytes += step.shard_bytes * moves;
        load.copies += step.objects * moves;
        while self.stages.get(self.first_open).is_some_and(|one| one.copies >= self.most_copies) {
            self.first_open += 1;
        }
    }

    /// What becomes of each stage.
    pub(crate) fn loads(&self) -> Vec<StageLoad> {
        let mut loads = self.stages.clone();
        for (osd, track) in &self.osds {
            let mut used = track.used_bytes as f64;
            for (stage, load) in loads.iter_mut().enumerate() {
                let traffic = track.stages.get(&stage).copied().unwrap_or_default();
                load.most_backfills = load.most_backfills.max(traffic.come).max(traffic.go);
                if let Some(rate) = self.limits.rate_bytes {
                    let bytes = traffic.come_bytes.max(traffic.go_bytes) as f64;
                    let hours = bytes / rate.max(1.0) / 3600.0;
                    load.hours = Some(load.hours.unwrap_or(0.0).max(hours));
                }
                if self.fill.is_some() && track.total_bytes > 0 {
                    let ratio = (used + traffic.come_bytes as f64) / track.total_bytes as f64;
                    let is_fuller = |(other, fullest): (i32, f64)| {
                        ratio > fullest || ratio == fullest && *osd < other
                    };
                    if load.fullest.is_none_or(is_fuller) {
                        load.fullest = Some((*osd, ratio));
                    }
                }
                used += traffic.come_bytes as f64 - traffic.go_bytes as f64;
            }
        }
        loads
    }
}
