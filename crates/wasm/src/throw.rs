//! Errors as browsers throw them.

use napi::{Env, Error};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Failure;

impl Failure {
    /// The JavaScript error.
    pub(crate) fn into_error(self, _env: &Env) -> Error {
        let mut error = Error::new(self.code, &self.message);
        if let Some(offset) = self.offset {
            error.set("offset", offset as f64);
        }
        if let Some((line, column)) = self.line_and_column.as_deref() {
            error.set("line", *line as f64);
            error.set("column", *column as f64);
        }
        for (name, text) in [
            ("path", self.path),
            ("valuePath", self.value_path),
            ("hint", self.hint.map(|hint| *hint)),
        ] {
            if let Some(text) = text {
                error.set(name, text.into_string());
            }
        }
        if let Some(change) = self.change {
            error.set("change", change as f64);
        }
        if let Some(cause) = self.cause {
            error.set("cause", Error::new(cause.code, &cause.message));
        }
        error
    }
}

/// Runs once, when the module has been loaded: a panic becomes an error with the code `internal`.
#[wasm_bindgen(start)]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        Failure::new("internal", format!("a bug in crushlab: {panic}")).into_error(&Env).throw()
    }));
}
