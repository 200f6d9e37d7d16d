//! Which PGs a change of conditions can touch.

use std::fmt;

/// Which PGs a change of conditions can touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// None but these, by rising number.
    Pgs(Vec<u32>),
    /// Any.
    Every(EveryPg),
}

/// Why any PG may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EveryPg {
    /// The rule is another one, or there is none any more.
    OtherRule,
    /// The number of replicas or shards differs.
    OtherSize,
    /// The CRUSH map differs.
    OtherMap,
    /// An OSD is reweighted higher.
    RaisedReweight,
    /// The rule has several blocks, or is one of multi-step retry.
    ManifoldRule,
}

impl fmt::Display for EveryPg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EveryPg::OtherRule => "the rule differs",
            EveryPg::OtherSize => "the number of replicas or shards differs",
            EveryPg::OtherMap => "the CRUSH map differs",
            EveryPg::RaisedReweight => "an OSD is reweighted higher",
            EveryPg::ManifoldRule => "the rule has several blocks or is one of multi-step retry",
        })
    }
}
