//! Places in the hierarchy: bucket names by type name.

use std::collections::BTreeMap;
use std::fmt;

use super::EditError;
use crate::{CrushMap, is_valid_name};

/// A place: for some types, the name of the bucket of that type (`host=h1 root=default`).
///
/// Types without a bucket are left out; types that the map has not are passed over. The bucket of
/// the lowest type given is where an item goes, the others say where missing buckets go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location(BTreeMap<String, String>);

impl Location {
    /// A place of these pairs of type and bucket name; of two with one type the last counts.
    pub fn new<Type: Into<String>, Name: Into<String>>(
        pairs: impl IntoIterator<Item = (Type, Name)>,
    ) -> Location {
        Location(pairs.into_iter().map(|(kind, name)| (kind.into(), name.into())).collect())
    }

    /// Reads `TYPE=NAME` arguments, as `ceph osd crush` takes them.
    ///
    /// # Errors
    /// [`EditError::BadLocation`] for one without `=` or without a name.
    pub fn parse<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Result<Location, EditError> {
        let mut location = Location::default();
        for text in arguments {
            match text.split_once('=') {
                Some((kind, name)) if !name.is_empty() => location.set(kind, name),
                _ => return Err(EditError::BadLocation { text: text.to_owned() }),
            }
        }
        Ok(location)
    }

    /// Sets the bucket of a type.
    pub fn set(&mut self, type_name: &str, bucket_name: &str) {
        self.0.insert(type_name.to_owned(), bucket_name.to_owned());
    }

    /// Name of the bucket of a type.
    pub fn get(&self, type_name: &str) -> Option<&str> {
        self.0.get(type_name).map(String::as_str)
    }

    /// Pairs of type and bucket name, in the order of the types' names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(kind, name)| (kind.as_str(), name.as_str()))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn check_names(&self) -> Result<(), EditError> {
        match self.iter().flat_map(|(kind, name)| [kind, name]).find(|name| !is_valid_name(name)) {
            Some(name) => Err(EditError::InvalidName { name: name.to_owned() }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Location {
    /// As Ceph prints it: `{host=h1,root=default}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.iter().map(|(kind, name)| format!("{kind}={name}")).collect();
        write!(f, "{{{}}}", pairs.join(","))
    }
}

impl CrushMap {
    /// Weight (16.16) of an item at a place, or `None` when it is not there
    /// (`CrushWrapper::check_item_loc`). Only the bucket of the lowest type given is looked at.
    pub fn weight_at(&self, item: i32, location: &Location) -> Option<u32> {
        let mut types = self.types.iter().filter(|(id, _)| **id != 0);
        let name = types.find_map(|(_, kind)| location.get(kind))?;
        let bucket = self.core.bucket(self.item_id(name)?)?;
        bucket.item_weight(bucket.position(item)?)
    }

    /// All buckets above an item, nearest first, as pairs of type and bucket name
    /// (`get_full_location_ordered`). Of an item in several buckets the first parent counts.
    pub fn full_location(&self, item: i32) -> Vec<(String, String)> {
        let mut way = Vec::new();
        let mut current = item;
        while let Some(parent) = self.parent(current).and_then(|id| self.core.bucket(id)) {
            if way.len() > self.core.buckets.len() {
                break;
            }
            let kind = self.types.get(&i32::from(parent.type_id)).cloned().unwrap_or_default();
            way.push((kind, self.names.get(&parent.id).cloned().unwrap_or_default()));
            current = parent.id;
        }
        way
    }

    /// The same as a place (`get_full_location`).
    pub fn location(&self, item: i32) -> Location {
        Location::new(self.full_location(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_a_place() {
        let place = Location::parse(["root=default", "host=h1"]);
        assert_eq!(place.map(|place| place.to_string()), Ok("{host=h1,root=default}".to_owned()));
        for text in ["host", "host="] {
            let error = EditError::BadLocation { text: text.to_owned() };
            assert_eq!(Location::parse([text]), Err(error));
        }
    }
}
