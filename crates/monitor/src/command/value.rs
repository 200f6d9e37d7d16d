//! What the arguments of commands may be, and are.

use std::fmt;

use crushlab_osdmap::PgId;
use crushlab_osdmap::model::Uuid;

/// What an argument has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An OSD: `3` or `osd.3`.
    Osd,
    /// A PG id: `2.1f`.
    Pg,
    /// A whole number.
    Whole {
        /// The lowest it may be.
        least: i64,
    },
    /// A decimal number.
    Decimal {
        /// The lowest it may be.
        least: f64,
        /// The highest it may be.
        most: f64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A UUID.
    Uuid,
    /// Given or not: `--force`.
    Flag,
}

/// A whole number of any sign.
pub(super) const WHOLE: Kind = Kind::Whole { least: i64::MIN };
/// A whole number, 0 or above.
pub(super) const COUNT: Kind = Kind::Whole { least: 0 };
/// A weight: 0 or above.
pub(super) const WEIGHT: Kind = Kind::Decimal { least: 0.0, most: f64::INFINITY };
/// A share: 0 to 1.
pub(super) const RATIO: Kind = Kind::Decimal { least: 0.0, most: 1.0 };
/// Any decimal number.
pub(super) const DECIMAL: Kind = Kind::Decimal { least: f64::NEG_INFINITY, most: f64::INFINITY };

/// How often an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Once.
    Required,
    /// Once or not.
    Optional,
    /// Once or more.
    Several,
    /// Any number of times.
    Any,
}

/// An argument of a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Argument {
    /// Its name: `--NAME VALUE` gives it out of order. Dashes and underscores are the same.
    pub name: &'static str,
    /// What it has to be.
    pub kind: Kind,
    /// How often it is given.
    pub presence: Presence,
}

impl Argument {
    /// How the argument is written: `<weight>`, `[<mode>]`, `[--force]`.
    pub fn usage(&self) -> String {
        let name = match self.kind {
            Kind::Flag => return format!("[--{}]", self.name.replace('_', "-")),
            Kind::Choice(words) if words.len() < 5 => words.join("|"),
            _ => format!("<{}>", self.name),
        };
        match self.presence {
            Presence::Required => name,
            Presence::Several => format!("{name}..."),
            Presence::Optional => format!("[{name}]"),
            Presence::Any => format!("[{name}...]"),
        }
    }
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, presence: Presence::Required }
}

pub(super) const fn optional(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, presence: Presence::Optional }
}

pub(super) const fn several(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, presence: Presence::Several }
}

pub(super) const fn any(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, presence: Presence::Any }
}

pub(super) const fn flag(name: &'static str) -> Argument {
    optional(name, Kind::Flag)
}

/// An argument as it was given.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A text, or one of several words.
    Text(String),
    /// Id of an OSD.
    Osd(i32),
    /// A PG.
    Pg(PgId),
    /// A whole number.
    Whole(i64),
    /// A decimal number.
    Decimal(f64),
    /// A UUID.
    Uuid(Uuid),
    /// The flag was given.
    Flag,
}

impl Kind {
    /// Reads a value; `None` when the text is none of this kind.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        match self {
            Kind::Text => Some(Value::Text(text.to_owned())),
            Kind::Osd => osd_id(text).map(Value::Osd),
            Kind::Pg => text.parse().ok().map(Value::Pg),
            Kind::Whole { least } => {
                text.parse().ok().filter(|number| *number >= least).map(Value::Whole)
            }
            Kind::Decimal { least, most } => {
                let number = text.parse().ok().filter(|number: &f64| number.is_finite())?;
                (least..=most).contains(&number).then_some(Value::Decimal(number))
            }
            Kind::Choice(words) => words.contains(&text).then(|| Value::Text(text.to_owned())),
            Kind::Uuid => uuid(text).map(Value::Uuid),
            Kind::Flag => None,
        }
    }
}

impl fmt::Display for Kind {
    /// What is expected, in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Text => f.write_str("a text"),
            Kind::Osd => f.write_str("an OSD: 3 or osd.3"),
            Kind::Pg => f.write_str("a PG id: 2.1f"),
            Kind::Whole { least: i64::MIN } => f.write_str("a whole number"),
            Kind::Whole { least } => write!(f, "a whole number of {least} or above"),
            Kind::Decimal { least, most } if least.is_finite() && most.is_finite() => {
                write!(f, "a number between {least} and {most}")
            }
            Kind::Decimal { least, .. } if least.is_finite() => {
                write!(f, "a number of {least} or above")
            }
            Kind::Decimal { .. } => f.write_str("a number"),
            Kind::Choice(words) => write!(f, "one of {}", words.join(", ")),
            Kind::Uuid => f.write_str("a UUID: 8-4-4-4-12 hexadecimal digits"),
            Kind::Flag => f.write_str("no value"),
        }
    }
}

/// The OSD that `3` or `osd.3` means (`parse_osd_id`).
pub(super) fn osd_id(text: &str) -> Option<i32> {
    let digits = text.strip_prefix("osd.").unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

fn uuid(text: &str) -> Option<Uuid> {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    if groups != GROUPS || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digits = String::from_utf8(digits).ok()?;
    Some(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn osds_are_named_in_two_ways() {
        assert_eq!(osd_id("3"), Some(3));
        assert_eq!(osd_id("osd.12"), Some(12));
        for text in ["", "osd.", "osd.x", "-1", "+1", "osd.-1", "99999999999"] {
            assert_eq!(osd_id(text), None, "{text}");
        }
    }

    #[test]
    fn uuids_have_five_groups() {
        let read = uuid("00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(read, Some([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]));
        assert_eq!(uuid("000102030405060708090a0b0c0d0e0f"), None);
        assert_eq!(uuid("0001020x-0405-0607-0809-0a0b0c0d0e0f"), None);
    }

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(RATIO.read("0.5"), Some(Value::Decimal(0.5)));
        assert_eq!(RATIO.read("1.5"), None);
        assert_eq!(WEIGHT.read("nan"), None);
        assert_eq!(WEIGHT.read("inf"), None);
        assert_eq!(COUNT.read("-1"), None);
        assert_eq!(WHOLE.read("-1"), Some(Value::Whole(-1)));
    }
}
