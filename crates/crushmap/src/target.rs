//! What people call OSDs: `osd.3`, `3`, `host1`, `host=host1`, `class=ssd`.

use std::collections::BTreeSet;
use std::fmt;

use crate::CrushMap;

/// Most names that are said to be near.
const NEAR_MAX: usize = 3;

/// Letters that may differ from a name for it to be near, as a part of its length.
const NEAR_RATIO: f64 = 0.4;

/// Why a name stands for no OSDs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// No type of bucket is called so.
    UnknownType {
        /// The type.
        type_name: String,
        /// Those that there are.
        types: Vec<String>,
        /// Those of a similar name.
        near: Vec<String>,
    },
    /// Nothing is called so.
    Unknown {
        /// What it should be: a type, `class`, or `OSD or bucket`.
        kind: String,
        /// The name.
        name: String,
        /// Names that are similar.
        near: Vec<String>,
    },
    /// The bucket has another type.
    OtherType {
        /// The bucket.
        name: String,
        /// The type that was asked for.
        asked: String,
        /// Its own.
        type_name: String,
    },
    /// It holds no OSDs.
    Empty {
        /// What was asked for.
        name: String,
    },
}

impl TargetError {
    /// What to write instead, where something is similar.
    pub fn hint(&self) -> Option<String> {
        match self {
            TargetError::UnknownType { near, .. } | TargetError::Unknown { near, .. } => {
                (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
            }
            TargetError::OtherType { name, type_name, .. } => {
                Some(format!("write {type_name}={name}"))
            }
            TargetError::Empty { .. } => None,
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::UnknownType { type_name, types, .. } => {
                write!(f, "the map has no type {type_name}: it has {}", types.join(", "))
            }
            TargetError::Unknown { kind, name, .. } => write!(f, "the map has no {kind} {name}"),
            TargetError::OtherType { name, asked, type_name } => {
                write!(f, "{name} is a {type_name}, not a {asked}")
            }
            TargetError::Empty { name } => write!(f, "{name} holds no OSDs"),
        }
    }
}

impl std::error::Error for TargetError {}

impl CrushMap {
    /// The devices that a name stands for, by rising id: an OSD's id or name, a bucket's name, a
    /// type and a name (`host=host1`) or a class (`class=ssd`).
    ///
    /// # Errors
    /// [`TargetError`], also where there are none.
    pub fn target_devices(&self, target: &str) -> Result<Vec<i32>, TargetError> {
        let devices = match target.split_once('=') {
            Some(("class", class)) => self.class_target(class)?,
            Some((type_name, name)) if type_name != "osd" => {
                self.devices_under(self.bucket_target(type_name, name)?)
            }
            Some((_, name)) => self.devices_under(self.item_target(name)?),
            None => self.devices_under(self.item_target(target)?),
        };
        if devices.is_empty() {
            return Err(TargetError::Empty { name: target.to_owned() });
        }
        Ok(devices.into_iter().collect())
    }

    fn class_target(&self, name: &str) -> Result<BTreeSet<i32>, TargetError> {
        let id = self.class_id(name).ok_or_else(|| TargetError::Unknown {
            kind: "class".to_owned(),
            name: name.to_owned(),
            near: near(name, self.class_names.values()),
        })?;
        Ok(self.devices_of_class(id).collect())
    }

    fn item_target(&self, name: &str) -> Result<i32, TargetError> {
        let id = name.strip_prefix("osd.").unwrap_or(name);
        let id = id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse().ok()).flatten();
        let is_device = |id: &i32| self.names.contains_key(id) || self.is_in_tree(*id);
        let found = self.item_id(name).or_else(|| id.filter(is_device));
        found.ok_or_else(|| TargetError::Unknown {
            kind: "OSD or bucket".to_owned(),
            name: name.to_owned(),
            near: near(name, self.real_names(|_| true)),
        })
    }

    fn bucket_target(&self, type_name: &str, name: &str) -> Result<i32, TargetError> {
        let Some(type_id) = self.type_id(type_name) else {
            return Err(TargetError::UnknownType {
                type_name: type_name.to_owned(),
                types: self.types.values().cloned().collect(),
                near: near(type_name, self.types.values()),
            });
        };
        let type_of = |id| self.core.bucket(id).map(|bucket| i32::from(bucket.type_id));
        match self.item_id(name).and_then(|id| Some((id, type_of(id)?))) {
            Some((id, found)) if found == type_id => Ok(id),
            Some((_, found)) => Err(TargetError::OtherType {
                name: name.to_owned(),
                asked: type_name.to_owned(),
                type_name: self.types.get(&found).cloned().unwrap_or_else(|| found.to_string()),
            }),
            None => Err(TargetError::Unknown {
                kind: type_name.to_owned(),
                name: name.to_owned(),
                near: near(name, self.real_names(|id| type_of(id) == Some(type_id))),
            }),
        }
    }

    /// Names of devices and buckets that are no shadows.
    fn real_names(&self, is_meant: impl Fn(i32) -> bool) -> impl Iterator<Item = &String> {
        let named =
            self.names.iter().filter(move |(id, _)| !self.is_shadow(**id) && is_meant(**id));
        named.map(|(_, name)| name)
    }
}

/// The names that someone who wrote `name` may have meant, nearest first.
fn near<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Vec<String> {
    let farthest = (name.chars().count() as f64 * NEAR_RATIO).ceil() as usize;
    let mut near: Vec<(usize, &String)> = known
        .filter(|other| other.len().abs_diff(name.len()) <= 4 * farthest)
        .map(|other| (strsim::levenshtein(name, other), other))
        .filter(|(edits, _)| *edits <= farthest)
        .collect();
    // Of those that are as near, the shorter ones first: osd.9 before osd.19.
    near.sort_unstable_by_key(|(edits, other)| (*edits, other.len(), *other));
    near.into_iter().take(NEAR_MAX).map(|(_, other)| other.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "
device 0 osd.0 class ssd
device 1 osd.1 class hdd
device 2 osd.2 class hdd
type 0 osd
type 1 host
type 2 root
host alpha { id -1 alg straw2 hash 0 item osd.0 weight 1.0 item osd.1 weight 1.0 }
host beta { id -2 alg straw2 hash 0 item osd.2 weight 1.0 }
host empty { id -3 alg straw2 hash 0 }
root default { id -4 alg straw2 hash 0 item alpha weight 2.0 item beta weight 1.0 }
";

    fn found(target: &str) -> Result<Vec<i32>, TargetError> {
        CrushMap::from_text(MAP).expect("a map").target_devices(target)
    }

    #[test]
    fn osds_hosts_types_and_classes_are_found_by_name() {
        let all: [(&str, &[i32]); 7] = [
            ("osd.1", &[1]),
            ("1", &[1]),
            ("osd=1", &[1]),
            ("alpha", &[0, 1]),
            ("host=beta", &[2]),
            ("class=hdd", &[1, 2]),
            ("root=default", &[0, 1, 2]),
        ];
        for (target, osds) in all {
            assert_eq!(found(target).as_deref(), Ok(osds), "{target}");
        }
    }

    #[test]
    fn what_stands_for_no_osds_is_refused_with_what_is_similar() {
        let all = [
            ("alpa", "the map has no OSD or bucket alpa", Some("did you mean alpha?")),
            ("osd.7", "the map has no OSD or bucket osd.7", Some("did you mean osd.0 or")),
            ("hots=alpha", "the map has no type hots: it has osd, host, root", Some("host?")),
            ("root=alpha", "alpha is a host, not a root", Some("write host=alpha")),
            ("host=bata", "the map has no host bata", Some("did you mean beta?")),
            ("class=sdd", "the map has no class sdd", Some("ssd")),
            ("empty", "empty holds no OSDs", None),
            ("osd.99999999999", "the map has no OSD or bucket osd.99999999999", None),
        ];
        for (target, problem, hint) in all {
            let error = found(target).expect_err(target);
            assert_eq!(error.to_string(), problem);
            match (error.hint(), hint) {
                (Some(said), Some(hint)) => assert!(said.contains(hint), "{said}"),
                (said, hint) => assert_eq!(said.as_deref(), hint, "{target}"),
            }
        }
    }
}
