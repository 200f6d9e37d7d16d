//! A whole cluster in one file: its map and all that is known of it, as JSON.
//!
//! ```json
//! {"crushlab_state": 1, "sources": {}, "warnings": [], "osdmap": "CAf...", "osds": {},
//!  "pools": {}, "pg_counts": null, "pgs": {"columns": ["pgid"], "rows": [["1.0"]]}, "more": {},
//!  "recorded_at_seconds": 1796125851, "snapshot": {}}
//! ```
//!
//! `osdmap` is the map in its binary form, in base64. A PG is a row, since there may be millions.
//! `more` is what programs keep beside the cluster; it is read back as it was written. When the
//! cluster said all this, as seconds since 1970, and what the program that asked it says of that
//! may be missing.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cluster::{Cluster, Sources};
use crate::document_error::DocumentError;
use crate::json;
use crate::limits::MAX_PG_OSDS;
use crate::model::{OsdMap, PgId, Time};
use crate::stats::{OsdStats, PgCounts, PgStats, PoolStats};
use crate::warning::{Warning, code};

/// The version that is written. Readers refuse later ones.
const VERSION: u32 = 1;

/// What the rows of PGs hold, in this order.
const COLUMNS: [&str; 13] = [
    "pgid",
    "state",
    "objects",
    "bytes",
    "omap_bytes",
    "object_copies",
    "objects_degraded",
    "objects_misplaced",
    "objects_unfound",
    "up",
    "up_primary",
    "acting",
    "acting_primary",
];

#[derive(Serialize)]
struct Written<'a> {
    crushlab_state: u32,
    sources: &'a Sources,
    warnings: &'a [Warning],
    osdmap: String,
    osds: &'a BTreeMap<i32, OsdStats>,
    pools: &'a BTreeMap<i64, PoolStats>,
    pg_counts: &'a Option<PgCounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_at_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    snapshot: &'a Map<String, Value>,
    pgs: WrittenPgs<'a>,
    more: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct WrittenPgs<'a> {
    columns: [&'static str; 13],
    #[serde(serialize_with = "rows")]
    rows: &'a BTreeMap<PgId, PgStats>,
}

fn rows<S: Serializer>(pgs: &BTreeMap<PgId, PgStats>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut rows = serializer.serialize_seq(Some(pgs.len()))?;
    for (pg, stats) in pgs {
        rows.serialize_element(&(
            pg.to_string(),
            &*stats.state,
            stats.objects,
            stats.bytes,
            stats.omap_bytes,
            stats.object_copies,
            stats.objects_degraded,
            stats.objects_misplaced,
            stats.objects_unfound,
            &stats.up,
            stats.up_primary,
            &stats.acting,
            stats.acting_primary,
        ))?;
    }
    rows.end()
}

#[derive(Deserialize)]
struct Version {
    crushlab_state: u32,
}

#[derive(Deserialize)]
struct Document {
    sources: Sources,
    warnings: Vec<ReadWarning>,
    osdmap: String,
    osds: BTreeMap<i32, OsdStats>,
    pools: BTreeMap<i64, PoolStats>,
    pg_counts: Option<PgCounts>,
    recorded_at_seconds: Option<u32>,
    #[serde(default)]
    snapshot: Map<String, Value>,
    pgs: ReadPgs,
    more: Map<String, Value>,
}

#[derive(Deserialize)]
struct ReadWarning {
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct ReadPgs {
    columns: Vec<String>,
    rows: Vec<Row>,
}

type Row = (String, String, u64, u64, u64, u64, u64, u64, u64, Box<[i32]>, i32, Box<[i32]>, i32);

impl Cluster {
    /// Writes a state to a file that [`Cluster::load`] reads back whole: a map, which is this
    /// cluster's own or what changes have made of it, with all that is known of the cluster. `more`
    /// is what a program keeps beside it, and gets back in [`Loaded`](crate::Loaded). The answer
    /// is JSON, compressed with gzip if asked for.
    pub fn to_state_file(
        &self,
        map: &OsdMap,
        more: &Map<String, Value>,
        is_compressed: bool,
    ) -> Vec<u8> {
        let written = Written {
            crushlab_state: VERSION,
            sources: &self.sources,
            warnings: &self.warnings,
            osdmap: STANDARD.encode(map.to_binary()),
            osds: &self.osds,
            pools: &self.pools,
            pg_counts: &self.pg_counts,
            recorded_at_seconds: self.recorded_at.map(|time| time.seconds),
            snapshot: &self.snapshot,
            pgs: WrittenPgs { columns: COLUMNS, rows: &self.pgs },
            more,
        };
        let mut bytes = Vec::new();
        // Names are texts and memory takes everything, so nothing of this can fail.
        let done = if is_compressed {
            let mut encoder =
                flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::default());
            let done = serde_json::to_writer(&mut encoder, &written);
            done.map_err(std::io::Error::from).and_then(|()| encoder.finish().map(drop))
        } else {
            let done = serde_json::to_writer(&mut bytes, &written);
            done.map_err(std::io::Error::from).and_then(|()| bytes.write_all(b"\n"))
        };
        debug_assert!(done.is_ok(), "{done:?}");
        bytes
    }
}

/// Reads a state, and what else is in the file.
pub(crate) fn read(bytes: &[u8]) -> Result<(Cluster, Map<String, Value>), DocumentError> {
    let Version { crushlab_state: version } = json::read(bytes)?;
    if version != VERSION {
        let problem = format!("found version {version}, expected {VERSION}: use a later crushlab");
        return Err(DocumentError::new("crushlab_state", problem));
    }
    let document: Document = json::read(bytes)?;
    let binary = STANDARD.decode(&document.osdmap);
    let binary = binary
        .map_err(|problem| DocumentError::new("osdmap", format!("expected base64: {problem}")))?;
    let map = OsdMap::from_binary(&binary)
        .map_err(|problem| DocumentError::new("osdmap", problem.to_string()))?;
    let warning = |found: ReadWarning| {
        let known = code::ALL.into_iter().find(|code| *code == found.code);
        Warning::new(known.unwrap_or(code::OTHER), found.message)
    };
    let cluster = Cluster {
        map,
        pgs: read_pgs(document.pgs)?,
        osds: document.osds,
        pools: document.pools,
        pg_counts: document.pg_counts,
        sources: document.sources,
        warnings: document.warnings.into_iter().map(warning).collect(),
        recorded_at: document
            .recorded_at_seconds
            .map(|seconds| Time { seconds, ..Time::default() }),
        snapshot: document.snapshot,
    };
    Ok((cluster, document.more))
}

fn read_pgs(found: ReadPgs) -> Result<BTreeMap<PgId, PgStats>, DocumentError> {
    if found.columns != COLUMNS {
        let problem = format!("found {:?}, expected {COLUMNS:?}", found.columns);
        return Err(DocumentError::new("pgs.columns", problem));
    }
    let mut state = json::states();
    let mut pgs = BTreeMap::new();
    for (index, row) in found.rows.into_iter().enumerate() {
        let at = |column: usize, problem: String| {
            Err(DocumentError::new(format!("pgs.rows[{index}][{column}]"), problem))
        };
        let pg: PgId = match row.0.parse() {
            Ok(pg) => pg,
            Err(error) => return at(0, format!("{error}")),
        };
        if row.9.len().max(row.11.len()) > MAX_PG_OSDS {
            return at(9, format!("expected at most {MAX_PG_OSDS} OSDs"));
        }
        let stats = PgStats {
            state: state(&row.1),
            objects: row.2,
            bytes: row.3,
            omap_bytes: row.4,
            object_copies: row.5,
            objects_degraded: row.6,
            objects_misplaced: row.7,
            objects_unfound: row.8,
            up: row.9,
            up_primary: row.10,
            acting: row.11,
            acting_primary: row.12,
        };
        pgs.insert(pg, stats);
    }
    Ok(pgs)
}
