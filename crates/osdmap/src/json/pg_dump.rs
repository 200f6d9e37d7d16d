//! `ceph pg dump`: what the cluster itself recorded.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

use super::osd_df::OsdSizes;
use super::values::pg_id;
use crate::document_error::DocumentError;
use crate::model::PgId;
use crate::stats::{OsdStats, PgStats};

/// Per PG and per OSD.
pub(crate) type PgDump = (BTreeMap<PgId, PgStats>, BTreeMap<i32, OsdStats>);

/// The whole dump, or only its PGs (`ceph pg ls`, `ceph pg dump pgs`).
#[derive(Deserialize)]
struct Document {
    pg_map: Option<Body>,
    pg_stats: Option<Vec<Pg>>,
    osd_stats: Option<Vec<OsdSizes>>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    pg_stats: Vec<Pg>,
    #[serde(default)]
    osd_stats: Vec<OsdSizes>,
}

#[derive(Deserialize)]
struct Pg {
    #[serde(deserialize_with = "pg_id")]
    pgid: PgId,
    state: String,
    stat_sum: StatSum,
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

/// Ceph counts with signs, and may be below 0 for a moment.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(crate) fn read_pg_dump(bytes: &[u8]) -> Result<PgDump, DocumentError> {
    let document: Document = super::read(bytes)?;
    let body = document.pg_map.unwrap_or(Body {
        pg_stats: document.pg_stats.unwrap_or_default(),
        osd_stats: document.osd_stats.unwrap_or_default(),
    });
    // A million PGs share a handful of states.
    let mut states: HashSet<Arc<str>> = HashSet::new();
    let mut pgs = BTreeMap::new();
    for pg in body.pg_stats {
        let state = match states.get(pg.state.as_str()) {
            Some(state) => Arc::clone(state),
            None => {
                let state: Arc<str> = Arc::from(pg.state);
                states.insert(Arc::clone(&state));
                state
            }
        };
        let sum = pg.stat_sum;
        let stats = PgStats {
            objects: count(sum.num_objects),
            bytes: count(sum.num_bytes),
            omap_bytes: count(sum.num_omap_bytes),
            object_copies: count(sum.num_object_copies),
            objects_degraded: count(sum.num_objects_degraded),
            objects_misplaced: count(sum.num_objects_misplaced),
            objects_unfound: count(sum.num_objects_unfound),
            state,
            up: pg.up.into(),
            up_primary: pg.up_primary,
            acting: pg.acting.into(),
            acting_primary: pg.acting_primary,
        };
        pgs.insert(pg.pgid, stats);
    }
    Ok((pgs, body.osd_stats.iter().map(|osd| (osd.id, osd.stats())).collect()))
}
