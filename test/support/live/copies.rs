//! Every PG's up, acting, primaries and state, and the sums of degraded and misplaced copies: as
//! they are predicted, and as a cluster counted them.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_compare::{
    ClusterData, ClusterState, Comparison, Copies, Holders, Options, PgView, compare,
};
use crushlab_osdmap::{Cluster, PgId, PgStats};

/// The comparison of two recorded states, of which only the map of the second is used, without
/// what the cluster itself put into it. `holders` tells whose data is elsewhere before.
pub(crate) fn predict(before: &Cluster, after: &Cluster, holders: Option<&Holders>) -> Comparison {
    let mut map = after.map.clone();
    map.pg_temp.clear();
    map.primary_temp.clear();
    let threads = NonZeroUsize::new(2).expect("not 0");
    let options = Options { threads, keep_holders: true, ..Options::default() };
    let mut state = ClusterState::new(&before.map).expect("a sound map");
    if let Some(holders) = holders {
        state = state.with_holders(holders);
    }
    let after = ClusterState::new(&map).expect("a sound map");
    let data = ClusterData::new(before);
    compare(&state, &after, &data, &options, &Progress::new()).expect("nobody cancels")
}

pub(crate) type Row = (Vec<i32>, Vec<i32>, i32, i32, String);

pub(crate) fn recorded(stats: &PgStats) -> Row {
    let (up, acting) = (stats.up.to_vec(), stats.acting.to_vec());
    (up, acting, stats.up_primary, stats.acting_primary, stats.state.to_string())
}

pub(crate) fn row(view: &PgView<'_>) -> Row {
    let (up, acting) = (view.up.to_vec(), view.acting.to_vec());
    (up, acting, view.up_primary, view.acting_primary, view.state.to_string())
}

/// Whether a prediction is what was recorded. Of PGs that nobody is left to report on, the manager
/// shows what was reported last; a PG that was never written may be served by any OSD that was
/// tried before.
fn agrees(predicted: Option<&Row>, recorded: &Row, objects: u64) -> bool {
    let is_stale = recorded.4.starts_with("stale");
    let is_tried = |row: &Row| objects == 0 && row.1.iter().any(|osd| !row.0.contains(osd));
    let is_stray = is_tried(recorded) || predicted.is_some_and(is_tried);
    match predicted {
        Some(row) if is_stale => row.4 == "down",
        row => row == Some(recorded) || is_stray,
    }
}

/// What is predicted for `after` from `before`, and in words all that the cluster recorded
/// otherwise.
pub(crate) fn compare_copies(
    before: &Cluster,
    after: &Cluster,
    holders: Option<&Holders>,
) -> (Comparison, Vec<String>) {
    let found = predict(before, after, holders);
    let changes: BTreeMap<PgId, _> = found.pgs.iter().map(|pg| (pg.pgid, pg)).collect();
    let mut differences = Vec::new();
    let mut sums = Copies::default();
    for (pg, stats) in &after.pgs {
        let expected = recorded(stats);
        let stats_before = before.pgs.get(pg);
        let row_before = stats_before.map(recorded);
        let change = changes.get(pg);
        if let (Some(change), Some(expected)) = (change, &row_before) {
            let predicted = change.before.as_ref().map(row);
            if !agrees(predicted.as_ref(), expected, stats.objects) {
                differences.push(format!("{pg} before: {predicted:?}, recorded {expected:?}"));
            }
        }
        let predicted = match change {
            Some(change) => change.after.as_ref().map(row),
            None => row_before,
        };
        let is_same = change.is_none() && stats_before.map(|old| &old.state) == Some(&stats.state);
        if !agrees(predicted.as_ref(), &expected, stats.objects) && !is_same {
            differences.push(format!("{pg}: {predicted:?}, recorded {expected:?}"));
        }
        let is_stale = expected.4.starts_with("stale");
        add(
            &mut sums,
            Copies {
                object_copies: stats.object_copies,
                degraded_object_copies: if is_stale { 0 } else { stats.objects_degraded },
                misplaced_object_copies: if is_stale { 0 } else { stats.objects_misplaced },
            },
        );
    }
    let mut counted = found.report.summary.after.copies;
    if found.report.summary.after.pgs_down > 0 {
        // A primary without data reports no objects.
        counted.object_copies = sums.object_copies;
    }
    if counted != sums {
        differences.push(format!("sums: {counted:?}, recorded {sums:?}"));
    }
    (found, differences)
}

fn add(sum: &mut Copies, more: Copies) {
    sum.object_copies += more.object_copies;
    sum.degraded_object_copies += more.degraded_object_copies;
    sum.misplaced_object_copies += more.misplaced_object_copies;
}
