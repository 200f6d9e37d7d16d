//! What a map was written as, so that it can be written so again.

use crushlab_crushmap::Release;

/// Version of a part of the binary form, and what follows the fields that are known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Version that the part was written as. Fields of later versions are not written.
    pub version: u8,
    /// Oldest version that a reader must know.
    pub compat: u8,
    /// What a later release put behind the fields, as it was read.
    pub tail: Vec<u8>,
}

impl Frame {
    /// A part without unknown fields.
    pub const fn new(version: u8, compat: u8) -> Frame {
        Frame { version, compat, tail: Vec::new() }
    }
}

/// Versions of the parts of a binary OSDMap. The default is what 16.2 (Pacific) writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Everything; a checksum ends it from version 8 on.
    pub wrapper: Frame,
    /// What clients have to know: up to 3 before Luminous, 6 Luminous, 7 Mimic, 9 Nautilus to
    /// Quincy, 10 since Reef.
    pub client: Frame,
    /// What only OSDs have to know: 1 before Luminous, 5 Luminous, 6 Mimic, 9 since Nautilus.
    pub osd: Frame,
    /// The CRUSH map as it was read, if it would be written differently now.
    pub crush: Option<CrushAsRead>,
}

impl Default for Encoding {
    fn default() -> Encoding {
        Encoding {
            wrapper: Frame::new(8, 7),
            client: Frame::new(9, 1),
            osd: Frame::new(9, 1),
            crush: None,
        }
    }
}

impl Encoding {
    /// The version of what clients have to know that a map has whose OSDs must be of this release.
    pub const fn client_version(require_osd_release: u8) -> u8 {
        Release::of_number(require_osd_release).osd_map_client_version()
    }
}

/// The bytes of a CRUSH map of another release than the writer's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrushAsRead {
    /// The bytes that were read.
    pub bytes: Vec<u8>,
    /// How many of them, at the end, are of a later release and not known.
    pub unknown_bytes: usize,
    /// What the writer makes of the same map. While it still does, the map has not changed, and
    /// `bytes` are written instead.
    pub rewritten: Vec<u8>,
}
