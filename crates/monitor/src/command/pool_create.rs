//! Making a pool.

use crushlab_osdmap::Pool;
use crushlab_osdmap::model::{PoolOption, option_key, pool_flag};

use super::arguments::Arguments;
use super::crush_rule::add_erasure_rule;
use super::erasure_code::ErasureCode;
use super::erasure_profile::default_profile;
use super::error::Refusal;
use super::pending::Pending;
use super::pg_limit::refuse_too_many_pgs;
use super::rule_fit::check_rule;
use super::signature::Signature;
use super::size::iec_bytes;
use super::value::{COUNT, Kind, WEIGHT, flag, optional, required};
use crate::config::{AutoscaleMode, Config, PoolType};
use crate::pg_check::PgNumChange;

pub(super) const COMMANDS: &[Signature] = &[Signature::new(
    "osd pool create",
    &[
        required("pool", Kind::Text),
        optional("pg_num", COUNT),
        optional("pgp_num", COUNT),
        optional("pool_type", Kind::Choice(&PoolType::NAMES)),
        optional("erasure_code_profile", Kind::Text),
        optional("rule", Kind::Text),
        optional("expected_num_objects", COUNT),
        optional("size", COUNT),
        optional("pg_num_min", COUNT),
        optional("pg_num_max", COUNT),
        optional("autoscale_mode", Kind::Choice(&["on", "off", "warn"])),
        flag("bulk"),
        optional("target_size_bytes", COUNT),
        optional("target_size_ratio", WEIGHT),
        flag("yes_i_really_mean_it"),
    ],
    "Makes a pool: a replicated one takes a rule, an erasure-coded one a profile and a rule.",
    create,
)];

/// What a new pool is to be.
struct Wanted {
    is_erasure: bool,
    profile: String,
    rule: String,
    expected_num_objects: u64,
    pg_num: u32,
    pgp_num: u32,
    mode: AutoscaleMode,
}

fn create(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let name = arguments.text("pool");
    let is_erasure = is_erasure(pending, arguments);
    if name.is_empty() {
        return Err(Refusal::invalid("the pool's name is empty: expected a name"));
    }
    if let Some((_, pool)) = pending.before.pool_by_name(name) {
        if pool.is_erasure() != is_erasure {
            return Err(Refusal::invalid(format!("pool '{name}' is of the other type")));
        }
        pending.note(format!("pool '{name}' already exists"));
        return Ok(());
    }
    let wanted = wanted(pending, arguments)?;
    let mut pool = if wanted.is_erasure {
        erasure_pool(pending, &wanted, name)?
    } else {
        replicated_pool(pending, arguments, &wanted)?
    };
    let change = PgNumChange {
        pool: None,
        pg_num: u64::from(wanted.pg_num),
        size: u64::from(pool.size),
        crush_rule: pool.crush_rule,
    };
    refuse_too_many_pgs(pending, &change)?;
    check_rule(pending.crush(), pending.release(), pool.crush_rule, pool.pool_type, pool.size)?;
    pool.name = name.to_owned();
    fill(pending, arguments, &wanted, &mut pool);
    pool.frame.version = pool.frame_version(pending.release());
    let id = pending.before.pool_max.saturating_add(1);
    pending.change.pool_max = Some(id);
    pending.change.pools.insert(i64::from(id), Some(pool));
    if !wanted.pg_num.is_power_of_two() {
        pending.note(format!("pg_num {} is no power of two: PGs differ in size", wanted.pg_num));
    }
    pending.note(format!("pool '{name}' created"));
    pending.propose();
    Ok(())
}

fn wanted(pending: &Pending<'_>, arguments: &Arguments) -> Result<Wanted, Refusal> {
    let config = pending.config();
    let is_erasure = is_erasure(pending, arguments);
    let mode = AutoscaleMode::from_name(arguments.text("autoscale_mode"))
        .unwrap_or(config.osd_pool_default_pg_autoscale_mode);
    let given = |name: &str| arguments.optional_whole(name).filter(|number| *number > 0);
    let (default_pg_num, default_pgp_num) = default_pg_num(pending, mode);
    let pg_num = given("pg_num").unwrap_or(default_pg_num);
    let default_pgp_num = if given("pg_num").is_some() { pg_num } else { default_pgp_num };
    let pgp_num = given("pgp_num").unwrap_or(default_pgp_num);
    let limit = config.mon_max_pool_pg_num;
    let pg_num = u32::try_from(pg_num).ok().filter(|number| *number <= limit).ok_or_else(|| {
        Refusal::range(format!("pg_num is {pg_num}: expected 1 to {limit} (mon_max_pool_pg_num)"))
    })?;
    let pgp_num =
        u32::try_from(pgp_num).ok().filter(|number| *number <= pg_num).ok_or_else(|| {
            Refusal::range(format!("pgp_num is {pgp_num}: expected 1 to pg_num, {pg_num}"))
        })?;
    let (mut profile, mut rule) = (arguments.text("erasure_code_profile"), arguments.text("rule"));
    let mut objects = arguments.optional_whole("expected_num_objects").unwrap_or_default();
    if is_erasure && profile.is_empty() {
        profile = "default";
    }
    // The words of a replicated pool stand one place before their names: the rule where the
    // profile would be, the number of objects where the rule would be.
    if !is_erasure && !profile.is_empty() {
        if !rule.is_empty() {
            objects = rule.parse().map_err(|_| {
                Refusal::invalid(format!("expected_num_objects is '{rule}': expected a number"))
            })?;
        }
        (rule, profile) = (profile, "");
    }
    let expected_num_objects = u64::try_from(objects)
        .map_err(|_| Refusal::invalid("expected_num_objects: expected 0 or above"))?;
    let (profile, rule) = (profile.to_owned(), rule.to_owned());
    Ok(Wanted { is_erasure, profile, rule, expected_num_objects, pg_num, pgp_num, mode })
}

fn is_erasure(pending: &Pending<'_>, arguments: &Arguments) -> bool {
    let wanted = arguments.optional_text("pool_type").and_then(PoolType::from_name);
    wanted.unwrap_or(pending.config().osd_pool_default_type) == PoolType::Erasure
}

/// `pg_num` and `pgp_num` of a pool that asks for none. From Reef on one that the autoscaler looks
/// after starts with one PG.
fn default_pg_num(pending: &Pending<'_>, mode: AutoscaleMode) -> (i64, i64) {
    let config = pending.config();
    let starts_small = pending.release().starts_pools_small() && mode == AutoscaleMode::On;
    let pg_num = if starts_small { 1 } else { i64::from(config.osd_pool_default_pg_num) };
    match config.osd_pool_default_pgp_num {
        0 => (pg_num, pg_num),
        pgp_num => (pg_num, i64::from(pgp_num)),
    }
}

fn rule_named(pending: &Pending<'_>, name: &str) -> Result<u8, Refusal> {
    let id = pending.crush().rule_id(name).and_then(|id| u8::try_from(id).ok());
    id.ok_or_else(|| Refusal::missing(format!("specified rule {name} doesn't exist")))
}

fn replicated_pool(
    pending: &Pending<'_>,
    arguments: &Arguments,
    wanted: &Wanted,
) -> Result<Pool, Refusal> {
    let config = pending.config();
    let crush_rule = if wanted.rule.is_empty() {
        default_rule(pending)?
    } else {
        rule_named(pending, &wanted.rule)?
    };
    let size = match arguments.optional_whole("size") {
        None | Some(0) => config.osd_pool_default_size,
        Some(size) => u8::try_from(size)
            .map_err(|_| Refusal::invalid(format!("size is {size}: expected less")))?,
    };
    let (pool_type, min_size) = (Pool::REPLICATED, config.min_size(size));
    Ok(Pool { pool_type, size, min_size, crush_rule, ..Pool::default() })
}

/// The rule of pools that ask for none: the one configured, else the first for replicated pools
/// (`get_osd_pool_default_crush_replicated_ruleset`).
fn default_rule(pending: &Pending<'_>) -> Result<u8, Refusal> {
    let rules = &pending.before.crush.core.rules;
    let first = (0u8..=u8::MAX)
        .zip(rules)
        .find(|(_, rule)| rule.as_ref().is_some_and(|rule| rule.rule_type == Pool::REPLICATED));
    let exists = |id: &u8| rules.get(usize::from(*id)).is_some_and(Option::is_some);
    let id = match pending.config().osd_pool_default_crush_rule {
        Some(configured) => Some(configured).filter(exists),
        None => first.map(|(id, _)| id),
    };
    id.ok_or_else(|| Refusal::missing("no CRUSH rule for replicated pools: make one, or name one"))
}

fn erasure_pool(pending: &mut Pending<'_>, wanted: &Wanted, name: &str) -> Result<Pool, Refusal> {
    let is_default = wanted.profile == "default";
    let known = pending.before.erasure_code_profiles.get(&wanted.profile).cloned();
    let profile = match known {
        Some(known) => known,
        None if is_default => {
            let profile = default_profile(pending.config(), pending.release());
            let profiles = &mut pending.change.erasure_code_profiles;
            profiles.insert("default".to_owned(), Some(profile.clone()));
            profile
        }
        None => {
            let profile = &wanted.profile;
            return Err(Refusal::missing(format!(
                "erasure-code-profile {profile} does not exist: set it first"
            )));
        }
    };
    let (code, profile) = ErasureCode::read(&profile, pending.release())?;
    let crush_rule = if !wanted.rule.is_empty() {
        rule_named(pending, &wanted.rule)?
    } else {
        // A rule that is made for the pool has the pool's name.
        let rule = if is_default { "erasure-code" } else { name };
        match rule_named(pending, rule) {
            Ok(id) => id,
            Err(_) => add_erasure_rule(pending, rule, &code)?,
        }
    };
    let unit = profile.get("stripe_unit").and_then(|text| iec_bytes(text));
    let unit = unit.unwrap_or(u64::from(pending.config().osd_pool_erasure_code_stripe_unit));
    let width = code.chunk_bytes(unit).saturating_mul(u64::from(code.data_chunks));
    Ok(Pool {
        pool_type: Pool::ERASURE,
        size: code.chunks(),
        min_size: code.min_size(),
        crush_rule,
        erasure_code_profile: wanted.profile.clone(),
        stripe_width: u32::try_from(width)
            .map_err(|_| Refusal::invalid("stripe_unit is too large: expected less"))?,
        ..Pool::default()
    })
}

/// Sets what does not depend on the pool's type (`OSDMonitor::prepare_new_pool`). The flag of a
/// pool whose PGs are being created is left out: it goes as soon as the OSDs have made them.
fn fill(pending: &Pending<'_>, arguments: &Arguments, wanted: &Wanted, pool: &mut Pool) {
    let initial = pending.config().mon_osd_max_initial_pgs.max(1).min(wanted.pg_num);
    pool.pg_num = initial;
    pool.pgp_num = initial;
    pool.pg_num_pending = initial;
    pool.pg_num_target = wanted.pg_num;
    pool.pgp_num_target = wanted.pgp_num;
    pool.pg_autoscale_mode = wanted.mode.number();
    pool.expected_num_objects = wanted.expected_num_objects;
    pool.create_time = pending.before.modified;
    pool.last_change = pending.before.epoch.saturating_add(1);
    pool.flags = default_flags(pending.config());
    if arguments.has("bulk") {
        pool.flags |= pool_flag::BULK;
    }
    fill_from_config(pending.config(), pool);
    let mut set = |key, value: Option<i64>| {
        if let Some(value) = value.filter(|value| *value != 0) {
            pool.options.insert(key, PoolOption::Whole(value));
        }
    };
    set(option_key::PG_NUM_MIN, arguments.optional_whole("pg_num_min"));
    set(option_key::PG_NUM_MAX, arguments.optional_whole("pg_num_max"));
    set(option_key::TARGET_SIZE_BYTES, arguments.optional_whole("target_size_bytes"));
    if let Some(ratio) = arguments.optional_decimal("target_size_ratio").filter(|r| *r > 0.0) {
        pool.options.insert(option_key::TARGET_SIZE_RATIO, PoolOption::Decimal(ratio));
    }
}

/// Flags of a new pool.
fn default_flags(config: &Config) -> u64 {
    let flags = [
        (config.osd_pool_default_flag_hashpspool, pool_flag::HASHPSPOOL),
        (config.osd_pool_default_flag_nodelete, pool_flag::NODELETE),
        (config.osd_pool_default_flag_nopgchange, pool_flag::NOPGCHANGE),
        (config.osd_pool_default_flag_nosizechange, pool_flag::NOSIZECHANGE),
        (config.osd_pool_default_flag_bulk, pool_flag::BULK),
    ];
    let set = flags.iter().filter(|(is_set, _)| *is_set);
    set.fold(config.osd_pool_default_flags, |all, (_, flag)| all | flag)
}

/// Sets what new pools have from settings alone.
fn fill_from_config(config: &Config, pool: &mut Pool) {
    const MILLION: f64 = 1_000_000.0;
    let micro = |ratio: f64| (ratio * MILLION) as u32;
    pool.fast_read = pool.is_erasure() && config.osd_pool_default_ec_fast_read;
    pool.cache_target_dirty_ratio_micro = micro(config.osd_pool_default_cache_target_dirty_ratio);
    pool.cache_target_dirty_high_ratio_micro =
        micro(config.osd_pool_default_cache_target_dirty_high_ratio);
    pool.cache_target_full_ratio_micro = micro(config.osd_pool_default_cache_target_full_ratio);
    pool.cache_min_flush_age_seconds = config.osd_pool_default_cache_min_flush_age_seconds;
    pool.cache_min_evict_age_seconds = config.osd_pool_default_cache_min_evict_age_seconds;
}
