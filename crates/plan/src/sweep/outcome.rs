//! What a failure comes to.

use std::cmp::{Ordering, Reverse};

use serde::Serialize;

use super::short::ShortPgs;
use crushlab_compare::{Fill, FillLevel, TooFull};

/// The worst that a failure does, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Ceph heals it: every PG gets back all its copies.
    Healed,
    /// Some PGs wait for room on OSDs that are too full.
    TooFull,
    /// Some PGs stay short of copies, since their rule finds no OSD for them.
    Undersized,
    /// Some PGs serve no client until they are healed.
    Inactive,
    /// Some PGs cannot be read any more.
    Lost,
}

impl Verdict {
    /// All, the worst first.
    pub const WORST_FIRST: [Verdict; 5] =
        [Verdict::Lost, Verdict::Inactive, Verdict::Undersized, Verdict::TooFull, Verdict::Healed];

    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Healed => "healed",
            Verdict::TooFull => "too_full",
            Verdict::Undersized => "undersized",
            Verdict::Inactive => "inactive",
            Verdict::Lost => "lost",
        }
    }
}

/// An OSD and how full it gets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fullest {
    /// The OSD.
    pub osd: i32,
    /// Its used bytes by its size when all has moved that can.
    pub ratio: f64,
    /// The limit that this reaches.
    pub level: FillLevel,
}

impl Fullest {
    /// An OSD with its fill.
    pub(crate) fn of((osd, fill): (i32, Fill)) -> Fullest {
        Fullest { osd, ratio: fill.after_ratio, level: fill.after_level }
    }
}

/// What a failure comes to. Bytes are 0 where the data of PGs is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// OSDs that go down: those of the failed domains that are up.
    pub osds_failed: u64,
    /// PGs that lack OSDs right after the failure.
    pub short: ShortPgs,
    /// PGs that do so when all data has moved that can.
    pub short_healed: ShortPgs,
    /// Of the PGs that lack OSDs right after the failure, those that did not before.
    pub newly_short: ShortPgs,
    /// Of those that still do healed, those that would not without the failure.
    pub newly_short_healed: ShortPgs,
    /// Whether more waits for room than without the failure.
    pub newly_too_full: bool,
    /// Shards (or replicas) to be rebuilt, since their OSD is gone.
    pub rebuild_shards: u64,
    /// Bytes in these.
    pub rebuild_bytes: u64,
    /// Shards that OSDs receive, those to be rebuilt among them.
    pub moved_shards: u64,
    /// Bytes in these.
    pub moved_bytes: u64,
    /// The fullest OSD that is left, healed; `None` where fill is not known.
    pub fullest: Option<Fullest>,
    /// The fullest OSD that would be left, were there room for all that has to move.
    pub fullest_wanted: Option<Fullest>,
    /// The OSD with the most PGs that is left, healed, and how many it has; `None` where none is
    /// left.
    pub most_pgs: Option<(i32, u64)>,
    /// What waits for room.
    pub too_full: TooFull,
    /// The worst of it, against the cluster as it was.
    pub verdict: Verdict,
}

/// A number of an outcome; `None` where it is not known.
pub type Number = fn(&Outcome) -> Option<f64>;

/// The numbers of an outcome by their names in reports.
pub const NUMBERS: &[(&str, Number)] = &[
    ("osds_failed", |one| Some(one.osds_failed as f64)),
    ("pgs_undersized", |one| Some(one.short.pgs_undersized as f64)),
    ("pgs_below_min_size", |one| Some(one.short.pgs_below_min_size as f64)),
    ("pgs_lost", |one| Some(one.short.pgs_lost as f64)),
    ("pgs_undersized_healed", |one| Some(one.short_healed.pgs_undersized as f64)),
    ("pgs_below_min_size_healed", |one| Some(one.short_healed.pgs_below_min_size as f64)),
    ("rebuild_shards", |one| Some(one.rebuild_shards as f64)),
    ("rebuild_bytes", |one| Some(one.rebuild_bytes as f64)),
    ("moved_shards", |one| Some(one.moved_shards as f64)),
    ("moved_bytes", |one| Some(one.moved_bytes as f64)),
    ("fullest_osd", |one| Some(f64::from(one.fullest?.osd))),
    ("fullest_ratio", |one| Some(one.fullest?.ratio)),
    ("fullest_wanted_ratio", |one| Some(one.fullest_wanted?.ratio)),
    ("most_pgs_osd", |one| Some(f64::from(one.most_pgs?.0))),
    ("most_pgs", |one| Some(one.most_pgs.map_or(0, |(_, pgs)| pgs) as f64)),
    ("pgs_backfill_toofull", |one| Some(one.too_full.pgs_backfill_toofull as f64)),
    ("backfill_toofull_shards", |one| Some(one.too_full.backfill_toofull_shards as f64)),
    ("backfill_toofull_bytes", |one| Some(one.too_full.backfill_toofull_bytes as f64)),
];

impl Outcome {
    /// The worst that it does to PGs that were not so before: what is broken already does not make
    /// a failure worse, and another PG that breaks is not made up for by one that heals.
    pub(crate) fn judge(&self) -> Verdict {
        if self.newly_short.pgs_lost > 0 {
            Verdict::Lost
        } else if self.newly_short.pgs_below_min_size > 0 {
            Verdict::Inactive
        } else if self.newly_short_healed.pgs_undersized > 0 {
            Verdict::Undersized
        } else if self.newly_too_full {
            Verdict::TooFull
        } else {
            Verdict::Healed
        }
    }

    /// The worst first: by verdict, then by the numbers behind it, then by fill and by what is
    /// to be rebuilt.
    pub fn worst_first(&self, other: &Outcome) -> Ordering {
        let key = |outcome: &Outcome| {
            Reverse((
                outcome.verdict,
                outcome.short.pgs_lost,
                outcome.short.pgs_below_min_size,
                outcome.short_healed.pgs_undersized,
                outcome.too_full.backfill_toofull_bytes,
            ))
        };
        let ratio = |outcome: &Outcome| outcome.fullest_wanted.map_or(0.0, |fullest| fullest.ratio);
        let rebuild = |outcome: &Outcome| Reverse((outcome.rebuild_bytes, outcome.rebuild_shards));
        key(self)
            .cmp(&key(other))
            .then(ratio(other).total_cmp(&ratio(self)))
            .then(rebuild(self).cmp(&rebuild(other)))
    }
}
