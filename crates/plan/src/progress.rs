//! How far long work is, and the wish to end it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between the threads that work and whoever watches them.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    cancelled: Arc<AtomicBool>,
}

impl Progress {
    /// Nothing done, nobody in a hurry.
    pub fn new() -> Progress {
        Progress::default()
    }

    /// For a part of the work that is counted apart: it ends when the whole is cancelled.
    pub fn part(&self) -> Progress {
        Progress { done: AtomicU64::new(0), cancelled: Arc::clone(&self.cancelled) }
    }

    /// Inputs that were worked through so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Asks the workers to stop; they look once for each block of a few thousand inputs.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Progress::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Counts inputs as done.
    pub fn advance(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// For work that does not count, but ends with the rest when that is cancelled.
    pub fn quiet(&self) -> Progress {
        Progress { done: AtomicU64::new(0), cancelled: Arc::clone(&self.cancelled) }
    }
}
