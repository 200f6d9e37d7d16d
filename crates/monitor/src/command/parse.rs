//! From a line to a command, in the way of Ceph's own argument parser (ceph_argparse.py).

use super::arguments::Arguments;
use super::error::CommandError;
use super::signature::Signature;
use super::table;
use super::value::{Argument, Kind, Presence, Value};
use super::wrapper::{is_ceph, unwrap};

/// Options of `ceph` itself that a value follows; none of them changes what a command does, but
/// for the file that it reads.
const OPTIONS_WITH_VALUE: [&str; 15] = [
    "-c",
    "--conf",
    "-i",
    "--in-file",
    "--keyring",
    "-o",
    "--out-file",
    "-n",
    "--name",
    "--id",
    "--cluster",
    "-f",
    "--format",
    "-k",
    "--connect-timeout",
];
/// Options of `ceph` itself without a value.
const OPTIONS_WITHOUT_VALUE: [&str; 4] = ["--verbose", "--concise", "-q", "--quiet"];
/// Options that stand for a command that only looks.
const LOOKS: [(&str, &str); 11] = [
    ("-s", "status"),
    ("--status", "status"),
    ("-w", "status"),
    ("--watch", "status"),
    ("--watch-debug", "status"),
    ("--watch-info", "status"),
    ("--watch-warn", "status"),
    ("-v", "version"),
    ("--version", "version"),
    ("-h", "help"),
    ("--help", "help"),
];

/// A command with its arguments, and the file that it reads (`-i`).
pub(super) struct Parsed {
    pub(super) signature: &'static Signature,
    pub(super) arguments: Arguments,
    pub(super) file: Option<String>,
}

/// A command with its arguments.
pub(super) fn parse(line: &str) -> Result<Parsed, CommandError> {
    parse_words(unwrap(split(line)?))
}

/// A command of which the words are known.
pub(super) fn parse_words(words: Vec<String>) -> Result<Parsed, CommandError> {
    let Words { positional, options, file, looks } = sort_words(words);
    if positional.is_empty() {
        let signature = looks.and_then(table::named).ok_or(CommandError::Empty)?;
        return Ok(Parsed { signature, arguments: Arguments::default(), file: None });
    }
    let (signature, rest) = table::find(&positional)?;
    // An older form of osd setcrushmap.
    let sets_map = file.is_some() && signature.words == "osd crush set";
    let signature = table::named("osd setcrushmap").filter(|_| sets_map).unwrap_or(signature);
    if let Some(reason) = signature.not_followed {
        return Err(CommandError::NotFollowed { command: signature.words, reason });
    }
    let arguments = match signature.changes_nothing {
        // What it would show does not matter.
        Some(_) => Arguments::default(),
        None => Matching::new(signature).run(rest, options)?,
    };
    Ok(Parsed { signature, arguments, file })
}

/// Why a command changes nothing; `None` where it may.
pub(super) fn reason_to_skip(words: &[String]) -> Option<&'static str> {
    parse_words(words.to_vec()).ok()?.signature.changes_nothing
}

fn split(line: &str) -> Result<Vec<String>, CommandError> {
    if let Some(at) = shell_syntax(line) {
        // The word around it, as it was typed.
        let start = line.get(..at).and_then(|left| left.rfind(char::is_whitespace));
        let word = line.get(start.map_or(0, |start| start + 1)..).unwrap_or_default();
        let word = word.split_whitespace().next().unwrap_or_default().to_owned();
        return Err(CommandError::Shell { word });
    }
    shlex::split(line).ok_or(CommandError::Quote)
}

/// Where a line asks for more than words: variables, pipes, several commands, files.
fn shell_syntax(line: &str) -> Option<usize> {
    let (mut quote, mut is_escaped, mut begins_word) = (None, false, true);
    for (at, character) in line.char_indices() {
        if is_escaped {
            is_escaped = false;
            begins_word = false;
            continue;
        }
        match (quote, character) {
            (None | Some('"'), '\\') => is_escaped = true,
            (None, '#') if begins_word => return None,
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None | Some('"'), '$' | '`') | (None, ';' | '|' | '&' | '<' | '>') => return Some(at),
            _ => {}
        }
        begins_word = quote.is_none() && character.is_whitespace();
    }
    None
}

/// A word, and whether it may be an option.
type Word = (String, bool);

/// The words of a line after `ceph`.
#[derive(Default)]
struct Words {
    /// Those that are no options.
    positional: Vec<String>,
    /// These again, and the options of the command among them.
    options: Vec<Word>,
    /// The file that is read.
    file: Option<String>,
    /// The command that an option stands for.
    looks: Option<&'static str>,
}

/// Takes `ceph` and its own options out.
fn sort_words(words: Vec<String>) -> Words {
    let mut found = Words::default();
    let mut words = words.into_iter().peekable();
    words.next_if(|first| is_ceph(first));
    let mut ended = false;
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or_default();
        if ended || !word.starts_with('-') || word == "-" || is_negative(&word) {
            found.positional.push(word.clone());
            found.options.push((word, false));
        } else if word == "--" {
            ended = true;
        } else if OPTIONS_WITH_VALUE.contains(&name) {
            let value = match word.split_once('=') {
                Some((_, value)) => Some(value.to_owned()),
                None => words.next(),
            };
            if matches!(name, "-i" | "--in-file") {
                found.file = value;
            }
        } else if let Some((_, looks)) = LOOKS.iter().find(|(option, _)| *option == name) {
            found.looks = Some(looks);
        } else if !OPTIONS_WITHOUT_VALUE.contains(&name) {
            found.options.push((word, true));
        }
    }
    found
}

fn is_negative(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Matching of words with the arguments of a signature.
struct Matching {
    signature: &'static Signature,
    found: Arguments,
}

impl Matching {
    fn new(signature: &'static Signature) -> Matching {
        Matching { signature, found: Arguments::default() }
    }

    /// `count` words are the arguments' own; `words` holds these, after those of the command, and
    /// the options among them.
    fn run(mut self, count: usize, words: Vec<Word>) -> Result<Arguments, CommandError> {
        let mut skip = words.iter().filter(|(_, option)| !option).count().saturating_sub(count);
        let mut positional = Vec::new();
        let mut words = words.into_iter();
        while let Some((word, is_option)) = words.next() {
            if is_option {
                self.option(&word, &mut words)?;
            } else if skip > 0 {
                skip -= 1;
            } else {
                positional.push(word);
            }
        }
        self.positional(&positional)?;
        Ok(self.found)
    }

    fn option(
        &mut self,
        word: &str,
        words: &mut impl Iterator<Item = Word>,
    ) -> Result<(), CommandError> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let name = name.trim_start_matches('-').replace('-', "_");
        let argument = self.signature.arguments.iter().find(|argument| argument.name == name);
        let Some(argument) = argument else { return Err(self.surplus(word)) };
        if argument.kind == Kind::Flag {
            let is_false = value.is_some_and(|value| matches!(value.as_str(), "false" | "0"));
            if !is_false {
                self.add(argument, Value::Flag);
            }
            return Ok(());
        }
        let Some(value) = value.or_else(|| words.next().map(|(word, _)| word)) else {
            return Err(self.missing(argument));
        };
        let read = argument.kind.read(&value).ok_or_else(|| self.wrong(argument, &value))?;
        self.add(argument, read);
        Ok(())
    }

    fn positional(&mut self, words: &[String]) -> Result<(), CommandError> {
        let mut words = words;
        for argument in self.signature.arguments {
            let is_many = matches!(argument.presence, Presence::Several | Presence::Any);
            let may_miss = matches!(argument.presence, Presence::Optional | Presence::Any);
            if argument.kind == Kind::Flag || self.found.has(argument.name) {
                continue;
            }
            let mut matched = false;
            while let Some((word, rest)) = words.split_first() {
                match argument.kind.read(word) {
                    Some(value) => self.add(argument, value),
                    // An optional argument that does not fit is left out: the next one may fit.
                    None if matched || may_miss => break,
                    None => return Err(self.wrong(argument, word)),
                }
                words = rest;
                matched = true;
                if !is_many {
                    break;
                }
            }
            if !matched && !may_miss {
                return Err(self.missing(argument));
            }
        }
        match words.first() {
            None => Ok(()),
            Some(word) => Err(self.unused(word)),
        }
    }

    /// A word that is left over: most likely a last argument of the wrong kind.
    fn unused(&self, word: &str) -> CommandError {
        let open = |argument: &&Argument| {
            argument.kind != Kind::Flag && !self.found.has(argument.name)
                || matches!(argument.presence, Presence::Several | Presence::Any)
        };
        match self.signature.arguments.iter().find(open) {
            Some(argument) => self.wrong(argument, word),
            None => self.surplus(word),
        }
    }

    fn add(&mut self, argument: &Argument, value: Value) {
        self.found.add(argument.name, value);
    }

    fn wrong(&self, argument: &Argument, found: &str) -> CommandError {
        CommandError::Argument {
            command: self.signature.words,
            argument: argument.name,
            found: found.to_owned(),
            expected: argument.kind,
        }
    }

    fn missing(&self, argument: &Argument) -> CommandError {
        let usage = self.signature.usage();
        CommandError::Missing { command: self.signature.words, argument: argument.name, usage }
    }

    fn surplus(&self, word: &str) -> CommandError {
        let usage = self.signature.usage();
        CommandError::Surplus { command: self.signature.words, found: word.to_owned(), usage }
    }
}
