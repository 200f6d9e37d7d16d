//! What can be wrong with a map that is read.

use std::fmt;

use crushlab_crush::BuildError;
use crushlab_wire::WireError;

/// Why bytes are not a binary CRUSH map.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes do not start with the number that all binary CRUSH maps start with.
    BadMagic {
        /// The first four bytes as a number.
        found: u32,
    },
    /// A field cannot be read.
    Wire(WireError),
    /// Everything can be read, but it is no map that could be used.
    Unsound {
        /// Offset of the bucket that is at fault, if one is.
        offset: Option<usize>,
        /// What is wrong.
        problem: BuildError,
    },
}

impl From<WireError> for DecodeError {
    fn from(error: WireError) -> DecodeError {
        DecodeError::Wire(error)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::BadMagic { found } => write!(
                f,
                "byte 0: not a binary CRUSH map: it starts with 0x{found:08x}, expected 0x00010000"
            ),
            DecodeError::Wire(error) => error.fmt(f),
            DecodeError::Unsound { offset: Some(offset), problem } => {
                write!(f, "byte {offset}: {problem}")
            }
            DecodeError::Unsound { offset: None, problem } => problem.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {}

/// The bucket that is at fault, if one is.
pub(crate) fn bucket_at_fault(problem: &BuildError) -> Option<i32> {
    use BuildError::*;
    match problem {
        BucketIdNotNegative { bucket }
        | BucketIdTooLow { bucket }
        | DuplicateBucketId { bucket }
        | BucketInWrongSlot { bucket, .. }
        | BucketOfDeviceType { bucket }
        | UnknownItem { bucket, .. }
        | Cycle { bucket }
        | TooDeep { bucket }
        | WrongTypeOrder { bucket, .. }
        | WeightOverflow { bucket }
        | UnequalUniformWeights { bucket, .. }
        | WrongLength { bucket, .. }
        | TooManyItems { bucket, .. }
        | UnknownAlgorithm { bucket, .. } => Some(*bucket),
        _ => None,
    }
}

/// Why a text is not a CRUSH map, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// Line, the first being 1.
    pub line: usize,
    /// Column in characters, the first being 1.
    pub column: usize,
    /// What was found and what was expected.
    pub problem: String,
    /// The line, or as much of it as is near the column, and below it a caret at the column.
    pub excerpt: String,
}

/// Characters of a line that an excerpt shows in front of the column, and in all.
const EXCERPT_BEFORE: usize = 60;
const EXCERPT_LENGTH: usize = 90;

impl TextError {
    /// An error at a byte offset of a text.
    pub(crate) fn new(text: &str, offset: usize, problem: impl Into<String>) -> TextError {
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = after.find('\n').map_or(text.len(), |newline| offset + newline);
        let line = text.get(line_start..line_end).unwrap_or_default();
        let column = text.get(line_start..offset).unwrap_or_default().chars().count();

        let skipped = column.saturating_sub(EXCERPT_BEFORE);
        let shown: String = line
            .chars()
            .skip(skipped)
            .take(EXCERPT_LENGTH)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let caret = " ".repeat(column - skipped);
        TextError {
            line: before.matches('\n').count() + 1,
            column: column + 1,
            problem: problem.into(),
            excerpt: format!("{}\n{caret}^", shown.trim_end()),
        }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}, column {}: {}", self.line, self.column, self.problem)?;
        f.write_str(&self.excerpt)
    }
}

impl std::error::Error for TextError {}

/// Why JSON is not a CRUSH map, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// It is not JSON.
    Syntax {
        /// Line, the first being 1.
        line: usize,
        /// Column, the first being 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// It is JSON, but not that of a CRUSH map.
    Content {
        /// Which value, such as `buckets[3].items[0].weight`; empty for all of it.
        path: String,
        /// What was found and what was expected.
        problem: String,
    },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::Syntax { line, column, problem } => {
                write!(f, "line {line}, column {column}: {problem}: expected JSON")
            }
            JsonError::Content { path, problem } if path.is_empty() => f.write_str(problem),
            JsonError::Content { path, problem } => write!(f, "{path}: {problem}"),
        }
    }
}

impl std::error::Error for JsonError {}

/// Why bytes are not a CRUSH map in the form they seem to have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// It looks like a binary map.
    Binary(DecodeError),
    /// It looks like a text.
    Text(TextError),
    /// It looks like JSON.
    Json(JsonError),
    /// It looks like nothing that is known.
    Unknown {
        /// Offset of the first byte that no text has.
        offset: usize,
    },
}

impl From<DecodeError> for ReadError {
    fn from(error: DecodeError) -> ReadError {
        ReadError::Binary(error)
    }
}

impl From<TextError> for ReadError {
    fn from(error: TextError) -> ReadError {
        ReadError::Text(error)
    }
}

impl From<JsonError> for ReadError {
    fn from(error: JsonError) -> ReadError {
        ReadError::Json(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Binary(error) => write!(f, "binary CRUSH map: {error}"),
            ReadError::Text(error) => write!(f, "CRUSH map text: {error}"),
            ReadError::Json(error) => write!(f, "CRUSH map JSON: {error}"),
            ReadError::Unknown { offset } => write!(
                f,
                "byte {offset}: found a byte that no text has, expected a CRUSH map: binary \
                 (ceph osd getcrushmap), text (crushtool -d) or JSON (ceph osd crush dump)"
            ),
        }
    }
}

impl std::error::Error for ReadError {}

/// Why the shadow trees of device classes could not be made. What was made until then stays, as
/// it does in Ceph.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShadowError {
    /// A bucket has no name to derive its shadows' names from.
    UnnamedBucket {
        /// The bucket.
        bucket: i32,
    },
    /// A bucket that holds a shadowed bucket does not exist.
    MissingBucket {
        /// The bucket.
        bucket: i32,
    },
    /// A uniform bucket's shadow starts with weight 0 and takes no item of another weight
    /// (builder.c, `crush_add_uniform_bucket_item`).
    UniformBucket {
        /// The bucket that has no shadow for this reason.
        bucket: i32,
    },
    /// The shadow could not be put into the map: its id is taken, or it cannot hold its items.
    Build(BuildError),
}

impl From<BuildError> for ShadowError {
    fn from(error: BuildError) -> ShadowError {
        ShadowError::Build(error)
    }
}

impl fmt::Display for ShadowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShadowError::UnnamedBucket { bucket } => write!(
                f,
                "bucket {bucket} has no name: expected one, to name its device class shadow by"
            ),
            ShadowError::MissingBucket { bucket } => {
                write!(f, "bucket {bucket} does not exist, so it cannot be shadowed")
            }
            ShadowError::UniformBucket { bucket } => write!(
                f,
                "uniform bucket {bucket} cannot be split by device class: expected algorithm \
                 straw2 (or list, tree, straw) for a bucket of devices with classes"
            ),
            ShadowError::Build(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ShadowError {}
