//! What a description tells the autoscaler of a pool, under the names of `ceph osd pool set`.

use serde::Deserialize;

use super::document::PoolEntry;
use crate::document_error::DocumentError;
use crate::model::{Pool, PoolOption, option_key, pool_flag};

/// Largest pg_autoscale_bias that monitors take.
const BIAS_MAX: f64 = 1000.0;

/// pg_autoscale_mode, in the order of its numbers in a map.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum AutoscaleMode {
    #[default]
    Off,
    Warn,
    On,
}

/// Gives a pool its settings, refusing those that monitors refuse
/// (`OSDMonitor::prepare_command_pool_set`).
pub(super) fn set_autoscale(
    pool: &mut Pool,
    entry: &PoolEntry,
    path: &str,
) -> Result<(), DocumentError> {
    let wrong = |field: &str, found: &dyn std::fmt::Display, expected: String| {
        let problem = format!("found {found}, expected {expected}");
        Err(DocumentError::new(format!("{path}.{field}"), problem))
    };
    let pg_num = entry.pg_num;
    if let Some(least) = entry.pg_num_min.filter(|least| *least > pg_num) {
        return wrong("pg_num_min", &least, format!("at most {pg_num}, the pg_num"));
    }
    if let Some(most) = entry.pg_num_max.filter(|most| *most < pg_num) {
        return wrong("pg_num_max", &most, format!("at least {pg_num}, the pg_num"));
    }
    if let Some(bias) = entry.pg_autoscale_bias.filter(|bias| !(0.0..=BIAS_MAX).contains(bias)) {
        return wrong("pg_autoscale_bias", &bias, format!("0 to {BIAS_MAX}"));
    }
    if let Some(ratio) = entry.target_size_ratio.filter(|ratio| !ratio.is_finite() || *ratio < 0.0)
    {
        return wrong("target_size_ratio", &ratio, "a number, 0 or above".to_owned());
    }
    // Sizes are below 8 EiB.
    let bytes = entry.target_size_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    pool.pg_autoscale_mode = entry.pg_autoscale_mode as u8;
    if entry.bulk {
        pool.flags |= pool_flag::BULK;
    }
    let whole = |number: u32| PoolOption::Whole(i64::from(number));
    let options = [
        (option_key::PG_NUM_MIN, entry.pg_num_min.map(whole)),
        (option_key::PG_NUM_MAX, entry.pg_num_max.map(whole)),
        (option_key::TARGET_SIZE_BYTES, bytes.map(PoolOption::Whole)),
        (option_key::TARGET_SIZE_RATIO, entry.target_size_ratio.map(PoolOption::Decimal)),
        (option_key::PG_AUTOSCALE_BIAS, entry.pg_autoscale_bias.map(PoolOption::Decimal)),
    ];
    let is_set = |option: &PoolOption| {
        !matches!(option, PoolOption::Whole(0)) && *option != PoolOption::Decimal(0.0)
    };
    // Monitors take an option away that is set to 0.
    let set = options.into_iter().filter_map(|(key, option)| Some((key, option.filter(is_set)?)));
    pool.options.extend(set);
    Ok(())
}
