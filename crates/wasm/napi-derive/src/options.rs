//! What stands in the attribute's brackets.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Result, Token};

/// The options of one `#[napi(…)]`.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) is_object: bool,
    pub(crate) is_constructor: bool,
    pub(crate) is_getter: bool,
    /// The property that tells an enum's variants apart.
    pub(crate) discriminant: Option<String>,
    /// How the variants' names are written in it.
    pub(crate) discriminant_case: Option<String>,
}

/// `name` or `name = "value"`.
struct Option1 {
    name: Ident,
    value: Option<String>,
}

impl Parse for Option1 {
    fn parse(input: ParseStream<'_>) -> Result<Option1> {
        let name = input.parse()?;
        let has_value = input.parse::<Option<Token![=]>>()?.is_some();
        let value = has_value.then(|| input.parse::<LitStr>()).transpose()?;
        Ok(Option1 { name, value: value.map(|text| text.value()) })
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Options> {
        let mut options = Options::default();
        for Option1 { name, value } in Punctuated::<Option1, Token![,]>::parse_terminated(input)? {
            match name.to_string().as_str() {
                "object" => options.is_object = true,
                "constructor" => options.is_constructor = true,
                "getter" => options.is_getter = true,
                "discriminant" => options.discriminant = value,
                "discriminant_case" => options.discriminant_case = value,
                // A function without `self` is static in any case.
                "factory" | "ts_type" | "ts_args_type" | "ts_return_type" => {}
                _ => return Err(Error::new(name.span(), "#[napi] does not know this option here")),
            }
        }
        Ok(options)
    }
}

/// Takes `#[napi]` from a list of attributes; gives its options where it was there.
pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Result<Option<Options>> {
    let Some(at) = attributes.iter().position(|one| one.path().is_ident("napi")) else {
        return Ok(None);
    };
    match attributes.remove(at).meta {
        syn::Meta::Path(_) => Ok(Some(Options::default())),
        syn::Meta::List(list) => syn::parse2(list.tokens).map(Some),
        other => Err(Error::new_spanned(other, "expected #[napi] or #[napi(…)]")),
    }
}

/// `pgs_moved` as `pgsMoved`.
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = name.to_string();
    let mut words = name.trim_start_matches("r#").split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        camel + &head.to_uppercase() + tail
    })
}

/// `Straw2Bucket` as `straw_2_bucket` or `straw2bucket`.
pub(crate) fn variant_case(name: &Ident, case: Option<&str>) -> Result<String> {
    let mut text = String::new();
    for letter in name.to_string().chars() {
        let starts_word = letter.is_uppercase() || letter.is_ascii_digit();
        if starts_word && !text.is_empty() && case == Some("snake_case") {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    match case {
        Some("snake_case" | "lowercase") => Ok(text),
        _ => Err(Error::new(name.span(), "expected discriminant_case snake_case or lowercase")),
    }
}
