//! What a cluster recorded of PGs that no map can tell.
//!
//! Whether a PG is down or incomplete hangs on which OSDs took writes in the past, and whether it
//! peers right now on what its OSDs are doing. A map says neither, so what was recorded wins: PGs
//! that could not be read stay so until an OSD comes back; those that were peering get done.

use std::collections::BTreeMap;

use crushlab_osdmap::{Cluster, PgId, Source};

use super::pg_state::PgState;

/// What was recorded of PGs that serve no client though the map might let them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    pgs: BTreeMap<PgId, PgState>,
}

/// Recorded states that stay until an OSD comes back.
const LASTING: [PgState; 3] = [PgState::DOWN, PgState::INCOMPLETE, PgState::STALE];
/// Recorded states that pass by themselves.
const PASSING: [PgState; 3] = [PgState::PEERING, PgState::ACTIVATING, PgState::CREATING];

impl History {
    /// What this cluster recorded; nothing where it was not the cluster that counted its PGs.
    pub fn of(cluster: &Cluster) -> History {
        if !matches!(cluster.sources.pgs, Some(Source::Recorded { .. })) {
            return History::default();
        }
        let notable = |state: &PgState| {
            let is_active = state.has(PgState::ACTIVE) && !state.has(PgState::STALE);
            !is_active && LASTING.iter().chain(&PASSING).any(|one| state.has(*one))
        };
        let states = cluster.pgs.iter().map(|(pg, stats)| (*pg, PgState::parse(&stats.state)));
        History { pgs: states.filter(|(_, state)| notable(state)).collect() }
    }

    /// What was recorded of a PG, if that decides.
    pub fn get(&self, pg: PgId) -> Option<PgState> {
        // Mostly nothing was.
        if self.pgs.is_empty() { None } else { self.pgs.get(&pg).copied() }
    }

    /// Number of PGs that it decides for.
    pub fn len(&self) -> usize {
        self.pgs.len()
    }

    /// Whether it decides for none.
    pub fn is_empty(&self) -> bool {
        self.pgs.is_empty()
    }

    /// What is left of it when time has passed without an OSD coming back.
    pub fn lasting(&self) -> History {
        let lasts = |state: &PgState| is_lasting(*state);
        History { pgs: self.pgs.clone().into_iter().filter(|(_, state)| lasts(state)).collect() }
    }
}

/// Whether a recorded state stays until an OSD comes back.
pub(crate) fn is_lasting(state: PgState) -> bool {
    LASTING.iter().any(|one| state.has(*one))
}
