//! Errors on their way to JavaScript.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crushlab_crush::effort::Effort;
use crushlab_crushmap::{DecodeError, JsonError, ReadError, TargetError, TextError};

/// What went wrong: a stable code, a text for people and, where known, the place.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Byte of a binary input, from 0.
    pub(crate) offset: Option<usize>,
    /// Line and column of a text input, from 1.
    pub(crate) line_and_column: Option<Box<(usize, usize)>>,
    /// The file that is at fault.
    pub(crate) path: Option<Box<str>>,
    /// Value of a document, such as `pools[1].size`.
    pub(crate) value_path: Option<Box<str>>,
    /// What to do about it.
    pub(crate) hint: Option<Box<Box<str>>>,
    /// Index of the change that is at fault, of several.
    pub(crate) change: Option<u32>,
    /// The error behind this one.
    pub(crate) cause: Option<Box<Failure>>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl ToString) -> Failure {
        Failure { code, message: message.to_string(), ..Failure::default() }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Failure {
        let hint = error.hint().map(|hint| Box::new(hint.into_boxed_str()));
        Failure { hint, ..Failure::new("unknown_item", error) }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Failure {
        let offset = match &error {
            DecodeError::BadMagic { .. } => Some(0),
            DecodeError::Wire(error) => Some(error.offset),
            DecodeError::Unsound { offset, .. } => *offset,
            _ => None,
        };
        Failure { offset, ..Failure::new("invalid_binary", error) }
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Failure {
        let line_and_column = Some(Box::new((error.line, error.column)));
        Failure { line_and_column, ..Failure::new("invalid_text", error) }
    }
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Failure {
        let line_and_column = match &error {
            JsonError::Syntax { line, column, .. } => Some(Box::new((*line, *column))),
            _ => None,
        };
        Failure { line_and_column, ..Failure::new("invalid_json", error) }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        let message = error.to_string();
        let failure = match error {
            ReadError::Binary(error) => Failure::from(error),
            ReadError::Text(error) => Failure::from(error),
            ReadError::Json(error) => Failure::from(error),
            ReadError::Unknown { offset } => {
                Failure { offset: Some(offset), ..Failure::new("unknown_format", "") }
            }
            _ => Failure::new("unknown_format", ""),
        };
        Failure { message, ..failure }
    }
}

/// Runs `work` so that a bug in it becomes an error instead of the end of the process.
pub(crate) fn guarded<T>(
    work: impl FnOnce() -> std::result::Result<T, Failure>,
) -> std::result::Result<T, Failure> {
    guarded_with(Effort::default(), work)
}

/// The same with another limit of work for each mapping; that of the thread is used where it is in
/// an effort already ([`Progress::enter`](crushlab_compare::Progress::enter)).
pub(crate) fn guarded_with<T>(
    effort: Effort,
    work: impl FnOnce() -> std::result::Result<T, Failure>,
) -> std::result::Result<T, Failure> {
    let effort = Effort::current().unwrap_or_else(|| Arc::new(effort));
    let _entered = Effort::enter(Some(Arc::clone(&effort)));
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic_text(panic.as_ref());
        Err(Failure::new("internal", format!("a bug in crushlab: {text}")))
    });
    // Mappings cannot fail, but what they gave is worth nothing then.
    if effort.is_exhausted() { Err(Failure::new("too_much_work", TOO_MUCH_WORK)) } else { done }
}

const TOO_MUCH_WORK: &str = "a rule does not come to an end: one input was tried for a very long \
     time in vain; lower choose_total_tries, the local tries, or the set_choose_tries steps and \
     counts of the rule";

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no details")
}
