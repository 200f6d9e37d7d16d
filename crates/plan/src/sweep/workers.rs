//! The same work on several threads.

use std::num::NonZeroUsize;
use std::thread;

use crushlab_crush::effort::Effort;

/// Runs `work` on as many threads, this one among them, and returns what each brought.
pub(crate) fn on_threads<T: Send>(threads: NonZeroUsize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let effort = Effort::current();
    let helper = || {
        let _entered = Effort::enter(effort.clone());
        work()
    };
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.get()).map(|_| scope.spawn(helper)).collect();
        let mut parts = vec![work()];
        for helper in helpers {
            match helper.join() {
                Ok(part) => parts.push(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        parts
    })
}
