//! Whole clusters: the OSDMap, and where it places objects and PGs.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`model`] | `OsdMap`, `Pool`, `PgId`: everything a cluster's map holds |
//! | [`cluster`], [`load`], [`form`] | a map and its data, from files of any kind |
//! | `anonymous` | a cluster without the names that tell whose it is |
//! | `binary` | the bytes of `ceph osd getmap` and `osdmaptool` |
//! | `describe` | clusters described in YAML or JSON, which need not exist |
//! | [`yaml`] | YAML as a JSON value, for descriptions and scenarios |
//! | [`units`] | sizes in words: TiB, TB |
//! | `json`, `plain` | what `ceph osd dump`, `ceph report` and others print, as JSON or text |
//! | `state_file` | a whole cluster in one file of our own |
//! | [`mapping`] | object to PG to raw to up to acting |
//! | [`stats`] | data per PG and pool, sizes of OSDs |
//! | [`warning`] | what is to be said of the files |
//! | [`limits`] | how large a map that is read may be |

mod anonymous;
mod binary;
pub mod cluster;
mod describe;
mod document_error;
pub mod form;
mod json;
pub mod limits;
pub mod load;
pub mod mapping;
pub mod model;
mod osd_df;
mod osd_tree;
mod pg_dump;
mod plain;
mod state_file;
pub mod stats;
pub mod units;
pub mod warning;
pub mod yaml;

pub use binary::DecodeError;
pub use cluster::{Cluster, Missing, PgData, Source, Sources};
pub use describe::{describe, describe_value};
pub use document_error::DocumentError;
pub use form::Form;
pub use load::{Cause, Input, LoadError, Loaded, Place};
pub use mapping::{
    BlockMapper, BlockWorkspace, PgMapping, PgWorkspace, PoolMapper, PoolMapping, map_pool,
    map_pool_placed,
};
pub use model::{OsdMap, PgId, Pool};
pub use stats::{OsdPgCounts, OsdStats, PgCounts, PgStats, PoolStats, UsedParts};
pub use warning::Warning;
