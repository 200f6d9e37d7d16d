//! How many PGs a pool should have.
//!
//! Each known method is a function of its own; [`measure`] places PGs on the map.
//!
//! The recommendation is measured: powers of two around what the target of PGs per OSD comes to are
//! placed on the map, with all OSDs that are in up and nothing upmapped. The nearest to the target
//! wins. It is doubled while that gains 1 % of the cluster's space, halved while the fullest OSD
//! passes mon_max_pg_per_osd, now or with the heaviest host lost, and left as it is today where the
//! difference is not worth a move. What upmaps reach is a bound (one PG above what the weight asks
//! for), not a simulation of the balancer, and it does not know failure domains.
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
