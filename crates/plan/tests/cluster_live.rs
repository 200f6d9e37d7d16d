//! What a real cluster did after changes (`test/golden/cluster/make.sh`) is what is predicted from
//! the state before and the bare map after: every PG's up, acting, primaries and state, and the
//! sums of degraded and misplaced copies.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crushlab_compare::{Comparison, History, Holders, mapped_states};
use crushlab_osdmap::{Cluster, Input, PgId, PoolMapper, map_pool};
use live_support::copies::{compare_copies, predict, recorded, row};

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

/// Compares a prediction with what the cluster recorded.
fn check(before: &str, after: &str, holders: Option<&Holders>) -> Comparison {
    let (found, differences) = compare_copies(&load(before), &load(after), holders);
    assert!(differences.is_empty(), "{before} -> {after}:\n{}", differences.join("\n"));
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

/// Where data stands still or moves by pg_temp, the map alone gives the state that was recorded.
#[test]
fn a_map_alone_gives_states() {
    for name in ["healthy", "out", "stop", "stop-out", "out-two-hosts"] {
        let cluster = load(name);
        let crush = cluster.map.crush.map().expect("it is sound");
        let mut states = BTreeSet::new();
        for id in cluster.map.pools.keys() {
            let mapper = PoolMapper::new(&cluster.map, &crush, *id).expect("the pool is there");
            let mapping = map_pool(&mapper, NonZeroUsize::MIN);
            for (seed, state) in
                (0..).zip(mapped_states(&cluster.map, &mapping, &cluster, &History::default()))
            {
                let recorded = &cluster.pgs[&PgId::new(*id, seed)].state;
                assert_eq!(state.to_string(), **recorded, "{name}: {id}.{seed:x}");
                states.insert(state);
            }
        }
        assert_eq!(states.len() > 1, name != "healthy", "{name}");
    }
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
