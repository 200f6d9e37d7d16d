//! Why there is no answer about growth.

use std::error::Error;
use std::fmt;

use crushlab_crush::BuildError;

use crate::capacity::Shortage;
use crushlab_compare::Cancelled;
use crushlab_monitor::command::Refusal;

/// Why there is no answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GrowthError {
    /// Sizes of OSDs are not known.
    NoSizes,
    /// A pool grows by a part of what it holds, which is not known.
    NoPoolData {
        /// Name of the pool.
        pool: String,
    },
    /// The map has no bucket of this type to lose.
    NoDomain {
        /// The type.
        type_name: String,
        /// The types that there are.
        known: Vec<String>,
    },
    /// A host's place does not exist, or has to be said.
    Place {
        /// Name of the host.
        host: String,
        /// What is wrong, and what was expected.
        problem: String,
    },
    /// A pool asks for more failure domains than there are.
    Shortage {
        /// Name of the pool.
        pool: String,
        /// What it asks for.
        shortage: Shortage,
    },
    /// A pool to be moved is erasure-coded already.
    IsErasure {
        /// Name of the pool.
        pool: String,
    },
    /// A command that the change comes down to is refused.
    Refused {
        /// The command.
        command: String,
        /// Ceph's reason.
        refusal: String,
    },
    /// A CRUSH map cannot be used.
    Crush(BuildError),
    /// [`Progress::cancel`](crushlab_compare::Progress::cancel) was called.
    Cancelled,
}

impl fmt::Display for GrowthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrowthError::NoSizes => f.write_str(
                "sizes of OSDs are not known, so neither is when they are full: add the output \
                 of ceph osd df tree -f json",
            ),
            GrowthError::NoPoolData { pool } => write!(
                f,
                "pool {pool:?} grows by a part of what it stores, which is not known: add the \
                 output of ceph df detail -f json, or say how many bytes it grows by"
            ),
            GrowthError::NoDomain { type_name, known } => write!(
                f,
                "no bucket of type {type_name:?} has OSDs that could be lost: expected one of {}",
                known.join(", ")
            ),
            GrowthError::Place { host, problem } => write!(f, "host {host:?}: {problem}"),
            GrowthError::Shortage { pool, shortage } => write!(f, "pool {pool:?}: {shortage}"),
            GrowthError::IsErasure { pool } => {
                write!(f, "pool {pool:?} is erasure-coded already: expected a replicated one")
            }
            GrowthError::Refused { command, refusal } => write!(f, "{command}: {refusal}"),
            GrowthError::Crush(error) => error.fmt(f),
            GrowthError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl Error for GrowthError {}

impl From<Cancelled> for GrowthError {
    fn from(_: Cancelled) -> GrowthError {
        GrowthError::Cancelled
    }
}

impl From<BuildError> for GrowthError {
    fn from(error: BuildError) -> GrowthError {
        GrowthError::Crush(error)
    }
}

impl GrowthError {
    pub(crate) fn refused(command: &str, refusal: &Refusal) -> GrowthError {
        GrowthError::Refused { command: command.to_owned(), refusal: refusal.to_string() }
    }
}
