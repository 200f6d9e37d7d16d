//! How full OSDs are before, while data moves, and after.

use crushlab_osdmap::{OsdMap, OsdStats};
use serde::Serialize;

/// Which of the cluster's limits a fill has reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FillLevel {
    /// None.
    #[default]
    Below,
    /// nearfull_ratio: a warning.
    Nearfull,
    /// backfillfull_ratio: it takes no more backfill.
    Backfillfull,
    /// full_ratio: it takes no more writes.
    Full,
}

impl FillLevel {
    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            FillLevel::Below => "below",
            FillLevel::Nearfull => "nearfull",
            FillLevel::Backfillfull => "backfillfull",
            FillLevel::Full => "full",
        }
    }
}

/// One OSD's fill. Ratios are used bytes by total bytes, 1 for all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fill {
    /// Its size.
    pub total_bytes: u64,
    /// Used before the change.
    pub used_before_bytes: u64,
    /// Used at worst while data moves: all that comes is there, nothing that goes is gone yet.
    pub used_worst_bytes: u64,
    /// Used when all has moved.
    pub used_after_bytes: u64,
    /// Fill before the change.
    pub before_ratio: f64,
    /// Fill at worst.
    pub worst_ratio: f64,
    /// Fill when all has moved.
    pub after_ratio: f64,
    /// Limit reached before the change.
    pub before_level: FillLevel,
    /// Limit reached at worst.
    pub worst_level: FillLevel,
    /// Limit reached when all has moved.
    pub after_level: FillLevel,
}

impl Fill {
    /// The fill of an OSD that receives and gives away this much. Ceph copies a PG first and
    /// deletes it where it was then, so the worst moment is bounded by all that comes. `map` has
    /// the ratios.
    pub fn new(map: &OsdMap, stats: &OsdStats, arriving_bytes: u64, leaving_bytes: u64) -> Fill {
        let worst = stats.used_bytes.saturating_add(arriving_bytes);
        let after = worst.saturating_sub(leaving_bytes);
        let ratio = |used: u64| used as f64 / stats.total_bytes.max(1) as f64;
        let level = |used: u64| fill_level(map, ratio(used));
        Fill {
            total_bytes: stats.total_bytes,
            used_before_bytes: stats.used_bytes,
            used_worst_bytes: worst,
            used_after_bytes: after,
            before_ratio: ratio(stats.used_bytes),
            worst_ratio: ratio(worst),
            after_ratio: ratio(after),
            before_level: level(stats.used_bytes),
            worst_level: level(worst),
            after_level: level(after),
        }
    }
}

/// The highest limit of the map that a fill reaches (`OSDService::recalc_full_state`).
pub fn fill_level(map: &OsdMap, ratio: f64) -> FillLevel {
    let reaches = |limit: f32| limit > 0.0 && ratio >= f64::from(limit);
    if reaches(map.full_ratio) {
        FillLevel::Full
    } else if reaches(map.backfillfull_ratio) {
        FillLevel::Backfillfull
    } else if reaches(map.nearfull_ratio) {
        FillLevel::Nearfull
    } else {
        FillLevel::Below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_comes_is_there_before_other_data_is_gone() {
        let stats =
            OsdStats { total_bytes: 1000, used_bytes: 800, available_bytes: 200, parts: None };
        let fill = Fill::new(&OsdMap::default(), &stats, 110, 70);
        assert_eq!((fill.used_worst_bytes, fill.used_after_bytes), (910, 840));
        let levels = (fill.before_level, fill.worst_level, fill.after_level);
        assert_eq!(levels, (FillLevel::Below, FillLevel::Backfillfull, FillLevel::Below));
        let none = OsdStats::default();
        assert_eq!(Fill::new(&OsdMap::default(), &none, 0, 0).after_ratio, 0.0);
    }
}
