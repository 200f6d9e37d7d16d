//! YAML as a JSON value. Descriptions need no anchors, tags or several documents, and aliases
//! can blow a few lines up to gigabytes; so these are refused.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::document_error::DocumentError;

/// Levels that a document may nest.
const DEPTH_MAX: usize = 32;

/// A sequence or mapping that is not complete yet.
enum Open {
    Sequence(Vec<Value>),
    Mapping { entries: Map<String, Value>, key: Option<String> },
}

fn error(span: Span, problem: impl Into<String>) -> DocumentError {
    DocumentError {
        path: String::new(),
        line: span.start.line(),
        column: span.start.col() + 1,
        problem: problem.into(),
    }
}

/// Reads one document.
pub(super) fn read(text: &str) -> Result<Value, DocumentError> {
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
}
