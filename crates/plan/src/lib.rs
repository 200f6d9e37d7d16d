//! What-if: what moves, from where to where, against the least that could.
//!
//! Everything here is a pure function.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`pg_num`] | how many PGs: every known method, and what measuring says |
//! | [`distribution`] | PGs of each pool by OSD |
//! | [`what_if()`] | all PGs, before and after, on several threads |
//! | [`capacity`] | MAX AVAIL, room on the exact PG layout, padding, failure domains |
//! | [`growth`] | when a cluster is full, and what a purchase does about it |
//! | [`sweep`] | every failure of a kind: what it does, and whether it heals |
//! | [`copysets`] | which OSDs share data, and how many losses of several lose some |

pub mod capacity;
pub mod copysets;
pub mod distribution;
pub mod growth;
pub mod pg_num;
pub mod sweep;
mod tally;
pub mod what_if;

pub use what_if::{Move, OsdLoad, Report, Scenario, WhatIfError, what_if};
