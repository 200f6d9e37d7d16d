//! What the model says to the lines of test/live/commands.txt.

use std::path::{Path, PathBuf};

use crushlab_monitor::command::{Command, apply};
use crushlab_monitor::config::{AutoscaleMode, Config, Context};
use crushlab_monitor::event::{self, Downtime};
use crushlab_monitor::staging;
use crushlab_osdmap::OsdMap;

/// A folder below `test`.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test").join(name)
}

/// The lines for clusters of a version, without comments; `CRUSHLAB_LINES` names another file of
/// them. A line that begins with `[16 20]` is for these releases only.
pub(crate) fn lines(version: &str) -> Vec<String> {
    let other = std::env::var_os("CRUSHLAB_LINES").map(PathBuf::from);
    let path = other.unwrap_or_else(|| folder("live").join("commands.txt"));
    let text = std::fs::read_to_string(path).expect("the commands");
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| for_version(line, version)).map(str::to_owned).collect()
}

fn for_version<'a>(line: &'a str, version: &str) -> Option<&'a str> {
    let Some((releases, line)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] "))
    else {
        return Some(line);
    };
    let release = version.split('.').next();
    releases.split(' ').any(|other| Some(other) == release).then_some(line)
}

/// The settings of the live cluster that differ from Ceph's own.
pub(crate) fn context() -> Context {
    let config = Config {
        mon_allow_pool_delete: true,
        osd_pool_default_pg_autoscale_mode: AutoscaleMode::Off,
        ..Config::default()
    };
    Context { config, ..Context::default() }
}

/// An event: its kind, and the OSD it is about.
pub(crate) fn event_of(line: &str) -> Option<(&str, i32)> {
    let event = line.strip_prefix('!')?;
    let (kind, osd) = event.split_once(' ').unwrap_or((event, "-1"));
    Some((kind, osd.parse().expect("an OSD's number")))
}

/// The map after a line, or the error number and the message.
pub(crate) fn predict(
    map: &OsdMap,
    line: &str,
    context: &Context,
) -> Result<OsdMap, (i32, String)> {
    const EINVAL: i32 = 22;
    if let Some((kind, osd)) = event_of(line) {
        return Ok(after_event(map, kind, osd, context));
    }
    let command = Command::parse(line).map_err(|error| (EINVAL, error.to_string()))?;
    let applied = apply(map, &command, context)
        .map_err(|refusal| (refusal.errno.number(), refusal.message))?;
    Ok(applied.map)
}

fn after_event(map: &OsdMap, kind: &str, osd: i32, context: &Context) -> OsdMap {
    const DAY_SECONDS: u64 = 86_400;
    match kind {
        "settle" => staging::settle(map, context).pop().map_or_else(|| map.clone(), |s| s.map),
        "kill" => event::fail(map, &[osd], context).map,
        "out" => event::pass_time(map, &Downtime::default(), DAY_SECONDS, context).map,
        "clean" => map.clone(),
        "revive" | "boot" => event::recover(map, &[osd], context).map,
        _ => panic!("!{kind}: unknown"),
    }
}
