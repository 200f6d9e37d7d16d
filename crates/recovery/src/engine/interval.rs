//! Another map: who serves PGs from now on, and what they have to copy.

use crushlab_compare::PgState;
use crushlab_compare::pg_compare::missing;
use crushlab_compare::settle::{Prior, Setting, View};
use crushlab_crush::NONE;

use super::state::{Engine, Event, Partial, Phase, Side, Target, Work};
use crate::priority::{FORCED_BACKFILL, FORCED_RECOVERY, Kind, priority};

/// Objects that a scan of a backfill lists at once (`osd_backfill_scan_max`).
const OBJECTS_PER_SCAN: f64 = 512.0;

impl Engine<'_> {
    /// A stage begins: PGs that its map changes peer anew, the others go on.
    pub(crate) fn enter(&mut self, stage: usize) {
        self.busy -= 1;
        for pg in 0..self.pgs.len() {
            if self.pgs[pg].phase == Phase::Copies {
                self.progress(pg);
            }
        }
        self.stage = stage;
        self.silent.fill(false);
        for osd in &self.course.stages[stage].silent {
            if let Some(silent) = self.silent.get_mut(*osd as usize) {
                *silent = true;
            }
        }
        self.set_capacities();
        let mut changed = Vec::new();
        for pg in 0..self.pgs.len() {
            if self.enter_pg(pg) {
                changed.push(pg);
            } else {
                self.stall_or_go_on(pg);
                self.count(pg);
            }
        }
        self.random.shuffle(&mut changed);
        for pg in changed {
            self.peer(pg);
        }
        for osd in 0..self.local.len() as i32 {
            self.turns.push_back((Side::Local, osd));
            self.turns.push_back((Side::Remote, osd));
        }
        self.give_back_space();
    }

    /// Looks at a PG under a new map; true where it has to peer.
    fn enter_pg(&mut self, pg: usize) -> bool {
        let returned = self.update_partials(pg);
        let (old, old_move, old_held) = {
            let one = &self.pgs[pg];
            (one.view.clone(), one.can_move, one.is_held)
        };
        let is_first = self.stage == 0;
        let temporary = if is_first {
            self.course.pgs[pg].temporary.clone()
        } else {
            (old.acting != old.up).then(|| old.acting.clone())
        };
        self.settle(pg, temporary.as_deref());
        let one = &self.pgs[pg];
        let view = &one.view;
        let is_same = (&old.up, &old.acting, old.acting_primary)
            == (&view.up, &view.acting, view.acting_primary)
            && (old_move, old_held) == (one.can_move, one.is_held);
        is_first || returned || !is_same
    }

    /// Notes which of a PG's OSDs are away, and what those that came back have missed; true where
    /// one did.
    fn update_partials(&mut self, pg: usize) -> bool {
        let map = self.course.stages[self.stage].state.map();
        let is_erasure = self.course.pool(self.stage, pg).is_some_and(|pool| pool.shape.is_erasure);
        let (now, objects) = (self.now, self.objects(pg));
        let (writes, entries) = (self.writes(pg), self.settings().log_entries_max);
        let one = &mut self.pgs[pg];
        let places: Vec<(usize, i32)> =
            one.holders.iter().copied().enumerate().filter(|(_, osd)| *osd != NONE).collect();
        for (place, osd) in places {
            let place = if is_erasure { place } else { 0 };
            let is_known = one.partials.iter().any(|part| (part.osd, part.place) == (osd, place));
            if !map.is_up(osd) && !is_known {
                let away_since = Some(now);
                one.partials.push(Partial { osd, place, lacks: 0.0, away_since });
            }
        }
        let mut returned = false;
        for part in &mut one.partials {
            match (map.is_up(part.osd), part.away_since) {
                (false, None) => part.away_since = Some(now),
                (true, Some(since)) => {
                    part.away_since = None;
                    let missed = (now - since) * writes;
                    part.lacks = (part.lacks + missed).min(objects);
                    returned = true;
                    if missed > entries {
                        // Its log does not reach so far: it is compared object by object.
                        forget(&mut one.holders, is_erasure, part.osd, part.place);
                    }
                }
                _ => {}
            }
        }
        one.partials.retain(|part| map.exists(part.osd));
        for holder in &mut one.holders {
            if *holder != NONE && !map.exists(*holder) {
                *holder = NONE;
            }
        }
        if !is_erasure {
            one.holders.retain(|osd| *osd != NONE);
        }
        returned
    }

    /// Objects of a PG that clients write per second.
    fn writes(&self, pg: usize) -> f64 {
        let share = self.objects(pg) / (self.course.objects as f64).max(1.0);
        self.choice.rates.client_writes.unwrap_or(0.0) * share
    }

    /// Who serves a PG, given who has its data.
    pub(crate) fn settle(&mut self, pg: usize, temporary: Option<&[i32]>) {
        let stage = &self.course.stages[self.stage];
        let start = &self.course.pgs[pg];
        let one = &mut self.pgs[pg];
        let (up, up_primary) = self.course.up(self.stage, pg);
        let mut view = View { up: up.to_vec(), up_primary, ..View::default() };
        let Some(pool) = self.course.pool(self.stage, pg) else {
            // The pool is gone, and so is all its data.
            one.view = view;
            one.can_move = false;
            return;
        };
        let setting = Setting {
            map: stage.state.map(),
            shape: pool.shape,
            objects: Some(start.amount.objects),
            primary_temp: None,
            recorded: stage.state.recorded(start.id),
        };
        let mut healed = View::default();
        let prior = Prior { holders: &one.holders, temporary };
        one.can_move = setting.settle(prior, &mut view, &mut healed, &mut self.room);
        let stale = log_targets(one.partials.iter(), &one.holders, &view.up);
        let lacking: f64 = stale.map(|part| part.lacks).sum();
        if lacking > 0.0 {
            view.state = view.state.with(PgState::DEGRADED);
            view.copies.degraded_object_copies += lacking.ceil() as u64;
        }
        one.is_held = self.course.holds[self.stage].holds(view.state).is_some();
        one.view = view;
    }

    /// A PG drops what it does, and its OSDs find out who has what.
    fn peer(&mut self, pg: usize) {
        self.drop_work(pg);
        self.pgs[pg].is_toofull = false;
        self.pgs[pg].clean_at = None;
        self.set_phase(pg, Phase::Peers);
        let delay = match self.stage {
            0 => 0.0,
            _ => self.random.f64() * self.choice.rates.peering_seconds,
        };
        self.busy += 1;
        let stamp = self.pgs[pg].stamp;
        self.plan(self.now + delay, Event::Peered(pg, stamp));
    }

    /// Asks for what a PG needs to get on, if it needs anything.
    pub(crate) fn begin_work(&mut self, pg: usize) {
        if self.course.pool(self.stage, pg).is_none() {
            // The pool is gone: nothing is left to be done.
            self.pgs[pg].clean_at = Some(self.now);
        }
        if !self.pgs[pg].can_move {
            return;
        }
        let Some(work) = self.work(pg) else {
            self.end_clean(pg);
            return;
        };
        if self.pgs[pg].is_held {
            return;
        }
        self.pgs[pg].work = Some(work);
        self.ask_local(pg);
    }

    /// Nothing is left to copy: what others still have is deleted where a PG is whole.
    fn end_clean(&mut self, pg: usize) {
        if self.pgs[pg].view.state.has(PgState::CLEAN) {
            self.pgs[pg].clean_at = Some(self.now);
            self.purge(pg);
        }
    }

    /// What a PG has to copy next; `None` where it lacks nothing that it can get.
    fn work(&mut self, pg: usize) -> Option<Work> {
        let pool = *self.course.pool(self.stage, pg)?;
        let objects = self.objects(pg);
        let is_erasure = pool.shape.is_erasure;
        let is_forced = self.choice.forced.contains(&self.course.pgs[pg].id);
        let one = &mut self.pgs[pg];
        let view = &one.view;
        if view.acting_primary < 0 {
            return None;
        }
        let logged: Vec<Partial> =
            log_targets(one.partials.iter(), &one.holders, &view.up).copied().collect();
        let (kind, wanted): (Kind, Vec<(i32, usize)>) = if logged.is_empty() {
            let places = view.up.iter().enumerate();
            let place = |(place, osd): (usize, &i32)| (*osd, if is_erasure { place } else { 0 });
            let lacks = |(osd, place): &(i32, usize)| {
                *osd != NONE
                    && if is_erasure {
                        one.holders.get(*place) != Some(osd)
                    } else {
                        !one.holders.contains(osd)
                    }
            };
            (Kind::Backfill, places.map(place).filter(lacks).collect())
        } else {
            (Kind::Log, logged.iter().map(|part| (part.osd, part.place)).collect())
        };
        if wanted.is_empty() {
            return None;
        }
        let mut remotes: Vec<i32> = match kind {
            Kind::Backfill => wanted.iter().map(|(osd, _)| *osd).collect(),
            Kind::Log => missing(false, &view.acting, &[view.acting_primary]).collect(),
        };
        remotes.sort_unstable();
        remotes.dedup();
        let urgency = match (is_forced, kind) {
            (true, Kind::Backfill) => FORCED_BACKFILL,
            (true, Kind::Log) => FORCED_RECOVERY,
            (false, _) => priority(kind, &pool.shape, view, pool.priority),
        };
        let lacks: Vec<f64> = wanted
            .iter()
            .map(|(osd, place)| lacks(&mut one.partials, *osd, *place, objects))
            .collect();
        let scans = match kind {
            Kind::Backfill => (objects / OBJECTS_PER_SCAN).ceil() + 1.0,
            Kind::Log => 0.0,
        };
        let steps = lacks.iter().copied().fold(0.0, f64::max) + scans;
        let target = |((osd, place), lacks): ((i32, usize), f64)| Target {
            osd,
            place,
            objects_per_step: lacks / steps,
        };
        Some(Work {
            kind,
            priority: urgency,
            primary: view.acting_primary,
            targets: wanted.into_iter().zip(lacks).map(target).collect(),
            remotes,
            granted: 0,
            promised: 0,
            steps_left: steps,
            rate: 0.0,
            updated_at: self.now,
            limit: None,
        })
    }
}

/// What an OSD lacks of a PG; one that has nothing of it lacks everything, and is noted.
fn lacks(partials: &mut Vec<Partial>, osd: i32, place: usize, objects: f64) -> f64 {
    if let Some(part) = partials.iter().find(|part| (part.osd, part.place) == (osd, place)) {
        return part.lacks;
    }
    partials.push(Partial { osd, place, lacks: objects, away_since: None });
    objects
}

/// OSDs that serve a PG, and have missed some of its last writes.
fn log_targets<'a>(
    partials: impl Iterator<Item = &'a Partial>,
    holders: &'a [i32],
    up: &'a [i32],
) -> impl Iterator<Item = &'a Partial> {
    partials.filter(|part| {
        part.away_since.is_none()
            && part.lacks > 0.0
            && holders.contains(&part.osd)
            && up.contains(&part.osd)
    })
}

/// Takes an OSD out of those that have all of a PG's data.
fn forget(holders: &mut Vec<i32>, is_erasure: bool, osd: i32, place: usize) {
    if is_erasure {
        if let Some(holder) = holders.get_mut(place).filter(|holder| **holder == osd) {
            *holder = NONE;
        }
    } else {
        holders.retain(|holder| *holder != osd);
    }
}
