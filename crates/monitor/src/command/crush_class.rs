//! Device classes.

use crushlab_crushmap::EditError;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::{Listed, Pending};
use super::signature::Signature;
use super::value::{Kind, required, several};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush set-device-class",
        &[required("class", Kind::Text), several("ids", Kind::Text)],
        "Gives OSDs that have none a device class.",
        set_device_class,
    ),
    Signature::new(
        "osd crush rm-device-class",
        &[several("ids", Kind::Text)],
        "Takes the device class of OSDs away.",
        remove_device_class,
    ),
    Signature::new(
        "osd crush class create",
        &[required("class", Kind::Text)],
        "Makes a device class.",
        create,
    ),
    Signature::new(
        "osd crush class rm",
        &[required("class", Kind::Text)],
        "Removes a device class.",
        remove,
    ),
    Signature::new(
        "osd crush class rename",
        &[required("srcname", Kind::Text), required("dstname", Kind::Text)],
        "Renames a device class.",
        rename,
    ),
];

fn set_device_class(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let class = arguments.text("class");
    let Listed { osds, .. } = pending.listed_osds(&arguments.texts("ids"))?;
    for osd in osds {
        if pending.edit(|crush| crush.set_device_class(osd, class))? {
            pending.note(format!("set osd.{osd} to class '{class}'"));
        } else {
            pending.note(format!("osd.{osd} has class '{class}': no change"));
        }
    }
    pending.propose_crush();
    Ok(())
}

fn remove_device_class(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let Listed { osds, .. } = pending.listed_osds(&arguments.texts("ids"))?;
    for osd in osds {
        if pending.crush().item_class(osd).is_none() {
            pending.note(format!("osd.{osd} belongs to no class"));
            continue;
        }
        pending.edit(|crush| crush.remove_device_class(osd))?;
        pending.note(format!("done removing class of osd.{osd}"));
    }
    pending.propose_crush();
    Ok(())
}

fn create(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let class = arguments.text("class");
    match pending.edit(|crush| crush.create_class(class)) {
        Ok(id) => {
            pending.note(format!("created class {class} with id {id} to crush map"));
            pending.propose_crush();
            Ok(())
        }
        Err(error @ EditError::ClassExists { .. }) => {
            pending.note(error.to_string());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let class = arguments.text("class");
    let Some(id) = pending.before.crush.class_id(class) else {
        pending.note(format!("class '{class}' does not exist"));
        return Ok(());
    };
    let names_it = |profile: &std::collections::BTreeMap<String, String>| {
        profile.get("crush-device-class").is_some_and(|other| other == class)
    };
    let profiles = &pending.before.erasure_code_profiles;
    if let Some((profile, _)) = profiles.iter().find(|(_, profile)| names_it(profile)) {
        return Err(Refusal::busy(format!(
            "class '{class}' is still referenced by erasure-code-profile {profile}"
        )));
    }
    pending.edit(|crush| crush.remove_class(class))?;
    pending.note(format!("removed class {class} with id {id} from crush map"));
    pending.propose_crush();
    Ok(())
}

fn rename(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (from, to) = (arguments.text("srcname"), arguments.text("dstname"));
    let crush = &pending.before.crush;
    if crush.class_id(from).is_none() && crush.class_id(to).is_some() {
        pending.note(format!("already renamed to '{to}'"));
        return Ok(());
    }
    pending.edit(|crush| crush.rename_class(from, to))?;
    pending.note(format!("rename class '{from}' to '{to}'"));
    pending.propose_crush();
    Ok(())
}
