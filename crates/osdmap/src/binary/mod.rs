//! The binary form: what `ceph osd getmap` and `osdmaptool` write (`OSDMap::encode`).
//!
//! The map is a frame that holds two: what clients have to know, and what only OSDs have to know.
//! Each part has a version of its own. The reader takes every version from Firefly to Tentacle and
//! keeps what it does not know, and the form before Firefly; the writer writes each part in the
//! version that it was read in, so that a map that was not changed gives the same bytes.

mod address;
mod classic;
mod client;
mod daemon;
mod error;
mod parts;
mod pool;
mod pool_write;
mod read;
mod write;

pub use error::DecodeError;

/// The checksum at the end: CRC-32C (Castagnoli), which Ceph does not invert at its end.
fn checksum(start: u32, bytes: &[u8]) -> u32 {
    !crc32c::crc32c_append(!start, bytes)
}

/// What the checksum starts with.
const CHECKSUM_START: u32 = u32::MAX;

/// From this version on a checksum ends the map.
const CHECKSUM_VERSION: u8 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_cephs_and_can_be_continued() {
        assert_eq!(checksum(CHECKSUM_START, b"123456789"), 0x1cf9_6d7c);
        assert_eq!(checksum(checksum(CHECKSUM_START, b"1234"), b"56789"), 0x1cf9_6d7c);
    }
}
