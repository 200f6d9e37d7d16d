//! What a description may hold.

use serde::{Deserialize, Deserializer};

use super::autoscale::AutoscaleMode;
use crate::units::parse_bytes;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    /// For the reader only.
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(default = "release_squid", deserialize_with = "crate::json::release")]
    pub(super) release: u8,
    #[serde(default = "root_default")]
    pub(super) root: String,
    #[serde(default)]
    pub(super) racks: Vec<Rack>,
    #[serde(default)]
    pub(super) hosts: Vec<Host>,
    #[serde(default)]
    pub(super) rules: Vec<RuleEntry>,
    #[serde(default)]
    pub(super) pools: Vec<PoolEntry>,
    pub(super) nearfull_ratio: Option<f32>,
    pub(super) backfillfull_ratio: Option<f32>,
    pub(super) full_ratio: Option<f32>,
}

fn release_squid() -> u8 {
    19
}

fn root_default() -> String {
    "default".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rack {
    pub(super) name: Option<String>,
    pub(super) count: Option<u32>,
    pub(super) hosts: Vec<Host>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Host {
    pub(super) name: Option<String>,
    pub(super) count: Option<u32>,
    pub(super) osds: Vec<OsdEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OsdEntry {
    #[serde(default = "one")]
    pub(super) count: u32,
    #[serde(default = "class_hdd")]
    pub(super) class: String,
    #[serde(deserialize_with = "bytes")]
    pub(super) size: u64,
}

fn one() -> u32 {
    1
}

fn class_hdd() -> String {
    "hdd".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    pub(super) name: String,
    #[serde(default, rename = "type")]
    pub(super) kind: RuleKind,
    #[serde(default = "domain_host")]
    pub(super) failure_domain: String,
    pub(super) class: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum RuleKind {
    #[default]
    Replicated,
    Erasure,
}

fn domain_host() -> String {
    "host".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolEntry {
    pub(super) name: String,
    pub(super) size: Option<u8>,
    pub(super) erasure: Option<Erasure>,
    pub(super) min_size: Option<u8>,
    pub(super) pg_num: u32,
    pub(super) pgp_num: Option<u32>,
    pub(super) rule: Option<String>,
    pub(super) failure_domain: Option<String>,
    pub(super) class: Option<String>,
    #[serde(default, deserialize_with = "optional_bytes")]
    pub(super) stored: Option<u64>,
    pub(super) objects: Option<u64>,
    #[serde(default, deserialize_with = "optional_bytes")]
    pub(super) object_size: Option<u64>,
    pub(super) application: Option<String>,
    #[serde(default)]
    pub(super) pg_autoscale_mode: AutoscaleMode,
    pub(super) pg_autoscale_bias: Option<f64>,
    pub(super) pg_num_min: Option<u32>,
    pub(super) pg_num_max: Option<u32>,
    pub(super) target_size_ratio: Option<f64>,
    #[serde(default, deserialize_with = "optional_bytes")]
    pub(super) target_size_bytes: Option<u64>,
    #[serde(default)]
    pub(super) bulk: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasure {
    pub(super) k: u8,
    pub(super) m: u8,
}

/// A number has no unit, so it is taken as a text that lacks one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Size {
    Text(String),
    Whole(i64),
    Decimal(f64),
}

impl Size {
    fn bytes<E: serde::de::Error>(self) -> Result<u64, E> {
        let text = match self {
            Size::Text(text) => text,
            Size::Whole(number) => number.to_string(),
            Size::Decimal(number) => number.to_string(),
        };
        parse_bytes(&text).map_err(E::custom)
    }
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Size::deserialize(deserializer)?.bytes()
}

fn optional_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::<Size>::deserialize(deserializer)?.map(Size::bytes).transpose()
}
