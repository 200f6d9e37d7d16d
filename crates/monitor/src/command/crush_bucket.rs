//! Buckets of the CRUSH map: made, renamed, swapped, converted.

use crushlab_crushmap::EditError;

use super::arguments::Arguments;
use super::crush_item::location;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, any, flag, required};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush add-bucket",
        &[required("name", Kind::Text), required("type", Kind::Text), any("args", Kind::Text)],
        "Makes an empty bucket, at a place if one is given.",
        add_bucket,
    ),
    Signature::new(
        "osd crush rename-bucket",
        &[required("srcname", Kind::Text), required("dstname", Kind::Text)],
        "Renames a bucket.",
        rename_bucket,
    ),
    Signature::new(
        "osd crush swap-bucket",
        &[
            required("source", Kind::Text),
            required("dest", Kind::Text),
            flag("yes_i_really_mean_it"),
        ],
        "Exchanges what two buckets hold, and their names.",
        swap_bucket,
    ),
    Signature::new(
        "osd crush set-all-straw-buckets-to-straw2",
        &[],
        "Makes every straw bucket a straw2 bucket.",
        straw2,
    ),
];

fn add_bucket(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let place = location(arguments)?;
    let (name, type_name) = (arguments.text("name"), arguments.text("type"));
    if pending.before.crush.item_id(name).is_some() {
        pending.note(format!("bucket '{name}' already exists"));
        return Ok(());
    }
    pending.edit(|crush| crush.add_bucket(name, type_name, &place))?;
    pending.note(format!("added bucket {name} type {type_name} to crush map"));
    pending.propose_crush();
    Ok(())
}

fn rename_bucket(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (from, to) = (arguments.text("srcname"), arguments.text("dstname"));
    match pending.edit(|crush| crush.rename_bucket(from, to)) {
        Ok(()) => {
            pending.note(format!("renamed bucket {from} into {to}"));
            pending.propose_crush();
            Ok(())
        }
        // So that the command can be given twice.
        Err(error @ EditError::AlreadyRenamed { .. }) => {
            pending.note(error.to_string());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn swap_bucket(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (source, dest) = (arguments.text("source"), arguments.text("dest"));
    let crush = &pending.before.crush;
    let id = |name: &str| {
        let missing = || Refusal::missing(format!("item {name} does not exist"));
        crush.item_id(name).ok_or_else(missing)
    };
    let (source_id, dest_id) = (id(source)?, id(dest)?);
    let is_forced = arguments.has("yes_i_really_mean_it");
    if crush.parent(source_id).is_some() && !is_forced {
        return Err(Refusal::denied(format!(
            "source item {source} is in another bucket: expected a bucket without a parent, \
             or --yes-i-really-mean-it"
        )));
    }
    let algorithm = |id| crush.core.bucket(id).map(|bucket| bucket.algorithm());
    if algorithm(source_id) != algorithm(dest_id) && !is_forced {
        return Err(Refusal::denied(format!(
            "{source} and {dest} have different algorithms: expected the same, or \
             --yes-i-really-mean-it"
        )));
    }
    pending.edit(|crush| crush.swap_buckets(source, dest))?;
    pending.note(format!("swapped bucket of {source} to {dest}"));
    pending.propose_crush();
    Ok(())
}

fn straw2(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    let converted = pending.edit(|crush| crush.convert_straw_to_straw2())?;
    pending.note(format!("{converted} buckets converted"));
    pending.propose_crush();
    Ok(())
}
