//! Settings by Ceph's own names, with values as `ceph config set` takes them.

use std::fmt;
use std::str::FromStr;

use super::{AutoscaleMode, Config};

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
                write!(f, "there is no setting {name:?} that changes placement")?;
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

/// Puts a value into its place; the error says what the value has to be.
type Setter = fn(&mut Config, &str) -> Result<(), &'static str>;

/// Largest share of names that may differ for one to be meant.
const NEAR: f64 = 0.7;

const WHOLE: &str = "a whole number, 0 or above";
const SECONDS: &str = "a whole number of seconds, 0 or above";

const SETTINGS: [(&str, Setter); 29] = [
    ("mon_allow_pool_delete", |c, v| put(&mut c.mon_allow_pool_delete, truth(v))),
    ("mon_allow_pool_size_one", |c, v| put(&mut c.mon_allow_pool_size_one, truth(v))),
    ("mon_max_pg_per_osd", |c, v| put(&mut c.mon_max_pg_per_osd, number(v, WHOLE))),
    ("mon_max_pool_pg_num", |c, v| put(&mut c.mon_max_pool_pg_num, number(v, WHOLE))),
    ("mon_osd_max_initial_pgs", |c, v| put(&mut c.mon_osd_max_initial_pgs, number(v, WHOLE))),
    ("mon_osd_max_creating_pgs", |c, v| put(&mut c.mon_osd_max_creating_pgs, number(v, WHOLE))),
    ("mgr_max_pg_num_change", |c, v| put(&mut c.mgr_max_pg_num_change, number(v, WHOLE))),
    ("osd_pool_default_size", |c, v| put(&mut c.osd_pool_default_size, replicas(v))),
    ("osd_pool_default_min_size", |c, v| put(&mut c.osd_pool_default_min_size, number(v, WHOLE))),
    ("osd_pool_default_pg_num", |c, v| put(&mut c.osd_pool_default_pg_num, number(v, WHOLE))),
    ("osd_pool_default_pg_autoscale_mode", |c, v| {
        let mode = AutoscaleMode::from_name(v).ok_or("off, warn or on");
        put(&mut c.osd_pool_default_pg_autoscale_mode, mode)
    }),
    ("osd_pool_default_crush_rule", |c, v| put(&mut c.osd_pool_default_crush_rule, rule(v))),
    ("osd_pool_erasure_code_stripe_unit", |c, v| {
        let bytes = bytes(v).and_then(|bytes| u32::try_from(bytes).map_err(|_| "less than 4G"));
        put(&mut c.osd_pool_erasure_code_stripe_unit, bytes)
    }),
    ("osd_crush_update_weight_set", |c, v| put(&mut c.osd_crush_update_weight_set, truth(v))),
    ("target_max_misplaced_ratio", |c, v| put(&mut c.target_max_misplaced_ratio, ratio(v))),
    ("mon_osd_down_out_interval", |c, v| {
        put(&mut c.mon_osd_down_out_interval_seconds, number(v, SECONDS))
    }),
    ("mon_osd_destroyed_out_interval", |c, v| {
        put(&mut c.mon_osd_destroyed_out_interval_seconds, number(v, SECONDS))
    }),
    ("mon_osd_down_out_subtree_limit", |c, v| {
        put(&mut c.mon_osd_down_out_subtree_limit, Ok(v.to_owned()))
    }),
    ("mon_osd_min_in_ratio", |c, v| put(&mut c.mon_osd_min_in_ratio, ratio(v).map(|r| r as f32))),
    ("mon_osd_min_up_ratio", |c, v| put(&mut c.mon_osd_min_up_ratio, ratio(v).map(|r| r as f32))),
    ("mon_osd_adjust_down_out_interval", |c, v| {
        put(&mut c.mon_osd_adjust_down_out_interval, truth(v))
    }),
    ("mon_osd_laggy_halflife", |c, v| {
        put(&mut c.mon_osd_laggy_halflife_seconds, number(v, SECONDS))
    }),
    ("mon_osd_auto_mark_auto_out_in", |c, v| put(&mut c.mon_osd_auto_mark_auto_out_in, truth(v))),
    ("mon_osd_auto_mark_new_in", |c, v| put(&mut c.mon_osd_auto_mark_new_in, truth(v))),
    ("mon_osd_auto_mark_in", |c, v| put(&mut c.mon_osd_auto_mark_in, truth(v))),
    ("mon_reweight_min_pgs_per_osd", |c, v| {
        put(&mut c.mon_reweight_min_pgs_per_osd, number(v, WHOLE))
    }),
    ("mon_reweight_min_bytes_per_osd", |c, v| put(&mut c.mon_reweight_min_bytes_per_osd, bytes(v))),
    ("mon_reweight_max_change", |c, v| put(&mut c.mon_reweight_max_change, ratio(v))),
    ("mon_reweight_max_osds", |c, v| put(&mut c.mon_reweight_max_osds, number(v, WHOLE))),
];

impl Config {
    /// Makes a setting by Ceph's name for it. Truths are `true`, `false` or a number, ratios lie
    /// between 0 and 1, and sizes may end in K, M, G or T, which count in steps of 1024.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let Some((known, setter)) = SETTINGS.iter().find(|(known, _)| *known == name) else {
            let near = known().into_iter().map(|other| (strsim::jaro_winkler(name, other), other));
            let nearest = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(like, _)| *like > NEAR);
            let nearest = nearest.map(|(_, other)| other);
            return Err(ConfigError::Unknown { name: name.to_owned(), nearest });
        };
        let wrong =
            |expected| ConfigError::Value { name: known, value: value.to_owned(), expected };
        setter(self, value.trim()).map_err(wrong)?;
        self.made.insert(known, value.trim().to_owned());
        Ok(())
    }
}

fn known() -> Vec<&'static str> {
    SETTINGS.iter().map(|(name, _)| *name).collect()
}

fn put<T>(place: &mut T, value: Result<T, &'static str>) -> Result<(), &'static str> {
    *place = value?;
    Ok(())
}

fn truth(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => other.parse::<i64>().map(|number| number != 0).map_err(|_| "true or false"),
    }
}

fn number<T: FromStr>(value: &str, expected: &'static str) -> Result<T, &'static str> {
    value.parse().map_err(|_| expected)
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
