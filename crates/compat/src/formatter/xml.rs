//! XML, and HTML, which differs in how it writes values: as items of a list.

use std::fmt::Write as _;

use super::value::{Formatter, Section, Value};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A value is an element of its name.
    Xml,
    /// A value is `<li>name: value</li>`.
    Html,
}

/// Writes XML or HTML.
pub(crate) struct Xml {
    dialect: Dialect,
    pretty: bool,
    text: String,
    open: Vec<String>,
}

impl Xml {
    pub(crate) fn new(dialect: Dialect, pretty: bool) -> Xml {
        Xml { dialect, pretty, text: String::new(), open: Vec::new() }
    }

    fn line(&mut self, line: &str) {
        if self.pretty {
            self.text.extend(std::iter::repeat_n(' ', self.open.len()));
        }
        self.text.push_str(line);
        if self.pretty {
            self.text.push('\n');
        }
    }
}

impl Formatter for Xml {
    fn open(&mut self, name: &str, _section: Section) {
        let name = element_name(name);
        self.line(&format!("<{name}>"));
        self.open.push(name);
    }

    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.line(&format!("</{name}>"));
        }
    }

    fn value(&mut self, name: &str, value: Value<'_>) {
        // The HTML writer of Ceph never sets a precision, so it has a stream's 6 digits.
        let digits = if self.dialect == Dialect::Html { 6 } else { 17 };
        let name = match (self.dialect, value) {
            // Neither list items nor streamed values have their names changed.
            (Dialect::Html, _) | (_, Value::Streamed(_)) => name.to_owned(),
            _ => element_name(name),
        };
        let value = match value {
            Value::Text(text) | Value::Streamed(text) => escaped(text),
            other => other.to_text(digits),
        };
        match self.dialect {
            Dialect::Xml => self.line(&format!("<{name}>{value}</{name}>")),
            Dialect::Html => self.line(&format!("<li>{name}: {value}</li>")),
        }
    }

    fn finish(mut self: Box<Self>) -> String {
        if self.pretty && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }
}

/// A name as elements may have it. Ceph cares about spaces only.
fn element_name(name: &str) -> String {
    name.replace(' ', "_")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(character),
            '\0'..='\x1f' | '\x7f' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#x{:02x};", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}
