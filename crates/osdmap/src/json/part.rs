//! Reading a document, or a value inside of one, with the place of what is wrong.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::document_error::{DocumentError, offset_of};
use crate::yaml::with_place;

/// A value of a document, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    document: &'a [u8],
    value: &'a [u8],
    /// Bytes before the value.
    start: usize,
    /// Name of the field that it is, or empty for the document itself.
    field: &'static str,
}

/// Reads a document into `T`.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DocumentError> {
    Part::of(bytes).read()
}

impl<'a> Part<'a> {
    /// The document itself.
    pub(super) fn of(document: &'a [u8]) -> Part<'a> {
        Part { document, value: document, start: 0, field: "" }
    }

    /// A field of the document, as serde_json found it there.
    pub(super) fn field(self, field: &'static str, value: &'a RawValue) -> Part<'a> {
        let value = value.get().as_bytes();
        let start = (value.as_ptr() as usize).saturating_sub(self.document.as_ptr() as usize);
        Part { document: self.document, value, start, field }
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        self.value
    }

    /// Reads the value. Where it does not fit, it is read once more to find the path.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, DocumentError> {
        serde_json::from_slice(self.value).map_err(|plain| {
            let mut deserializer = serde_json::Deserializer::from_slice(self.value);
            let error = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
                Err(error) => DocumentError::at_path(error.path().to_string(), error.inner()),
                Ok(_) => DocumentError::at_path(String::new(), &plain),
            };
            let offset = self.start + offset_of(self.value, error.line, error.column);
            self.below(error).at_offset(self.document, offset)
        })
    }

    /// The error of a value in this part, with its path in the document and, where the path leads
    /// to it, the place.
    pub(super) fn locate(self, error: DocumentError) -> DocumentError {
        let error = self.below(error);
        let error = DocumentError { line: 0, column: 0, offset: None, ..error };
        with_place(&String::from_utf8_lossy(self.document), error)
    }

    fn below(self, error: DocumentError) -> DocumentError {
        let path = match (self.field, error.path.as_str()) {
            ("", path) => path.to_owned(),
            (field, "") => field.to_owned(),
            (field, path) if path.starts_with('[') => format!("{field}{path}"),
            (field, path) => format!("{field}.{path}"),
        };
        DocumentError { path, ..error }
    }
}
