//! OSDs go down, and come up again.

use crushlab_osdmap::OsdMap;

use crate::command::Applied;
use crate::config::Context;
use crate::monitor::Monitor;

/// OSDs fail: the monitors mark them down, unless `nodown` holds for one, or too few would be up
/// (`OSDMonitor::can_mark_down`). Those that are down already stay so.
///
/// That enough other OSDs report the failure is taken for granted.
pub fn fail(map: &OsdMap, osds: &[i32], context: &Context) -> Applied {
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.fail(osds);
    Applied::after(monitor, notes)
}

/// OSDs come back: they are up, unless `noup` holds for one, and in again if they were marked out
/// automatically or are new, unless `noin` holds (`OSDMonitor::prepare_boot`).
pub fn recover(map: &OsdMap, osds: &[i32], context: &Context) -> Applied {
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.recover(osds);
    Applied::after(monitor, notes)
}
