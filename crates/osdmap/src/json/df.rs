//! `ceph df` and `ceph df detail`: what pools hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::document_error::DocumentError;
use crate::stats::PoolStats;

#[derive(Deserialize)]
struct Document {
    pools: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
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

pub(crate) fn read_df(bytes: &[u8]) -> Result<BTreeMap<i64, PoolStats>, DocumentError> {
    let document: Document = super::read(bytes)?;
    let stats = |entry: &Entry| PoolStats {
        objects: entry.stats.objects,
        stored_bytes: entry.stats.stored.unwrap_or(entry.stats.bytes_used),
        used_bytes: entry.stats.stored.map(|_| entry.stats.bytes_used),
        max_avail_bytes: entry.stats.max_avail,
    };
    Ok(document.pools.iter().map(|entry| (entry.id, stats(entry))).collect())
}
