//! A file that a command reads.

use std::sync::Arc;

/// A file that a command reads (`-i FILE`).
#[derive(Clone, Debug)]
pub(crate) struct InputFile {
    pub(crate) name: String,
    /// What is in it, where that was given.
    pub(crate) bytes: Option<Arc<[u8]>>,
}
