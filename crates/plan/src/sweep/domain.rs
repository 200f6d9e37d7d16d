//! What fails as a whole: OSDs, hosts, racks and other buckets.

use std::fmt;

use crushlab_osdmap::OsdMap;
use serde::Serialize;

/// Something that fails as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// The bucket, or the OSD.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// Its OSDs that exist, by rising number; one at least.
    pub osds: Vec<i32>,
}

/// Why nothing of a type can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainError {
    /// The map has no such type.
    UnknownType {
        /// What was asked for.
        name: String,
        /// The types whose buckets hold OSDs.
        known: Vec<String>,
    },
    /// No bucket of the type holds OSDs.
    Empty {
        /// What was asked for.
        name: String,
        /// The types whose buckets hold OSDs.
        known: Vec<String>,
    },
}

impl fmt::Display for DomainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DomainError::UnknownType { name, known } => write!(
                f,
                "the map has no type '{}': expected one of {}",
                name.escape_debug(),
                known.join(", ")
            ),
            DomainError::Empty { name, known } => {
                write!(f, "no {name} holds OSDs: expected one of {}", known.join(", "))
            }
        }
    }
}

impl std::error::Error for DomainError {}

/// All OSDs or buckets of a type (`osd`, `host`, `rack`, …) that hold OSDs, by falling id of
/// buckets and rising number of OSDs. Shadow trees are left out: they have the same OSDs.
///
/// # Errors
/// [`DomainError`].
pub fn domains(map: &OsdMap, type_name: &str) -> Result<Vec<Domain>, DomainError> {
    let name = type_name.to_owned();
    let Some(type_id) = map.crush.type_id(type_name) else {
        return Err(DomainError::UnknownType { name, known: domain_types(map) });
    };
    let found = if type_id == 0 { osds(map) } else { buckets(map, type_id) };
    if found.is_empty() {
        return Err(DomainError::Empty { name, known: domain_types(map) });
    }
    Ok(found)
}

/// The types whose buckets hold OSDs, from OSDs upwards.
pub fn domain_types(map: &OsdMap) -> Vec<String> {
    let types = map.crush.types.iter();
    let holds_osds = |id: i32| match id {
        0 => !osds(map).is_empty(),
        id => !buckets(map, id).is_empty(),
    };
    types.filter(|(id, _)| holds_osds(**id)).map(|(_, name)| name.clone()).collect()
}

fn osds(map: &OsdMap) -> Vec<Domain> {
    let exist = (0i32..).take(map.max_osd()).filter(|osd| map.exists(*osd));
    let name =
        |osd: i32| map.crush.item_name(osd).map_or_else(|| format!("osd.{osd}"), str::to_owned);
    exist.map(|osd| Domain { id: osd, name: name(osd), osds: vec![osd] }).collect()
}

fn buckets(map: &OsdMap, type_id: i32) -> Vec<Domain> {
    let crush = &map.crush;
    let is_wanted = |id: i32, found: u16| i32::from(found) == type_id && !crush.is_shadow(id);
    let wanted = crush.core.buckets.iter().flatten();
    let wanted = wanted.filter(|bucket| is_wanted(bucket.id, bucket.type_id));
    let domain = |id: i32| {
        let osds = crush.devices_under(id).into_iter().filter(|osd| map.exists(*osd)).collect();
        let name = crush.item_name(id).map_or_else(|| format!("bucket {id}"), str::to_owned);
        Domain { id, name, osds }
    };
    let mut found: Vec<Domain> = wanted.map(|bucket| domain(bucket.id)).collect();
    found.retain(|domain| !domain.osds.is_empty());
    found.sort_unstable_by_key(|domain| std::cmp::Reverse(domain.id));
    found
}
