//! How the monitors mark OSDs that fail or come back.

use crushlab_osdmap::model::{map_flag, state};

use super::flag;
use crate::command::pending::Pending;

/// Prepares what [`fail`](super::fail) does.
pub(crate) fn prepare_failure(pending: &mut Pending<'_>, osds: &[i32]) {
    let map = pending.before;
    let exist = (0i32..).take(map.max_osd()).filter(|osd| map.exists(*osd)).count();
    let mut up = (0i32..).take(map.max_osd()).filter(|osd| map.is_up(*osd)).count();
    let least = pending.config().mon_osd_min_up_ratio;
    for osd in osds.iter().copied().filter(|osd| map.is_up(*osd)) {
        if flag::holds(map, osd, map_flag::NODOWN, state::NODOWN) {
            pending.note(format!("osd.{osd} stays up in the map: nodown is set"));
        } else if (up as f32 / exist as f32) < least {
            pending.note(format!("osd.{osd} stays up in the map: too few OSDs would be up"));
        } else {
            pending.change_state(osd, 0, state::UP);
            pending.note(format!("osd.{osd} is down"));
            pending.propose();
            up = up.saturating_sub(1);
        }
    }
}

/// Prepares what [`recover`](super::recover) does.
pub(crate) fn prepare_recovery(pending: &mut Pending<'_>, osds: &[i32]) {
    let (map, config) = (pending.before, pending.config());
    for osd in osds.iter().copied().filter(|osd| map.exists(*osd) && !map.is_up(*osd)) {
        if flag::holds(map, osd, map_flag::NOUP, state::NOUP) {
            pending.note(format!("osd.{osd} stays down: noup is set"));
            continue;
        }
        if map.osd_state(osd) & state::DESTROYED != 0 {
            pending.note(format!("osd.{osd} stays down: it is destroyed"));
            continue;
        }
        let bits = map.osd_state(osd);
        let comes_in = config.mon_osd_auto_mark_in
            || (config.mon_osd_auto_mark_auto_out_in && bits & state::AUTOOUT != 0)
            || (config.mon_osd_auto_mark_new_in && bits & state::NEW != 0);
        pending.change_state(osd, state::UP, state::STOP);
        if comes_in && !flag::holds(map, osd, map_flag::NOIN, state::NOIN) {
            let weight = crate::command::weight_when_in(pending, osd);
            pending.set_osd_weight(osd, weight);
        }
        pending.note(format!("osd.{osd} is up"));
        pending.propose();
    }
}
