//! `ceph osd dump` without `-f json` (OSDMap.cc, `OSDMap::print`).

use std::collections::BTreeMap;

use super::pool::{read_pool, read_snap};
use crate::document_error::DocumentError;
use crate::json::{Dump, bits, parse_time, parse_uuid, weight};
use crate::limits;
use crate::model::{FULL_WEIGHT, MAP_FLAG_NAMES, OsdMap, PgId, STATE_NAMES, release_number, state};

pub(super) type Read<T> = Result<T, String>;

/// Reads a map. Addresses, and what only daemons need, are left out.
///
/// # Errors
/// [`DocumentError`] with the line.
pub(crate) fn read_osd_dump(text: &str) -> Result<Dump, DocumentError> {
    let mut map = OsdMap::default();
    let mut last_pool = None;
    let mut has_max_osd = false;
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [first, rest @ ..] = words.as_slice() else { continue };
        let read = match *first {
            "pool" => read_pool(line).map(|(id, pool)| {
                map.pools.insert(id, pool);
                last_pool = Some(id);
            }),
            "snap" => last_pool.and_then(|id| map.pools.get_mut(&id)).map_or(Ok(()), |pool| {
                read_snap(line, pool);
                Ok(())
            }),
            "max_osd" => read_max_osd(rest, &mut map).map(|()| has_max_osd = true),
            osd if osd.starts_with("osd.") => read_osd(osd, rest, &mut map),
            _ => read_line(first, rest, &mut map),
        };
        read.map_err(|problem| at_line(text, index, &problem))?;
    }
    if !has_max_osd {
        return Err(DocumentError::new("", "found no line max_osd: the file is cut off"));
    }
    map.pool_max = map.pools.keys().next_back().map_or(0, |id| i32::try_from(*id).unwrap_or(0));
    limits::check_shards(&map).map_err(|problem| DocumentError::new("", problem))?;
    Ok(Dump { map, node_flags: BTreeMap::new(), class_flags: BTreeMap::new() })
}

/// An error in a line, the first being 0.
pub(super) fn at_line(text: &str, index: usize, problem: &str) -> DocumentError {
    let offset = crate::document_error::offset_of(text.as_bytes(), index + 1, 1);
    DocumentError::new("", problem).at_offset(text.as_bytes(), offset)
}

/// A number, or what is wrong with it.
pub(super) fn number<T: std::str::FromStr>(name: &str, text: Option<&&str>) -> Read<T> {
    let text = text.copied().unwrap_or_default();
    text.parse().map_err(|_| format!("{name}: found {text:?}, expected a number"))
}

fn read_max_osd(rest: &[&str], map: &mut OsdMap) -> Read<()> {
    let max_osd: usize = number("max_osd", rest.first())?;
    if max_osd > limits::MAX_OSDS {
        let most = limits::MAX_OSDS;
        return Err(format!("max_osd: found {max_osd}, expected at most {most}"));
    }
    map.set_max_osd(max_osd);
    Ok(())
}

fn read_line(first: &str, rest: &[&str], map: &mut OsdMap) -> Read<()> {
    let value = rest.first();
    let release = || value.and_then(|name| release_number(name)).unwrap_or(0);
    match first {
        "epoch" => map.epoch = number("epoch", value)?,
        "fsid" => {
            let fsid = value.and_then(|text| parse_uuid(text));
            map.fsid = fsid.ok_or("fsid: expected a UUID")?;
        }
        "created" => map.created = parse_time(&rest.join(" ")).unwrap_or_default(),
        "modified" => map.modified = parse_time(&rest.join(" ")).unwrap_or_default(),
        "flags" => {
            map.flags = bits(rest.iter().flat_map(|names| names.split(',')), &MAP_FLAG_NAMES)
        }
        "crush_version" => map.crush_version = number(first, value)?,
        "full_ratio" => map.full_ratio = number(first, value)?,
        "backfillfull_ratio" => map.backfillfull_ratio = number(first, value)?,
        "nearfull_ratio" => map.nearfull_ratio = number(first, value)?,
        "require_min_compat_client" => map.require_min_compat_client = release(),
        "require_osd_release" => map.require_osd_release = release(),
        "pg_upmap" | "pg_upmap_items" | "pg_upmap_primary" | "pg_temp" | "primary_temp" => {
            read_exception(first, rest, map)?;
        }
        _ => {}
    }
    Ok(())
}

fn read_exception(kind: &str, rest: &[&str], map: &mut OsdMap) -> Read<()> {
    let pg = rest.first().copied().unwrap_or_default();
    let pg: PgId = pg.parse().map_err(|error| format!("{kind}: {error}"))?;
    let text = rest.get(1).copied().unwrap_or_default();
    if matches!(kind, "primary_temp" | "pg_upmap_primary") {
        let osd: i32 = number(kind, rest.get(1))?;
        let to = if kind == "primary_temp" {
            &mut map.primary_temp
        } else {
            map.encoding.client.version = 10;
            &mut map.pg_upmap_primaries
        };
        to.insert(pg, osd);
        return Ok(());
    }
    let osds = osd_list(text)
        .ok_or_else(|| format!("{kind}: found {text:?}, expected OSDs such as [1,2,3]"))?;
    if osds.len() > limits::MAX_PG_OSDS {
        return Err(format!("{kind}: found {} OSDs, expected at most 255", osds.len()));
    }
    match kind {
        "pg_temp" => drop(map.pg_temp.insert(pg, osds)),
        "pg_upmap" => drop(map.pg_upmap.insert(pg, osds)),
        _ => {
            let (pairs, []) = osds.as_chunks::<2>() else {
                return Err(format!("{kind}: found {text:?}, expected pairs of OSDs"));
            };
            map.pg_upmap_items.insert(pg, pairs.iter().map(|[from, to]| (*from, *to)).collect());
        }
    }
    Ok(())
}

/// Reads `[1,2,3]`.
pub(super) fn osd_list(text: &str) -> Option<Vec<i32>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    inner.split(',').map(|osd| osd.parse().ok()).collect()
}

/// Reads `osd.3 up in weight 1 primary_affinity 0.5 ... exists,up UUID`.
fn read_osd(name: &str, words: &[&str], map: &mut OsdMap) -> Read<()> {
    let id = name.strip_prefix("osd.").and_then(|id| id.parse::<usize>().ok());
    let Some(id) = id.filter(|id| *id < map.max_osd()) else {
        return Err(format!("found {name}, expected an OSD below max_osd {}", map.max_osd()));
    };
    let after = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1)
    };
    let share = |name: &str| -> Read<Option<u32>> {
        let Some(text) = after(name) else { return Ok(None) };
        let found: f64 = number(name, Some(text))?;
        weight(found).map(Some).ok_or_else(|| format!("{name}: found {found}, expected 0 to 65535"))
    };
    let is_in = words.get(1) == Some(&"in");
    map.osd_weights[id] = share("weight")?.unwrap_or(if is_in { FULL_WEIGHT } else { 0 });
    if let Some(affinity) = share("primary_affinity")?.filter(|share| *share != FULL_WEIGHT) {
        let max_osd = map.max_osd();
        let all = map.osd_primary_affinities.get_or_insert_with(|| vec![FULL_WEIGHT; max_osd]);
        all[id] = affinity;
    }
    let is_states = |word: &&&str| {
        word.split(',').all(|name| STATE_NAMES.iter().any(|(_, known)| *known == name))
            && word.split(',').any(|name| name == "exists")
    };
    let up = if words.first() == Some(&"up") { state::UP } else { 0 };
    map.osd_states[id] = match words.iter().rev().find(is_states) {
        Some(names) => bits(names.split(','), &STATE_NAMES),
        None => state::EXISTS | up,
    };
    let info = &mut map.osds[id].info;
    let epoch = |name: &str| after(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    info.up_from = epoch("up_from");
    info.up_thru = epoch("up_thru");
    info.down_at = epoch("down_at");
    info.lost_at = epoch("lost_at");
    let uuid = words.last().and_then(|text| parse_uuid(text));
    map.osds[id].uuid = uuid.unwrap_or_default();
    Ok(())
}
