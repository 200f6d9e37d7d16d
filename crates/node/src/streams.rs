//! This process's own streams, for tools that read and write them.

use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::thread;
use std::time::Duration;

use crushlab_compat::Io;

/// How long to wait for a reader that is slower than the tool.
const WAIT: Duration = Duration::from_millis(1);

/// Runs a tool on standard input, output and error; gives its exit code.
pub(crate) fn on_own_streams(tool: impl FnOnce(&mut Io<'_>) -> i32) -> i32 {
    let mut out = Patient(io::stdout().lock());
    let exit_code = tool(&mut Io {
        stdin: &mut Patient(io::stdin().lock()),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout: &mut out,
        stderr: &mut Patient(io::stderr().lock()),
    });
    // Node ends the process without giving Rust's own buffers a last chance. That nobody
    // reads any more is for the tool to have noticed.
    let _ = out.flush();
    exit_code
}

/// A stream that waits where the other side is not ready: files that Node has opened may be set
/// to answer at once, and say that they would block.
struct Patient<Stream>(Stream);

impl<Stream> Patient<Stream> {
    fn wait_for<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Stream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match attempt(&mut self.0) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(WAIT),
                done => return done,
            }
        }
    }
}

impl<Stream: Read> Read for Patient<Stream> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait_for(|stream| stream.read(buffer))
    }
}

impl<Stream: Write> Write for Patient<Stream> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait_for(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wait_for(Write::flush)
    }
}
