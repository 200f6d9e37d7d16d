//! Numbers that stand in the place of an item's id. Devices have ids from 0 on, buckets below.

/// Stands in a result for a position that no device could be found for (`CRUSH_ITEM_NONE`).
pub const NONE: i32 = 0x7fff_ffff;

/// Stands for a position that is still open while a rule runs (`CRUSH_ITEM_UNDEF`); never in a
/// result.
pub const UNDEFINED: i32 = 0x7fff_fffe;
