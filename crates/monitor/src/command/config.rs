//! Settings that are made by commands: `ceph config set mon mon_allow_pool_delete true`.

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, flag, required};
use crate::config::{Config, ConfigError};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "config set",
        &[
            required("who", Kind::Text),
            required("name", Kind::Text),
            required("value", Kind::Text),
            flag("force"),
        ],
        "Makes a setting of the cluster's daemons: the commands after it go by it.",
        set,
    ),
    Signature::new(
        "config rm",
        &[required("who", Kind::Text), required("name", Kind::Text)],
        "Takes a setting back: it has its default again.",
        remove,
    ),
];

/// Names of settings as they are stored.
fn stored(name: &str) -> String {
    name.replace(['-', ' '], "_")
}

/// Whether daemons that read a setting are meant, as a whole: monitors and managers, or OSDs.
fn is_read_by(who: &str, name: &str) -> bool {
    let kind = who.split(['.', '/']).next().unwrap_or_default();
    if Config::is_of_osds(name) {
        // One OSD's own settings are not followed.
        matches!(who, "global" | "osd")
    } else {
        matches!(kind, "global" | "mon" | "mgr")
    }
}

/// Whom a setting has to be made for to count.
fn readers(name: &str) -> &'static str {
    if Config::is_of_osds(name) { "global or osd" } else { "global, mon or mgr" }
}

fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (who, name) = (arguments.text("who"), stored(arguments.text("name")));
    let mut config: Config = pending.config().clone();
    match config.set(&name, arguments.text("value")) {
        Ok(()) if is_read_by(who, &name) => *pending.config_mut() = config,
        Ok(()) => pending
            .note(format!("{name} of {who} decides nothing: expected it of {}", readers(&name))),
        Err(ConfigError::Unknown { .. }) => {
            pending.note(format!("{name} decides nothing that is followed here: passed over"));
        }
        Err(error) => return Err(Refusal::invalid(error.to_string())),
    }
    Ok(())
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (who, name) = (arguments.text("who"), stored(arguments.text("name")));
    if is_read_by(who, &name) && Config::is_known(&name) {
        pending.config_mut().reset(&name);
    } else {
        pending.note(format!("{name} of {who} decides nothing that is followed here: passed over"));
    }
    Ok(())
}
