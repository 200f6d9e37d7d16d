//! Why recovery cannot be followed.

use std::fmt;

use crushlab_compare::Cancelled;

/// Why recovery cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecoveryError {
    /// `Progress::cancel` was called.
    Cancelled,
    /// There is no stage.
    NothingToDo,
    /// Nothing is known of the data of a pool.
    UnknownData {
        /// The pool.
        pool: String,
    },
    /// A pool gets another number of PGs on the way.
    PgNumChanges {
        /// The pool.
        pool: String,
    },
}

impl fmt::Display for RecoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecoveryError::Cancelled => Cancelled.fmt(f),
            RecoveryError::NothingToDo => f.write_str("there is nothing to follow"),
            RecoveryError::UnknownData { pool } => write!(
                f,
                "what pool {} holds is not known, so how long copying takes is not known either: \
                 give the output of ceph pg dump --format json, too",
                pool.escape_debug()
            ),
            RecoveryError::PgNumChanges { pool } => write!(
                f,
                "pool {} gets another number of PGs on the way, which cannot be followed in time: \
                 expected such a change before, with another command",
                pool.escape_debug()
            ),
        }
    }
}

impl std::error::Error for RecoveryError {}

impl From<Cancelled> for RecoveryError {
    fn from(_: Cancelled) -> RecoveryError {
        RecoveryError::Cancelled
    }
}
