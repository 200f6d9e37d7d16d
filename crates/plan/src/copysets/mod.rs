//! Copysets: which OSDs share data, and how many losses of several OSDs at once lose some.
//!
//! A copyset is a set of OSDs that hold all copies of some data (A. Cidon et al., "Copysets:
//! reducing the frequency of data loss in cloud storage", USENIX ATC 2013). Losing `r` OSDs at
//! once loses data if they hold all copies of a PG, or more than m shards of an erasure-coded one.
//! The fewer copysets are in use, the fewer such losses do.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`sets`] | the OSDs of each PG, equal ones once |
//! | `combinations` | how many ways there are to choose |
//! | `exact` | all losses that lose data, one by one |
//! | `sample` | how many these are about, where they are too many |
//! | [`report`] | the answer |

mod combinations;
mod exact;
pub mod report;
mod sample;
pub mod sets;
#[cfg(test)]
mod tests;

pub use report::{CopysetOptions, CopysetReport, LossShare, Method, PoolCopysets, losses};
pub use sets::{LossSet, LossSets};
