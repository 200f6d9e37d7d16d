//! Shell scripts: the commands in them, one to a line.

use std::fmt;

use super::error::CommandError;
use super::{Command, parse};

/// Words that begin lines of a script that change nothing in a cluster; these are passed over.
const HARMLESS: [&str; 7] = ["set", "echo", "printf", "sleep", "date", "exit", "true"];

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

/// The commands of a shell script. Comments, blank lines and lines that only print, wait or set
/// options of the shell are passed over; a backslash at the end joins a line with the next.
///
/// # Errors
/// [`ScriptError`] for the first line that is no command of Ceph: what loops, variables and other
/// programs do cannot be known here.
pub fn parse_script(text: &str) -> Result<Vec<ScriptCommand>, ScriptError> {
    let mut commands = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((line, start)) = lines.next() {
        let mut whole = start.to_owned();
        while !start.trim_start().starts_with('#')
            && let Some(joined) = whole.strip_suffix('\\')
        {
            let (_, next) = lines.next().unwrap_or_default();
            whole = format!("{joined} {next}");
        }
        let first = whole.split_whitespace().next().unwrap_or_default();
        if first.is_empty() || first.starts_with('#') {
            continue;
        }
        if HARMLESS.contains(&first) && !parse::asks_for_shell(&whole) {
            continue;
        }
        match Command::parse(&whole) {
            Ok(command) => commands.push(ScriptCommand { line, command }),
            Err(error) => return Err(ScriptError { line, error }),
        }
    }
    Ok(commands)
}
