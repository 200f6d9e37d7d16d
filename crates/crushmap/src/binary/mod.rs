//! The binary map: what `ceph osd getcrushmap` and `crushtool -o` write.
//!
//! Layout after `CrushWrapper::encode` and `decode`: header, buckets by slot, rules by id, three
//! maps of names, then groups that later releases added, each there only if bytes are left.

mod read;
mod write;

/// The number that every binary map starts with (`CRUSH_MAGIC`).
pub(crate) const MAGIC: u32 = 0x0001_0000;
