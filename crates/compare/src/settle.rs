//! What a PG does after a change: at once, and when its data has moved.
//!
//! After a change of the map, the OSDs that have the PG's data go on to serve it until those that
//! shall hold it have got it: Ceph sets a pg_temp for them. What is only moved is misplaced then,
//! and degraded only what no OSD that is up has. PGs are taken to need backfill, not recovery by
//! the log: true where more was written than the log holds (osd_min_pg_log_entries and
//! osd_max_pg_log_entries, 250 to 10,000 writes).

use crushlab_crush::NONE;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::mapping::{NO_OSD, PgMapping};

use super::acting::Choice;
use super::copies::{Copies, count, count_copies};
use super::history::is_lasting;
use super::pg_state::PgState;
use super::shape::PoolShape;

/// A PG at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The OSDs that shall hold it.
    pub up: Vec<i32>,
    /// The OSDs that serve it.
    pub acting: Vec<i32>,
    /// Primary of `up`, -1 for none.
    pub up_primary: i32,
    /// Primary of `acting`, -1 for none.
    pub acting_primary: i32,
    /// Its state.
    pub state: PgState,
    /// Copies of its objects.
    pub copies: Copies,
}

impl View {
    /// Makes it a PG that was refused by an OSD that is too full.
    pub fn wait_for_room(&mut self) {
        let state = self.state.without(PgState::BACKFILL_WAIT);
        self.state = state.with(PgState::BACKFILL_TOOFULL);
    }

    /// Whether anything differs but the number of objects.
    pub fn differs(&self, other: &View) -> bool {
        self.up != other.up
            || self.acting != other.acting
            || self.up_primary != other.up_primary
            || self.acting_primary != other.acting_primary
            || self.state != other.state
    }
}

/// Copies what a PG was mapped to into a view.
pub fn take(view: &mut View, mapping: PgMapping<'_>) {
    view.up.clear();
    view.up.extend_from_slice(mapping.up);
    view.acting.clear();
    view.acting.extend_from_slice(mapping.acting);
    view.up_primary = mapping.up_primary;
    view.acting_primary = mapping.acting_primary;
}

/// What a PG brings into a change.
#[derive(Clone, Copy, Debug)]
pub struct Prior<'a> {
    /// OSDs that have its data, those that are down included.
    pub holders: &'a [i32],
    /// OSDs that served it for the time being, not those of its up set.
    pub temporary: Option<&'a [i32]>,
}

/// The pool and map that a PG settles in.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The map.
    pub map: &'a OsdMap,
    /// What of its pool matters.
    pub shape: PoolShape,
    /// Objects of the PG, where they are known.
    pub objects: Option<u64>,
    /// Primary that was set for it.
    pub primary_temp: Option<i32>,
    /// What was recorded of it, if that decides.
    pub recorded: Option<PgState>,
}

/// Room for [`Setting::settle`].
#[derive(Debug, Default)]
pub struct SettleRoom {
    online: Vec<i32>,
    current: Vec<i32>,
}

impl Setting<'_> {
    /// Fills in what the PG does at once (`view`, of which `up` and `up_primary` are given) and
    /// when its data has moved (`healed`). Returns whether its data can move at all.
    pub fn settle(
        &self,
        prior: Prior<'_>,
        view: &mut View,
        healed: &mut View,
        room: &mut SettleRoom,
    ) -> bool {
        let SettleRoom { online, current } = room;
        self.online(prior.holders, online);
        self.online(prior.temporary.unwrap_or(&view.up), current);
        healed.up.clone_from(&view.up);
        healed.up_primary = view.up_primary;
        let is_served = count(current) > 0;
        if let Some(state) = self.recorded.filter(|state| is_lasting(*state)) {
            self.get_stuck(state.without(PgState::REMAPPED), current, view);
            healed.clone_from(view);
            return false;
        }
        if count(online) < self.shape.readable_size || !is_served {
            let state = if count(online) < self.shape.readable_size {
                self.stuck_state(prior.holders)
            } else {
                // No OSD shall hold the PG, so none serves it, though its data is there.
                PgState::default()
            };
            self.get_stuck(state, current, view);
            healed.clone_from(view);
            return false;
        }
        if self.objects == Some(0) {
            self.fill(&view.up, online);
        }
        self.serve(view, online, current);
        self.fill(&view.up, online);
        let later = Setting { recorded: None, ..*self };
        later.serve(healed, online, &view.up);
        true
    }

    /// What a PG is whose acting OSDs are known.
    pub fn evaluate(&self, view: &mut View) {
        if let Some(state) = self.recorded {
            view.state = state;
            view.copies = self.expected_copies(view);
            return;
        }
        let (up, acting) = (&view.up, &view.acting);
        let serving = count(acting);
        if serving < self.shape.readable_size {
            view.state = PgState::DOWN.with_if(up != acting, PgState::REMAPPED);
            view.copies = self.expected_copies(view);
            return;
        }
        let lacks_data = if self.shape.is_erasure {
            up.iter().zip(acting).any(|(target, source)| *target != NONE && target != source)
        } else {
            up.iter().any(|osd| !acting.contains(osd))
        };
        let counted = count_copies(&self.shape, self.objects.unwrap_or(1), up, acting);
        let is_active = serving >= self.shape.min_size;
        let is_whole = serving >= self.shape.size;
        view.state = PgState::default()
            .with(if is_active { PgState::ACTIVE } else { PgState::PEERED })
            .with_if(is_whole && !lacks_data, PgState::CLEAN)
            .with_if(!is_whole, PgState::UNDERSIZED)
            .with_if(counted.degraded_object_copies > 0, PgState::DEGRADED)
            .with_if(up != acting, PgState::REMAPPED)
            .with_if(lacks_data, PgState::BACKFILL_WAIT);
        view.copies = if self.objects.is_some() { counted } else { Copies::default() };
    }

    /// The PG as those with its data serve it.
    fn serve(&self, view: &mut View, holders: &[i32], current: &[i32]) {
        let (shape, up_primary) = (&self.shape, view.up_primary);
        let choice = Choice { shape, up: &view.up, up_primary, holders, current };
        let primary = choice.choose(&mut view.acting);
        view.acting_primary = self.primary_temp.unwrap_or(primary);
        self.evaluate(view);
    }

    /// A PG that cannot be read: its OSDs stay who they are. Ceph counts no copies of it.
    fn get_stuck(&self, state: PgState, current: &[i32], view: &mut View) {
        view.acting.clear();
        view.acting.extend_from_slice(current);
        let primary = if view.acting == view.up {
            view.up_primary
        } else {
            current.iter().copied().find(|osd| *osd != NONE).unwrap_or(NO_OSD)
        };
        view.acting_primary = self.primary_temp.unwrap_or(primary);
        view.state = state.with_if(view.acting != view.up, PgState::REMAPPED);
        view.copies = self.expected_copies(view);
    }

    fn expected_copies(&self, view: &View) -> Copies {
        let objects = self.objects.unwrap_or(0);
        let counted = count_copies(&self.shape, objects, &view.up, &view.acting);
        Copies { object_copies: counted.object_copies, ..Copies::default() }
    }

    /// Where no OSD is left that knows the PG, the manager goes on to show what was reported
    /// last, with `stale`; such a PG is down here.
    fn stuck_state(&self, holders: &[i32]) -> PgState {
        let is_awaited = |osd: &i32| self.map.exists(*osd) && !self.map.is_up(*osd);
        if holders.iter().any(is_awaited) { PgState::DOWN } else { PgState::INCOMPLETE }
    }

    /// The OSDs of a list that are up; holes for the others in erasure-coded pools.
    fn online(&self, osds: &[i32], online: &mut Vec<i32>) {
        online.clear();
        let kept = osds.iter().map(|&osd| if self.map.is_up(osd) { osd } else { NONE });
        if self.shape.is_erasure {
            online.extend(kept);
            online.resize(self.shape.size, NONE);
        } else {
            online.extend(kept.filter(|osd| *osd != NONE));
        }
    }

    /// Gives the data to all OSDs of `up`.
    fn fill(&self, up: &[i32], holders: &mut Vec<i32>) {
        if self.shape.is_erasure {
            for (holder, target) in holders.iter_mut().zip(up).filter(|(_, up)| **up != NONE) {
                *holder = *target;
            }
        } else {
            for osd in up {
                if !holders.contains(osd) {
                    holders.push(*osd);
                }
            }
        }
    }
}
