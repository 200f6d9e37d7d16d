//! Recovery in time: which PG copies when, at which pace, and who keeps it waiting.
//!
//! A simulation of events over PGs. OSDs fail, are marked down and out; PGs peer in a random order,
//! take a slot of their primary and then of every OSD that they are copied to, in Ceph's order of
//! priorities; what copies at the same time shares devices, networks and the pace of primaries.
//! The same is done for several orders and rates, and the answer is a range.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`course`] | what happens when, and what each PG starts from |
//! | [`rates`] | what devices, networks and clients are taken to do |
//! | `settings` | Ceph's settings, with the defaults of releases |
//! | `priority` | who comes first |
//! | `reserver` | slots of an OSD |
//! | `sources` | what is read for what is lost |
//! | `mclock` | what a scheduler gives to which class of work |
//! | `sharing` | who goes how fast |
//! | [`engine`] | the simulation |
//! | [`run`] | several orders and rates |
//! | `critical` | who held up the last PG |
//! | [`report`], [`what_if`] | the answer, and what something else would give |
//! | [`assumption`], [`warning`] | what it was reckoned with, and how certain that is |

#![forbid(unsafe_code)]

pub mod assumption;
pub mod course;
mod critical;
pub mod engine;
pub mod error;
mod mclock;
mod priority;
pub mod rates;
pub mod report;
mod reserver;
pub mod run;
mod settings;
mod sharing;
mod sources;
pub mod warning;
pub mod what_if;

pub use assumption::Assumption;
pub use course::Stage;
pub use error::RecoveryError;
pub use rates::{DeviceKind, DeviceRates, Rates};
pub use report::{Bottleneck, BottleneckKind, CurvePoint, OsdFill, Range, RecoveryReport};
pub use run::{Options, simulate};
pub use settings::HEARTBEAT_GRACE_SECONDS;
pub use warning::RecoveryWarning;
pub use what_if::Gain;
