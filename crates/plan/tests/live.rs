//! Every command against a real cluster: it and the model get the same line, and their maps must
//! agree afterwards; where the cluster refuses, the model has to, with the same error number.
//!
//! The lines are in test/live/commands.txt, the outcome in test/live/record-VERSION.json. Run with
//! `CRUSHLAB_RECORD=1` the test writes the record anew, and test/golden/commands/VERSION with it;
//! `CRUSHLAB_JUDGE` names the root of a system with another release of Ceph.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::fs;

use crushlab_monitor::config::Context;
use crushlab_osdmap::{OsdMap, Pool};
use live_support::cluster::{LiveCluster, Shape, is_live};
use live_support::compare::{differences, digest, same_temps};
use live_support::judge::Judge;
use live_support::predict::{context, event_of, folder, lines, predict};

const OSDS: usize = 8;
const RECORD: &str = "CRUSHLAB_LIVE=1 CRUSHLAB_RECORD=1 cargo test -p crushlab-plan --test live";

/// Outcome of one line.
struct Outcome {
    line: String,
    /// The error number of the cluster's answer.
    errno: i32,
    /// Digest of the cluster's map.
    digest: u32,
    differences: Vec<String>,
}

#[test]
fn every_command_does_to_the_model_what_it_does_to_a_cluster() {
    if !is_live() {
        return;
    }
    let cluster = LiveCluster::start(Shape { osds: OSDS, ..Shape::default() });
    let start = cluster.map();
    let mut session = Session { latest: start.clone(), cluster, context: context() };
    let mut outcomes = Vec::new();
    let version = Judge::from_environment().version().expect("a version");
    for line in lines(&version) {
        let outcome = session.run(&line);
        // Said at once: a run takes minutes.
        for difference in &outcome.differences {
            println!("{line}: {difference}");
        }
        outcomes.push(outcome);
    }
    if std::env::var_os("CRUSHLAB_RECORD").is_some() {
        keep(&start, &outcomes);
    }
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.differences.is_empty())
        .map(|outcome| format!("{}\n    {}", outcome.line, outcome.differences.join("\n    ")))
        .collect();
    let count = outcomes.len();
    println!("{count} lines, {} refused, {} different", refused(&outcomes), failed.len());
    assert!(failed.is_empty(), "{} of {count} differ:\n{}", failed.len(), failed.join("\n"));
}

fn refused(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.errno != 0).count()
}

/// A cluster, and the map that it had last.
struct Session {
    cluster: LiveCluster,
    latest: OsdMap,
    context: Context,
}

impl Session {
    /// Runs a line: a command, or with `!` in front something that happens without one.
    fn run(&mut self, line: &str) -> Outcome {
        let predicted = predict(&self.latest, line, &self.context);
        let (errno, message) = match event_of(line) {
            Some((kind, osd)) => {
                let happened = self.make_happen(kind, osd);
                (if happened { 0 } else { -1 }, "it did not happen in time".to_owned())
            }
            None => {
                let answer = self.cluster.ceph(line);
                (answer.errno, answer.message)
            }
        };
        let mut outcome =
            Outcome { line: line.to_owned(), errno, digest: 0, differences: Vec::new() };
        match predicted {
            Ok(map) if errno == 0 => {
                (outcome.digest, outcome.differences) = self.compare_with_any(line, &map);
            }
            Ok(_) => {
                outcome.differences = vec![format!("the cluster refused ({errno}): {message}")];
                self.latest = self.cluster.map();
            }
            Err((predicted, _)) if predicted == errno => outcome.digest = digest(&self.latest),
            Err((predicted, own)) => {
                let said = format!("refused ({predicted}: {own}), the cluster {errno}: {message}");
                outcome.differences = vec![said];
                self.latest = self.cluster.map();
            }
        }
        outcome
    }

    /// `settle` waits for the managers, `clean` until all PGs are active+clean; `kill 3` ends an
    /// OSD's daemon, `out 3` waits until it is out, `revive 3` starts it again, `boot 3` waits
    /// until one that lives is up again. Returns whether it happened in time.
    fn make_happen(&mut self, kind: &str, osd: i32) -> bool {
        match kind {
            "kill" => self.cluster.kill_osd(osd),
            "revive" => self.cluster.daemon("ceph-osd", &osd.to_string()),
            // At any other time an OSD stays in for ten minutes, longer than a run takes.
            "out" => self.cluster.set_down_out_interval_seconds(1),
            _ => {}
        }
        let is_settled =
            |pool: &Pool| pool.pg_num == pool.pg_num_target && pool.pgp_num == pool.pgp_num_target;
        let happened = self.cluster.wait_for(|cluster| {
            if kind == "clean" {
                return cluster.is_clean();
            }
            let map = cluster.map();
            match kind {
                "settle" => map.pools.values().all(is_settled),
                "kill" => !map.is_up(osd),
                "out" => !map.is_in(osd),
                _ => map.is_up(osd),
            }
        });
        if kind == "out" {
            self.cluster.set_down_out_interval_seconds(600);
        }
        happened
    }

    /// Compares with the latest map, and if that differs with those since the command: OSDs change
    /// the map meanwhile, too.
    fn compare_with_any(&mut self, line: &str, predicted: &OsdMap) -> (u32, Vec<String>) {
        let before = self.latest.epoch;
        self.latest = self.cluster.map();
        let found = compare(line, predicted, &self.latest);
        if found.is_empty() {
            return (digest(&self.latest), found);
        }
        for epoch in before..self.latest.epoch {
            let map = self.cluster.map_at(&epoch.to_string());
            if compare(line, predicted, &map).is_empty() {
                return (digest(&map), Vec::new());
            }
        }
        (digest(&self.latest), found)
    }
}

/// Differences between two maps; what the OSDs themselves change in between is left out, unless
/// the command was about it.
fn compare(line: &str, predicted: &OsdMap, real: &OsdMap) -> Vec<String> {
    let mut found = differences(predicted, real);
    let pg = line.split(' ').nth(3).filter(|_| line.contains("-temp "));
    let is_same = |pg: &str| same_temps(predicted, real, pg.parse().expect("a PG id"));
    if pg.is_some_and(|pg| !is_same(pg)) {
        found.push("temporary OSDs differ".to_owned());
    }
    found
}

/// Writes the record, and what the replay needs.
fn keep(start: &OsdMap, outcomes: &[Outcome]) {
    let version = Judge::from_environment().version().expect("a version");
    let record_name = format!("record-{version}.json");
    fs::write(folder("live").join(record_name), record(&version, outcomes)).expect("the record");
    let golden = folder("golden/commands").join(&version);
    fs::create_dir_all(&golden).expect("a folder");
    fs::write(golden.join("start.osdmap"), start.to_binary()).expect("the first map");
    fs::write(golden.join("steps.json"), steps(&version, outcomes)).expect("the steps");
}

fn record(version: &str, outcomes: &[Outcome]) -> String {
    let equal = outcomes.iter().filter(|outcome| outcome.differences.is_empty()).count();
    let lines: Vec<serde_json::Value> = outcomes
        .iter()
        .map(|outcome| {
            let is_equal = outcome.differences.is_empty();
            let (line, errno) = (&outcome.line, outcome.errno);
            serde_json::json!({ "command": line, "errno": errno, "equal": is_equal })
        })
        .collect();
    let record = serde_json::json!({
        "made_by": RECORD,
        "ceph": version,
        "osds": OSDS,
        "lines_total": outcomes.len(),
        "lines_equal": equal,
        "lines_refused_by_both": refused(outcomes),
        "lines": lines,
    });
    format!("{record:#}\n")
}

/// What the cluster answered and had, for machines without one.
fn steps(version: &str, outcomes: &[Outcome]) -> String {
    let steps: Vec<serde_json::Value> = outcomes
        .iter()
        .map(|outcome| {
            let (line, errno, digest) = (&outcome.line, outcome.errno, outcome.digest);
            serde_json::json!({ "line": line, "errno": errno, "digest": digest })
        })
        .collect();
    let steps = serde_json::json!({
        "made_by": RECORD,
        "ceph": version,
        "steps": steps,
    });
    format!("{steps:#}\n")
}
