//! Sets of snapshot ids.

/// Snapshot ids as runs of (first, length), rising (`interval_set`).
pub type IntervalSet = Vec<(u64, u64)>;
