//! What can be wrong with bytes.

use std::fmt;

use crushlab_wire::WireError;

/// Why bytes are not a binary OSDMap.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// A form from before 2012.
    Classic {
        /// The version that the first two bytes give.
        version: u16,
    },
    /// A field cannot be read.
    Wire(WireError),
    /// The checksum does not fit the bytes: they were changed.
    Checksum {
        /// Offset of the checksum.
        offset: usize,
        /// The checksum that is there.
        found: u32,
        /// The checksum of the bytes.
        expected: u32,
    },
    /// The CRUSH map in it cannot be read.
    Crush {
        /// Offset of the CRUSH map, to which offsets in `problem` are to be added.
        offset: usize,
        /// What is wrong with it.
        problem: crushlab_crushmap::DecodeError,
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
            DecodeError::Classic { version } => write!(
                f,
                "byte 0: version {version}, from before 2012: expected 6 or later; export \
                 the map from a newer cluster"
            ),
            DecodeError::Wire(error) => error.fmt(f),
            DecodeError::Checksum { offset, found, expected } => write!(
                f,
                "byte {offset}: crc: found 0x{found:08x}, expected 0x{expected:08x}, the checksum \
                 of the bytes: the map was damaged; export it again"
            ),
            DecodeError::Crush { offset, problem } => {
                write!(f, "crush, which starts at byte {offset}: {problem}")
            }
        }
    }
}

impl std::error::Error for DecodeError {}
