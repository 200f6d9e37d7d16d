//! Typed arrays: their values, in this module's memory. Each is copied once on its way.

use std::ops::Deref;

use wasm_bindgen::{JsCast, JsValue};

use crate::convert::{FromJs, ToJs};
use crate::error::{Error, Result};

macro_rules! typed_array {
    ($name:ident, $value:ty) => {
        #[doc = concat!("The values of a JavaScript `", stringify!($name), "`.")]
        #[derive(Clone, Debug, Default)]
        pub struct $name(Vec<$value>);

        impl $name {
            /// An array of these values.
            pub fn new(values: Vec<$value>) -> $name {
                $name(values)
            }
        }

        impl From<Vec<$value>> for $name {
            fn from(values: Vec<$value>) -> $name {
                $name(values)
            }
        }

        impl Deref for $name {
            type Target = [$value];

            fn deref(&self) -> &[$value] {
                &self.0
            }
        }

        impl ToJs for $name {
            fn to_js(self) -> JsValue {
                js_sys::$name::from(self.0.as_slice()).into()
            }
        }

        impl FromJs for $name {
            fn from_js(value: &JsValue) -> Result<$name> {
                let array = value.dyn_ref::<js_sys::$name>();
                let array = array
                    .ok_or_else(|| Error::invalid_argument(concat!("a ", stringify!($name))))?;
                Ok($name(array.to_vec()))
            }
        }
    };
}

typed_array!(Float64Array, f64);
typed_array!(Int32Array, i32);
typed_array!(Uint8Array, u8);
typed_array!(Uint32Array, u32);
