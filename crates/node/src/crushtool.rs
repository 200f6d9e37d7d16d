//! The drop-in crushtool: on this process's own streams, or on streams in memory.

use crushlab_compat::Io;
use crushlab_compat::crushtool::run;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::error::{Failure, guarded};
use crate::streams::on_own_streams;

/// Runs crushtool on this process's standard input, output and error; gives its exit code.
#[napi]
pub fn run_crushtool(env: &Env, args: Vec<String>) -> Result<i32> {
    let run = guarded(|| Ok(on_own_streams(|io| run(&args, io))));
    run.map_err(|failure| failure.into_error(env))
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
