//! How the monitors mark OSDs out that stay down.

use std::collections::BTreeMap;

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{map_flag, state};

use super::flag;
use crate::command::pending::Pending;
use crate::config::Config;

/// For how many seconds OSDs have been down while in, as the monitors count it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Downtime(BTreeMap<i32, u64>);

impl Downtime {
    /// The same from seconds by OSD.
    pub fn of(seconds: impl IntoIterator<Item = (i32, u64)>) -> Downtime {
        Downtime(seconds.into_iter().collect())
    }

    /// Seconds by OSD, by rising id.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        self.0.iter().map(|(osd, seconds)| (*osd, *seconds))
    }
}

/// Seconds until an OSD that is down now would be marked out, if nothing else happens until then;
/// `None` where none will be.
pub fn next_out(map: &OsdMap, downtime: &Downtime, config: &Config) -> Option<u64> {
    let waits = |osd: &i32| !map.is_up(*osd) && map.is_in(*osd) && map.exists(*osd);
    let left = |osd: i32| {
        let holds = flag::holds(map, osd, map_flag::NOOUT, state::NOOUT);
        let stays = holds || is_subtree_down(map, osd, config);
        let grace = grace_seconds(map, osd, config).filter(|_| !stays)?;
        let left = grace.saturating_sub(downtime.0.get(&osd).copied().unwrap_or(0));
        // What was due before was kept from happening.
        (left > 0).then_some(left)
    };
    (0i32..).take(map.max_osd()).filter(waits).filter_map(left).min()
}

/// Prepares what [`pass_time`](super::pass_time) does.
pub(crate) fn prepare(pending: &mut Pending<'_>, downtime: &mut Downtime, seconds: u64) {
    let (map, config) = (pending.before, pending.config());
    let mut after = Downtime::default();
    let mut due = Vec::new();
    let exist: Vec<i32> = (0i32..).take(map.max_osd()).filter(|osd| map.exists(*osd)).collect();
    for osd in exist.iter().copied().filter(|osd| !map.is_up(*osd) && map.is_in(*osd)) {
        let before = downtime.0.get(&osd).copied().unwrap_or(0);
        let now = before.saturating_add(seconds);
        if is_subtree_down(map, osd, config) {
            let limit = &config.mon_osd_down_out_subtree_limit;
            pending.note(format!("osd.{osd} stays in: all of its {limit} is down"));
            // The monitors begin to count anew.
            after.0.insert(osd, 0);
            continue;
        }
        after.0.insert(osd, now);
        match grace_seconds(map, osd, config) {
            Some(grace) if grace <= now => due.push((grace.saturating_sub(before), osd)),
            _ => {}
        }
    }
    due.sort_unstable();
    let mut in_count = exist.iter().filter(|osd| map.is_in(**osd)).count();
    for (at, osd) in due {
        if flag::holds(map, osd, map_flag::NOOUT, state::NOOUT) {
            pending.note(format!("osd.{osd} stays in: noout is set"));
        } else if (in_count as f32 / exist.len() as f32) < config.mon_osd_min_in_ratio {
            pending.note(format!(
                "osd.{osd} stays in: only {in_count} of {} OSDs are in (mon_osd_min_in_ratio)",
                exist.len()
            ));
        } else {
            mark_out(pending, osd);
            pending.note(format!("osd.{osd} is marked out after {at} s"));
            after.0.remove(&osd);
            in_count = in_count.saturating_sub(1);
        }
    }
    *downtime = after;
}

fn mark_out(pending: &mut Pending<'_>, osd: i32) {
    let weight = pending.before.osd_weight(osd);
    pending.set_osd_weight(osd, 0);
    pending.change_state(osd, state::AUTOOUT, 0);
    crate::command::remember_weight(pending, osd, weight);
    pending.propose();
}

/// Seconds that an OSD has to be down to be marked out; `None` for never. One that was often slow
/// is given more, the less the longer it is down.
fn grace_seconds(map: &OsdMap, osd: i32, config: &Config) -> Option<u64> {
    if map.osd_state(osd) & state::DESTROYED != 0 {
        let interval = config.mon_osd_destroyed_out_interval_seconds;
        return Some(u64::from(interval)).filter(|interval| *interval > 0);
    }
    let interval = u64::from(config.mon_osd_down_out_interval_seconds);
    if interval == 0 {
        return None;
    }
    let known = usize::try_from(osd).ok().and_then(|osd| map.osds.get(osd));
    let slowness = known.filter(|_| config.mon_osd_adjust_down_out_interval).map_or(0.0, |osd| {
        let probability = f64::from(osd.xinfo.laggy_probability) / f64::from(u32::MAX);
        probability * f64::from(osd.xinfo.laggy_interval_seconds)
    });
    let halflife = f64::from(config.mon_osd_laggy_halflife_seconds.max(1));
    let is_enough = |down: u64| {
        let more = slowness * (-std::f64::consts::LN_2 * down as f64 / halflife).exp();
        down as f64 >= interval as f64 + more
    };
    // What is enough stays enough: halve the span between too short and long enough.
    let (mut short, mut long) = (interval, interval + slowness.ceil() as u64);
    while short < long {
        let middle = short + (long - short) / 2;
        if is_enough(middle) {
            long = middle;
        } else {
            short = middle + 1;
        }
    }
    Some(long)
}

/// Whether the smallest bucket above an OSD that is of the limiting type or a higher one is down
/// as a whole (`OSDMap::containing_subtree_is_down`).
fn is_subtree_down(map: &OsdMap, osd: i32, config: &Config) -> bool {
    let limit = map.crush.type_id(&config.mon_osd_down_out_subtree_limit);
    let Some(limit) = limit.filter(|limit| *limit > 0) else { return false };
    let mut current = osd;
    for _ in 0..=map.crush.core.buckets.len() {
        let Some(parent) = map.crush.parent(current) else { return false };
        let type_id = map.crush.core.bucket(parent).map_or(0, |bucket| i32::from(bucket.type_id));
        if type_id >= limit {
            return !map.crush.devices_under(parent).into_iter().any(|osd| map.is_up(osd));
        }
        current = parent;
    }
    false
}
