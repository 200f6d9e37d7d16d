//! Recorded placements: which PGs a change can touch, and what becomes of just these.
//!
//! A mapping is a walk: it visits buckets, each visit has a winner, and devices that are reached
//! are put to the reweight test. A PG whose visits all have the same winners after a change, and
//! whose tests all come out the same, is placed the same: nothing else decides. So it is enough
//! to look for PGs with a visit or a test that comes out differently, and to place those again.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`conditions`] | everything that placements follow from but their inputs |
//! | [`osd_pgs`] | the PGs of each OSD |
//! | [`record`] | placements that were recorded; what changes when conditions do |
//! | [`affected`] | which PGs can change, or why it may be all |
//! | `block` | rules of a single block |
//! | `rejections` | which PGs rejected which OSDs |
//! | `walks`, `regular` | the visits of PGs that never had to try twice, told from their results |
//! | `bucket_change`, `visits`, `screen` | which visits of a bucket another item wins |

pub mod affected;
mod block;
mod bucket_change;
pub mod conditions;
pub mod osd_pgs;
pub mod record;
mod regular;
mod rejections;
mod screen;
mod visits;
mod walks;

pub use affected::{Affected, EveryPg};
pub use conditions::Conditions;
pub use osd_pgs::OsdPgs;
pub use record::{Changes, Record};
