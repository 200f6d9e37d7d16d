//! Finds out which form a map is in.

use crate::CrushMap;
use crate::binary::MAGIC;
use crate::error::ReadError;

impl CrushMap {
    /// Reads a map in any of its forms: binary if it starts with the number that all binary maps
    /// start with, JSON if the first character that is no white space is `{`, else text.
    ///
    /// # Errors
    /// [`ReadError`], what is wrong with it in the form it seems to have.
    pub fn read(bytes: &[u8]) -> Result<CrushMap, ReadError> {
        if bytes.starts_with(&MAGIC.to_le_bytes()) {
            return Ok(CrushMap::from_binary(bytes)?);
        }
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            return Ok(CrushMap::from_json(bytes)?);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Ok(CrushMap::from_text(text)?),
            Ok(text) => Err(ReadError::Unknown { offset: text.find('\0').unwrap_or(0) }),
            Err(error) => Err(ReadError::Unknown { offset: error.valid_up_to() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "device 0 osd.0\ntype 0 osd\ntype 1 root\nroot r { alg straw2 item osd.0 }";

    #[test]
    fn every_form_is_recognised() {
        let map = CrushMap::read(TEXT.as_bytes()).unwrap();
        let binary = map.to_binary();
        assert_eq!(CrushMap::read(&binary).unwrap().to_binary(), binary);
        let json = format!("\n {}", map.to_json());
        assert_eq!(CrushMap::read(json.as_bytes()).unwrap().to_binary(), binary);
    }

    #[test]
    fn what_is_none_of_them_is_told_by_its_form() {
        assert!(matches!(CrushMap::read(b"\0\0\x01\0"), Err(ReadError::Binary(_))));
        assert!(matches!(CrushMap::read(b" {\"buckets\": 3}"), Err(ReadError::Json(_))));
        assert!(matches!(CrushMap::read(b"device x"), Err(ReadError::Text(_))));
        assert_eq!(CrushMap::read(b"abc\xff").unwrap_err(), ReadError::Unknown { offset: 3 });
        assert_eq!(CrushMap::read(b"ab\0").unwrap_err(), ReadError::Unknown { offset: 2 });
    }
}
