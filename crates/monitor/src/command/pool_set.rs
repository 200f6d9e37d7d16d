//! Settings of a pool.

use crushlab_crushmap::edit::Errno;
use crushlab_osdmap::Pool;
use crushlab_osdmap::model::{PoolOption, option_key, pool_flag};

use crushlab_osdmap::model::Release;

use super::arguments::Arguments;
use super::erasure_code::ErasureCode;
use super::error::Refusal;
use super::pending::Pending;
use super::pg_limit::refuse_too_many_pgs;
use super::pool_set_erasure as erasure;
use super::rule_fit::check_rule;
use super::signature::Signature;
use super::size::iec_bytes;
use super::value::{Kind, flag, required};
use crate::config::AutoscaleMode;
use crate::pg_check::PgNumChange;

pub(super) const COMMANDS: &[Signature] = &[Signature::new(
    "osd pool set",
    &[
        required("pool", Kind::Text),
        required("var", Kind::Text),
        required("val", Kind::Text),
        flag("yes_i_really_mean_it"),
    ],
    "Sets a pool's size, min_size, pg_num, pgp_num, crush_rule, pg_autoscale_mode, or an option.",
    set,
)];

/// A setting that is being changed.
pub(super) struct Change<'a> {
    pub(super) id: i64,
    pub(super) pool: &'a Pool,
    variable: &'a str,
    value: &'a str,
    is_confirmed: bool,
}

/// Flags of a pool that are set by their names.
const FLAGS: [(&str, u64); 9] = [
    ("nodelete", pool_flag::NODELETE),
    ("nopgchange", pool_flag::NOPGCHANGE),
    ("nosizechange", pool_flag::NOSIZECHANGE),
    ("write_fadvise_dontneed", pool_flag::WRITE_FADVISE_DONTNEED),
    ("noscrub", pool_flag::NOSCRUB),
    ("nodeep-scrub", pool_flag::NODEEP_SCRUB),
    ("eio", pool_flag::EIO),
    ("bulk", pool_flag::BULK),
    ("hashpspool", pool_flag::HASHPSPOOL),
];

fn set(pending: &mut Pending<'_>, arguments: &Arguments) -> Result<(), Refusal> {
    let (id, pool) = pending.pool(arguments.text("pool"))?;
    let change = Change {
        id,
        pool,
        variable: arguments.text("var"),
        value: arguments.text("val"),
        is_confirmed: arguments.has("yes_i_really_mean_it"),
    };
    match change.variable {
        "size" => set_size(pending, &change)?,
        "min_size" => set_min_size(pending, &change)?,
        "pg_num" => set_pg_num(pending, &change)?,
        "pgp_num" => set_pgp_num(pending, &change)?,
        "pgp_num_actual" => set_pgp_num_actual(pending, &change)?,
        "crush_rule" => set_crush_rule(pending, &change)?,
        "pg_autoscale_mode" => set_autoscale_mode(pending, &change)?,
        "fast_read" => erasure::set_fast_read(pending, &change)?,
        "allow_ec_overwrites" => erasure::set_overwrites(pending, &change)?,
        "allow_ec_optimizations" if pending.release() >= Release::TENTACLE => {
            erasure::set_optimizations(pending, &change)?;
        }
        name if FLAGS.iter().any(|(flag, _)| *flag == name) => set_flag(pending, &change)?,
        _ => set_option(pending, &change)?,
    }
    let (variable, value) = (change.variable, change.value);
    pending.note(format!("set pool {id} {variable} to {value}"));
    Ok(())
}

impl Change<'_> {
    fn whole(&self) -> Result<i64, Refusal> {
        self.value.parse().map_err(|_| self.wrong("a whole number"))
    }

    /// The pool with other numbers.
    fn pg_num_change(&self, pg_num: u64, size: u8) -> PgNumChange {
        let crush_rule = self.pool.crush_rule;
        PgNumChange { pool: Some(self.id), pg_num, size: u64::from(size), crush_rule }
    }

    fn wrong(&self, expected: &str) -> Refusal {
        Refusal::invalid(format!("{} is '{}': expected {expected}", self.variable, self.value))
    }

    pub(super) fn switch(&self) -> Result<bool, Refusal> {
        match self.value {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.wrong("true, false, 1 or 0")),
        }
    }

    /// Refuses a change that a flag of the pool forbids.
    fn forbidden_by(&self, flag: u64, name: &str) -> Result<(), Refusal> {
        if self.pool.has_flags(flag) {
            return Err(Refusal::denied(format!(
                "pool {} change is disabled: unset the {name} flag of the pool first",
                self.variable
            )));
        }
        Ok(())
    }
}

fn set_size(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    change.forbidden_by(pool_flag::NOSIZECHANGE, "nosizechange")?;
    let config = pending.config();
    if change.pool.is_erasure() {
        let message = "the size of an erasure-coded pool cannot change: its profile says it";
        return Err(Refusal::new(Errno::Enotsup, message));
    }
    let size = change.whole()?;
    let size = u8::try_from(size).ok().filter(|size| (1..=10).contains(size));
    let size = size.ok_or_else(|| change.wrong("1 to 10"))?;
    if size == 1 && !config.mon_allow_pool_size_one {
        return Err(Refusal::denied("pool size 1 is disabled: set mon_allow_pool_size_one first"));
    }
    if size == 1 && !change.is_confirmed {
        return Err(Refusal::denied(
            "pool size 1 could lead to loss of data: add --yes-i-really-mean-it",
        ));
    }
    let crush = &pending.before.crush;
    check_rule(crush, pending.release(), change.pool.crush_rule, change.pool.pool_type, size)?;
    if size > change.pool.size {
        let pg_num = u64::from(change.pool.pg_num);
        refuse_too_many_pgs(pending, &change.pg_num_change(pg_num, size))?;
    }
    pending.change_pool(change.id, |pool| {
        pool.size = size;
        pool.min_size = config.min_size(size);
    });
    Ok(())
}

fn set_min_size(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    change.forbidden_by(pool_flag::NOSIZECHANGE, "nosizechange")?;
    let least = if change.pool.is_erasure() {
        ErasureCode::of_profile(pending, &change.pool.erasure_code_profile)?.data_chunks
    } else {
        1
    };
    let most = change.pool.size;
    let min_size = u8::try_from(change.whole()?).ok().filter(|n| (least..=most).contains(n));
    let min_size = min_size.ok_or_else(|| change.wrong(&format!("{least} to the size, {most}")))?;
    pending.change_pool(change.id, |pool| pool.min_size = min_size);
    Ok(())
}

/// Sets what `pg_num` is to become; the managers bring it there (`staging`).
fn set_pg_num(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    change.forbidden_by(pool_flag::NOPGCHANGE, "nopgchange")?;
    let (config, pool) = (pending.config(), change.pool);
    let wanted = change.whole()?;
    if wanted == i64::from(pool.pg_num_target) {
        return Ok(());
    }
    let limit = config.mon_max_pool_pg_num;
    let pg_num = u32::try_from(wanted).ok().filter(|number| (1..=limit).contains(number));
    let pg_num = pg_num.ok_or_else(|| {
        Refusal::range(format!("pg_num is {wanted}: expected 1 to {limit} (mon_max_pool_pg_num)"))
    })?;
    if pg_num > pool.pg_num_target {
        let wanted = change.pg_num_change(u64::from(pg_num), pool.size);
        refuse_too_many_pgs(pending, &wanted)?;
        if pool.cache_mode != 0 && !change.is_confirmed {
            return Err(Refusal::denied(
                "a cache pool needs scrubs and free space when its PGs are split: add \
                 --yes-i-really-mean-it",
            ));
        }
    }
    check_option_bounds(pool, pg_num)?;
    pending.change_pool(change.id, |pool| {
        if pool.pg_num_target == pool.pgp_num_target {
            pool.pgp_num_target = pg_num;
        }
        pool.pg_num_target = pg_num;
    });
    if !pg_num.is_power_of_two() {
        pending.note(format!("pg_num {pg_num} is no power of two: PGs differ in size"));
    }
    if pool.pg_num_target != pool.pgp_num_target {
        pending.note("pgp_num was set apart from pg_num and stays; nothing moves until it follows");
    }
    Ok(())
}

fn check_option_bounds(pool: &Pool, pg_num: u32) -> Result<(), Refusal> {
    let bound = |key| match pool.options.get(&key) {
        Some(PoolOption::Whole(bound)) if *bound != 0 => Some(*bound),
        _ => None,
    };
    if let Some(least) = bound(option_key::PG_NUM_MIN).filter(|least| i64::from(pg_num) < *least) {
        return Err(Refusal::invalid(format!("specified pg_num {pg_num} < pg_num_min {least}")));
    }
    if let Some(most) = bound(option_key::PG_NUM_MAX).filter(|most| i64::from(pg_num) > *most) {
        return Err(Refusal::invalid(format!("specified pg_num {pg_num} > pg_num_max {most}")));
    }
    Ok(())
}

fn set_pgp_num(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    change.forbidden_by(pool_flag::NOPGCHANGE, "nopgchange")?;
    let most = change.pool.pg_num_target;
    let pgp_num = u32::try_from(change.whole()?).ok().filter(|n| (1..=most).contains(n));
    let pgp_num = pgp_num.ok_or_else(|| change.wrong(&format!("1 to pg_num, {most}")))?;
    pending.change_pool(change.id, |pool| pool.pgp_num_target = pgp_num);
    Ok(())
}

/// Sets `pgp_num` at once, as the managers do.
fn set_pgp_num_actual(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    change.forbidden_by(pool_flag::NOPGCHANGE, "nopgchange")?;
    let most = change.pool.pg_num.min(change.pool.pg_num_pending);
    let pgp_num = u32::try_from(change.whole()?).ok().filter(|n| (1..=most).contains(n));
    let pgp_num = pgp_num.ok_or_else(|| change.wrong(&format!("1 to pg_num, {most}")))?;
    pending.change_pool(change.id, |pool| pool.pgp_num = pgp_num);
    Ok(())
}

fn set_crush_rule(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    let crush = &pending.before.crush;
    let id = crush.rule_id(change.value).and_then(|id| u8::try_from(id).ok());
    let id =
        id.ok_or_else(|| Refusal::missing(format!("crush rule {} does not exist", change.value)))?;
    check_rule(crush, pending.release(), id, change.pool.pool_type, change.pool.size)?;
    pending.change_pool(change.id, |pool| pool.crush_rule = id);
    Ok(())
}

fn set_autoscale_mode(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    let mode = AutoscaleMode::from_name(change.value)
        .ok_or_else(|| change.wrong(&AutoscaleMode::NAMES.join(", ")))?;
    pending.change_pool(change.id, |pool| pool.pg_autoscale_mode = mode.number());
    Ok(())
}

fn set_flag(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    let flag = FLAGS.iter().find(|(name, _)| *name == change.variable).map_or(0, |(_, bit)| *bit);
    if flag == pool_flag::HASHPSPOOL && !change.is_confirmed {
        return Err(Refusal::denied(
            "this would place all PGs of the pool anew and move much data: add \
             --yes-i-really-mean-it",
        ));
    }
    let is_on = change.switch()?;
    pending.change_pool(change.id, |pool| {
        if is_on {
            pool.flags |= flag;
        } else {
            pool.flags &= !flag;
        }
    });
    Ok(())
}

/// What an option's value is.
enum OptionKind {
    Text,
    Whole,
    Bytes,
    Decimal,
}

fn option_kind(name: &str) -> OptionKind {
    match name {
        "compression_mode"
        | "compression_algorithm"
        | "fingerprint_algorithm"
        | "dedup_chunk_algorithm" => OptionKind::Text,
        "compression_max_blob_size"
        | "compression_min_blob_size"
        | "csum_max_block"
        | "csum_min_block"
        | "target_size_bytes" => OptionKind::Bytes,
        "scrub_min_interval"
        | "scrub_max_interval"
        | "deep_scrub_interval"
        | "compression_required_ratio"
        | "target_size_ratio"
        | "pg_autoscale_bias"
        | "read_lease_interval" => OptionKind::Decimal,
        _ => OptionKind::Whole,
    }
}

/// The first release that has an option.
fn first_release(key: i32) -> Release {
    match key {
        option_key::READ_RATIO => Release::SQUID,
        option_key::PCT_UPDATE_DELAY => Release::TENTACLE,
        _ => Release::default(),
    }
}

/// Sets an option that moves no data by itself; 0 or `unset` takes it away.
fn set_option(pending: &mut Pending<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    let release = pending.release();
    let known = option_key::NAMES
        .iter()
        .filter(|(key, _)| !release.is_before(first_release(*key)))
        .find(|(_, name)| *name == change.variable);
    let Some((key, name)) = known else {
        return Err(Refusal::invalid(format!(
            "unrecognized variable '{}': expected size, min_size, pg_num, pgp_num, crush_rule, \
             pg_autoscale_mode, a flag such as nodelete, or an option such as pg_num_min",
            change.variable
        )));
    };
    if *key == option_key::READ_RATIO {
        check_read_ratio(change)?;
    }
    let value = match option_kind(name) {
        _ if change.value == "unset" => None,
        OptionKind::Text => Some(PoolOption::Text(change.value.to_owned())),
        OptionKind::Whole => {
            Some(change.whole()?).filter(|number| *number != 0).map(PoolOption::Whole)
        }
        OptionKind::Bytes => {
            let bytes = iec_bytes(change.value).and_then(|bytes| i64::try_from(bytes).ok());
            let bytes = bytes.ok_or_else(|| change.wrong("bytes, such as 100G"))?;
            Some(bytes).filter(|bytes| *bytes != 0).map(PoolOption::Whole)
        }
        OptionKind::Decimal => {
            let number: Option<f64> = change.value.parse().ok().filter(|n: &f64| n.is_finite());
            let number = number.filter(|n| *n >= 0.0).ok_or_else(|| change.wrong("a number"))?;
            Some(number).filter(|number| *number != 0.0).map(PoolOption::Decimal)
        }
    };
    check_option(change, value.as_ref())?;
    let key = *key;
    pending.change_pool(change.id, |pool| {
        match value {
            Some(value) => pool.options.insert(key, value),
            None => pool.options.remove(&key),
        };
    });
    Ok(())
}

/// Percentage of reads, which replicated pools have only.
fn check_read_ratio(change: &Change<'_>) -> Result<(), Refusal> {
    if change.pool.is_erasure() {
        let message = "read_ratio is for replicated pools only";
        return Err(Refusal::new(Errno::Eacces, message));
    }
    let is_percentage = change.value == "unset" || (0..=100).contains(&change.whole()?);
    is_percentage
        .then_some(())
        .ok_or_else(|| Refusal::range(format!("read_ratio is {}: expected 0 to 100", change.value)))
}

fn check_option(change: &Change<'_>, value: Option<&PoolOption>) -> Result<(), Refusal> {
    let target = i64::from(change.pool.pg_num_target);
    let words: &[&str] = match change.variable {
        "compression_mode" => &["none", "passive", "aggressive", "force"],
        "compression_algorithm" => &["none", "snappy", "zlib", "zstd", "lz4"],
        _ => &[],
    };
    let number = match value {
        Some(PoolOption::Text(text)) if !words.is_empty() && !words.contains(&text.as_str()) => {
            return Err(change.wrong(&format!("one of {}", words.join(", "))));
        }
        Some(PoolOption::Whole(number)) => *number as f64,
        Some(PoolOption::Decimal(number)) => *number,
        _ => return Ok(()),
    };
    let is_wrong = match change.variable {
        "pg_num_min" => number > target as f64,
        "pg_num_max" => number < target as f64,
        "recovery_priority" => !(-10.0..=10.0).contains(&number),
        "pg_autoscale_bias" => number > 1000.0,
        "compression_required_ratio" => number > 1.0,
        _ => false,
    };
    if !is_wrong {
        return Ok(());
    }
    let expected = match change.variable {
        "pg_num_min" => format!("at most pg_num, {target}"),
        "pg_num_max" => format!("at least pg_num, {target}"),
        "recovery_priority" => "-10 to 10".to_owned(),
        "pg_autoscale_bias" => "0 to 1000".to_owned(),
        _ => "0 to 1".to_owned(),
    };
    Err(change.wrong(&expected))
}
