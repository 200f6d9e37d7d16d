//! Weight sets: CRUSH weights for one pool, or for all (the compat set).

use crushlab_crushmap::edit::Errno;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Kind, WEIGHT, required, several};

/// Id of the compat set (`CrushWrapper::DEFAULT_CHOOSE_ARGS`).
const COMPAT: i64 = -1;

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd crush weight-set create",
        &[required("pool", Kind::Text), required("mode", Kind::Choice(&["flat", "positional"]))],
        "Makes a weight set for a pool, of the weights there are.",
        create,
    ),
    Signature::new(
        "osd crush weight-set create-compat",
        &[],
        "Makes the weight set for pools without one of their own.",
        create_compat,
    ),
    Signature::new(
        "osd crush weight-set rm",
        &[required("pool", Kind::Text)],
        "Removes a pool's weight set.",
        remove,
    ),
    Signature::new(
        "osd crush weight-set rm-compat",
        &[],
        "Removes the compat weight set.",
        remove_compat,
    ),
    Signature::new(
        "osd crush weight-set reweight",
        &[required("pool", Kind::Text), required("item", Kind::Text), several("weight", WEIGHT)],
        "Sets an item's weights, one for each position, in a pool's weight set.",
        reweight,
    ),
    Signature::new(
        "osd crush weight-set reweight-compat",
        &[required("item", Kind::Text), several("weight", WEIGHT)],
        "Sets an item's weight in the compat weight set.",
        reweight_compat,
    ),
];

fn create(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    const LUMINOUS: u8 = 12;
    if (1..LUMINOUS).contains(&pending.before.require_min_compat_client) {
        return Err(Refusal::denied(
            "weight sets of pools need clients of luminous or later: \
             set-require-min-compat-client luminous first",
        ));
    }
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let positions = if arguments.text("mode") == "flat" { 1 } else { usize::from(pool.size) };
    make(pending, id, positions)
}

fn create_compat(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    make(pending, COMPAT, 1)
}

fn make(pending: &mut Pending<'_>, set: i64, positions: usize) -> Result<(), Refusal> {
    if pending.edit(|crush| crush.create_weight_set(set, positions))? {
        pending.propose_crush();
    } else {
        pending.note("weight-set already created");
    }
    Ok(())
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, _) = pending.pool(arguments.text("pool"))?;
    pending.edit(|crush| crush.remove_weight_set(id))?;
    pending.propose_crush();
    Ok(())
}

fn remove_compat(pending: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    pending.edit(|crush| crush.remove_weight_set(COMPAT))?;
    pending.propose_crush();
    Ok(())
}

fn reweight(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, _) = pending.pool(arguments.text("pool"))?;
    set_weights(pending, id, arguments)
}

fn reweight_compat(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let outcome = set_weights(pending, COMPAT, arguments);
    // Ceph finds no bucket with so many positions, and says that the item is not there.
    let is_wrong_count = arguments.decimals("weight").len() != 1;
    outcome.map_err(|refusal| match refusal.errno {
        Errno::Einval if is_wrong_count => Refusal::missing(refusal.message),
        _ => refusal,
    })
}

fn set_weights(pending: &mut Pending<'_>, set: i64, arguments: &Arguments) -> Result<(), Refusal> {
    let weights = arguments.decimals("weight");
    let item = arguments.text("item");
    pending.edit(|crush| crush.reweight_weight_set(set, item, &weights))?;
    pending.propose_crush();
    Ok(())
}
