//! What maps batches on this machine, and which way a batch goes.

use crushlab_kernel::{Batch, Kernel};
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::{Failure, guarded};
use crate::map::NativeCrushMap;
use crate::place::{Ground, NativeRequest};

/// Kernels of this machine.
#[napi(object)]
pub struct NativeKernels {
    /// The one that is used unless a call asks for another.
    pub running: String,
    /// All that run here, the fastest last.
    pub available: Vec<String>,
    /// Threads that the machine runs at once.
    pub cores: u32,
}

/// The kernel of this name; without a name the one that the environment asks for, else the fastest.
pub(crate) fn kernel(name: Option<&str>) -> std::result::Result<Kernel, Failure> {
    let kernel = match name {
        Some(name) => name.parse(),
        None => Kernel::from_environment(),
    };
    kernel.map_err(|error| Failure::new("unknown_kernel", error))
}

/// The kernels of this machine.
#[napi]
pub fn kernels(env: &Env) -> Result<NativeKernels> {
    let running = kernel(None).map_err(|failure| failure.into_error(env))?;
    Ok(NativeKernels {
        running: running.to_string(),
        available: Kernel::available().map(|kernel| kernel.to_string()).collect(),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
    })
}

/// How the mappings of a request are made: the kernel, or why the plain mapper makes them.
#[napi]
pub fn placement_path(env: &Env, map: &NativeCrushMap, request: NativeRequest) -> Result<String> {
    let ground = Ground::new(map, &request);
    let path = guarded(|| Ok(Batch::new(ground.mapper()?, ground.kernel()?).path().to_string()));
    path.map_err(|failure| failure.into_error(env))
}
