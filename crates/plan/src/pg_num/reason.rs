//! A recommendation in one sentence.

use super::choose::Bounds;
use super::report::{Candidate, Decision};

/// What a sentence is about.
pub(super) struct Facts<'a> {
    pub(super) number: u32,
    pub(super) decision: Decision,
    pub(super) bounds: &'a Bounds,
    pub(super) target_pgs_per_osd: u64,
    pub(super) mon_max_pg_per_osd: u64,
    pub(super) osds: u64,
    pub(super) size: u8,
    pub(super) host_lost: Option<&'a str>,
    pub(super) candidates: &'a [Candidate],
}

impl Facts<'_> {
    /// Why this number.
    pub(super) fn sentence(&self) -> String {
        let Facts { number, bounds, mon_max_pg_per_osd: max, .. } = self;
        match self.decision {
            Decision::TargetPgsPerOsd => {
                format!("{number} is the power of two nearest to {}{}", self.target(), self.twice())
            }
            Decision::Balance => format!(
                "{number} loses {} less of the space to imbalance than {} would, the power of two \
                 nearest to {}",
                percent(self.lost(bounds.start) - self.lost(*number)),
                bounds.start,
                self.target(),
            ),
            Decision::PgNumMin => format!(
                "{number} is the least that the pool should have (pg_num_min, else 32); it is \
                 above {}",
                self.target()
            ),
            Decision::PgNumMax => format!(
                "{number} is the most that the pool may have (pg_num_max or \
                 mon_max_pool_pg_num); it is below {}",
                self.target()
            ),
            Decision::MonMaxPgPerOsd => format!(
                "more than {number} would pass mon_max_pg_per_osd {max}, although it is below {}",
                self.target()
            ),
            Decision::HostLost => format!(
                "with more than {number} an OSD would pass mon_max_pg_per_osd {max} when {} is \
                 lost; the power of two nearest to {} would be {}",
                self.host_lost.unwrap_or("a host"),
                self.target(),
                bounds.start,
            ),
            Decision::Today => format!(
                "today's {number} may stay: {}, the power of two nearest to {}, would gain {} of \
                 the space at most",
                bounds.start,
                self.target(),
                percent(super::choose::WORTHWHILE),
            ),
        }
    }

    /// What the target comes to.
    fn target(&self) -> String {
        let Facts { target_pgs_per_osd, osds, size, .. } = self;
        let (share, ideal) = (percent(self.bounds.share), self.bounds.ideal);
        format!(
            "{ideal:.1}, which {target_pgs_per_osd} PGs per OSD come to ({osds} OSDs, size {size}, \
             {share} of the data)"
        )
    }

    /// What twice as many would gain, if that was measured.
    fn twice(&self) -> String {
        let twice = self.number.saturating_mul(2);
        if !self.candidates.iter().any(|one| one.pg_num == twice) {
            return String::new();
        }
        let gain = (self.lost(self.number) - self.lost(twice)).max(0.0);
        format!("; {twice} would lose {} less of its space to imbalance", percent(gain))
    }

    /// Part of the space that is lost with so many PGs, balanced.
    fn lost(&self, pg_num: u32) -> f64 {
        let found = self.candidates.iter().find(|one| one.pg_num == pg_num);
        found.map_or(0.0, |one| one.space_lost_upmap_ratio)
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", ratio * 100.0)
}
