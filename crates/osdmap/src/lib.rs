//! Whole clusters: the OSDMap, and where it places objects and PGs.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`model`] | `OsdMap`, `Pool`, `PgId`: everything a cluster's map holds |
//! | [`cluster`], [`load`], [`form`] | a map with what is known of the data, from files of any kind |
//! | `binary` | the bytes of `ceph osd getmap` and `osdmaptool` |
//! | `json` | what `ceph osd dump`, `ceph report` and others print |
//! | [`mapping`] | object to PG to raw to up to acting |
//! | [`stats`] | data per PG and pool, sizes of OSDs |
//! | [`limits`] | how large a map that is read may be |

mod binary;
pub mod cluster;
pub mod form;
mod json;
pub mod limits;
pub mod load;
pub mod mapping;
pub mod model;
pub mod stats;

pub use binary::DecodeError;
pub use cluster::{Cluster, Missing, PgData};
pub use form::Form;
pub use json::JsonError;
pub use load::{Input, LoadError, Loaded};
pub use mapping::{PgMapping, PgWorkspace, PoolMapper, PoolMapping, map_pool};
pub use model::{OsdMap, PgId, Pool};
pub use stats::{OsdStats, PgStats, PoolStats};
