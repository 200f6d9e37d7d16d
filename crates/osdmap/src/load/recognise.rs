//! Finds out what a file is, before it is parsed.

use crushlab_crushmap::ReadError;

use super::error::LoadError;
use super::text::{CRUSH_MAGIC, Text};
use crate::describe::looks_like_yaml;
use crate::form::Form;
use crate::{json, plain};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    Binary,
    Json,
    /// For people: the plain output of a command, YAML, CRUSH map text.
    Plain,
}

/// Bytes of the smallest OSDMap: versions, length, identity, epoch.
const OSD_MAP_BYTES_MIN: usize = 26;
/// First byte of an OSDMap since Firefly: the version of its wrapper.
const WRAPPER_VERSIONS: std::ops::RangeInclusive<u8> = 7..=31;

/// Whether bytes start as a binary OSDMap does: with its version, the version that a reader must
/// know and its length; or, before Firefly, with a version of two bytes.
pub(super) fn is_osd_map(bytes: &[u8]) -> bool {
    match bytes {
        [version, compat, a, b, c, d, ..] if WRAPPER_VERSIONS.contains(version) => {
            let length = u32::from_le_bytes([*a, *b, *c, *d]);
            (1..=*version).contains(compat) && length < 1 << 30
        }
        [1..=6, 0, ..] => bytes.len() >= OSD_MAP_BYTES_MIN,
        _ => false,
    }
}

/// What a file is. What follows the value of JSON is taken off.
pub(super) fn recognise(name: &str, text: &mut Text<'_>) -> Result<(Form, Writing), LoadError> {
    let bytes = &text.bytes;
    if bytes.starts_with(&CRUSH_MAGIC) {
        return Ok((Form::CrushMap, Writing::Binary));
    }
    if is_osd_map(bytes) {
        return Ok((Form::OsdMap, Writing::Binary));
    }
    let failed = |problem: &str| Err(LoadError::in_file(name, None, problem));
    match bytes.trim_ascii_start().first() {
        None => return failed("the file is empty"),
        Some(b'{' | b'[') => {}
        Some(_) => {
            return Ok((recognise_text(name, bytes)?, Writing::Plain));
        }
    }
    let mut found = json::recognise(bytes);
    if found.is_err() && text.quote_nan(name) {
        found = json::recognise(&text.bytes);
    }
    let found = found.map_err(|error| LoadError::caused(name, None, error).within("JSON"))?;
    text.cut(name, found.end)?;
    match found.form {
        Ok(form) => Ok((form, Writing::Json)),
        Err(problem) => failed(&problem),
    }
}

fn recognise_text(name: &str, bytes: &[u8]) -> Result<Form, LoadError> {
    let unknown = |offset| LoadError::caused(name, None, ReadError::Unknown { offset });
    let text = std::str::from_utf8(bytes).map_err(|error| unknown(error.valid_up_to()))?;
    if let Some(offset) = text.find(|c: char| c.is_control() && !c.is_whitespace()) {
        return Err(unknown(offset));
    }
    if text.lines().take(100).any(plain::is_crush_line) {
        return Ok(Form::CrushMap);
    }
    match plain::recognise(text) {
        Some(Ok(form)) => return Ok(form),
        Some(Err(problem)) => return Err(LoadError::in_file(name, None, problem)),
        None => {}
    }
    if looks_like_yaml(text) {
        return Ok(Form::Description);
    }
    // What says nothing of itself is most likely the text of a CRUSH map with a mistake in it.
    Ok(Form::CrushMap)
}
