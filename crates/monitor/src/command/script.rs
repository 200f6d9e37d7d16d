//! Shell scripts: the commands in them, in the order in which they are run.

use std::collections::BTreeSet;
use std::fmt;

use super::error::CommandError;
use super::shell::{Piece, Variables, Word, is_name, plain, tokens};
use super::shell_block::{Node, parts, without_prompt};
use super::wrapper::{is_ceph, unwrap};
use super::{Command, parse};

/// Programs that change nothing in a cluster and need no mention.
const HARMLESS: [&str; 27] = [
    "set", "echo", "printf", "sleep", "date", "true", "false", ":", "cd", "wait", "trap", "read",
    "shopt", "unset", "clear", "test", "[", "[[", "grep", "jq", "awk", "tee", "cat", "head",
    "tail", "less", "yes",
];
/// Most commands that a script may come to.
const COMMANDS_MAX: usize = 250_000;

/// A line of a script that cannot be followed.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptError {
    /// Number of the line, from 1; the first of several that backslashes join.
    pub line: usize,
    /// What is wrong with it.
    pub error: CommandError,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.error)
    }
}

impl std::error::Error for ScriptError {}

/// A command of a script.
#[derive(Clone, Debug)]
pub struct ScriptCommand {
    /// Number of its line, from 1.
    pub line: usize,
    /// The command.
    pub command: Command,
}

/// A line that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its number, from 1.
    pub line: usize,
    /// What it was, and why it is passed over.
    pub note: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.note)
    }
}

/// What a script comes to.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The commands that change something, in the order in which they are run: one in a loop
    /// stands there as often as it runs.
    pub commands: Vec<ScriptCommand>,
    /// The lines that were passed over: commands that only look or change no OSDMap, each once,
    /// and the first use of each program that is not Ceph's.
    pub skipped: Vec<Skipped>,
}

/// The commands of a shell script that change something. See [`read_script`].
///
/// # Errors
/// [`ScriptError`].
pub fn parse_script(text: &str) -> Result<Vec<ScriptCommand>, ScriptError> {
    read_script(text).map(|script| script.commands)
}

/// Follows a shell script. Programs that run `ceph` elsewhere (`sudo`, `timeout`, `docker exec`,
/// `kubectl exec`, `cephadm shell`, `ssh`, …), variables (`X=3`, `$X`), `for` loops over words,
/// `{1..5}` and `$(seq 1 5)` are followed. Commands that change nothing, and programs that are not
/// Ceph's, are passed over and named.
///
/// # Errors
/// [`ScriptError`] for the first command that changes the cluster and cannot be followed: one that
/// is not Ceph's or is given wrong arguments, one with a value that only a run of the script could
/// tell, and one under `if`, `while`, `case` or in a function.
pub fn read_script(text: &str) -> Result<Script, ScriptError> {
    let tokens = tokens(text).map_err(|(line, error)| ScriptError { line, error })?;
    let nodes = parts(&tokens)?;
    let mut run = Run::default();
    run.all(&nodes)?;
    Ok(run.script)
}

/// A script as it is followed.
#[derive(Default)]
struct Run {
    variables: Variables,
    script: Script,
    /// Programs and lines that have been named already.
    named: BTreeSet<String>,
    has_ended: bool,
}

impl Run {
    fn all(&mut self, nodes: &[Node]) -> Result<(), ScriptError> {
        for node in nodes {
            if self.has_ended {
                break;
            }
            match node {
                Node::Simple { line, words } => self.simple(*line, words)?,
                Node::For { line, name, words, body } => self.each(*line, name, words, body)?,
                Node::Conditional { keyword, body } => self.conditional(keyword, body)?,
            }
        }
        Ok(())
    }

    fn each(
        &mut self,
        line: usize,
        name: &str,
        words: &[Word],
        body: &[Node],
    ) -> Result<(), ScriptError> {
        let mut values = Vec::new();
        for word in words {
            match self.variables.words(word) {
                Ok(found) => values.extend(found),
                // A loop that changes nothing need not be followed.
                Err(unknown) => {
                    self.variables.set(name, None);
                    return match self.first_change(body) {
                        None => self.all(body),
                        Some(_) => Err(not_known(line, unknown)),
                    };
                }
            }
        }
        for value in values {
            self.variables.set(name, Some(value));
            self.all(body)?;
        }
        Ok(())
    }

    /// The line of the first command that changes the cluster, or may.
    fn first_change(&self, nodes: &[Node]) -> Option<usize> {
        nodes.iter().find_map(|node| match node {
            Node::Simple { line, words } => {
                let words = without_prompt(words).iter().flat_map(|word| {
                    self.variables.words(word).unwrap_or_else(|_| vec![plain(word)])
                });
                let words = unwrap(words.collect());
                let at = words.iter().position(|word| is_ceph(word))?;
                let is_run = at == 0 || words.first().is_some_and(|first| runs_others(first));
                let changes = is_run && parse::reason_to_skip(words.get(at..)?).is_none();
                changes.then_some(*line)
            }
            Node::For { body, .. } | Node::Conditional { body, .. } => self.first_change(body),
        })
    }

    /// A part that may be run or not: it is passed over where it changes nothing.
    fn conditional(&mut self, keyword: &str, body: &[Node]) -> Result<(), ScriptError> {
        if let Some(line) = self.first_change(body) {
            let keyword = keyword.to_owned();
            return Err(ScriptError { line, error: CommandError::Block { keyword } });
        }
        self.forget(body);
        Ok(())
    }

    /// Variables that a part may set are not known after it.
    fn forget(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Simple { words, .. } => {
                    for name in words.iter().filter_map(assigned).map(|(name, _)| name) {
                        self.variables.set(&name, None);
                    }
                }
                Node::For { name, body, .. } => {
                    self.variables.set(name, None);
                    self.forget(body);
                }
                Node::Conditional { body, .. } => self.forget(body),
            }
        }
    }

    fn simple(&mut self, line: usize, words: &[Word]) -> Result<(), ScriptError> {
        let words = without_prompt(words);
        if self.assign(words) {
            return Ok(());
        }
        let mut known = Vec::new();
        let mut unknown = None;
        for word in words {
            match self.variables.words(word) {
                Ok(found) => known.extend(found),
                Err(part) => {
                    unknown.get_or_insert(part);
                    known.push(plain(word));
                }
            }
        }
        let words = unwrap(known);
        let Some(program) = words.first().cloned() else { return Ok(()) };
        match program.as_str() {
            "exit" | "return" => self.has_ended = true,
            _ if is_ceph(&program) => self.ceph(line, words, unknown)?,
            _ if words.iter().any(|word| is_ceph(word)) && runs_others(&program) => {
                return Err(not_known(line, program));
            }
            _ => self.name_program(line, &program, &words),
        }
        Ok(())
    }

    fn ceph(
        &mut self,
        line: usize,
        words: Vec<String>,
        unknown: Option<String>,
    ) -> Result<(), ScriptError> {
        if let Some(reason) = parse::reason_to_skip(&words) {
            let text = shown(&words);
            if self.named.insert(text.clone()) {
                self.script.skipped.push(Skipped { line, note: format!("'{text}': {reason}") });
            }
            return Ok(());
        }
        if let Some(unknown) = unknown {
            return Err(not_known(line, unknown));
        }
        let command = Command::from_words(words).map_err(|error| ScriptError { line, error })?;
        if self.script.commands.len() == COMMANDS_MAX {
            let keyword = format!("a script of more than {COMMANDS_MAX} commands");
            return Err(ScriptError { line, error: CommandError::Block { keyword } });
        }
        self.script.commands.push(ScriptCommand { line, command });
        Ok(())
    }

    /// Names a program that is not Ceph's, once.
    fn name_program(&mut self, line: usize, program: &str, words: &[String]) {
        let name = program.rsplit('/').next().unwrap_or(program);
        if HARMLESS.contains(&name) || !self.named.insert(name.to_owned()) {
            return;
        }
        let text = shown(words);
        let osd = words.iter().find_map(|word| word.split("ceph-osd@").nth(1));
        let note = match osd {
            Some(osd) => {
                let osd = osd.trim_end_matches(".service");
                format!("'{text}' is not followed: --fail osd.{osd} or --recover osd.{osd} is")
            }
            None => format!("'{text}' is no command of ceph: skipped, as is all of {name}"),
        };
        self.script.skipped.push(Skipped { line, note });
    }

    /// Sets variables where the words do nothing else.
    fn assign(&mut self, words: &[Word]) -> bool {
        const DECLARE: [&str; 5] = ["export", "local", "readonly", "declare", "typeset"];
        let declares = words.first().is_some_and(|first| DECLARE.contains(&plain(first).as_str()));
        let pairs = words.get(usize::from(declares)..).unwrap_or_default();
        let all: Vec<_> = pairs.iter().filter_map(assigned).collect();
        if !declares && (all.len() < pairs.len() || pairs.is_empty()) {
            return false;
        }
        for (name, value) in all {
            let value = self.variables.value(&value);
            self.variables.set(&name, value);
        }
        true
    }
}

fn not_known(line: usize, word: String) -> ScriptError {
    ScriptError { line, error: CommandError::NotKnown { word } }
}

/// Words as they can be typed, cut where they are many.
fn shown(words: &[String]) -> String {
    const LENGTH_MAX: usize = 60;
    let text = words.join(" ");
    match text.char_indices().nth(LENGTH_MAX) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// Programs that make commands of what they read or find.
fn runs_others(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("xargs" | "parallel" | "find" | "eval"))
}

/// The name and the value of a word such as `X=3`.
fn assigned(word: &Word) -> Option<(String, Word)> {
    let (Piece::Text(first, false), rest) = word.split_first()? else { return None };
    let (name, value) = first.split_once('=')?;
    if !is_name(name) {
        return None;
    }
    let mut all = vec![Piece::Text(value.to_owned(), false)];
    all.extend_from_slice(rest);
    Some((name.to_owned(), all))
}
