//! Clusters described in a few lines of YAML or JSON, to plan what does not exist yet.
//!
//! `schema/cluster.schema.json` describes the form for editors and other programs.

mod autoscale;
mod build;
mod document;
mod fill;
mod fresh;
#[cfg(test)]
mod tests;
mod tree;

use serde_json::Value;

use crate::cluster::Cluster;
use crate::document_error::DocumentError;
use crate::yaml;

use document::Description;

/// Names of fields at the start of a line, by which a description in YAML is recognised.
const FIRST_FIELDS: [&str; 8] =
    ["name:", "release:", "root:", "racks:", "hosts:", "rules:", "pools:", "---"];

/// Whether a text that is not JSON looks like a description in YAML, not like a CRUSH map.
pub(crate) fn looks_like_yaml(text: &str) -> bool {
    text.lines().any(|line| FIRST_FIELDS.iter().any(|field| line.starts_with(field)))
}

/// Makes the cluster that a description in YAML or JSON describes.
///
/// OSDs are numbered in the order in which they are described, are up and in, and weigh as many
/// units as their size has TiB. Pools are numbered from 1. Data that pools store is spread over
/// PGs as hashes are, and over OSDs as PGs are mapped. What is not said is as in a fresh cluster of
/// the release.
///
/// # Errors
/// [`DocumentError`], with the place where the text is not YAML or JSON, else with the path of the
/// value that is at fault and its place.
pub fn describe(text: &str) -> Result<Cluster, DocumentError> {
    let is_json = text.trim_start().starts_with('{');
    let value = if is_json { crate::json::read(text.as_bytes())? } else { yaml::read(text)? };
    describe_owned(value).map_err(|error| yaml::with_place(text, error))
}

/// Makes the cluster that a description describes, which is a value already: what the text of
/// [`describe`] says.
///
/// # Errors
/// [`DocumentError`] with the path of the value that is at fault.
pub fn describe_value(value: &Value) -> Result<Cluster, DocumentError> {
    describe_owned(value.clone())
}

fn describe_owned(value: Value) -> Result<Cluster, DocumentError> {
    let description = serde_path_to_error::deserialize::<_, Description>(value)
        .map_err(|error| DocumentError::at_path(error.path().to_string(), error.inner()));
    description.and_then(|description| build::build(&description))
}
