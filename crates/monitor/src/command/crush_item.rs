//! Devices in the CRUSH map: their places.

use crushlab_crushmap::edit::{Location, Removal};
use crushlab_crushmap::{CrushMap, EditError};

use super::arguments::Arguments;
use super::error::Refusal;
use super::osd_life::down_until_started;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, WEIGHT, optional, required, several};

const PLACED: &[super::value::Argument] =
    &[required("id", Kind::Osd), required("weight", WEIGHT), several("args", Kind::Text)];
const REMOVED: &[super::value::Argument] =
    &[required("name", Kind::Text), optional("ancestor", Kind::Text)];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush add",
        PLACED,
        "Puts an OSD at a further place (host=h1 root=default) with a weight.",
        add,
    ),
    Signature::new(
        "osd crush set",
        PLACED,
        "Puts an OSD at a place with a weight, and takes it away from all others.",
        set,
    ),
    Signature::new(
        "osd crush create-or-move",
        PLACED,
        "Puts an OSD at a place; the weight counts if it had none.",
        create_or_move,
    ),
    Signature::new(
        "osd crush move",
        &[required("name", Kind::Text), several("args", Kind::Text)],
        "Moves an OSD or a bucket to another place.",
        move_item,
    ),
    Signature::new(
        "osd crush link",
        &[required("name", Kind::Text), several("args", Kind::Text)],
        "Puts a bucket at a further place.",
        link,
    ),
    Signature::new("osd crush rm", REMOVED, "Removes an OSD or an empty bucket.", remove),
    Signature::new("osd crush remove", REMOVED, "Removes an OSD or an empty bucket.", remove),
    Signature::new(
        "osd crush unlink",
        REMOVED,
        "Takes an OSD or a bucket out of the buckets that hold it.",
        unlink,
    ),
];

/// The place that `host=h1 root=default` means.
pub(super) fn location(arguments: &Arguments) -> Result<Location, Refusal> {
    Ok(Location::parse(arguments.texts("args"))?)
}

fn add(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let place = location(arguments)?;
    let osd = existing(pending, arguments)?;
    if pending.before.crush.weight_at(osd, &place).is_some() {
        return update(pending, arguments, osd, &place);
    }
    let (name, weight) = (format!("osd.{osd}"), arguments.decimal("weight") as f32);
    pending.edit(|crush| crush.insert_item(osd, weight, &name, &place))?;
    pending.note(format!("add item id {osd} name '{name}' weight {weight} at location {place}"));
    note_if_down(pending, osd);
    pending.propose_crush();
    Ok(())
}

/// An OSD that is put into the CRUSH map while it is down takes no PGs.
fn note_if_down(pending: &mut Pending<'_>, osd: i32) {
    if !pending.before.is_up(osd) {
        pending.note(down_until_started(osd));
    }
}

fn existing(pending: &Pending<'_>, arguments: &Arguments) -> Result<i32, Refusal> {
    let osd = arguments.osd("id");
    if pending.before.exists(osd) {
        return Ok(osd);
    }
    Err(Refusal::missing(format!(
        "osd.{osd} does not exist: create it (osd new) before updating the crush map"
    )))
}

fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let place = location(arguments)?;
    let osd = existing(pending, arguments)?;
    if pending.before.crush.item_name(osd).is_none() {
        return Err(Refusal::missing(format!(
            "unable to set osd.{osd}: it is not in the crush map; expected osd crush add"
        )));
    }
    update(pending, arguments, osd, &place)
}

fn update(
    pending: &mut Pending<'_>,
    arguments: &Arguments,
    osd: i32,
    place: &Location,
) -> Result<(), Refusal> {
    let (name, weight) = (format!("osd.{osd}"), arguments.decimal("weight") as f32);
    if pending.edit(|crush| crush.update_item(osd, weight, &name, place))? {
        pending.note(format!("set item id {osd} name '{name}' weight {weight} at {place}"));
        pending.propose_crush();
    } else {
        pending.note(format!("set item id {osd} name '{name}' weight {weight}: no change"));
    }
    Ok(())
}

fn create_or_move(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let place = location(arguments)?;
    let osd = existing(pending, arguments)?;
    let (name, weight) = (format!("osd.{osd}"), arguments.decimal("weight") as f32);
    let sets = pending.weight_sets();
    let is_new = pending.before.crush.parent(osd).is_none();
    if pending.edit(|crush| crush.create_or_move_item(osd, weight, &name, &place, sets))? {
        pending.propose_crush();
        if is_new {
            note_if_down(pending, osd);
        }
    }
    pending.note(format!("create-or-move item name '{name}' weight {weight} at {place}"));
    Ok(())
}

fn move_item(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let place = location(arguments)?;
    let name = arguments.text("name");
    let sets = pending.weight_sets();
    if pending.edit(|crush| crush.move_item_with(name, &place, sets))? {
        pending.note(format!("moved '{name}' to location {place} in crush map"));
        pending.propose_crush();
    } else {
        pending.note(format!("no need to move '{name}': it is at location {place}"));
    }
    Ok(())
}

fn link(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let place = location(arguments)?;
    let name = arguments.text("name");
    if pending.edit(|crush| crush.link_bucket(name, &place))? {
        pending.note(format!("linked '{name}' to location {place} in crush map"));
        pending.propose_crush();
    } else {
        pending.note(format!("no need to link '{name}': it is at location {place}"));
    }
    Ok(())
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    take_out(pending, arguments, Removal::Remove)
}

fn unlink(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    take_out(pending, arguments, Removal::Unlink)
}

fn take_out(
    pending: &mut Pending<'_>,
    arguments: &Arguments,
    removal: Removal,
) -> Result<(), Refusal> {
    let name = arguments.text("name");
    let Some(id) = pending.before.crush.item_id(name) else {
        pending.note(format!("'{name}' does not appear in the crush map"));
        return Ok(());
    };
    // As in Ceph, a device is no ancestor: it is passed over.
    let ancestor = match arguments.optional_text("ancestor") {
        None => None,
        Some(ancestor) => {
            let found = pending.before.crush.item_id(ancestor).ok_or_else(|| {
                Refusal::missing(format!("ancestor '{ancestor}' is not in the crush map"))
            })?;
            (found < 0).then_some(ancestor)
        }
    };
    let edit = |crush: &mut CrushMap| match ancestor {
        Some(ancestor) => crush.remove_item_under(name, ancestor, removal),
        None => crush.remove_item(name, removal),
    };
    match pending.edit(edit) {
        Ok(()) => {}
        Err(EditError::NotInTree { .. } | EditError::NoSuchId { .. }) => {
            pending.note(format!("item {id} does not appear in that position"));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    if removal == Removal::Remove {
        pending.change.crush_node_flags.insert(id, 0);
    }
    pending.note(format!("removed item id {id} name '{name}' from crush map"));
    pending.propose_crush();
    Ok(())
}
