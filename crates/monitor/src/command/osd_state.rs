//! What OSDs are: in or out, up or down, with which reweight and primary affinity.

use crushlab_osdmap::model::{FULL_WEIGHT, state};

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::{Listed, Pending};
use super::signature::Signature;
use super::value::{Kind, RATIO, flag, required, several};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd out",
        &[several("ids", Kind::Text)],
        "Marks OSDs out: they keep no data. Their reweight is remembered.",
        out,
    ),
    Signature::new(
        "osd in",
        &[several("ids", Kind::Text)],
        "Marks OSDs in, with the reweight they had when they were marked out.",
        mark_in,
    ),
    Signature::new(
        "osd down",
        &[several("ids", Kind::Text), flag("definitely_dead")],
        "Marks OSDs down; one that lives comes up again by itself.",
        down,
    ),
    Signature::new("osd stop", &[several("ids", Kind::Text)], "Stops OSDs.", stop),
    Signature::new(
        "osd reweight",
        &[required("id", Kind::Osd), required("weight", RATIO)],
        "Sets an OSD's reweight: the share of its PGs that it keeps.",
        reweight,
    ),
    Signature::new(
        "osd reweightn",
        &[required("weights", Kind::Text)],
        "Sets reweights of several OSDs: '{\"0\": \"65536\", \"1\": \"32768\"}', in 65536ths.",
        reweightn,
    ),
    Signature::new(
        "osd primary-affinity",
        &[required("id", Kind::Osd), required("weight", RATIO)],
        "Sets how readily an OSD is the primary of its PGs.",
        primary_affinity,
    ),
];

fn out(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, is_all } = pending.listed_osds(&arguments.texts("ids"))?;
    for osd in osds {
        let weight = pending.before.osd_weight(osd);
        if weight == 0 {
            if !is_all {
                pending.note(format!("osd.{osd} is already out"));
            }
            continue;
        }
        pending.set_osd_weight(osd, 0);
        remember_weight(pending, osd, weight);
        pending.note(format!("marked out osd.{osd}"));
        pending.propose();
    }
    Ok(())
}

/// Remembers the reweight that an OSD had before it was marked out.
pub(crate) fn remember_weight(pending: &mut Pending<'_>, osd: i32, weight: u32) {
    if let Some(entry) = pending.osd_mut(osd) {
        entry.osd.xinfo.old_weight = weight;
    }
}

fn mark_in(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, is_all } = pending.listed_osds(&arguments.texts("ids"))?;
    for osd in osds {
        if pending.before.osd_weight(osd) != 0 {
            if !is_all {
                pending.note(format!("osd.{osd} is already in"));
            }
            continue;
        }
        let weight = weight_when_in(pending, osd);
        pending.set_osd_weight(osd, weight);
        pending.note(format!("marked in osd.{osd}"));
        pending.propose();
    }
    Ok(())
}

/// The reweight that an OSD has again when it is marked in.
pub(crate) fn weight_when_in(pending: &Pending<'_>, osd: i32) -> u32 {
    let known = usize::try_from(osd).ok().and_then(|osd| pending.before.osds.get(osd));
    match known.map(|osd| osd.xinfo.old_weight) {
        None | Some(0) => FULL_WEIGHT,
        Some(remembered) => remembered,
    }
}

fn down(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, is_all } = pending.listed_osds(&arguments.texts("ids"))?;
    let epoch = pending.before.epoch.saturating_add(1);
    for osd in osds {
        if pending.before.is_up(osd) {
            pending.change_state(osd, 0, state::UP);
            pending.note(format!("marked down osd.{osd}; it comes up again if it lives"));
            pending.propose();
        } else if !is_all {
            pending.note(format!("osd.{osd} is already down"));
        }
        if arguments.has("definitely_dead") {
            if let Some(entry) = pending.osd_mut(osd) {
                entry.osd.xinfo.dead_epoch = epoch;
            }
            pending.propose();
        }
    }
    Ok(())
}

fn stop(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, is_all } = pending.listed_osds(&arguments.texts("ids"))?;
    for osd in osds {
        if pending.before.osd_state(osd) & state::STOP != 0 {
            if !is_all {
                pending.note(format!("osd.{osd} is already stopped"));
            }
            continue;
        }
        pending.change_state(osd, state::STOP, state::UP);
        pending.note(format!("stop osd.{osd}"));
        pending.propose();
    }
    Ok(())
}

/// 16.16 of a share between 0 and 1, cut off as the monitor does.
fn fixed(share: f64) -> u32 {
    (f64::from(FULL_WEIGHT) * share) as u32
}

fn reweight(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let osd = pending.existing(arguments.osd("id"))?;
    let share = arguments.decimal("weight");
    pending.set_osd_weight(osd, fixed(share));
    pending.note(format!("reweighted osd.{osd} to {share} ({:x})", fixed(share)));
    pending.propose();
    Ok(())
}

fn reweightn(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let text = arguments.text("weights");
    let wrong = |problem: &str| {
        let example = "{\"0\": \"65536\", \"1\": \"32768\"}";
        Refusal::invalid(format!("weights are '{text}': {problem}, expected such as {example}"))
    };
    let read: serde_json::Value = serde_json::from_str(&text.replace('\'', "\""))
        .map_err(|error| wrong(&format!("not JSON ({error})")))?;
    let weights = read.as_object().ok_or_else(|| wrong("no object"))?;
    let mut changes = Vec::new();
    for (osd, weight) in weights {
        let osd = osd.parse().map_err(|_| wrong("a key is no OSD's number"))?;
        let osd = pending.existing(osd)?;
        let weight = weight.as_str().and_then(|weight| weight.parse().ok());
        changes.push((osd, weight.ok_or_else(|| wrong("a weight is no number in quotes"))?));
    }
    for (osd, weight) in changes {
        pending.set_osd_weight(osd, weight);
    }
    pending.propose();
    Ok(())
}

fn primary_affinity(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    const FIREFLY: u8 = 6;
    let release = pending.before.require_min_compat_client;
    if (1..FIREFLY).contains(&release) {
        return Err(Refusal::denied(
            "primary-affinity needs clients of firefly or later: \
             set-require-min-compat-client firefly first",
        ));
    }
    let osd = pending.existing(arguments.osd("id"))?;
    let share = arguments.decimal("weight");
    pending.change.lists_affinities = pending.before.osd_primary_affinities.is_none();
    if let Some(entry) = pending.osd_mut(osd) {
        entry.primary_affinity = fixed(share);
    }
    pending.note(format!("set osd.{osd} primary-affinity to {share} ({:x})", fixed(share)));
    pending.propose();
    Ok(())
}
