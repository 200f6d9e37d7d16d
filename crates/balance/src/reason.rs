//! Why a placement gets no better, in words.

use crushlab_crushmap::CrushMap;

use crate::report::{BalanceReport, Measure, PoolBalance};
use crate::solve::PoolPlan;
use crate::take::ROOT;
use crate::target::SAME;

/// Names of buckets that a sentence has at most.
const NAMES_MAX: usize = 3;

/// PGs from a target that two decimals show as none.
const EXACT: f64 = 0.005;

/// Why a pool gets no better.
pub(crate) fn pool_reason(
    crush: &CrushMap,
    plan: &PoolPlan<'_>,
    pool: &PoolBalance,
    by: Measure,
) -> String {
    let mut clauses = vec![match by {
        Measure::Pgs => limit(crush, plan, pool),
        Measure::Bytes => "its PGs are where the bytes of all pools are most even".to_owned(),
    }];
    clauses.extend(capped(crush, plan));
    let fixed = pool.fixed_pgs;
    if fixed > 0 {
        let verb = if fixed == 1 { "PG stays" } else { "PGs stay" };
        clauses.push(format!(
            "{fixed} {verb} as they are: short of OSDs, merging, or against the rule without upmaps"
        ));
    }
    clauses.join("; ")
}

/// What does not let the largest deviation be smaller.
fn limit(crush: &CrushMap, plan: &PoolPlan<'_>, pool: &PoolBalance) -> String {
    let after = pool.after_max_deviation.unwrap_or(0.0);
    if plan.state.takes.iter().any(|take| !take.is_open()) {
        return format!(
            "{after:.2} is reached between the OSDs that may give and take; what is best there is \
             not known"
        );
    }
    let Some(best) = pool.best_max_deviation else {
        return "parts of its rule share OSDs, or share a PG unevenly: what is best is not known"
            .to_owned();
    };
    if after < EXACT {
        return "every OSD has the PGs that its weight asks for".to_owned();
    }
    if best + 3.0 * SAME < after {
        return format!(
            "{after:.2} is as near as asked for; {best:.2} is possible, with more moves \
             (--max-deviation 0)"
        );
    }
    let worst = plan.takes.iter().enumerate().filter_map(|(index, take)| {
        let (least, node) = take.limits().best?;
        Some((index, least, node))
    });
    let worst = worst.max_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
    let Some((index, _, node)) = worst else { return "there is nothing to move".to_owned() };
    let take = &plan.state.takes[index];
    let at = &take.take.nodes[node];
    if at.depth == take.take.osd_depth() {
        let target = take.targets.pgs[node];
        return match take.fixed[node] {
            0 => format!("osd.{} should have {target:.2} PGs: no whole number is nearer", at.id),
            fixed => format!("osd.{} should have {target:.2} PGs, and {fixed} cannot move", at.id),
        };
    }
    match node {
        ROOT => format!(
            "no whole numbers of PGs that are nearer than {best:.2} to all OSDs' targets add up to \
             the number there is"
        ),
        _ => format!(
            "{} binds: nearer than {best:.2}, no whole numbers of PGs fit its OSDs and the rule",
            name(crush, at.id)
        ),
    }
}

/// Buckets whose weight asks for more than the rule gives them.
fn capped(crush: &CrushMap, plan: &PoolPlan<'_>) -> Option<String> {
    let mut names = Vec::new();
    for take in &plan.state.takes {
        names.extend(take.targets.capped.iter().map(|node| name(crush, take.take.nodes[*node].id)));
    }
    let more = names.len().saturating_sub(NAMES_MAX);
    names.truncate(NAMES_MAX);
    let list = names.join(", ");
    let list = if more > 0 { format!("{list} and {more} more") } else { list };
    let text = "more of the weight than the rule lets hold of each PG: what is too much goes to \
                the others";
    (!names.is_empty()).then(|| format!("{list} have {text}"))
}

/// What an item is called.
pub(crate) fn name(crush: &CrushMap, id: i32) -> String {
    match crush.names.get(&id) {
        Some(name) => name.clone(),
        None if id >= 0 => format!("osd.{id}"),
        None => format!("bucket {id}"),
    }
}

/// Why all pools together get no better.
pub(crate) fn whole_reason(report: &BalanceReport) -> String {
    if let (Measure::Bytes, Some(after), Some(best)) =
        (report.by, report.after_fullest_ratio, report.best_fullest_ratio)
    {
        return fullest_reason(report, after, best);
    }
    let known = report.pools.iter().filter(|pool| pool.before_max_deviation.is_some());
    let worst = known.max_by(|one, other| {
        let after = |pool: &&PoolBalance| pool.after_max_deviation.unwrap_or(0.0);
        after(one).total_cmp(&after(other))
    });
    match worst {
        Some(pool) => format!("{}: {}", pool.name, pool.reason),
        None => match report.pools.first() {
            Some(pool) => format!("{}: {}", pool.name, pool.reason),
            None => "there is no pool".to_owned(),
        },
    }
}

/// Which OSD stays the fullest, and how far that is from what no placement is better than.
fn fullest_reason(report: &BalanceReport, after: f64, best: f64) -> String {
    let fullest = report.osds.iter().find(|osd| osd.after_used_ratio == Some(after));
    let osd = fullest.map_or("the fullest OSD".to_owned(), |osd| format!("osd.{}", osd.osd));
    let gap = (after - best).max(0.0) * 100.0;
    format!(
        "{osd} is the fullest with {:.2} %; no placement by the rules is below {:.2} %, so \
         {gap:.2} percentage points could be left: PGs differ in size, and what is possible \
         between these is not known",
        after * 100.0,
        best * 100.0
    )
}
