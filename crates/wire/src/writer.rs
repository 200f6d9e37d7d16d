//! Writing.

/// Collects values one after the other as bytes.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $number:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, value: $number) {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    )*};
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Writer {
        Writer::default()
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
    pub fn variable_u64(&mut self, mut value: u64) {
        while value > 0x7f {
            self.u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.u8(value as u8);
    }

    /// Bytes as they are, without a length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The u32 length of a list; the format holds no longer ones.
    ///
    /// # Panics
    /// There are 2^32 or more, which no list in memory that came from this format can have.
    pub fn count(&mut self, count: usize) {
        let count = u32::try_from(count).expect("the format's lists hold fewer than 2^32 entries");
        self.u32(count);
    }

    /// A u32 length and the bytes of the text.
    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes(text.as_bytes());
    }

    /// A versioned frame around what `body` writes: u8 version, u8 oldest version a reader must
    /// know, u32 length.
    pub fn frame(&mut self, version: u8, compat: u8, body: impl FnOnce(&mut Writer)) {
        let mut inner = Writer::new();
        body(&mut inner);
        self.u8(version);
        self.u8(compat);
        self.count(inner.bytes.len());
        self.bytes(&inner.bytes);
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reader;

    #[test]
    fn numbers_of_variable_length_take_as_few_bytes_as_they_need() {
        for (value, length) in [(0, 1), (127, 1), (128, 2), (1 << 14, 3), (u64::MAX, 10)] {
            let mut writer = Writer::new();
            writer.variable_u64(value);
            let bytes = writer.into_bytes();
            assert_eq!(bytes.len(), length, "{value}");
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.variable_u64("shards"), Ok(value));
            assert!(reader.is_empty());
            assert!(Reader::new(&bytes[..length - 1]).variable_u64("shards").is_err());
        }
        let longer_than_64_bits = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2];
        for bytes in [longer_than_64_bits.as_slice(), &[0x80; 11], &[0x81, 0]] {
            let error = Reader::new(bytes).variable_u64("shards").unwrap_err();
            assert_eq!((error.offset, error.path.as_str()), (0, "shards"));
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut writer = Writer::new();
        writer.frame(3, 1, |frame| {
            frame.i64(-5);
            frame.text("rack");
        });
        writer.f32(0.5);
        let bytes = writer.into_bytes();
        assert_eq!(bytes.len(), 6 + 8 + 8 + 4);

        let mut reader = Reader::new(&bytes);
        let (version, mut frame) = reader.frame(1, "frame").unwrap();
        assert_eq!(version, 3);
        assert_eq!(frame.i64("a"), Ok(-5));
        assert_eq!(frame.text("b"), Ok("rack"));
        assert_eq!(frame.finish("frame"), Ok(()));
        assert_eq!(reader.f32("c"), Ok(0.5));
    }
}
