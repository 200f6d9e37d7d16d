//! What is to be said of a plan to move safely.

use crushlab_balance::migrate::PlanReport;
use crushlab_compare::report::Summary;
use crushlab_osdmap::OsdMap;

use super::balance::answered;
use super::question::broken;
use super::{Severity, Verdict, count, grouped};

/// What is to be said of a plan.
pub fn of_plan(map: &OsdMap, summary: &Summary, report: &PlanReport) -> Verdict {
    let (own, text) = frozen(report);
    answered(broken(map, summary), own, text)
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
