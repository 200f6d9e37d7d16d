//! One sentence, and how bad it is: for a cluster as it is, and for what is asked about it.
//!
//! A verdict is made of findings. Each is a clause of the sentence with a severity of its own; the
//! worst come first, and the sentence is as bad as the worst of them. What is bad already is called
//! so, and what is not known is not taken for good.

mod balance;
mod plan;
mod question;
mod recovery;

use crushlab_compare::DataBasis;
use crushlab_compare::report::{PgSums, Summary};
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::map_flag;
use serde::Serialize;

pub use balance::{of_balance, of_reads, of_upmaps};
pub use plan::of_plan;
pub use question::{of_capacity, of_growth, of_pg_num, of_sweep};
pub use recovery::of_recovery;

/// Findings that a sentence holds at most; the others are in the numbers.
const FINDINGS_MAX: usize = 4;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// All is as it should be, and enough is known to say so.
    Ok,
    /// Something to know: data moves, or not all that decides is known.
    Notice,
    /// Something to look after: copies are missing, data waits, OSDs are too full.
    Warning,
    /// Clients are stopped, or data is lost or cannot be read.
    Danger,
}

/// The answer to a question in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How bad it is.
    pub severity: Severity,
    /// The sentence.
    pub text: String,
}

/// A clause of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) text: String,
}

impl Finding {
    pub(crate) fn new(severity: Severity, text: impl Into<String>) -> Finding {
        Finding { severity, text: text.into() }
    }
}

impl Verdict {
    /// The sentence of some findings, the worst first; `fine` where there are none.
    pub(crate) fn of(mut findings: Vec<Finding>, fine: &str) -> Verdict {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let severity = findings.first().map_or(Severity::Ok, |finding| finding.severity);
        let rest = findings.len().saturating_sub(FINDINGS_MAX);
        let mut clauses: Vec<String> =
            findings.into_iter().take(FINDINGS_MAX).map(|finding| finding.text).collect();
        if severity <= Severity::Notice {
            clauses.insert(0, fine.to_owned());
        }
        let more = if rest > 0 { format!("; and {rest} more") } else { String::new() };
        Verdict { severity, text: sentence(&format!("{}{more}", clauses.join("; "))) }
    }
}

/// The text as a sentence: a capital at its start, a full stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String =
        letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// A number with its noun: `1 PG`, `1,200 PGs`.
pub(crate) fn count(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A verb that follows a number: `1 PG stays`, `2 PGs stay`.
fn verb(number: u64, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

/// What keeps clients of a cluster waiting whatever its PGs do.
fn client_findings(map: &OsdMap, full_osds: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_set = |flag: u32| map.flags & flag != 0;
    match (is_set(map_flag::PAUSERD), is_set(map_flag::PAUSEWR)) {
        (true, true) => findings
            .push(Finding::new(Severity::Danger, "clients neither read nor write: pause is set")),
        (true, false) => {
            findings.push(Finding::new(Severity::Danger, "clients do not read: pauserd is set"));
        }
        (false, true) => {
            findings.push(Finding::new(Severity::Danger, "clients do not write: pausewr is set"));
        }
        (false, false) => {}
    }
    if full_osds > 0 {
        let osds = count(full_osds, "OSD");
        let are = verb(full_osds, "is", "are");
        let text = format!("{osds} {are} full: writes to their pools stop");
        findings.push(Finding::new(Severity::Danger, text));
    }
    findings
}

/// PGs that neither serve clients nor can be read, at one time. `when` is empty or such as
/// ` until the data has moved`.
fn outage_findings(sums: &PgSums, when: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pgs: u64 = sums.pgs_by_state.values().sum();
    let unreadable = sums.pgs_down + sums.pgs_incomplete;
    if unreadable > 0 {
        let text = format!("{} of {} cannot be read{when}", grouped(unreadable), count(pgs, "PG"));
        findings.push(Finding::new(Severity::Danger, text));
    }
    let unserved = pgs.saturating_sub(sums.pgs_active).saturating_sub(unreadable);
    if unserved > 0 {
        let serve = verb(unserved, "serves", "serve");
        let text = format!("{} {serve} no clients{when}: too few copies", count(unserved, "PG"));
        findings.push(Finding::new(Severity::Danger, text));
    }
    findings
}

/// What stays as it is when all has moved that can.
fn lasting_findings(summary: &Summary) -> Vec<Finding> {
    let healed = &summary.healed;
    let mut findings = Vec::new();
    let toofull = healed.pgs_backfill_toofull;
    if toofull > 0 {
        let find = verb(toofull, "finds", "find");
        let text = format!("{} {find} no room (backfill_toofull)", count(toofull, "PG"));
        findings.push(Finding::new(Severity::Warning, text));
    }
    if summary.pgs_held > 0 {
        let (wait, by) = (verb(summary.pgs_held, "waits", "wait"), summary.held_by.join(" and "));
        let text = format!("{} {wait}, held by {by}", count(summary.pgs_held, "PG"));
        findings.push(Finding::new(Severity::Warning, text));
    }
    // Those that cannot be read or that wait are named already.
    let short = healed.pgs_undersized.saturating_sub(toofull).saturating_sub(summary.pgs_held);
    if short > 0 {
        let stay = verb(short, "stays", "stay");
        let text = format!(
            "{} {stay} short of copies: OSDs that are down are still in, or the rule finds too few",
            count(short, "PG")
        );
        findings.push(Finding::new(Severity::Warning, text));
    }
    if healed.pgs_sharing_failure_domain > 0 {
        let pgs = healed.pgs_sharing_failure_domain;
        let have = verb(pgs, "has", "have");
        let text = format!(
            "{} {have} more copies in one failure domain than one take of the rule puts there",
            count(pgs, "PG")
        );
        findings.push(Finding::new(Severity::Warning, text));
    }
    findings
}

/// PGs that lack copies now, and do not when all has moved that can.
fn passing_finding(now: &PgSums, healed: &PgSums) -> Option<Finding> {
    let [short, lasting] = [now, healed].map(|sums| sums.pgs_undersized.max(sums.pgs_degraded));
    let are = verb(short, "is", "are");
    let text = format!("{} {are} short of copies until data has moved", count(short, "PG"));
    (short > lasting).then(|| Finding::new(Severity::Warning, text))
}

/// OSDs above limits when all has moved that can.
fn fill_findings(summary: &Summary, when: &str) -> Vec<Finding> {
    let at = |level: &str| summary.osds_by_level_after.get(level).copied().unwrap_or(0);
    let (backfillfull, nearfull) = (at("backfillfull"), at("nearfull"));
    let mut findings = Vec::new();
    if backfillfull > 0 {
        let are = verb(backfillfull, "is", "are");
        let text = format!("{} {are} above backfillfull{when}", count(backfillfull, "OSD"));
        findings.push(Finding::new(Severity::Warning, text));
    }
    if nearfull > 0 {
        let are = verb(nearfull, "is", "are");
        let text = format!("{} {are} above nearfull{when}", count(nearfull, "OSD"));
        findings.push(Finding::new(Severity::Warning, text));
    }
    findings
}

/// What of the data is not known.
pub(crate) fn unknown_findings(basis: DataBasis, has_sizes: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !has_sizes {
        findings.push(Finding::new(Severity::Notice, "how full OSDs are is not known"));
    } else if basis == DataBasis::Unknown {
        findings.push(Finding::new(Severity::Notice, "the data of PGs is not known"));
    }
    findings
}

/// What is to be said of a cluster as it is: `summary` compares it with itself.
pub(crate) fn state_findings(map: &OsdMap, summary: &Summary) -> Vec<Finding> {
    let full = summary.osds_by_level_before.get("full").copied().unwrap_or(0);
    let mut findings = client_findings(map, full);
    findings.extend(outage_findings(&summary.before, ""));
    findings.extend(lasting_findings(summary));
    let before = &summary.before;
    findings.extend(passing_finding(before, &summary.healed));
    let moving = before.pgs_remapped.saturating_sub(before.pgs_undersized);
    if moving > 0 && summary.pgs_held == 0 {
        let have = verb(moving, "has", "have");
        findings.push(Finding::new(
            Severity::Notice,
            format!("{} {have} data that moves to other OSDs", count(moving, "PG")),
        ));
    }
    findings.extend(fill_findings(summary, ""));
    findings.extend(unknown_findings(summary.data_basis, summary.has_osd_sizes));
    findings
}

/// What is to be said of a cluster as it is.
pub fn of_state(map: &OsdMap, summary: &Summary) -> Verdict {
    let pgs = count(summary.pgs_before, "PG");
    Verdict::of(state_findings(map, summary), &format!("all {pgs} are served and whole"))
}

/// What is to be said of a change: of the cluster before it, right after it, and when all has
/// moved that can. `map` is the one after it.
pub fn of_change(map: &OsdMap, summary: &Summary) -> Verdict {
    let mut findings = Vec::new();
    let unserved = |sums: &PgSums| sums.pgs_by_state.values().sum::<u64>() - sums.pgs_active;
    let before = unserved(&summary.before);
    if before > 0 {
        let text = format!("already broken before: {} serve no clients", count(before, "PG"));
        findings.push(Finding::new(Severity::Danger, text));
    }
    let full = summary.osds_by_level_after.get("full").copied().unwrap_or(0);
    findings.extend(client_findings(map, full));
    let heals = unserved(&summary.healed) < unserved(&summary.after);
    findings.extend(outage_findings(&summary.after, if heals { " at first" } else { "" }));
    findings.extend(lasting_findings(summary));
    findings.extend(passing_finding(&summary.after, &summary.healed));
    findings.extend(fill_findings(summary, " in the end"));
    findings.extend(unknown_findings(summary.data_basis, summary.has_osd_sizes));
    let fine = match summary.pgs_moved {
        0 => "no data moves, and clients are served".to_owned(),
        moved => format!("clients are served, and the data of {} moves", count(moved, "PG")),
    };
    Verdict::of(findings, &fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_as_bad_as_its_worst_finding_which_comes_first() {
        let finding = |severity, text: &str| Finding::new(severity, text);
        let verdict = Verdict::of(
            vec![
                finding(Severity::Notice, "data moves"),
                finding(Severity::Danger, "2 PGs cannot be read"),
                finding(Severity::Warning, "3 wait"),
            ],
            "all is well",
        );
        assert_eq!(verdict.severity, Severity::Danger);
        assert_eq!(verdict.text, "2 PGs cannot be read; 3 wait; data moves.");
        let verdict = Verdict::of(vec![finding(Severity::Notice, "data moves")], "all is well");
        assert_eq!(verdict.text, "All is well; data moves.");
        assert_eq!(Verdict::of(Vec::new(), "all is well").severity, Severity::Ok);
        let many = (0..7).map(|_| finding(Severity::Warning, "x")).collect();
        assert_eq!(Verdict::of(many, "").text, "X; x; x; x; and 3 more.");
    }

    #[test]
    fn numbers_have_their_nouns() {
        assert_eq!(count(1, "PG"), "1 PG");
        assert_eq!(count(1_234_567, "PG"), "1,234,567 PGs");
        assert_eq!(count(0, "OSD"), "0 OSDs");
    }
}
