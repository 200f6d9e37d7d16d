//! `ceph pg dump`: what the cluster itself recorded.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::osd_df::OsdSizes;
use super::pool_counts::{OsdSum, PoolCount, PoolCounts, count};
use super::values::{lenient, lenient_time, pg_id, told};
use crate::document_error::DocumentError;
use crate::model::{PgId, Time};
use crate::pg_dump::PgDump;
use crate::stats::PgStats;

/// The whole dump, which since Nautilus is the `pg_map` of the document, or only its PGs
/// (`ceph pg ls`, `ceph pg dump pgs`).
#[derive(Default, Deserialize)]
struct Document {
    pg_map: Option<Box<Document>>,
    #[serde(default, deserialize_with = "lenient_time")]
    stamp: Time,
    #[serde(default, deserialize_with = "lenient")]
    last_osdmap_epoch: u32,
    #[serde(default)]
    pg_stats: Vec<Pg>,
    #[serde(default)]
    osd_stats: Vec<OsdSizes>,
    #[serde(default, deserialize_with = "lenient")]
    osd_stats_sum: OsdSum,
    /// Only whole dumps have them.
    #[serde(default, deserialize_with = "lenient")]
    pool_stats: Option<Vec<PoolCount>>,
}

#[derive(Deserialize)]
struct Pg {
    #[serde(deserialize_with = "pg_id")]
    pgid: PgId,
    state: String,
    #[serde(default, deserialize_with = "epoch")]
    reported_epoch: u32,
    stat_sum: Option<StatSum>,
    up: Vec<i32>,
    acting: Vec<i32>,
    up_primary: i32,
    acting_primary: i32,
}

#[derive(Deserialize)]
struct StatSum {
    num_bytes: i64,
    num_objects: i64,
    #[serde(default)]
    num_object_copies: i64,
    #[serde(default)]
    num_objects_degraded: i64,
    #[serde(default)]
    num_objects_misplaced: i64,
    #[serde(default)]
    num_objects_unfound: i64,
    #[serde(default)]
    num_omap_bytes: i64,
}

/// A number that some releases print as a text; what is none is not known.
fn epoch<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value: Value = lenient(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    Ok(number.and_then(|epoch| u32::try_from(epoch).ok()).unwrap_or(0))
}

/// Keeps texts once: a million PGs share a handful of states.
pub(crate) fn states() -> impl FnMut(&str) -> Arc<str> {
    let mut states: HashSet<Arc<str>> = HashSet::new();
    move |state: &str| match states.get(state) {
        Some(state) => Arc::clone(state),
        None => {
            let state: Arc<str> = Arc::from(state);
            states.insert(Arc::clone(&state));
            state
        }
    }
}

pub(crate) fn read_pg_dump(bytes: &[u8]) -> Result<PgDump, DocumentError> {
    let body = if bytes.trim_ascii_start().starts_with(b"[") {
        Document { pg_stats: super::read(bytes)?, ..Document::default() }
    } else {
        let document: Document = super::read(bytes)?;
        match document.pg_map {
            Some(body) => *body,
            None => document,
        }
    };
    let mut state = states();
    let mut latest = 0;
    let mut pgs = BTreeMap::new();
    for (index, pg) in body.pg_stats.into_iter().enumerate() {
        let Some(sum) = pg.stat_sum else {
            let problem = "the data of PGs is not in it, as in ceph pg dump pgs_brief: expected \
                           the output of ceph pg dump -f json";
            return Err(DocumentError::new(format!("pg_stats[{index}].stat_sum"), problem));
        };
        let stats = PgStats {
            objects: count(sum.num_objects),
            bytes: count(sum.num_bytes),
            omap_bytes: count(sum.num_omap_bytes),
            object_copies: count(sum.num_object_copies),
            objects_degraded: count(sum.num_objects_degraded),
            objects_misplaced: count(sum.num_objects_misplaced),
            objects_unfound: count(sum.num_objects_unfound),
            state: state(&pg.state),
            up: pg.up.into(),
            up_primary: pg.up_primary,
            acting: pg.acting.into(),
            acting_primary: pg.acting_primary,
        };
        latest = latest.max(pg.reported_epoch);
        pgs.insert(pg.pgid, stats);
    }
    Ok(PgDump {
        pgs,
        osds: body.osd_stats.iter().map(|osd| (osd.id, osd.stats())).collect(),
        is_whole: body.pool_stats.is_some(),
        pool_counts: PoolCounts {
            pools: body.pool_stats.unwrap_or_default(),
            sum: body.osd_stats_sum,
        },
        epoch: Some(body.last_osdmap_epoch).filter(|epoch| *epoch > 0),
        latest_epoch: latest,
        stamp: told(body.stamp),
    })
}
