//! The PGs of a pool that a change can touch.

use std::fmt;

use crushlab_kernel::Placements;

use crate::index::Changes;

/// The PGs that have to be looked at, and what CRUSH chooses for PGs after the change.
#[derive(Debug)]
pub(crate) enum Touched {
    /// All of them.
    Every {
        why: WhyEvery,
        /// By PG of the pool after the change; none for a pool without a rule.
        placed: Option<Placements>,
    },
    /// These, by rising number.
    Pgs {
        pgs: Vec<u32>,
        /// Those of them that CRUSH places otherwise.
        changes: Changes,
    },
}

/// Why all PGs of a pool have to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyEvery {
    /// The pool is there on one side only.
    NewOrGone,
    /// The pool's size, min_size, number of PGs or profile differs.
    OtherPool,
    /// The pool had no rule, or has none any more.
    NoRule,
    /// It was asked for.
    Asked,
}

impl fmt::Display for WhyEvery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WhyEvery::NewOrGone => "the pool is there on one side only",
            WhyEvery::OtherPool => "the pool's own settings differ",
            WhyEvery::NoRule => "the pool had or has no rule",
            WhyEvery::Asked => "it was asked for",
        })
    }
}
