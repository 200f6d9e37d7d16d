//! What is to be said of recovery in time.

use crushlab_compare::report::Summary;
use crushlab_osdmap::OsdMap;
use crushlab_recovery::{Range, RecoveryReport};

use super::question::broken;
use super::{Finding, Severity, Verdict, count};

/// What is to be said of recovery in time: of the cluster before it where that is broken, then of
/// what never ends, and how long the rest takes.
pub fn of_recovery(map: &OsdMap, summary: &Summary, report: &RecoveryReport) -> Verdict {
    let mut findings = broken(map, summary);
    findings.retain(|finding| finding.severity == Severity::Danger);
    if report.active_seconds.is_none() {
        findings.push(Finding::new(Severity::Danger, "some PGs never serve clients again"));
    } else if let Some(range) = report.active_seconds.filter(|range| range.high > 0.0) {
        let text = format!("PGs serve no clients for up to {}", duration(range.high));
        findings.push(Finding::new(Severity::Warning, text));
    }
    match report.second_copy_seconds {
        None => {
            let text = "some PGs stay one loss away from losing data";
            findings.push(Finding::new(Severity::Warning, text));
        }
        Some(range) if range.high > 0.0 => {
            let text = format!("PGs are one loss from losing data for {}", span(range));
            findings.push(Finding::new(Severity::Warning, text));
        }
        Some(_) => {}
    }
    let toofull = report.toofull_pgs;
    if toofull > 0 {
        let stay = if toofull == 1 { "stays" } else { "stay" };
        let text = format!(
            "{} {stay} backfill_toofull: that ends by no means of itself",
            count(toofull, "PG")
        );
        findings.push(Finding::new(Severity::Warning, text));
    } else if report.refused_pgs > 0 {
        let find = if report.refused_pgs == 1 { "finds" } else { "find" };
        let text = format!("{} {find} no room at first", count(report.refused_pgs, "PG"));
        findings.push(Finding::new(Severity::Notice, text));
    }
    let short = report.unclean_pgs.saturating_sub(toofull);
    let settled = report.settled_seconds;
    let moves = settled.high > 0.0;
    match report.clean_seconds {
        Some(range) if moves => {
            let text = format!("every PG is clean after {}", span(range));
            findings.push(Finding::new(Severity::Notice, text));
        }
        Some(_) => {}
        None => {
            let never = if short == 1 { "is never" } else { "are never" };
            if short > 0 {
                let text = format!("{} {never} clean", count(short, "PG"));
                findings.push(Finding::new(Severity::Warning, text));
            }
            if moves {
                let text = format!("the others are clean after {}", span(settled));
                findings.push(Finding::new(Severity::Notice, text));
            }
        }
    }
    Verdict::of(findings, if moves { "data moves" } else { "nothing has to move" })
}

/// A range of times, or one where it is the same.
fn span(range: Range) -> String {
    let (low, high) = (duration(range.low), duration(range.high));
    if low == high { low } else { format!("{low} to {high}") }
}

/// A time in the two largest units that it has.
fn duration(seconds: f64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let whole = seconds.round().max(0.0) as u64;
    let first = UNITS.iter().position(|(unit, _)| whole >= *unit).unwrap_or(UNITS.len() - 1);
    let (unit, name) = UNITS[first];
    let most = format!("{} {name}", whole / unit);
    match UNITS.get(first + 1) {
        Some((next, name)) if whole % unit >= *next => {
            format!("{most} {} {name}", whole % unit / next)
        }
        _ => most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_their_two_largest_units() {
        for (seconds, text) in [
            (0.2, "0 s"),
            (84.0, "1 min 24 s"),
            (3600.0, "1 h"),
            (7384.0, "2 h 3 min"),
            (200_000.0, "2 d 7 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
