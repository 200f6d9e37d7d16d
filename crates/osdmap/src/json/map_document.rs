//! Documents that hold an OSDMap as `ceph osd dump` prints it: that dump, alone or with a CRUSH map
//! in it, `ceph report` and `ceph insights`.

use std::collections::BTreeMap;

use crushlab_crushmap::{CrushMap, JsonError};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::osd_dump::OsdDump;
use super::osd_dump_map::Dump;
use super::part::Part;
use super::pool_counts::{OsdSum, PoolCount, PoolCounts};
use super::values::{lenient, lenient_list, lenient_time, told};
use crate::document_error::DocumentError;
use crate::model::Time;
use crate::stats::{OsdPgCounts, PgCounts, PoolStats};

/// What such a document holds.
#[derive(Debug)]
pub(crate) struct MapDocument {
    pub(crate) dump: Dump,
    pub(crate) crush: Option<CrushMap>,
    /// What `ceph report` counts of pools.
    pub(crate) pool_counts: PoolCounts,
    /// What `ceph insights` has of `ceph df`.
    pub(crate) pools: BTreeMap<i64, PoolStats>,
    pub(crate) pg_counts: Option<PgCounts>,
    /// When it was made, where that is told.
    pub(crate) timestamp: Option<Time>,
}

/// The names that the parts go by.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    osdmap: Option<&'a RawValue>,
    #[serde(borrow)]
    osd_map: Option<&'a RawValue>,
    #[serde(borrow)]
    osd_dump: Option<&'a RawValue>,
    #[serde(borrow)]
    crushmap: Option<&'a RawValue>,
    #[serde(borrow)]
    crush: Option<&'a RawValue>,
    #[serde(borrow)]
    crush_map: Option<&'a RawValue>,
    #[serde(borrow)]
    df: Option<&'a RawValue>,
}

impl<'a> Fields<'a> {
    fn map(&self) -> Option<(&'static str, &'a RawValue)> {
        let named =
            [("osdmap", self.osdmap), ("osd_map", self.osd_map), ("osd_dump", self.osd_dump)];
        named.into_iter().find_map(|(name, value)| Some((name, value?)))
    }

    fn crush(&self) -> Option<(&'static str, &'a RawValue)> {
        let named =
            [("crushmap", self.crushmap), ("crush", self.crush), ("crush_map", self.crush_map)];
        named.into_iter().find_map(|(name, value)| Some((name, value?)))
    }
}

/// What the cluster counted.
#[derive(Default, Deserialize)]
struct Counts {
    #[serde(default, deserialize_with = "lenient_list")]
    pool_stats: Vec<PoolCount>,
    #[serde(default, deserialize_with = "lenient")]
    osd_sum: OsdSum,
    #[serde(default, deserialize_with = "lenient_list")]
    num_pg_by_osd: Vec<OsdCount>,
    #[serde(default, deserialize_with = "lenient_list")]
    num_pg_by_state: Vec<StateCount>,
    #[serde(default, deserialize_with = "lenient")]
    pg_summary: Option<Summary>,
    #[serde(default, deserialize_with = "lenient_time")]
    timestamp: Time,
}

#[derive(Deserialize)]
struct OsdCount {
    osd: i32,
    num_acting_pg: u64,
    num_primary_pg: Option<u64>,
    num_up_not_acting_pg: Option<u64>,
}

#[derive(Deserialize)]
struct StateCount {
    state: String,
    num: u64,
}

/// How `ceph insights` counts: PGs by state, of each OSD and of all.
#[derive(Deserialize)]
struct Summary {
    by_osd: BTreeMap<String, BTreeMap<String, u64>>,
    all: BTreeMap<String, u64>,
}

impl Counts {
    fn pg_counts(&self) -> Option<PgCounts> {
        if let Some(summary) = &self.pg_summary {
            let of = |(osd, states): (&String, &BTreeMap<String, u64>)| {
                let acting = states.values().sum();
                Some((osd.parse().ok()?, OsdPgCounts { acting, ..OsdPgCounts::default() }))
            };
            let by_osd = summary.by_osd.iter().filter_map(of).collect();
            return Some(PgCounts { by_osd, by_state: summary.all.clone() });
        }
        let of = |entry: &OsdCount| {
            let counts = OsdPgCounts {
                acting: entry.num_acting_pg,
                primary: entry.num_primary_pg,
                up_not_acting: entry.num_up_not_acting_pg,
            };
            (entry.osd, counts)
        };
        let by_state = self.num_pg_by_state.iter().map(|entry| (entry.state.clone(), entry.num));
        let counts = PgCounts {
            by_osd: self.num_pg_by_osd.iter().map(of).collect(),
            by_state: by_state.collect(),
        };
        (counts != PgCounts::default()).then_some(counts)
    }
}

/// Reads a document that holds an OSDMap; the CRUSH map may be missing.
pub(crate) fn read_map_document(bytes: &[u8]) -> Result<MapDocument, DocumentError> {
    let document = Part::of(bytes);
    let fields: Fields<'_> = from_slice(document)?;
    let map = match fields.map() {
        Some((name, value)) => document.field(name, value),
        None => document,
    };
    let dump = map.read::<OsdDump>()?.check().and_then(OsdDump::into_dump);
    let dump = dump.map_err(|error| map.locate(error))?;
    let crush = match fields.crush() {
        Some((name, value)) => Some(read_crush(document.field(name, value))?),
        None if fields.map().is_none() => None,
        None => {
            // A map with its CRUSH map inside, inside of something else.
            let inner: Fields<'_> = from_slice(map)?;
            let crush = inner.crush().map(|(name, value)| document.field(name, value));
            crush.map(read_crush).transpose()?
        }
    };
    let counts: Counts = document.read()?;
    let df = fields.df.map(|df| super::df::read_part(document.field("df", df)));
    let pools = df.and_then(Result::ok).unwrap_or_default();
    let pools = pools.into_iter().map(|(id, pool)| (id, pool.stats)).collect();
    let pg_counts = counts.pg_counts();
    let pool_counts = PoolCounts { pools: counts.pool_stats, sum: counts.osd_sum };
    let timestamp = told(counts.timestamp);
    Ok(MapDocument { dump, crush, pool_counts, pools, pg_counts, timestamp })
}

/// Reads what borrows from the text; that it is JSON is known.
fn from_slice<'a>(part: Part<'a>) -> Result<Fields<'a>, DocumentError> {
    serde_json::from_slice(part.bytes())
        .map_err(|error| part.locate(DocumentError::at_path(String::new(), &error)))
}

fn read_crush(part: Part<'_>) -> Result<CrushMap, DocumentError> {
    CrushMap::from_json(part.bytes()).map_err(|error| match error {
        JsonError::Content { path, problem } => part.locate(DocumentError::new(path, problem)),
        other => part.locate(DocumentError::new("", other.to_string())),
    })
}
