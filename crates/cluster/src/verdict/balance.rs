//! What is to be said of balancing: the answer comes first, however the cluster is.

use crushlab_balance::{
    BalanceReport, Measure, PoolBalance, ReadReport, UpmapProblem, UpmapReport,
};
use crushlab_compare::report::Summary;
use crushlab_osdmap::OsdMap;

use super::question::broken;
use super::{Finding, Severity, Verdict, count};

/// What is to be said of a balanced placement: the answer comes first, however the cluster is.
pub fn of_balance(map: &OsdMap, summary: &Summary, report: &BalanceReport) -> Verdict {
    let mut findings = broken(map, summary);
    let left = report.pools.iter().filter(|pool| pool.before_max_deviation.is_none()).count();
    if left > 0 {
        let text = format!("{} cannot be balanced", count(left as u64, "pool"));
        findings.push(Finding::new(Severity::Warning, text));
    }
    let own = if report.commands.is_empty() { Severity::Ok } else { Severity::Notice };
    answered(findings, own, balance_sentence(report))
}

/// What is to be said of a cluster's upmaps.
pub fn of_upmaps(map: &OsdMap, summary: &Summary, report: &UpmapReport) -> Verdict {
    let of_kind = |kind| report.findings.iter().filter(move |one| one.kind == kind).count() as u64;
    let breaking = of_kind(UpmapProblem::BreaksRule);
    let upmapped = count(report.upmapped_pgs, "PG");
    let (own, text) = if breaking > 0 {
        let verb = if breaking == 1 { "breaks" } else { "break" };
        let text = format!("{} {verb} the rule by an upmap that Ceph keeps", count(breaking, "PG"));
        (Severity::Warning, text)
    } else if report.findings.is_empty() {
        (Severity::Ok, format!("all upmaps keep to the rules: {upmapped} with one"))
    } else {
        let found = count(report.findings.len() as u64, "upmap");
        let text = format!("{found} of {upmapped} with one will be dropped or have no effect");
        (Severity::Notice, text)
    };
    answered(broken(map, summary), own, text)
}

/// What is to be said of who serves reads.
pub fn of_reads(map: &OsdMap, summary: &Summary, report: &ReadReport) -> Verdict {
    let worst = |of: fn(&crushlab_balance::ReadPool) -> Option<f64>| {
        report.pools.iter().filter_map(of).fold(0.0, f64::max)
    };
    let (before, after) = (worst(|pool| pool.before_score), worst(|pool| pool.after_score));
    let changes: u64 = report.pools.iter().map(|pool| pool.changes).sum();
    let (own, text) = if report.pools.iter().all(|pool| pool.before_score.is_none()) {
        (Severity::Warning, "no pool's primaries can be chosen".to_owned())
    } else if changes == 0 {
        (Severity::Ok, format!("nothing can be improved: reads are spread by {before:.2} at most"))
    } else {
        let text = format!(
            "the worst read balance score can be {after:.2} instead of {before:.2} with {}",
            count(changes, "change")
        );
        (Severity::Notice, text)
    };
    answered(broken(map, summary), own, text)
}

/// An answer with what is bad about the cluster after it.
pub(super) fn answered(mut findings: Vec<Finding>, own: Severity, answer: String) -> Verdict {
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok);
    if own.max(worst) <= Severity::Notice {
        let verdict = Verdict::of(findings, &answer);
        return Verdict { severity: verdict.severity.max(own), ..verdict };
    }
    findings.insert(0, Finding::new(own.max(worst), answer));
    Verdict::of(findings, "")
}

/// How near all pools come to their targets, and with how many moves.
fn balance_sentence(report: &BalanceReport) -> String {
    if report.by == Measure::Bytes {
        return bytes_sentence(report);
    }
    let known: Vec<&PoolBalance> =
        report.pools.iter().filter(|pool| pool.before_max_deviation.is_some()).collect();
    let after = known.iter().filter_map(|pool| pool.after_max_deviation).fold(0.0, f64::max);
    let pools = if known.len() == 1 { "the pool" } else { "every pool" };
    let within = match after < report.max_deviation {
        true if report.max_deviation == 1.0 => "1 PG".to_owned(),
        true => format!("{} PGs", report.max_deviation),
        false => format!("{after:.2} PGs"),
    };
    let is_best = |pool: &&PoolBalance| {
        pool.best_max_deviation.is_some_and(|best| {
            pool.before_max_deviation.is_some_and(|before| before <= best + SAME_DEVIATION)
        })
    };
    match report.commands.is_empty() {
        true if known.is_empty() => "there is nothing to balance".to_owned(),
        true if known.iter().all(is_best) => {
            format!(
                "nothing can be improved: {pools} is as near to its targets as whole PGs can be"
            )
        }
        true => format!("nothing has to move: {pools} is within {within} of its targets"),
        false => {
            let moves = count(report.moves, "move");
            format!("{pools} can be within {within} of its targets with {moves}")
        }
    }
}

/// How full the fullest OSD is, and with how many moves it can be less.
fn bytes_sentence(report: &BalanceReport) -> String {
    let (Some(before), Some(after)) = (report.before_fullest_ratio, report.after_fullest_ratio)
    else {
        return "there is nothing to balance".to_owned();
    };
    let (before, after) = (before * 100.0, after * 100.0);
    match report.commands.is_empty() {
        true => format!("nothing has to move: the fullest OSD is at {before:.2} %"),
        false => format!(
            "the fullest OSD can be at {after:.2} % instead of {before:.2} % with {}",
            count(report.moves, "move")
        ),
    }
}

/// Deviations that differ by less are the same, in PGs.
const SAME_DEVIATION: f64 = 1e-5;
