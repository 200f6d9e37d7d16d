//! What happens to a cluster without a command: OSDs fail and come back, time passes.
//!
//! | file | events |
//! | --- | --- |
//! | [`target`] | which OSDs a name means |
//! | [`failure`] | OSDs go down, and come up again |
//! | [`time`] | OSDs that stay down are marked out |
//! | `mark`, `down_out` | what the monitors do of themselves then |
//! | `flag` | which flags hold for an OSD |

pub(crate) mod down_out;
pub mod failure;
mod flag;
pub(crate) mod mark;
pub mod target;
pub mod time;

pub use failure::{fail, recover};
pub use target::{TargetError, osds_of};
pub use time::{Downtime, Passed, next_out, pass_time};
