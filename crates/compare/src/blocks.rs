//! Work that is handed out to threads block by block.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::progress::Progress;

/// Lets `threads` threads work through `blocks` blocks, each with something of its own that `begin`
/// makes; returns these. `None` when `progress` was cancelled.
pub(crate) fn in_blocks<T: Send>(
    blocks: usize,
    threads: NonZeroUsize,
    progress: &Progress,
    begin: impl Fn() -> T + Sync,
    work: impl Fn(&mut T, usize) + Sync,
) -> Option<Vec<T>> {
    let next = AtomicUsize::new(0);
    let run = || {
        let _entered = progress.enter();
        let mut own = begin();
        while !progress.is_cancelled() {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= blocks {
                break;
            }
            work(&mut own, block);
        }
        own
    };
    let parts = thread::scope(|scope| {
        let helpers = 1..threads.get().min(blocks.max(1));
        let helpers: Vec<_> = helpers.map(|_| scope.spawn(run)).collect();
        let mut parts = vec![run()];
        for helper in helpers {
            match helper.join() {
                Ok(part) => parts.push(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        parts
    });
    (!progress.is_cancelled()).then_some(parts)
}
