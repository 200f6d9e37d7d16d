//! A cluster without the names that tell whose it is.
//!
//! Ids, weights and settings stay, so every PG stays where it is. What is not known here, such as
//! the fields of a later release, is left out: nobody can tell what it names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crushlab_crushmap::CrushMap;
use serde_json::{Map, Value};

use crate::cluster::Cluster;
use crate::model::{
    Address, Addresses, Frame, NEW_CRUSH_TYPES, OsdMap, Pool, PoolOption, Uuid, option_key,
};
use crate::warning::{Warning, code};

/// Names that every cluster may have: they tell nothing of this one.
const COMMON_CLASSES: [&str; 3] = ["hdd", "ssd", "nvme"];
const COMMON_POOLS: [&str; 2] = [".mgr", "device_health_metrics"];
const COMMON_RULES: [&str; 1] = ["replicated_rule"];
const COMMON_ROOT: &str = "default";
const COMMON_PROFILE: &str = "default";
const COMMON_APPLICATIONS: [&str; 6] = ["rbd", "rgw", "cephfs", "mgr", "mgr_devicehealth", "nfs"];

/// Settings of erasure codes whose values are numbers or words of Ceph's own.
const PROFILE_WORDS: [&str; 10] = [
    "reed_sol_van",
    "reed_sol_r6_op",
    "cauchy",
    "cauchy_orig",
    "cauchy_good",
    "liberation",
    "blaum_roth",
    "liber8tion",
    "single",
    "multiple",
];
const PROFILE_PLUGINS: [&str; 5] = ["jerasure", "isa", "lrc", "shec", "clay"];

/// Options of pools whose values are words of Ceph's own.
const OPTIONS_WITH_WORDS: [&str; 4] =
    ["compression_mode", "compression_algorithm", "fingerprint_algorithm", "dedup_chunk_algorithm"];

/// What a snapshot says of itself that names nothing.
const SNAPSHOT_KEPT: [&str; 3] = ["time", "versions", "health"];

/// Where the address of a socket lies, for IPv4 (family 2) and IPv6 (family 10).
const IPV4: (u16, std::ops::Range<usize>) = (2, 4..8);
const IPV6: (u16, std::ops::Range<usize>) = (10, 8..24);

/// What each name has become.
#[derive(Default)]
struct Renamed {
    types: BTreeMap<String, String>,
    buckets: BTreeMap<String, String>,
    classes: BTreeMap<String, String>,
    profiles: BTreeMap<String, String>,
    /// Every name that was taken away.
    former: BTreeSet<String>,
}

impl Renamed {
    /// Notes what a name becomes, and returns that.
    fn forget(&mut self, name: &str, becomes: String) -> String {
        if name != becomes && !name.is_empty() {
            self.former.insert(name.to_owned());
        }
        becomes
    }
}

impl Cluster {
    /// The same cluster without the names of its hosts, buckets, pools, rules, profiles and own
    /// device classes and types, without addresses and identities. The same name becomes the same
    /// one everywhere; ids, weights and data stay, so that every PG stays where it is. Messages
    /// that had a name in them are left out.
    pub fn anonymized(&self) -> Cluster {
        let mut cluster = self.clone();
        let renamed = anonymize(&mut cluster.map);
        for warning in &mut cluster.warnings {
            warning.message = message(warning, &renamed.former);
        }
        cluster.snapshot = anonymous_snapshot(&self.snapshot);
        cluster
    }
}

impl OsdMap {
    /// The same map without names, see [`Cluster::anonymized`].
    pub fn anonymized(&self) -> OsdMap {
        let mut map = self.clone();
        anonymize(&mut map);
        map
    }
}

/// Warnings whose messages begin with what they are about, and name no more than OSDs and pools.
const MESSAGES_KEPT: [&str; 6] = [
    code::EPOCHS_DIFFER,
    code::OSD_STATES_DIFFER,
    code::OSD_SIZES_UNKNOWN,
    code::PGS_INCOMPLETE,
    code::SIZES_ROUNDED,
    code::SNAPSHOT_INCOMPLETE,
];

/// What is left of a message: it may not name a file, nor anything that has another name now.
fn message(Warning { code, message }: &Warning, former: &BTreeSet<String>) -> String {
    if *code == code::UNKNOWN_PARTS {
        return "parts of a later release of Ceph were left out with the names".to_owned();
    }
    let is_kept = MESSAGES_KEPT.contains(code) && message.starts_with("ceph ");
    if is_kept && !former.iter().any(|name| message.contains(name)) {
        return message.clone();
    }
    "this was said with names, which were left out".to_owned()
}

fn anonymous_snapshot(snapshot: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = snapshot.clone();
    kept.retain(|key, _| SNAPSHOT_KEPT.contains(&key.as_str()));
    if let Some(Value::Object(checks)) = kept.get_mut("health").and_then(|it| it.get_mut("checks"))
    {
        checks.values_mut().for_each(|said| *said = Value::Null);
    }
    kept.insert("anonymized".to_owned(), Value::Bool(true));
    kept
}

fn anonymize(map: &mut OsdMap) -> Renamed {
    let mut renamed = Renamed::default();
    anonymize_crush(&mut map.crush, &mut renamed);
    anonymize_profiles(map, &mut renamed);
    for (id, pool) in &mut map.pools {
        anonymize_pool(*id, pool, &mut renamed);
    }
    map.fsid = Uuid::default();
    map.encoding.crush = None;
    for frame in [&mut map.encoding.wrapper, &mut map.encoding.client, &mut map.encoding.osd] {
        frame.tail.clear();
    }
    if !map.cluster_snapshot.is_empty() {
        map.cluster_snapshot = renamed.forget(&map.cluster_snapshot, "snapshot".to_owned());
    }
    let mut hosts = Hosts::default();
    for (id, osd) in (1u32..).zip(&mut map.osds) {
        for addresses in [
            &mut osd.client_addresses,
            &mut osd.cluster_addresses,
            &mut osd.heartbeat_back_addresses,
            &mut osd.heartbeat_front_addresses,
        ] {
            hosts.replace(addresses);
        }
        if osd.uuid != Uuid::default() {
            osd.uuid = Uuid::default();
            osd.uuid[12..].copy_from_slice(&id.to_be_bytes());
        }
        osd.xinfo.frame.tail.clear();
    }
    for (addresses, _) in map.blocklist.iter_mut().chain(&mut map.range_blocklist) {
        hosts.replace(addresses);
    }
    renamed
}

fn anonymize_crush(crush: &mut CrushMap, renamed: &mut Renamed) {
    for (id, name) in &mut crush.types {
        if !NEW_CRUSH_TYPES.contains(&name.as_str()) {
            let becomes = format!("type{}", id.unsigned_abs());
            renamed.types.insert(name.clone(), becomes.clone());
            *name = renamed.forget(name, becomes);
        }
    }
    for (id, name) in &mut crush.class_names {
        if !COMMON_CLASSES.contains(&name.as_str()) {
            let becomes = format!("class{}", id.unsigned_abs());
            renamed.classes.insert(name.clone(), becomes.clone());
            *name = renamed.forget(name, becomes);
        }
    }
    for (id, name) in &mut crush.rule_names {
        if !COMMON_RULES.contains(&name.as_str()) {
            *name = renamed.forget(name, format!("rule{}", id.unsigned_abs()));
        }
    }
    let shadows: BTreeMap<i32, (i32, i32)> = crush
        .shadows
        .iter()
        .flat_map(|(base, by_class)| by_class.iter().map(|(class, id)| (*id, (*base, *class))))
        .collect();
    let mut fresh = fresh_names(crush, &shadows);
    // A shadow may still have the name that its bucket had before: its own is made of ids.
    for (id, (base, class)) in &shadows {
        let class = crush.class_names.get(class).map_or("unknown", String::as_str);
        let base =
            fresh.get(base).cloned().unwrap_or_else(|| format!("bucket{}", -i64::from(*base)));
        fresh.insert(*id, format!("{base}~{class}"));
    }
    for (id, name) in &mut crush.names {
        if let Some(becomes) = fresh.remove(id) {
            renamed.buckets.insert(name.clone(), becomes.clone());
            *name = renamed.forget(name, becomes);
        }
    }
}

/// New names of devices and buckets, `host1` the first host; shadows get theirs later.
fn fresh_names(crush: &CrushMap, shadows: &BTreeMap<i32, (i32, i32)>) -> BTreeMap<i32, String> {
    let type_of: HashMap<i32, u16> =
        crush.core.buckets.iter().flatten().map(|bucket| (bucket.id, bucket.type_id)).collect();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut fresh = BTreeMap::new();
    for (id, name) in crush.names.iter().rev().filter(|(id, _)| !shadows.contains_key(id)) {
        if *id >= 0 {
            fresh.insert(*id, format!("osd.{id}"));
            continue;
        }
        let type_id = type_of.get(id).copied().map(i32::from);
        let kind = type_id.and_then(|id| crush.types.get(&id)).map_or("bucket", String::as_str);
        let count = counts.entry(kind).or_default();
        // What has no valid name counts as a shadow, and stays one.
        let tail = if crush.is_shadow(*id) { "~unknown" } else { "" };
        let is_common = name == COMMON_ROOT && kind == "root";
        if !is_common {
            *count += 1;
        }
        let own = format!("{kind}{count}{tail}");
        fresh.insert(*id, if is_common { name.clone() } else { own });
    }
    fresh
}

fn anonymize_profiles(map: &mut OsdMap, renamed: &mut Renamed) {
    let used = map.pools.values().map(|pool| &pool.erasure_code_profile);
    let all: BTreeSet<String> = map.erasure_code_profiles.keys().chain(used).cloned().collect();
    let own = all.iter().filter(|name| !name.is_empty() && *name != COMMON_PROFILE);
    for (number, name) in (1..).zip(own) {
        let becomes = renamed.forget(name, format!("profile{number}"));
        renamed.profiles.insert(name.clone(), becomes);
    }
    let profiles = std::mem::take(&mut map.erasure_code_profiles);
    for (name, settings) in profiles {
        let mut kept = BTreeMap::new();
        for (key, value) in settings {
            match profile_value(&key, &value, renamed) {
                Some(value) => drop(kept.insert(key, value)),
                None => drop(renamed.forget(&value, String::new())),
            }
        }
        let name = renamed.profiles.get(&name).cloned().unwrap_or(name);
        map.erasure_code_profiles.insert(name, kept);
    }
}

/// What a setting of an erasure code becomes; nothing where its value could name something.
fn profile_value(key: &str, value: &str, renamed: &Renamed) -> Option<String> {
    let known = |names: &BTreeMap<String, String>| names.get(value).cloned();
    let is_common = |common: &[&str]| common.contains(&value).then(|| value.to_owned());
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty();
    match key {
        "crush-root" => known(&renamed.buckets),
        "crush-device-class" => known(&renamed.classes)
            .or_else(|| is_common(&COMMON_CLASSES))
            .or_else(|| value.is_empty().then(String::new)),
        "crush-failure-domain" | "crush-locality" => {
            known(&renamed.types).or_else(|| is_common(&NEW_CRUSH_TYPES))
        }
        "plugin" | "scalar_mds" => is_common(&PROFILE_PLUGINS),
        "technique" => is_common(&PROFILE_WORDS),
        "mapping" => {
            value.bytes().all(|byte| matches!(byte, b'D' | b'_')).then(|| value.to_owned())
        }
        "jerasure-per-chunk-alignment" => is_common(&["true", "false"]),
        "k"
        | "m"
        | "l"
        | "d"
        | "c"
        | "w"
        | "packetsize"
        | "stripe_unit"
        | "crush-num-failure-domains"
        | "crush-osds-per-failure-domain" => is_number.then(|| value.to_owned()),
        _ => None,
    }
}

fn anonymize_pool(id: i64, pool: &mut Pool, renamed: &mut Renamed) {
    if !COMMON_POOLS.contains(&pool.name.as_str()) {
        pool.name = renamed.forget(&pool.name, format!("pool{id}"));
    }
    if let Some(profile) = renamed.profiles.get(&pool.erasure_code_profile) {
        pool.erasure_code_profile.clone_from(profile);
    }
    let applications = std::mem::take(&mut pool.application_metadata);
    for (number, (name, settings)) in (1..).zip(applications) {
        for text in settings.into_iter().flat_map(|(key, value)| [key, value]) {
            renamed.forget(&text, String::new());
        }
        let is_common = COMMON_APPLICATIONS.contains(&name.as_str());
        let becomes = if is_common { name.clone() } else { format!("application{number}") };
        let name = renamed.forget(&name, becomes);
        pool.application_metadata.insert(name, BTreeMap::new());
    }
    pool.options.retain(|key, value| {
        let name = option_key::NAMES.iter().find(|(known, _)| known == key).map(|(_, name)| *name);
        let has_words = name.is_some_and(|name| OPTIONS_WITH_WORDS.contains(&name));
        name.is_some() && (has_words || !matches!(value, PoolOption::Text(_)))
    });
    for (snap, info) in &mut pool.snaps {
        info.name = renamed.forget(&info.name, format!("snap{snap}"));
        info.frame.tail.clear();
    }
    pool.auid = 0;
    pool.properties.clear();
    let merge: &mut Frame = &mut pool.last_pg_merge_meta.frame;
    for frame in [merge, &mut pool.frame, &mut pool.options_frame] {
        frame.tail.clear();
    }
}

/// Addresses of hosts, numbered as they come.
#[derive(Default)]
struct Hosts {
    known: HashMap<Vec<u8>, u32>,
}

impl Hosts {
    fn replace(&mut self, addresses: &mut Addresses) {
        for Address { socket, tail, .. } in &mut addresses.list {
            tail.clear();
            self.replace_socket(socket);
        }
    }

    /// Another address, the same port; whatever else there is becomes 0.
    fn replace_socket(&mut self, socket: &mut [u8]) {
        let before = socket.to_vec();
        let family = before.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
        let known = [IPV4, IPV6].into_iter().find(|(one, _)| Some(*one) == family);
        socket.fill(0);
        if let (Some(start), Some(kept)) = (socket.get_mut(..4), before.get(..4)) {
            start.copy_from_slice(kept);
        }
        let Some((_, range)) = known else { return };
        let (Some(address), Some(own)) = (before.get(range.clone()), socket.get_mut(range)) else {
            return;
        };
        if address.iter().all(|byte| *byte == 0) {
            return;
        }
        let next = u32::try_from(self.known.len() + 1).unwrap_or(u32::MAX);
        let number = *self.known.entry(address.to_vec()).or_insert(next);
        // 10.0.0.0/8, or fd00::/8: addresses that are nobody's.
        let from = own.len() - 3;
        own[0] = if own.len() == 4 { 10 } else { 0xfd };
        own[from..].copy_from_slice(&number.to_be_bytes()[1..]);
    }
}
