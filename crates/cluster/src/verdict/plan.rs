//! What is to be said of a plan to move safely.

use crushlab_balance::migrate::PlanReport;
use crushlab_compare::report::Summary;
use crushlab_osdmap::OsdMap;

use super::balance::answered;
use super::question::broken;
use super::{Severity, Verdict, count, grouped};

/// What is to be said of a plan.
pub fn of_plan(map: &OsdMap, summary: &Summary, report: &PlanReport) -> Verdict {
    let (own, text) = match report.action {
        "freeze" => frozen(report),
        _ => staged(report),
    };
    // That data moves is what the plan is about.
    let mut findings = broken(map, summary);
    findings.retain(|finding| finding.severity > Severity::Notice);
    answered(findings, own, text)
}

fn frozen(report: &PlanReport) -> (Severity, String) {
    let (moved, due) = (report.shards_moved, report.shards_moved_unplanned);
    if due == 0 {
        return (Severity::Ok, "nothing moves: there is nothing to freeze".to_owned());
    }
    let share = 100.0 * moved as f64 / report.shards.max(1) as f64;
    match moved {
        0 => {
            let text = format!("nothing moves, where {} would", count(due, "shard"));
            (Severity::Notice, text)
        }
        _ => {
            let (all, due) = (grouped(report.shards), grouped(due));
            let moved = count(moved, "shard");
            let least = match report.shards_moved_least {
                Some(least) if least == report.shards_moved => ", the fewest that the rules let",
                _ => "",
            };
            let text = format!("{moved} of {all} move ({share:.1} %){least}, where {due} would");
            (Severity::Notice, text)
        }
    }
}

fn staged(report: &PlanReport) -> (Severity, String) {
    if report.commands.is_empty() {
        return (Severity::Ok, "there is nothing to do".to_owned());
    }
    let stages = count(report.stages.len() as u64, "stage");
    let mut text = format!("{} move in {stages}", count(report.shards_moved, "shard"));
    let fullest = report.stages.iter().filter_map(|stage| stage.fullest_ratio);
    match fullest.fold(None, |most: Option<f64>, one| Some(most.unwrap_or(0.0).max(one))) {
        Some(ratio) => text += &format!(", and no OSD is fuller than {:.1} %", 100.0 * ratio),
        None if report.shards_moved > 0 => text += "; how full OSDs get is not known",
        None => {}
    }
    let hours: Option<f64> = report
        .stages
        .iter()
        .filter_map(|stage| stage.hours)
        .fold(None, |sum, one| Some(sum.unwrap_or(0.0) + one));
    if let Some(hours) = hours {
        text += &format!(", in {hours:.1} hours at least");
    }
    let stuck = report.exceptions.len() as u64 + report.exceptions_unlisted;
    match stuck {
        0 => (Severity::Notice, text),
        _ => {
            let shards = count(stuck, "shard");
            (Severity::Warning, format!("{text}; {shards} not as asked for: see the reasons"))
        }
    }
}
