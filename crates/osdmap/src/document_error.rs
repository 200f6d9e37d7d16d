//! What can be wrong with a document: JSON or YAML.

use std::fmt;

/// Longest problem that is shown: what a file says can be of any length.
const PROBLEM_CHARACTERS: usize = 300;

/// Why a document is not what it has to be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// Which value, such as `pools[1].size`; empty for the whole document.
    pub path: String,
    /// Line, the first being 1; 0 where it is not known, or the problem is not in one place.
    pub line: usize,
    /// Column, the first being 1; 0 where `line` is.
    pub column: usize,
    /// Byte, the first being 0, where `line` is known.
    pub offset: Option<usize>,
    /// What was found and what was expected.
    pub problem: String,
}

impl DocumentError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> DocumentError {
        let problem = shortened(problem.into());
        DocumentError { path: path.into(), line: 0, column: 0, offset: None, problem }
    }

    pub(crate) fn at_path(path: String, error: &serde_json::Error) -> DocumentError {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or_default();
        // A path of "." is the document's.
        let path = if path == "." { String::new() } else { path };
        DocumentError {
            line: error.line(),
            column: error.column(),
            ..DocumentError::new(path, problem)
        }
    }

    /// The error at a byte of a text.
    pub(crate) fn at_offset(self, text: &[u8], offset: usize) -> DocumentError {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        DocumentError { line, column: before.len() - start + 1, offset: Some(before.len()), ..self }
    }
}

/// The byte that a line and a column, in bytes, name.
pub(crate) fn offset_of(text: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        let rest = text.get(start..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { break };
        start += end + 1;
    }
    (start + column.saturating_sub(1)).min(text.len())
}

fn shortened(problem: String) -> String {
    match problem.char_indices().nth(PROBLEM_CHARACTERS) {
        None => problem,
        Some((end, _)) => format!("{}...", problem.get(..end).unwrap_or_default()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_are_bytes_and_back() {
        let text = b"ab\n\ncde";
        for (offset, line, column) in [(0, 1, 1), (2, 1, 3), (3, 2, 1), (4, 3, 1), (7, 3, 4)] {
            let error = DocumentError::new("", "wrong").at_offset(text, offset);
            assert_eq!((error.line, error.column, error.offset), (line, column, Some(offset)));
            assert_eq!(offset_of(text, line, column), offset);
        }
    }

    #[test]
    fn a_long_problem_is_cut() {
        let error = DocumentError::new("", "é".repeat(1000));
        assert_eq!(error.problem, format!("{}...", "é".repeat(300)));
    }
}
