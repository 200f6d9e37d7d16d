//! Errors as Node throws them.

use napi::bindgen_prelude::{JsObjectValue, Object};
use napi::{Env, Error, JsValue, Result, Status};

use crate::error::Failure;

impl Failure {
    /// The JavaScript error.
    pub(crate) fn into_error(self, env: &Env) -> Error {
        self.try_into_error(env).unwrap_or_else(|error| error)
    }

    fn try_into_error(self, env: &Env) -> Result<Error> {
        let mut error: Object<'_> =
            env.create_error(Error::new(Status::GenericFailure, self.message))?;
        error.set_named_property("code", self.code)?;
        if let Some(offset) = self.offset {
            error.set_named_property("offset", offset as f64)?;
        }
        if let Some((line, column)) = self.line_and_column.as_deref() {
            error.set_named_property("line", *line as f64)?;
            error.set_named_property("column", *column as f64)?;
        }
        for (name, text) in [
            ("path", self.path),
            ("valuePath", self.value_path),
            ("hint", self.hint.map(|hint| *hint)),
        ] {
            if let Some(text) = text {
                error.set_named_property(name, text.into_string())?;
            }
        }
        if let Some(change) = self.change {
            error.set_named_property("change", change as f64)?;
        }
        if let Some(cause) = self.cause {
            let mut inner: Object<'_> =
                env.create_error(Error::new(Status::GenericFailure, cause.message))?;
            inner.set_named_property("code", cause.code)?;
            error.set_named_property("cause", inner)?;
        }
        Ok(Error::from(error.to_unknown()))
    }
}
