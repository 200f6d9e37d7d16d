//! Whole clusters: the OSDMap, and where it places objects and PGs.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`model`] | `OsdMap`, `Pool`, `PgId`: everything a cluster's map holds |

pub mod model;

pub use model::{OsdMap, PgId, Pool};
