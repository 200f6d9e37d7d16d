//! Scratch memory of batches, owned by the caller: no hidden state, no allocation per input.

use crate::batch::block::BlockWorkspace;

/// Scratch memory that batches reuse. One for each thread; any map, any rule.
#[derive(Debug, Default)]
pub struct Workspace {
    /// For inputs that are mapped side by side.
    pub(crate) block: BlockWorkspace,
    /// For those that take the plain mapper.
    pub(crate) plain: crushlab_crush::Workspace,
}

impl Workspace {
    /// An empty workspace; it grows with its first use.
    pub fn new() -> Workspace {
        Workspace::default()
    }
}
