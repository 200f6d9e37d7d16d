//! What stands around the value of a file: byte order marks, prompts, status lines.
//!
//! Lines that are skipped are overwritten with spaces, so that lines, columns and bytes in errors
//! are those of the file; but a byte order mark and what is in front of a binary map are not
//! counted.

use std::borrow::Cow;

use super::error::LoadError;
use crate::describe::looks_like_yaml;
use crate::plain;
use crate::warning::{Warning, code};

/// Lines in front of a value, or after it, that may be skipped.
const SKIPPED_LINES_MAX: usize = 50;
/// Longest line that is shown.
const SHOWN_CHARACTERS: usize = 60;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The number that all binary CRUSH maps start with.
pub(super) const CRUSH_MAGIC: [u8; 4] = [0, 0, 1, 0];

/// A file as it is to be read.
pub(super) struct Text<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) warnings: Vec<Warning>,
}

/// Takes off what is in front of a file's value, and makes UTF-8 of UTF-16.
pub(super) fn clean<'a>(name: &str, bytes: &'a [u8]) -> Result<Text<'a>, LoadError> {
    let mut text = Text { bytes: Cow::Borrowed(bytes), warnings: Vec::new() };
    if let Some(is_big_endian) = utf16_order(bytes) {
        text.bytes = Cow::Owned(from_utf16(name, bytes, is_big_endian)?);
        let message = format!("{name}: is UTF-16; it was read as UTF-8, and bytes are counted so");
        text.warnings.push(Warning::new(code::CONVERTED_TEXT, message));
    }
    if text.bytes.starts_with(UTF8_MARK) {
        text.drop_start(UTF8_MARK.len());
        let message = format!("{name}: skipped the byte order mark at its start");
        text.warnings.push(Warning::new(code::SKIPPED_TEXT, message));
    }
    if let Some(start) = binary_start(&text.bytes) {
        let shown = shown(text.bytes.get(..start).unwrap_or_default());
        text.drop_start(start);
        let place = "in front of its value, from which bytes are counted";
        text.warnings.push(skipped(name, place, &shown));
    } else if let Some(start) = json_start(&text.bytes) {
        let shown = shown(text.bytes.get(..start).unwrap_or_default());
        text.blank(0, start);
        text.warnings.push(skipped(name, "in front of its value", &shown));
    }
    Ok(text)
}

impl Text<'_> {
    /// Takes off what follows the value of a JSON document that ends at `end`.
    pub(super) fn cut(&mut self, name: &str, end: usize) -> Result<(), LoadError> {
        let rest = self.bytes.get(end..).unwrap_or_default();
        if rest.trim_ascii().is_empty() {
            return Ok(());
        }
        let is_status = rest.len() <= SKIPPED_LINES_MAX * 200
            && std::str::from_utf8(rest).is_ok_and(|rest| {
                rest.lines().count() <= SKIPPED_LINES_MAX && !rest.contains(['{', '}', '\0'])
            });
        let shown = shown(rest);
        if !is_status {
            let error = crate::DocumentError::new("", format!("found {shown:?} after the value"));
            let after = end + rest.len() - rest.trim_ascii_start().len();
            let mut error = error.at_offset(&self.bytes, after);
            error.problem += ", expected the end: one file holds one output";
            return Err(LoadError::caused(name, None, error));
        }
        let length = self.bytes.len();
        self.blank(end, length);
        self.warnings.push(skipped(name, "after its value", &shown));
        Ok(())
    }

    /// Makes texts of `nan` and `inf`, which old releases print as numbers and JSON has not.
    /// Whether there were any.
    pub(super) fn quote_nan(&mut self, name: &str) -> bool {
        let mut places = Vec::new();
        let (mut in_text, mut at) = (false, 0);
        while let Some(byte) = self.bytes.get(at) {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let word = [&b"-nan"[..], b"nan", b"-inf", b"inf"];
            let word = word.into_iter().find(|word| !in_text && rest.starts_with(word));
            match (byte, word) {
                (b'\\', _) if in_text => at += 1,
                (b'"', _) => in_text = !in_text,
                (_, Some(word)) => {
                    places.push((at, at + word.len() - 1));
                    at += word.len() - 1;
                }
                _ => {}
            }
            at += 1;
        }
        let Some((first, _)) = places.first().copied() else { return false };
        let bytes = self.bytes.to_mut();
        for (start, end) in places {
            bytes[start..=end].fill(b'-');
            bytes[start] = b'"';
            bytes[end] = b'"';
        }
        let message =
            format!("{name}: byte {first}: found nan or inf, which is no number: left out");
        self.warnings.push(Warning::new(code::NOT_A_NUMBER, message));
        true
    }

    fn drop_start(&mut self, length: usize) {
        match &mut self.bytes {
            Cow::Borrowed(bytes) => *bytes = bytes.get(length..).unwrap_or_default(),
            Cow::Owned(bytes) => drop(bytes.drain(..length.min(bytes.len()))),
        }
    }

    fn blank(&mut self, start: usize, end: usize) {
        let bytes = self.bytes.to_mut();
        let part = bytes.get_mut(start..end).unwrap_or_default();
        part.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
}

fn skipped(name: &str, place: &str, shown: &str) -> Warning {
    Warning::new(code::SKIPPED_TEXT, format!("{name}: skipped what stands {place}: {shown:?}"))
}

/// The first line of what was skipped.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..1000.min(bytes.len())).unwrap_or_default());
    let line = text.trim().lines().next().unwrap_or_default().to_owned();
    let more = if text.trim().lines().count() > 1 { " ..." } else { "" };
    format!("{}{more}", line.chars().take(SHOWN_CHARACTERS).collect::<String>())
}

/// Whether the bytes are UTF-16, with or without its mark; and its order.
fn utf16_order(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xfe, 0xff, ..] => Some(true),
        [0xff, 0xfe, ..] => Some(false),
        // Without a mark JSON and the text of commands start with ASCII.
        [0, first, 0, second, ..] if is_text(*first) && is_text(*second) => Some(true),
        [first, 0, second, 0, ..] if is_text(*first) && is_text(*second) => Some(false),
        _ => None,
    }
}

fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn from_utf16(name: &str, bytes: &[u8], is_big_endian: bool) -> Result<Vec<u8>, LoadError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let unit = if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
    let mut text = String::with_capacity(bytes.len());
    let mut offset = 0;
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let wrong = |_| {
            let problem = format!("byte {offset}: found half a character, expected UTF-16");
            LoadError::in_file(name, None, problem)
        };
        let found = decoded.map_err(wrong)?;
        text.push(found);
        offset += 2 * found.len_utf16();
    }
    if !rest.is_empty() {
        let problem = format!("byte {offset}: found half a character: the file is cut off");
        return Err(LoadError::in_file(name, None, problem));
    }
    Ok(text.into_bytes())
}

/// Where a binary map begins that follows what `ceph osd getmap` and `getcrushmap` say of it.
fn binary_start(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().take(80).position(|byte| *byte == b'\n')?;
    let (line, map) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    let line = std::str::from_utf8(line).ok()?.trim();
    let is_number = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let is_status = is_number || line.starts_with("got ") && line.contains("map");
    let is_map = map.starts_with(&CRUSH_MAGIC) || super::recognise::is_osd_map(map);
    (is_status && is_map).then_some(end + 1)
}

/// Where JSON begins that has lines in front of it: a prompt, a status line.
fn json_start(bytes: &[u8]) -> Option<usize> {
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        return None;
    }
    let mut start = 0;
    for (count, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let text = std::str::from_utf8(line).ok().filter(|text| !text.contains('\0'))?;
        let is_other = plain::is_crush_line(text) || looks_like_yaml(text);
        if count == SKIPPED_LINES_MAX || is_other {
            return None;
        }
        let trimmed = text.trim();
        let rest = trimmed.strip_prefix(['{', '[']).map(str::trim_start);
        let is_json = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', '{', '}']));
        if is_json {
            return (start > 0).then_some(start);
        }
        start += line.len();
    }
    None
}
