//! Maps that are made: `--createsimple`, `--create-from-conf` (OSDMap.cc,
//! `build_simple_optioned`).

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use crushlab_crushmap::edit::{Location, RuleMode, SimpleRule};
use crushlab_crushmap::{CrushMap, EditError, MAX_IDS};
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::Pool;
use crushlab_osdmap::model::{NEW_CRUSH_TYPES, Time};

use super::options::Options;
use crate::stop::{Outcome, Stop};

/// Types of buckets that a section of the configuration may place an OSD into.
const PLACES: [&str; 3] = ["row", "room", "datacenter"];

/// The default erasure code profile, but for its plugin.
const PROFILE: [(&str, &str); 3] = [("k", "2"), ("m", "2"), ("technique", "reed_sol_van")];

/// Highest OSD that `--create-from-conf` takes (`mon_max_osd`).
const MAX_OSD: i32 = 10_000;

/// A map of nothing, as osdmaptool has it before it reads one.
pub(crate) fn empty() -> OsdMap {
    OsdMap { nearfull_ratio: 0.0, backfillfull_ratio: 0.0, full_ratio: 0.0, ..OsdMap::default() }
}

/// The map that the options ask for.
///
/// # Errors
/// A number of OSDs that cannot be, or a place that CRUSH refuses.
pub(crate) fn create(options: &Options) -> Outcome<OsdMap> {
    let mut map = empty();
    map.created = now();
    map.modified = map.created;
    let osds = match options.create_simple {
        Some(count) => simple(count)?,
        None => from_conf(options)?,
    };
    let max_osd = osds.iter().map(|(osd, _)| osd + 1).max().unwrap_or(1);
    map.set_max_osd(usize::try_from(max_osd).unwrap_or(0));
    map.crush = crush(&osds, options)
        .map_err(|error| Stop::error(format!("osdmaptool: cannot make the CRUSH map: {error}")))?;
    if options.default_pool {
        map.pool_max = 1;
        map.pools.insert(1, pool(&map, options)?);
    }
    let plugin = ("plugin", options.release.erasure_code_plugin());
    let profile = PROFILE.into_iter().chain([plugin]);
    let profile = profile.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    map.erasure_code_profiles.insert("default".to_owned(), profile);
    Ok(map)
}

/// OSDs in the order in which they are added, each with its place.
type Osds = Vec<(i32, Location)>;

fn simple(count: i32) -> Outcome<Osds> {
    if count < 1 {
        return Err(Stop::error("osdmaptool: osd count must be > 0"));
    }
    if usize::try_from(count).is_ok_and(|count| count > MAX_IDS) {
        let problem = format!("{count} OSDs: expected at most {MAX_IDS}");
        return Err(Stop::error(format!("osdmaptool: {problem}")));
    }
    let place = [("host", "localhost"), ("rack", "localrack"), ("root", "default")];
    Ok((0..count).map(|osd| (osd, Location::new(place))).collect())
}

fn from_conf(options: &Options) -> Outcome<Osds> {
    let mut osds = Osds::new();
    for (osd, keys) in options.settings.osds() {
        if !(0..=MAX_OSD).contains(&osd) {
            let problem = format!("[osd.{osd}] in config has id > mon_max_osd {MAX_OSD}");
            return Err(Stop::error(problem));
        }
        let name = |kind: &str| keys.get(kind).copied().filter(|name| !name.is_empty());
        let host = name("host").unwrap_or("unknownhost");
        let rack = name("rack").unwrap_or("unknownrack");
        let mut place = Location::new([("host", host), ("rack", rack), ("root", "default")]);
        for kind in PLACES {
            if let Some(name) = name(kind) {
                place.set(kind, name);
            }
        }
        osds.push((osd, place));
    }
    Ok(osds)
}

fn crush(osds: &Osds, options: &Options) -> Result<CrushMap, EditError> {
    let types = (0..).zip(NEW_CRUSH_TYPES.map(str::to_owned)).collect();
    let mut crush = CrushMap { types, ..CrushMap::default() };
    crush.add_bucket("default", "root", &Location::default())?;
    for (osd, place) in osds {
        crush.insert_item(*osd, 1.0, &format!("osd.{osd}"), place)?;
    }
    let failure_domain = usize::try_from(options.settings.chooseleaf_type()).ok();
    let failure_domain = failure_domain.and_then(|kind| NEW_CRUSH_TYPES.get(kind)).copied();
    crush.add_simple_rule(&SimpleRule {
        name: "replicated_rule",
        root: "default",
        failure_domain: failure_domain.unwrap_or_default(),
        device_class: None,
        mode: RuleMode::Firstn,
        rule_type: Pool::REPLICATED,
        id: None,
    })?;
    Ok(crush)
}

fn pool(map: &OsdMap, options: &Options) -> Outcome<Pool> {
    let base = u32::try_from(map.max_osd().max(1)).unwrap_or(u32::MAX);
    let shifted = |bits: i32| {
        let fits = |count: &u32| count.checked_shr(bits as u32) == Some(base);
        let count = u32::try_from(bits).ok().and_then(|bits| base.checked_shl(bits));
        count.filter(fits).ok_or_else(|| {
            let problem = format!("{base} OSDs and {bits} bits are no number of PGs");
            Stop::error(format!("osdmaptool: {problem}: expected fewer bits, 0 or more"))
        })
    };
    let pg_num = shifted(options.pg_bits)?;
    let pgp_num = shifted(options.pgp_bits.min(options.pg_bits))?;
    Ok(Pool {
        name: "rbd".to_owned(),
        size: options.settings.pool_size(),
        min_size: options.settings.pool_min_size(),
        pg_num,
        pgp_num,
        pg_num_target: pg_num,
        pgp_num_target: pgp_num,
        pg_num_pending: pg_num,
        pg_autoscale_mode: options.settings.autoscale_mode(),
        application_metadata: BTreeMap::from([("rbd".to_owned(), BTreeMap::new())]),
        cache_target_dirty_ratio_micro: 0,
        cache_target_dirty_high_ratio_micro: 0,
        cache_target_full_ratio_micro: 0,
        ..Pool::default()
    })
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The form of the map has 32 bits for the seconds.
    Time { seconds: since.as_secs() as u32, nanoseconds: since.subsec_nanos() }
}
