//! What Ceph's commands, failures and time do to an OSDMap, and what monitors refuse.
//!
//! Everything here is a pure function from one map to the next.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`command`] | what Ceph's commands do to an OSDMap |
//! | [`config`] | settings of a cluster that commands depend on |
//! | [`event`] | what happens without a command: failures, time |
//! | [`staging`] | how the managers bring `pg_num` to its target |
//! | [`pg_check`] | the monitor's limit of PGs per OSD |

pub mod command;
pub mod config;
pub mod event;
pub mod pg_check;
pub mod staging;
