//! Tables: all values in one row under their full names, drawn or as `key::name="value"`.

use std::collections::HashMap;

use super::value::{Formatter, Section, Value};

/// Writes a table.
pub(crate) struct Table {
    key_value: bool,
    open: Vec<String>,
    /// How often a full name was used since its section, whichever has that name, was closed.
    used: HashMap<String, usize>,
    columns: Vec<(String, String)>,
    /// Name and text of a streamed value that has no column yet.
    pending: Option<(String, String)>,
}

impl Table {
    pub(crate) fn new(key_value: bool) -> Table {
        Table {
            key_value,
            open: Vec::new(),
            used: HashMap::new(),
            columns: Vec::new(),
            pending: None,
        }
    }

    /// A value's name with its sections, innermost first, and its number among equal names.
    fn full_name(&mut self, name: &str) -> String {
        let mut full: String =
            self.open.iter().rev().flat_map(|section| [section.as_str(), ":"]).collect();
        full.push_str(name);
        if self.open.is_empty() {
            return full;
        }
        let count = self.used.entry(full.clone()).or_insert(0);
        let numbered = format!("{full}[{count}]");
        *count += 1;
        numbered
    }

    fn finish_pending(&mut self) {
        if let Some((name, text)) = self.pending.take() {
            let name = self.full_name(&name);
            self.columns.push((name, text));
        }
    }
}

impl Formatter for Table {
    fn open(&mut self, name: &str, _section: Section) {
        self.open.push(name.to_owned());
    }

    fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.used.insert(name, 0);
        }
    }

    fn value(&mut self, name: &str, value: Value<'_>) {
        self.finish_pending();
        let text = value.to_text(17);
        if let Value::Streamed(_) = value {
            self.pending = Some((name.to_owned(), text));
            return;
        }
        let name = self.full_name(name);
        self.columns.push((name, text));
    }

    fn finish(mut self: Box<Self>) -> String {
        self.finish_pending();
        if self.key_value {
            let pair = |(name, value): &(String, String)| format!("key::{name}=\"{value}\" ");
            return self.columns.iter().map(pair).chain(["\n".to_owned()]).collect();
        }
        let width = |(name, value): &(String, String)| name.len().max(value.len()) + 2;
        let cells = |text: fn(&(String, String)) -> &str| -> String {
            let cell = |column: &(String, String)| format!(" {:<1$}|", text(column), width(column));
            self.columns.iter().map(cell).collect()
        };
        let rule: String =
            self.columns.iter().map(|column| "-".repeat(width(column) + 1) + "+").collect();
        let names = cells(|column| &column.0);
        let values = cells(|column| &column.1);
        format!("+{rule}\n|{names}\n+{rule}\n|{values}\n+{rule}\n")
    }
}
