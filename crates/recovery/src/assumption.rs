//! What recovery was reckoned with, and where that is from.

use crushlab_monitor::config::Config;
use serde::Serialize;

use crate::course::Course;
use crate::rates::{DeviceKind, Rates};
use crate::settings::{Settings, is_overruled};

/// A number that the answer hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// What it is of: Ceph's name of a setting, or `devices.hdd.iops` as in a file of rates.
    pub name: String,
    /// Its value, with its unit.
    pub value: String,
    /// Where it is from.
    pub source: String,
}

/// Names of releases from Pacific on, by their numbers.
const RELEASES: [(u8, &str); 5] =
    [(16, "Pacific"), (17, "Quincy"), (18, "Reef"), (19, "Squid"), (20, "Tentacle")];

/// What a release is called.
pub(crate) fn release_name(release: u8) -> String {
    let known = RELEASES.iter().find(|(number, _)| *number == release);
    known.map_or_else(|| format!("release {release}"), |(_, name)| (*name).to_owned())
}

/// Everything that was reckoned with, for the kinds of devices that there are.
pub(crate) fn assumptions(
    course: &Course<'_>,
    settings: &Settings,
    rates: &Rates,
    release: u8,
) -> Vec<Assumption> {
    let mut found = Vec::new();
    let Some(stage) = course.stages.last() else { return found };
    let mut used = course.kinds.clone();
    used.sort_unstable();
    used.dedup();
    let mut say = |name: String, value: String, source: String| {
        found.push(Assumption { name, value, source });
    };
    of_settings(stage.config, settings, &used, release, &mut say);
    of_rates(rates, &used, &mut say);
    if course.classless > 0 {
        let value = format!("hdd for {} OSDs", course.classless);
        say("device class".to_owned(), value, "assumed: no class hdd, ssd or nvme".to_owned());
    }
    found
}

fn of_settings(
    config: &Config,
    settings: &Settings,
    kinds: &[DeviceKind],
    release: u8,
    say: &mut impl FnMut(String, String, String),
) {
    let default = format!("default of {}", release_name(release));
    let overruled = is_overruled(config, settings.queue);
    let source = |names: &[&str], can_be_overruled: bool| match names
        .iter()
        .find(|name| config.made.contains_key(**name))
    {
        _ if can_be_overruled && overruled => format!("{default}: mClock overrules what is set"),
        Some(name) => format!("setting {name}"),
        None => default.clone(),
    };
    let queue = settings.queue.name();
    say("osd_op_queue".to_owned(), queue.to_owned(), source(&["osd_op_queue"], false));
    for kind in kinds {
        let one = settings.of(*kind);
        let suffix = if kind.is_rotating() { "hdd" } else { "ssd" };
        let name = |base: &str| format!("{base} ({})", kind.name());
        let names = |base: &str| [format!("{base}_{suffix}"), base.to_owned()];
        let from = |base: &str, can_be: bool| {
            let [own, all] = names(base);
            source(&[all.as_str(), own.as_str()], can_be)
        };
        let slots = one.max_backfills.to_string();
        say(name("osd_max_backfills"), slots, from("osd_max_backfills", true));
        let active = one.max_active.to_string();
        say(name("osd_recovery_max_active"), active, from("osd_recovery_max_active", true));
        let sleep = format!("{} s", one.sleep_seconds);
        say(name("osd_recovery_sleep"), sleep, from("osd_recovery_sleep", true));
        let sleep = format!("{} s", one.delete_sleep_seconds);
        say(name("osd_delete_sleep"), sleep, from("osd_delete_sleep", true));
        if let Some(mclock) = one.mclock {
            let profile = mclock.profile.name().to_owned();
            say(name("osd_mclock_profile"), profile, source(&["osd_mclock_profile"], false));
            let value = format!("{} per second", mclock.iops);
            let [own, _] = names("osd_mclock_max_capacity_iops");
            say(own.clone(), value, source(&[own.as_str()], false));
            let value = format!("{} bytes per second", mclock.bandwidth_bytes);
            let [own, _] = names("osd_mclock_max_sequential_bandwidth");
            say(own.clone(), value, source(&[own.as_str()], false));
        }
    }
    let value = format!("{} s", settings.backfill_retry_seconds);
    let name = "osd_backfill_retry_interval";
    say(name.to_owned(), value, source(&[name], false));
}

fn of_rates(rates: &Rates, kinds: &[DeviceKind], say: &mut impl FnMut(String, String, String)) {
    let defaults = Rates::default();
    let source = |is_default: bool, from: &str| match is_default {
        true => format!("assumed: {from}"),
        false => "given".to_owned(),
    };
    for kind in kinds {
        let (own, default) = (rates.device(*kind), defaults.device(*kind));
        let from = match kind {
            DeviceKind::Ssd => "a SATA disk",
            _ => "what mClock takes such a device for",
        };
        let value = format!("{} bytes per second", own.bandwidth_bytes);
        let is_default = own.bandwidth_bytes == default.bandwidth_bytes;
        say(format!("devices.{}.bandwidth", kind.name()), value, source(is_default, from));
        let value = format!("{} per second", own.iops);
        say(format!("devices.{}.iops", kind.name()), value, source(own.iops == default.iops, from));
    }
    let value = format!("{} bytes per second", rates.network_bytes);
    let is_default = rates.network_bytes == defaults.network_bytes;
    let from = "10 Gbit/s for each host, less headers";
    say("network.host".to_owned(), value, source(is_default, from));
    let share = rates.client_share;
    let source_of_share = source(share == defaults.client_share, "clients are idle");
    say("client_load.share".to_owned(), format!("{share}"), source_of_share);
    let (value, known) = match rates.client_writes {
        Some(writes) => (format!("{writes} objects per second"), true),
        None => ("0 objects per second".to_owned(), false),
    };
    say("client_load.writes".to_owned(), value, source(!known, "nothing is written meanwhile"));
    let value = format!("up to {} s", rates.peering_seconds);
    let is_default = rates.peering_seconds == defaults.peering_seconds;
    say("peering".to_owned(), value, source(is_default, "about what a small cluster takes"));
    let value = format!("{}", rates.uncertainty);
    let is_default = rates.uncertainty == defaults.uncertainty;
    say("uncertainty".to_owned(), value, source(is_default, "rates are off by as much"));
}
