//! The drop-in osdmaptool on this process's own streams.

use crushlab_compat::osdmaptool::run;
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::guarded;
use crate::streams::on_own_streams;

/// Runs osdmaptool on this process's standard output and error; gives its exit code.
#[napi]
pub fn run_osdmaptool(env: &Env, args: Vec<String>) -> Result<i32> {
    guarded(|| Ok(on_own_streams(|io| run(&args, io)))).map_err(|failure| failure.into_error(env))
}
