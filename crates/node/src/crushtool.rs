//! The drop-in crushtool: on this process's own streams, or on streams in memory.

use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::thread;
use std::time::Duration;

use crushlab_compat::Io;
use crushlab_compat::crushtool::run;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::error::{Failure, guarded};

/// How long to wait for a reader that is slower than the tool.
const WAIT: Duration = Duration::from_millis(1);

/// Runs crushtool on this process's standard input, output and error; gives its exit code.
#[napi]
pub fn run_crushtool(env: &Env, args: Vec<String>) -> Result<i32> {
    let run = guarded(|| {
        let mut out = Patient(io::stdout().lock());
        let exit_code = run(
            &args,
            &mut Io {
                stdin: &mut Patient(io::stdin().lock()),
                stdin_is_terminal: io::stdin().is_terminal(),
                stdout: &mut out,
                stderr: &mut Patient(io::stderr().lock()),
            },
        );
        // Node ends the process without giving Rust's own buffers a last chance. That nobody
        // reads any more is for the tool to have noticed.
        let _ = out.flush();
        Ok(exit_code)
    });
    run.map_err(|failure| failure.into_error(env))
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

/// What a run of crushtool left behind.
#[napi(object)]
pub struct NativeCrushtoolResult {
    /// Its exit code.
    pub exit_code: i32,
    /// What it printed.
    pub stdout: Uint8Array,
    /// Its warnings and errors.
    pub stderr: Uint8Array,
}

/// Runs crushtool on streams in memory, on another thread than JavaScript's.
pub struct CaptureCrushtool {
    args: Vec<String>,
    stdin: Vec<u8>,
}

/// Exit code, standard output, standard error.
type Captured = (i32, Vec<u8>, Vec<u8>);

impl Task for CaptureCrushtool {
    type Output = std::result::Result<Captured, Failure>;
    type JsValue = NativeCrushtoolResult;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| {
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            let exit_code = run(
                &self.args,
                &mut Io {
                    stdin: &mut self.stdin.as_slice(),
                    stdin_is_terminal: false,
                    stdout: &mut stdout,
                    stderr: &mut stderr,
                },
            );
            Ok((exit_code, stdout, stderr))
        }))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeCrushtoolResult> {
        let (exit_code, stdout, stderr) = output.map_err(|failure| failure.into_error(&env))?;
        Ok(NativeCrushtoolResult { exit_code, stdout: stdout.into(), stderr: stderr.into() })
    }
}

/// Runs crushtool with this standard input and keeps what it prints.
#[napi(ts_return_type = "Promise<NativeCrushtoolResult>")]
pub fn capture_crushtool(args: Vec<String>, stdin: Uint8Array) -> AsyncTask<CaptureCrushtool> {
    AsyncTask::new(CaptureCrushtool { args, stdin: stdin.to_vec() })
}
