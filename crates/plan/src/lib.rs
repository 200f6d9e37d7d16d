//! What-if: what moves, from where to where, against the least that could.
//!
//! Everything here is a pure function.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`seeds`] | which input x stands for which PG |
//! | [`share`] | how much of a rule's data the weights ask each OSD to hold |
//! | [`change`] | what one PG's two placements differ in, and the least they could |
//! | [`command`] | what Ceph's commands do to an OSDMap |
//! | [`config`] | settings of a cluster that commands depend on |
//! | [`event`] | what happens without a command: failures, time |
//! | [`pg_num`] | how many PGs: every known method, and what measuring says |
//! | [`staging`] | how the managers bring `pg_num` to its target |
//! | [`distribution`] | PGs of each pool by OSD |
//! | [`what_if()`] | all PGs, before and after, on several threads |
//! | [`capacity`] | MAX AVAIL, room on the exact PG layout, padding, failure domains |
//! | [`growth`] | when a cluster is full, and what a purchase does about it |
//! | [`cluster`] | whole clusters: what two states of one differ in |
//! | [`index`] | recorded placements: the PGs of each OSD, and what a change touches |
//! | [`sweep`] | every failure of a kind: what it does, and whether it heals |
//! | [`copysets`] | which OSDs share data, and how many losses of several lose some |
//! | [`place_many()`] | many inputs at once, with progress |
//! | [`progress`] | how far long work is, and the wish to end it |

mod blocks;
pub mod capacity;
pub mod change;
pub mod cluster;
pub mod command;
pub mod config;
pub mod copysets;
pub mod distribution;
pub mod event;
pub mod growth;
pub mod index;
pub mod pg_num;
pub mod place_many;
pub mod progress;
pub mod seeds;
pub mod share;
pub mod staging;
pub mod sweep;
mod tally;
pub mod what_if;

pub use place_many::{Inputs, place_many};
pub use progress::Progress;
pub use seeds::Seeds;
pub use what_if::{Move, OsdLoad, Report, Scenario, WhatIfError, what_if};
