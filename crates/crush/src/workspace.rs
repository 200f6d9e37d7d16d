//! Scratch memory of a mapping, owned by the caller: no hidden state, no allocation per input.

use crate::bucket::permutations::Permutations;
use crate::choose::msr;
use crate::effort::Spending;

/// Scratch memory that mappings reuse. One for each thread; any map, any rule. It belongs to the
/// [`Effort`](crate::effort::Effort) that the thread is in when it is made.
#[derive(Debug, Default)]
pub struct Workspace {
    /// What the next step starts from.
    pub(crate) working: Vec<i32>,
    /// What the present step has chosen.
    pub(crate) chosen: Vec<i32>,
    /// The leaf below each chosen item.
    pub(crate) leaves: Vec<i32>,
    /// What was emitted.
    pub(crate) result: Vec<i32>,
    pub(crate) permutations: Permutations,
    pub(crate) msr: msr::Scratch,
    pub(crate) spending: Spending,
}

impl Workspace {
    /// An empty workspace; it grows with its first use.
    pub fn new() -> Workspace {
        Workspace::default()
    }
}
