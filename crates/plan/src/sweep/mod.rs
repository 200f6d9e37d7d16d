//! Failure sweep: every OSD, host or rack fails in turn, and pairs of them.
//!
//! Each failure is what `ceph osd down`, and then `out`, do to all OSDs of a domain: which PGs are
//! short of copies right away, what is to be rebuilt, how full the others get, and what cannot be
//! healed, since a rule finds no OSD or there is no room. The numbers are those of
//! [`compare`](crushlab_compare) for the same change.
//!
//! Only PGs that have to do with the failed OSDs are looked at: those that CRUSH chose one of them
//! for, and those that upmaps, pg_temp or data elsewhere tie to one. Numbers of the whole cluster
//! are those of the start with the differences of these PGs. Rules that may choose an OSD without
//! showing it in their result (several blocks that do not fit the size, MSR) are placed in full.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`domain`] | what fails as a whole |
//! | [`failure`] | which failures are gone through: all, or a sample of pairs |
//! | `start`, `pool`, `rule` | the cluster before anything fails; which PGs failures change |
//! | `evaluate`, `look` | one failure, one PG |
//! | `flows`, [`short`] | what comes to OSDs, PGs that lack OSDs |
//! | [`outcome`], [`report`], [`interval`] | the answer, and how sure it is |
//! | [`requirement`] | what a cluster is required to survive |
//! | `run` | going through all failures, on several threads |

pub mod domain;
mod evaluate;
pub mod failure;
mod flows;
pub mod interval;
mod look;
pub mod outcome;
mod pool;
pub mod report;
pub mod requirement;
mod rule;
mod run;
pub mod short;
mod start;
#[cfg(test)]
mod tests;
pub(crate) mod workers;

pub use crushlab_compare::TooFull;
pub use domain::{Domain, DomainError, domain_types, domains};
pub use failure::Pairs;
pub use interval::{CONFIDENCE, Share};
pub use outcome::{Fullest, NUMBERS, Number, Outcome, Verdict};
pub use report::{Failure, SweepReport, Tally, TypeSweep, VerdictShare};
pub use requirement::{Check, Condition, Requirement, RequirementError};
pub use run::{Ask, FAILURES_MAX, Options, SweepError, sweep, units_to_sweep};
pub use short::ShortPgs;
