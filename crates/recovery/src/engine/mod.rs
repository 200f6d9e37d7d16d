//! A cluster in time: events, one after another.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `state` | PGs, slots, devices, and what is planned |
//! | `run` | the loop: what happens next |
//! | `interval` | another map: who serves PGs, and what they have to copy |
//! | `reserve` | slots: asked for, granted, taken away |
//! | `copying` | data on its way: what it takes, how far it is |
//! | `space` | room on OSDs: used, promised, given back |
//! | `record` | what is noted |

mod copying;
mod interval;
pub(crate) mod record;
mod reserve;
mod run;
mod space;
pub(crate) mod state;

pub use record::Counts;
