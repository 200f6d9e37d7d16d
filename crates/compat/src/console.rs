//! The streams that the tool reads and writes.

use std::io::{BufWriter, Read, Write};

use crate::stop::{Outcome, Stop};

/// Bytes of output that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 16;

/// The streams of a tool that is run inside another program.
pub struct Io<'a> {
    /// Where crushtool's `-i -` reads the map from.
    pub stdin: &'a mut dyn Read,
    /// Whether that is a terminal, which the tool refuses to read a map from.
    pub stdin_is_terminal: bool,
    /// Gets what the tool prints. It is written to in large pieces.
    pub stdout: &'a mut dyn Write,
    /// Gets warnings and errors.
    pub stderr: &'a mut dyn Write,
}

/// The same streams, output buffered.
pub(crate) struct Console<'a> {
    pub(crate) stdin: &'a mut dyn Read,
    pub(crate) stdin_is_terminal: bool,
    pub(crate) out: BufWriter<&'a mut dyn Write>,
    err: &'a mut dyn Write,
}

impl<'a> Console<'a> {
    pub(crate) fn new(io: &'a mut Io<'_>) -> Console<'a> {
        Console {
            stdin: &mut *io.stdin,
            stdin_is_terminal: io.stdin_is_terminal,
            out: BufWriter::with_capacity(BUFFER_BYTES, &mut *io.stdout),
            err: &mut *io.stderr,
        }
    }

    /// Goes through a tool's stages, prints why they ended, and gives the tool's exit code.
    pub(crate) fn run(mut self, stages: impl FnOnce(&mut Console<'a>) -> Outcome) -> i32 {
        let ended = stages(&mut self);
        match ended.and(self.out.flush().map_err(Stop::from)) {
            Ok(()) => 0,
            Err(stop) => {
                if !stop.message.is_empty() {
                    self.warn(&stop.message);
                }
                stop.code
            }
        }
    }

    /// Prints a text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Outcome {
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Prints a line.
    pub(crate) fn line(&mut self, line: &str) -> Outcome {
        self.text(line)?;
        self.text("\n")
    }

    /// Prints a line to standard error, after all that was printed before. That there is nobody
    /// to read a warning is no reason to stop.
    pub(crate) fn warn(&mut self, line: &str) {
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{line}");
    }
}
