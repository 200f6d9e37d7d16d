//! Settings by Ceph's own names, with values as `ceph config set` takes them.

use std::fmt;
use std::str::FromStr;

use super::recovery::{MclockProfile, OpQueue};
use super::{AutoscaleMode, Config, PoolType};

/// A setting that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// No setting has this name, or it changes nothing here.
    Unknown {
        /// The name.
        name: String,
        /// The known name that is nearest, if any is near.
        nearest: Option<&'static str>,
    },
    /// The value is not of the setting's kind.
    Value {
        /// The setting.
        name: &'static str,
        /// The value.
        value: String,
        /// What it has to be.
        expected: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Unknown { name, nearest } => {
                write!(f, "there is no setting {name:?} that changes placement or recovery")?;
                match nearest {
                    Some(nearest) => write!(f, ": did you mean {nearest}?"),
                    None => write!(f, ": known are {}", known().join(", ")),
                }
            }
            ConfigError::Value { name, value, expected } => {
                write!(f, "{name} is {value:?}: expected {expected}")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// A setting: how it is made, and how it gets its default again.
struct Setting {
    name: &'static str,
    /// Whether OSDs read it, and not monitors or managers.
    is_of_osds: bool,
    /// Puts a value into its place; the error says what the value has to be.
    set: fn(&mut Config, &str) -> Result<(), &'static str>,
    reset: fn(&mut Config),
}

/// A setting with the field that holds it and what reads its value.
macro_rules! setting {
    ($name:ident, $field:ident, $read:expr) => {
        Setting {
            name: stringify!($name),
            is_of_osds: false,
            set: |config, value| {
                config.$field = $read(value)?;
                Ok(())
            },
            reset: |config| config.$field = Config::default().$field,
        }
    };
    ($name:ident, $read:expr) => {
        setting!($name, $name, $read)
    };
}

/// A setting of OSDs that decides how fast data is copied; none is the release's default.
macro_rules! recovery {
    ($name:ident, $read:expr) => {
        recovery!($name, $name, $read)
    };
    ($name:ident, $field:ident, $read:expr) => {
        Setting {
            name: stringify!($name),
            is_of_osds: true,
            set: |config, value| {
                config.recovery.$field = Some($read(value)?);
                Ok(())
            },
            reset: |config| config.recovery.$field = None,
        }
    };
}

/// Largest share of names that may differ for one to be meant.
const NEAR: f64 = 0.7;

const SETTINGS: &[Setting] = &[
    setting!(mon_allow_pool_delete, truth),
    setting!(mon_allow_pool_size_one, truth),
    setting!(mon_fake_pool_delete, truth),
    setting!(mon_max_osd, whole),
    setting!(mon_target_pg_per_osd, whole),
    setting!(mon_max_pg_per_osd, whole),
    setting!(mon_max_pool_pg_num, whole),
    setting!(mon_osd_max_initial_pgs, whole),
    setting!(mon_osd_max_creating_pgs, whole),
    setting!(mgr_max_pg_num_change, whole),
    setting!(osd_pool_default_size, replicas),
    setting!(osd_pool_default_min_size, whole),
    setting!(osd_pool_default_pg_num, whole),
    setting!(osd_pool_default_pgp_num, whole),
    setting!(osd_pool_default_type, pool_type),
    setting!(osd_pool_default_pg_autoscale_mode, autoscale_mode),
    setting!(osd_pool_default_crush_rule, rule),
    setting!(osd_pool_default_erasure_code_profile, text),
    setting!(osd_pool_default_ec_fast_read, truth),
    setting!(osd_pool_default_flags, whole),
    setting!(osd_pool_default_flag_hashpspool, truth),
    setting!(osd_pool_default_flag_nodelete, truth),
    setting!(osd_pool_default_flag_nopgchange, truth),
    setting!(osd_pool_default_flag_nosizechange, truth),
    setting!(osd_pool_default_flag_bulk, truth),
    setting!(osd_pool_default_cache_target_dirty_ratio, ratio),
    setting!(osd_pool_default_cache_target_dirty_high_ratio, ratio),
    setting!(osd_pool_default_cache_target_full_ratio, ratio),
    setting!(
        osd_pool_default_cache_min_flush_age,
        osd_pool_default_cache_min_flush_age_seconds,
        seconds
    ),
    setting!(
        osd_pool_default_cache_min_evict_age,
        osd_pool_default_cache_min_evict_age_seconds,
        seconds
    ),
    setting!(osd_pool_erasure_code_stripe_unit, chunk_bytes),
    setting!(osd_crush_update_weight_set, truth),
    setting!(target_max_misplaced_ratio, ratio),
    setting!(mon_osd_down_out_interval, mon_osd_down_out_interval_seconds, seconds),
    setting!(mon_osd_destroyed_out_interval, mon_osd_destroyed_out_interval_seconds, seconds),
    setting!(mon_osd_down_out_subtree_limit, text),
    setting!(mon_osd_min_in_ratio, short_ratio),
    setting!(mon_osd_min_up_ratio, short_ratio),
    setting!(mon_osd_adjust_down_out_interval, truth),
    setting!(mon_osd_laggy_halflife, mon_osd_laggy_halflife_seconds, seconds),
    setting!(mon_osd_auto_mark_auto_out_in, truth),
    setting!(mon_osd_auto_mark_new_in, truth),
    setting!(mon_osd_auto_mark_in, truth),
    setting!(mon_reweight_min_pgs_per_osd, whole),
    setting!(mon_reweight_min_bytes_per_osd, bytes),
    setting!(mon_reweight_max_change, ratio),
    setting!(mon_reweight_max_osds, whole),
    recovery!(osd_max_backfills, at_least_one),
    recovery!(osd_recovery_max_active, whole),
    recovery!(osd_recovery_max_active_hdd, at_least_one),
    recovery!(osd_recovery_max_active_ssd, at_least_one),
    recovery!(osd_recovery_sleep, osd_recovery_sleep_seconds, span),
    recovery!(osd_recovery_sleep_hdd, osd_recovery_sleep_hdd_seconds, span),
    recovery!(osd_recovery_sleep_ssd, osd_recovery_sleep_ssd_seconds, span),
    recovery!(osd_recovery_max_chunk, osd_recovery_max_chunk_bytes, chunk_bytes),
    recovery!(osd_backfill_retry_interval, osd_backfill_retry_interval_seconds, retry),
    recovery!(osd_recovery_retry_interval, osd_recovery_retry_interval_seconds, retry),
    recovery!(osd_delete_sleep, osd_delete_sleep_seconds, span),
    recovery!(osd_delete_sleep_hdd, osd_delete_sleep_hdd_seconds, span),
    recovery!(osd_delete_sleep_ssd, osd_delete_sleep_ssd_seconds, span),
    recovery!(osd_target_transaction_size, at_least_one),
    recovery!(osd_heartbeat_grace, osd_heartbeat_grace_seconds, span),
    recovery!(osd_min_pg_log_entries, at_least_one),
    recovery!(osd_max_pg_log_entries, at_least_one),
    recovery!(osd_op_queue, op_queue),
    recovery!(osd_mclock_profile, mclock_profile),
    recovery!(osd_mclock_override_recovery_settings, truth),
    recovery!(osd_mclock_max_capacity_iops_hdd, positive),
    recovery!(osd_mclock_max_capacity_iops_ssd, positive),
    recovery!(
        osd_mclock_max_sequential_bandwidth_hdd,
        osd_mclock_max_sequential_bandwidth_hdd_bytes,
        bandwidth
    ),
    recovery!(
        osd_mclock_max_sequential_bandwidth_ssd,
        osd_mclock_max_sequential_bandwidth_ssd_bytes,
        bandwidth
    ),
];

impl Config {
    /// Makes a setting by Ceph's name for it. Truths are `true`, `false` or a number, ratios lie
    /// between 0 and 1, and sizes may end in K, M, G or T, which count in steps of 1024.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let near = known().into_iter().map(|other| (strsim::jaro_winkler(name, other), other));
            let nearest = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(like, _)| *like > NEAR);
            let nearest = nearest.map(|(_, other)| other);
            return Err(ConfigError::Unknown { name: name.to_owned(), nearest });
        };
        let wrong =
            |expected| ConfigError::Value { name: setting.name, value: value.to_owned(), expected };
        (setting.set)(self, value.trim()).map_err(wrong)?;
        self.made.insert(setting.name, value.trim().to_owned());
        Ok(())
    }

    /// Whether there is a setting of this name that changes something.
    pub fn is_known(name: &str) -> bool {
        SETTINGS.iter().any(|setting| setting.name == name)
    }

    /// Whether OSDs read a setting, and not monitors or managers.
    pub fn is_of_osds(name: &str) -> bool {
        SETTINGS.iter().any(|setting| setting.name == name && setting.is_of_osds)
    }

    /// Gives a setting its default again; a name that is not known changes nothing.
    pub fn reset(&mut self, name: &str) {
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) {
            (setting.reset)(self);
            self.made.remove(setting.name);
        }
    }
}

fn known() -> Vec<&'static str> {
    SETTINGS.iter().map(|setting| setting.name).collect()
}

fn truth(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => other.parse::<i64>().map(|number| number != 0).map_err(|_| "true or false"),
    }
}

fn at_least_one(value: &str) -> Result<u32, &'static str> {
    let expected = "a whole number from 1 on";
    number(value, expected).and_then(|number| if number > 0 { Ok(number) } else { Err(expected) })
}

/// Longest time that a sleep or a retry may take, in seconds: a day.
const SPAN_SECONDS_MAX: f64 = 86_400.0;

fn span(value: &str) -> Result<f64, &'static str> {
    let expected = "seconds from 0 to 86400";
    let seconds: f64 = number(value, expected)?;
    if (0.0..=SPAN_SECONDS_MAX).contains(&seconds) { Ok(seconds) } else { Err(expected) }
}

fn retry(value: &str) -> Result<f64, &'static str> {
    let seconds = span(value)?;
    if seconds >= 1.0 { Ok(seconds) } else { Err("seconds from 1 to 86400") }
}

fn positive(value: &str) -> Result<f64, &'static str> {
    let expected = "a number above 0";
    let found: f64 = number(value, expected)?;
    if found > 0.0 && found <= 1e9 { Ok(found) } else { Err(expected) }
}

fn bandwidth(value: &str) -> Result<u64, &'static str> {
    match bytes(value)? {
        0 => Err("bytes per second above 0"),
        found => Ok(found),
    }
}

fn op_queue(value: &str) -> Result<OpQueue, &'static str> {
    OpQueue::from_name(value).ok_or("wpq or mclock_scheduler")
}

fn mclock_profile(value: &str) -> Result<MclockProfile, &'static str> {
    MclockProfile::from_name(value)
        .ok_or("balanced, high_client_ops or high_recovery_ops (custom is not known here)")
}

fn number<T: FromStr>(value: &str, expected: &'static str) -> Result<T, &'static str> {
    value.parse().map_err(|_| expected)
}

fn whole<T: FromStr>(value: &str) -> Result<T, &'static str> {
    number(value, "a whole number, 0 or above")
}

fn seconds(value: &str) -> Result<u32, &'static str> {
    number(value, "a whole number of seconds, 0 or above")
}

fn text(value: &str) -> Result<String, &'static str> {
    Ok(value.to_owned())
}

fn autoscale_mode(value: &str) -> Result<AutoscaleMode, &'static str> {
    AutoscaleMode::from_name(value).ok_or("off, warn or on")
}

/// Whether pools are erasure-coded.
fn pool_type(value: &str) -> Result<PoolType, &'static str> {
    PoolType::from_name(value).ok_or("replicated or erasure")
}

fn short_ratio(value: &str) -> Result<f32, &'static str> {
    ratio(value).map(|ratio| ratio as f32)
}

fn chunk_bytes(value: &str) -> Result<u32, &'static str> {
    bytes(value).and_then(|bytes| u32::try_from(bytes).map_err(|_| "less than 4G"))
}

fn replicas(value: &str) -> Result<u8, &'static str> {
    const EXPECTED: &str = "a number of replicas, 1 to 10";
    number(value, EXPECTED)
        .and_then(|size| (1..=10).contains(&size).then_some(size).ok_or(EXPECTED))
}

/// A rule's id; -1 stands for the first replicated rule.
fn rule(value: &str) -> Result<Option<u8>, &'static str> {
    const EXPECTED: &str = "the id of a rule, or -1 for the first";
    if value == "-1" { Ok(None) } else { number(value, EXPECTED).map(Some) }
}

fn ratio(value: &str) -> Result<f64, &'static str> {
    const EXPECTED: &str = "a number between 0 and 1";
    let ratio: f64 = number(value, EXPECTED)?;
    (0.0..=1.0).contains(&ratio).then_some(ratio).ok_or(EXPECTED)
}

fn bytes(value: &str) -> Result<u64, &'static str> {
    const EXPECTED: &str = "a number of bytes such as 4096 or 100M";
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &value[digits.len()..] {
        "" | "B" => 0,
        "K" | "Ki" | "KiB" => 10,
        "M" | "Mi" | "MiB" => 20,
        "G" | "Gi" | "GiB" => 30,
        "T" | "Ti" | "TiB" => 40,
        _ => return Err(EXPECTED),
    };
    number::<u64>(digits, EXPECTED)?.checked_mul(1 << shift).ok_or(EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, value: &str) -> String {
        Config::default().set(name, value).expect_err("a refusal").to_string()
    }

    #[test]
    fn settings_are_made_by_name() {
        let mut config = Config::default();
        for (name, value) in [
            ("mon_allow_pool_delete", "true"),
            ("mon_max_pg_per_osd", "500"),
            ("mon_osd_down_out_interval", "0"),
            ("mon_osd_min_in_ratio", "0.5"),
            ("mon_reweight_min_bytes_per_osd", "1G"),
            ("osd_pool_default_pg_autoscale_mode", "warn"),
            ("osd_pool_default_crush_rule", "2"),
        ] {
            config.set(name, value).unwrap_or_else(|error| panic!("{error}"));
        }
        let expected = Config {
            mon_allow_pool_delete: true,
            mon_max_pg_per_osd: 500,
            mon_osd_down_out_interval_seconds: 0,
            mon_osd_min_in_ratio: 0.5,
            mon_reweight_min_bytes_per_osd: 1 << 30,
            osd_pool_default_pg_autoscale_mode: AutoscaleMode::Warn,
            osd_pool_default_crush_rule: Some(2),
            ..Config::default()
        };
        assert!(config.made.contains_key("mon_max_pg_per_osd") && config.made.len() == 7);
        assert_eq!(Config { made: expected.made.clone(), ..config }, expected);
    }

    #[test]
    fn unknown_names_and_wrong_values_are_told() {
        let near = said("mon_allow_pool_deletion", "true");
        assert!(near.ends_with("did you mean mon_allow_pool_delete?"), "{near}");
        assert!(said("zzz", "1").contains("known are mon_allow_pool_delete, "));
        for (name, value) in [
            ("mon_allow_pool_delete", "perhaps"),
            ("mon_max_pg_per_osd", "-1"),
            ("mon_max_pg_per_osd", "99999999999"),
            ("osd_pool_default_size", "0"),
            ("mon_osd_min_in_ratio", "1.5"),
            ("mon_osd_min_in_ratio", "NaN"),
            ("mon_reweight_min_bytes_per_osd", "99999999999T"),
            ("mon_reweight_min_bytes_per_osd", "1é"),
        ] {
            let message = said(name, value);
            assert!(message.contains(": expected "), "{message}");
        }
    }
}
