//! What can be wrong with a dump.

use std::fmt;

/// Why JSON is not what it has to be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Which value, such as `pools[1].size`; empty for the whole document.
    pub path: String,
    /// Line, the first being 1; 0 where the problem is not with one place.
    pub line: usize,
    /// Column, the first being 1; 0 where the problem is not with one place.
    pub column: usize,
    /// What was found and what was expected.
    pub problem: String,
}

impl JsonError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> JsonError {
        JsonError { path: path.into(), line: 0, column: 0, problem: problem.into() }
    }

    pub(crate) fn at_path(path: String, error: &serde_json::Error) -> JsonError {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or_default().to_owned();
        // A path of "." is the document's.
        let path = if path == "." { String::new() } else { path };
        JsonError { path, line: error.line(), column: error.column(), problem }
    }
}

impl fmt::Display for JsonError {
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

impl std::error::Error for JsonError {}
