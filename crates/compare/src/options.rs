//! How two states are compared.

use std::num::NonZeroUsize;

/// Where the state after the change is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterState {
    /// Only the map is predicted: acting sets are what the PGs' OSDs will choose.
    #[default]
    Predicted,
    /// The map is a cluster's own: its pg_temp tells the acting sets.
    Recorded,
}

/// How to compare.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads to use.
    pub threads: NonZeroUsize,
    /// Where the state after the change is from.
    pub after: AfterState,
    /// Whether to list the PGs that differ.
    pub list_pgs: bool,
    /// Whether to note who has which PG's data, for a further step.
    pub keep_holders: bool,
    /// Whether to look at every PG, also at those that a change cannot touch: for checks of this.
    pub every_pg: bool,
}

impl Default for Options {
    /// One thread, predicted, with PGs, without holders.
    fn default() -> Options {
        Options {
            threads: NonZeroUsize::MIN,
            after: AfterState::Predicted,
            list_pgs: true,
            keep_holders: false,
            every_pg: false,
        }
    }
}
