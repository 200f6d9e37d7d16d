//! The attribute `#[napi]` for WebAssembly.
//!
//! It takes the forms that the sources of `crates/node` use, and exports them by wasm-bindgen under
//! the names that napi-rs gives them:
//!
//! - a struct with `object`, and an enum with `discriminant`: plain objects, both ways;
//! - another struct: a class; an `impl` of it: its methods, with `constructor`, `factory` and
//!   `getter`;
//! - a function. Its arguments are plain values, classes by reference, lists of these, or `&Env`.
//!
//! Options that only say something on TypeScript's types are of no use here: the types are those of
//! `crates/node`.

mod call;
mod object;
mod options;

use proc_macro::TokenStream;
use quote::quote;
use syn::{Error, Item, ItemStruct, parse_macro_input};

use crate::options::Options;

/// See the documentation of this crate.
#[proc_macro_attribute]
pub fn napi(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let options = parse_macro_input!(attribute as Options);
    let expanded = match parse_macro_input!(item as Item) {
        Item::Struct(item) if options.is_object => object::export_struct(item),
        Item::Struct(item) => Ok(export_class(&item)),
        Item::Enum(item) => object::export_enum(item, &options),
        Item::Impl(item) => call::export_methods(item),
        Item::Fn(item) => call::export_function(&item),
        other => Err(Error::new_spanned(other, "#[napi] does not know this kind of item")),
    };
    expanded.unwrap_or_else(|error| error.into_compile_error()).into()
}

fn export_class(item: &ItemStruct) -> proc_macro2::TokenStream {
    let name = &item.ident;
    let is_clone = item.attrs.iter().any(|attribute| {
        let mut is_clone = false;
        let derives = attribute.path().is_ident("derive");
        let _ = derives.then(|| {
            attribute.parse_nested_meta(|derived| {
                is_clone |= derived.path.is_ident("Clone");
                Ok(())
            })
        });
        is_clone
    });
    // See `napi::shared`.
    let share = is_clone.then(|| {
        quote! {
            #[::napi::wasm_bindgen::prelude::wasm_bindgen]
            impl #name {
                #[doc(hidden)]
                #[wasm_bindgen(js_name = __share)]
                pub fn __share(&self) -> #name {
                    self.clone()
                }
            }
        }
    });
    quote! {
        #[::napi::wasm_bindgen::prelude::wasm_bindgen]
        #item

        #share

        impl ::napi::Class for #name {
            const NAME: &'static str = stringify!(#name);
        }

        impl ::napi::ToJs for #name {
            fn to_js(self) -> ::napi::wasm_bindgen::JsValue {
                self.into()
            }
        }
    }
}
