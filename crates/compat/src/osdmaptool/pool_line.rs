//! A pool in one line (osd_types.cc, `operator<<` of `pg_pool_t`).

use std::fmt::Write as _;

use crushlab_osdmap::Pool;
use crushlab_osdmap::model::{POOL_FLAG_NAMES, PoolOption, Release, option_key, pool_flag};
use crushlab_wire::{Reader, WireError};

use crate::number::{STREAM_DIGITS, general};

const CACHE_MODES: [&str; 7] =
    ["none", "writeback", "forward", "readonly", "readforward", "readproxy", "proxy"];

/// The pool's line, without its id and name.
pub(crate) fn line(pool: &Pool, release: Release) -> String {
    let mut line = type_name(pool).to_owned();
    let mut add = |text: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = line.write_fmt(text);
    };
    if pool.is_erasure() {
        add(format_args!(" profile {}", pool.erasure_code_profile));
    }
    let (size, min_size, rule) = (pool.size, pool.min_size, pool.crush_rule);
    add(format_args!(" size {size} min_size {min_size} crush_rule {rule}"));
    if pool.peering_crush_bucket_count > 0 && release < Release::TENTACLE {
        add(format_args!(" peering_bucket_count {}", pool.peering_crush_bucket_count));
    }
    add(format_args!(" object_hash {}", hash_name(pool)));
    add(format_args!(" pg_num {} pgp_num {}", pool.pg_num, pool.pgp_num));
    if pool.pg_num_target != pool.pg_num {
        add(format_args!(" pg_num_target {}", pool.pg_num_target));
    }
    if pool.pgp_num_target != pool.pgp_num {
        add(format_args!(" pgp_num_target {}", pool.pgp_num_target));
    }
    if pool.pg_num_pending != pool.pg_num {
        add(format_args!(" pg_num_pending {}", pool.pg_num_pending));
    }
    add(format_args!(" autoscale_mode {}", autoscale_mode(pool)));
    add(format_args!(" last_change {}", pool.last_change));
    let resent = [
        pool.last_force_op_resend,
        pool.last_force_op_resend_prenautilus,
        pool.last_force_op_resend_preluminous,
    ];
    if resent != [0; 3] {
        add(format_args!(" lfor {}", resent.map(|epoch| epoch.to_string()).join("/")));
    }
    line + &flags_and_quotas(pool, release) + &tiers(pool) + &details(pool, release)
}

fn flags_and_quotas(pool: &Pool, release: Release) -> String {
    let mut line = String::new();
    if pool.auid != 0 {
        line += &format!(" owner {}", pool.auid);
    }
    if pool.flags != 0 {
        line += &format!(" flags {}", flags(pool, release));
    }
    if pool.quota_max_bytes != 0 {
        line += &format!(" max_bytes {}", pool.quota_max_bytes);
    }
    if pool.quota_max_objects != 0 {
        line += &format!(" max_objects {}", pool.quota_max_objects);
    }
    line
}

fn tiers(pool: &Pool) -> String {
    let mut line = String::new();
    if !pool.tiers.is_empty() {
        let tiers: Vec<String> = pool.tiers.iter().map(u64::to_string).collect();
        line += &format!(" tiers {}", tiers.join(","));
    }
    let relations =
        [("tier_of", pool.tier_of), ("read_tier", pool.read_tier), ("write_tier", pool.write_tier)];
    for (name, other) in relations.into_iter().filter(|(_, other)| *other >= 0) {
        line += &format!(" {name} {other}");
    }
    if pool.cache_mode != 0 {
        line += &format!(" cache_mode {}", cache_mode(pool));
    }
    if pool.target_max_bytes != 0 {
        line += &format!(" target_bytes {}", pool.target_max_bytes);
    }
    if pool.target_max_objects != 0 {
        line += &format!(" target_objects {}", pool.target_max_objects);
    }
    line
}

fn details(pool: &Pool, release: Release) -> String {
    let mut line = String::new();
    let hit_set = HitSet::of(pool);
    if hit_set.kind != 0 {
        line += &format!(" hit_set {}", hit_set.text());
        line += &format!(" {}s x{}", pool.hit_set_period_seconds, pool.hit_set_count);
        let (rate, last) = (pool.hit_set_grade_decay_rate, pool.hit_set_search_last_n);
        line += &format!(" decay_rate {rate} search_last_n {last}");
    }
    let recencies = [
        ("min_read_recency_for_promote", pool.min_read_recency_for_promote),
        ("min_write_recency_for_promote", pool.min_write_recency_for_promote),
    ];
    for (name, recency) in recencies.into_iter().filter(|(_, recency)| *recency != 0) {
        line += &format!(" {name} {recency}");
    }
    line += &format!(" stripe_width {}", pool.stripe_width);
    if pool.expected_num_objects != 0 {
        line += &format!(" expected_num_objects {}", pool.expected_num_objects);
    }
    if pool.fast_read {
        line += " fast_read 1";
    }
    for (name, option) in options(pool, release) {
        line += &match option {
            PoolOption::Text(text) => format!(" {name} {text}"),
            PoolOption::Whole(number) => format!(" {name} {number}"),
            PoolOption::Decimal(number) => format!(" {name} {}", general(*number, STREAM_DIGITS)),
        };
    }
    if !pool.application_metadata.is_empty() {
        let names: Vec<&str> = pool.application_metadata.keys().map(String::as_str).collect();
        line += &format!(" application {}", names.join(","));
    }
    line
}

/// The options that are set, by name.
pub(crate) fn options(pool: &Pool, release: Release) -> Vec<(&'static str, &PoolOption)> {
    let is_known = |key: i32| key != option_key::READ_RATIO || release.knows_read_ratio();
    let named = option_key::NAMES.iter().filter(|(key, _)| is_known(*key));
    let set = named.filter_map(|(key, name)| Some((*name, pool.options.get(key)?)));
    let mut options: Vec<_> = set.collect();
    options.sort_by_key(|(name, _)| *name);
    options
}

/// Kind of pool.
pub(crate) fn type_name(pool: &Pool) -> &'static str {
    match pool.pool_type {
        Pool::REPLICATED => "replicated",
        Pool::ERASURE => "erasure",
        _ => "???",
    }
}

fn hash_name(pool: &Pool) -> &'static str {
    match pool.object_hash {
        Pool::LINUX => "linux",
        Pool::RJENKINS => "rjenkins",
        _ => "unknown",
    }
}

/// The autoscaler's mode.
pub(crate) fn autoscale_mode(pool: &Pool) -> &'static str {
    match pool.pg_autoscale_mode {
        0 => "off",
        1 => "warn",
        2 => "on",
        _ => "???",
    }
}

/// How the pool caches.
pub(crate) fn cache_mode(pool: &Pool) -> &'static str {
    CACHE_MODES.get(usize::from(pool.cache_mode)).copied().unwrap_or("unknown")
}

/// Whether the pool's way to cache needs hit sets (`cache_mode_requires_hit_set`).
pub(crate) fn needs_hit_set(pool: &Pool) -> bool {
    matches!(cache_mode(pool), "writeback" | "readforward" | "readproxy")
}

/// Names of the pool's flags.
pub(crate) fn flags(pool: &Pool, release: Release) -> String {
    let is_known = |flag: u64| match flag {
        pool_flag::EIO => release.names_eio(),
        pool_flag::CRIMSON => release.knows_crimson(),
        pool_flag::EC_OPTIMIZATIONS => release.knows_ec_optimizations(),
        _ => true,
    };
    let set = (0..u64::BITS).map(|shift| 1 << shift).filter(|bit| pool.flags & bit != 0);
    let name = |bit| {
        let mut named = POOL_FLAG_NAMES.iter().filter(|(known, _)| is_known(*known));
        named.find(|(known, _)| *known == bit).map_or("???", |(_, name)| name)
    };
    set.map(name).collect::<Vec<_>>().join(",")
}

/// Settings of hit sets (`HitSet::Params`).
pub(crate) struct HitSet {
    /// 0 none, 1 explicit_hash, 2 explicit_object, 3 bloom.
    pub(crate) kind: u8,
    /// False positives in a million, size and seed of a Bloom filter.
    pub(crate) bloom: Option<(u32, u64, u64)>,
}

impl HitSet {
    /// Those of a pool; none where they cannot be read.
    pub(crate) fn of(pool: &Pool) -> HitSet {
        HitSet::read(&pool.hit_set_params).unwrap_or(HitSet { kind: 0, bloom: None })
    }

    fn read(bytes: &[u8]) -> Result<HitSet, WireError> {
        /// Version, oldest reader and length of a part.
        const HEAD_BYTES: usize = 6;
        let mut reader = Reader::new(bytes);
        reader.bytes(HEAD_BYTES, "head")?;
        let kind = reader.u8("kind")?;
        if kind != 3 {
            return Ok(HitSet { kind, bloom: None });
        }
        reader.bytes(HEAD_BYTES, "head")?;
        let share = reader.u32("false positives")?;
        let bloom = Some((share, reader.u64("target size")?, reader.u64("seed")?));
        Ok(HitSet { kind, bloom })
    }

    /// Name of the kind.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            0 => "none",
            1 => "explicit_hash",
            2 => "explicit_object",
            3 => "bloom",
            _ => "???",
        }
    }

    fn text(&self) -> String {
        let parameters = self.bloom.map_or(String::new(), |(share, target_size, seed)| {
            let share = general(f64::from(share) / 1e6, STREAM_DIGITS);
            format!("false_positive_probability: {share}, target_size: {target_size}, seed: {seed}")
        });
        format!("{}{{{parameters}}}", self.kind_name())
    }
}
