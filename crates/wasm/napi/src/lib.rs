//! The part of napi-rs that the sources of `crates/node` use, on wasm-bindgen.
//!
//! Names and meanings are napi-rs's. Values become what they become there: numbers, strings, arrays
//! and plain objects, `null` for an answer that is none, no property for a field that is none. A
//! value of the wrong type is an error with the code `InvalidArg`.

mod array;
mod class;
mod convert;
mod error;
mod task;

pub use crate::class::{Class, shared};
pub use crate::convert::{Answer, FromJs, Thrown, ToJs, field};
pub use crate::error::{Error, Result};
pub use crate::task::Task;

pub use js_sys;
pub use wasm_bindgen;

/// What calls into JavaScript need in Node; nothing here.
#[derive(Clone, Copy, Debug)]
pub struct Env;

/// What napi-rs has under this name.
pub mod bindgen_prelude {
    pub use crate::array::{Float64Array, Int32Array, Uint8Array, Uint32Array};
    pub use crate::task::AsyncTask;
}
