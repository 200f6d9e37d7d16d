//! `ceph osd dump`, also as the `osdmap` inside `ceph report`.

use std::collections::BTreeMap;

use crushlab_crushmap::CrushMap;
use serde::Deserialize;
use serde_json::Value;

use super::address::AddressList;
use super::pool::PoolEntry;
use super::values::{pg_id, release, time, uuid, weight};
use crate::document_error::DocumentError;
use crate::limits;
use crate::model::{OsdMap, PgId, Time, Uuid};

#[derive(Deserialize)]
pub(super) struct OsdDump {
    pub(super) epoch: u32,
    #[serde(deserialize_with = "uuid")]
    pub(super) fsid: Uuid,
    #[serde(deserialize_with = "time")]
    pub(super) created: Time,
    #[serde(deserialize_with = "time")]
    pub(super) modified: Time,
    #[serde(default, deserialize_with = "time")]
    pub(super) last_up_change: Time,
    #[serde(default, deserialize_with = "time")]
    pub(super) last_in_change: Time,
    pub(super) flags: String,
    pub(super) flags_num: Option<u32>,
    pub(super) crush_version: Option<u32>,
    pub(super) full_ratio: Option<f32>,
    pub(super) backfillfull_ratio: Option<f32>,
    pub(super) nearfull_ratio: Option<f32>,
    #[serde(default)]
    pub(super) cluster_snapshot: String,
    #[serde(default)]
    pub(super) pool_max: i32,
    pub(super) max_osd: usize,
    #[serde(default, deserialize_with = "release")]
    pub(super) require_min_compat_client: u8,
    #[serde(default, deserialize_with = "release")]
    pub(super) require_osd_release: u8,
    pub(super) pools: Vec<PoolEntry>,
    pub(super) osds: Vec<OsdEntry>,
    #[serde(default)]
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
    #[serde(default, alias = "blacklist")]
    pub(super) blocklist: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) range_blocklist: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) erasure_code_profiles: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) removed_snaps_queue: Vec<PoolSnaps>,
    #[serde(default)]
    pub(super) new_removed_snaps: Vec<PoolSnaps>,
    #[serde(default)]
    pub(super) new_purged_snaps: Vec<PoolSnaps>,
    #[serde(default)]
    pub(super) crush_node_flags: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) device_class_flags: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) stretch_mode: StretchEntry,
    #[serde(default)]
    pub(super) allow_crimson: bool,
}

#[derive(Deserialize)]
pub(super) struct OsdEntry {
    pub(super) osd: usize,
    #[serde(default, deserialize_with = "uuid")]
    pub(super) uuid: Uuid,
    #[serde(deserialize_with = "weight")]
    pub(super) weight: u32,
    #[serde(default = "full_weight", deserialize_with = "weight")]
    pub(super) primary_affinity: u32,
    pub(super) state: Vec<String>,
    #[serde(default)]
    pub(super) last_clean_begin: u32,
    #[serde(default)]
    pub(super) last_clean_end: u32,
    #[serde(default)]
    pub(super) up_from: u32,
    #[serde(default)]
    pub(super) up_thru: u32,
    #[serde(default)]
    pub(super) down_at: u32,
    #[serde(default)]
    pub(super) lost_at: u32,
    pub(super) public_addrs: Option<AddressList>,
    pub(super) cluster_addrs: Option<AddressList>,
    pub(super) heartbeat_back_addrs: Option<AddressList>,
    pub(super) heartbeat_front_addrs: Option<AddressList>,
    pub(super) public_addr: Option<String>,
    pub(super) cluster_addr: Option<String>,
    pub(super) heartbeat_back_addr: Option<String>,
    pub(super) heartbeat_front_addr: Option<String>,
}

fn full_weight() -> u32 {
    crate::model::FULL_WEIGHT
}

#[derive(Deserialize)]
pub(super) struct XinfoEntry {
    pub(super) osd: usize,
    #[serde(default, deserialize_with = "time")]
    pub(super) down_stamp: Time,
    #[serde(default)]
    pub(super) laggy_probability: f64,
    #[serde(default)]
    pub(super) laggy_interval: u32,
    #[serde(default)]
    pub(super) features: u64,
    #[serde(default)]
    pub(super) old_weight: u32,
    #[serde(default, deserialize_with = "time")]
    pub(super) last_purged_snaps_scrub: Time,
    #[serde(default)]
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

#[derive(Deserialize)]
struct Report {
    osdmap: OsdDump,
}

/// Reads `ceph osd dump`. The CRUSH map, which it lacks, has to be given; names in it are what
/// flags of CRUSH nodes go by.
pub(crate) fn read_osd_dump(bytes: &[u8], crush: CrushMap) -> Result<OsdMap, DocumentError> {
    super::read::<OsdDump>(bytes)?.check("")?.into_map(crush)
}

/// Reads the OSDMap and the CRUSH map of `ceph report`.
pub(crate) fn read_report(bytes: &[u8]) -> Result<OsdMap, DocumentError> {
    let dump = super::read::<Report>(bytes)?.osdmap.check("osdmap.")?;
    let crush = CrushMap::from_json(bytes).map_err(|error| match error {
        crushlab_crushmap::JsonError::Content { path, problem } => {
            DocumentError::new(path, problem)
        }
        other => DocumentError::new("crushmap", other.to_string()),
    })?;
    dump.into_map(crush)
}

impl OsdDump {
    /// Refuses numbers that would make the map too large to be worked with.
    fn check(self, parent: &str) -> Result<OsdDump, DocumentError> {
        let most = limits::MAX_OSDS;
        if self.max_osd > most {
            let problem = format!("found {}, expected at most {most}", self.max_osd);
            return Err(DocumentError::new(format!("{parent}max_osd"), problem));
        }
        let osds = self.osds.iter().map(|entry| entry.osd).enumerate().map(|e| ("osds", e));
        let xinfos = self.osd_xinfo.iter().map(|entry| entry.osd).enumerate();
        for (field, (index, osd)) in osds.chain(xinfos.map(|e| ("osd_xinfo", e))) {
            if osd >= self.max_osd {
                let path = format!("{parent}{field}[{index}].osd");
                let problem = format!("found {osd}, expected a number below max_osd");
                return Err(DocumentError::new(path, problem));
            }
        }
        Ok(self)
    }
}
