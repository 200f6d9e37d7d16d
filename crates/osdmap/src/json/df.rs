//! `ceph df` and `ceph df detail`: what pools hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::part::Part;
use crate::document_error::DocumentError;
use crate::stats::PoolStats;

#[derive(Deserialize)]
struct Document {
    pools: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    name: String,
    id: i64,
    stats: Stats,
}

#[derive(Deserialize)]
struct Stats {
    /// Before Nautilus there is only `bytes_used`, which is what `stored` is since.
    stored: Option<u64>,
    objects: u64,
    bytes_used: u64,
    max_avail: Option<u64>,
}

/// A pool in `ceph df`.
#[derive(Clone, Debug)]
pub(crate) struct DfPool {
    pub(crate) name: String,
    pub(crate) stats: PoolStats,
}

pub(crate) fn read_df(bytes: &[u8]) -> Result<BTreeMap<i64, DfPool>, DocumentError> {
    read_part(Part::of(bytes))
}

pub(super) fn read_part(part: Part<'_>) -> Result<BTreeMap<i64, DfPool>, DocumentError> {
    let document: Document = part.read()?;
    let stats = |entry: &Entry| PoolStats {
        objects: entry.stats.objects,
        stored_bytes: entry.stats.stored.unwrap_or(entry.stats.bytes_used),
        used_bytes: entry.stats.stored.map(|_| entry.stats.bytes_used),
        max_avail_bytes: entry.stats.max_avail,
    };
    let pool = |entry: Entry| (entry.id, DfPool { stats: stats(&entry), name: entry.name });
    Ok(document.pools.into_iter().map(pool).collect())
}
