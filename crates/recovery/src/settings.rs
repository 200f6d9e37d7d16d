//! What Ceph's settings come to on a kind of device, in a release.

use crushlab_monitor::config::{Config, MclockProfile, OpQueue};

use crate::rates::DeviceKind;

/// First release whose OSDs order their work by mClock (Quincy).
const MCLOCK_RELEASE: u8 = 17;

/// Settings as they count on one kind of device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OsdSettings {
    pub(crate) max_backfills: u32,
    pub(crate) max_active: u32,
    pub(crate) sleep_seconds: f64,
    pub(crate) delete_sleep_seconds: f64,
    pub(crate) delete_objects: u32,
    /// What mClock goes by; `None` for wpq.
    pub(crate) mclock: Option<Mclock>,
}

/// What mClock goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mclock {
    pub(crate) profile: MclockProfile,
    /// Bytes per second that it takes the device to do.
    pub(crate) bandwidth_bytes: f64,
    /// Operations per second.
    pub(crate) iops: f64,
}

/// Settings of the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    pub(crate) queue: OpQueue,
    pub(crate) kinds: [OsdSettings; 3],
    pub(crate) backfill_retry_seconds: f64,
    pub(crate) log_entries_max: f64,
}

/// Default of `osd_heartbeat_grace`.
pub const HEARTBEAT_GRACE_SECONDS: f64 = 20.0;

impl Settings {
    /// Settings of a release (16 for Pacific); those that were not made have its defaults, as
    /// `ceph-osd --show-config` of 16.2.15, 18.2.7 and 20.2.4 says them.
    pub(crate) fn new(config: &Config, release: u8) -> Settings {
        let queue = op_queue(config, release);
        let made = &config.recovery;
        Settings {
            queue,
            kinds: DeviceKind::ALL.map(|kind| of_kind(config, queue, kind)),
            backfill_retry_seconds: made.osd_backfill_retry_interval_seconds.unwrap_or(30.0),
            log_entries_max: f64::from(made.osd_max_pg_log_entries.unwrap_or(10_000)),
        }
    }

    pub(crate) fn of(&self, kind: DeviceKind) -> &OsdSettings {
        &self.kinds[kind as usize]
    }
}

/// How a release's OSDs order their work.
pub(crate) fn op_queue(config: &Config, release: u8) -> OpQueue {
    let default = if release >= MCLOCK_RELEASE { OpQueue::Mclock } else { OpQueue::Wpq };
    config.recovery.osd_op_queue.unwrap_or(default)
}

/// Whether mClock overrules the settings of recovery (`OSD::maybe_override_options_for_qos`).
pub(crate) fn is_overruled(config: &Config, queue: OpQueue) -> bool {
    queue == OpQueue::Mclock
        && !config.recovery.osd_mclock_override_recovery_settings.unwrap_or(false)
}

/// mClock switches all sleeps off, and has slots and objects of its own unless
/// `osd_mclock_override_recovery_settings` is set.
fn of_kind(config: &Config, queue: OpQueue, kind: DeviceKind) -> OsdSettings {
    let made = &config.recovery;
    let is_rotating = kind.is_rotating();
    let is_overruled = is_overruled(config, queue);
    let (active_made, active_default, sleep_made, sleep_default, delete_made, delete_default) =
        if is_rotating {
            let sleeps = (made.osd_recovery_sleep_hdd_seconds, made.osd_delete_sleep_hdd_seconds);
            (made.osd_recovery_max_active_hdd, 3, sleeps.0, 0.1, sleeps.1, 5.0)
        } else {
            let sleeps = (made.osd_recovery_sleep_ssd_seconds, made.osd_delete_sleep_ssd_seconds);
            (made.osd_recovery_max_active_ssd, 10, sleeps.0, 0.0, sleeps.1, 1.0)
        };
    let active_made = active_made.unwrap_or(active_default);
    let active = made.osd_recovery_max_active.filter(|most| *most > 0).unwrap_or(active_made);
    let sleep = |all: Option<f64>, of_kind: Option<f64>, default: f64| match queue {
        OpQueue::Mclock => 0.0,
        OpQueue::Wpq => all.filter(|all| *all > 0.0).or(of_kind).unwrap_or(default),
    };
    OsdSettings {
        max_backfills: made.osd_max_backfills.filter(|_| !is_overruled).unwrap_or(1),
        max_active: if is_overruled { active_default } else { active },
        sleep_seconds: sleep(made.osd_recovery_sleep_seconds, sleep_made, sleep_default),
        delete_sleep_seconds: sleep(made.osd_delete_sleep_seconds, delete_made, delete_default),
        delete_objects: made.osd_target_transaction_size.unwrap_or(30),
        mclock: (queue == OpQueue::Mclock).then(|| mclock(config, is_rotating)),
    }
}

fn mclock(config: &Config, is_rotating: bool) -> Mclock {
    let made = &config.recovery;
    let (bandwidth, iops) = if is_rotating {
        let bandwidth = made.osd_mclock_max_sequential_bandwidth_hdd_bytes.unwrap_or(150 << 20);
        (bandwidth, made.osd_mclock_max_capacity_iops_hdd.unwrap_or(315.0))
    } else {
        let bandwidth = made.osd_mclock_max_sequential_bandwidth_ssd_bytes.unwrap_or(1200 << 20);
        (bandwidth, made.osd_mclock_max_capacity_iops_ssd.unwrap_or(21_500.0))
    };
    let profile = made.osd_mclock_profile.unwrap_or(MclockProfile::Balanced);
    Mclock { profile, bandwidth_bytes: bandwidth as f64, iops }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(made: &[(&str, &str)], release: u8) -> OsdSettings {
        let mut config = Config::default();
        for (name, value) in made {
            config.set(name, value).unwrap_or_else(|error| panic!("{error}"));
        }
        *Settings::new(&config, release).of(DeviceKind::Hdd)
    }

    #[test]
    fn defaults_are_those_of_the_release() {
        let pacific = settings(&[], 16);
        assert_eq!((pacific.max_backfills, pacific.max_active), (1, 3));
        assert_eq!((pacific.sleep_seconds, pacific.mclock), (0.1, None));
        let reef = settings(&[], 18);
        assert_eq!(reef.sleep_seconds, 0.0);
        let mclock = reef.mclock.expect("mClock");
        assert_eq!(mclock.bandwidth_bytes, 157_286_400.0);
        assert_eq!(mclock.profile, MclockProfile::Balanced);
    }

    #[test]
    fn mclock_overrules_settings_unless_told_not_to() {
        let three = ("osd_max_backfills", "3");
        assert_eq!(settings(&[three], 16).max_backfills, 3);
        assert_eq!(settings(&[three], 18).max_backfills, 1);
        let told = ("osd_mclock_override_recovery_settings", "true");
        assert_eq!(settings(&[three, told], 18).max_backfills, 3);
        let queue = ("osd_op_queue", "wpq");
        assert_eq!(settings(&[three, queue], 18).max_backfills, 3);
        assert_eq!(settings(&[("osd_recovery_sleep", "0.5")], 16).sleep_seconds, 0.5);
    }
}
