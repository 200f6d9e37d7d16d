//! Slots: asked for, granted, taken away.
//!
//! A PG takes a slot of its primary first and asks the others one after another, holding what it
//! has: while it waits for one of them, nobody else gets what it holds.

use super::state::{Engine, Event, Phase, Side, Wait};
use crate::reserver::{Item, Turn};

impl Engine<'_> {
    /// A PG asks for its primary's slot.
    pub(crate) fn ask_local(&mut self, pg: usize) {
        let one = &mut self.pgs[pg];
        let now = self.now;
        let Some(work) = &mut one.work else { return };
        let primary = work.primary;
        work.granted = 0;
        one.asked_at = now;
        self.local[primary as usize].ask(work.priority, pg as Item);
        self.turns.push_back((Side::Local, primary));
        self.set_phase(pg, Phase::WaitsLocal);
    }

    /// Lets all slots that may have something to do take their turns.
    pub(crate) fn take_turns(&mut self) {
        while let Some((side, osd)) = self.turns.pop_front() {
            if self.silent[osd as usize] {
                continue;
            }
            let slots = self.slots(osd);
            let reserver = match side {
                Side::Local => &mut self.local[osd as usize],
                Side::Remote => &mut self.remote[osd as usize],
            };
            let Some(turn) = reserver.turn(slots) else { continue };
            let before = reserver.released_by;
            self.turns.push_front((side, osd));
            let is_deletion = |item: Item| item as usize >= self.pgs.len();
            match turn {
                Turn::Granted(item) if is_deletion(item) => {
                    self.begin_deletion(item as usize - self.pgs.len());
                }
                Turn::Granted(item) => self.granted(item as usize, side, osd, before),
                Turn::Preempted(item) if is_deletion(item) => {
                    self.interrupt_deletion(item as usize - self.pgs.len());
                }
                Turn::Preempted(item) => self.preempted(item as usize, side),
            }
        }
    }

    fn granted(&mut self, pg: usize, side: Side, osd: i32, after: Option<Item>) {
        let one = &mut self.pgs[pg];
        let Some(work) = &mut one.work else { return };
        if self.now > one.asked_at {
            one.waits.push(Wait { side, osd, from: one.asked_at, to: self.now, after });
        }
        if side == Side::Remote {
            work.granted += 1;
        }
        self.ask_next(pg);
    }

    /// Asks the next OSD, or begins to copy when all have agreed.
    fn ask_next(&mut self, pg: usize) {
        let Some(work) = &self.pgs[pg].work else { return };
        let Some(&osd) = work.remotes.get(work.granted) else {
            self.start(pg);
            return;
        };
        if !self.has_room(pg, osd) {
            self.refuse(pg);
            return;
        }
        self.pgs[pg].is_toofull = false;
        self.promise(pg);
        self.pgs[pg].asked_at = self.now;
        let priority = self.pgs[pg].work.as_ref().map_or(0, |work| work.priority);
        self.remote[osd as usize].ask(priority, pg as Item);
        self.turns.push_back((Side::Remote, osd));
        self.set_phase(pg, Phase::WaitsRemote);
    }

    /// An OSD has no room: the PG gives back all it has and asks again later.
    fn refuse(&mut self, pg: usize) {
        self.release(pg);
        let one = &mut self.pgs[pg];
        if !one.is_toofull {
            self.record.refused_pgs += 1;
        }
        self.record.refusals += 1;
        one.is_toofull = true;
        one.refused_at = self.space_version;
        self.wait_to_retry(pg);
    }

    fn wait_to_retry(&mut self, pg: usize) {
        self.set_phase(pg, Phase::Retries);
        let at = self.now + self.settings().backfill_retry_seconds;
        let stamp = self.pgs[pg].stamp;
        self.plan(at, Event::Retry(pg, stamp));
    }

    /// A PG asks again; where nothing can have changed and nothing will, it only waits.
    pub(crate) fn retry(&mut self, pg: usize) {
        let one = &self.pgs[pg];
        if one.is_toofull && one.refused_at == self.space_version {
            if self.busy == 0 {
                self.parked.push(pg);
            } else {
                self.wait_to_retry(pg);
            }
            return;
        }
        self.ask_local(pg);
    }

    /// Space was given back: those that have been refused may ask again.
    pub(crate) fn give_back_space(&mut self) {
        self.space_version += 1;
        for pg in std::mem::take(&mut self.parked) {
            if self.pgs[pg].phase == Phase::Retries {
                self.wait_to_retry(pg);
            }
        }
    }

    /// A more urgent PG has taken a slot away. One that is still collecting slots of others goes on
    /// without that of its primary (`PeeringState::Active` passes over `DeferBackfill`); one that
    /// loses one of the others then begins anew after a while.
    fn preempted(&mut self, pg: usize, side: Side) {
        self.record.preemptions += 1;
        if side == Side::Local && self.pgs[pg].phase == Phase::WaitsRemote {
            return;
        }
        let was_copying = self.pgs[pg].phase == Phase::Copies;
        self.stop(pg);
        self.release(pg);
        if side == Side::Remote && !was_copying {
            self.wait_to_retry(pg);
        } else {
            self.ask_local(pg);
        }
    }

    /// Gives back all slots of a PG, and what room it was promised.
    pub(crate) fn release(&mut self, pg: usize) {
        self.take_back_promise(pg);
        let one = &self.pgs[pg];
        let Some(work) = &one.work else { return };
        let primary = work.primary;
        let asked = work.remotes.len().min(work.granted + 1);
        let remotes = work.remotes[..asked].to_vec();
        self.local[primary as usize].cancel(pg as Item);
        self.turns.push_back((Side::Local, primary));
        for osd in remotes {
            self.remote[osd as usize].cancel(pg as Item);
            self.turns.push_back((Side::Remote, osd));
        }
    }

    /// A PG drops everything.
    pub(crate) fn drop_work(&mut self, pg: usize) {
        if self.pgs[pg].work.is_none() {
            if self.pgs[pg].phase == Phase::Peers {
                self.busy -= 1;
            }
            return;
        }
        self.stop(pg);
        self.release(pg);
        self.pgs[pg].work = None;
    }
}
