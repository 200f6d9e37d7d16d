//! Moving safely: a cluster's data stays where it is, or goes where it shall in stages, by commands
//! that were tried on the model first.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`plan`] | what every plan is: stages of commands, what they move, what they cannot do |
//! | [`freeze`](mod@freeze) | the upmaps with which a change moves as little as it can |
//! | `keep` | which shards of a PG the rule lets stay, and where the others go |
//! | `shards` | what a PG's data and its places differ in |
//! | `why` | why a shard cannot stay |

mod course;
pub mod differences;
pub mod drain;
mod entry;
pub mod freeze;
mod keep;
pub mod limits;
pub mod plan;
pub mod release;
mod room;
mod schedule;
mod shards;
mod steps;
mod why;

pub use differences::{CRUSH_FILE, Differences, differences};
pub use drain::{DrainGroup, drain};
pub use freeze::{Present, freeze};
pub use limits::Limits;
pub use plan::{PlanEmptied, PlanException, PlanPool, PlanReport, PlanStage, Why};
pub use release::{Aim, release};
