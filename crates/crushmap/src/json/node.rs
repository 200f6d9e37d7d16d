//! A JSON value that knows its path, for errors that say where.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::error::JsonError;

/// A value and its path, such as `buckets[3].items[0].weight`.
pub(super) struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    /// The value of a whole document.
    pub(super) fn root(value: &'a Value) -> Node<'a> {
        Node { value, path: String::new() }
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> JsonError {
        JsonError::Content { path: self.path.clone(), problem: problem.into() }
    }

    fn unexpected(&self, expected: &str) -> JsonError {
        let found = match self.value {
            Value::Null => "null".to_owned(),
            Value::Array(_) => "an array".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            Value::String(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
            other => other.to_string(),
        };
        self.error(format!("found {found}, expected {expected}"))
    }

    fn object(&self) -> Result<&'a Map<String, Value>, JsonError> {
        self.value.as_object().ok_or_else(|| self.unexpected("an object"))
    }

    fn child(&self, key: &str, value: &'a Value) -> Node<'a> {
        let dot = if self.path.is_empty() { "" } else { "." };
        Node { value, path: format!("{}{dot}{key}", self.path) }
    }

    /// A field that must be there.
    pub(super) fn field(&self, key: &str) -> Result<Node<'a>, JsonError> {
        self.optional(key)?.ok_or_else(|| {
            let missing = self.child(key, self.value);
            missing.error("found nothing, expected a value")
        })
    }

    /// A field that may be left out.
    pub(super) fn optional(&self, key: &str) -> Result<Option<Node<'a>>, JsonError> {
        Ok(self.object()?.get(key).map(|value| self.child(key, value)))
    }

    /// All fields of an object.
    pub(super) fn fields(&self) -> Result<Vec<(&'a str, Node<'a>)>, JsonError> {
        let fields = self.object()?.iter();
        Ok(fields.map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// How many values an array has.
    pub(super) fn len(&self) -> Result<usize, JsonError> {
        self.value.as_array().map(Vec::len).ok_or_else(|| self.unexpected("an array"))
    }

    /// The values of an array.
    pub(super) fn values(&self) -> Result<impl Iterator<Item = Node<'a>> + use<'a>, JsonError> {
        let values = self.value.as_array().ok_or_else(|| self.unexpected("an array"))?;
        let path = self.path.clone();
        let node = move |(index, value)| Node { value, path: format!("{path}[{index}]") };
        Ok(values.iter().enumerate().map(node))
    }

    pub(super) fn text(&self) -> Result<&'a str, JsonError> {
        self.value.as_str().ok_or_else(|| self.unexpected("a text"))
    }

    /// A text that is not empty: the binary form has no empty names.
    pub(super) fn name(&self) -> Result<&'a str, JsonError> {
        self.text().ok().filter(|name| !name.is_empty()).ok_or_else(|| self.unexpected("a name"))
    }

    /// A whole number within limits.
    pub(super) fn whole<N: TryFrom<i64>>(
        &self,
        limits: RangeInclusive<i64>,
    ) -> Result<N, JsonError> {
        let number = self.value.as_i64().filter(|number| limits.contains(number));
        number.and_then(|number| N::try_from(number).ok()).ok_or_else(|| {
            let (least, most) = (limits.start(), limits.end());
            self.unexpected(&format!("a whole number from {least} to {most}"))
        })
    }

    /// A whole number of 32 bits, which Ceph prints signed where it is not meant to be.
    pub(super) fn bits(&self) -> Result<u32, JsonError> {
        let number: i64 = self.whole(i64::from(i32::MIN)..=i64::from(u32::MAX))?;
        Ok(number as u32)
    }

    /// A decimal weight in 16.16, rounded to the nearest.
    pub(super) fn weight(&self) -> Result<u32, JsonError> {
        let fixed = self.value.as_f64().map(|weight| (weight * 65536.0).round());
        match fixed {
            Some(fixed) if (0.0..=f64::from(u32::MAX)).contains(&fixed) => Ok(fixed as u32),
            _ => Err(self.unexpected("a weight from 0 to 65536")),
        }
    }
}
