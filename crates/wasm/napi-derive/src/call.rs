//! Functions and methods: beside each stands one that wasm-bindgen exports and that converts.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Error, FnArg, GenericArgument, Ident, ImplItem, ItemFn, ItemImpl, Pat, PathArguments, Result,
    Signature, Type,
};

use crate::options::{self, Options, camel_case};

/// What stands for a call's arguments.
#[derive(Default)]
struct Arguments {
    has_self: bool,
    /// What the exported function takes.
    parameters: Vec<TokenStream>,
    /// What turns that into the arguments.
    conversions: Vec<TokenStream>,
    /// The arguments.
    values: Vec<TokenStream>,
}

impl Arguments {
    fn of(signature: &Signature) -> Result<Arguments> {
        let mut arguments = Arguments::default();
        for input in &signature.inputs {
            let FnArg::Typed(typed) = input else {
                arguments.has_self = true;
                continue;
            };
            let Pat::Ident(pattern) = &*typed.pat else {
                return Err(Error::new_spanned(typed, "#[napi] expects arguments with names"));
            };
            arguments.add(&pattern.ident, &typed.ty);
        }
        Ok(arguments)
    }

    fn add(&mut self, name: &Ident, kind: &Type) {
        if let Type::Reference(reference) = kind {
            if is_path_to(&reference.elem, "Env") {
                self.values.push(quote!(&::napi::Env));
            } else {
                self.parameters.push(quote!(#name: #kind));
                self.values.push(quote!(#name));
            }
        } else if let Some(class) = listed_class(kind) {
            self.parameters.push(quote!(#name: Vec<::napi::wasm_bindgen::JsValue>));
            self.conversions.push(quote!(let #name = ::napi::shared::<#class>(#name)?;));
            self.values.push(quote!(#name.iter().collect()));
        } else {
            self.parameters.push(quote!(#name: ::napi::wasm_bindgen::JsValue));
            self.conversions.push(quote!(let #name = <#kind as ::napi::FromJs>::from_js(&#name)?;));
            self.values.push(quote!(#name));
        }
    }
}

fn is_path_to(kind: &Type, name: &str) -> bool {
    matches!(kind, Type::Path(path) if path.path.is_ident(name))
}

/// The class of `Vec<&Class>`.
fn listed_class(kind: &Type) -> Option<&Type> {
    let Type::Path(path) = kind else { return None };
    let list = path.path.segments.last().filter(|segment| segment.ident == "Vec")?;
    let PathArguments::AngleBracketed(arguments) = &list.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(Type::Reference(reference)) => Some(&*reference.elem),
        _ => None,
    }
}

/// A function, and the one that is exported for it.
pub(crate) fn export_function(item: &ItemFn) -> Result<TokenStream> {
    let name = &item.sig.ident;
    let attribute = quote!(::napi::wasm_bindgen::prelude::wasm_bindgen);
    let exported = exported(&attribute, &item.sig, &Options::default(), &quote!(#name))?;
    Ok(quote! {
        #item

        #exported
    })
}

/// The methods of a class, and those that are exported for them.
pub(crate) fn export_methods(mut item: ItemImpl) -> Result<TokenStream> {
    let class = item.self_ty.clone();
    let attribute = quote!(wasm_bindgen);
    let mut all = Vec::new();
    for entry in &mut item.items {
        let ImplItem::Fn(method) = entry else { continue };
        if let Some(options) = options::take(&mut method.attrs)? {
            let name = &method.sig.ident;
            all.push(exported(&attribute, &method.sig, &options, &quote!(#class::#name))?);
        }
    }
    Ok(quote! {
        #item

        #[::napi::wasm_bindgen::prelude::wasm_bindgen]
        impl #class {
            #(#all)*
        }
    })
}

/// The function that wasm-bindgen exports under `attribute`, and that calls `target`.
fn exported(
    attribute: &TokenStream,
    signature: &Signature,
    options: &Options,
    target: &TokenStream,
) -> Result<TokenStream> {
    let Arguments { has_self, parameters, conversions, values } = Arguments::of(signature)?;
    let name = format_ident!("__js_{}", signature.ident);
    let receiver = has_self.then(|| quote!(&self,));
    let this = has_self.then(|| quote!(self,));
    let call = quote!(#target(#this #(#values),*));
    if options.is_constructor {
        return Ok(quote! {
            #[doc(hidden)]
            #[#attribute(constructor)]
            pub fn #name(#(#parameters),*) -> Self {
                #call
            }
        });
    }
    let js_name = camel_case(&signature.ident);
    let getter = options.is_getter.then(|| quote!(getter,));
    Ok(quote! {
        #[doc(hidden)]
        #[#attribute(#getter js_name = #js_name)]
        pub fn #name(
            #receiver #(#parameters),*
        ) -> ::napi::Thrown {
            #(#conversions)*
            ::napi::Answer::answer(#call)
        }
    })
}
