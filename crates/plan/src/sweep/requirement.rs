//! What a cluster is required to survive: `host: healed, below backfillfull`.
//!
//! ```text
//! requirement = type ["pairs"] ":" condition { "," condition }
//! condition   = "readable" | "active" | "healed" | "below" limit
//! limit       = "nearfull" | "backfillfull" | "full" | percent "%"
//! ```
//!
//! | condition | what has to hold after every failure |
//! | --- | --- |
//! | `readable` | every PG has a copy, or k shards, that can be read |
//! | `active` | every PG serves clients right after the failure |
//! | `healed` | every PG is readable, and gets back all its copies: none stays short, none waits |
//! | `below` … | the fullest OSD would be below the limit, were there room for all that moves |

use std::fmt;

use serde::Serialize;

use super::outcome::Outcome;
use super::report::{Failure, SweepReport};
use crushlab_compare::FillLevel;

/// What has to hold after every failure of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// As it was written.
    pub text: String,
    /// Name of the type that fails: `osd`, `host`, …
    pub type_name: String,
    /// Whether two fail at the same time.
    pub pairs: bool,
    /// All have to hold.
    pub conditions: Vec<Condition>,
}

/// Something that has to hold after a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Every PG can be read.
    Readable,
    /// Every PG serves clients right after the failure.
    Active,
    /// Every PG gets back all its copies.
    Healed,
    /// The fullest OSD, healed, does not reach a limit of the map.
    BelowLevel(FillLevel),
    /// The fullest OSD, healed, is less full than this, 1 for all of it.
    BelowRatio(f64),
}

/// Why a requirement cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementError {
    text: String,
    problem: String,
}

impl fmt::Display for RequirementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the requirement '{}': {}", self.text.escape_debug(), self.problem)
    }
}

impl std::error::Error for RequirementError {}

/// Whether a requirement is met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether it is, by all failures that were gone through.
    pub is_met: bool,
    /// Failures that were checked.
    pub checked: u64,
    /// Those of them after which it does not hold.
    pub failing: u64,
    /// The worst of these, its place in [`SweepReport::failures`].
    pub worst: Option<usize>,
    /// Whether the failures were a sample, so that others might fail it.
    pub is_sample: bool,
}

impl Requirement {
    /// Reads a requirement.
    ///
    /// # Errors
    /// [`RequirementError`] says what was expected.
    pub fn parse(text: &str) -> Result<Requirement, RequirementError> {
        let error = |problem: String| RequirementError { text: text.trim().to_owned(), problem };
        let Some((subject, conditions)) = text.split_once(':') else {
            let example = "expected a type, ':' and what has to hold, as in 'host: healed'";
            return Err(error(example.to_owned()));
        };
        let words: Vec<&str> = subject.split_whitespace().collect();
        let (type_name, pairs) = match words.as_slice() {
            [name] => (*name, false),
            [name, "pairs"] => (*name, true),
            _ => {
                let expected = "expected one type before ':', as in 'host:' or 'host pairs:'";
                return Err(error(expected.to_owned()));
            }
        };
        let conditions = conditions.split(',').map(Condition::parse);
        let conditions = conditions.collect::<Result<_, _>>().map_err(error)?;
        let (text, type_name) = (text.trim().to_owned(), type_name.to_owned());
        Ok(Requirement { text, type_name, pairs, conditions })
    }

    /// Whether it asks how full OSDs get, which is not always known.
    pub fn asks_for_fill(&self) -> bool {
        let is_fill =
            |one: &Condition| matches!(one, Condition::BelowLevel(_) | Condition::BelowRatio(_));
        self.conditions.iter().any(is_fill)
    }

    /// Whether it is met by the failures of a sweep. One that nothing was gone through for is not.
    pub fn check(&self, report: &SweepReport) -> Check {
        let is_meant = |failure: &Failure| {
            let sweep = report.sweeps.get(failure.sweep);
            failure.second.is_some() == self.pairs
                && sweep.is_some_and(|sweep| sweep.type_name == self.type_name)
        };
        let meant = report.failures.iter().enumerate().filter(|(_, one)| is_meant(one));
        let mut check =
            Check { is_met: false, checked: 0, failing: 0, worst: None, is_sample: false };
        for (place, failure) in meant {
            check.checked += 1;
            if !self.conditions.iter().all(|one| one.holds(&failure.outcome)) {
                check.failing += 1;
                check.worst = check.worst.or(Some(place));
            }
        }
        let swept = report.sweeps.iter().filter(|sweep| sweep.type_name == self.type_name);
        let tallies = swept.filter_map(|sweep| match self.pairs {
            true => sweep.pairs.as_ref(),
            false => Some(&sweep.singles),
        });
        // A type with no pair, since there is one domain of it, fails no requirement.
        let was_asked = tallies.clone().next().is_some();
        check.is_sample = tallies.clone().all(|tally| tally.is_sample()) && was_asked;
        check.is_met = was_asked && check.failing == 0;
        check
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Condition, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let unknown = || {
            let text = text.trim().escape_debug();
            format!(
                "'{text}' is no condition: expected readable, active, healed, or below nearfull, \
                 backfillfull, full or a percentage such as 80%"
            )
        };
        match words.as_slice() {
            ["readable"] => Ok(Condition::Readable),
            ["active"] => Ok(Condition::Active),
            ["healed"] => Ok(Condition::Healed),
            ["below", "nearfull"] => Ok(Condition::BelowLevel(FillLevel::Nearfull)),
            ["below", "backfillfull"] => Ok(Condition::BelowLevel(FillLevel::Backfillfull)),
            ["below", "full"] => Ok(Condition::BelowLevel(FillLevel::Full)),
            ["below", percent] | ["below", percent, "%"] => {
                let digits = percent.strip_suffix('%').unwrap_or(percent);
                let is_percent = words.len() == 3 || digits != *percent;
                let value = digits.parse::<f64>().ok().filter(|_| is_percent);
                let value = value.filter(|value| (0.0..=100.0).contains(value));
                Ok(Condition::BelowRatio(value.ok_or_else(unknown)? / 100.0))
            }
            _ => Err(unknown()),
        }
    }

    fn holds(self, outcome: &Outcome) -> bool {
        let is_readable = outcome.short.pgs_lost == 0;
        match self {
            Condition::Readable => is_readable,
            Condition::Active => outcome.short.pgs_below_min_size == 0,
            Condition::Healed => {
                let waits = outcome.too_full.pgs_backfill_toofull > 0;
                is_readable && outcome.short_healed.pgs_undersized == 0 && !waits
            }
            Condition::BelowLevel(level) => {
                outcome.fullest_wanted.is_some_and(|fullest| fullest.level < level)
            }
            Condition::BelowRatio(ratio) => {
                outcome.fullest_wanted.is_some_and(|fullest| fullest.ratio < ratio)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_understood() {
        let read = Requirement::parse(" host : healed,below backfillfull ").expect("well formed");
        assert_eq!((read.type_name.as_str(), read.pairs), ("host", false));
        let level = Condition::BelowLevel(FillLevel::Backfillfull);
        assert_eq!(read.conditions, [Condition::Healed, level]);
        assert!(read.asks_for_fill());
        let read = Requirement::parse("rack pairs: readable, active").expect("well formed");
        assert!(read.pairs && !read.asks_for_fill());
        for percent in ["below 82.5%", "below 82.5 %"] {
            let read = Requirement::parse(&format!("osd: {percent}")).expect("well formed");
            assert_eq!(read.conditions, [Condition::BelowRatio(0.825)]);
        }
    }

    #[test]
    fn what_is_not_is_told() {
        for (text, told) in [
            ("host healed", "expected a type, ':'"),
            ("host rack: healed", "expected one type before ':'"),
            (": healed", "expected one type before ':'"),
            ("host: heeled", "'heeled' is no condition: expected readable"),
            ("host:", "'' is no condition"),
            ("host: below 80", "'below 80' is no condition"),
            ("host: below 101%", "'below 101%' is no condition"),
            ("host: below nan%", "'below nan%' is no condition"),
            ("host: below -1%", "'below -1%' is no condition"),
        ] {
            let error = Requirement::parse(text).expect_err(text).to_string();
            assert!(error.starts_with("the requirement '") && error.contains(told), "{error}");
        }
    }
}
