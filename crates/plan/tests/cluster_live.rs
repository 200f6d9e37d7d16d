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
    AfterState, ClusterData, ClusterState, Comparison, Copies, Options, PgView, compare,
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
/// what the cluster itself put into it.
fn predict(before: &Cluster, after: &Cluster) -> Comparison {
    let mut map = after.map.clone();
    map.pg_temp.clear();
    map.primary_temp.clear();
    let options = Options { threads: NonZeroUsize::new(2).unwrap(), ..Options::default() };
    let (state, after) = (ClusterState::new(&before.map).unwrap(), ClusterState::new(&map).unwrap());
    let data = ClusterData::new(before);
    compare(&state, &after, &data, &options, &Progress::new()).unwrap()
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

/// Compares a prediction with what the cluster recorded; returns how many PGs it changed.
fn check(before: &str, after: &str) -> usize {
    let (before_cluster, after_cluster) = (load(before), load(after));
    let found = predict(&before_cluster, &after_cluster);
    let changes: BTreeMap<PgId, _> = found.pgs.iter().map(|pg| (pg.pgid, pg)).collect();
    let mut differences = Vec::new();
    let mut sums = Copies::default();
    let mut lost = Copies::default();
    for (pg, stats) in &after_cluster.pgs {
        let expected = recorded(stats);
        let unchanged = || before_cluster.pgs.get(pg).map(recorded);
        let predicted = match changes.get(pg) {
            Some(change) => change.after.as_ref().map(row),
            None => unchanged(),
        };
        if let Some(change) = changes.get(pg)
            && change.before.as_ref().map(row) != unchanged()
        {
            differences.push(format!("{pg} before: {change:?}, recorded {:?}", unchanged()));
        }
        let copies = Copies {
            object_copies: stats.object_copies,
            degraded_object_copies: stats.objects_degraded,
            misplaced_object_copies: stats.objects_misplaced,
        };
        if expected.4.starts_with("stale") {
            // Nobody is left to report: the manager shows what was reported last.
            let state = predicted.map(|row| row.4);
            assert_eq!(state.as_deref(), Some("down"), "{pg}");
            add(&mut lost, copies);
            continue;
        }
        // A PG that was never written may be served by any OSD that was tried before.
        let is_stray = stats.objects == 0 && expected.4 == "active+clean+remapped";
        if predicted.as_ref() != Some(&expected) && !is_stray {
            differences.push(format!("{pg}: {predicted:?}, recorded {expected:?}"));
        }
        add(&mut sums, copies);
    }
    assert!(differences.is_empty(), "{before} -> {after}:\n{}", differences.join("\n"));
    let predicted = found.report.summary.after.copies;
    assert_eq!(predicted.degraded_object_copies, sums.degraded_object_copies, "{after}");
    assert_eq!(predicted.misplaced_object_copies, sums.misplaced_object_copies, "{after}");
    assert_eq!(predicted.object_copies, sums.object_copies + lost.object_copies, "{after}");
    changes.len()
}

fn add(sum: &mut Copies, more: Copies) {
    sum.object_copies += more.object_copies;
    sum.degraded_object_copies += more.degraded_object_copies;
    sum.misplaced_object_copies += more.misplaced_object_copies;
}

#[test]
fn an_osd_goes_out_while_it_is_alive() {
    assert!(check("healthy", "out") > 30);
    assert!(check("out", "healthy") > 30);
}

#[test]
fn an_osd_stops_goes_out_and_comes_back() {
    assert!(check("healthy", "stop") > 30);
    assert!(check("stop", "stop-out") > 30);
    assert!(check("stop-out", "start") > 30);
    assert!(check("start", "start-in") > 30);
}

#[test]
fn weights_change() {
    check("start-in", "crush-reweight");
    check("crush-reweight", "crush-reweight-back");
    check("crush-reweight-back", "reweight");
    check("reweight", "reweight-then-out");
    check("reweight-then-out", "reweight-back");
}

#[test]
fn the_tree_and_the_size_change() {
    check("reweight-back", "crush-move");
    check("reweight-back", "size-2");
    check("size-2", "size-3");
}

#[test]
fn a_rule_cannot_be_met() {
    check("size-3", "out-two-hosts");
    check("out-two-hosts", "in-two-hosts");
}

#[test]
fn a_temporary_mapping_by_hand_does_not_last() {
    assert_eq!(check("in-two-hosts", "pg-temp"), 0);
}

#[test]
fn one_osd_after_another_stops() {
    check("pg-temp", "stop-6");
    check("stop-6", "stop-6-4");
    check("stop-6-4", "stop-6-4-2");
    check("stop-6-4-2", "stop-6-4-2-out");
}
