//! Shell text: words with their quotes and variables, commands, loops.
//!
//! Only what runbooks are made of is followed; all else is kept in a form that tells what it was,
//! so that a reader can pass over it or say why it cannot.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;

use super::error::CommandError;

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Text; the flag tells whether it was quoted.
    Text(String, bool),
    /// A variable: its name, a default where one is given, and whether it was quoted.
    Variable(String, Option<String>, bool),
    /// What `$(…)` or backticks run, and whether it was quoted.
    Output(String, bool),
    /// Anything else that only a shell can tell.
    Other(String),
}

/// A word as it was typed.
pub(super) type Word = Vec<Piece>;

/// What a text is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(Word),
    /// `;`, `&`, `&&`, `||`, `|`, `(`, `)`, `;;` or a new line.
    Operator(&'static str),
}

/// A token and the number of its line, from 1.
pub(super) type Located = (usize, Token);

/// The longest value that a variable or a word may come to.
const WORD_BYTES_MAX: usize = 1 << 16;
/// Most words that one word may come to.
const WORDS_MAX: usize = 250_000;

/// Splits a text into words and operators. Comments, files that are read or written and here
/// documents are left out.
///
/// # Errors
/// The line of a quote that is not closed.
pub(super) fn tokens(text: &str) -> Result<Vec<Located>, (usize, CommandError)> {
    let mut lexer =
        Lexer { rest: text.chars().peekable(), line: 1, found: Vec::new(), ends: vec![] };
    lexer.run()?;
    Ok(lexer.found)
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
    found: Vec<Located>,
    /// Words that end the here documents that begin with the next line.
    ends: Vec<String>,
}

impl Lexer<'_> {
    fn run(&mut self) -> Result<(), (usize, CommandError)> {
        while let Some(character) = self.rest.peek().copied() {
            match character {
                '\n' => {
                    self.next();
                    self.found.push((self.line - 1, Token::Operator("\n")));
                    self.skip_documents();
                }
                '#' => {
                    while self.rest.peek().is_some_and(|next| *next != '\n') {
                        self.next();
                    }
                }
                ';' | '&' | '|' | '(' | ')' => self.operator(),
                '<' | '>' => self.redirection()?,
                _ if character.is_whitespace() => {
                    self.next();
                }
                _ => {
                    let line = self.line;
                    let word = self.word()?;
                    let is_number = matches!(word.as_slice(), [Piece::Text(text, false)]
                        if text.bytes().all(|byte| byte.is_ascii_digit()));
                    if is_number && matches!(self.rest.peek(), Some('<' | '>')) {
                        // The number of a file: 2>&1.
                        continue;
                    }
                    if !word.is_empty() {
                        self.found.push((line, Token::Word(word)));
                    }
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn next_if(&mut self, wanted: char) -> bool {
        let is_there = self.rest.peek() == Some(&wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    fn operator(&mut self) {
        let line = self.line;
        let operator = match self.next() {
            Some(';') if self.next_if(';') => ";;",
            Some(';') => ";",
            Some('&') if self.next_if('&') => "&&",
            // `&>` sends all that a command says to a file.
            Some('&') if self.rest.peek() == Some(&'>') => return,
            Some('&') => "&",
            Some('|') if self.next_if('|') => "||",
            Some('|') => {
                self.next_if('&');
                "|"
            }
            Some('(') => "(",
            _ => ")",
        };
        self.found.push((line, Token::Operator(operator)));
    }

    /// A file that is read or written: what it is does not matter.
    fn redirection(&mut self) -> Result<(), (usize, CommandError)> {
        let mut signs = String::new();
        while let Some(sign) = self.rest.peek().copied().filter(|sign| "<>&|-".contains(*sign)) {
            signs.push(sign);
            self.next();
        }
        while self.rest.peek().is_some_and(|next| *next == ' ' || *next == '\t') {
            self.next();
        }
        if matches!(self.rest.peek(), None | Some('\n' | ';' | '|' | ')')) {
            return Ok(());
        }
        let word = self.word()?;
        if signs.starts_with("<<") && !signs.starts_with("<<<") {
            self.ends.push(plain(&word));
        }
        Ok(())
    }

    /// Skips the here documents that were announced in the line before.
    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.ends) {
            loop {
                let mut line = String::new();
                let mut is_last = true;
                while let Some(character) = self.next() {
                    if character == '\n' {
                        is_last = false;
                        break;
                    }
                    line.push(character);
                }
                if line.trim() == end || is_last {
                    break;
                }
            }
        }
    }

    fn word(&mut self) -> Result<Word, (usize, CommandError)> {
        let start = self.line;
        let unclosed = (start, CommandError::Quote);
        let mut word: Word = Vec::new();
        while let Some(character) = self.rest.peek().copied() {
            if character.is_whitespace() || ";&|()<>".contains(character) {
                break;
            }
            self.next();
            match character {
                '\\' => match self.next() {
                    // A line goes on in the next one.
                    None | Some('\n') => {}
                    Some('\r') if self.next_if('\n') => {}
                    Some(escaped) => push_text(&mut word, escaped, true),
                },
                '\'' => {
                    push_empty(&mut word);
                    loop {
                        match self.next() {
                            None => return Err(unclosed),
                            Some('\'') => break,
                            Some(quoted) => push_text(&mut word, quoted, true),
                        }
                    }
                }
                '"' => {
                    push_empty(&mut word);
                    loop {
                        match self.next() {
                            None => return Err(unclosed),
                            Some('"') => break,
                            Some('\\')
                                if matches!(self.rest.peek(), Some('"' | '\\' | '$' | '`')) =>
                            {
                                let escaped = self.next().unwrap_or_default();
                                push_text(&mut word, escaped, true);
                            }
                            Some('\\') if self.next_if('\n') => {}
                            Some('$') => word.push(self.dollar(true)),
                            Some('`') => word.push(self.output('`', true)),
                            Some(quoted) => push_text(&mut word, quoted, true),
                        }
                    }
                }
                '$' => word.push(self.dollar(false)),
                '`' => word.push(self.output('`', false)),
                _ => push_text(&mut word, character, false),
            }
        }
        Ok(word)
    }

    /// What follows a dollar sign.
    fn dollar(&mut self, quoted: bool) -> Piece {
        match self.rest.peek().copied() {
            Some('(') => {
                self.next();
                self.output(')', quoted)
            }
            Some('{') => {
                self.next();
                let inner = self.until('}');
                let (name, default) = match inner.split_once(":-").or(inner.split_once('-')) {
                    Some((name, default)) => (name, Some(default.to_owned())),
                    None => (inner.as_str(), None),
                };
                if is_name(name) {
                    Piece::Variable(name.to_owned(), default, quoted)
                } else {
                    Piece::Other(format!("${{{inner}}}"))
                }
            }
            Some(first) if first.is_ascii_alphabetic() || first == '_' => {
                let mut name = String::new();
                while let Some(next) = self.rest.peek().copied() {
                    if !next.is_ascii_alphanumeric() && next != '_' {
                        break;
                    }
                    name.push(next);
                    self.next();
                }
                Piece::Variable(name, None, quoted)
            }
            Some(special) if special.is_ascii_digit() || "@*#?$!-".contains(special) => {
                self.next();
                Piece::Other(format!("${special}"))
            }
            _ => Piece::Text("$".to_owned(), quoted),
        }
    }

    fn output(&mut self, end: char, quoted: bool) -> Piece {
        Piece::Output(self.until(end), quoted)
    }

    /// The text to the bracket that closes.
    fn until(&mut self, end: char) -> String {
        let open = match end {
            ')' => Some('('),
            '}' => Some('{'),
            _ => None,
        };
        let (mut text, mut depth) = (String::new(), 0usize);
        while let Some(character) = self.next() {
            if Some(character) == open {
                depth += 1;
            } else if character == end {
                if depth == 0 {
                    break;
                }
                depth -= 1;
            }
            text.push(character);
        }
        text
    }
}

fn push_empty(word: &mut Word) {
    if !matches!(word.last(), Some(Piece::Text(_, true))) {
        word.push(Piece::Text(String::new(), true));
    }
}

fn push_text(word: &mut Word, character: char, quoted: bool) {
    match word.last_mut() {
        Some(Piece::Text(text, is_quoted)) if *is_quoted == quoted => text.push(character),
        _ => word.push(Piece::Text(character.to_string(), quoted)),
    }
}

/// Whether this can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Words as one line that a shell splits into them again.
pub(super) fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let is_plain = |word: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.,:/=+@%".contains(&byte);
        !word.is_empty() && word.bytes().all(plain)
    };
    let quoted = |word: &'a str| match shlex::try_quote(word) {
        Ok(quoted) if !is_plain(word) => quoted.into_owned(),
        _ => word.to_owned(),
    };
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// A word as it was typed, but for its quotes.
pub(super) fn plain(word: &Word) -> String {
    word.iter()
        .map(|piece| match piece {
            Piece::Text(text, _) | Piece::Other(text) => text.clone(),
            Piece::Variable(name, None, _) => format!("${name}"),
            Piece::Variable(name, Some(default), _) => format!("${{{name}:-{default}}}"),
            Piece::Output(text, _) => format!("$({text})"),
        })
        .collect()
}

/// Values of variables. One that is there without a value is set to something that is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables(HashMap<String, Option<String>>);

impl Variables {
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        self.0.insert(name.to_owned(), value.filter(|value| value.len() <= WORD_BYTES_MAX));
    }

    /// The words that a word comes to: braces and variables are put in, and what is not quoted is
    /// split at blanks.
    ///
    /// # Errors
    /// The part that is not known, as it was typed.
    pub(super) fn words(&self, word: &Word) -> Result<Vec<String>, String> {
        let mut found: Vec<String> = Vec::new();
        for word in braces(word, 0)? {
            let mut current: Option<String> = None;
            for piece in &word {
                let (text, quoted) = self.text(piece)?;
                if quoted {
                    current.get_or_insert_default().push_str(&text);
                    continue;
                }
                for (index, part) in text.split(char::is_whitespace).enumerate() {
                    if index > 0 {
                        found.extend(current.take());
                    }
                    if !part.is_empty() {
                        current.get_or_insert_default().push_str(part);
                    }
                }
            }
            found.extend(current);
            if found.len() > WORDS_MAX || found.last().is_some_and(|w| w.len() > WORD_BYTES_MAX) {
                return Err(plain(&word));
            }
        }
        Ok(found)
    }

    /// The one text that a word comes to, as in an assignment.
    pub(super) fn value(&self, word: &[Piece]) -> Option<String> {
        word.iter().map(|piece| self.text(piece).ok().map(|(text, _)| text)).collect()
    }

    fn text(&self, piece: &Piece) -> Result<(String, bool), String> {
        let unknown = || plain(&vec![piece.clone()]);
        match piece {
            Piece::Text(text, quoted) => Ok((text.clone(), *quoted)),
            Piece::Variable(name, default, quoted) => {
                let value = match self.0.get(name) {
                    Some(value) => value.clone(),
                    None => default.clone(),
                };
                Ok((value.ok_or_else(unknown)?, *quoted))
            }
            Piece::Output(command, quoted) => {
                Ok((self.sequence(command).ok_or_else(unknown)?, *quoted))
            }
            Piece::Other(_) => Err(unknown()),
        }
    }

    /// What `seq LAST`, `seq FIRST LAST` or `seq FIRST STEP LAST` prints.
    fn sequence(&self, command: &str) -> Option<String> {
        let mut numbers: Vec<i64> = Vec::new();
        let mut words = tokens(command).ok()?.into_iter().map(|(_, token)| token);
        let Some(Token::Word(program)) = words.next() else { return None };
        if plain(&program) != "seq" {
            return None;
        }
        for token in words {
            let Token::Word(word) = token else { return None };
            for text in self.words(&word).ok()? {
                numbers.push(text.parse().ok()?);
            }
        }
        let (first, step, last) = match *numbers.as_slice() {
            [last] => (1, 1, last),
            [first, last] => (first, 1, last),
            [first, step, last] => (first, step, last),
            _ => return None,
        };
        Some(
            count(first, last, step)?
                .map(|number| number.to_string())
                .collect::<Vec<_>>()
                .join(" "),
        )
    }
}

/// The numbers from one to another; `None` where they would never end or are too many.
fn count(first: i64, last: i64, step: i64) -> Option<impl Iterator<Item = i64>> {
    let distance = i128::from(last) - i128::from(first);
    if step == 0 || distance.abs() / i128::from(step).abs() >= WORDS_MAX as i128 {
        return None;
    }
    let number = if distance.signum() * i128::from(step).signum() < 0 {
        0
    } else {
        i64::try_from(distance / i128::from(step)).ok()? + 1
    };
    Some((0..number).map(move |index| first + index * step))
}

/// The words that the first braces of a word stand for: `a{1..3}`, `{x,y}`.
fn braces(word: &Word, depth: usize) -> Result<Vec<Word>, String> {
    const DEPTH_MAX: usize = 8;
    let too_many = || plain(word);
    let found = word.iter().enumerate().find_map(|(at, piece)| match piece {
        Piece::Text(text, false) => {
            let open = text.find('{')?;
            let close = open + text.get(open..)?.find('}')?;
            Some((at, text.get(..open)?, text.get(open + 1..close)?, text.get(close + 1..)?))
        }
        _ => None,
    });
    let Some((at, before, inner, after)) = found else { return Ok(vec![word.clone()]) };
    let Some(choices) = choices(inner).filter(|_| depth < DEPTH_MAX) else {
        return Ok(vec![word.clone()]);
    };
    let mut all = Vec::new();
    for choice in choices {
        let mut one: Word = word.get(..at).unwrap_or_default().to_vec();
        one.push(Piece::Text(format!("{before}{choice}"), false));
        let mut rest: Word = vec![Piece::Text(after.to_owned(), false)];
        rest.extend_from_slice(word.get(at + 1..).unwrap_or_default());
        for tail in braces(&rest, depth + 1)? {
            let mut whole = one.clone();
            whole.extend(tail);
            all.push(whole);
        }
        if all.len() > WORDS_MAX {
            return Err(too_many());
        }
    }
    Ok(all)
}

fn choices(inner: &str) -> Option<Vec<String>> {
    if let Some((first, last)) = inner.split_once("..") {
        let width = if first.starts_with('0') && first.len() > 1 { first.len() } else { 0 };
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        let step = if first <= last { 1 } else { -1 };
        return Some(count(first, last, step)?.map(|number| format!("{number:0width$}")).collect());
    }
    inner.contains(',').then(|| inner.split(',').map(str::to_owned).collect())
}
