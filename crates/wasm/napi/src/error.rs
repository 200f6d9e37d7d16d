//! Errors.

use js_sys::Reflect;
use wasm_bindgen::{JsError, JsValue};

/// A JavaScript error with a `code`.
#[derive(Clone, Debug)]
pub struct Error(JsValue);

/// What calls return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with this code and text.
    pub fn new(code: &str, message: &str) -> Error {
        let mut error = Error(JsError::new(message).into());
        error.set("code", code);
        error
    }

    pub(crate) fn invalid_argument(expected: &str) -> Error {
        Error::new("InvalidArg", &format!("expected {expected}"))
    }

    /// Sets one of its properties.
    pub fn set(&mut self, name: &str, value: impl Into<JsValue>) {
        // An error that was just made takes every property.
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
    }

    /// Throws it, out of whatever called into this module.
    pub fn throw(self) -> ! {
        wasm_bindgen::throw_val(self.0)
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        error.0
    }
}

impl From<JsValue> for Error {
    fn from(thrown: JsValue) -> Error {
        Error(thrown)
    }
}
