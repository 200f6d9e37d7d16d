//! `ceph osd dump`, also as the `osdmap` inside `ceph report`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::address::AddressList;
use super::pool::PoolEntry;
use super::values::{
    lenient, lenient_list, lenient_time, lenient_uuid, optional_weight, pg_id, release, scalar,
    texts,
};
use crate::document_error::DocumentError;
use crate::limits;
use crate::model::{PgId, Time, Uuid};

#[derive(Deserialize)]
pub(super) struct OsdDump {
    pub(super) epoch: u32,
    #[serde(default, deserialize_with = "lenient_uuid")]
    pub(super) fsid: Uuid,
    #[serde(default, deserialize_with = "lenient_time")]
    pub(super) created: Time,
    #[serde(default, deserialize_with = "lenient_time")]
    pub(super) modified: Time,
    #[serde(default, deserialize_with = "lenient_time")]
    pub(super) last_up_change: Time,
    #[serde(default, deserialize_with = "lenient_time")]
    pub(super) last_in_change: Time,
    #[serde(default)]
    pub(super) flags: String,
    pub(super) flags_num: Option<u32>,
    pub(super) crush_version: Option<u32>,
    #[serde(default, deserialize_with = "scalar")]
    pub(super) full_ratio: Option<f64>,
    #[serde(default, deserialize_with = "scalar")]
    pub(super) backfillfull_ratio: Option<f64>,
    #[serde(default, deserialize_with = "scalar")]
    pub(super) nearfull_ratio: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cluster_snapshot: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) pool_max: i32,
    pub(super) max_osd: usize,
    #[serde(default, deserialize_with = "release")]
    pub(super) require_min_compat_client: u8,
    #[serde(default, deserialize_with = "release")]
    pub(super) require_osd_release: u8,
    pub(super) pools: Vec<PoolEntry>,
    pub(super) osds: Vec<OsdEntry>,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) osd_xinfo: Vec<XinfoEntry>,
    #[serde(default)]
    pub(super) pg_upmap: Vec<PgOsds>,
    #[serde(default)]
    pub(super) pg_upmap_items: Vec<PgMappings>,
    #[serde(default)]
    pub(super) pg_upmap_primaries: Vec<PgPrimary>,
    #[serde(default)]
    pub(super) pg_temp: Vec<PgOsds>,
    #[serde(default)]
    pub(super) primary_temp: Vec<Value>,
    #[serde(default, alias = "blacklist", deserialize_with = "lenient")]
    pub(super) blocklist: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) range_blocklist: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) erasure_code_profiles: BTreeMap<String, Profile>,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) removed_snaps_queue: Vec<PoolSnaps>,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) new_removed_snaps: Vec<PoolSnaps>,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) new_purged_snaps: Vec<PoolSnaps>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) crush_node_flags: BTreeMap<String, Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) device_class_flags: BTreeMap<String, Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) stretch_mode: StretchEntry,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) allow_crimson: bool,
}

#[derive(Deserialize)]
pub(super) struct OsdEntry {
    pub(super) osd: usize,
    #[serde(default, deserialize_with = "lenient_uuid")]
    pub(super) uuid: Uuid,
    /// Before Firefly only whether it is in.
    #[serde(default, deserialize_with = "optional_weight")]
    pub(super) weight: Option<u32>,
    #[serde(default, rename = "in")]
    pub(super) is_in: u8,
    #[serde(default)]
    pub(super) up: u8,
    #[serde(default, deserialize_with = "optional_weight")]
    pub(super) primary_affinity: Option<u32>,
    pub(super) state: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_clean_begin: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_clean_end: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) up_from: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) up_thru: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) down_at: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) lost_at: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) public_addrs: Option<AddressList>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cluster_addrs: Option<AddressList>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) heartbeat_back_addrs: Option<AddressList>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) heartbeat_front_addrs: Option<AddressList>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) public_addr: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cluster_addr: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) heartbeat_back_addr: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) heartbeat_front_addr: Option<String>,
}

/// Settings of an erasure code.
#[derive(Deserialize)]
pub(super) struct Profile(#[serde(deserialize_with = "texts")] pub(super) BTreeMap<String, String>);

#[derive(Deserialize)]
pub(super) struct XinfoEntry {
    pub(super) osd: usize,
    #[serde(default, deserialize_with = "lenient_time")]
    pub(super) down_stamp: Time,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) laggy_probability: f64,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) laggy_interval: u32,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) features: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) old_weight: u32,
    #[serde(default, deserialize_with = "lenient_time")]
    pub(super) last_purged_snaps_scrub: Time,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) dead_epoch: u32,
}

#[derive(Deserialize)]
pub(super) struct PgOsds {
    #[serde(deserialize_with = "pg_id")]
    pub(super) pgid: PgId,
    pub(super) osds: Vec<i32>,
}

#[derive(Deserialize)]
pub(super) struct PgMappings {
    #[serde(deserialize_with = "pg_id")]
    pub(super) pgid: PgId,
    pub(super) mappings: Vec<FromTo>,
}

#[derive(Deserialize)]
pub(super) struct FromTo {
    pub(super) from: i32,
    pub(super) to: i32,
}

#[derive(Deserialize)]
pub(super) struct PgPrimary {
    #[serde(deserialize_with = "pg_id")]
    pub(super) pgid: PgId,
    pub(super) primary_osd: i32,
}

#[derive(Deserialize)]
pub(super) struct PoolSnaps {
    pub(super) pool: i64,
    pub(super) snaps: Vec<SnapRun>,
}

#[derive(Deserialize)]
pub(super) struct SnapRun {
    pub(super) begin: u64,
    pub(super) length: u64,
}

#[derive(Default, Deserialize)]
pub(super) struct StretchEntry {
    #[serde(default)]
    pub(super) stretch_mode_enabled: bool,
    #[serde(default)]
    pub(super) stretch_bucket_count: u32,
    #[serde(default)]
    pub(super) degraded_stretch_mode: u32,
    #[serde(default)]
    pub(super) recovering_stretch_mode: u32,
    #[serde(default)]
    pub(super) stretch_mode_bucket: i32,
}

impl OsdDump {
    /// Refuses numbers that would make the map too large to be worked with.
    pub(super) fn check(self) -> Result<OsdDump, DocumentError> {
        let most = limits::MAX_OSDS;
        if self.max_osd > most {
            let problem = format!("found {}, expected at most {most}", self.max_osd);
            return Err(DocumentError::new("max_osd", problem));
        }
        let osds = self.osds.iter().map(|entry| entry.osd);
        if let Some((index, osd)) = osds.enumerate().find(|(_, osd)| *osd >= self.max_osd) {
            let problem = format!("found {osd}, expected a number below max_osd");
            return Err(DocumentError::new(format!("osds[{index}].osd"), problem));
        }
        Ok(self)
    }
}
