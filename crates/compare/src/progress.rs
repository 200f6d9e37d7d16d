//! How far long work is, and the wish to end it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crushlab_crush::effort::{Effort, Entered};

/// Shared between the threads that work and whoever watches them.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    effort: Arc<Effort>,
}

impl Progress {
    /// Nothing done, nobody in a hurry.
    pub fn new() -> Progress {
        Progress::default()
    }

    /// Inputs that were worked through so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Asks the workers to stop; they look within a mapping that takes long.
    pub fn cancel(&self) {
        self.effort.stop();
    }

    /// Whether the work has to end: [`cancel`](Progress::cancel) was called, or a mapping took more
    /// work than the [`Effort`] has.
    pub fn is_cancelled(&self) -> bool {
        self.effort.is_over()
    }

    /// Lets the mappings of this thread be a part of this work until the returned value is dropped.
    pub fn enter(&self) -> Entered {
        Effort::enter(Some(Arc::clone(&self.effort)))
    }

    /// Counts inputs as done.
    pub fn advance(&self, count: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// For a part of the work that counts as `units` of the whole.
    pub fn share(&self, units: u64) -> Share<'_> {
        Share { progress: self, units, given: 0 }
    }

    /// For work that does not count, but ends with the rest when that is cancelled.
    pub fn quiet(&self) -> Progress {
        Progress { done: AtomicU64::new(0), effort: Arc::clone(&self.effort) }
    }
}

/// A part of work that counts as so many units, however far it is.
#[derive(Debug)]
pub struct Share<'a> {
    progress: &'a Progress,
    units: u64,
    given: u64,
}

impl Share<'_> {
    /// Counts as much as belongs to this part of the share, 1 for all. It never goes back.
    pub fn reach(&mut self, part: f64) {
        let reached = (self.units as f64 * part.clamp(0.0, 1.0)) as u64;
        if reached > self.given {
            self.progress.advance(reached - self.given);
            self.given = reached;
        }
    }
}

impl Drop for Share<'_> {
    /// What is left counts when the work is over.
    fn drop(&mut self) {
        self.reach(1.0);
    }
}

/// The work was cancelled ([`Progress::cancel`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the work was cancelled")
    }
}

impl Error for Cancelled {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_counts_as_its_units_in_the_end() {
        let progress = Progress::new();
        {
            let mut share = progress.share(10);
            share.reach(0.35);
            share.reach(0.2);
            assert_eq!(progress.done(), 3);
            share.reach(0.5);
            assert_eq!(progress.done(), 5);
        }
        assert_eq!(progress.done(), 10);
    }
}
