//! Reading the bytes.

use crushlab_crushmap::CrushMap;
use crushlab_wire::{Reader, WireError};

use super::classic::{CLASSIC_VERSION, read_classic};
use super::client::{CrushBytes, read_client};
use super::daemon::read_daemon;
use super::parts::read_frame;
use super::{CHECKSUM_START, CHECKSUM_VERSION, DecodeError, checksum};
use crate::model::{CrushAsRead, Frame, OsdMap};

/// Newest versions whose fields are known; later ones may add some.
const WRAPPER_VERSION: u8 = 8;
const CLIENT_VERSION: u8 = 10;
const DAEMON_VERSION: u8 = 12;
/// First version of the wrapper; smaller numbers are versions of the form before it.
const FIRST_WRAPPER_VERSION: u8 = 7;

impl OsdMap {
    /// Reads a binary map of any release since 2012. What a release after Tentacle may have added
    /// is kept as it is; [`unknown_parts`](OsdMap::unknown_parts) tells of it.
    ///
    /// # Errors
    /// [`DecodeError`]: the bytes are cut short or were changed, or a field is not what it must
    /// be; with the offset.
    pub fn from_binary(bytes: &[u8]) -> Result<OsdMap, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut map = OsdMap::default();
        if let [version, _, ..] = *bytes
            && version < FIRST_WRAPPER_VERSION
        {
            let version = reader.u16("version")?;
            if version != CLASSIC_VERSION {
                return Err(DecodeError::Classic { version });
            }
            let crush = read_classic(&mut reader, &mut map)?;
            return map.with_crush(&crush);
        }
        let version = reader.u8("version")?;
        let compat = reader.u8("compat")?;
        if compat > WRAPPER_VERSION {
            let found = format!("version {version} asks for a reader of version {compat}");
            let problem = format!("{found}: expected at most {WRAPPER_VERSION}");
            return Err(WireError::new(1, "compat", problem).into());
        }
        let length = reader.count(1, "length")?;
        let mut parts = reader.part(length, "map")?;
        reader.finish("map")?;

        let (crush, client) =
            read_frame(&mut parts, CLIENT_VERSION, "client data", |reader, version| {
                read_client(reader, version, &mut map)
            })?;
        let ((), daemon) =
            read_frame(&mut parts, DAEMON_VERSION, "osd data", |reader, version| {
                read_daemon(reader, version, &mut map)
            })?;
        let mut wrapper = Frame::new(version, compat);
        if version >= CHECKSUM_VERSION {
            let offset = parts.offset();
            let found = parts.u32("crc")?;
            wrapper.tail = parts.bytes(parts.remaining(), "map")?.to_vec();
            let before = bytes.get(..offset).unwrap_or_default();
            let expected = checksum(checksum(CHECKSUM_START, before), &wrapper.tail);
            if found != expected {
                return Err(DecodeError::Checksum { offset, found, expected });
            }
        } else {
            wrapper.tail = parts.bytes(parts.remaining(), "map")?.to_vec();
        }

        map.encoding.wrapper = wrapper;
        map.encoding.client = client;
        map.encoding.osd = daemon;
        map.with_crush(&crush)
    }

    /// The map with its CRUSH map read.
    fn with_crush(mut self, crush: &CrushBytes<'_>) -> Result<OsdMap, DecodeError> {
        let (read, unknown_bytes) = CrushMap::decode(crush.bytes)
            .map_err(|problem| DecodeError::Crush { offset: crush.offset, problem })?;
        self.crush = read;
        let rewritten = self.crush.to_binary();
        if rewritten != crush.bytes {
            let bytes = crush.bytes.to_vec();
            self.encoding.crush = Some(CrushAsRead { bytes, unknown_bytes, rewritten });
        }
        Ok(self)
    }
}
