//! Recorded placements: which PGs a change can touch, and what becomes of just these.
//!
//! A mapping is a walk: it visits buckets, each visit has a winner, and devices that are reached
//! are put to the reweight test. A PG whose visits all have the same winners after a change, and
//! whose tests all come out the same, is placed the same: nothing else decides. So it is enough
//! to look for PGs with a visit or a test that comes out differently, and to place those again.
//!
//! A [`Record`] keeps what CRUSH chose for each PG (4 bytes a replica, 8 a PG), [`OsdPgs`] the PGs
//! of each OSD (4 bytes a replica). From these:
//!
//! | change | PGs that are placed again |
//! | --- | --- |
//! | reweight down, out | those that hold the OSD and whose test it fails now |
//! | reweight up, in | those that rejected the OSD and whose test it passes now |
//! | CRUSH weight up, item added | visits of that bucket where the item now beats the winner |
//! | CRUSH weight down, item removed | visits that the item won and another wins in a new draw |
//! | weights of hosts, racks and roots above | the same test in each of these buckets |
//! | weight sets, another algorithm | the same, or a new draw for each visit where they differ |
//! | an OSD stops, starts, gets an affinity | none: PGs that hold it keep the OSDs that they have |
//! | tunables, rule, size, types, several blocks | all, and `Comparison::work` says why |
//!
//! A visit needs no record where a PG never had to try twice (`regular`): then its result tells
//! all its visits (`walks`). Which PGs these are is found by placing all of them with a single try
//! for everything, when a change first asks for it; a full result had no refusal. The others are
//! placed again at any change of CRUSH weights. `Options::every_pg` looks at all PGs all the same:
//! tests compare the two.
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
