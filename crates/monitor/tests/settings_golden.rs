//! What commands make of settings, against what a real cluster made of them
//! (test/golden/settings).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crushlab_monitor::Monitor;
use crushlab_monitor::command::Command;
use crushlab_monitor::config::{AutoscaleMode, Context};
use crushlab_osdmap::model::{PoolOption, option_key};
use crushlab_osdmap::{OsdMap, Pool};
use serde_json::{Value, json};

const WEIGHT_ONE: f64 = 65536.0;

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden/settings");
    fs::read(folder.join(name)).expect("a golden file")
}

fn pool_facts(pool: &Pool, with_pg_num: bool) -> Value {
    let option = |(key, value): (&i32, &PoolOption)| {
        let name = option_key::NAMES.iter().find(|(known, _)| known == key).expect("a name").1;
        let value = match value {
            PoolOption::Text(text) => json!(text),
            PoolOption::Whole(number) => json!(number),
            PoolOption::Decimal(number) => json!(number),
        };
        (name.to_owned(), value)
    };
    let options: serde_json::Map<String, Value> = pool.options.iter().map(option).collect();
    let mut facts = json!({
        "type": pool.pool_type,
        "size": pool.size,
        "min_size": pool.min_size,
        "crush_rule": pool.crush_rule,
        "pg_num_target": pool.pg_num_target,
        "pg_placement_num_target": pool.pgp_num_target,
        "pg_autoscale_mode": AutoscaleMode::NAMES[usize::from(pool.pg_autoscale_mode)],
        "erasure_code_profile": pool.erasure_code_profile,
        "stripe_width": pool.stripe_width,
        "fast_read": pool.fast_read,
        "expected_num_objects": pool.expected_num_objects,
        "options": options,
        "cache_target_dirty_ratio_micro": pool.cache_target_dirty_ratio_micro,
        "cache_target_dirty_high_ratio_micro": pool.cache_target_dirty_high_ratio_micro,
        "cache_target_full_ratio_micro": pool.cache_target_full_ratio_micro,
        "cache_min_flush_age": pool.cache_min_flush_age_seconds,
        "cache_min_evict_age": pool.cache_min_evict_age_seconds,
        "flags": pool.flags,
    });
    if with_pg_num {
        facts["pg_num"] = json!(pool.pg_num);
    }
    facts
}

fn facts(map: &OsdMap, with_pg_num: bool) -> Value {
    let crush = &map.crush;
    let name = |id: i32| crush.item_name(id).unwrap_or_default().to_owned();
    let real =
        || crush.core.buckets.iter().flatten().filter(|bucket| !name(bucket.id).contains('~'));
    let items = real().map(|bucket| {
        let weights = bucket.items.iter().map(|item| name(*item)).zip(bucket.item_weights());
        let weights: BTreeMap<String, u32> = weights.collect();
        (name(bucket.id), weights)
    });
    let sets = crush.core.choose_args.iter().map(|(id, args)| {
        let pool = map.pools.get(id).map_or("compat".to_owned(), |pool| pool.name.clone());
        let sets = real().filter_map(|bucket| {
            let sets = &args.get(&((-1 - bucket.id) as usize))?.weight_sets;
            if sets.is_empty() {
                return None;
            }
            let floats = |set: &Vec<u32>| -> Vec<f64> {
                set.iter().map(|weight| f64::from(*weight) / WEIGHT_ONE).collect()
            };
            Some((name(bucket.id), sets.iter().map(floats).collect::<Vec<_>>()))
        });
        (pool, sets.collect::<BTreeMap<_, _>>())
    });
    let osds = (0..map.max_osd() as i32).filter(|osd| map.exists(*osd));
    let pools = map.pools.values().map(|pool| (pool.name.clone(), pool_facts(pool, with_pg_num)));
    json!({
        "pools": pools.collect::<serde_json::Map<_, _>>(),
        "max_osd": map.max_osd(),
        "reweights": osds.map(|osd| (osd.to_string(), json!(map.osd_weight(osd))))
            .collect::<serde_json::Map<_, _>>(),
        "items": items.collect::<BTreeMap<_, _>>(),
        "weight_sets": sets.collect::<BTreeMap<_, _>>(),
    })
}

/// The same with all numbers as decimals, so that 1 and 1.0 are one.
fn leveled(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(all) => all.iter().map(leveled).collect(),
        Value::Object(all) => {
            Value::Object(all.iter().map(|(name, one)| (name.clone(), leveled(one))).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn commands_go_by_the_settings_that_ceph_goes_by() {
    let start = OsdMap::from_binary(&read("start.osdmap")).expect("a map");
    let cases: Value = serde_json::from_slice(&read("results.json")).expect("JSON");
    let cases = cases.as_array().expect("cases");
    let mut wrong = Vec::new();
    for case in cases {
        let mut context = Context::default();
        let settings = case["settings"].as_object().expect("settings");
        for (name, value) in settings {
            let value = value.as_str().expect("a text");
            context.config.set(name, value).unwrap_or_else(|error| panic!("{error}"));
        }
        let mut map = start.clone();
        map.pool_max = case["pool_max"].as_i64().expect("an id") as i32;
        let mut monitor = Monitor::new(map, &context);
        let lines = case["commands"].as_array().expect("commands");
        let mut errnos = Vec::new();
        for line in lines {
            let command = Command::parse(line.as_str().expect("a line")).expect("a command");
            errnos.push(monitor.run(&command).map_or_else(|refusal| refusal.errno.number(), |_| 0));
        }
        let found = facts(monitor.map(), settings.contains_key("mon_osd_max_initial_pgs"));
        let (found, expected) = (leveled(&found), leveled(&case["after"]));
        if json!(errnos) != case["errnos"] {
            wrong.push(format!("{settings:?} {lines:?}: {errnos:?}, Ceph {}", case["errnos"]));
        }
        for part in ["pools", "max_osd", "reweights", "items", "weight_sets"] {
            if found[part] != expected[part] {
                let (found, expected) = (&found[part], &expected[part]);
                wrong.push(format!("{settings:?} {lines:?} {part}:\n  {found}\n  Ceph {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(cases.len() > 60, "{} cases", cases.len());
}
