//! Plain objects.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Error, Fields, Ident, ItemEnum, ItemStruct, Result, Type};

use crate::options::{self, Options, camel_case, variant_case};

/// Names, JavaScript's names and types of fields, their `#[napi]` taken from them.
struct Named {
    idents: Vec<Ident>,
    keys: Vec<String>,
    types: Vec<Type>,
}

impl Named {
    fn of(fields: &mut Fields, owner: &impl ToTokens) -> Result<Named> {
        let Fields::Named(named) = fields else {
            return Err(Error::new_spanned(owner, "#[napi] expects fields with names"));
        };
        let mut found = Named { idents: Vec::new(), keys: Vec::new(), types: Vec::new() };
        for field in &mut named.named {
            options::take(&mut field.attrs)?;
            let ident = field.ident.clone();
            let ident = ident.ok_or_else(|| Error::new_spanned(owner, "expected named fields"))?;
            found.keys.push(camel_case(&ident));
            found.idents.push(ident);
            found.types.push(field.ty.clone());
        }
        Ok(found)
    }
}

/// A struct as an object with its fields.
pub(crate) fn export_struct(mut item: ItemStruct) -> Result<TokenStream> {
    let name = item.ident.clone();
    let Named { idents, keys, types } = Named::of(&mut item.fields, &name)?;
    Ok(quote! {
        #item

        impl ::napi::ToJs for #name {
            fn to_js(self) -> ::napi::wasm_bindgen::JsValue {
                let object = ::napi::js_sys::Object::new();
                #(::napi::ToJs::set_on(self.#idents, &object, #keys);)*
                object.into()
            }
        }

        impl ::napi::FromJs for #name {
            fn from_js(value: &::napi::wasm_bindgen::JsValue) -> ::napi::Result<Self> {
                Ok(#name { #(#idents: ::napi::field::<#types>(value, #keys)?),* })
            }
        }
    })
}

/// An enum as objects that a property tells apart.
pub(crate) fn export_enum(mut item: ItemEnum, options: &Options) -> Result<TokenStream> {
    let name = item.ident.clone();
    let Some(kind) = &options.discriminant else {
        return Err(Error::new_spanned(name, "#[napi] expects a discriminant for an enum"));
    };
    let (mut writers, mut readers) = (Vec::new(), Vec::new());
    for variant in &mut item.variants {
        let ident = variant.ident.clone();
        let text = variant_case(&ident, options.discriminant_case.as_deref())?;
        let Named { idents, keys, types } = Named::of(&mut variant.fields, &ident)?;
        writers.push(quote! {
            #name::#ident { #(#idents),* } => {
                ::napi::ToJs::set_on(#text.to_owned(), &object, #kind);
                #(::napi::ToJs::set_on(#idents, &object, #keys);)*
            }
        });
        readers.push(quote! {
            #text => #name::#ident { #(#idents: ::napi::field::<#types>(value, #keys)?),* }
        });
    }
    let unknown = format!("{name} does not know this {kind}: ");
    Ok(quote! {
        #item

        impl ::napi::ToJs for #name {
            fn to_js(self) -> ::napi::wasm_bindgen::JsValue {
                let object = ::napi::js_sys::Object::new();
                match self { #(#writers),* }
                object.into()
            }
        }

        impl ::napi::FromJs for #name {
            fn from_js(value: &::napi::wasm_bindgen::JsValue) -> ::napi::Result<Self> {
                let kind: String = ::napi::field(value, #kind)?;
                Ok(match kind.as_str() {
                    #(#readers,)*
                    _ => {
                        let text = #unknown.to_owned() + &kind;
                        return Err(::napi::Error::new("InvalidArg", &text));
                    }
                })
            }
        }
    })
}
