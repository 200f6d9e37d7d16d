//! How evenly OSDs are filled, by their sizes.
//!
//! OSDs of several sizes in one cluster get PGs by their weights: a device twice as large gets
//! twice the PGs, and so twice the requests. Where its host or rack is much larger than others,
//! the failure domains keep it from getting even that.

use std::collections::BTreeMap;

use serde::Serialize;

use super::spread::Spread;

/// How evenly OSDs are filled.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Balance {
    /// Used bytes of all OSDs by their sizes.
    pub used_ratio: f64,
    /// Standard deviation of the OSDs' fills.
    pub used_ratio_deviation: f64,
    /// Fill of the fullest OSD by that of all.
    pub fullest_by_mean: f64,
    /// OSDs by their sizes, smallest first.
    pub sizes: Vec<SizeGroup>,
}

/// The OSDs of one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SizeGroup {
    /// Their size.
    pub total_bytes: u64,
    /// How many there are.
    pub osds: u64,
    /// PGs that one of them holds on average.
    pub pgs_mean: f64,
    /// PGs that one of them holds at most.
    pub pgs_max: u64,
    /// Their fill on average.
    pub used_ratio_mean: f64,
    /// That of the fullest of them.
    pub used_ratio_max: f64,
}

impl Balance {
    /// How evenly the OSDs of a spread are filled.
    pub(super) fn of(spread: &Spread) -> Balance {
        let load = &spread.load;
        let mut groups: BTreeMap<u64, Vec<(u64, f64)>> = BTreeMap::new();
        let (mut total, mut used) = (0.0, 0.0);
        for ((osd, size), bytes) in (0..).zip(&load.total_bytes).zip(&load.used_bytes) {
            if *size > 0.0 {
                let pgs = spread.pools.iter().map(|pool| pool.pgs_of(osd) as u64).sum();
                groups.entry(*size as u64).or_default().push((pgs, bytes.max(0.0) / size));
                (total, used) = (total + size, used + bytes.max(0.0));
            }
        }
        let ratios: Vec<f64> = groups.values().flatten().map(|(_, ratio)| *ratio).collect();
        let count = ratios.len().max(1) as f64;
        let mean = ratios.iter().sum::<f64>() / count;
        let squares: f64 = ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum();
        let used_ratio = if total > 0.0 { used / total } else { 0.0 };
        let fullest = ratios.iter().copied().fold(0.0, f64::max);
        Balance {
            used_ratio,
            used_ratio_deviation: (squares / count).sqrt(),
            fullest_by_mean: if used_ratio > 0.0 { fullest / used_ratio } else { 1.0 },
            sizes: groups.into_iter().map(|(size, osds)| SizeGroup::of(size, &osds)).collect(),
        }
    }
}

impl SizeGroup {
    fn of(total_bytes: u64, osds: &[(u64, f64)]) -> SizeGroup {
        let count = osds.len().max(1) as f64;
        let pgs: u64 = osds.iter().map(|(pgs, _)| pgs).sum();
        SizeGroup {
            total_bytes,
            osds: osds.len() as u64,
            pgs_mean: pgs as f64 / count,
            pgs_max: osds.iter().map(|(pgs, _)| *pgs).max().unwrap_or(0),
            used_ratio_mean: osds.iter().map(|(_, ratio)| ratio).sum::<f64>() / count,
            used_ratio_max: osds.iter().map(|(_, ratio)| *ratio).fold(0.0, f64::max),
        }
    }
}
