//! Why there is no answer about capacity.

use std::error::Error;
use std::fmt;

use super::domains::Shortage;
use crushlab_compare::Cancelled;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CapacityError {
    /// A pool of a planned cluster asks for more failure domains than there are.
    Shortage {
        /// Name of the pool.
        pool: String,
        /// What it asks for.
        shortage: Shortage,
    },
    /// [`Progress::cancel`](crushlab_compare::Progress::cancel) was called.
    Cancelled,
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CapacityError::Shortage { pool, shortage } => {
                write!(f, "pool {pool:?}: {shortage}")
            }
            CapacityError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl Error for CapacityError {}

impl From<Cancelled> for CapacityError {
    fn from(_: Cancelled) -> CapacityError {
        CapacityError::Cancelled
    }
}
