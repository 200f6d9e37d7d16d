//! The drop-in osdmaptool: on this process's own streams, or on streams in memory.

use crushlab_compat::osdmaptool::run;
use crushlab_crush::effort::Effort;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Result};
use napi_derive::napi;

use crate::captured_tool::CapturedTool;
use crate::error::guarded_with;
use crate::streams::on_own_streams;

/// Runs osdmaptool on this process's standard output and error; gives its exit code.
#[napi]
pub fn run_osdmaptool(env: &Env, args: Vec<String>) -> Result<i32> {
    // Ceph's own tools take the time that it takes.
    let effort = Effort::with_limit(u64::MAX);
    let run = guarded_with(effort, || Ok(on_own_streams(|io| run(&args, io))));
    run.map_err(|failure| failure.into_error(env))
}

/// Runs osdmaptool with this standard input and keeps what it prints.
#[napi(ts_return_type = "Promise<NativeToolResult>")]
pub fn capture_osdmaptool(args: Vec<String>, stdin: Uint8Array) -> AsyncTask<CapturedTool> {
    AsyncTask::new(CapturedTool::new(run, args, &stdin))
}
