//! What the orchestrator (cephadm) does to the OSDMap when OSDs and hosts are to go.

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::{Listed, Pending};
use super::signature::Signature;
use super::value::{Kind, flag, required, several};
use crate::event::mark::{prepare_failure, prepare_recovery};
use crushlab_crushmap::edit::WeightSets;
use crushlab_osdmap::model::state;

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "orch osd rm",
        &[
            several("osd_id", Kind::Text),
            flag("replace"),
            flag("force"),
            flag("zap"),
            flag("no_destroy"),
        ],
        "Begins to empty OSDs: CRUSH weight 0, or out with --replace.",
        remove_osds,
    ),
    Signature::new(
        "orch host drain",
        &[
            required("hostname", Kind::Text),
            flag("force"),
            flag("keep_conf_keyring"),
            flag("zap_osd_devices"),
        ],
        "Begins to empty all OSDs of a host: CRUSH weight 0.",
        drain_host,
    ),
    Signature::new(
        "orch host maintenance enter",
        &[required("hostname", Kind::Text), flag("force"), flag("yes_i_really_mean_it")],
        "Stops the OSDs of a host, with noout set for it.",
        enter_maintenance,
    ),
    Signature::new(
        "orch host maintenance exit",
        &[required("hostname", Kind::Text), flag("force"), flag("offline")],
        "Starts the OSDs of a host again, and clears its noout.",
        exit_maintenance,
    ),
];

fn remove_osds(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, .. } = pending.listed_osds(&arguments.texts("osd_id"))?;
    if osds.is_empty() {
        return Err(Refusal::invalid(pending.notes.join("; ")));
    }
    let is_replaced = arguments.has("replace");
    for osd in &osds {
        if is_replaced {
            let weight = pending.before.osd_weight(*osd);
            if weight != 0 {
                pending.set_osd_weight(*osd, 0);
                super::remember_weight(pending, *osd, weight);
                pending.propose();
            }
        } else {
            empty(pending, *osd)?;
        }
    }
    let (done, last) = match is_replaced {
        true => ("marked out", "destroy"),
        false => ("given CRUSH weight 0", "purge"),
    };
    pending.note(format!("{} {done} to be emptied", named(&osds)));
    pending.note(format!(
        "assumed: as cephadm does it from Quincy on; once no PG is left on them it stops them and \
         runs ceph osd {last}, which is not done here"
    ));
    Ok(())
}

/// Gives an OSD CRUSH weight 0, if it is in the CRUSH map.
fn empty(pending: &mut Pending<'_>, osd: i32) -> Result<(), Refusal> {
    let Some(name) = pending.crush().item_name(osd).map(str::to_owned) else { return Ok(()) };
    let sets: WeightSets = pending.weight_sets();
    pending.edit(|crush| crush.reweight_item(&name, 0.0, sets))?;
    pending.propose_crush();
    Ok(())
}

fn named(osds: &[i32]) -> String {
    const LISTED_MAX: usize = 8;
    let names: Vec<String> = osds.iter().take(LISTED_MAX).map(|osd| format!("osd.{osd}")).collect();
    let more = osds.len().saturating_sub(LISTED_MAX);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", names.join(", "))
}

/// The CRUSH node of a host (its short name, as cephadm takes it) and its OSDs that exist.
fn host_of(pending: &Pending<'_>, arguments: &Arguments) -> Result<(i32, Vec<i32>), Refusal> {
    let name = arguments.text("hostname");
    let short = name.split('.').next().unwrap_or_default();
    let crush = &pending.before.crush;
    let id = crush.item_id(name).or_else(|| crush.item_id(short)).filter(|id| *id < 0);
    let id = id.ok_or_else(|| {
        Refusal::invalid(format!("host {name} does not exist: expected a host of the CRUSH map"))
    })?;
    let osds = crush.devices_under(id).into_iter().filter(|osd| pending.before.exists(*osd));
    Ok((id, osds.collect()))
}

fn drain_host(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (_, osds) = host_of(pending, arguments)?;
    for osd in &osds {
        empty(pending, *osd)?;
    }
    pending.note(format!("{} given CRUSH weight 0 to be emptied", named(&osds)));
    pending.note(
        "assumed: as cephadm does it from Quincy on; once no PG is left on them it stops them and \
         runs ceph osd purge, which is not done here",
    );
    Ok(())
}

fn enter_maintenance(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (host, osds) = host_of(pending, arguments)?;
    set_noout(pending, host, true);
    prepare_failure(pending, &osds);
    pending.note("assumed: all daemons of the host stop, and the cluster marks its OSDs down");
    Ok(())
}

fn exit_maintenance(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (host, osds) = host_of(pending, arguments)?;
    set_noout(pending, host, false);
    prepare_recovery(pending, &osds);
    pending.note("assumed: all daemons of the host start again");
    Ok(())
}

fn set_noout(pending: &mut Pending<'_>, host: i32, is_set: bool) {
    let before = pending.before.crush_node_flags.get(&host).copied().unwrap_or_default();
    let flags = if is_set { before | state::NOOUT } else { before & !state::NOOUT };
    pending.change.crush_node_flags.insert(host, flags);
    pending.propose();
}
