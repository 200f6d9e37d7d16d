//! The arguments of a command.

use std::collections::BTreeMap;

use crushlab_osdmap::PgId;
use crushlab_osdmap::model::Uuid;

use super::value::Value;

/// The arguments of a command by name. The parser has seen to it that those that are required are
/// there and of their kind; asked for another, the answers are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arguments {
    values: BTreeMap<&'static str, Vec<Value>>,
}

impl Arguments {
    pub(super) fn add(&mut self, name: &'static str, value: Value) {
        self.values.entry(name).or_default().push(value);
    }

    /// Whether an argument, or a flag, was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn all<'a, T>(
        &'a self,
        name: &str,
        read: impl Fn(&'a Value) -> Option<T> + 'a,
    ) -> impl Iterator<Item = T> + 'a {
        self.values.get(name).into_iter().flatten().filter_map(read)
    }

    /// All texts of a name.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        self.all(name, as_text).collect()
    }

    /// A text that may be missing.
    pub(super) fn optional_text(&self, name: &str) -> Option<&str> {
        self.all(name, as_text).next()
    }

    /// A text; empty where it was not given.
    pub(super) fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    /// All OSDs of a name.
    pub(super) fn osds(&self, name: &str) -> Vec<i32> {
        self.all(name, as_osd).collect()
    }

    /// An OSD that may be missing.
    pub(super) fn optional_osd(&self, name: &str) -> Option<i32> {
        self.all(name, as_osd).next()
    }

    /// An OSD; one that cannot exist where it was not given.
    pub(super) fn osd(&self, name: &str) -> i32 {
        self.optional_osd(name).unwrap_or(-1)
    }

    /// A PG; one that cannot exist where it was not given.
    pub(super) fn pg(&self, name: &str) -> PgId {
        let pg = |value: &Value| match value {
            Value::Pg(pg) => Some(*pg),
            _ => None,
        };
        self.all(name, pg).next().unwrap_or(PgId::new(-1, 0))
    }

    /// A UUID that may be missing.
    pub(super) fn optional_uuid(&self, name: &str) -> Option<Uuid> {
        let uuid = |value: &Value| match value {
            Value::Uuid(uuid) => Some(*uuid),
            _ => None,
        };
        self.all(name, uuid).next()
    }

    /// A whole number that may be missing.
    pub(super) fn optional_whole(&self, name: &str) -> Option<i64> {
        let whole = |value: &Value| match value {
            Value::Whole(number) => Some(*number),
            _ => None,
        };
        self.all(name, whole).next()
    }

    /// All decimal numbers of a name.
    pub(super) fn decimals(&self, name: &str) -> Vec<f64> {
        self.all(name, as_decimal).collect()
    }

    /// A decimal number that may be missing.
    pub(super) fn optional_decimal(&self, name: &str) -> Option<f64> {
        self.all(name, as_decimal).next()
    }

    /// A decimal number; 0 where it was not given.
    pub(super) fn decimal(&self, name: &str) -> f64 {
        self.optional_decimal(name).unwrap_or_default()
    }
}

fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn as_osd(value: &Value) -> Option<i32> {
    match value {
        Value::Osd(osd) => Some(*osd),
        _ => None,
    }
}

fn as_decimal(value: &Value) -> Option<f64> {
    match value {
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}
