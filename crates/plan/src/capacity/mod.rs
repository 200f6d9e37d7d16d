//! How much can be stored: as Ceph says it, and as the exact PG layout has it.
//!
//! Ceph's MAX AVAIL supposes that an OSD gets the part of the data that its CRUSH weight asks for.
//! What it really gets depends on the PGs that are there, so everything else here counts PGs.
//!
//! MAX AVAIL is Ceph's own sum, in its own single precision. Everything else comes from a
//! [`layout`]: for each pool, the bytes that each OSD takes for each byte stored, by the up sets of
//! the PGs that there are and the share of the hashes that falls into each. Room until a limit is a
//! division by it.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`subject`] | the state of a cluster that is asked about |
//! | [`pool_data`] | what a pool holds, how much of it is lost for the moment |
//! | [`max_avail`] | MAX AVAIL as `ceph df` gives it, the OSD that limits it, perfect balance |
//! | [`layout`] | what a byte stored in a pool takes of each OSD |
//! | [`room`] | how much can be written until the first OSD reaches a limit |
//! | [`object_size`] | padding of objects: stripes, allocation units |
//! | [`domains`] | what failure domains of unequal size can hold at most |
//! | [`usable`] | what CRUSH makes of them, measured |
//! | [`report`] | all of it for every pool |

pub mod domains;
pub mod error;
pub mod layout;
pub mod max_avail;
pub mod object_size;
pub mod pool_data;
pub mod report;
pub mod room;
pub mod subject;
pub mod usable;

pub use domains::{RuleDomains, Shortage};
pub use error::CapacityError;
pub use layout::{Layout, PoolLayout};
pub use max_avail::{RuleAvail, intact_ratio, max_avail_bytes, raw_used_rate, rule_avail};
pub use object_size::{ObjectSizes, Overhead, Redundancy};
pub use pool_data::PoolData;
pub use report::{
    CapacityOptions, CapacityReport, PoolCapacity, capacity, pool_max_avail_bytes,
    units_of_capacity,
};
pub use room::{LevelRoom, Room};
pub use subject::Subject;
pub use usable::Usable;
