//! Little-endian reading and writing as Ceph encodes: integers, strings, counted lists and
//! versioned frames.
//!
//! A [`Reader`] never looks past the bytes it was given, knows its offset in the whole input, and
//! checks every count against the bytes that are left before anyone allocates for it. A
//! [`WireError`] names the offset, the field and what was expected there.
//!
//! ```
//! use crushlab_wire::{Reader, Writer};
//!
//! let mut writer = Writer::new();
//! writer.u32(2);
//! writer.text("osd");
//! let bytes = writer.into_bytes();
//!
//! let mut reader = Reader::new(&bytes);
//! assert_eq!(reader.u32("type id")?, 2);
//! assert_eq!(reader.text("type name")?, "osd");
//! reader.finish("type")?;
//! # Ok::<(), crushlab_wire::WireError>(())
//! ```

mod error;
mod reader;
mod writer;

pub use error::WireError;
pub use reader::Reader;
pub use writer::Writer;
