//! What can be wrong with a document: JSON or YAML.

use std::fmt;

/// Why a document is not what it has to be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// Which value, such as `pools[1].size`; empty for the whole document.
    pub path: String,
    /// Line, the first being 1; 0 where it is not known, or the problem is not in one place.
    pub line: usize,
    /// Column, the first being 1; 0 where `line` is.
    pub column: usize,
    /// What was found and what was expected.
    pub problem: String,
}

impl DocumentError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> DocumentError {
        DocumentError { path: path.into(), line: 0, column: 0, problem: problem.into() }
    }

    pub(crate) fn at_path(path: String, error: &serde_json::Error) -> DocumentError {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or_default().to_owned();
        // A path of "." is the document's.
        let path = if path == "." { String::new() } else { path };
        DocumentError { path, line: error.line(), column: error.column(), problem }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for DocumentError {}
