//! Pools that are stretched over several sites (Tentacle and later).

use crushlab_crush::NONE;
use crushlab_osdmap::Pool;

use crushlab_osdmap::model::Release;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::rule_fit::check_rule;
use super::signature::Signature;
use super::value::{COUNT, Kind, flag, required};

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd pool stretch set",
        &[
            required("pool", Kind::Text),
            required("peering_crush_bucket_count", COUNT),
            required("peering_crush_bucket_target", COUNT),
            required("peering_crush_bucket_barrier", Kind::Text),
            required("crush_rule", Kind::Text),
            required("size", COUNT),
            required("min_size", COUNT),
            flag("yes_i_really_mean_it"),
        ],
        "Stretches a pool: its PGs peer with OSDs in so many buckets of a type only.",
        set,
    )
    .since(Release::TENTACLE),
    Signature::new(
        "osd pool stretch unset",
        &[
            required("pool", Kind::Text),
            required("crush_rule", Kind::Text),
            required("size", COUNT),
            required("min_size", COUNT),
        ],
        "Takes that back.",
        unset,
    )
    .since(Release::TENTACLE),
    Signature::new(
        "osd pool stretch show",
        &[required("pool", Kind::Text)],
        "Only looks; fails for pools that are not stretched.",
        |pending, arguments| stretched(pending, arguments).map(|_| ()),
    )
    .since(Release::TENTACLE),
];

/// The pool that is named, which has to be stretched.
fn stretched<'a>(pending: &Pending<'a>, arguments: &Arguments) -> Result<(i64, &'a Pool), Refusal> {
    let name = arguments.text("pool");
    let (id, pool) = pending.pool(name)?;
    if pool.is_stretch_pool() {
        return Ok((id, pool));
    }
    Err(Refusal::missing(format!("pool {name} is not a stretch pool: stretch it first")))
}

/// The rule that is named, which has to fit the pool.
fn rule(pending: &Pending<'_>, arguments: &Arguments, pool: &Pool) -> Result<u8, Refusal> {
    let name = arguments.text("crush_rule");
    let crush = &pending.before.crush;
    let id = crush.rule_id(name).and_then(|id| u8::try_from(id).ok());
    let id = id.ok_or_else(|| Refusal::missing(format!("crush rule {name} does not exist")))?;
    check_rule(crush, pending.release(), id, pool.pool_type, pool.size)?;
    Ok(id)
}

/// A number that is kept in so many bits, of which Ceph leaves out what is above.
fn count(arguments: &Arguments, name: &str) -> u32 {
    arguments.optional_whole(name).and_then(|number| u32::try_from(number).ok()).unwrap_or(u32::MAX)
}

/// A size of a pool.
fn size(arguments: &Arguments, name: &str) -> Result<u8, Refusal> {
    let number = count(arguments, name);
    u8::try_from(number)
        .map_err(|_| Refusal::invalid(format!("{name} is {number}: expected at most 255")))
}

fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    const NAMES: [&str; 2] = ["peering_crush_bucket_count", "peering_crush_bucket_target"];
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let counts = NAMES.map(|name| count(arguments, name));
    if let Some((name, _)) = NAMES.iter().zip(counts).find(|(_, count)| *count == 0) {
        return Err(Refusal::invalid(format!("{name} is 0: expected 1 or above")));
    }
    let barrier = arguments.text("peering_crush_bucket_barrier");
    let crush = &pending.before.crush;
    let barrier_type = crush.type_id(barrier).ok_or_else(|| {
        Refusal::invalid(format!(
            "peering_crush_bucket_barrier is {barrier}: expected a bucket type of the crush map"
        ))
    })?;
    let rule = rule(pending, arguments, pool)?;
    let buckets = crush.core.buckets.iter().flatten();
    let of_type = buckets
        .filter(|bucket| i32::from(bucket.type_id) == barrier_type && !crush.is_shadow(bucket.id));
    let existing = of_type.count();
    let too_many = NAMES.iter().zip(counts).find(|(_, count)| *count as usize > existing);
    if let Some((name, count)) = too_many.filter(|_| !arguments.has("yes_i_really_mean_it")) {
        return Err(Refusal::denied(format!(
            "{name} is {count}, and there are {existing} of type {barrier}: data could become \
             unavailable; add --yes-i-really-mean-it"
        )));
    }
    let (size, min_size) = (size(arguments, "size")?, size(arguments, "min_size")?);
    pending.change_pool(id, |pool| {
        [pool.peering_crush_bucket_count, pool.peering_crush_bucket_target] = counts;
        pool.peering_crush_bucket_barrier = barrier_type.unsigned_abs();
        pool.peering_crush_mandatory_member = NONE;
        (pool.crush_rule, pool.size, pool.min_size) = (rule, size, min_size);
    });
    pending.note(format!("pool {} stretch values are set", pool.name));
    Ok(())
}

fn unset(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, pool) = stretched(pending, arguments)?;
    let rule = rule(pending, arguments, pool)?;
    let (size, min_size) = (size(arguments, "size")?, size(arguments, "min_size")?);
    pending.change_pool(id, |pool| {
        pool.peering_crush_bucket_count = 0;
        pool.peering_crush_bucket_target = 0;
        pool.peering_crush_bucket_barrier = 0;
        pool.peering_crush_mandatory_member = NONE;
        (pool.crush_rule, pool.size, pool.min_size) = (rule, size, min_size);
    });
    pending.note(format!("pool {} is no longer a stretch pool", pool.name));
    Ok(())
}
