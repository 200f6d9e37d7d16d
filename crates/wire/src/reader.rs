//! Reading.

use crate::WireError;

/// Reads values one after the other from bytes.
///
/// Every read takes the field's name for the error; wrap errors of nested fields with
/// [`WireError::inside`].
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// One method per number: its width is all they differ in.
macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $number:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// Too few bytes are left.
        pub fn $name(&mut self, field: &str) -> Result<$number, WireError> {
            match self.bytes.split_first_chunk() {
                Some((head, tail)) => {
                    self.bytes = tail;
                    self.offset += head.len();
                    Ok(<$number>::from_le_bytes(*head))
                }
                None => Err(self.too_short(field, size_of::<$number>())),
            }
        }
    )*};
}

impl<'a> Reader<'a> {
    /// A reader of a whole input.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, offset: 0 }
    }

    /// Where in the whole input the next byte is.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.bytes.len()
    }

    /// Whether no bytes are left.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    numbers! {
        /// An unsigned byte.
        u8: u8;
        /// Two bytes, unsigned.
        u16: u16;
        /// Four bytes, unsigned.
        u32: u32;
        /// Eight bytes, unsigned.
        u64: u64;
        /// Four bytes, signed.
        i32: i32;
        /// Eight bytes, signed.
        i64: i64;
        /// Four bytes, a float.
        f32: f32;
    }

    /// A number of variable length (`denc_varint`): 7 bits a byte, the low ones first; the highest
    /// bit of a byte says that another one follows.
    ///
    /// # Errors
    /// Too few bytes are left, or the number is longer than it has to be or than 64 bits.
    pub fn variable_u64(&mut self, field: &str) -> Result<u64, WireError> {
        let at = self.offset;
        let mut value = 0u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.u8(field)?;
            let bits = u64::from(byte & 0x7f);
            let shifted = bits << shift;
            if shifted >> shift != bits || byte == 0 && shift > 0 {
                break;
            }
            value |= shifted;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        let problem = "found no number of variable length: expected up to 64 bits, in as few \
                       bytes as they need";
        Err(WireError::new(at, field, problem))
    }

    /// The next `length` bytes as they are.
    ///
    /// # Errors
    /// Too few bytes are left.
    pub fn bytes(&mut self, length: usize, field: &str) -> Result<&'a [u8], WireError> {
        match self.bytes.split_at_checked(length) {
            Some((head, tail)) => {
                self.bytes = tail;
                self.offset += length;
                Ok(head)
            }
            None => Err(self.too_short(field, length)),
        }
    }

    /// A u32 count of entries that take at least `entry_bytes` each. A count that the bytes left
    /// cannot hold is refused, so that the result is safe to allocate for.
    ///
    /// # Errors
    /// Too few bytes are left.
    pub fn count(&mut self, entry_bytes: usize, field: &str) -> Result<usize, WireError> {
        let at = self.offset;
        let count = self.u32(field)?;
        self.check_count(at, u64::from(count), entry_bytes, field)
    }

    /// Refuses a count, read at offset `at`, of entries of at least `entry_bytes` each if the
    /// bytes left cannot hold them.
    ///
    /// # Errors
    /// Too few bytes are left.
    pub fn check_count(
        &self,
        at: usize,
        count: u64,
        entry_bytes: usize,
        field: &str,
    ) -> Result<usize, WireError> {
        let left = self.remaining();
        let most = left / entry_bytes.max(1);
        match usize::try_from(count) {
            Ok(count) if count <= most => Ok(count),
            _ => Err(WireError::new(
                at,
                field,
                format!(
                    "{count} {} are announced, and {left} bytes follow: the file is cut off or \
                     damaged",
                    if entry_bytes == 1 { "bytes" } else { "entries" },
                ),
            )),
        }
    }

    /// The next `length` bytes as UTF-8.
    ///
    /// # Errors
    /// Too few bytes are left, or they are not UTF-8.
    pub fn text_of(&mut self, length: usize, field: &str) -> Result<&'a str, WireError> {
        let at = self.offset;
        let bytes = self.bytes(length, field)?;
        std::str::from_utf8(bytes).map_err(|error| {
            let bad = error.valid_up_to();
            let byte = bytes.get(bad).copied().unwrap_or_default();
            WireError::new(at + bad, field, format!("byte 0x{byte:02x}: expected UTF-8 text"))
        })
    }

    /// A u32 length and as many bytes of UTF-8.
    ///
    /// # Errors
    /// Too few bytes are left, or they are not UTF-8.
    pub fn text(&mut self, field: &str) -> Result<&'a str, WireError> {
        let length = self.count(1, field)?;
        self.text_of(length, field)
    }

    /// A reader of the next `length` bytes alone, which this one skips.
    ///
    /// # Errors
    /// Too few bytes are left.
    pub fn part(&mut self, length: usize, field: &str) -> Result<Reader<'a>, WireError> {
        let offset = self.offset;
        Ok(Reader { bytes: self.bytes(length, field)?, offset })
    }

    /// A versioned frame: u8 version, u8 oldest version a reader must know, u32 length. Returns
    /// the version and a reader of the frame's bytes; unknown tails may be left unread there.
    ///
    /// # Errors
    /// The frame demands a reader of a version above `known`, or too few bytes are left.
    pub fn frame(&mut self, known: u8, field: &str) -> Result<(u8, Reader<'a>), WireError> {
        let version = self.u8(field)?;
        let at = self.offset;
        let compat = self.u8(field)?;
        if compat > known {
            return Err(WireError::new(
                at,
                field,
                format!(
                    "version {version} asks for a reader of version {compat}: expected at \
                         most {known}"
                ),
            ));
        }
        let length = self.count(1, field)?;
        Ok((version, self.part(length, field)?))
    }

    /// Ends reading; nothing may be left.
    ///
    /// # Errors
    /// Bytes are left.
    pub fn finish(self, field: &str) -> Result<(), WireError> {
        if self.is_empty() {
            return Ok(());
        }
        let left = self.remaining();
        Err(WireError::new(self.offset, field, format!("{left} more bytes: expected the end")))
    }

    fn too_short(&self, field: &str, needed: usize) -> WireError {
        let left = self.remaining();
        WireError::new(self.offset, field, format!("{left} bytes left: expected {needed} or more"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_little_endian() {
        let mut reader = Reader::new(&[1, 2, 3, 0xfe, 0xff, 0xff, 0xff, 9, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(reader.u8("a"), Ok(1));
        assert_eq!(reader.u16("b"), Ok(0x0302));
        assert_eq!(reader.i32("c"), Ok(-2));
        assert_eq!(reader.i64("d"), Ok(9));
        assert_eq!(reader.finish("all"), Ok(()));
    }

    #[test]
    fn a_short_read_says_where_and_how_much() {
        let mut reader = Reader::new(&[0, 0, 0]);
        reader.u8("first").unwrap();
        let error = reader.u32("weight").unwrap_err().inside("items[2]").inside("buckets[1]");
        assert_eq!(
            error.to_string(),
            "byte 1: buckets[1].items[2].weight: 2 bytes left: expected 4 or more"
        );
    }

    #[test]
    fn a_count_beyond_the_bytes_is_refused_at_its_own_offset() {
        let mut reader = Reader::new(&[9, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3, 4]);
        reader.u8("x").unwrap();
        let error = reader.count(4, "items").unwrap_err();
        assert_eq!(error.offset, 1);
        assert!(error.problem.starts_with("2147483647 entries are announced"), "{error}");
    }

    #[test]
    fn text_names_the_byte_that_is_not_utf8() {
        let mut reader = Reader::new(&[3, 0, 0, 0, b'a', 0xff, b'b']);
        let error = reader.text("name").unwrap_err();
        assert_eq!((error.offset, error.path.as_str()), (5, "name"));
    }

    #[test]
    fn a_frame_hides_what_follows_it_and_its_own_tail_may_stay_unread() {
        let bytes = [7, 2, 3, 0, 0, 0, 1, 2, 3, 0xaa];
        let mut reader = Reader::new(&bytes);
        let (version, mut frame) = reader.frame(2, "pool").unwrap();
        assert_eq!((version, frame.u8("type"), frame.offset()), (7, Ok(1), 7));
        assert_eq!(frame.u32("more").unwrap_err().offset, 7);
        assert_eq!(reader.u8("after"), Ok(0xaa));
        assert!(Reader::new(&bytes).frame(1, "pool").is_err());
    }

    #[test]
    fn finish_refuses_what_is_left() {
        let error = Reader::new(&[0]).finish("map").unwrap_err();
        assert_eq!(error.to_string(), "byte 0: map: 1 more bytes: expected the end");
    }
}
