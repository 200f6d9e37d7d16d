//! JSON, on one line or indented by four spaces.

use std::fmt::Write as _;

use super::value::{Formatter, Section, Value};

/// Writes JSON.
pub(crate) struct Json {
    pretty: bool,
    text: String,
    /// The open sections, and how many values each has so far.
    open: Vec<(Section, usize)>,
}

impl Json {
    pub(crate) fn new(pretty: bool) -> Json {
        Json { pretty, text: String::new(), open: Vec::new() }
    }

    fn line_break(&mut self, depth: usize) {
        if self.pretty {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("    ", depth));
        }
    }

    /// What comes before a value: comma, indentation and its name.
    fn begin(&mut self, name: &str) {
        let depth = self.open.len();
        let Some((section, size)) = self.open.last_mut() else { return };
        let (section, first) = (*section, *size == 0);
        *size += 1;
        if !first {
            self.text.push(',');
        }
        self.line_break(depth);
        if section == Section::Object {
            self.text.push('"');
            self.text.push_str(name);
            self.text.push_str(if self.pretty { "\": " } else { "\":" });
        }
    }
}

impl Formatter for Json {
    fn open(&mut self, name: &str, section: Section) {
        self.begin(name);
        self.text.push(if section == Section::Array { '[' } else { '{' });
        self.open.push((section, 0));
    }

    fn close(&mut self) {
        let Some((section, size)) = self.open.pop() else { return };
        if size > 0 {
            self.line_break(self.open.len());
        }
        self.text.push(if section == Section::Array { ']' } else { '}' });
        if self.pretty && self.open.is_empty() {
            self.text.push('\n');
        }
    }

    fn value(&mut self, name: &str, value: Value<'_>) {
        self.begin(name);
        match value {
            Value::Text(text) | Value::Streamed(text) => quote(text, &mut self.text),
            other => self.text.push_str(&other.to_text(17)),
        }
    }

    fn finish(self: Box<Self>) -> String {
        self.text
    }
}

/// A text in quotes, with escapes for what JSON does not allow, and for delete as Ceph has it.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\0'..='\x1f' | '\x7f' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
