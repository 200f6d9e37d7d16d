//! What can be wrong with bytes.

use std::fmt;

/// Why bytes could not be read. Whoever made the bytes is at fault; the text says where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// Offset of the first byte that does not fit, counted from the start of the whole input.
    pub offset: usize,
    /// The field that was being read, such as `buckets[3].items[0]`.
    pub path: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

impl WireError {
    /// An error at an offset of the whole input.
    pub fn new(offset: usize, field: &str, problem: impl Into<String>) -> WireError {
        WireError { offset, path: field.to_owned(), problem: problem.into() }
    }

    /// The same error, its field being a part of `parent`.
    #[must_use]
    pub fn inside(mut self, parent: impl fmt::Display) -> WireError {
        self.path = if self.path.is_empty() {
            parent.to_string()
        } else {
            format!("{parent}.{}", self.path)
        };
        self
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}: {}", self.offset, self.path, self.problem)
    }
}

impl std::error::Error for WireError {}
