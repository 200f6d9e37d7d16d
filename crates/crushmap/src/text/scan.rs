//! Tokens off the characters.

use super::syntax::{At, Name, Number};
use crate::error::TextError;

/// What was looked for and is not there. Only says that another alternative is to be tried; the
/// scanner keeps what the error message needs.
#[derive(Debug)]
pub(super) struct Missing;

pub(super) type Scanned<T> = Result<T, Missing>;

/// Takes tokens off a text. Every method skips white space and comments first, and stays where it
/// was when it does not find its token.
///
/// Tokens need no white space between them where they can be told apart without; so it is in
/// crushtool, whose grammar this follows.
pub(super) struct Scanner<'a> {
    text: &'a str,
    offset: usize,
    /// Where the statement starts that is being read, and whether it is known which kind it is.
    statement: usize,
    known: bool,
    /// The furthest that reading came, and what was looked for there.
    furthest: Progress,
    expected: Vec<&'static str>,
}

/// How far reading came: a later statement is further, then one whose kind is known (so that
/// `device x` is a device without an id, and no bucket of type `device`), then a later offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Progress {
    statement: usize,
    known: bool,
    offset: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        let furthest = Progress { statement: 0, known: false, offset: 0 };
        Scanner { text, offset: 0, statement: 0, known: false, furthest, expected: Vec::new() }
    }

    /// A statement starts here.
    pub(super) fn start_statement(&mut self) {
        self.rest();
        self.statement = self.offset;
        self.known = false;
    }

    /// What was read of the statement tells its kind.
    pub(super) fn kind_is_known(&mut self) {
        self.known = true;
    }

    /// Tries to read something made of several tokens; goes back when it is not all there.
    pub(super) fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Scanner<'a>) -> Scanned<T>,
    ) -> Scanned<T> {
        let (start, known) = (self.offset, self.known);
        let result = read(self);
        if result.is_err() {
            (self.offset, self.known) = (start, known);
        }
        result
    }

    /// Reads the same thing as often as it is there.
    pub(super) fn many<T>(
        &mut self,
        mut read: impl FnMut(&mut Scanner<'a>) -> Scanned<T>,
    ) -> Vec<T> {
        let mut found = Vec::new();
        while let Ok(one) = self.attempt(&mut read) {
            found.push(one);
        }
        found
    }

    /// Reads something that may be left out.
    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Scanner<'a>) -> Scanned<T>,
    ) -> Option<T> {
        self.attempt(read).ok()
    }

    /// Exactly these characters.
    pub(super) fn word(&mut self, word: &'static str) -> Scanned<usize> {
        let rest = self.rest();
        if !rest.starts_with(word) {
            return self.missing(word);
        }
        Ok(self.take(word.len()).offset)
    }

    /// A name: letters, digits and `-_.`.
    pub(super) fn name(&mut self, what: &'static str) -> Scanned<Name<'a>> {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        match self.count(0, is_name) {
            0 => self.missing(what),
            length => Ok(self.take(length)),
        }
    }

    /// Digits.
    pub(super) fn unsigned(&mut self, what: &'static str) -> Scanned<Number> {
        match self.count(0, u8::is_ascii_digit) {
            0 => self.missing(what),
            length => Ok(number(self.take(length))),
        }
    }

    /// A minus sign and digits.
    pub(super) fn negative(&mut self, what: &'static str) -> Scanned<Number> {
        if !self.rest().starts_with('-') {
            return self.missing(what);
        }
        self.signed(what)
    }

    /// Digits, a minus sign in front or not.
    pub(super) fn signed(&mut self, what: &'static str) -> Scanned<Number> {
        let sign = usize::from(self.rest().starts_with('-'));
        match self.count(sign, u8::is_ascii_digit) {
            0 => self.missing(what),
            digits => Ok(number(self.take(sign + digits))),
        }
    }

    /// A decimal number: sign, point and exponent may be left out.
    pub(super) fn real(&mut self, what: &'static str) -> Scanned<At<f32>> {
        let byte_at = |this: &mut Self, at: usize| this.rest().as_bytes().get(at).copied();
        let sign = usize::from(matches!(byte_at(self, 0), Some(b'+' | b'-')));
        let mut length = sign + self.count(sign, u8::is_ascii_digit);
        let mut digits = length - sign;
        if byte_at(self, length) == Some(b'.') {
            let fraction = self.count(length + 1, u8::is_ascii_digit);
            digits += fraction;
            length += 1 + fraction;
        }
        if digits == 0 {
            return self.missing(what);
        }
        if matches!(byte_at(self, length), Some(b'e' | b'E')) {
            length += 1;
            length += usize::from(matches!(byte_at(self, length), Some(b'+' | b'-')));
            match self.count(length, u8::is_ascii_digit) {
                0 => return self.missing(what),
                exponent => length += exponent,
            }
        }
        let written = self.rest().get(..length).unwrap_or_default();
        let Ok(value) = written.parse() else { return self.missing(what) };
        Ok(At { value, offset: self.take(length).offset })
    }

    /// The end of the text; otherwise says what the furthest attempt was missing.
    pub(super) fn end(mut self) -> Result<(), TextError> {
        if self.rest().is_empty() {
            return Ok(());
        }
        let offset = self.furthest.offset;
        let found = match self.text.get(offset..).filter(|rest| !rest.is_empty()) {
            Some(rest) => format!("\"{}\"", first_token(rest)),
            None => "the end of the text".to_owned(),
        };
        let expected = alternatives(&self.expected);
        Err(TextError::new(self.text, offset, format!("found {found}, expected {expected}")))
    }

    /// What is left, white space and comments skipped.
    fn rest(&mut self) -> &'a str {
        let mut rest = self.text.get(self.offset..).unwrap_or_default();
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
            match rest.strip_prefix('#') {
                Some(comment) => rest = comment.find('\n').map_or("", |end| &comment[end..]),
                None => break,
            }
        }
        self.offset = self.text.len() - rest.len();
        rest
    }

    /// How many bytes from `start` on satisfy `is`.
    fn count(&mut self, start: usize, is: impl Fn(&u8) -> bool) -> usize {
        self.rest().bytes().skip(start).take_while(is).count()
    }

    fn take(&mut self, length: usize) -> Name<'a> {
        let offset = self.offset;
        self.offset += length;
        At { value: self.text.get(offset..self.offset).unwrap_or_default(), offset }
    }

    fn missing<T>(&mut self, what: &'static str) -> Scanned<T> {
        let progress =
            Progress { statement: self.statement, known: self.known, offset: self.offset };
        if progress > self.furthest {
            self.furthest = progress;
            self.expected.clear();
        }
        if progress == self.furthest && !self.expected.contains(&what) {
            self.expected.push(what);
        }
        Err(Missing)
    }
}

/// The number that digits stand for.
fn number(digits: Name<'_>) -> Number {
    let limit = if digits.value.starts_with('-') { i64::MIN } else { i64::MAX };
    At { value: digits.value.parse().unwrap_or(limit), offset: digits.offset }
}

/// What an error shows of the text: up to the next white space, but not endlessly.
fn first_token(rest: &str) -> String {
    const LONGEST: usize = 40;
    let token = rest.split(char::is_whitespace).next().unwrap_or_default();
    let shown: String = token.chars().take(LONGEST).collect();
    if shown.len() < token.len() { format!("{shown}...") } else { shown }
}

/// `a, b or c`.
fn alternatives(expected: &[&str]) -> String {
    match expected {
        [] => "the end of the text".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
