//! Work that runs on other threads in Node, and at once here.

use js_sys::Promise;
use wasm_bindgen::JsValue;

use crate::Env;
use crate::convert::ToJs;
use crate::error::Result;

/// Work, and what becomes of its result.
pub trait Task {
    /// What the work gives.
    type Output;
    /// What JavaScript gets.
    type JsValue: ToJs;

    /// Does the work.
    ///
    /// # Errors
    /// Whatever it fails of.
    fn compute(&mut self) -> Result<Self::Output>;

    /// Turns its result into what JavaScript gets.
    ///
    /// # Errors
    /// Whatever the work failed of.
    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Self::JsValue>;
}

/// A promise of a task's result.
#[derive(Debug)]
pub struct AsyncTask<T>(T);

impl<T: Task> AsyncTask<T> {
    /// Has a task done.
    pub fn new(task: T) -> AsyncTask<T> {
        AsyncTask(task)
    }
}

impl<T: Task> ToJs for AsyncTask<T> {
    fn to_js(mut self) -> JsValue {
        let done = self.0.compute().and_then(|output| self.0.resolve(Env, output));
        let promise = match done {
            Ok(value) => Promise::resolve(&value.to_js()),
            Err(error) => Promise::reject(&error.into()),
        };
        promise.into()
    }
}
