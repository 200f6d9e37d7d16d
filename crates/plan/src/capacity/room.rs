//! How much can be written until the first OSD reaches a limit, on the exact PG layout.

use serde::Serialize;

use super::layout::{Layout, PoolLayout};
use super::subject::Subject;
use crushlab_compare::FillLevel;
use crushlab_compare::fill::limit_ratio;

/// How much can be written until the first OSD reaches one limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LevelRoom {
    /// Bytes that can be stored, each object counted once; 0 where an OSD is at the limit already.
    pub stored_bytes: u64,
    /// The OSD that reaches it.
    pub osd: i32,
}

/// How much can be written until the first OSD reaches each limit; absent where no OSD whose size
/// is known gets any of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Room {
    /// Until nearfull_ratio.
    pub nearfull: Option<LevelRoom>,
    /// Until backfillfull_ratio.
    pub backfillfull: Option<LevelRoom>,
    /// Until full_ratio.
    pub full: Option<LevelRoom>,
}

/// The three limits of a cluster, lowest first as a rule.
pub const LEVELS: [FillLevel; 3] = [FillLevel::Nearfull, FillLevel::Backfillfull, FillLevel::Full];

impl Room {
    /// The room when bytes are stored in one pool alone.
    pub fn of_pool(subject: &Subject<'_>, layout: &PoolLayout) -> Room {
        Room::of(subject, |osd| layout.bytes_per_stored_byte(osd))
    }

    /// The room when all pools grow in the proportions of what they store now. Nothing where
    /// nothing is stored.
    pub fn of_all(subject: &Subject<'_>, layout: &Layout) -> Option<Room> {
        let stored: f64 = layout.pools.iter().map(|pool| pool.stored_bytes).sum();
        let per_byte = |osd: usize| {
            let taken = |pool: &PoolLayout| pool.stored_bytes * pool.bytes_per_stored_byte(osd);
            layout.pools.iter().map(taken).sum::<f64>() / stored
        };
        (stored > 0.0).then(|| Room::of(subject, per_byte))
    }

    fn of(subject: &Subject<'_>, per_stored_byte: impl Fn(usize) -> f64) -> Room {
        let [nearfull, backfillfull, full] =
            LEVELS.map(|level| level_room(subject, level_ratio(subject, level), &per_stored_byte));
        Room { nearfull, backfillfull, full }
    }
}

/// Fill at which an OSD reaches a limit.
pub fn level_ratio(subject: &Subject<'_>, level: FillLevel) -> f64 {
    f64::from(limit_ratio(subject.map, level))
}

fn level_room(
    subject: &Subject<'_>,
    ratio: f64,
    per_stored_byte: impl Fn(usize) -> f64,
) -> Option<LevelRoom> {
    let room = |(osd, index): (i32, usize)| {
        let stats = subject.osd_stats(osd)?;
        let taken = per_stored_byte(index);
        let free = (stats.total_bytes as f64 * ratio - stats.used_bytes as f64).max(0.0);
        (taken > 0.0).then(|| (free / taken, osd))
    };
    let least = (0..).zip(0..subject.map.max_osd()).filter_map(room);
    // Of equal ones the first stays.
    let least = least.reduce(|least, other| if other.0 < least.0 { other } else { least });
    least.map(|(stored, osd)| LevelRoom { stored_bytes: stored as u64, osd })
}

#[cfg(test)]
mod tests;
