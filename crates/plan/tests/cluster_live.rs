//! What a real cluster did after changes (`test/golden/cluster/make.sh`) is what is predicted from
//! the state before and the bare map after: every PG's up, acting, primaries and state, and the
//! sums of degraded and misplaced copies.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crushlab_osdmap::{Cluster, Input, PgId, PgStats};
use crushlab_plan::Progress;
use crushlab_plan::cluster::{
    ClusterData, ClusterState, Comparison, Copies, Holders, Options, PgView, compare,
};

fn load(name: &str) -> Cluster {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/golden/cluster");
    let read = |ending: &str| {
        let path = folder.join(format!("{name}.{ending}"));
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let (map, pgs) = (read("osdmap"), read("pgs.json.gz"));
    let inputs = [Input { name: "osdmap", bytes: &map }, Input { name: "pgs", bytes: &pgs }];
    Cluster::load(&inputs).expect("recorded by a cluster").cluster
}

/// The comparison of two recorded states, of which only the map of the second is used, without
/// what the cluster itself put into it. `holders` tells whose data is elsewhere before.
fn predict(before: &Cluster, after: &Cluster, holders: Option<&Holders>) -> Comparison {
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

type Row = (Vec<i32>, Vec<i32>, i32, i32, String);

fn recorded(stats: &PgStats) -> Row {
    let (up, acting) = (stats.up.to_vec(), stats.acting.to_vec());
    (up, acting, stats.up_primary, stats.acting_primary, stats.state.to_string())
}

fn row(view: &PgView<'_>) -> Row {
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

/// Compares a prediction with what the cluster recorded.
fn check(before: &str, after: &str, holders: Option<&Holders>) -> Comparison {
    let (before_cluster, after_cluster) = (load(before), load(after));
    let found = predict(&before_cluster, &after_cluster, holders);
    let changes: BTreeMap<PgId, _> = found.pgs.iter().map(|pg| (pg.pgid, pg)).collect();
    let mut differences = Vec::new();
    let mut sums = Copies::default();
    for (pg, stats) in &after_cluster.pgs {
        let expected = recorded(stats);
        let stats_before = before_cluster.pgs.get(pg);
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
    assert!(differences.is_empty(), "{before} -> {after}:\n{}", differences.join("\n"));
    let mut counted = found.report.summary.after.copies;
    if found.report.summary.after.pgs_down > 0 {
        // A primary without data reports no objects.
        counted.object_copies = sums.object_copies;
    }
    assert_eq!(counted, sums, "{before} -> {after}");
    found
}

/// The same for several steps with nothing moved between them; returns the last.
fn check_steps(names: &[&str]) -> Comparison {
    let mut last = None;
    for pair in names.windows(2) {
        let holders = last.as_ref().map(|found: &Comparison| &found.holders_after);
        last = Some(check(pair[0], pair[1], holders));
    }
    last.expect("two names at least")
}

fn add(sum: &mut Copies, more: Copies) {
    sum.object_copies += more.object_copies;
    sum.degraded_object_copies += more.degraded_object_copies;
    sum.misplaced_object_copies += more.misplaced_object_copies;
}

#[test]
fn an_osd_goes_out_while_it_is_alive() {
    assert!(check("healthy", "out", None).pgs.len() > 30);
    assert!(check("out", "healthy", None).pgs.len() > 30);
}

#[test]
fn an_osd_stops_goes_out_and_comes_back() {
    assert!(check("healthy", "stop", None).pgs.len() > 30);
    assert!(check("stop", "stop-out", None).pgs.len() > 30);
    let end = check_steps(&["healthy", "stop", "stop-out", "start", "start-in"]);
    assert_eq!(end.report.summary.after.pgs_clean, end.report.summary.pgs_after);
    assert!(end.holders_after.is_empty());
}

#[test]
fn weights_change() {
    check("start-in", "crush-reweight", None);
    check("crush-reweight", "crush-reweight-back", None);
    check_steps(&["crush-reweight-back", "reweight", "reweight-then-out", "reweight-back"]);
}

#[test]
fn the_tree_and_the_size_change() {
    check("reweight-back", "crush-move", None);
    check("reweight-back", "size-2", None);
}

#[test]
fn a_rule_cannot_be_met() {
    check("size-3", "out-two-hosts", None);
    check("out-two-hosts", "in-two-hosts", None);
}

#[test]
fn a_temporary_mapping_by_hand_does_not_last() {
    assert!(check("in-two-hosts", "pg-temp", None).pgs.is_empty());
}

#[test]
fn one_osd_after_another_stops() {
    check("pg-temp", "stop-6", None);
    check_steps(&["pg-temp", "stop-6", "stop-6-4", "stop-6-4-2", "stop-6-4-2-out"]);
}

/// The manager has split PGs and moved them by then; the cluster's own counts of children are
/// estimates, too, so that only places and states are compared.
#[test]
fn pgs_are_split() {
    let (before, after) = (load("in-all"), load("split"));
    let found = predict(&before, &after, None);
    for (pg, stats) in after.pgs.iter().filter(|(pg, _)| !before.pgs.contains_key(pg)) {
        let change = found.pgs.iter().find(|change| change.pgid == *pg).expect("a new PG");
        assert_eq!(change.before, None);
        assert_eq!(change.after.as_ref().map(row), Some(recorded(stats)), "{pg}");
    }
    assert_eq!(found.report.summary.pgs_after, after.pgs.len() as u64);
}
