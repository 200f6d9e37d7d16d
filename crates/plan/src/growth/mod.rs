//! When a cluster is full, and what a purchase does about it.
//!
//! Pools grow month by month; each byte goes where the PGs that there are put it. The first OSD
//! that reaches a limit gives the date, not the average. Once for the cluster as it is, and once
//! for the cluster that has lost its worst failure domain and healed.
//!
//! Each OSD's use is a line with a slope for each pool, so a date is where the first of these lines
//! meets a limit. A lost failure domain only moves the PGs that have one of its OSDs; each domain
//! is lost once, and gives lines of its own. Changes are Ceph's own commands, run on one monitor,
//! which also count what they move; a device that is replaced is filled anew, and a pool that moves
//! to erasure code is written once more.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`demand`] | how much each pool grows |
//! | [`change`] | hosts that are added, OSDs that are replaced, pools that move to erasure code |
//! | `apply` | what becomes of a cluster by them: Ceph's commands |
//! | `state` | a cluster with its data, as it is or as it would be |
//! | `spread` | what the pools take of each OSD |
//! | `failure` | the same after the loss of a failure domain |
//! | [`course`] | month by month, and when a limit is reached |
//! | [`balance`] | how evenly OSDs are filled, by their sizes |
//! | [`report`] | all of it for each plan |

mod apply;
pub mod balance;
pub mod change;
pub mod course;
pub mod demand;
pub mod error;
mod failure;
pub mod report;
mod spread;
mod state;

pub use balance::{Balance, SizeGroup};
pub use change::{Change, HostToAdd, OsdsToAdd, ToErasure};
pub use course::{Course, Crossing};
pub use demand::{Growth, PoolGrowth};
pub use error::GrowthError;
pub use report::{
    GrowthOptions, GrowthReport, Limit, Limits, MonthRow, PlanReport, Whereabouts, grow,
    units_to_grow,
};

#[cfg(test)]
mod tests;
