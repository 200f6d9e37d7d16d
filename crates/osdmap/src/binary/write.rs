//! Writing the bytes.

use crushlab_wire::Writer;

use super::client::write_client;
use super::daemon::write_daemon;
use super::parts::write_frame;
use super::{CHECKSUM_START, CHECKSUM_VERSION, checksum};
use crate::model::OsdMap;

/// Where a frame's length is, and how many bytes its head has.
const LENGTH_AT: std::ops::Range<usize> = 2..6;

impl OsdMap {
    /// Writes the binary map, each part in the version that it was read in, or as 16.2 (Pacific)
    /// does. A map that was read and not changed gives the bytes that were read, but for those from
    /// before Firefly, which are written as Firefly does.
    ///
    /// # Panics
    /// A list has 2^32 entries or more, or the map 2^32 bytes or more, which the form cannot hold.
    pub fn to_binary(&self) -> Vec<u8> {
        let encoding = &self.encoding;
        let crush = self.crush.to_binary();
        let crush = match &encoding.crush {
            Some(as_read) if as_read.rewritten == crush => &as_read.bytes,
            _ => &crush,
        };
        let mut writer = Writer::new();
        writer.u8(encoding.wrapper.version);
        writer.u8(encoding.wrapper.compat);
        writer.u32(0);
        write_frame(&mut writer, &encoding.client, |writer| {
            write_client(writer, encoding.client.version, self, crush);
        });
        write_frame(&mut writer, &encoding.osd, |writer| {
            write_daemon(writer, encoding.osd.version, self);
        });
        let mut bytes = writer.into_bytes();

        // The checksum covers the length, so the length has to be known first.
        let has_checksum = encoding.wrapper.version >= CHECKSUM_VERSION;
        let checksum_bytes = if has_checksum { size_of::<u32>() } else { 0 };
        let length = bytes.len() - LENGTH_AT.end + checksum_bytes + encoding.wrapper.tail.len();
        let length = u32::try_from(length).expect("the format holds fewer than 2^32 bytes");
        bytes[LENGTH_AT].copy_from_slice(&length.to_le_bytes());
        if has_checksum {
            let head = checksum(CHECKSUM_START, &bytes);
            let crc = checksum(head, &encoding.wrapper.tail);
            bytes.extend_from_slice(&crc.to_le_bytes());
        }
        bytes.extend_from_slice(&encoding.wrapper.tail);
        bytes
    }
}
