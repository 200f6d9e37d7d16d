//! Every command against a real cluster: it and the model get the same line, and their maps must
//! agree afterwards; where the cluster refuses, the model has to, with the same error number.
//!
//! The lines are in test/live/commands.txt, the outcome in test/live/record.json. Run with
//! `CRUSHLAB_RECORD=1` the test writes the record anew.

mod live_support;

use std::fs;
use std::path::PathBuf;
use std::process::Command as Process;

use crushlab_osdmap::{OsdMap, Pool};
use crushlab_plan::command::{Command, apply};
use crushlab_plan::config::{AutoscaleMode, Config, Context};
use crushlab_plan::event::{self, Downtime};
use crushlab_plan::staging;
use live_support::cluster::{LiveCluster, missing_program};
use live_support::compare::{differences, same_temps};

const OSDS: usize = 8;

/// Outcome of one line.
struct Outcome {
    line: String,
    /// The error number of the cluster's answer.
    errno: i32,
    differences: Vec<String>,
}

#[test]
fn every_command_does_to_the_model_what_it_does_to_a_cluster() {
    if let Some(program) = missing_program() {
        println!("SKIPPED: {program} is not installed (Debian: ceph-mon, ceph-mgr, ceph-osd)");
        return;
    }
    let lines = fs::read_to_string(folder().join("commands.txt")).expect("the commands");
    let lines = lines.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let cluster = LiveCluster::start(OSDS);
    let mut session = Session { latest: cluster.map(), cluster, context: context() };
    let outcomes: Vec<Outcome> = lines.map(|line| session.run(line)).collect();
    if std::env::var_os("CRUSHLAB_RECORD").is_some() {
        fs::write(folder().join("record.json"), record(&outcomes)).expect("the record");
    }
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.differences.is_empty())
        .map(|outcome| format!("{}\n    {}", outcome.line, outcome.differences.join("\n    ")))
        .collect();
    let count = outcomes.len();
    println!("{count} commands, {} refused, {} different", refused(&outcomes), failed.len());
    assert!(failed.is_empty(), "{} of {count} differ:\n{}", failed.len(), failed.join("\n"));
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/live")
}

/// The settings of the cluster that differ from Ceph's own.
fn context() -> Context {
    let config = Config {
        mon_allow_pool_delete: true,
        osd_pool_default_pg_autoscale_mode: AutoscaleMode::Off,
        mon_osd_down_out_interval_seconds: 3,
        ..Config::default()
    };
    Context { config, ..Context::default() }
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
        let (errno, differences) = match line.strip_prefix('!') {
            Some(event) => (0, self.event(event)),
            None => self.command(line),
        };
        Outcome { line: line.to_owned(), errno, differences }
    }

    fn command(&mut self, line: &str) -> (i32, Vec<String>) {
        let answer = self.cluster.ceph(line);
        let errno = answer.errno;
        let differences = match predict(&self.latest, line, &self.context) {
            Ok(map) if errno == 0 => self.compare_with_any(line, &map),
            Ok(_) => vec![format!("the cluster refused ({errno}): {}", answer.message)],
            Err((predicted, _)) if predicted == errno => Vec::new(),
            Err((predicted, message)) => {
                let said = answer.message;
                vec![format!("refused ({predicted}: {message}), the cluster {errno}: {said}")]
            }
        };
        (errno, differences)
    }

    /// `settle` waits for the managers, `kill 3` ends an OSD's daemon, `out 3` waits until it is
    /// out, `revive 3` starts it again, `boot 3` waits until one that lives is up again.
    fn event(&mut self, event: &str) -> Vec<String> {
        let osd: i32 =
            event.split_once(' ').map_or(-1, |(_, osd)| osd.parse().expect("an OSD's number"));
        let predicted = match event.split(' ').next() {
            Some("settle") => {
                let steps = staging::settle(&self.latest, &self.context);
                let is_settled = |pool: &Pool| {
                    pool.pg_num == pool.pg_num_target && pool.pgp_num == pool.pgp_num_target
                };
                self.cluster
                    .wait_for(event, |cluster| cluster.map().pools.values().all(is_settled));
                steps.last().map_or_else(|| self.latest.clone(), |step| step.map.clone())
            }
            Some("kill") => {
                self.cluster.kill_osd(osd);
                self.cluster.wait_for(event, |cluster| !cluster.map().is_up(osd));
                event::fail(&self.latest, &[osd], &self.context).map
            }
            Some("out") => {
                self.cluster.wait_for(event, |cluster| !cluster.map().is_in(osd));
                let day = 86_400;
                event::pass_time(&self.latest, &Downtime::default(), day, &self.context).map
            }
            Some(kind @ ("revive" | "boot")) => {
                if kind == "revive" {
                    self.cluster.daemon("ceph-osd", &osd.to_string());
                }
                self.cluster.wait_for(event, |cluster| cluster.map().is_up(osd));
                event::recover(&self.latest, &[osd], &self.context).map
            }
            _ => panic!("!{event}: unknown"),
        };
        self.compare_with_any(event, &predicted)
    }

    /// Compares with the latest map, and if that differs with those since the command: OSDs change
    /// the map meanwhile, too.
    fn compare_with_any(&mut self, line: &str, predicted: &OsdMap) -> Vec<String> {
        let before = self.latest.epoch;
        self.latest = self.cluster.map();
        let found = compare(line, predicted, &self.latest);
        if found.is_empty() {
            return found;
        }
        let is_equal = |epoch: u32| {
            compare(line, predicted, &self.cluster.map_at(&epoch.to_string())).is_empty()
        };
        if (before..self.latest.epoch).any(is_equal) { Vec::new() } else { found }
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

/// The map after a line, or the error number and the message.
fn predict(map: &OsdMap, line: &str, context: &Context) -> Result<OsdMap, (i32, String)> {
    const EINVAL: i32 = 22;
    let command = Command::parse(line).map_err(|error| (EINVAL, error.to_string()))?;
    let applied = apply(map, &command, context)
        .map_err(|refusal| (refusal.errno.number(), refusal.message))?;
    Ok(applied.map)
}

fn record(outcomes: &[Outcome]) -> String {
    let text = |program: &str, argument: &str| {
        let output = Process::new(program).arg(argument).output().expect("a program");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let equal = outcomes.iter().filter(|outcome| outcome.differences.is_empty()).count();
    let commands: Vec<serde_json::Value> = outcomes
        .iter()
        .map(|outcome| {
            serde_json::json!({
                "command": outcome.line,
                "errno": outcome.errno,
                "equal": outcome.differences.is_empty(),
            })
        })
        .collect();
    let record = serde_json::json!({
        "made_by": "CRUSHLAB_RECORD=1 cargo test -p crushlab-plan --test live",
        "date": text("date", "-I"),
        "ceph": text("ceph", "--version"),
        "osds": OSDS,
        "commands_total": outcomes.len(),
        "commands_equal": equal,
        "commands_refused_by_both": refused(outcomes),
        "commands": commands,
    });
    format!("{record:#}\n")
}
