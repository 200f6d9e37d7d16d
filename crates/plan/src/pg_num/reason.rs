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
        let (number, max) = (whole(self.number), whole(self.mon_max_pg_per_osd));
        let (start, target) = (whole(self.bounds.start), self.target());
        match self.decision {
            Decision::TargetPgsPerOsd if self.bounds.ideal < 1.0 => {
                format!("{number} is the fewest that there can be, more than {target}")
            }
            Decision::TargetPgsPerOsd => {
                format!("{number} is the power of two nearest to {target}{}", self.twice())
            }
            Decision::Balance => format!(
                "{number} loses {} less of the space to imbalance than {start} would, the power \
                 of two nearest to {target}",
                percent(self.lost(self.bounds.start) - self.lost(self.number)),
            ),
            Decision::PgNumMin => format!(
                "{number} is the least that the pool should have (pg_num_min, else 32); it is \
                 above {target}"
            ),
            Decision::PgNumMax => format!(
                "{number} is the most that the pool may have (pg_num_max or \
                 mon_max_pool_pg_num); it is below {target}"
            ),
            Decision::MonMaxPgPerOsd => format!(
                "more than {number} would pass mon_max_pg_per_osd {max}, although it is below \
                 {target}"
            ),
            Decision::HostLost => format!(
                "with more than {number} an OSD would pass mon_max_pg_per_osd {max} when {} is \
                 lost; the power of two nearest to {target} would be {start}",
                self.host_lost.unwrap_or("a host"),
            ),
            Decision::Today => format!(
                "today's {number} may stay: {start}, the power of two nearest to {target}, would \
                 gain {} of the space at most",
                percent(super::choose::WORTHWHILE),
            ),
        }
    }

    /// What the target comes to.
    fn target(&self) -> String {
        let (per_osd, osds) = (whole(self.target_pgs_per_osd), whole(self.osds));
        let (share, ideal) =
            (percent(self.bounds.share), grouped(&format!("{:.1}", self.bounds.ideal)));
        format!(
            "{ideal}, which {per_osd} PGs per OSD come to ({osds} OSDs, size {}, {share} of the \
             data)",
            self.size
        )
    }

    /// What twice as many would gain, if that was measured.
    fn twice(&self) -> String {
        let twice = self.number.saturating_mul(2);
        if !self.candidates.iter().any(|one| one.pg_num == twice) {
            return String::new();
        }
        let gain = (self.lost(self.number) - self.lost(twice)).max(0.0);
        format!("; {} would lose {} less of its space to imbalance", whole(twice), percent(gain))
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

/// 1,234
fn whole(number: impl Into<u64>) -> String {
    grouped(&number.into().to_string())
}

/// A number's digits in groups of three, up to its point.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups_of_three() {
        let found = ["7", "999", "1000", "65536.5", "1048576"].map(grouped);
        assert_eq!(found, ["7", "999", "1,000", "65,536.5", "1,048,576"]);
    }
}
