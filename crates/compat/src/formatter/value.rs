//! What a formatter is given: sections and values, each with a name.

use crate::number::general;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Values by name.
    Object,
    /// Values in order; JSON does not print their names.
    Array,
}

/// A single value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number that is not negative.
    Unsigned(u64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// A text that Ceph writes through a stream, which tables name after the section that is
    /// open when the next value comes.
    Streamed(&'a str),
}

/// Takes sections and values, gives their text.
pub(crate) trait Formatter {
    /// Opens a section in the present one.
    fn open(&mut self, name: &str, section: Section);
    /// Closes the section that was opened last.
    fn close(&mut self);
    /// Adds a value to the present section.
    fn value(&mut self, name: &str, value: Value<'_>);
    /// The whole text.
    fn finish(self: Box<Self>) -> String;
}

impl Value<'_> {
    /// The value as a text, a floating-point number with this many digits.
    pub(super) fn to_text(self, digits: usize) -> String {
        match self {
            Value::Bool(yes) => yes.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Unsigned(number) => number.to_string(),
            Value::Float(number) => general(number, digits),
            Value::Text(text) | Value::Streamed(text) => text.to_owned(),
        }
    }
}

impl dyn Formatter + '_ {
    /// Writes an object, its content by `content`.
    pub(crate) fn object(&mut self, name: &str, content: impl FnOnce(&mut dyn Formatter)) {
        self.open(name, Section::Object);
        content(self);
        self.close();
    }

    /// Writes an array of whatever `content` adds.
    pub(crate) fn array(&mut self, name: &str, content: impl FnOnce(&mut dyn Formatter)) {
        self.open(name, Section::Array);
        content(self);
        self.close();
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, name: &str, text: impl AsRef<str>) {
        self.value(name, Value::Text(text.as_ref()));
    }

    /// Adds a text that Ceph writes through a stream.
    pub(crate) fn streamed(&mut self, name: &str, text: impl AsRef<str>) {
        self.value(name, Value::Streamed(text.as_ref()));
    }

    /// Adds a whole number.
    pub(crate) fn integer(&mut self, name: &str, number: impl Into<i64>) {
        self.value(name, Value::Integer(number.into()));
    }

    /// Adds a whole number that is not negative.
    pub(crate) fn unsigned(&mut self, name: &str, number: impl Into<u64>) {
        self.value(name, Value::Unsigned(number.into()));
    }

    /// Adds a floating-point number.
    pub(crate) fn float(&mut self, name: &str, number: impl Into<f64>) {
        self.value(name, Value::Float(number.into()));
    }

    /// Adds yes or no.
    pub(crate) fn bool(&mut self, name: &str, yes: bool) {
        self.value(name, Value::Bool(yes));
    }
}
