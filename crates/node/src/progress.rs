//! Watching and stopping long work.

use std::sync::Arc;

use crushlab_compare::Progress;
use napi_derive::napi;

/// Handed to a call that takes long; may be looked at while the call goes on.
#[napi]
#[derive(Default)]
pub struct NativeProgress {
    pub(crate) inner: Arc<Progress>,
}

#[napi]
impl NativeProgress {
    /// Nothing done yet.
    #[napi(constructor)]
    pub fn new() -> NativeProgress {
        NativeProgress::default()
    }

    /// Inputs that were worked through so far.
    #[napi(getter)]
    pub fn done(&self) -> f64 {
        self.inner.done() as f64
    }

    /// Ends the work soon; the call then fails with the code `aborted`.
    #[napi]
    pub fn cancel(&self) {
        self.inner.cancel();
    }
}
