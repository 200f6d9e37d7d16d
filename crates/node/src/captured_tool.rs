//! A drop-in tool on streams in memory.

use crushlab_compat::Io;
use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::error::{Failure, guarded};

/// A tool: its arguments and streams in, its exit code out.
type Tool = fn(&[String], &mut Io<'_>) -> i32;

/// What a run of a tool left behind.
#[napi(object)]
pub struct NativeToolResult {
    /// Its exit code.
    pub exit_code: i32,
    /// What it printed.
    pub stdout: Uint8Array,
    /// Its warnings and errors.
    pub stderr: Uint8Array,
}

/// Runs a tool on streams in memory, on another thread than JavaScript's.
pub struct CapturedTool {
    tool: Tool,
    args: Vec<String>,
    stdin: Vec<u8>,
}

impl CapturedTool {
    pub(crate) fn new(tool: Tool, args: Vec<String>, stdin: &Uint8Array) -> CapturedTool {
        CapturedTool { tool, args, stdin: stdin.to_vec() }
    }
}

/// Exit code, standard output, standard error.
type Captured = (i32, Vec<u8>, Vec<u8>);

impl Task for CapturedTool {
    type Output = std::result::Result<Captured, Failure>;
    type JsValue = NativeToolResult;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(guarded(|| {
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            let exit_code = (self.tool)(
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

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<NativeToolResult> {
        let (exit_code, stdout, stderr) = output.map_err(|failure| failure.into_error(&env))?;
        Ok(NativeToolResult { exit_code, stdout: stdout.into(), stderr: stderr.into() })
    }
}
