//! How many PGs a pool should have.
//!
//! Each known method is a function of its own; [`measure`] places PGs on the map.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`classic`], [`classic_keep_lower`], [`table`] | rules of Ceph's documentation |
//! | [`pgcalc`], [`pgcalc_preset`], [`pgcalc_output`] | the calculator on Ceph's site |
//! | [`autoscaler`], `autoscaler_root` | the manager's pg_autoscaler |
//! | [`measure`], `candidates`, [`moved`] | PGs placed on the map, and what a change moves |
//! | [`recommend`], `choose`, `percent`, `reason` | which number, and why |
//! | [`report`] | the answer |
//! | [`release`] | what releases differ in |
//! | [`plan`], `pool_text` | clusters that do not exist yet |
//! | [`power_of_two`] | the ways in which they round |

pub mod autoscaler;
mod autoscaler_root;
mod candidates;
mod choose;
pub mod classic;
pub mod classic_keep_lower;
pub mod measure;
pub mod moved;
mod percent;
pub mod pgcalc;
pub mod pgcalc_output;
pub mod pgcalc_preset;
pub mod plan;
mod pool_text;
pub mod power_of_two;
mod reason;
pub mod recommend;
pub mod release;
pub mod report;
pub mod table;

pub use plan::{Plan, PlanError, PlannedPool, PoolSettings, planned_cluster};
pub use recommend::{PgNumError, PgNumRequest, UNITS, recommend};
pub use release::ReleaseLimits;
pub use report::PgNumReport;
