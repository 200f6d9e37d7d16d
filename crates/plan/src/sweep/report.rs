//! The answer of a sweep.

use serde::Serialize;

use super::domain::Domain;
use super::interval::Share;
use super::outcome::{Fullest, Outcome, Verdict};
use super::short::ShortPgs;
use crate::copysets::CopysetReport;
use crushlab_compare::{DataBasis, TooFull};

/// All failures of some types. Serialized without [`failures`](SweepReport::failures), which may
/// be many.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweepReport {
    /// How well the data of PGs is known. Bytes are 0 where it is not, and fill is not known.
    pub data_basis: DataBasis,
    /// Whether the fill of OSDs is known: their sizes and the data of all pools.
    pub has_fill: bool,
    /// PGs of the cluster.
    pub pgs: u64,
    /// The cluster before anything fails: PGs that lack OSDs.
    pub short: ShortPgs,
    /// PGs that do so when all that can move has moved, with nothing failed.
    pub short_healed: ShortPgs,
    /// The fullest OSD then; `None` where fill is not known.
    pub fullest: Option<Fullest>,
    /// What waits for room then.
    pub too_full: TooFull,
    /// What was gone through, in the order in which it was asked for.
    pub sweeps: Vec<TypeSweep>,
    /// Every failure, the worst first; equal ones in the order of the domains.
    #[serde(skip)]
    pub failures: Vec<Failure>,
    /// Which OSDs share data, if that was asked for.
    pub copysets: Option<CopysetReport>,
}

/// The failures of domains of one type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypeSweep {
    /// Name of the type: `osd`, `host`, …
    pub type_name: String,
    /// All domains of the type that hold OSDs.
    pub domains: Vec<Domain>,
    /// Whether the monitors mark OSDs out by themselves when a whole domain fails
    /// (mon_osd_down_out_subtree_limit, noout). If not, nothing heals until an operator does.
    pub goes_out_by_itself: bool,
    /// Failures of one domain, by what they come to.
    pub singles: Tally,
    /// Failures of two domains at once, if they were asked for.
    pub pairs: Option<Tally>,
}

/// Failures by what they come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tally {
    /// Failures that there are.
    pub all: u64,
    /// Failures that were gone through: all, or a sample.
    pub evaluated: u64,
    /// The share of each verdict among all failures, the worst first.
    pub verdicts: Vec<VerdictShare>,
}

/// Failures that come to the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct VerdictShare {
    /// What they come to.
    pub verdict: Verdict,
    /// How many of those that were gone through do.
    pub failures: u64,
    /// Their share among all failures that there are.
    #[serde(flatten)]
    pub share: Share,
}

impl Tally {
    /// Counts verdicts; `all` is how many failures there are.
    pub(crate) fn new(all: u64, verdicts: &[Verdict]) -> Tally {
        let evaluated = verdicts.len() as u64;
        let share = |verdict| {
            let failures = verdicts.iter().filter(|found| **found == verdict).count() as u64;
            let share = match evaluated == all {
                true => Share::exact(failures, all),
                false => Share::sampled(failures, evaluated),
            };
            VerdictShare { verdict, failures, share }
        };
        Tally { all, evaluated, verdicts: Verdict::WORST_FIRST.map(share).to_vec() }
    }

    /// Whether not all failures were gone through.
    pub fn is_sample(&self) -> bool {
        self.evaluated < self.all
    }
}

/// The failure of one or two domains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// Place of the type in [`SweepReport::sweeps`].
    pub sweep: usize,
    /// Place of the domain in [`TypeSweep::domains`].
    pub first: usize,
    /// Place of the other domain that fails at the same time.
    pub second: Option<usize>,
    /// What it comes to.
    pub outcome: Outcome,
}

impl SweepReport {
    /// The domains that fail.
    pub fn domains_of(&self, failure: &Failure) -> impl Iterator<Item = &Domain> {
        let domains = self.sweeps.get(failure.sweep).map(|sweep| sweep.domains.as_slice());
        let places = [Some(failure.first), failure.second].into_iter().flatten();
        places.filter_map(move |place| domains?.get(place))
    }

    /// The names of the domains that fail, joined by `+`.
    pub fn name_of(&self, failure: &Failure) -> String {
        let names: Vec<&str> = self.domains_of(failure).map(|domain| &*domain.name).collect();
        names.join("+")
    }
}
