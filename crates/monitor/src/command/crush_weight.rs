//! CRUSH weights: of an OSD, of all below a bucket, of all buckets again.

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, WEIGHT, required};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush reweight",
        &[required("name", Kind::Text), required("weight", WEIGHT)],
        "Sets the CRUSH weight of an OSD.",
        reweight,
    ),
    Signature::new(
        "osd crush reweight-subtree",
        &[required("name", Kind::Text), required("weight", WEIGHT)],
        "Sets the CRUSH weight of every OSD below a bucket.",
        reweight_subtree,
    ),
    Signature::new(
        "osd crush reweight-all",
        &[],
        "Adds up the weights of all buckets again.",
        reweight_all,
    ),
];

fn reweight(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (name, weight) = (arguments.text("name"), arguments.decimal("weight") as f32);
    let id = existing(pending, name)?;
    if id < 0 {
        return Err(Refusal::invalid(format!(
            "'{name}' is a bucket: expected an OSD, or osd crush reweight-subtree"
        )));
    }
    let sets = pending.weight_sets();
    pending.edit(|crush| crush.reweight_item(name, weight, sets))?;
    pending.note(format!("reweighted item id {id} name '{name}' to {weight} in crush map"));
    pending.propose_crush();
    Ok(())
}

fn existing(pending: &Pending<'_>, name: &str) -> Result<i32, Refusal> {
    let missing = || Refusal::missing(format!("'{name}' does not appear in the crush map"));
    pending.before.crush.item_id(name).ok_or_else(missing)
}

fn reweight_subtree(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (name, weight) = (arguments.text("name"), arguments.decimal("weight") as f32);
    let id = existing(pending, name)?;
    if id >= 0 {
        return Err(Refusal::invalid(format!(
            "'{name}' is an OSD: expected a bucket, or osd crush reweight"
        )));
    }
    let sets = pending.weight_sets();
    pending.edit(|crush| crush.reweight_subtree(name, weight, sets))?;
    pending.note(format!("reweighted subtree id {id} name '{name}' to {weight} in crush map"));
    pending.propose_crush();
    Ok(())
}

fn reweight_all(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    pending.edit(|crush| crush.reweight_all())?;
    pending.note("reweighted crush hierarchy");
    pending.propose_crush();
    Ok(())
}
