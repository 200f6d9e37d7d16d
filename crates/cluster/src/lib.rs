//! A cluster as a value: its map, what is known of its data, its settings, and for how long its
//! OSDs have been down. It never changes: a change gives another one, which shares all that stayed.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`cluster`] | [`Cluster`]: made from files or a plan, saved and read back whole |
//! | [`change`] | Ceph's commands, failures, time: the cluster after them |
//! | [`simulate`](mod@simulate) | several changes in turn, each compared with the one before |
//! | [`settled`] | the cluster when all data has moved that can |
//! | [`rebase`] | the data of a cluster, told by the PGs of another map |
//! | [`outlook`] | what a cluster's PGs are, what they become, and what that comes to |
//! | [`recovery`] | how its data moves in time, while things happen |
//! | [`migrate`] | plans to move safely |
//! | [`balanced`] | its PGs evened out, and the space that this wins |
//! | [`ask`] | questions that take more of it than its map and its counts |
//! | [`verdict`] | one sentence and how bad it is, for a cluster and for each question |
//!
//! Questions take a cluster from here: [`Cluster::subject`] is what capacity and growth ask about,
//! [`Cluster::state`] and [`Cluster::data`] what comparisons and sweeps start from.

#![forbid(unsafe_code)]

pub mod ask;
pub mod balanced;
pub mod change;
pub mod cluster;
pub mod migrate;
pub mod outlook;
pub mod rebase;
pub mod recovery;
pub mod settled;
pub mod simulate;
pub mod verdict;

pub use change::{Change, ChangeError};
pub use cluster::{Cluster, Snapshot, StateError};
pub use outlook::Outlook;
pub use recovery::{FollowError, Moment, Recovery, RecoveryOptions};
pub use simulate::{Simulation, Step, simulate};
pub use verdict::{Severity, Verdict};
