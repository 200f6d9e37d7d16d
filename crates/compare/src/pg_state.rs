//! States of a PG, as Ceph spells them.

use std::fmt;

use serde::{Serialize, Serializer};

/// A set of states of one PG (`PG_STATE_*`), those that follow from where its data is. Printed as
/// Ceph prints them, joined by `+` (osd_types.cc, `pg_state_string`): `active+clean`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgState(u16);

/// Names in the order in which Ceph prints them.
const NAMES: [(PgState, &str); 14] = [
    (PgState::STALE, "stale"),
    (PgState::CREATING, "creating"),
    (PgState::ACTIVE, "active"),
    (PgState::ACTIVATING, "activating"),
    (PgState::CLEAN, "clean"),
    (PgState::DOWN, "down"),
    (PgState::UNDERSIZED, "undersized"),
    (PgState::DEGRADED, "degraded"),
    (PgState::REMAPPED, "remapped"),
    (PgState::PEERING, "peering"),
    (PgState::BACKFILL_WAIT, "backfill_wait"),
    (PgState::BACKFILL_TOOFULL, "backfill_toofull"),
    (PgState::INCOMPLETE, "incomplete"),
    (PgState::PEERED, "peered"),
];

impl PgState {
    /// It serves clients.
    pub const ACTIVE: PgState = PgState(1);
    /// Every object has as many copies as it should have, or will need none.
    pub const CLEAN: PgState = PgState(1 << 1);
    /// Its data is on OSDs that are down; it waits for them.
    pub const DOWN: PgState = PgState(1 << 2);
    /// Fewer OSDs serve it than the pool's size.
    pub const UNDERSIZED: PgState = PgState(1 << 3);
    /// It has objects with fewer copies than they should have.
    pub const DEGRADED: PgState = PgState(1 << 4);
    /// Other OSDs serve it than those that shall hold it.
    pub const REMAPPED: PgState = PgState(1 << 5);
    /// Its data waits to be copied to OSDs that shall hold it.
    pub const BACKFILL_WAIT: PgState = PgState(1 << 6);
    /// Too little of its data is left, and no OSD is waited for that could have more.
    pub const INCOMPLETE: PgState = PgState(1 << 7);
    /// Its OSDs agree, but are fewer than min_size: no client is served.
    pub const PEERED: PgState = PgState(1 << 8);

    /// Its data waits for room on OSDs that are too full.
    pub const BACKFILL_TOOFULL: PgState = PgState(1 << 9);

    /// Its primary is down, and no other OSD has reported it since.
    pub const STALE: PgState = PgState(1 << 10);
    /// It is new, and not there yet.
    pub const CREATING: PgState = PgState(1 << 11);
    /// Its OSDs agree, and are about to serve it.
    pub const ACTIVATING: PgState = PgState(1 << 12);
    /// Its OSDs find out who has what.
    pub const PEERING: PgState = PgState(1 << 13);

    /// The states of this list, as Ceph prints it; those that do not follow from where data is
    /// (scrubs, recovery that runs) are left out.
    pub fn parse(text: &str) -> PgState {
        let state = |name| NAMES.iter().find(|(_, known)| *known == name).map(|(state, _)| *state);
        text.split('+').filter_map(state).fold(PgState::default(), PgState::with)
    }

    /// Both sets together.
    pub const fn with(self, other: PgState) -> PgState {
        PgState(self.0 | other.0)
    }

    /// The set with `other` added where `wanted`.
    pub(crate) fn with_if(self, wanted: bool, other: PgState) -> PgState {
        if wanted { self.with(other) } else { self }
    }

    /// The set without those of `other`.
    pub(crate) const fn without(self, other: PgState) -> PgState {
        PgState(self.0 & !other.0)
    }

    /// Whether all states of `other` are in it.
    pub const fn has(self, other: PgState) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Display for PgState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = NAMES.iter().filter(|(state, _)| self.has(*state)).map(|(_, name)| *name);
        f.write_str(names.next().unwrap_or("unknown"))?;
        names.try_for_each(|name| write!(f, "+{name}"))
    }
}

impl Serialize for PgState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printed_as_ceph_prints_it() {
        let state = PgState::REMAPPED.with(PgState::ACTIVE).with(PgState::BACKFILL_WAIT);
        assert_eq!(state.to_string(), "active+remapped+backfill_wait");
        let state = PgState::PEERED.with(PgState::DEGRADED).with(PgState::UNDERSIZED);
        assert_eq!(state.to_string(), "undersized+degraded+peered");
        assert_eq!(PgState::default().to_string(), "unknown");
        let text = "stale+active+undersized+degraded+remapped+peering+backfill_toofull";
        assert_eq!(PgState::parse(text).to_string(), text);
        let state = PgState::parse("active+clean+scrubbing+deep");
        assert_eq!(state, PgState::ACTIVE.with(PgState::CLEAN));
    }
}
