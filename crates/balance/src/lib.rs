//! The most even placement of PGs that the rules allow, with the fewest moves, told to Ceph by
//! upmaps.
//!
//! "One OSD in each of `k` distinct domains" is an integral flow, so both are exact: the smallest
//! largest distance of an OSD's PGs from what its weight asks for, and then the fewest moves. Rules
//! of several levels (racks, then hosts) are a flow for each level; rules of several parts (takes)
//! have a flow for each. All pools go through one flow, which also levels OSDs over all pools.
//! Bytes are no flow, as PGs differ in size: a search follows it, and a bound says what is left.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`balance`](mod@balance) | from a map to commands |
//! | [`report`] | what is answered |
//! | [`check`] | upmaps that are there |
//! | [`read`], `matching`, `affinity` | who serves reads |
//! | [`migrate`] | moving safely: data that stays, or goes in stages |
//! | [`score`] | what Ceph's balancer thinks of a distribution |
//! | [`scope`] | what may move |
//! | `take` | what a rule asks for, as trees |
//! | `target` | what OSDs should hold, and how near whole PGs come to it |
//! | `pool` | PGs as they are: which may move |
//! | `split` | upper levels of a rule |
//! | `flow` | the flow itself |
//! | `solve`, `level` | one pool; all pools together |
//! | [`Fill`], `bytes`, `bound` | how full OSDs are, made level by bytes; what is best possible |
//! | `upmap` | what is said to Ceph of a PG |
//! | `answer`, `reason` | numbers and words |

#![forbid(unsafe_code)]

mod affinity;
mod answer;
pub mod balance;
mod bound;
mod bytes;
pub mod check;
mod fill;
mod flow;
mod level;
mod matching;
pub mod migrate;
mod pool;
pub mod read;
mod reason;
pub mod report;
pub mod scope;
pub mod score;
mod solve;
mod split;
mod take;
mod target;
mod upmap;

pub use balance::{BalanceOptions, balance};
pub use check::{UpmapFinding, UpmapProblem, UpmapReport, check_upmaps};
pub use fill::Fill;
pub use read::{ReadPool, ReadReport, balance_reads};
pub use report::{BalanceError, BalanceReport, Measure, OsdBalance, PoolBalance};
pub use scope::Scope;
pub use score::{Held, Scores};
