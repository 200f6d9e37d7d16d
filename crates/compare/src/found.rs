//! What threads find in the PGs that they compare.

use super::holders::Holders;
use super::rows::PgChanges;
use super::tally::{PlainTally, Tally};

/// What a thread found in some PGs.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) tally: Tally,
    /// Those of them that were plain before the change, by place of the pool: they are counted in
    /// `tally` now.
    pub(crate) replaced: Vec<PlainTally>,
    pub(crate) lists: Lists,
}

/// PGs that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) changes: PgChanges,
    pub(crate) holders_after: Holders,
    pub(crate) holders_healed: Holders,
    pub(crate) acting_healed: Holders,
}

impl Lists {
    pub(crate) fn is_empty(&self) -> bool {
        let holders = [&self.holders_after, &self.holders_healed, &self.acting_healed];
        self.changes.is_empty() && holders.iter().all(|list| list.is_empty())
    }

    /// Adds the PGs of other lists, all behind those of this one.
    pub(crate) fn append(&mut self, other: &Lists) {
        self.changes.append(&other.changes);
        self.holders_after.append(&other.holders_after);
        self.holders_healed.append(&other.holders_healed);
        self.acting_healed.append(&other.acting_healed);
    }
}
