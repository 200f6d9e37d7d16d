//! How OSDs come into being and go.

use crushlab_crush::NONE;
use crushlab_crushmap::edit::{Errno, Removal};
use crushlab_crushmap::{CrushMap, EditError};
use crushlab_osdmap::model::{FULL_WEIGHT, Osd, Uuid, state};
use crushlab_osdmap::{PgWorkspace, PoolMapper};

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::{Listed, Pending};
use super::signature::Signature;
use super::value::{COUNT, Kind, flag, optional, required, several};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd new",
        &[required("uuid", Kind::Uuid), optional("id", Kind::Osd)],
        "Makes an OSD, or gives the id of a destroyed one to a new one.",
        new,
    ),
    Signature::new(
        "osd create",
        &[optional("uuid", Kind::Uuid), optional("id", Kind::Osd)],
        "Makes an OSD (older form of osd new).",
        new,
    ),
    Signature::new(
        "osd rm",
        &[several("ids", Kind::Text)],
        "Removes OSDs that are down; they stay in the CRUSH map.",
        rm,
    ),
    Signature::new(
        "osd destroy",
        &[required("id", Kind::Osd), flag("force"), flag("yes_i_really_mean_it")],
        "Marks an OSD destroyed: id and place wait for a successor.",
        destroy,
    ),
    Signature::new(
        "osd purge",
        &[required("id", Kind::Osd), flag("force"), flag("yes_i_really_mean_it")],
        "Removes an OSD that is down, from the CRUSH map too.",
        purge,
    ),
    Signature::new(
        "osd purge-new",
        &[required("id", Kind::Osd), flag("yes_i_really_mean_it")],
        "Removes an OSD that never was up.",
        purge_new,
    ),
    Signature::new(
        "osd lost",
        &[required("id", Kind::Osd), flag("yes_i_really_mean_it")],
        "Declares the data of an OSD that is down lost.",
        lost,
    ),
    Signature::new(
        "osd setmaxosd",
        &[required("newmax", COUNT)],
        "Sets the number of OSD ids.",
        set_max_osd,
    ),
];

/// Most OSD ids that are taken here, far more than any cluster has: Ceph's monitors take any, and
/// need as much memory for it.
const OSDS_MAX: i32 = 1_000_000;

fn new(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let wanted = arguments.optional_osd("id");
    let uuid = arguments.optional_uuid("uuid").unwrap_or_default();
    let known = (0i32..).zip(&pending.before.osds).find(|(osd, one)| {
        uuid != Uuid::default() && one.uuid == uuid && pending.before.exists(*osd)
    });
    if let Some((osd, _)) = known {
        if wanted.is_some_and(|wanted| wanted != osd) {
            let message = format!("the uuid is in use for osd.{osd}: expected a new one");
            return Err(Refusal::new(Errno::Eexist, message));
        }
        pending.note(format!("osd.{osd} exists"));
        return Ok(());
    }
    // As in Ceph, an id without a uuid does not count.
    let wanted = wanted.filter(|_| uuid != Uuid::default());
    let osd = match wanted {
        Some(osd) => unused_or_destroyed(pending, osd)?,
        None => free_id(pending),
    };
    check_id(osd)?;
    if pending.before.osd_state(osd) & state::DESTROYED != 0 {
        pending.change_state(osd, state::NEW, state::DESTROYED | state::UP);
    } else {
        let count = usize::try_from(osd).unwrap_or(0) + 1;
        if count > pending.before.max_osd() {
            pending.change.max_osd = Some(count);
        }
        pending.set_osd_weight(osd, FULL_WEIGHT);
        pending.change_state(osd, state::NEW, 0);
    }
    if let Some(entry) = pending.osd_mut(osd) {
        entry.osd.uuid = uuid;
    }
    pending.note(format!("{osd}"));
    if !pending.before.is_up(osd) {
        pending.note(down_until_started(osd));
    }
    pending.propose();
    Ok(())
}

/// What a person should know of an OSD that has no daemon yet.
pub(super) fn down_until_started(osd: i32) -> String {
    format!("osd.{osd} is down, and takes no PGs, until its daemon starts: --recover osd.{osd}")
}

fn unused_or_destroyed(pending: &Pending<'_>, osd: i32) -> Result<i32, Refusal> {
    if pending.before.exists(osd) && pending.before.osd_state(osd) & state::DESTROYED == 0 {
        return Err(Refusal::invalid(format!(
            "osd.{osd} is in use and has not been destroyed: expected a free id"
        )));
    }
    Ok(osd)
}

fn free_id(pending: &Pending<'_>) -> i32 {
    let states = &pending.before.osd_states;
    let gap = states.iter().position(|bits| bits & state::EXISTS == 0);
    i32::try_from(gap.unwrap_or(states.len())).unwrap_or(i32::MAX)
}

fn check_id(osd: i32) -> Result<(), Refusal> {
    if osd < OSDS_MAX {
        return Ok(());
    }
    Err(Refusal::range(format!("osd.{osd} is out of range: expected an id below {OSDS_MAX}")))
}

fn rm(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, .. } = pending.listed_osds(&arguments.texts("ids"))?;
    let mut still_up = Vec::new();
    for osd in osds {
        if pending.before.is_up(osd) {
            still_up.push(format!("osd.{osd}"));
            continue;
        }
        remove(pending, osd);
        pending.note(format!("removed osd.{osd}"));
        pending.propose();
    }
    if still_up.is_empty() {
        return Ok(());
    }
    let message = format!("{} still up: must be down before removal", still_up.join(", "));
    if !pending.is_proposed() {
        return Err(Refusal::busy(message));
    }
    // Ceph removes those that it can, and answers with an error all the same.
    pending.note(message);
    Ok(())
}

/// Makes an OSD one that does not exist (`apply_incremental`); its reweight stays.
fn remove(pending: &mut Pending<'_>, osd: i32) {
    let Some(entry) = pending.osd_mut(osd) else { return };
    entry.state = 0;
    entry.osd = Osd::default();
    entry.primary_affinity = FULL_WEIGHT;
}

fn destroy(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let osd = arguments.osd("id");
    if !confirmed_and_down(pending, arguments, osd)? {
        return Ok(());
    }
    if pending.before.osd_state(osd) & state::DESTROYED == 0 {
        pending.change_state(osd, state::DESTROYED, 0);
        if let Some(entry) = pending.osd_mut(osd) {
            entry.osd.uuid = Uuid::default();
        }
        pending.propose();
    }
    pending.note(format!("destroyed osd.{osd}"));
    Ok(())
}

fn purge(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let osd = arguments.osd("id");
    if !confirmed_and_down(pending, arguments, osd)? {
        return Ok(());
    }
    pending.edit(|crush| remove_from_crush(crush, osd))?;
    remove(pending, osd);
    pending.propose_crush();
    pending.note(format!("purged osd.{osd}"));
    Ok(())
}

fn purge_new(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let osd = arguments.osd("id");
    if pending.before.exists(osd) && pending.before.osd_state(osd) & state::NEW == 0 {
        return Err(Refusal::denied(format!("osd.{osd} is not new: expected osd purge")));
    }
    purge(pending, arguments)
}

/// Whether there is something to be done; what stands in the way is refused.
fn confirmed_and_down(
    pending: &mut Pending<'_>,
    arguments: &Arguments,
    osd: i32,
) -> Result<bool, Refusal> {
    let is_forced = arguments.has("yes_i_really_mean_it") || arguments.has("force");
    if !is_forced && pending.before.exists(osd) {
        check_unneeded(pending, osd)?;
    }
    if !pending.before.exists(osd) {
        pending.note(format!("osd.{osd} does not exist"));
        return Ok(false);
    }
    if pending.before.is_up(osd) {
        return Err(Refusal::busy(format!("osd.{osd} is not down: stop it first")));
    }
    Ok(true)
}

/// Refuses to take away an OSD that holds PGs, or may hold the only copies of some
/// (`DaemonServer`, safe-to-destroy).
fn check_unneeded(pending: &mut Pending<'_>, osd: i32) -> Result<(), Refusal> {
    let map = pending.before;
    let Some(crush) = pending.placing_crush() else { return Ok(()) };
    let mut workspace = PgWorkspace::new();
    let (mut held, mut is_clean) = (0u64, true);
    for (id, pool) in &map.pools {
        let Ok(mapper) = PoolMapper::new(map, crush, *id) else { continue };
        for seed in 0..pool.pg_num {
            let pg = mapper.map_pg(seed, &mut workspace);
            held += u64::from(pg.up.contains(&osd) || pg.acting.contains(&osd));
            let real = pg.acting.iter().filter(|osd| **osd != NONE).count();
            is_clean &= pg.up == pg.acting && real == usize::from(pool.size);
        }
    }
    let force = "--force does it all the same, and may lose data for good";
    if held > 0 {
        return Err(Refusal::busy(format!("osd.{osd} has {held} pgs mapped to it; {force}")));
    }
    if !is_clean && !map.is_up(osd) {
        return Err(Refusal::new(
            Errno::Eagain,
            format!("osd.{osd} is down and not all PGs are active+clean; {force}"),
        ));
    }
    Ok(())
}

fn remove_from_crush(crush: &mut CrushMap, osd: i32) -> Result<(), EditError> {
    let Some(name) = crush.item_name(osd).map(str::to_owned) else { return Ok(()) };
    match crush.remove_item(&name, Removal::Remove) {
        Err(EditError::NotInTree { .. }) => Ok(()),
        outcome => outcome,
    }
}

fn lost(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let osd = arguments.osd("id");
    if !arguments.has("yes_i_really_mean_it") {
        return Err(Refusal::denied(
            "this may mean real, permanent loss of data: add --yes-i-really-mean-it",
        ));
    }
    pending.existing(osd)?;
    if pending.before.is_up(osd) {
        return Err(Refusal::busy(format!("osd.{osd} is not down: stop it first")));
    }
    if let Some(entry) = pending.osd_mut(osd) {
        let info = &mut entry.osd.info;
        info.lost_at = info.down_at;
        let note = format!("marked osd lost in epoch {}", info.lost_at);
        pending.note(note);
    }
    pending.propose();
    Ok(())
}

fn set_max_osd(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let count = arguments.optional_whole("newmax").unwrap_or_default();
    let most = i64::from(pending.config().mon_max_osd).min(i64::from(OSDS_MAX));
    if count > most {
        return Err(Refusal::range(format!(
            "cannot set max_osd to {count} which is > conf.mon_max_osd ({most})"
        )));
    }
    let count = usize::try_from(count).unwrap_or_default();
    let cut = pending.before.osd_states.iter().skip(count);
    if cut.into_iter().any(|bits| bits & state::EXISTS != 0) {
        return Err(Refusal::busy(format!(
            "cannot shrink max_osd to {count}: OSDs with higher ids are in use"
        )));
    }
    pending.change.max_osd = Some(count);
    pending.note(format!("set new max_osd = {count}"));
    pending.propose();
    Ok(())
}
