//! Why no cluster could be loaded.

use std::fmt;

use crushlab_crushmap::{JsonError, ReadError};

use crate::binary::DecodeError;
use crate::document_error::DocumentError;
use crate::form::Form;

/// Where in a file, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line, the first being 1.
    pub line: Option<usize>,
    /// Column, the first being 1.
    pub column: Option<usize>,
    /// Byte, the first being 0.
    pub offset: Option<usize>,
    /// Value of a document, such as `pools[1].size`.
    pub path: Option<String>,
}

/// The error behind a [`LoadError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Of a binary OSDMap.
    Binary(DecodeError),
    /// Of a CRUSH map.
    Crush(ReadError),
    /// Of JSON, YAML or plain text.
    Document(DocumentError),
}

/// Why no cluster could be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// A file is damaged or not what it seems to be.
    File {
        /// Its name.
        name: String,
        /// What it seems to be.
        form: Option<Form>,
        /// What is wrong, and where.
        problem: String,
        /// Where.
        place: Box<Place>,
        /// The error behind this one.
        cause: Option<Box<Cause>>,
    },
    /// Two files tell the same.
    Twice {
        /// The second of them.
        name: String,
        /// The first of them.
        first: String,
        /// What both are or hold.
        what: Form,
    },
    /// Two files cannot be of one cluster at one time.
    Contradiction {
        /// One of them.
        name: String,
        /// What it says.
        says: String,
        /// The other.
        other: String,
        /// What that one says.
        other_says: String,
    },
    /// No file has an OSDMap.
    NoOsdMap,
    /// There is an OSDMap without a CRUSH map.
    NoCrushMap {
        /// The file that has the OSDMap.
        name: String,
        /// What that file is.
        form: Form,
    },
}

impl LoadError {
    /// The file that is at fault, if it is one.
    pub fn file(&self) -> Option<&str> {
        match self {
            LoadError::File { name, .. }
            | LoadError::Twice { name, .. }
            | LoadError::Contradiction { name, .. }
            | LoadError::NoCrushMap { name, .. } => Some(name),
            LoadError::NoOsdMap => None,
        }
    }

    /// Where in the file, as far as it is known.
    pub fn place(&self) -> Place {
        match self {
            LoadError::File { place, .. } => (**place).clone(),
            _ => Place::default(),
        }
    }

    /// The error behind this one.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            LoadError::File { cause, .. } => cause.as_deref(),
            _ => None,
        }
    }

    pub(super) fn in_file(name: &str, form: Option<Form>, problem: impl Into<String>) -> LoadError {
        let (name, problem) = (name.to_owned(), problem.into());
        LoadError::File { name, form, problem, place: Box::default(), cause: None }
    }

    /// The error, with what the file seems to be in front of it.
    pub(super) fn within(mut self, what: &str) -> LoadError {
        if let LoadError::File { problem, .. } = &mut self {
            *problem = format!("{what}: {problem}");
        }
        self
    }

    pub(super) fn caused(name: &str, form: Option<Form>, cause: impl Into<Cause>) -> LoadError {
        let cause = cause.into();
        LoadError::File {
            name: name.to_owned(),
            form,
            problem: cause.to_string(),
            place: Box::new(cause.place()),
            cause: Some(Box::new(cause)),
        }
    }
}

impl Cause {
    fn place(&self) -> Place {
        let at_byte = |offset| Place { offset: Some(offset), ..Place::default() };
        let at = |line, column, offset| Place {
            line: Some(line),
            column: Some(column),
            offset,
            path: None,
        };
        match self {
            Cause::Binary(error) => binary_offset(error).map(at_byte).unwrap_or_default(),
            Cause::Crush(ReadError::Binary(error)) => {
                crush_offset(error).map(at_byte).unwrap_or_default()
            }
            Cause::Crush(ReadError::Text(error)) => at(error.line, error.column, None),
            Cause::Crush(ReadError::Json(JsonError::Syntax { line, column, .. })) => {
                at(*line, *column, None)
            }
            Cause::Crush(ReadError::Json(JsonError::Content { path, .. })) => {
                Place { path: Some(path.clone()), ..Place::default() }
            }
            Cause::Crush(ReadError::Unknown { offset }) => at_byte(*offset),
            Cause::Crush(_) => Place::default(),
            Cause::Document(error) => {
                let known = |number: usize| (error.line > 0).then_some(number);
                Place {
                    line: known(error.line),
                    column: known(error.column),
                    offset: error.offset,
                    path: Some(error.path.clone()).filter(|path| !path.is_empty()),
                }
            }
        }
    }
}

fn binary_offset(error: &DecodeError) -> Option<usize> {
    match error {
        DecodeError::Wire(error) => Some(error.offset),
        DecodeError::Checksum { offset, .. } => Some(*offset),
        DecodeError::Crush { offset, problem } => Some(offset + crush_offset(problem).unwrap_or(0)),
        _ => Some(0),
    }
}

fn crush_offset(error: &crushlab_crushmap::DecodeError) -> Option<usize> {
    match error {
        crushlab_crushmap::DecodeError::BadMagic { .. } => Some(0),
        crushlab_crushmap::DecodeError::Wire(error) => Some(error.offset),
        crushlab_crushmap::DecodeError::Unsound { offset, .. } => *offset,
        _ => None,
    }
}

impl From<DecodeError> for Cause {
    fn from(error: DecodeError) -> Cause {
        Cause::Binary(error)
    }
}

impl From<ReadError> for Cause {
    fn from(error: ReadError) -> Cause {
        Cause::Crush(error)
    }
}

impl From<DocumentError> for Cause {
    fn from(error: DocumentError) -> Cause {
        Cause::Document(error)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Binary(error) => error.fmt(f),
            Cause::Crush(ReadError::Unknown { offset }) => write!(
                f,
                "byte {offset}: found a byte that no text has: expected an OSDMap (ceph osd \
                 getmap), a CRUSH map (ceph osd getcrushmap), YAML, or what a ceph command prints \
                 with -f json"
            ),
            Cause::Crush(error) => error.fmt(f),
            Cause::Document(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Cause {}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::File { name, form: Some(form), problem, .. } => {
                write!(f, "{name}: {form}: {problem}")
            }
            LoadError::File { name, form: None, problem, .. } => write!(f, "{name}: {problem}"),
            LoadError::Twice { name, first, what } => write!(
                f,
                "{name}: holds a {what}, and so does {first}: expected one; leave one file out"
            ),
            LoadError::Contradiction { name, says, other, other_says } => write!(
                f,
                "{name} and {other} are not of one cluster at one time: {name} has {says}, \
                 {other} has {other_says}: record both again, one right after the other"
            ),
            LoadError::NoOsdMap => f.write_str(
                "no file holds an OSDMap: expected the output of ceph osd getmap, ceph report, \
                 or ceph osd dump -f json together with ceph osd crush dump -f json",
            ),
            LoadError::NoCrushMap { name, form } => write!(
                f,
                "{name}: {form} holds no CRUSH map: add the output of ceph osd crush dump \
                 -f json or ceph osd getcrushmap"
            ),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
