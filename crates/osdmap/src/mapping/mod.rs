//! From objects to PGs, and from PGs to OSDs.
//!
//! | step | what happens (`OSDMap::_pg_to_up_acting_osds`) |
//! | --- | --- |
//! | raw | what CRUSH chooses, without OSDs that do not exist |
//! | up | upmaps applied, without OSDs that are down; the primary by affinity |
//! | acting | pg_temp and primary_temp where they are set, else up |
//!
//! In replicated pools the OSDs behind a missing one move up. In erasure-coded pools a missing one
//! leaves a hole, [`NONE`](crushlab_crush::NONE). Where these have EC optimizations (Tentacle and
//! later), pg_temp lists the shards that may lead a PG first, and its first OSD is the primary.

mod batch;
mod block;
mod object;
mod pg;
mod shard_order;

pub use batch::{PoolMapping, map_pool, map_pool_placed};
pub use block::{BlockMapper, BlockWorkspace};
pub use object::{Access, Location, ObjectName};
pub use pg::{MappingError, PgMapping, PgWorkspace, PoolMapper};

/// Stands for a primary where there is none.
pub const NO_OSD: i32 = -1;
