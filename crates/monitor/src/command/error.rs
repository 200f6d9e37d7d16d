//! Why a line is no command, and why a command was refused.

use std::fmt;

use crushlab_crushmap::EditError;
use crushlab_crushmap::edit::Errno;

use super::value::Kind;

/// Why a line could not be read as a command. Who typed it can mend it.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandError {
    /// Nothing but blanks and comments.
    Empty,
    /// A quote that is not closed.
    Quote,
    /// Something that only a shell can do.
    Shell {
        /// The word it was found in.
        word: String,
    },
    /// A word of a script with a value that only a run of it could tell.
    NotKnown {
        /// The part of the word.
        word: String,
    },
    /// A part of a script of which only a run could tell whether its commands are run.
    Block {
        /// What it begins with.
        keyword: String,
    },
    /// A loop, condition or group of a script that has no end.
    Unclosed {
        /// The word that is missing.
        expected: String,
    },
    /// No command begins with these words.
    Unknown {
        /// The words.
        found: String,
        /// The most similar command, if any is.
        nearest: Option<String>,
    },
    /// A command of Ceph that is not followed here.
    NotFollowed {
        /// The command.
        command: &'static str,
        /// Why not, and what to do instead.
        reason: &'static str,
    },
    /// An argument of the wrong kind.
    Argument {
        /// The command.
        command: &'static str,
        /// The argument.
        argument: &'static str,
        /// What was given.
        found: String,
        /// What is expected.
        expected: Kind,
    },
    /// An argument is missing.
    Missing {
        /// The command.
        command: &'static str,
        /// The argument.
        argument: &'static str,
        /// How the command is written.
        usage: String,
    },
    /// A word that the command has no use for.
    Surplus {
        /// The command.
        command: &'static str,
        /// The word.
        found: String,
        /// How the command is written.
        usage: String,
    },
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommandError::Empty => f.write_str("no command: expected one such as 'ceph osd out 3'"),
            CommandError::Quote => f.write_str("a quote is not closed"),
            CommandError::Shell { word } => {
                let word = word.escape_debug();
                write!(f, "'{word}' is for a shell: write each command out, one to a line")
            }
            CommandError::NotKnown { word } => write!(
                f,
                "what '{}' comes to is not known here: set the variable in the script, or write \
                 the command out",
                word.escape_debug()
            ),
            CommandError::Block { keyword } => write!(
                f,
                "whether this is run depends on {keyword}, which cannot be followed: write out \
                 the commands that are run",
                keyword = keyword.escape_debug()
            ),
            CommandError::Unclosed { expected } => {
                write!(f, "found the end of the script, expected '{expected}' for what begins here")
            }
            CommandError::Unknown { found, nearest } => {
                write!(f, "unknown command '{}'", found.escape_debug())?;
                match nearest {
                    Some(nearest) => write!(f, ": did you mean '{nearest}'?"),
                    None => f.write_str(": expected one such as 'ceph osd out 3'"),
                }
            }
            CommandError::NotFollowed { command, reason } => write!(f, "{command}: {reason}"),
            CommandError::Argument { command, argument, found, expected } => {
                let found = found.escape_debug();
                write!(f, "{command}: {argument} is '{found}', expected {expected}")
            }
            CommandError::Missing { command, argument, usage } => {
                write!(f, "{command}: {argument} is missing; usage: {usage}")
            }
            CommandError::Surplus { command, found, usage } => {
                let found = found.escape_debug();
                write!(f, "{command}: '{found}' is not expected; usage: {usage}")
            }
        }
    }
}

impl std::error::Error for CommandError {}

/// Why a cluster refuses a command; nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error number that Ceph answers with.
    pub errno: Errno,
    /// Why, and where it helps what to do.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(errno: Errno, message: impl Into<String>) -> Refusal {
        Refusal { errno, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(Errno::Einval, message)
    }

    pub(super) fn missing(message: impl Into<String>) -> Refusal {
        Refusal::new(Errno::Enoent, message)
    }

    pub(super) fn denied(message: impl Into<String>) -> Refusal {
        Refusal::new(Errno::Eperm, message)
    }

    pub(super) fn busy(message: impl Into<String>) -> Refusal {
        Refusal::new(Errno::Ebusy, message)
    }

    pub(super) fn range(message: impl Into<String>) -> Refusal {
        Refusal::new(Errno::Erange, message)
    }
}

impl fmt::Display for Refusal {
    /// As `ceph` prints it: `Error EBUSY: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{:?}", self.errno).to_uppercase();
        write!(f, "Error {name}: {}", self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Refusal {
        Refusal::new(error.errno(), error.to_string())
    }
}

/// The first command of several that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCommand {
    /// Its index, from 0.
    pub index: usize,
    /// Why it was refused.
    pub refusal: Refusal,
}

impl fmt::Display for RefusedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "command {}: {}", self.index + 1, self.refusal)
    }
}

impl std::error::Error for RefusedCommand {}
