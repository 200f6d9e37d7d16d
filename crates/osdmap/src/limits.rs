//! Limits that keep a short input from asking for gigabytes, all far above any cluster.

/// Most OSD ids that a map may have when it is read.
pub const MAX_OSDS: usize = crushlab_crushmap::MAX_IDS;

/// Most OSDs that may be listed for one PG: the largest size that a pool can have.
pub const MAX_PG_OSDS: usize = u8::MAX as usize;

/// Most PGs of all pools, each counted as often as it has replicas or shards.
pub const MAX_PG_SHARDS: u64 = 1 << 26;
