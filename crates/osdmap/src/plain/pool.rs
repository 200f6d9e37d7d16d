//! A pool in one line (osd_types.cc, `operator<<` of `pg_pool_t`): its type, then names with their
//! values.

use std::collections::BTreeMap;

use super::osd_dump::{Read, number};
use crate::json::{CACHE_MODES, option, parse_time};
use crate::model::{Frame, POOL_FLAG_NAMES, Pool, PoolSnap};

/// Reads `pool 1 'rbd' replicated size 3 ...`.
pub(super) fn read_pool(line: &str) -> Read<(i64, Pool)> {
    // A name may hold blanks and quotes; its end is the last quote in front of a type.
    let open = line.find('\'').ok_or("pool: expected a name in quotes")?;
    let kinds = ["' replicated ", "' erasure ", "' rep "];
    let close = kinds.iter().filter_map(|kind| line.find(kind)).min();
    let close = close.filter(|close| *close > open);
    let close = close.ok_or("pool: expected replicated or erasure after its name")?;
    let id: i64 = number("pool", line[..open].split_whitespace().nth(1).as_ref())?;
    let mut pool = Pool { name: line[open + 1..close].to_owned(), ..Pool::default() };
    pool.flags = 0;
    let mut words = line[close + 1..].split_whitespace();
    pool.pool_type = match words.next() {
        Some("erasure") => Pool::ERASURE,
        _ => Pool::REPLICATED,
    };
    let (mut targets, mut pending) = ((None, None), None);
    while let Some(name) = words.next() {
        if name == "hit_set" {
            // Its settings are several words, of which the model keeps nothing that places PGs.
            words.by_ref().find(|word| *word == "search_last_n");
        }
        let value = words.next().unwrap_or_default();
        match name {
            "pg_num_target" => targets.0 = Some(number(name, Some(&value))?),
            "pgp_num_target" => targets.1 = Some(number(name, Some(&value))?),
            "pg_num_pending" => pending = Some(number(name, Some(&value))?),
            _ => read_value(name, value, &mut pool)?,
        }
    }
    pool.pg_num_target = targets.0.unwrap_or(pool.pg_num);
    pool.pgp_num_target = targets.1.unwrap_or(pool.pgp_num);
    pool.pg_num_pending = pending.unwrap_or(pool.pg_num);
    Ok((id, pool))
}

/// Sets what a name stands for; what is not known is left out.
fn read_value(name: &str, text: &str, pool: &mut Pool) -> Read<()> {
    let value = Some(&text);
    match name {
        "profile" => text.clone_into(&mut pool.erasure_code_profile),
        "size" => pool.size = number(name, value)?,
        "min_size" => pool.min_size = number(name, value)?,
        "crush_rule" | "crush_ruleset" => pool.crush_rule = number(name, value)?,
        "object_hash" => {
            pool.object_hash = if text == "linux" { Pool::LINUX } else { Pool::RJENKINS };
        }
        "pg_num" => pool.pg_num = number(name, value)?,
        "pgp_num" => pool.pgp_num = number(name, value)?,
        "autoscale_mode" => {
            let modes = ["off", "warn", "on"];
            pool.pg_autoscale_mode = modes.iter().position(|mode| *mode == text).unwrap_or(0) as u8;
        }
        "last_change" => pool.last_change = number(name, value)?,
        "lfor" => read_resent(text, pool),
        "flags" => pool.flags = flag_bits(text),
        "max_bytes" => pool.quota_max_bytes = number(name, value)?,
        "max_objects" => pool.quota_max_objects = number(name, value)?,
        "tiers" => pool.tiers = text.split(',').filter_map(|id| id.parse().ok()).collect(),
        "tier_of" => pool.tier_of = number(name, value)?,
        "read_tier" => pool.read_tier = number(name, value)?,
        "write_tier" => pool.write_tier = number(name, value)?,
        "cache_mode" => {
            let mode = CACHE_MODES.iter().position(|mode| *mode == text);
            pool.cache_mode = mode.unwrap_or(0) as u8;
        }
        "target_bytes" => pool.target_max_bytes = number(name, value)?,
        "target_objects" => pool.target_max_objects = number(name, value)?,
        "stripe_width" => pool.stripe_width = number(name, value)?,
        "expected_num_objects" => pool.expected_num_objects = number(name, value)?,
        "fast_read" => pool.fast_read = text == "1",
        "application" => {
            let names = text.split(',').map(|name| (name.to_owned(), BTreeMap::new()));
            pool.application_metadata = names.collect();
        }
        _ => {
            let value = match text.parse::<f64>() {
                Ok(_) => serde_json::from_str(text).ok(),
                Err(_) => Some(serde_json::Value::from(text)),
            };
            pool.options.extend(value.and_then(|value| option(name, &value)));
        }
    }
    Ok(())
}

/// Reads the three epochs of `lfor 1/2/3`; before Mimic there is one.
fn read_resent(text: &str, pool: &mut Pool) {
    let mut epochs = text.split('/').map(|epoch| epoch.parse().unwrap_or(0));
    pool.last_force_op_resend = epochs.next().unwrap_or(0);
    pool.last_force_op_resend_prenautilus = epochs.next().unwrap_or(0);
    pool.last_force_op_resend_preluminous = epochs.next().unwrap_or(0);
}

/// Reads `snap 1 'first' TIME` into the pool that it is of; what is not of this form is left out.
pub(super) fn read_snap(line: &str, pool: &mut Pool) {
    let snap = || {
        let (open, close) = (line.find('\'')?, line.rfind('\'')?);
        let id = line.get(..open)?.split_whitespace().nth(1)?.parse().ok()?;
        let name = line.get(open + 1..close)?.to_owned();
        let stamp = parse_time(line.get(close + 1..)?.trim()).unwrap_or_default();
        Some(PoolSnap { id, stamp, name, frame: Frame::new(2, 2) })
    };
    pool.snaps.extend(snap().map(|snap| (snap.id, snap)));
}

fn flag_bits(names: &str) -> u64 {
    let bit =
        |name| POOL_FLAG_NAMES.iter().find(|(_, known)| *known == name).map_or(0, |(bit, _)| *bit);
    names.split(',').map(bit).fold(0, |sum, bit| sum | bit)
}
