//! From a line to a command, in the way of Ceph's own argument parser (ceph_argparse.py).

use super::arguments::Arguments;
use super::error::CommandError;
use super::table::{self, Signature};
use super::value::{Argument, Kind, Presence, Value};

/// Options of `ceph` itself that a value follows; none of them changes what a command does.
const OPTIONS_WITH_VALUE: [&str; 14] = [
    "-c",
    "--conf",
    "-i",
    "--in-file",
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

/// A command with its arguments.
pub(super) fn parse(line: &str) -> Result<(&'static Signature, Arguments), CommandError> {
    let mut words = split(line)?;
    if words.first().is_some_and(|word| word == "sudo") {
        words.remove(0);
    }
    if words.first().is_some_and(|word| word == "ceph" || word.ends_with("/ceph")) {
        words.remove(0);
    }
    let (words, options) = without_general_options(words);
    if words.is_empty() {
        return Err(CommandError::Empty);
    }
    let (signature, rest) = table::find(&words)?;
    if let Some(reason) = signature.not_followed {
        return Err(CommandError::NotFollowed { command: signature.words, reason });
    }
    let arguments = Matching::new(signature).run(rest, options)?;
    Ok((signature, arguments))
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

/// Whether a line asks for more than words.
pub(super) fn asks_for_shell(line: &str) -> bool {
    shell_syntax(line).is_some()
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

/// Takes the options of `ceph` out; options of commands are given back apart.
fn without_general_options(words: Vec<String>) -> (Vec<String>, Vec<Word>) {
    let mut positional = Vec::new();
    let mut rest: Vec<Word> = Vec::new();
    let mut words = words.into_iter();
    let mut ended = false;
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or_default();
        if ended || !word.starts_with('-') || word == "-" || is_negative(&word) {
            positional.push(word.clone());
            rest.push((word, false));
        } else if word == "--" {
            ended = true;
        } else if OPTIONS_WITH_VALUE.contains(&name) {
            if !word.contains('=') {
                words.next();
            }
        } else if !OPTIONS_WITHOUT_VALUE.contains(&name) {
            rest.push((word, true));
        }
    }
    (positional, rest)
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
