//! Whole clusters: the OSDMap, and where it places objects and PGs.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`model`] | `OsdMap`, `Pool`, `PgId`: everything a cluster's map holds |
//! | `binary` | the bytes of `ceph osd getmap` and `osdmaptool` |
//! | [`mapping`] | object to PG to raw to up to acting |
//! | [`limits`] | how large a map that is read may be |

mod binary;
pub mod limits;
pub mod mapping;
pub mod model;

pub use binary::DecodeError;
pub use mapping::{PgMapping, PgWorkspace, PoolMapper, PoolMapping, map_pool};
pub use model::{OsdMap, PgId, Pool};
