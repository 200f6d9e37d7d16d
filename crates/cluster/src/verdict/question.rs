//! What is to be said of the answers to questions: the state of the cluster first, where that is
//! bad, and then what was asked.

use crushlab_compare::report::Summary;
use crushlab_osdmap::OsdMap;
use crushlab_plan::capacity::CapacityReport;
use crushlab_plan::growth::{GrowthReport, PlanReport};
use crushlab_plan::pg_num::PgNumReport;
use crushlab_plan::sweep::{Failure, SweepReport, TypeSweep, Verdict as Outcome};

use super::{Finding, Severity, Verdict, count, state_findings};

/// What is bad about the cluster before anything is asked.
pub(super) fn broken(map: &OsdMap, summary: &Summary) -> Vec<Finding> {
    let findings = state_findings(map, summary).into_iter();
    let already = |finding: Finding| match finding.severity {
        Severity::Danger => {
            Finding { text: format!("already broken: {}", finding.text), ..finding }
        }
        _ => finding,
    };
    findings.map(already).collect()
}

/// What is to be said of a sweep.
pub fn of_sweep(map: &OsdMap, summary: &Summary, report: &SweepReport) -> Verdict {
    let mut findings = broken(map, summary);
    let mut fine = Vec::new();
    for (index, sweep) in report.sweeps.iter().enumerate() {
        for is_pair in [false, true] {
            let is_meant = |one: &&Failure| one.sweep == index && one.second.is_some() == is_pair;
            let failures: Vec<&Failure> = report.failures.iter().filter(is_meant).collect();
            match worst_of(sweep, &failures, is_pair) {
                Some(finding) => findings.push(finding),
                None if failures.is_empty() => {}
                None => fine.push(all_heal(sweep, is_pair)),
            }
        }
    }
    let fine = match fine.is_empty() {
        true => "nothing was let fail".to_owned(),
        false => fine.join("; "),
    };
    Verdict::of(findings, &fine)
}

fn all_heal(sweep: &TypeSweep, is_pair: bool) -> String {
    let name = &sweep.type_name;
    if is_pair { format!("any two {name}s heal at once") } else { format!("any {name} heals") }
}

/// The worst that failures of one kind come to, and how many do; `None` where all heal.
fn worst_of(sweep: &TypeSweep, failures: &[&Failure], is_pair: bool) -> Option<Finding> {
    let worst = failures.iter().map(|one| one.outcome.verdict).max()?;
    let (severity, what) = match worst {
        Outcome::Healed => return None,
        Outcome::TooFull => (Severity::Warning, "leave data without room"),
        Outcome::Undersized => (Severity::Warning, "leave PGs short of copies"),
        Outcome::Inactive => (Severity::Danger, "stop clients until healed"),
        Outcome::Lost => (Severity::Danger, "lose data"),
    };
    let number = failures.iter().filter(|one| one.outcome.verdict == worst).count();
    let name = &sweep.type_name;
    let of = if is_pair { format!("pairs of {name}s") } else { format!("{name}s") };
    Some(Finding::new(severity, format!("{number} of {} {of} {what}", failures.len())))
}

/// What is to be said of a cluster's capacity.
pub fn of_capacity(map: &OsdMap, summary: &Summary, report: &CapacityReport) -> Verdict {
    let mut findings = broken(map, summary);
    let full = report.pools.iter().filter(|pool| pool.max_avail_bytes == Some(0)).count() as u64;
    if full > 0 {
        let have = if full == 1 { "has" } else { "have" };
        let text = format!("{} {have} no room left", count(full, "pool"));
        findings.push(Finding::new(Severity::Warning, text));
    }
    Verdict::of(
        findings,
        &format!("{} can be written to", count(report.pools.len() as u64, "pool")),
    )
}

/// What is to be said of when a cluster is full: of the last plan.
pub fn of_growth(map: &OsdMap, summary: &Summary, report: &GrowthReport) -> Verdict {
    let mut findings = broken(map, summary);
    let Some(plan) = report.plans.last() else { return Verdict::of(findings, "it fits") };
    let months = plan.months.last().map_or(0, |row| row.month);
    match first_limit(plan) {
        Some(limit) => {
            findings.push(limit);
            Verdict::of(findings, "it fits for now")
        }
        None => {
            let months = count(u64::from(months), "month");
            Verdict::of(findings, &format!("no OSD reaches a limit within {months}"))
        }
    }
}

/// The first limit that is reached, as the cluster is and with a failure domain lost.
fn first_limit(plan: &PlanReport) -> Option<Finding> {
    let limits = [
        (&plan.limits.full, "full", Severity::Danger),
        (&plan.limits.backfillfull, "backfillfull", Severity::Warning),
        (&plan.limits.nearfull, "nearfull", Severity::Notice),
    ];
    for (limit, name, severity) in limits {
        let Some(limit) = limit else { continue };
        let text = match limit.months {
            months if months <= 0.0 => format!("osd.{} is above {name} now", limit.osd),
            months => format!("osd.{} reaches {name} in {months:.1} months", limit.osd),
        };
        let severity = if limit.months <= 0.0 {
            severity.max(Severity::Warning)
        } else {
            severity.min(Severity::Warning)
        };
        return Some(Finding::new(severity, text));
    }
    None
}

/// What is to be said of numbers of PGs.
pub fn of_pg_num(map: &OsdMap, summary: &Summary, report: &PgNumReport) -> Verdict {
    let mut findings = broken(map, summary);
    let changes = report.commands.len() as u64;
    if changes > 0 {
        let text = format!("{} would give pools other numbers of PGs", count(changes, "command"));
        findings.push(Finding::new(Severity::Notice, text));
    }
    Verdict::of(findings, "the PGs of all pools are placed")
}
