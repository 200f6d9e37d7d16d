//! The JSON that Ceph's commands print with `-f json`: `ceph osd dump`, `ceph report`, and the
//! statistics of `ceph pg dump`, `ceph osd df` and `ceph df detail`.
//!
//! Fields that are not needed are skipped, so that dumps of any release can be read.

mod address;
mod df;
mod hit_set;
mod osd_df;
mod osd_dump;
mod osd_dump_map;
mod pg_dump;
mod pool;
mod values;

use serde::de::{Deserialize, DeserializeOwned};

use crate::document_error::DocumentError;
use crate::form::Form;

pub(crate) use df::read_df;
pub(crate) use osd_df::read_osd_df;
pub(crate) use osd_dump::{read_osd_dump, read_report};
pub(crate) use pg_dump::read_pg_dump;
pub(crate) use values::release;

/// Reads a document into `T`. Where it does not fit, it is read once more to find the path.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DocumentError> {
    serde_json::from_slice(bytes).map_err(|plain| {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Err(error) => DocumentError::at_path(error.path().to_string(), error.inner()),
            Ok(_) => DocumentError::at_path(String::new(), &plain),
        }
    })
}

/// Finds out which dump a document is. `None` if it is an object of another kind.
pub(crate) fn recognise(bytes: &[u8]) -> Result<Option<Form>, DocumentError> {
    let fields: Fields = read(bytes)?;
    let has = |field: &str| fields.0.iter().any(|name| name == field);
    let form = if has("osdmap") && has("crushmap") {
        Form::Report
    } else if has("osds") && has("pools") && has("epoch") {
        Form::OsdDump
    } else if has("devices") && has("buckets") {
        Form::CrushMap
    } else if has("nodes") && has("summary") {
        Form::OsdDf
    } else if has("pg_map") || has("pg_stats") {
        Form::PgDump
    } else if has("racks") || has("hosts") {
        Form::Description
    } else if has("stats") && has("pools") {
        Form::Df
    } else {
        return Ok(None);
    };
    Ok(Some(form))
}

/// Names of the fields of an object.
struct Fields(Vec<String>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Fields, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Fields(names))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}
