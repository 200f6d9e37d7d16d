//! How much work one mapping may take, and the wish to end many.
//!
//! A mapping cannot fail, and it ends: but a map may ask for four billion tries, and for as many
//! below each of them. Whoever asks for many mappings, or for one of a map that others wrote,
//! enters an [`Effort`] on each thread that maps. Workspaces made there share it: their searches
//! give up as soon as the effort is over, and what they found until then is worth nothing. Without
//! an effort a mapping takes the time that it takes, as Ceph's own tools do.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Most work that one mapping may take, in items of buckets that were drawn from in vain: some
/// seconds. What a cluster in use asks for stays ten thousand times below.
pub const WORK_MAX: u64 = 1 << 26;

/// What a refused draw takes beside looking at the items of its bucket, in such items.
const WORK_PER_DRAW: u64 = 16;

/// What a draw of many searches side by side takes.
const WORK_PER_PASS: u64 = 64;

/// Work after which a search looks whether it shall go on.
const WORK_BETWEEN_LOOKS: u64 = 1 << 12;

/// Shared by all that work on one question.
#[derive(Debug)]
pub struct Effort {
    stopped: AtomicBool,
    exhausted: AtomicBool,
    work_max: u64,
}

impl Default for Effort {
    fn default() -> Effort {
        Effort::with_limit(WORK_MAX)
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Effort>>> = const { RefCell::new(None) };
}

impl Effort {
    /// With another limit for each mapping than [`WORK_MAX`].
    pub fn with_limit(work_max: u64) -> Effort {
        let no = || AtomicBool::new(false);
        Effort { stopped: no(), exhausted: no(), work_max }
    }

    /// Asks all that work on it to stop.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether a mapping went past the limit. What the work came to is worth nothing then.
    pub fn is_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Relaxed)
    }

    /// Whether the work has to end: it was stopped, or a mapping went past the limit.
    pub fn is_over(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.is_exhausted()
    }

    /// The effort that this thread is in.
    pub fn current() -> Option<Arc<Effort>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Puts this thread into an effort, such as that of the thread that started it, until the
    /// returned value is dropped.
    pub fn enter(effort: Option<Arc<Effort>>) -> Entered {
        Entered { before: CURRENT.replace(effort) }
    }
}

/// A thread is in an [`Effort`] as long as this lives.
#[derive(Debug)]
#[must_use = "the thread leaves the effort when this is dropped"]
pub struct Entered {
    before: Option<Arc<Effort>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}

/// What one mapping after the other takes of the effort that its workspace was made in.
#[derive(Debug)]
pub struct Spending {
    effort: Option<Arc<Effort>>,
    work: u64,
    next_look: u64,
    is_over: bool,
}

impl Default for Spending {
    fn default() -> Spending {
        Spending {
            effort: Effort::current(),
            work: 0,
            next_look: WORK_BETWEEN_LOOKS,
            is_over: false,
        }
    }
}

impl Spending {
    /// The next mapping begins.
    #[inline]
    pub fn begin(&mut self) {
        self.work = 0;
        self.next_look = WORK_BETWEEN_LOOKS;
    }

    /// Counts `draws` that came to nothing, from a bucket of so many items. Returns whether the
    /// search may go on.
    #[inline]
    pub fn may_go_on(&mut self, draws: u64, items: usize) -> bool {
        self.work += draws * (WORK_PER_DRAW + items as u64);
        if self.work >= self.next_look {
            self.look();
        }
        !self.is_over
    }

    /// The same for searches side by side, each of which has made a draw: looks every time.
    pub fn may_go_on_together(&mut self) -> bool {
        self.work += WORK_PER_PASS;
        self.look();
        !self.is_over
    }

    /// Whether searches have to end.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    #[cold]
    fn look(&mut self) {
        self.next_look = self.work + WORK_BETWEEN_LOOKS;
        if let Some(effort) = &self.effort {
            if self.work > effort.work_max {
                effort.exhausted.store(true, Ordering::Relaxed);
            }
            self.is_over = effort.is_over();
        }
    }
}
