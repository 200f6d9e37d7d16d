//! Settings that erasure-coded pools have only.

use crushlab_osdmap::Pool;
use crushlab_osdmap::model::pool_flag;

use super::erasure_code::{ErasureCode, Profile};
use super::error::Refusal;
use super::pending::Pending;
use super::pool_set::Change;

pub(super) fn set_fast_read(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    if !change.pool.is_erasure() {
        return Err(Refusal::invalid("fast read is for erasure-coded pools only"));
    }
    let is_on = change.switch()?;
    pending.change_pool(change.id, |pool| pool.fast_read = is_on);
    Ok(())
}

pub(super) fn set_overwrites(
    pending: &mut Pending<'_>,
    change: &Change<'_>,
) -> Result<(), Refusal> {
    if !change.pool.is_erasure() {
        return Err(Refusal::invalid("ec overwrites are for erasure-coded pools only"));
    }
    if !change.switch()? {
        return Err(Refusal::invalid("ec overwrites cannot be disabled once enabled"));
    }
    pending.change_pool(change.id, |pool| pool.flags |= pool_flag::EC_OVERWRITES);
    Ok(())
}

/// Lets a pool read and write single chunks, which only shards that hold the first or a coding
/// chunk can lead (`OSDMonitor::enable_pool_ec_optimizations`). There is no way back.
pub(super) fn set_optimizations(
    pending: &mut Pending<'_>,
    change: &Change<'_>,
) -> Result<(), Refusal> {
    let pool = change.pool;
    if !pool.is_erasure() {
        return Err(Refusal::invalid("ec optimizations are for erasure-coded pools only"));
    }
    if !change.switch()? {
        if pool.has_flags(pool_flag::EC_OPTIMIZATIONS) {
            return Err(Refusal::invalid("ec optimizations cannot be disabled once enabled"));
        }
        return Ok(());
    }
    let nonprimary_shards = nonprimary_shards(pending, pool)?;
    pending.change_pool(change.id, |pool| {
        pool.flags |= pool_flag::EC_OPTIMIZATIONS;
        pool.nonprimary_shards = nonprimary_shards;
    });
    Ok(())
}

/// The shards that never lead a PG once the pool is optimized: those of all data chunks but the
/// first.
fn nonprimary_shards(
    pending: &Pending<'_>,
    pool: &Pool,
) -> Result<std::collections::BTreeSet<u8>, Refusal> {
    const CHUNK_BYTES: u32 = 4096;
    let name = &pool.erasure_code_profile;
    let code = ErasureCode::of_profile(pending, name)?;
    let profile = pending.before.erasure_code_profiles.get(name);
    if !profile.is_some_and(can_be_optimized) {
        return Err(Refusal::invalid(format!(
            "ec optimizations do not go with the profile {name}: expected the plugin isa, or \
             jerasure with the technique reed_sol_van"
        )));
    }
    let chunk_bytes = pool.stripe_width / u32::from(code.data_chunks.max(1));
    if !chunk_bytes.is_multiple_of(CHUNK_BYTES) {
        return Err(Refusal::invalid(format!(
            "stripe_unit is {chunk_bytes}: expected a multiple of {CHUNK_BYTES} for ec \
             optimizations"
        )));
    }
    Ok((1..code.data_chunks).collect())
}

fn can_be_optimized(profile: &Profile) -> bool {
    let setting = |name: &str| profile.get(name).map_or("", String::as_str);
    match setting("plugin") {
        "isa" => true,
        "jerasure" => setting("technique") == "reed_sol_van",
        _ => false,
    }
}
