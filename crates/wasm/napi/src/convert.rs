//! Values on their way.

use std::collections::HashMap;
use std::hash::BuildHasher;

use js_sys::{Array, JSON, Object, Reflect};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Error, Result};

/// A value that goes to JavaScript.
pub trait ToJs {
    /// What JavaScript gets.
    fn to_js(self) -> JsValue;

    /// Makes it a property of an object.
    fn set_on(self, object: &Object, name: &str)
    where
        Self: Sized,
    {
        // An object that was just made takes every property.
        let _ = Reflect::set(object, &name.into(), &self.to_js());
    }
}

/// A value that comes from JavaScript.
pub trait FromJs: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// It is of another type.
    fn from_js(value: &JsValue) -> Result<Self>;
}

/// How an exported function answers: what JavaScript gets, or what is thrown.
pub type Thrown = std::result::Result<JsValue, JsValue>;

/// What a call may give.
pub trait Answer {
    /// What JavaScript gets, or what is thrown.
    ///
    /// # Errors
    /// What is thrown.
    fn answer(self) -> Thrown;
}

impl<T: ToJs> Answer for T {
    fn answer(self) -> Thrown {
        Ok(self.to_js())
    }
}

impl<T: ToJs> Answer for Result<T> {
    fn answer(self) -> Thrown {
        self.map(T::to_js).map_err(JsValue::from)
    }
}

/// A property of an object.
///
/// # Errors
/// The value is no object, or the property is of another type.
pub fn field<T: FromJs>(object: &JsValue, name: &str) -> Result<T> {
    let value = Reflect::get(object, &name.into());
    T::from_js(&value.map_err(|_| Error::invalid_argument("an object"))?)
}

macro_rules! plain {
    ($($value:ty),*) => {
        $(impl ToJs for $value {
            fn to_js(self) -> JsValue {
                JsValue::from(self)
            }
        })*
    };
}

plain!(bool, f64, i32, u8, u32, String);

impl ToJs for i64 {
    fn to_js(self) -> JsValue {
        JsValue::from(self as f64)
    }
}

impl ToJs for () {
    fn to_js(self) -> JsValue {
        JsValue::UNDEFINED
    }
}

impl<T: ToJs> ToJs for Option<T> {
    fn to_js(self) -> JsValue {
        self.map_or(JsValue::NULL, T::to_js)
    }

    fn set_on(self, object: &Object, name: &str) {
        if let Some(value) = self {
            value.set_on(object, name);
        }
    }
}

impl<T: ToJs> ToJs for Vec<T> {
    fn to_js(self) -> JsValue {
        self.into_iter().map(T::to_js).collect::<Array>().into()
    }
}

impl<T: ToJs, S> ToJs for HashMap<String, T, S> {
    fn to_js(self) -> JsValue {
        let object = Object::new();
        for (name, value) in self {
            value.set_on(&object, &name);
        }
        object.into()
    }
}

impl ToJs for Value {
    fn to_js(self) -> JsValue {
        // What serde_json writes, JSON.parse reads.
        JSON::parse(&self.to_string()).unwrap_or(JsValue::NULL)
    }
}

macro_rules! number {
    ($($value:ty),*) => {
        $(impl FromJs for $value {
            fn from_js(value: &JsValue) -> Result<$value> {
                let number = value.as_f64().ok_or_else(|| Error::invalid_argument("a number"))?;
                Ok(number as $value)
            }
        })*
    };
}

number!(f64, i32, i64, u8, u32);

impl FromJs for bool {
    fn from_js(value: &JsValue) -> Result<bool> {
        value.as_bool().ok_or_else(|| Error::invalid_argument("true or false"))
    }
}

impl FromJs for String {
    fn from_js(value: &JsValue) -> Result<String> {
        value.as_string().ok_or_else(|| Error::invalid_argument("a string"))
    }
}

impl<T: FromJs> FromJs for Option<T> {
    fn from_js(value: &JsValue) -> Result<Option<T>> {
        (!value.is_null() && !value.is_undefined()).then(|| T::from_js(value)).transpose()
    }
}

impl<T: FromJs> FromJs for Vec<T> {
    fn from_js(value: &JsValue) -> Result<Vec<T>> {
        let list = value.dyn_ref::<Array>().ok_or_else(|| Error::invalid_argument("an array"))?;
        list.iter().map(|entry| T::from_js(&entry)).collect()
    }
}

impl<T: FromJs, S: BuildHasher + Default> FromJs for HashMap<String, T, S> {
    fn from_js(value: &JsValue) -> Result<HashMap<String, T, S>> {
        let object =
            value.dyn_ref::<Object>().ok_or_else(|| Error::invalid_argument("an object"))?;
        let keys = Object::keys(object).into_iter().filter_map(|key| key.as_string());
        keys.map(|key| field(value, &key).map(|value| (key, value))).collect()
    }
}

impl FromJs for Value {
    fn from_js(value: &JsValue) -> Result<Value> {
        let no_json = || Error::invalid_argument("a value that JSON can hold");
        let text = JSON::stringify(value)?.as_string().ok_or_else(no_json)?;
        serde_json::from_str(&text).map_err(|_| no_json())
    }
}
