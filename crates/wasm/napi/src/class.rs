//! Objects of classes that are written in Rust.

use js_sys::{Function, Reflect};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, Result};

/// A class. The attribute `#[napi]` makes it one.
pub trait Class: TryFromJsValue {
    /// Its name in JavaScript.
    const NAME: &'static str;
}

/// What stands behind several objects of a class that can be cloned: taking an object's own
/// content away from it would leave JavaScript with an empty one.
///
/// # Errors
/// One of the values is no such object.
pub fn shared<T: Class>(values: Vec<JsValue>) -> Result<Vec<T>> {
    let share_one = |value: JsValue| {
        let no_object = || Error::invalid_argument(&format!("a {}", T::NAME));
        let share = Reflect::get(&value, &"__share".into())?;
        let share: Function = share.dyn_into().map_err(|_| no_object())?;
        T::try_from_js_value(share.call0(&value)?).map_err(|_| no_object())
    };
    values.into_iter().map(share_one).collect()
}
