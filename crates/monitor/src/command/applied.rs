//! What comes of commands.

use crushlab_osdmap::OsdMap;

use super::Command;
use super::error::{Refusal, RefusedCommand};
use crate::config::{Config, Context};
use crate::monitor::Monitor;

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The map afterwards. Its epoch is one higher if anything was to change, and the same if not.
    pub map: OsdMap,
    /// The settings afterwards, if the command made any.
    pub config: Option<Config>,
    /// What the cluster says to it, and what a person should know.
    pub notes: Vec<String>,
}

impl Applied {
    /// What a monitor has come to.
    pub(crate) fn after(monitor: Monitor<'_>, notes: Vec<String>) -> Applied {
        let config = monitor.new_config().cloned();
        Applied { map: monitor.into_map(), config, notes }
    }
}

/// Applies a command to a map, as the monitors do at once.
///
/// # Errors
/// [`Refusal`]: Ceph's error number, and why.
pub fn apply(map: &OsdMap, command: &Command, context: &Context) -> Result<Applied, Refusal> {
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.run(command)?;
    Ok(Applied::after(monitor, notes))
}

/// What came of several commands.
#[derive(Clone, Debug)]
pub struct AppliedAll {
    /// The map afterwards.
    pub map: OsdMap,
    /// The settings afterwards, if a command made any.
    pub config: Option<Config>,
    /// For each command what the cluster says to it, and what a person should know.
    pub notes: Vec<Vec<String>>,
}

/// Applies commands one after another: as [`apply`] with each, at a fraction of the cost.
///
/// # Errors
/// [`RefusedCommand`]: the first that is refused; those before it come to nothing, too.
pub fn apply_all(
    map: &OsdMap,
    commands: &[Command],
    context: &Context,
) -> Result<AppliedAll, RefusedCommand> {
    let mut monitor = Monitor::new(map.clone(), context);
    let notes = monitor.run_all(commands)?;
    let config = monitor.new_config().cloned();
    Ok(AppliedAll { map: monitor.into_map(), config, notes })
}
