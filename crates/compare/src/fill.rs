//! How full OSDs are before, while data moves, and after.

use crushlab_osdmap::{OsdMap, OsdStats};
use serde::Serialize;

/// osd_failsafe_full_ratio.
const FAILSAFE_RATIO: f32 = 0.97;

/// Which of the cluster's limits a fill is above.
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
    /// The fill of an OSD that receives and gives away this much, and drops what is out of date.
    /// Ceph copies a PG first and deletes it where it was then, so the worst moment is bounded by
    /// all that comes. `map` has the ratios.
    pub fn new(map: &OsdMap, stats: &OsdStats, bytes: [u64; 3]) -> Fill {
        let [arriving, leaving, stale] = bytes;
        let kept = stats.used_bytes.saturating_sub(stale);
        let (all, leaving_bytes) = (kept.saturating_add(arriving), leaving);
        let worst = all.max(stats.used_bytes);
        let after = all.saturating_sub(leaving_bytes);
        let ratio = |used: u64| used as f64 / stats.total_bytes.max(1) as f64;
        let level = |used: u64| fill_level(map, used, stats.total_bytes);
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

/// The highest limit that an OSD is above, in single precision as OSDs reckon: one that is exactly
/// at a limit is below it (`OSDService::recalc_full_state`, `compute_adjusted_ratio`).
pub fn fill_level(map: &OsdMap, used_bytes: u64, total_bytes: u64) -> FillLevel {
    let ratio = used_bytes as f32 / total_bytes.max(1) as f32;
    let levels = [FillLevel::Full, FillLevel::Backfillfull, FillLevel::Nearfull];
    let above = levels.into_iter().find(|level| ratio > limit_ratio(map, *level));
    above.unwrap_or(FillLevel::Below)
}

/// The fill above which an OSD is at a level. No limit is below a lower one, and where the map
/// lacks one all three are osd_failsafe_full_ratio (`OSDService::recalc_full_state`).
pub fn limit_ratio(map: &OsdMap, level: FillLevel) -> f32 {
    let ratios = [map.nearfull_ratio, map.backfillfull_ratio, map.full_ratio];
    if ratios.iter().any(|ratio| *ratio <= 0.0) {
        return FAILSAFE_RATIO;
    }
    let [nearfull, backfillfull, full] = ratios;
    match level {
        FillLevel::Nearfull => nearfull,
        FillLevel::Backfillfull => backfillfull.max(nearfull),
        FillLevel::Below | FillLevel::Full => full.max(backfillfull).max(nearfull),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_comes_is_there_before_other_data_is_gone() {
        let stats =
            OsdStats { total_bytes: 1000, used_bytes: 800, available_bytes: 200, parts: None };
        let fill = Fill::new(&OsdMap::default(), &stats, [110, 70, 0]);
        assert_eq!((fill.used_worst_bytes, fill.used_after_bytes), (910, 840));
        let levels = (fill.before_level, fill.worst_level, fill.after_level);
        assert_eq!(levels, (FillLevel::Below, FillLevel::Backfillfull, FillLevel::Below));
        // What was out of date makes room for what comes.
        let fill = Fill::new(&OsdMap::default(), &stats, [110, 0, 300]);
        assert_eq!((fill.used_worst_bytes, fill.used_after_bytes), (800, 610));
    }

    fn limits(nearfull_ratio: f32, backfillfull_ratio: f32, full_ratio: f32) -> OsdMap {
        OsdMap { nearfull_ratio, backfillfull_ratio, full_ratio, ..OsdMap::default() }
    }

    #[test]
    fn an_osd_at_a_limit_is_below_it() {
        // A cluster of 16.2.15 whose OSDs were at exactly 0.5 said nearfull at 0.49999 only.
        for (nearfull, level) in
            [(0.49999, FillLevel::Nearfull), (0.5, FillLevel::Below), (0.50001, FillLevel::Below)]
        {
            assert_eq!(fill_level(&limits(nearfull, 0.9, 0.95), 4 << 20, 8 << 20), level);
        }
        let map = limits(0.85, 0.9, 0.95);
        for (at, below) in
            [(850, FillLevel::Below), (900, FillLevel::Nearfull), (950, FillLevel::Backfillfull)]
        {
            assert_eq!(fill_level(&map, at, 1000), below);
            assert!(fill_level(&map, at + 1, 1000) > below);
        }
    }

    #[test]
    fn limits_out_of_order_are_raised_and_missing_ones_are_the_failsafe() {
        let odd = limits(0.92, 0.5, 0.6);
        assert_eq!(fill_level(&odd, 919, 1000), FillLevel::Below);
        assert_eq!(fill_level(&odd, 921, 1000), FillLevel::Full);
        let none = limits(0.85, 0.0, 0.95);
        assert_eq!(fill_level(&none, 969, 1000), FillLevel::Below);
        assert_eq!(fill_level(&none, 971, 1000), FillLevel::Full);
    }
}
