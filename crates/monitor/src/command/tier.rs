//! Cache tiers: pools in front of others.
//!
//! Which OSDs a PG is on does not depend on tiers; what may be done to their pools does. Checks and
//! effects are those of `OSDMonitor::prepare_command_impl` ("osd tier …").

use crushlab_crushmap::edit::Errno;
use crushlab_osdmap::Pool;
use crushlab_osdmap::model::pool_flag;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::signature::Signature;
use super::value::{Argument, COUNT, Kind, flag, required};

const PAIR: &[Argument] = &[required("pool", Kind::Text), required("tierpool", Kind::Text)];

/// Names of cache modes by number; those without a name can no longer be set.
const MODES: [&str; 7] =
    ["none", "writeback", "forward", "readonly", "readforward", "readproxy", "proxy"];
const NONE: u8 = 0;
const WRITEBACK: u8 = 1;
const READPROXY: u8 = 5;
const PROXY: u8 = 6;

/// What `osd tier add-cache` makes of a pool (`osd_tier_default_cache_*`, at their defaults).
const HIT_SETS: u32 = 4;
const HIT_SET_PERIOD_SECONDS: u32 = 1200;
const HIT_SET_GRADE_DECAY_RATE: u32 = 20;
/// `HitSet::Params` of a Bloom filter that errs in 5 of 100 cases.
const BLOOM: [u8; 33] = [
    1, 1, 27, 0, 0, 0, 3, // a frame, and the kind
    1, 1, 20, 0, 0, 0, // the filter's own frame
    0x50, 0xc3, 0, 0, // false positives, in millionths
    0, 0, 0, 0, 0, 0, 0, 0, // target size
    0, 0, 0, 0, 0, 0, 0, 0, // seed
];

pub(super) const COMMANDS: &[Signature] = &[
    Signature::new(
        "osd tier add",
        &[required("pool", Kind::Text), required("tierpool", Kind::Text), flag("force_nonempty")],
        "Makes a pool a tier of another one.",
        add,
    ),
    Signature::new(
        "osd tier add-cache",
        &[required("pool", Kind::Text), required("tierpool", Kind::Text), required("size", COUNT)],
        "Puts a pool as a cache of so many bytes in front of another one.",
        add_cache,
    ),
    Signature::new("osd tier remove", PAIR, "Makes a pool no longer a tier.", remove),
    Signature::new("osd tier rm", PAIR, "Makes a pool no longer a tier.", remove),
    Signature::new(
        "osd tier set-overlay",
        &[required("pool", Kind::Text), required("overlaypool", Kind::Text)],
        "Sends clients of a pool to its tier.",
        set_overlay,
    ),
    Signature::new(
        "osd tier remove-overlay",
        &[required("pool", Kind::Text)],
        "Sends clients of a pool to itself again.",
        remove_overlay,
    ),
    Signature::new(
        "osd tier rm-overlay",
        &[required("pool", Kind::Text)],
        "Sends clients of a pool to itself again.",
        remove_overlay,
    ),
    Signature::new(
        "osd tier cache-mode",
        &[
            required("pool", Kind::Text),
            required(
                "mode",
                Kind::Choice(&["writeback", "proxy", "readproxy", "readonly", "none"]),
            ),
            flag("yes_i_really_mean_it"),
        ],
        "Says how a tier caches.",
        cache_mode,
    ),
];

/// The base pool and the tier that a command names.
struct Pair<'a> {
    base: (i64, &'a Pool),
    tier: (i64, &'a Pool),
}

impl<'a> Pair<'a> {
    fn of(pending: &Pending<'a>, base: &str, tier: &str) -> Result<Pair<'a>, Refusal> {
        Ok(Pair { base: pending.pool(base)?, tier: pending.pool(tier)? })
    }

    /// Whether the base pool has this tier.
    fn is_tier(&self) -> bool {
        u64::try_from(self.tier.0).is_ok_and(|tier| self.base.1.tiers.contains(&tier))
    }

    /// Whether the tier may become one; `false` where it is one already.
    fn may_become(&self, pending: &mut Pending<'_>) -> Result<bool, Refusal> {
        let (base, tier) = (&self.base.1.name, &self.tier.1.name);
        if self.is_tier() {
            pending.note(format!("pool '{tier}' is now (or already was) a tier of '{base}'"));
            return Ok(false);
        }
        if self.base.1.tier_of >= 0 {
            return Err(Refusal::invalid(format!(
                "pool '{base}' is a tier itself: a tier cannot have tiers"
            )));
        }
        if !self.tier.1.tiers.is_empty() {
            return Err(Refusal::invalid(format!(
                "pool '{tier}' has tiers: a tier cannot have tiers"
            )));
        }
        if self.tier.1.tier_of >= 0 {
            return Err(Refusal::invalid(format!("pool '{tier}' is already a tier of another")));
        }
        Ok(true)
    }
}

/// Refuses a tier that holds objects, as far as that is known.
fn expect_empty(
    pending: &Pending<'_>,
    (id, pool): (i64, &Pool),
    hint: &str,
) -> Result<(), Refusal> {
    let objects = pending.context.pool_objects.get(&id).copied().unwrap_or(0);
    if objects == 0 {
        return Ok(());
    }
    let message = format!("tier pool '{}' holds {objects} objects{hint}", pool.name);
    Err(Refusal::new(Errno::Enotempty, message))
}

fn add(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let pair = Pair::of(pending, arguments.text("pool"), arguments.text("tierpool"))?;
    if !pair.may_become(pending)? {
        return Ok(());
    }
    let (tier_id, tier) = pair.tier;
    if !arguments.has("force_nonempty") {
        expect_empty(pending, pair.tier, ": --force-nonempty takes it all the same")?;
    }
    if tier.is_erasure() {
        let message = format!("tier pool '{}' is erasure-coded: it cannot be a tier", tier.name);
        return Err(Refusal::new(Errno::Enotsup, message));
    }
    if !tier.snaps.is_empty() || !tier.removed_snaps.is_empty() {
        let message = format!("tier pool '{}' has snapshots: it cannot be a tier", tier.name);
        return Err(Refusal::new(Errno::Enotempty, message));
    }
    join(pending, &pair);
    let base = &pair.base.1.name;
    pending.note(format!("pool '{}' is now (or already was) a tier of '{base}'", tier.name));
    pending.change_pool(tier_id, |_| {});
    Ok(())
}

/// Makes one pool a tier of the other. All tiers get the base pool's snapshots with the new map
/// (`OSDMap::Incremental::propagate_base_properties_to_tiers`).
fn join(pending: &mut Pending<'_>, pair: &Pair<'_>) {
    let epoch = pending.before.epoch.saturating_add(1);
    let ((base_id, base), tier_id) = (pair.base, pair.tier.0);
    pending.change_pool(base_id, |pool| {
        pool.tiers.extend(u64::try_from(tier_id));
        pool.snap_epoch = epoch;
    });
    pending.change_pool(tier_id, |pool| pool.tier_of = base_id);
    let others = base.tiers.iter().filter_map(|tier| i64::try_from(*tier).ok());
    for tier in others.chain([tier_id]) {
        if let Some(pool) = pending.pool_mut(tier) {
            pool.snap_epoch = epoch;
            pool.snap_seq = base.snap_seq;
            pool.snaps.clone_from(&base.snaps);
        }
    }
}

fn add_cache(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let pair = Pair::of(pending, arguments.text("pool"), arguments.text("tierpool"))?;
    if !pair.may_become(pending)? {
        return Ok(());
    }
    let target_max_bytes = arguments.optional_whole("size").unwrap_or(0).unsigned_abs();
    expect_empty(pending, pair.tier, "")?;
    if pair.tier.1.is_erasure() {
        let name = &pair.tier.1.name;
        let message = format!("tier pool '{name}' is erasure-coded: it cannot be a tier");
        return Err(Refusal::new(Errno::Enotsup, message));
    }
    join(pending, &pair);
    overlay(pending, &pair);
    pending.change_pool(pair.tier.0, |pool| {
        pool.cache_mode = WRITEBACK;
        pool.hit_set_count = HIT_SETS;
        pool.hit_set_period_seconds = HIT_SET_PERIOD_SECONDS;
        pool.min_read_recency_for_promote = 1;
        pool.min_write_recency_for_promote = 1;
        pool.hit_set_grade_decay_rate = HIT_SET_GRADE_DECAY_RATE;
        pool.hit_set_search_last_n = 1;
        pool.hit_set_params = BLOOM.to_vec();
        pool.target_max_bytes = target_max_bytes;
    });
    let (base, tier) = (&pair.base.1.name, &pair.tier.1.name);
    pending.note(format!("pool '{tier}' is now (or already was) a cache tier of '{base}'"));
    Ok(())
}

fn remove(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let pair = Pair::of(pending, arguments.text("pool"), arguments.text("tierpool"))?;
    let (base, tier) = (&pair.base.1.name, &pair.tier.1.name);
    let done = format!("pool '{tier}' is now (or already was) not a tier of '{base}'");
    if !pair.is_tier() {
        pending.note(done);
        return Ok(());
    }
    if pair.base.1.read_tier == pair.tier.0 {
        return Err(Refusal::busy(format!(
            "tier pool '{tier}' is the overlay of '{base}': ceph osd tier remove-overlay first"
        )));
    }
    let tier_id = pair.tier.0;
    pending.change_pool(pair.base.0, |pool| {
        pool.tiers.retain(|tier| i64::try_from(*tier) != Ok(tier_id));
    });
    pending.change_pool(tier_id, leave);
    pending.note(done);
    Ok(())
}

/// What a pool no longer has when it is no longer a tier (`pg_pool_t::clear_tier`).
fn leave(pool: &mut Pool) {
    if pool.cache_mode != NONE {
        pool.flags |= pool_flag::INCOMPLETE_CLONES;
    }
    (pool.tier_of, pool.read_tier, pool.write_tier) = (-1, -1, -1);
    pool.cache_mode = NONE;
    (pool.target_max_bytes, pool.target_max_objects) = (0, 0);
    pool.cache_target_dirty_ratio_micro = 0;
    pool.cache_target_dirty_high_ratio_micro = 0;
    pool.cache_target_full_ratio_micro = 0;
    pool.hit_set_params = Pool::default().hit_set_params;
    (pool.hit_set_period_seconds, pool.hit_set_count) = (0, 0);
    (pool.hit_set_grade_decay_rate, pool.hit_set_search_last_n) = (0, 0);
}

fn set_overlay(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let pair = Pair::of(pending, arguments.text("pool"), arguments.text("overlaypool"))?;
    let (base, tier) = (&pair.base.1.name, &pair.tier.1.name);
    if !pair.is_tier() {
        return Err(Refusal::invalid(format!("tier pool '{tier}' is not a tier of '{base}'")));
    }
    let done = format!("overlay for '{base}' is now (or already was) '{tier}'");
    if pair.base.1.read_tier == pair.tier.0 {
        pending.note(done);
        return Ok(());
    }
    if pair.base.1.read_tier >= 0 {
        return Err(Refusal::invalid(format!(
            "pool '{base}' has another overlay: ceph osd tier remove-overlay first"
        )));
    }
    overlay(pending, &pair);
    let is_idle = pair.tier.1.cache_mode == NONE;
    let warning = if is_idle { " (its cache_mode is still none)" } else { "" };
    pending.note(format!("{done}{warning}"));
    Ok(())
}

/// Sends clients of the base pool to the tier.
fn overlay(pending: &mut Pending<'_>, pair: &Pair<'_>) {
    let tier = pair.tier.0;
    let epoch = pending.before.epoch.saturating_add(1);
    pending.change_pool(pair.base.0, |pool| {
        (pool.read_tier, pool.write_tier) = (tier, tier);
        resend(pool, epoch);
    });
    pending.change_pool(tier, |pool| resend(pool, epoch));
}

/// Clients have to send their requests again from this epoch on.
fn resend(pool: &mut Pool, epoch: u32) {
    pool.last_force_op_resend = epoch;
    pool.last_force_op_resend_prenautilus = epoch;
    pool.last_force_op_resend_preluminous = epoch;
}

fn remove_overlay(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let (read_tier, name) = (pool.read_tier, &pool.name);
    if read_tier >= 0 {
        let epoch = pending.before.epoch.saturating_add(1);
        pending.change_pool(id, |pool| {
            (pool.read_tier, pool.write_tier) = (-1, -1);
            resend(pool, epoch);
        });
        pending.change_pool(read_tier, |pool| resend(pool, epoch));
    }
    pending.note(format!("there is now (or already was) no overlay for '{name}'"));
    Ok(())
}

fn cache_mode(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let (name, mode_name) = (&pool.name, arguments.text("mode"));
    if pool.tier_of < 0 {
        return Err(Refusal::invalid(format!("pool '{name}' is not a tier")));
    }
    let number = MODES.iter().position(|mode| *mode == mode_name);
    let mode = number
        .and_then(|mode| u8::try_from(mode).ok())
        .ok_or_else(|| Refusal::invalid(format!("'{mode_name}' is not a cache mode")))?;
    let is_supported = matches!(mode, NONE | WRITEBACK | READPROXY | PROXY);
    if !is_supported && !arguments.has("yes_i_really_mean_it") {
        return Err(Refusal::denied(format!(
            "cache mode '{mode_name}' may corrupt data: --yes-i-really-mean-it sets it"
        )));
    }
    let done = format!("set cache-mode for pool '{name}' to {mode_name}");
    if pool.cache_mode == mode {
        pending.note(done);
        return Ok(());
    }
    pending.change_pool(id, |pool| {
        pool.cache_mode = mode;
        pool.flags |= pool_flag::INCOMPLETE_CLONES;
    });
    let is_overlay =
        pending.before.pools.get(&pool.tier_of).is_some_and(|base| base.read_tier == id);
    let warning = if mode == NONE && is_overlay { " (clients are still sent to it)" } else { "" };
    pending.note(format!("{done}{warning}"));
    Ok(())
}
