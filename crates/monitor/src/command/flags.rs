//! Flags of the cluster, of OSDs, of CRUSH nodes and of device classes; ratios and releases.

use crushlab_osdmap::model::{RELEASES, map_flag, state};

use crushlab_osdmap::model::Release;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::{Listed, Pending};
use super::signature::Signature;
use super::value::{Kind, RATIO, flag, osd_id, required, several};

/// Flags by the names that `osd set` takes.
const MAP_FLAGS: [(&str, u32); 14] = [
    ("pause", map_flag::PAUSERD | map_flag::PAUSEWR),
    ("noup", map_flag::NOUP),
    ("nodown", map_flag::NODOWN),
    ("noout", map_flag::NOOUT),
    ("noin", map_flag::NOIN),
    ("nobackfill", map_flag::NOBACKFILL),
    ("norebalance", map_flag::NOREBALANCE),
    ("norecover", map_flag::NORECOVER),
    ("noscrub", map_flag::NOSCRUB),
    ("nodeep-scrub", map_flag::NODEEP_SCRUB),
    ("notieragent", map_flag::NOTIERAGENT),
    ("nosnaptrim", map_flag::NOSNAPTRIM),
    ("pglog_hardlimit", map_flag::PGLOG_HARDLIMIT),
    ("noautoscale", map_flag::NOAUTOSCALE),
];

const MAP_FLAG_NAMES: [&str; MAP_FLAGS.len()] = {
    let mut names = [""; MAP_FLAGS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = MAP_FLAGS[at].0;
        at += 1;
    }
    names
};

/// Flags that OSDs, nodes and classes can have.
const GROUP_FLAGS: [(&str, u32); 4] = [
    ("noup", state::NOUP),
    ("nodown", state::NODOWN),
    ("noin", state::NOIN),
    ("noout", state::NOOUT),
];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd set",
        &[required("key", Kind::Choice(&MAP_FLAG_NAMES)), flag("yes_i_really_mean_it")],
        "Sets a flag of the cluster.",
        set,
    ),
    Signature::new(
        "osd unset",
        &[required("key", Kind::Choice(&MAP_FLAG_NAMES))],
        "Clears a flag of the cluster.",
        unset,
    ),
    Signature::new("osd pause", &[], "Stops reads and writes.", pause),
    Signature::new("osd unpause", &[], "Lets reads and writes go on.", unpause),
    Signature::new(
        "osd set-group",
        &[required("flags", Kind::Text), several("who", Kind::Text)],
        "Sets flags (noup,nodown,noin,noout) of OSDs, CRUSH nodes or device classes.",
        |pending, arguments| group(pending, arguments, true),
    ),
    Signature::new(
        "osd unset-group",
        &[required("flags", Kind::Text), several("who", Kind::Text)],
        "Clears flags of OSDs, CRUSH nodes or device classes.",
        |pending, arguments| group(pending, arguments, false),
    ),
    Signature::new("osd add-noup", IDS, "Sets noup of OSDs.", |p, a| some(p, a, state::NOUP, true)),
    Signature::new("osd add-nodown", IDS, "Sets nodown of OSDs.", |p, a| {
        some(p, a, state::NODOWN, true)
    }),
    Signature::new("osd add-noin", IDS, "Sets noin of OSDs.", |p, a| some(p, a, state::NOIN, true)),
    Signature::new("osd add-noout", IDS, "Sets noout of OSDs.", |p, a| {
        some(p, a, state::NOOUT, true)
    }),
    Signature::new("osd rm-noup", IDS, "Clears noup of OSDs.", |p, a| {
        some(p, a, state::NOUP, false)
    }),
    Signature::new("osd rm-nodown", IDS, "Clears nodown of OSDs.", |p, a| {
        some(p, a, state::NODOWN, false)
    }),
    Signature::new("osd rm-noin", IDS, "Clears noin of OSDs.", |p, a| {
        some(p, a, state::NOIN, false)
    }),
    Signature::new("osd rm-noout", IDS, "Clears noout of OSDs.", |p, a| {
        some(p, a, state::NOOUT, false)
    }),
    Signature::new(
        "osd set-full-ratio",
        &[required("ratio", RATIO)],
        "Sets the fill at which OSDs take no writes.",
        |pending, arguments| {
            pending.change.full_ratio = Some(arguments.decimal("ratio") as f32);
            pending.propose();
            Ok(())
        },
    ),
    Signature::new(
        "osd set-backfillfull-ratio",
        &[required("ratio", RATIO)],
        "Sets the fill at which OSDs take no backfill.",
        |pending, arguments| {
            pending.change.backfillfull_ratio = Some(arguments.decimal("ratio") as f32);
            pending.propose();
            Ok(())
        },
    ),
    Signature::new(
        "osd set-nearfull-ratio",
        &[required("ratio", RATIO)],
        "Sets the fill at which OSDs count as nearly full.",
        |pending, arguments| {
            pending.change.nearfull_ratio = Some(arguments.decimal("ratio") as f32);
            pending.propose();
            Ok(())
        },
    ),
    Signature::new(
        "osd set-require-min-compat-client",
        &[required("version", Kind::Choice(&RELEASES)), flag("yes_i_really_mean_it")],
        "Sets the oldest release that clients must be of.",
        set_min_compat_client,
    ),
    Signature::new(
        "osd require-osd-release",
        &[required("release", Kind::Choice(&RELEASES)), flag("yes_i_really_mean_it")],
        "Sets the oldest release that OSDs must be of.",
        require_osd_release,
    ),
];

const IDS: &[super::value::Argument] = &[several("ids", Kind::Text)];

fn map_flag_bits(arguments: &Arguments) -> u32 {
    let key = arguments.text("key");
    MAP_FLAGS.iter().find(|(name, _)| *name == key).map_or(0, |(_, bits)| *bits)
}

/// Refuses a flag that the cluster's release does not know.
fn check_flag(pending: &Pending<'_>, key: &str) -> Result<(), Refusal> {
    if key == "noautoscale" && pending.release().is_before(Release::QUINCY) {
        return Err(Refusal::invalid("noautoscale came with quincy: the cluster is older"));
    }
    Ok(())
}

fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    check_flag(pending, arguments.text("key"))?;
    pending.change.flags = Some(pending.before.flags | map_flag_bits(arguments));
    pending.note(format!("{} is set", arguments.text("key")));
    pending.propose();
    Ok(())
}

fn unset(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let key = arguments.text("key");
    check_flag(pending, key)?;
    if key == "pglog_hardlimit" {
        return Err(Refusal::invalid("pglog_hardlimit cannot be unset"));
    }
    pending.change.flags = Some(pending.before.flags & !map_flag_bits(arguments));
    pending.note(format!("{key} is unset"));
    pending.propose();
    Ok(())
}

fn pause(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    let paused = map_flag::PAUSERD | map_flag::PAUSEWR;
    pending.change.flags = Some(pending.before.flags | paused);
    pending.propose();
    Ok(())
}

fn unpause(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    let paused = map_flag::PAUSERD | map_flag::PAUSEWR;
    pending.change.flags = Some(pending.before.flags & !paused);
    pending.propose();
    Ok(())
}

/// Sets or clears flags of the OSDs listed.
fn some(
    pending: &mut Pending<'_>,
    arguments: &Arguments,
    flags: u32,
    is_set: bool,
) -> Result<(), Refusal> {
    let Listed { osds, .. } = pending.listed_osds(&arguments.texts("ids"))?;
    change_osds(pending, &osds, flags, is_set);
    Ok(())
}

fn change_osds(pending: &mut Pending<'_>, osds: &[i32], flags: u32, is_set: bool) {
    let (set, clear) = if is_set { (flags, 0) } else { (0, flags) };
    for osd in osds {
        pending.change_state(*osd, set, clear);
        pending.propose();
    }
}

fn group(pending: &mut Pending<'_>, arguments: &Arguments, is_set: bool) -> Result<(), Refusal> {
    let mut flags = 0;
    for name in arguments.text("flags").split(',') {
        let known = GROUP_FLAGS.iter().find(|(other, _)| *other == name);
        let Some((_, bits)) = known else {
            return Err(Refusal::invalid(format!(
                "unrecognized flag '{name}': expected some of noup,nodown,noin,noout"
            )));
        };
        flags |= bits;
    }
    let mut any = false;
    for who in arguments.texts("who") {
        let crush = &pending.before.crush;
        if matches!(who, "all" | "any" | "*") || osd_id(who).is_some() {
            let Listed { osds, .. } = pending.listed_osds(&[who])?;
            change_osds(pending, &osds, flags, is_set);
            any = true;
        } else if let Some(id) = crush.item_id(who) {
            let before = pending.before.crush_node_flags.get(&id).copied().unwrap_or_default();
            let entry = pending.change.crush_node_flags.entry(id).or_insert(before);
            change_flags(entry, flags, is_set);
            any = true;
            pending.propose();
        } else if let Some(id) = crush.class_id(who) {
            let before = pending.before.device_class_flags.get(&id).copied().unwrap_or_default();
            let entry = pending.change.device_class_flags.entry(id).or_insert(before);
            change_flags(entry, flags, is_set);
            any = true;
            pending.propose();
        } else {
            pending.note(format!("'{who}' is no OSD, no CRUSH node and no device class"));
        }
    }
    if any {
        return Ok(());
    }
    Err(Refusal::invalid(pending.notes.join("; ")))
}

fn change_flags(flags: &mut u32, bits: u32, is_set: bool) {
    if is_set {
        *flags |= bits;
    } else {
        *flags &= !bits;
    }
}

fn set_min_compat_client(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let version = arguments.text("version");
    let asked = Release::of_name(version).unwrap_or_default();
    let own = pending.release();
    if own.is_before(asked) {
        return Err(Refusal::invalid(format!(
            "version {version} is not recognized: expected {own}, that of the cluster, or an older \
             one"
        )));
    }
    let needed = pending.before.min_compat_client(own);
    if asked < needed {
        return Err(Refusal::denied(format!(
            "osdmap current utilizes features that require {needed}; cannot set \
             require_min_compat_client below that to {version}"
        )));
    }
    pending.change.require_min_compat_client = Some(asked.number());
    pending.note(format!("set require_min_compat_client to {}", arguments.text("version")));
    pending.propose();
    Ok(())
}

fn require_osd_release(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let asked = Release::of_name(arguments.text("release")).unwrap_or_default();
    if asked == pending.release() {
        return Ok(());
    }
    if pending.release() >= Release::REEF && asked < Release::OCTOPUS {
        return Err(Refusal::invalid("the release is too old: expected octopus or a later one"));
    }
    if asked < pending.release() {
        return Err(Refusal::denied("require_osd_release cannot be lowered once it has been set"));
    }
    pending.change.require_osd_release = Some(asked.number());
    pending.propose();
    Ok(())
}
