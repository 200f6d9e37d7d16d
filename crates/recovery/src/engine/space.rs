//! Room on OSDs: used, promised, given back.

use crushlab_compare::FillLevel;
use crushlab_compare::fill::limit_ratio;
use crushlab_crush::NONE;

use super::state::{Deletion, Engine, Event, Partial, Side};
use crate::priority::{self, Kind};
use crate::reserver::Item;

impl Engine<'_> {
    /// Whether an OSD takes a PG: what is used, what it has promised and the PG stay below
    /// backfillfull (`PG::try_reserve_recovery_space`). What its log tells is taken until it is
    /// full (`recovery_toofull`). One of unknown size takes all.
    pub(crate) fn has_room(&self, pg: usize, osd: i32) -> bool {
        let Some((_, total)) = self.course.used[osd as usize] else { return true };
        let map = self.course.stages[self.stage].state.map();
        let limit = |level| f64::from(limit_ratio(map, level)) * total;
        let used = self.used[osd as usize];
        let kind = self.pgs[pg].work.as_ref().map(|work| work.kind);
        if kind == Some(Kind::Log) {
            return used <= limit(FillLevel::Full);
        }
        let bytes = used + self.promised[osd as usize] + self.to_come(pg, osd);
        bytes <= limit(FillLevel::Backfillfull)
    }

    /// Bytes that an OSD still has to get of a PG.
    fn to_come(&self, pg: usize, osd: i32) -> f64 {
        let one = &self.pgs[pg];
        let Some(work) = &one.work else { return 0.0 };
        let is_meant = |part: &&Partial| {
            let mut targets = work.targets.iter();
            part.osd == osd && targets.any(|target| (target.osd, target.place) == (osd, part.place))
        };
        let objects: f64 = one.partials.iter().filter(is_meant).map(|part| part.lacks).sum();
        objects * self.object_bytes(pg)
    }

    /// The next OSD that a PG asks promises it room.
    pub(crate) fn promise(&mut self, pg: usize) {
        let Some(work) = &self.pgs[pg].work else { return };
        let Some(&osd) = work.remotes.get(work.promised) else { return };
        self.promised[osd as usize] += self.to_come(pg, osd);
        if let Some(work) = &mut self.pgs[pg].work {
            work.promised += 1;
        }
    }

    /// All OSDs that have promised a PG room are free of it.
    pub(crate) fn take_back_promise(&mut self, pg: usize) {
        let Some(work) = &self.pgs[pg].work else { return };
        if work.promised == 0 {
            return;
        }
        let osds = work.remotes[..work.promised].to_vec();
        for osd in osds {
            let bytes = self.to_come(pg, osd);
            let promised = &mut self.promised[osd as usize];
            *promised = (*promised - bytes).max(0.0);
        }
        if let Some(work) = &mut self.pgs[pg].work {
            work.promised = 0;
        }
        self.give_back_space();
    }

    /// An OSD still has a shard that is held elsewhere now.
    pub(crate) fn leave_behind(&mut self, pg: usize, osd: i32, place: usize) {
        let one = &mut self.pgs[pg];
        if !one.partials.iter().any(|part| (part.osd, part.place) == (osd, place)) {
            let map = self.course.stages[self.stage].state.map();
            let away_since = (!map.is_up(osd)).then_some(self.now);
            one.partials.push(Partial { osd, place, lacks: 0.0, away_since });
        }
    }

    /// A PG is whole: what others than its OSDs have of it is deleted, as soon as they are there.
    pub(crate) fn purge(&mut self, pg: usize) {
        let map = self.course.stages[self.stage].state.map();
        let is_erasure = self.course.pool(self.stage, pg).is_some_and(|pool| pool.shape.is_erasure);
        let (objects, shard_bytes) = (self.objects(pg), self.shard_bytes(pg));
        let one = &mut self.pgs[pg];
        let up = one.view.up.clone();
        if !is_erasure {
            let extra: Vec<i32> =
                one.holders.iter().copied().filter(|osd| !up.contains(osd)).collect();
            for osd in extra {
                self.leave_behind(pg, osd, 0);
            }
        }
        let one = &mut self.pgs[pg];
        one.holders.clone_from(&up);
        let is_needed = |part: &Partial| {
            if is_erasure { up.get(part.place) == Some(&part.osd) } else { up.contains(&part.osd) }
        };
        let mut gone = Vec::new();
        one.partials.retain(|part| {
            let stays = !map.is_up(part.osd);
            if !stays && !is_needed(part) {
                gone.push(*part);
            }
            stays
        });
        for part in gone.into_iter().filter(|part| part.osd != NONE) {
            let bytes = shard_bytes * (1.0 - part.lacks / objects.max(1.0));
            self.delete(part.osd, objects, bytes);
        }
    }

    /// An OSD begins to delete what it has of a PG as soon as it has a slot.
    fn delete(&mut self, osd: i32, objects: f64, bytes: f64) {
        if objects == 0.0 {
            return;
        }
        let kind = self.course.kinds[osd as usize];
        let settings = self.settings().of(kind);
        let batch = f64::from(settings.delete_objects);
        let batch_seconds =
            settings.delete_sleep_seconds + batch / self.choice.rates.device(kind).iops;
        let seconds = (objects / batch).ceil() * batch_seconds;
        self.deletions.push(Deletion { osd, bytes, seconds, stamp: 0, began_at: None });
        self.busy += 1;
        self.ask_to_delete(self.deletions.len() - 1);
    }

    fn ask_to_delete(&mut self, deletion: usize) {
        let osd = self.deletions[deletion].osd;
        let map = self.course.stages[self.stage].state.map();
        let used = self.used[osd as usize];
        let is_above = |level: FillLevel| {
            let total = self.course.used[osd as usize].map(|(_, total)| total);
            total.is_some_and(|total| used > f64::from(limit_ratio(map, level)) * total)
        };
        let priority =
            priority::deletion(is_above(FillLevel::Nearfull), is_above(FillLevel::Backfillfull));
        let item = (self.pgs.len() + deletion) as Item;
        self.local[osd as usize].ask(priority, item);
        self.turns.push_back((Side::Local, osd));
    }

    pub(crate) fn begin_deletion(&mut self, deletion: usize) {
        let one = &mut self.deletions[deletion];
        one.began_at = Some(self.now);
        let (seconds, stamp) = (one.seconds, one.stamp);
        self.plan(self.now + seconds, Event::Deleted(deletion, stamp));
    }

    /// Something more urgent needs the slot: what is deleted stays deleted.
    pub(crate) fn interrupt_deletion(&mut self, deletion: usize) {
        self.record.preemptions += 1;
        let one = &mut self.deletions[deletion];
        let begun = one.began_at.take().unwrap_or(self.now);
        let part = ((self.now - begun) / one.seconds.max(1e-9)).clamp(0.0, 1.0);
        let freed = one.bytes * part;
        one.bytes -= freed;
        one.seconds *= 1.0 - part;
        one.stamp += 1;
        let osd = one.osd as usize;
        self.free(osd, freed);
        self.ask_to_delete(deletion);
    }

    pub(crate) fn finish_deletion(&mut self, deletion: usize) {
        let one = &mut self.deletions[deletion];
        one.stamp += 1;
        let (osd, bytes) = (one.osd, one.bytes);
        self.busy -= 1;
        self.local[osd as usize].cancel((self.pgs.len() + deletion) as Item);
        self.turns.push_back((Side::Local, osd));
        self.free(osd as usize, bytes);
    }

    fn free(&mut self, osd: usize, bytes: f64) {
        self.used[osd] = (self.used[osd] - bytes).max(0.0);
        self.give_back_space();
    }
}
