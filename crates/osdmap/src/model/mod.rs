//! The OSDMap: every field that the binary form holds.
//!
//! Everything is public and nothing is checked: readers check what they read, and a mapping takes
//! an OSD or a rule that does not exist for what it is. Fields have Ceph's names.

mod address;
mod clients;
mod encoding;
mod interval_set;
mod names;
mod osd;
mod osd_map;
mod pg_id;
mod pool;
mod pool_option;
mod time;
mod unknown;

pub use crushlab_crushmap::Release;
pub use crushlab_crushmap::release::{RELEASES, release_number};

pub use address::{Address, AddressForm, Addresses};
pub use encoding::{CrushAsRead, Encoding, Frame};
pub use interval_set::IntervalSet;
pub use names::{MAP_FLAG_NAMES, NEW_CRUSH_TYPES, POOL_FLAG_NAMES, STATE_NAMES};
pub use osd::{Osd, OsdInfo, OsdXinfo, Uuid, state};
pub use osd_map::{OsdMap, Stretch, map_flag};
pub use pg_id::PgId;
pub use pool::{MergeMeta, Pool, PoolSnap, pool_flag, stable_mod};
pub use pool_option::{PoolOption, option_key};
pub use time::Time;
pub use unknown::UnknownPart;

/// Reweight or primary affinity of 1 in 16.16 (`CEPH_OSD_IN`).
pub const FULL_WEIGHT: u32 = 0x10000;
