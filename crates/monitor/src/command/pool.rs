//! Pools: deleting, renaming, quotas, applications.

use crushlab_osdmap::model::pool_flag;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::size::{iec_bytes, si_count};
use super::value::{Kind, flag, optional, required};

const DELETED: &[super::value::Argument] = &[
    required("pool", Kind::Text),
    optional("pool2", Kind::Text),
    flag("yes_i_really_really_mean_it"),
    flag("yes_i_really_really_mean_it_not_faking"),
];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new("osd pool delete", DELETED, "Deletes a pool with all its data.", delete),
    Signature::new("osd pool rm", DELETED, "Deletes a pool with all its data.", delete),
    Signature::new(
        "osd pool rename",
        &[required("srcpool", Kind::Text), required("destpool", Kind::Text)],
        "Renames a pool.",
        rename,
    ),
    Signature::new(
        "osd pool set-quota",
        &[
            required("pool", Kind::Text),
            required("field", Kind::Choice(&["max_objects", "max_bytes"])),
            required("val", Kind::Text),
        ],
        "Limits the objects or bytes of a pool.",
        set_quota,
    ),
    Signature::new(
        "osd pool application enable",
        &[required("pool", Kind::Text), required("app", Kind::Text), flag("yes_i_really_mean_it")],
        "Says what a pool is for.",
        enable_application,
    ),
    Signature::new(
        "osd pool application disable",
        &[required("pool", Kind::Text), required("app", Kind::Text), flag("yes_i_really_mean_it")],
        "Takes back what a pool is for.",
        disable_application,
    ),
];

fn delete(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("pool");
    let Some((id, pool)) = pending.before.pool_by_name(name) else {
        pending.note(format!("pool '{name}' does not exist"));
        return Ok(());
    };
    let is_confirmed = arguments.has("yes_i_really_really_mean_it")
        || arguments.has("yes_i_really_really_mean_it_not_faking");
    if arguments.text("pool2") != name || !is_confirmed {
        return Err(Refusal::denied(format!(
            "this would destroy all data of pool {name} for good: give its name twice and \
             --yes-i-really-really-mean-it"
        )));
    }
    if pool.tier_of >= 0 || !pool.tiers.is_empty() {
        return Err(Refusal::busy(format!("pool '{name}' is a tier or has tiers: remove them")));
    }
    if !pending.config().mon_allow_pool_delete {
        return Err(Refusal::denied(
            "pool deletion is disabled: set mon_allow_pool_delete to true first",
        ));
    }
    if pool.has_flags(pool_flag::NODELETE) {
        return Err(Refusal::denied(format!(
            "pool deletion is disabled: unset nodelete of pool '{name}' first"
        )));
    }
    // Against its name it is this flag that a cluster of 16.2.15 renames the pool with, and the
    // other one that it deletes it with.
    let is_faked = arguments.has("yes_i_really_really_mean_it_not_faking");
    if pending.config().mon_fake_pool_delete && is_faked {
        let renamed = format!("{name}.{id}.DELETED");
        pending.note(format!("pool '{name}' renamed to '{renamed}' (mon_fake_pool_delete)"));
        if let Some(pool) = pending.pool_mut(id) {
            pool.name = renamed;
        }
        pending.propose();
        return Ok(());
    }
    pending.change.pools.insert(id, None);
    pending.propose();
    // The pool's own weight set goes with it.
    if pending.before.crush.core.choose_args.contains_key(&id) {
        pending.edit(|crush| crush.remove_weight_set(id))?;
        pending.propose_crush();
    }
    pending.note(format!("pool '{name}' removed"));
    Ok(())
}

fn rename(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (from, to) = (arguments.text("srcpool"), arguments.text("destpool"));
    let map = pending.before;
    match (map.pool_by_name(from), map.pool_by_name(to)) {
        (None, None) => Err(Refusal::missing(format!("unrecognized pool '{from}'"))),
        (None, Some(_)) => {
            pending.note(format!("pool '{from}' does not exist and '{to}' does: it is renamed"));
            Ok(())
        }
        (Some(_), Some(_)) => {
            let message = format!("pool '{to}' already exists: expected a new name");
            Err(Refusal::new(crushlab_crushmap::edit::Errno::Eexist, message))
        }
        (Some((id, _)), None) => {
            if let Some(pool) = pending.pool_mut(id) {
                pool.name = to.to_owned();
            }
            pending.note(format!("pool '{from}' renamed to '{to}'"));
            pending.propose();
            Ok(())
        }
    }
}

fn set_quota(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, _) = pending.pool(arguments.text("pool"))?;
    let (field, text) = (arguments.text("field"), arguments.text("val"));
    let is_bytes = field == "max_bytes";
    let value = if is_bytes { iec_bytes(text) } else { si_count(text) };
    let value = value.ok_or_else(|| {
        Refusal::invalid(format!("{field} is '{text}': expected a number such as 10 or 4M"))
    })?;
    pending.change_pool(id, |pool| {
        if is_bytes {
            pool.quota_max_bytes = value;
        } else {
            pool.quota_max_objects = value;
        }
    });
    pending.note(format!("set-quota {field} = {value} for pool {}", arguments.text("pool")));
    Ok(())
}

fn enable_application(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let app = arguments.text("app").to_owned();
    let is_first = pool.application_metadata.is_empty();
    let is_known = pool.application_metadata.contains_key(&app);
    if !is_known && !is_first && !arguments.has("yes_i_really_mean_it") {
        return Err(Refusal::denied(format!(
            "pool '{}' has an application: add --yes-i-really-mean-it for another",
            pool.name
        )));
    }
    pending.change_pool(id, |pool| {
        pool.application_metadata.entry(app).or_default();
    });
    Ok(())
}

fn disable_application(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let app = arguments.text("app");
    if !arguments.has("yes_i_really_mean_it") {
        return Err(Refusal::denied("an application may need it: add --yes-i-really-mean-it"));
    }
    if pool.application_metadata.contains_key(app) {
        pending.change_pool(id, |pool| {
            pool.application_metadata.remove(app);
        });
    }
    Ok(())
}
