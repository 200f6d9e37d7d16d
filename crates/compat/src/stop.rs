//! Why a tool ends before its last stage.

use std::io;

use crushlab_crushmap::edit::Errno;

/// What a step of the tool gives, or why the tool ends there.
pub(crate) type Outcome<T = ()> = Result<T, Stop>;

/// The end of the tool: an exit code, and a message for the person who ran it.
#[derive(Debug)]
pub(crate) struct Stop {
    /// Exit code of the process.
    pub(crate) code: i32,
    /// For standard error; nothing is printed where it is empty.
    pub(crate) message: String,
}

impl Stop {
    /// The ordinary failure: exit code 1.
    pub(crate) fn error(message: impl Into<String>) -> Stop {
        Stop { code: 1, message: message.into() }
    }

    /// A failure that a tool reports with a negative error number as its exit code, of which
    /// eight bits are left.
    pub(crate) fn errno(errno: Errno, message: impl Into<String>) -> Stop {
        Stop { code: 256 - errno.number(), message: message.into() }
    }
}

impl From<io::Error> for Stop {
    /// Standard output or error cannot be written to. A reader that went away needs no message.
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::error(""),
            _ => Stop::error(format!("cannot write the output: {error}")),
        }
    }
}
