//! YAML as a JSON value. Descriptions need no anchors, tags or several documents, and aliases
//! can blow a few lines up to gigabytes; so these are refused.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::document_error::{DocumentError, offset_of};

/// Levels that a document may nest.
const DEPTH_MAX: usize = 32;

/// A sequence or mapping that is not complete yet.
enum Open {
    Sequence(Vec<Value>),
    Mapping { entries: Map<String, Value>, key: Option<String> },
}

fn error(span: Span, problem: impl Into<String>) -> DocumentError {
    DocumentError {
        line: span.start.line(),
        column: span.start.col() + 1,
        ..DocumentError::new("", problem)
    }
}

/// The error with the byte that its line and column, in characters, name.
fn with_offset(text: &str, error: DocumentError) -> DocumentError {
    let start = offset_of(text.as_bytes(), error.line, 1);
    let line = text.get(start..).unwrap_or_default();
    let within = line.char_indices().nth(error.column.saturating_sub(1));
    let offset = start + within.map_or(line.len(), |(at, _)| at);
    DocumentError { offset: (error.line > 0).then_some(offset), ..error }
}

/// Reads one document; an empty one is null.
///
/// # Errors
/// [`DocumentError`] with its place, for what is no YAML, for anchors, aliases, tags and second
/// documents, for names that come twice, and beyond 32 levels.
pub fn read(text: &str) -> Result<Value, DocumentError> {
    read_value(text).map_err(|error| with_offset(text, error))
}

fn read_value(text: &str) -> Result<Value, DocumentError> {
    let mut open: Vec<Open> = Vec::new();
    let mut whole = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|problem| {
            let at = problem.marker();
            error(Span::new(*at, *at), format!("{}: expected YAML", problem.info()))
        })?;
        let value = match event {
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor > 0 =>
            {
                return Err(error(span, "found an anchor, expected a plain value"));
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err(error(span, "found a tag, expected a plain value"));
            }
            Event::Alias(_) => {
                return Err(error(span, "found an alias, expected the value itself"));
            }
            Event::Scalar(text, style, ..) => Some(scalar(&text, style)),
            Event::SequenceStart(..) => {
                open.push(Open::Sequence(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Mapping { entries: Map::new(), key: None });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|open| match open {
                Open::Sequence(values) => Value::Array(values),
                Open::Mapping { entries, .. } => Value::Object(entries),
            }),
            Event::DocumentStart(_) if whole.is_some() => {
                return Err(error(span, "found a second document, expected one"));
            }
            _ => None,
        };
        if open.len() > DEPTH_MAX {
            return Err(error(span, format!("expected at most {DEPTH_MAX} levels")));
        }
        if let Some(value) = value {
            place(&mut open, &mut whole, value, span)?;
        }
    }
    Ok(whole.unwrap_or(Value::Null))
}

/// Puts a value where it belongs: into the innermost part that is open.
fn place(
    open: &mut [Open],
    whole: &mut Option<Value>,
    value: Value,
    span: Span,
) -> Result<(), DocumentError> {
    match open.last_mut() {
        None => *whole = Some(value),
        Some(Open::Sequence(values)) => values.push(value),
        Some(Open::Mapping { entries, key }) => match key.take() {
            None => {
                let name = match value {
                    Value::String(name) => name,
                    Value::Array(_) | Value::Object(_) => {
                        return Err(error(span, "found a list or mapping, expected a name"));
                    }
                    other => other.to_string(),
                };
                if entries.contains_key(&name) {
                    return Err(error(span, format!("found {name:?} twice, expected it once")));
                }
                *key = Some(name);
            }
            Some(key) => {
                entries.insert(key, value);
            }
        },
    }
    Ok(())
}

/// A plain scalar is what it looks like (YAML 1.2, core schema); a quoted one is a text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    if !starts {
        return None;
    }
    match text.parse::<i64>() {
        Ok(number) => Some(number.into()),
        Err(_) => Number::from_f64(text.parse().ok()?),
    }
}

/// The error with the place of the value that its path names, or of the one around it. The text may
/// be JSON, too.
pub(crate) fn with_place(text: &str, error: DocumentError) -> DocumentError {
    if error.line > 0 || error.path.is_empty() {
        return error;
    }
    let Some(start) = place_of(text, &error.path) else { return error };
    with_offset(text, DocumentError { line: start.line(), column: start.col() + 1, ..error })
}

/// A part of the document on the way to a value: how much of the path leads to it.
enum Part {
    Sequence { matched: Option<usize>, next: usize },
    Mapping { matched: Option<usize>, value: Option<usize>, is_value: bool },
}

/// Where the value of a path such as `pools[1].size` begins, or the innermost one around it.
fn place_of(text: &str, path: &str) -> Option<Marker> {
    let mut parts: Vec<Part> = Vec::new();
    let mut found = None;
    for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
        if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
            parts.pop();
            continue;
        }
        let is_node =
            matches!(event, Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..));
        if !is_node {
            continue;
        }
        let matched = match parts.last_mut() {
            None => Some(0),
            Some(Part::Sequence { matched, next }) => {
                *next += 1;
                matched.and_then(|matched| follow(path, matched, &format!("[{}]", *next - 1)))
            }
            Some(Part::Mapping { matched, value, is_value }) => {
                let was_value = std::mem::replace(is_value, !*is_value);
                if was_value {
                    *value
                } else {
                    let key = if let Event::Scalar(key, ..) = &event { key.as_ref() } else { "" };
                    let dot = if *matched == Some(0) { "" } else { "." };
                    *value = matched.and_then(|at| follow(path, at, &format!("{dot}{key}")));
                    continue;
                }
            }
        };
        if let Some(matched) = matched {
            found = Some(span.start);
            if matched == path.len() {
                break;
            }
        }
        match event {
            Event::SequenceStart(..) => parts.push(Part::Sequence { matched, next: 0 }),
            Event::MappingStart(..) => {
                parts.push(Part::Mapping { matched, value: None, is_value: false });
            }
            _ => {}
        }
    }
    found
}

/// How much of the path is gone when `step` is taken from `at` on; `None` where it leads elsewhere.
fn follow(path: &str, at: usize, step: &str) -> Option<usize> {
    let rest = path.get(at..)?.strip_prefix(step)?;
    let is_whole = rest.is_empty() || rest.starts_with(['.', '[']);
    is_whole.then(|| path.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_what_they_look_like() {
        let value = read("a: 1\nb: [true, ~, 1.5, x, \"2\"]\nc:\n  - d: -3\n").unwrap();
        assert_eq!(value, json!({"a": 1, "b": [true, null, 1.5, "x", "2"], "c": [{"d": -3}]}));
        assert_eq!(read("").unwrap(), Value::Null);
    }

    #[test]
    fn what_could_blow_up_is_refused_with_its_place() {
        for (text, line, column, problem) in [
            ("a: &x 1\n", 1, 4, "anchor"),
            ("a: 1\nb: *x\n", 2, 4, "anchor"),
            ("a: !!str 1\n", 1, 4, "tag"),
            ("a: 1\na: 2\n", 2, 1, "twice"),
            ("a: [1\n", 2, 1, "expected YAML"),
            ("--- 1\n--- 2\n", 2, 1, "second document"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
            assert!(error.problem.contains(problem), "{text}: {error}");
        }
        assert!(read(&"- ".repeat(100)).is_err());
    }

    #[test]
    fn values_are_found_by_their_paths() {
        let text = "a: 1\nb:\n  - c: [5, 6]\n    d: {e: x,\n        f: y}\n  - 7\n";
        for (path, line, column) in [
            ("a", 1, 4),
            ("b", 3, 3),
            ("b[0].c[1]", 3, 12),
            ("b[0].d.f", 5, 12),
            ("b[1]", 6, 5),
            ("b[0].d.g", 4, 8),
            ("b[0].dd", 3, 5),
            ("zz", 1, 1),
        ] {
            let error = with_place(text, DocumentError::new(path, "wrong"));
            assert_eq!((error.line, error.column), (line, column), "{path}");
            assert_eq!(error.offset, Some(offset_of(text.as_bytes(), line, column)), "{path}");
        }
        let error = with_place("{\"é\": [1, 2]}", DocumentError::new("é[1]", "wrong"));
        assert_eq!((error.column, error.offset), (11, Some(11)));
    }
}
