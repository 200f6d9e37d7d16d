//! The loop: what happens next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crushlab_compare::settle::SettleRoom;
use crushlab_compare::{Cancelled, Progress};

use super::record::{Record, mark};
use super::state::{Choice, Due, Engine, Event, Pg, Phase, resource};
use crate::course::Course;
use crate::reserver::Reserver;
use crate::sharing::Sharing;

/// Events after which a simulation ends though something is still to come: more than any cluster
/// needs, so that nothing runs for ever.
const EVENTS_MAX: u64 = 200_000_000;
/// Events between two looks at whether to stop.
const EVENTS_PER_LOOK: u64 = 4096;

impl<'a> Engine<'a> {
    /// A cluster at the start of its first stage.
    pub(crate) fn new(course: &'a Course<'a>, choice: Choice<'a>) -> Engine<'a> {
        let osds = course.kinds.len();
        let resources = resource::of_host(osds, course.host_names.len() as u32, 0) as usize;
        let mut engine = Engine {
            random: fastrand::Rng::with_seed(choice.seed),
            course,
            choice,
            stage: 0,
            now: 0.0,
            events: BinaryHeap::new(),
            made: 0,
            pgs: vec![Pg::default(); course.pgs.len()],
            deletions: Vec::new(),
            local: vec![Reserver::default(); osds],
            remote: vec![Reserver::default(); osds],
            turns: VecDeque::new(),
            sharing: Sharing::new(vec![0.0; resources], course.pgs.len()),
            dirty: Vec::new(),
            used: course.used.iter().map(|used| used.map_or(0.0, |(used, _)| used)).collect(),
            promised: vec![0.0; osds],
            peaks: Vec::new(),
            received: vec![0.0; osds],
            silent: vec![false; osds],
            space_version: 0,
            parked: Vec::new(),
            busy: 0,
            record: Record::default(),
            room: SettleRoom::default(),
        };
        engine.peaks = engine.used.iter().map(|used| (*used, 0.0)).collect();
        for (pg, start) in engine.pgs.iter_mut().zip(&course.pgs) {
            pg.holders.clone_from(&start.holders);
            pg.view.acting = start.temporary.clone().unwrap_or_default();
        }
        for (index, stage) in course.stages.iter().enumerate() {
            engine.plan(stage.at_seconds, Event::Stage(index));
        }
        engine.busy = course.stages.len();
        engine
    }

    /// Lets everything happen that happens.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub(crate) fn run(&mut self, progress: &Progress) -> Result<(), Cancelled> {
        let mut handled = 0;
        while let Some(Reverse(Due { at, event, .. })) = self.events.pop() {
            if !self.is_valid(event) {
                continue;
            }
            handled += 1;
            if handled % EVENTS_PER_LOOK == 0 && progress.is_cancelled() {
                return Err(Cancelled);
            }
            if handled > EVENTS_MAX {
                break;
            }
            let before = self.record.counts();
            self.now = at;
            self.record.pass(at);
            self.handle(event);
            // A stage that begins at the same time as another hides it.
            let next = self.events.peek().map(|Reverse(due)| (due.at, due.event));
            if let Some((next, Event::Stage(_))) = next
                && next == at
            {
                continue;
            }
            self.take_turns();
            self.balance();
            self.record.note(at, before);
        }
        Ok(())
    }

    fn is_valid(&self, event: Event) -> bool {
        match event {
            Event::Stage(_) => true,
            Event::Peered(pg, stamp) | Event::Copied(pg, stamp) | Event::Retry(pg, stamp) => {
                self.pgs[pg].stamp == stamp
            }
            Event::Deleted(deletion, stamp) => self.deletions[deletion].stamp == stamp,
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Stage(stage) => self.enter(stage),
            Event::Peered(pg, _) => {
                self.busy -= 1;
                self.set_phase(pg, Phase::Rests);
                self.begin_work(pg);
            }
            Event::Copied(pg, _) => self.finish(pg),
            Event::Retry(pg, _) => self.retry(pg),
            Event::Deleted(deletion, _) => self.finish_deletion(deletion),
        }
    }

    /// A PG does something else now.
    pub(crate) fn set_phase(&mut self, pg: usize, phase: Phase) {
        self.pgs[pg].phase = phase;
        self.pgs[pg].stamp += 1;
        self.count(pg);
    }

    /// Counts a PG for what it is now.
    pub(crate) fn count(&mut self, pg: usize) {
        let marks = self.marks(pg);
        let old = std::mem::replace(&mut self.pgs[pg].marks, marks);
        self.record.change(old, marks);
    }

    /// Whether an OSD has stopped, though the map does not say so yet.
    pub(crate) fn is_silent(&self, osd: i32) -> bool {
        usize::try_from(osd).ok().and_then(|osd| self.silent.get(osd)) == Some(&true)
    }

    /// What a PG counts as. While it peers, which takes a moment, it counts as what it will be.
    fn marks(&self, pg: usize) -> u8 {
        let one = &self.pgs[pg];
        let Some(pool) = self.course.pool(self.stage, pg) else { return 0 };
        let copies = &one.view.copies;
        let is_silent = |osd: &i32| self.is_silent(*osd);
        let serving = crushlab_compare::copies::count(&one.view.acting);
        let is_active = one.view.state.has(crushlab_compare::PgState::ACTIVE)
            && !one.view.acting.iter().any(is_silent);
        let is_last = serving <= pool.shape.readable_size
            && pool.shape.size > pool.shape.readable_size
            && self.course.pgs[pg].amount.objects > 0;
        let waits = matches!(one.phase, Phase::WaitsLocal | Phase::WaitsRemote | Phase::Retries);
        let mut marks = 0;
        for (is_set, bit) in [
            (copies.degraded_object_copies > 0, mark::DEGRADED),
            (copies.misplaced_object_copies > 0, mark::MISPLACED),
            (one.phase == Phase::Copies, mark::MOVING),
            (waits && !one.is_toofull, mark::WAITING),
            (one.is_toofull, mark::TOOFULL),
            (!is_active, mark::INACTIVE),
            (is_last, mark::LAST_COPY),
        ] {
            if is_set {
                marks |= bit;
            }
        }
        marks
    }
}
