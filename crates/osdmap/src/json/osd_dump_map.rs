//! From what `ceph osd dump` prints to the map.

use std::collections::BTreeMap;

use crushlab_crushmap::CrushMap;
use serde_json::Value;

use super::address::{AddressList, parse_address};
use super::osd_dump::{OsdDump, OsdEntry, PgOsds, PoolSnaps, StretchEntry, XinfoEntry};
use super::values::parse_time;
use crate::document_error::DocumentError;
use crate::limits;
use crate::model::{
    Addresses, Encoding, FULL_WEIGHT, IntervalSet, MAP_FLAG_NAMES, OsdInfo, OsdMap, OsdXinfo, PgId,
    STATE_NAMES, Stretch, Time, state,
};

/// A map whose CRUSH map is not known yet.
#[derive(Debug)]
pub(crate) struct Dump {
    /// The map, with an empty CRUSH map.
    pub(crate) map: OsdMap,
    /// Flags of CRUSH buckets and OSDs by name.
    pub(crate) node_flags: BTreeMap<String, Vec<String>>,
    /// Flags of device classes by name.
    pub(crate) class_flags: BTreeMap<String, Vec<String>>,
}

impl Dump {
    /// The map with its CRUSH map; names in it are what flags of CRUSH nodes go by.
    pub(crate) fn with_crush(self, crush: CrushMap) -> OsdMap {
        OsdMap {
            crush_node_flags: flags_by_id(&self.node_flags, &crush.names),
            device_class_flags: flags_by_id(&self.class_flags, &crush.class_names),
            crush,
            ..self.map
        }
    }
}

/// The bits that these names stand for; of flags, for releases that print no number.
pub(crate) fn bits<'a>(names: impl IntoIterator<Item = &'a str>, known: &[(u32, &str)]) -> u32 {
    let bit = |name| known.iter().find(|(_, known)| *known == name).map_or(0, |(bit, _)| *bit);
    names.into_iter().map(bit).fold(0, |sum, bit| sum | bit)
}

impl OsdDump {
    pub(super) fn into_dump(self) -> Result<Dump, DocumentError> {
        let default = OsdMap::default();
        let ratio = |told: Option<f64>, default| told.map_or(default, |ratio| ratio as f32);
        let mut map = OsdMap {
            fsid: self.fsid,
            epoch: self.epoch,
            created: self.created,
            modified: self.modified,
            pools: self.pools.into_iter().map(|entry| (entry.id, entry.into_pool())).collect(),
            pool_max: self.pool_max,
            flags: self.flags_num.unwrap_or_else(|| bits(self.flags.split(','), &MAP_FLAG_NAMES)),
            pg_temp: pg_osds(self.pg_temp, "pg_temp")?,
            primary_temp: primary_temp(&self.primary_temp)?,
            pg_upmap: pg_osds(self.pg_upmap, "pg_upmap")?,
            pg_upmap_items: (self.pg_upmap_items.into_iter())
                .map(|entry| {
                    let pairs = entry.mappings.iter().map(|pair| (pair.from, pair.to));
                    (entry.pgid, pairs.collect())
                })
                .collect(),
            pg_upmap_primaries: (self.pg_upmap_primaries.iter())
                .map(|entry| (entry.pgid, entry.primary_osd))
                .collect(),
            erasure_code_profiles: (self.erasure_code_profiles.into_iter())
                .map(|(name, profile)| (name, profile.0))
                .collect(),
            crush_version: self.crush_version.unwrap_or(default.crush_version),
            new_removed_snaps: snaps(self.new_removed_snaps),
            new_purged_snaps: snaps(self.new_purged_snaps),
            last_up_change: self.last_up_change,
            last_in_change: self.last_in_change,
            blocklist: blocklist(&self.blocklist),
            range_blocklist: blocklist(&self.range_blocklist),
            cluster_snapshot: self.cluster_snapshot,
            nearfull_ratio: ratio(self.nearfull_ratio, default.nearfull_ratio),
            backfillfull_ratio: ratio(self.backfillfull_ratio, default.backfillfull_ratio),
            full_ratio: ratio(self.full_ratio, default.full_ratio),
            require_min_compat_client: self.require_min_compat_client,
            require_osd_release: self.require_osd_release,
            removed_snaps_queue: snaps(self.removed_snaps_queue),
            stretch: stretch(&self.stretch_mode),
            allow_crimson: self.allow_crimson,
            ..default
        };
        map.set_max_osd(self.max_osd);
        self.osds.into_iter().for_each(|entry| set_osd(&mut map, entry));
        self.osd_xinfo.iter().for_each(|entry| set_xinfo(&mut map, entry));
        raise_versions(&mut map);
        limits::check_shards(&map).map_err(|problem| DocumentError::new("pools", problem))?;
        let (node_flags, class_flags) = (self.crush_node_flags, self.device_class_flags);
        Ok(Dump { map, node_flags, class_flags })
    }
}

/// Chooses versions of the binary form: those that its release writes, and that hold everything
/// that the map has.
fn raise_versions(map: &mut OsdMap) {
    let release = map.release();
    map.encoding.client.version = Encoding::client_version(release.number());
    if !map.pg_upmap_primaries.is_empty() {
        map.encoding.client.version = 10;
    }
    for pool in map.pools.values_mut() {
        pool.frame.version = pool.frame_version(release);
    }
    if map.allow_crimson {
        map.encoding.osd.version = 12;
    } else if !map.range_blocklist.is_empty() {
        map.encoding.osd.version = 11;
    } else if map.stretch.enabled {
        map.encoding.osd.version = 10;
    }
}

/// Puts an OSD into the map; its number is below `max_osd`, which was checked.
fn set_osd(map: &mut OsdMap, entry: OsdEntry) {
    let index = entry.osd;
    let up = if entry.up > 0 { state::UP } else { 0 };
    map.osd_states[index] = match &entry.state {
        Some(names) => bits(names.iter().map(String::as_str), &STATE_NAMES),
        None => state::EXISTS | up,
    };
    map.osd_weights[index] = entry.weight.unwrap_or(u32::from(entry.is_in) * FULL_WEIGHT);
    if let Some(affinity) = entry.primary_affinity.filter(|affinity| *affinity != FULL_WEIGHT) {
        let max_osd = map.max_osd();
        let affinities = map.osd_primary_affinities.get_or_insert_with(Vec::new);
        affinities.resize(max_osd, FULL_WEIGHT);
        affinities[index] = affinity;
    }
    let osd = &mut map.osds[index];
    osd.uuid = entry.uuid;
    osd.info = OsdInfo {
        last_clean_begin: entry.last_clean_begin,
        last_clean_end: entry.last_clean_end,
        up_from: entry.up_from,
        up_thru: entry.up_thru,
        down_at: entry.down_at,
        lost_at: entry.lost_at,
    };
    osd.client_addresses = addresses(entry.public_addrs, entry.public_addr);
    osd.cluster_addresses = addresses(entry.cluster_addrs, entry.cluster_addr);
    osd.heartbeat_back_addresses = addresses(entry.heartbeat_back_addrs, entry.heartbeat_back_addr);
    osd.heartbeat_front_addresses =
        addresses(entry.heartbeat_front_addrs, entry.heartbeat_front_addr);
}

/// The list, which releases since Nautilus print, or the one address of those before.
fn addresses(list: Option<AddressList>, single: Option<String>) -> Addresses {
    match (list, single) {
        (Some(list), _) => list.into_addresses(),
        (None, Some(text)) => {
            Addresses { list: vec![parse_address(&text, "v1")], ..Addresses::default() }
        }
        (None, None) => Addresses::default(),
    }
}

fn set_xinfo(map: &mut OsdMap, entry: &XinfoEntry) {
    let Some(osd) = map.osds.get_mut(entry.osd) else { return };
    osd.xinfo = OsdXinfo {
        down_stamp: entry.down_stamp,
        laggy_probability: (entry.laggy_probability * f64::from(u32::MAX)).round() as u32,
        laggy_interval_seconds: entry.laggy_interval,
        features: entry.features,
        old_weight: entry.old_weight,
        last_purged_snaps_scrub: entry.last_purged_snaps_scrub,
        dead_epoch: entry.dead_epoch,
        ..OsdXinfo::default()
    };
}

fn pg_osds(entries: Vec<PgOsds>, field: &str) -> Result<BTreeMap<PgId, Vec<i32>>, DocumentError> {
    let most = limits::MAX_PG_OSDS;
    if let Some(index) = entries.iter().position(|entry| entry.osds.len() > most) {
        let problem = format!("found more than {most} OSDs, expected at most so many");
        return Err(DocumentError::new(format!("{field}[{index}].osds"), problem));
    }
    Ok(entries.into_iter().map(|entry| (entry.pgid, entry.osds)).collect())
}

/// Ceph prints PGs and OSDs by turns, not as pairs.
fn primary_temp(values: &[Value]) -> Result<BTreeMap<PgId, i32>, DocumentError> {
    let (pairs, rest) = values.as_chunks::<2>();
    let error = |index: usize| {
        let problem = "expected PG ids and the number of an OSD after each";
        DocumentError::new(format!("primary_temp[{index}]"), problem)
    };
    if !rest.is_empty() {
        return Err(error(values.len() - 1));
    }
    let pair = |(index, [pg, osd]): (usize, &[Value; 2])| {
        let pg = pg.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| error(2 * index))?;
        let osd = osd.as_i64().and_then(|osd| i32::try_from(osd).ok());
        Ok((pg, osd.ok_or_else(|| error(2 * index + 1))?))
    };
    pairs.iter().enumerate().map(pair).collect()
}

fn snaps(entries: Vec<PoolSnaps>) -> BTreeMap<i64, IntervalSet> {
    let runs = |entry: &PoolSnaps| entry.snaps.iter().map(|run| (run.begin, run.length)).collect();
    entries.iter().map(|entry| (entry.pool, runs(entry))).collect()
}

fn blocklist(entries: &BTreeMap<String, String>) -> Vec<(Addresses, Time)> {
    let entry = |(address, until): (&String, &String)| {
        let form = crate::model::AddressForm::Single;
        let addresses = Addresses { form, list: vec![parse_address(address, "any")] };
        (addresses, parse_time(until).unwrap_or_default())
    };
    entries.iter().map(entry).collect()
}

/// Flags by name to flags by id. A name that is gone has no flags that count.
fn flags_by_id(
    flags: &BTreeMap<String, Vec<String>>,
    names: &BTreeMap<i32, String>,
) -> BTreeMap<i32, u32> {
    let by_name = names.iter().filter_map(|(id, name)| Some((*id, flags.get(name)?)));
    by_name.map(|(id, set)| (id, bits(set.iter().map(String::as_str), &STATE_NAMES))).collect()
}

fn stretch(entry: &StretchEntry) -> Stretch {
    Stretch {
        enabled: entry.stretch_mode_enabled,
        bucket_count: entry.stretch_bucket_count,
        degraded_mode: entry.degraded_stretch_mode,
        recovering_mode: entry.recovering_stretch_mode,
        bucket_type: entry.stretch_mode_bucket,
    }
}
