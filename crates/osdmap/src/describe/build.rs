//! From a description to the cluster.

use std::collections::BTreeMap;

use crushlab_crushmap::CrushMap;

use super::autoscale::set_autoscale;
use super::document::{Description, Erasure, PoolEntry, RuleEntry, RuleKind};
use super::fill::fill_osds;
use super::fresh;
use super::tree::{build_tree, classes};
use crate::cluster::{Cluster, Source, Sources};
use crate::document_error::DocumentError;
use crate::limits::{check_shards, pg_shards_max};
use crate::model::{FULL_WEIGHT, OsdMap, Pool, state};
use crate::stats::PoolStats;

/// Size of an object where nothing else is said: what RBD and CephFS write.
const OBJECT_BYTES: u64 = 4 << 20;
/// Bytes of a chunk of a stripe (`osd_pool_erasure_code_stripe_unit`).
const STRIPE_UNIT_BYTES: u32 = 4096;
/// Replicas of a pool where nothing else is said (`osd_pool_default_size`).
const REPLICAS: u8 = 3;

type Built<T> = Result<T, DocumentError>;

pub(super) fn build(description: &Description) -> Built<Cluster> {
    let (crush, sizes) = build_tree(description)?;
    let mut map = OsdMap { epoch: 1, crush, ..OsdMap::default() };
    map.require_osd_release = description.release;
    map.require_min_compat_client = map.release().min_compat_client().number();
    map.flags = fresh::flags(map.release());
    map.nearfull_ratio = ratio(description.nearfull_ratio, map.nearfull_ratio, "nearfull_ratio")?;
    let backfillfull = description.backfillfull_ratio;
    map.backfillfull_ratio = ratio(backfillfull, map.backfillfull_ratio, "backfillfull_ratio")?;
    map.full_ratio = ratio(description.full_ratio, map.full_ratio, "full_ratio")?;
    map.set_max_osd(sizes.len());
    map.osd_states.fill(state::EXISTS | state::UP);
    map.osd_weights.fill(FULL_WEIGHT);
    for (index, rule) in description.rules.iter().enumerate() {
        add_rule(&mut map.crush, rule, &format!("rules[{index}]"))?;
    }
    let mut cluster = Cluster { map, ..Cluster::default() };
    for (index, entry) in description.pools.iter().enumerate() {
        add_pool(&mut cluster, entry, index as i64 + 1, &format!("pools[{index}]"))?;
    }
    cluster.map.pool_max = description.pools.len() as i32;
    check_shards(&cluster.map).map_err(|problem| DocumentError::new("pools", problem))?;
    fill_osds(&mut cluster, &sizes)?;
    let assumed = Some(Source::Assumed);
    cluster.sources = Sources { map: assumed, pgs: None, osds: assumed, pools: assumed };
    Ok(cluster)
}

fn ratio(given: Option<f32>, default: f32, path: &str) -> Built<f32> {
    match given {
        None => Ok(default),
        Some(ratio) if (0.0..=1.0).contains(&ratio) => Ok(ratio),
        Some(ratio) => {
            let problem = format!("found {ratio}, expected a share from 0 to 1");
            Err(DocumentError::new(path, problem))
        }
    }
}

/// Adds a rule that any size of pool can use; returns its id.
fn add_rule(crush: &mut CrushMap, rule: &RuleEntry, path: &str) -> Built<u8> {
    let root = crush.names.get(&-1).cloned().unwrap_or_default();
    if let Some(class) = &rule.class
        && !classes(crush).contains_key(class.as_str())
    {
        let known: Vec<&str> = classes(crush).into_keys().collect();
        let problem = format!("found class {class:?}, expected one of {}", known.join(", "));
        return Err(DocumentError::new(format!("{path}.class"), problem));
    }
    if crush.type_id(&rule.failure_domain).is_none() {
        let known: Vec<&str> = crush.types.values().map(String::as_str).collect();
        let domain = &rule.failure_domain;
        let problem = format!("found {domain:?}, expected one of {}", known.join(", "));
        return Err(DocumentError::new(format!("{path}.failure_domain"), problem));
    }
    let class = rule.class.as_deref();
    let made = match rule.kind {
        RuleKind::Replicated => {
            crush.add_replicated_rule(&rule.name, &root, &rule.failure_domain, class)
        }
        RuleKind::Erasure => {
            crush.add_erasure_rule(&rule.name, &root, &rule.failure_domain, class, u8::MAX)
        }
    };
    let id = made.map_err(|error| DocumentError::new(path, error.to_string()))?;
    if let Some(Some(rule)) = crush.core.rules.get_mut(usize::from(id)) {
        (rule.min_size, rule.max_size) = (1, u8::MAX);
    }
    Ok(id)
}

fn add_pool(cluster: &mut Cluster, entry: &PoolEntry, id: i64, path: &str) -> Built<()> {
    let at = |field: &str, problem: String| DocumentError::new(format!("{path}.{field}"), problem);
    let map = &mut cluster.map;
    if entry.name.is_empty() || map.pool_by_name(&entry.name).is_some() {
        let problem = format!("found {:?}, expected a name that no other pool has", entry.name);
        return Err(at("name", problem));
    }
    let (size, default_min_size) = pool_size(entry, path)?;
    let min_size = entry.min_size.unwrap_or(default_min_size);
    if !(1..=size).contains(&min_size) {
        return Err(at("min_size", format!("found {min_size}, expected 1 to {size}, the size")));
    }
    if entry.pg_num == 0 || u64::from(entry.pg_num) * u64::from(size) > pg_shards_max() {
        let most = pg_shards_max() / u64::from(size);
        return Err(at("pg_num", format!("found {}, expected 1 to {most}", entry.pg_num)));
    }
    let pgp_num = entry.pgp_num.unwrap_or(entry.pg_num);
    if !(1..=entry.pg_num).contains(&pgp_num) {
        let problem = format!("found {pgp_num}, expected 1 to {}, the pg_num", entry.pg_num);
        return Err(at("pgp_num", problem));
    }
    let mut pool = Pool {
        name: entry.name.clone(),
        size,
        min_size,
        crush_rule: pool_rule(&mut map.crush, entry, path)?,
        pg_num: entry.pg_num,
        pgp_num,
        pg_num_target: entry.pg_num,
        pgp_num_target: pgp_num,
        pg_num_pending: entry.pg_num,
        ..Pool::default()
    };
    set_autoscale(&mut pool, entry, path)?;
    if let Some(erasure) = &entry.erasure {
        pool.pool_type = Pool::ERASURE;
        pool.stripe_width = u32::from(erasure.k) * STRIPE_UNIT_BYTES;
        pool.erasure_code_profile.clone_from(&entry.name);
        let profile = fresh::profile(map.release(), entry, erasure);
        map.erasure_code_profiles.insert(entry.name.clone(), profile);
    }
    if let Some(application) = &entry.application {
        pool.application_metadata.insert(application.clone(), BTreeMap::new());
    }
    map.pools.insert(id, pool);
    if let Some(stored_bytes) = entry.stored {
        let object_bytes = entry.object_size.unwrap_or(OBJECT_BYTES).max(1);
        let objects = entry.objects.unwrap_or_else(|| stored_bytes.div_ceil(object_bytes));
        let stats = PoolStats { objects, stored_bytes, ..PoolStats::default() };
        cluster.pools.insert(id, stats);
    }
    Ok(())
}

/// Size and default min_size (`OSDMonitor::prepare_pool_size`).
fn pool_size(entry: &PoolEntry, path: &str) -> Built<(u8, u8)> {
    match (&entry.erasure, entry.size) {
        (Some(_), Some(_)) => {
            let problem = "found both size and erasure, expected one of them: the size of an \
                           erasure-coded pool is k + m";
            Err(DocumentError::new(format!("{path}.size"), problem))
        }
        (Some(Erasure { k, m }), None) => match k.checked_add(*m) {
            Some(size) if *k > 0 && *m > 0 => Ok((size, k + 1.min(m - 1))),
            _ => {
                let problem = format!("found k {k} and m {m}, expected 1 or more, 255 together");
                Err(DocumentError::new(format!("{path}.erasure"), problem))
            }
        },
        (None, Some(0)) => {
            let problem = "found 0, expected the number of replicas, 1 or more";
            Err(DocumentError::new(format!("{path}.size"), problem))
        }
        (None, size) => {
            let size = size.unwrap_or(REPLICAS);
            Ok((size, size - size / 2))
        }
    }
}

/// The rule that the pool names, or one for its failure domain and class, which pools share.
fn pool_rule(crush: &mut CrushMap, entry: &PoolEntry, path: &str) -> Built<u8> {
    let kind = if entry.erasure.is_some() { RuleKind::Erasure } else { RuleKind::Replicated };
    let Some(name) = &entry.rule else {
        let failure_domain = entry.failure_domain.clone().unwrap_or_else(|| "host".to_owned());
        let class = entry.class.as_deref();
        let mut words = vec![if entry.erasure.is_some() { "erasure" } else { "replicated" }];
        words.extend([failure_domain.as_str()]);
        words.extend(class);
        let name = words.join("_");
        return match existing_rule(crush, &name) {
            Some(id) => Ok(id),
            None => {
                let class = entry.class.clone();
                add_rule(crush, &RuleEntry { name, kind, failure_domain, class }, path)
            }
        };
    };
    let at = |field: &str, problem: String| DocumentError::new(format!("{path}.{field}"), problem);
    if let Some(field) = [
        entry.failure_domain.is_some().then_some("failure_domain"),
        entry.class.is_some().then_some("class"),
    ]
    .into_iter()
    .flatten()
    .next()
    {
        return Err(at(field, "found it beside a rule, which says it: expected one".to_owned()));
    }
    let id = existing_rule(crush, name).ok_or_else(|| {
        at("rule", format!("found {name:?}, expected the name of a rule in rules"))
    })?;
    let is_erasure = crush.core.rules.get(usize::from(id)).and_then(Option::as_ref);
    let is_erasure = is_erasure.is_some_and(|rule| rule.rule_type == Pool::ERASURE);
    if is_erasure != entry.erasure.is_some() {
        let problem = format!("found {name:?}, expected a rule of the pool's own type");
        return Err(at("rule", problem));
    }
    Ok(id)
}

fn existing_rule(crush: &CrushMap, name: &str) -> Option<u8> {
    crush.rule_id(name).and_then(|id| u8::try_from(id).ok())
}
