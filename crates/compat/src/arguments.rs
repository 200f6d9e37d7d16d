//! How Ceph's tools read their arguments (ceph_argparse.cc).
//!
//! Every argument is offered to one option after the other; what no option takes is left over. In
//! a long option's name dashes and underscores are the same. A value is the next argument,
//! whatever it looks like, or stands behind `=`.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};

use crate::stop::{Outcome, Stop};

/// The arguments that were not read yet, and those that no option took.
pub(crate) struct Arguments {
    ahead: VecDeque<OsString>,
    left_over: Vec<OsString>,
    /// What was wrong with numbers so far. Options that do not look at it carry on, and the next
    /// option that does look stops the tool: Ceph's tools share one buffer for it, too.
    complaints: String,
}

impl Arguments {
    pub(crate) fn new<S: AsRef<OsStr>>(arguments: &[S]) -> Arguments {
        Arguments {
            ahead: arguments.iter().map(|argument| argument.as_ref().to_owned()).collect(),
            left_over: Vec::new(),
            complaints: String::new(),
        }
    }

    /// Whether there is an argument to be read; `--` ends the options and is dropped.
    pub(crate) fn more(&mut self) -> bool {
        match self.ahead.front() {
            None => false,
            Some(argument) if argument == "--" => {
                self.ahead.pop_front();
                false
            }
            Some(_) => true,
        }
    }

    /// Leaves the present argument over.
    pub(crate) fn skip(&mut self) {
        self.left_over.extend(self.ahead.pop_front());
    }

    /// All arguments that no option took.
    pub(crate) fn into_left_over(self) -> Vec<OsString> {
        self.left_over.into_iter().chain(self.ahead).collect()
    }

    /// Takes the present argument if it is one of these options.
    pub(crate) fn flag(&mut self, names: &[&str]) -> bool {
        let Some(argument) = self.present() else { return false };
        let found = names.iter().any(|name| unified(name) == argument);
        if found {
            self.ahead.pop_front();
        }
        found
    }

    /// Takes the present argument if it is one of these options, with its value.
    ///
    /// # Errors
    /// Where the value is missing.
    pub(crate) fn with_value(&mut self, names: &[&str]) -> Outcome<Option<OsString>> {
        match self.take(names) {
            Taken::No => Ok(None),
            Taken::Value(value) => Ok(Some(value)),
            Taken::WithoutValue(complaint) => Err(Stop::error(complaint)),
        }
    }

    /// The same for a value that is a text.
    pub(crate) fn with_text(&mut self, names: &[&str]) -> Outcome<Option<String>> {
        Ok(self.with_value(names)?.map(text))
    }

    /// Takes the present argument if it is this option, with a text. That the text is missing is
    /// remembered, and the option then has none.
    pub(crate) fn with_text_or_complaint(&mut self, name: &str) -> Option<Option<String>> {
        match self.take(&[name]) {
            Taken::No => None,
            Taken::Value(value) => Some(Some(text(value))),
            Taken::WithoutValue(complaint) => {
                self.complaints.push_str(&complaint);
                Some(None)
            }
        }
    }

    /// Takes the present argument if it is this option, with a number. What is wrong with the
    /// number is remembered, and the option then has number 1; without any value it has none.
    pub(crate) fn with_number<Number: FromArgument>(
        &mut self,
        name: &str,
    ) -> Option<Option<Number>> {
        let value = match self.take(&[name]) {
            Taken::No => return None,
            Taken::WithoutValue(complaint) => {
                self.complaints.push_str(&complaint);
                return Some(None);
            }
            Taken::Value(value) => text(value),
        };
        if let Err(complaint) = looks_numeric(&value) {
            self.complaints.push_str(&complaint);
            return Some(Some(Number::ONE));
        }
        Some(Some(Number::parse(&value).unwrap_or_else(|complaint| {
            self.complaints.push_str(&complaint);
            Number::ZERO
        })))
    }

    /// The argument that follows the ones taken.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn following(&mut self, option: &str) -> Outcome<String> {
        let missing = || Stop::error(format!("expecting additional argument to {option}"));
        self.ahead.pop_front().map(text).ok_or_else(missing)
    }

    /// Whether an argument follows the ones taken.
    pub(crate) fn has_following(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Stops if anything was wrong with any number so far.
    pub(crate) fn check(&self) -> Outcome {
        match self.complaints.is_empty() {
            true => Ok(()),
            false => Err(Stop::error(self.complaints.trim_end())),
        }
    }

    /// The present argument, its dashes as underscores.
    fn present(&self) -> Option<String> {
        self.ahead.front().map(|argument| unified(&argument.to_string_lossy()))
    }

    fn take(&mut self, names: &[&str]) -> Taken {
        let Some(argument) = self.present() else { return Taken::No };
        for name in names {
            let Some(rest) = argument.strip_prefix(&unified(name)) else { continue };
            if let Some(value) = rest.strip_prefix('=') {
                self.ahead.pop_front();
                return Taken::Value(value.into());
            }
            if !rest.is_empty() {
                continue;
            }
            let option = self.ahead.pop_front().map(text).unwrap_or_default();
            return match self.ahead.pop_front() {
                Some(value) => Taken::Value(value),
                None => Taken::WithoutValue(format!("Option {option} requires an argument.\n")),
            };
        }
        Taken::No
    }
}

enum Taken {
    No,
    Value(OsString),
    WithoutValue(String),
}

/// A number that an option can have.
pub(crate) trait FromArgument: Sized {
    const ZERO: Self;
    const ONE: Self;
    fn parse(text: &str) -> Result<Self, String>;
}

impl FromArgument for i64 {
    const ZERO: i64 = 0;
    const ONE: i64 = 1;

    fn parse(text: &str) -> Result<i64, String> {
        let Some(_) = text.bytes().find(u8::is_ascii_digit) else {
            return Err(format!("Expected option value to be integer, got '{text}'"));
        };
        text.parse().map_err(|_| match text.contains('.') {
            true => format!("Expected option value to be integer, got '{text}'"),
            false => format!("The option value '{text}' seems to be invalid"),
        })
    }
}

impl FromArgument for i32 {
    const ZERO: i32 = 0;
    const ONE: i32 = 1;

    fn parse(text: &str) -> Result<i32, String> {
        i32::try_from(<i64 as FromArgument>::parse(text)?)
            .map_err(|_| format!("The option value '{text}' seems to be invalid"))
    }
}

impl FromArgument for f32 {
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;

    fn parse(text: &str) -> Result<f32, String> {
        text.parse().map_err(|_| format!("expected a number, got: '{text}'"))
    }
}

/// Whether a value consists of digits, one point and a minus sign in front. The empty text does.
fn looks_numeric(value: &str) -> Result<(), String> {
    let unsigned = match value.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => rest,
        _ => value,
    };
    let numeric = unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && unsigned.matches('.').count() <= 1;
    if value.starts_with("--") || (value.starts_with('-') && !numeric) {
        return Err("Missing option value".to_owned());
    }
    match numeric {
        true => Ok(()),
        false => Err(format!("The option value '{value}' is invalid")),
    }
}

/// A text with underscores for its dashes, from the third byte up to a `=`.
fn unified(option: &str) -> String {
    let mut dashes = true;
    let unify = |(index, character)| match character {
        '=' if index > 1 => {
            dashes = false;
            '='
        }
        '-' if dashes && index > 1 => '_',
        other => other,
    };
    option.chars().enumerate().map(unify).collect()
}

fn text(argument: OsString) -> String {
    argument.into_string().unwrap_or_else(|argument| argument.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_match_whatever_their_dashes() {
        let mut arguments = Arguments::new(&["--show_mappings", "--a-b=c-d", "-i", "--x", "rest"]);
        assert!(arguments.more() && arguments.flag(&["--show-mappings"]));
        assert_eq!(arguments.with_text(&["--a_b"]).unwrap().as_deref(), Some("c-d"));
        assert!(!arguments.flag(&["-d"]));
        assert_eq!(arguments.with_text(&["-i", "--infn"]).unwrap().as_deref(), Some("--x"));
        assert!(arguments.more());
        arguments.skip();
        assert_eq!(arguments.into_left_over(), ["rest"]);
    }

    #[test]
    fn numbers_complain_when_looked_at() {
        let cases: [(&str, Option<i32>, &str); 7] = [
            ("5", Some(5), ""),
            ("-5", Some(-5), ""),
            ("x", Some(1), "The option value 'x' is invalid"),
            ("--y", Some(1), "Missing option value"),
            ("-", Some(1), "Missing option value"),
            ("1.5", Some(0), "Expected option value to be integer, got '1.5'"),
            ("2147483648", Some(0), "The option value '2147483648' seems to be invalid"),
        ];
        for (value, number, complaint) in cases {
            let mut arguments = Arguments::new(&["--n", value]);
            assert_eq!(arguments.with_number("--n"), Some(number), "{value}");
            assert_eq!(arguments.complaints, complaint, "{value}");
            assert_eq!(arguments.check().is_ok(), complaint.is_empty());
        }
        let mut arguments = Arguments::new(&["--n"]);
        assert_eq!(arguments.with_number::<i32>("--n"), Some(None));
        assert!(arguments.check().is_err());
    }

    #[test]
    fn two_dashes_end_the_options() {
        let mut arguments = Arguments::new(&["--", "--tree"]);
        assert!(!arguments.more());
        assert_eq!(arguments.into_left_over(), ["--tree"]);
    }
}
