//! What Ceph's commands, failures and time do to an OSDMap, and what monitors refuse.
//!
//! Everything here is a pure function from one map to the next, and a [`Monitor`] takes many such
//! steps on one map of its own.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`command`] | what Ceph's commands do to an OSDMap |
//! | [`config`] | settings of a cluster that commands depend on |
//! | [`monitor`] | one map that commands and events change one after another |
//! | [`event`] | what happens without a command: failures, time |
//! | [`staging`], `adjust_pgs` | how the managers bring `pg_num` to its target |
//! | [`pg_check`] | the monitor's limit of PGs per OSD |

mod adjust_pgs;
pub mod command;
pub mod config;
pub mod event;
mod incremental;
pub mod monitor;
pub mod pg_check;
pub mod staging;

pub use monitor::Monitor;
