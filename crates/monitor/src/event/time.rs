//! Time passes: OSDs that stay down are marked out.

use crushlab_osdmap::OsdMap;

use crate::config::Context;
use crate::monitor::Monitor;

pub use super::down_out::{Downtime, next_out};

/// What came of time that passed.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The map afterwards. Its epoch is one higher if anything changed: OSDs that went out at
    /// different times count as one change.
    pub map: OsdMap,
    /// For how long OSDs have been down now.
    pub downtime: Downtime,
    /// What happened when, and what was kept from happening.
    pub notes: Vec<String>,
}

/// Lets time pass: OSDs that are down and in are marked out after `mon_osd_down_out_interval`,
/// unless `noout` holds, a whole subtree of `mon_osd_down_out_subtree_limit` is down, or too few
/// OSDs would be in (`OSDMonitor::tick`, `can_mark_out`).
pub fn pass_time(map: &OsdMap, downtime: &Downtime, seconds: u64, context: &Context) -> Passed {
    let mut downtime = downtime.clone();
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.pass_time(&mut downtime, seconds);
    Passed { map: monitor.into_map(), downtime, notes }
}
