//! The autoscaler and the monitors of a real cluster on many set-ups of pools
//! (`test/live/pg-num.txt`): each recommendation, and each refusal of a number of PGs, is the
//! predicted one.
//!
//! `CRUSHLAB_LIVE=1` asks a cluster; with `CRUSHLAB_RECORD=1` its answers become
//! `test/golden/pg_num/VERSION`, which every run compares with.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crushlab_monitor::command::{Command, apply};
use crushlab_monitor::config::{AutoscaleMode, Config, Context};
use crushlab_osdmap::{Cluster, Input, OsdMap};
use crushlab_plan::pg_num::autoscaler::{AutoscalerAdvice, AutoscalerSettings, autoscaler};
use live_support::cluster::{LiveCluster, Shape, is_live};
use live_support::judge::Judge;
use serde_json::{Value, json};

const RECORD: &str =
    "CRUSHLAB_LIVE=1 CRUSHLAB_RECORD=1 cargo test -p crushlab-plan --test pg_num_live";
const REEF: u8 = 18;
const TENTACLE: u8 = 20;
/// Versions whose answers are kept. The managers that Debian has of 18.2.7 load no modules.
const VERSIONS: [&str; 2] = ["16.2.15", "20.2.4"];
/// mon_max_pg_per_osd while the monitor is asked.
const MON_MAX_PG_PER_OSD: u32 = 20;
/// Time in which the managers have to count what was written, and to agree.
const AGREE_LIMIT: Duration = Duration::from_secs(60);

/// A set-up: its name and its lines.
struct Setup {
    name: String,
    lines: Vec<String>,
}

fn test_folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test").join(name)
}

fn setups() -> Vec<Setup> {
    let text = fs::read_to_string(test_folder("live/pg-num.txt")).expect("the set-ups");
    let mut setups: Vec<Setup> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            let name = name.trim_end_matches(']').to_owned();
            setups.push(Setup { name, lines: Vec::new() });
        } else if !line.is_empty() && !line.starts_with('#') {
            setups.last_mut().expect("a name before the lines").lines.push(line.to_owned());
        }
    }
    setups
}

/// What a cluster knew and said at one time.
struct Seen {
    map: Vec<u8>,
    df: Value,
    osd_df: Value,
    status: Value,
}

impl Seen {
    fn of(cluster: &LiveCluster) -> Seen {
        let status = cluster.json("ceph osd pool autoscale-status");
        let df = cluster.json("ceph df detail");
        let osd_df = cluster.json("ceph osd df");
        let (pools, nodes) = (list(&df["pools"]), list(&osd_df["nodes"]));
        let pool = |pool: &Value| json!({"id": pool["id"], "stats": kept(&pool["stats"])});
        Seen {
            map: cluster.map().to_binary(),
            df: json!({"stats": {}, "pools": pools.iter().map(pool).collect::<Vec<_>>()}),
            osd_df: json!({"summary": {}, "nodes": nodes.iter().map(size).collect::<Vec<_>>()}),
            status,
        }
    }

    fn cluster(&self) -> Cluster {
        let (df, osd_df) = (self.df.to_string(), self.osd_df.to_string());
        let inputs = [
            Input { name: "map", bytes: &self.map },
            Input { name: "df", bytes: df.as_bytes() },
            Input { name: "osd df", bytes: osd_df.as_bytes() },
        ];
        Cluster::load(&inputs).expect("files of a cluster").cluster
    }

    /// Where prediction and status differ.
    fn differences(&self, target_pgs_per_osd: u64) -> Vec<String> {
        let cluster = self.cluster();
        let own = match cluster.map.require_osd_release {
            TENTACLE.. => AutoscalerSettings::TENTACLE,
            REEF.. => AutoscalerSettings::REEF,
            _ => AutoscalerSettings::PACIFIC,
        };
        let settings = AutoscalerSettings { target_pgs_per_osd, ..own };
        let mut rows = list(&self.status);
        rows.sort_by_key(|row| row["pool_id"].as_i64());
        let mut said = Vec::new();
        for (id, advice) in autoscaler(&cluster, &settings) {
            let advice = advice.ok().map(|advice| columns(&cluster, id, &advice));
            said.extend(advice);
        }
        let rows: Vec<Value> = rows.iter().map(of_status).collect();
        let pairs = said.iter().zip(&rows).filter(|(own, theirs)| !is_same(own, theirs));
        let mut found: Vec<String> = pairs.map(|(own, row)| format!("{own} is {row}")).collect();
        if said.len() != rows.len() {
            found.push(format!("{} pools, the cluster has {}", said.len(), rows.len()));
        }
        found
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn kept(stats: &Value) -> Value {
    json!({
        "stored": stats["stored"],
        "objects": stats["objects"],
        "bytes_used": stats["bytes_used"],
    })
}

fn size(node: &Value) -> Value {
    json!({
        "id": node["id"],
        "kb": node["kb"],
        "kb_used": node["kb_used"],
        "kb_avail": node["kb_avail"],
    })
}

/// The columns of `ceph osd pool autoscale-status` that are compared.
fn columns(cluster: &Cluster, id: i64, advice: &AutoscalerAdvice) -> Value {
    let pool = &cluster.map.pools[&id];
    json!({
        "pool_name": pool.name,
        "crush_root_id": advice.crush_root_id,
        "pg_num_target": pool.pg_num_target,
        "subtree_capacity": advice.subtree_capacity_bytes,
        "raw_used_rate": f64::from(advice.raw_used_rate),
        "raw_used": advice.raw_used_bytes,
        "effective_target_ratio": advice.effective_target_ratio,
        "capacity_ratio": advice.capacity_ratio,
        "pg_num_ideal": advice.pg_num_ideal,
        "pg_num_final": advice.pg_num_final,
        "would_adjust": advice.would_adjust,
        "bias": advice.bias,
        "bulk": advice.is_bulk,
    })
}

fn of_status(row: &Value) -> Value {
    let names = [
        "pool_name",
        "crush_root_id",
        "pg_num_target",
        "subtree_capacity",
        "raw_used_rate",
        "raw_used",
        "effective_target_ratio",
        "capacity_ratio",
        "pg_num_ideal",
        "pg_num_final",
        "would_adjust",
        "bias",
        "bulk",
    ];
    names.into_iter().map(|name| (name.to_owned(), row[name].clone())).collect()
}

/// Whether all columns are the same; numbers may differ in their last digits.
fn is_same(own: &Value, theirs: &Value) -> bool {
    let (Some(own), Some(theirs)) = (own.as_object(), theirs.as_object()) else { return false };
    own.iter().all(|(name, value)| {
        let other = &theirs[name];
        match (value.as_f64(), other.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
            _ => value == other,
        }
    })
}

/// What the monitor's lines are predicted with.
fn monitor_context() -> Context {
    let config = Config {
        mon_max_pg_per_osd: MON_MAX_PG_PER_OSD,
        mon_allow_pool_delete: true,
        osd_pool_default_pg_autoscale_mode: AutoscaleMode::Off,
        ..Config::default()
    };
    Context { config, ..Context::default() }
}

/// The error number of a line, 0 for none, and the map after it.
fn predicted(map: &OsdMap, line: &str) -> (i32, OsdMap) {
    let command = Command::parse(line).expect("a command");
    match apply(map, &command, &monitor_context()) {
        Ok(applied) => (0, applied.map),
        Err(refusal) => (refusal.errno.number(), map.clone()),
    }
}

/// Runs a line of a set-up; keeps the target that it sets.
fn run(cluster: &LiveCluster, line: &str, target: &mut u64) {
    let words: Vec<&str> = line.split(' ').collect();
    if let ["stored", pool, bytes] = words[..] {
        let bytes: u64 = bytes.parse().expect("bytes");
        let is_counted = cluster.wait_for(|cluster| {
            let df = cluster.json("ceph df detail");
            let stats = list(&df["pools"]).into_iter().find(|one| one["name"] == pool);
            stats.is_some_and(|one| one["stats"]["stored"].as_u64() == Some(bytes))
        });
        assert!(is_counted, "{line}: not in time");
        return;
    }
    cluster.must(line);
    if line.contains("mon_target_pg_per_osd") {
        *target = words.last().and_then(|last| last.parse().ok()).expect("a target");
    }
}

/// Asks until prediction and status agree: the managers count now and then.
fn agreed(cluster: &LiveCluster, target: u64) -> (Seen, Vec<String>) {
    let end = Instant::now() + AGREE_LIMIT;
    loop {
        let seen = Seen::of(cluster);
        let differences = seen.differences(target);
        if differences.is_empty() || Instant::now() > end {
            return (seen, differences);
        }
    }
}

/// The folder of what clusters of a version said.
fn golden(version: &str) -> PathBuf {
    test_folder("golden/pg_num").join(version)
}

#[test]
fn a_cluster_says_what_is_predicted() {
    if !is_live() {
        return;
    }
    let cluster = LiveCluster::start(Shape::default());
    // It would change the pools whose mode is on while they are looked at.
    cluster.must("ceph config set mgr mgr/pg_autoscaler/sleep_interval 100000 --force");
    let answers = |cluster: &LiveCluster| cluster.ceph("ceph osd pool autoscale-status").errno == 0;
    assert!(cluster.wait_for(answers), "the manager's commands are not there in time");
    let mut target = AutoscalerSettings::PACIFIC.target_pgs_per_osd;
    let (mut recorded, mut failed, mut monitor) = (Vec::new(), Vec::new(), Value::Null);
    let version = Judge::from_environment().version().expect("a version");
    let folder = golden(&version);
    let records = std::env::var_os("CRUSHLAB_RECORD").is_some();
    if records {
        fs::create_dir_all(&folder).expect("a folder");
    }
    for (number, setup) in setups().iter().enumerate() {
        if setup.name == "monitor" {
            monitor = ask_monitor(&cluster, setup, records.then_some(&folder), &mut failed);
            continue;
        }
        setup.lines.iter().for_each(|line| run(&cluster, line, &mut target));
        let (seen, differences) = agreed(&cluster, target);
        println!("{}: {} pools, {differences:?}", setup.name, list(&seen.status).len());
        failed.extend(differences.into_iter().map(|text| format!("{}: {text}", setup.name)));
        let map = format!("{:02}.osdmap", number + 1);
        if records {
            fs::write(folder.join(&map), &seen.map).expect("a map");
        }
        recorded.push(json!({
            "name": setup.name,
            "lines": setup.lines,
            "map": map,
            "mon_target_pg_per_osd": target,
            "df": seen.df,
            "osd_df": seen.osd_df,
            "status": list(&seen.status).iter().map(with_id).collect::<Vec<_>>(),
        }));
    }
    if records {
        let all = json!({
            "made_by": RECORD, "ceph": version, "setups": recorded, "monitor": monitor,
        });
        fs::write(folder.join("setups.json"), format!("{all:#}\n")).expect("the record");
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn with_id(row: &Value) -> Value {
    let mut kept = of_status(row);
    kept["pool_id"] = row["pool_id"].clone();
    kept
}

/// Runs the monitor's lines on the pool `plain` alone.
fn ask_monitor(
    cluster: &LiveCluster,
    setup: &Setup,
    folder: Option<&PathBuf>,
    failed: &mut Vec<String>,
) -> Value {
    for pool in cluster.map().pools.values().filter(|pool| pool.name != "plain") {
        let name = &pool.name;
        cluster.must(&format!("ceph osd pool rm {name} {name} --yes-i-really-really-mean-it"));
    }
    cluster.must("ceph osd pool set plain pg_autoscale_mode off");
    cluster.must("ceph osd pool set plain pg_num_min 1");
    cluster.must("ceph osd pool set plain pg_num 8");
    cluster.must("ceph osd in 1");
    let is_settled = cluster.wait_for(|cluster| {
        cluster.map().pools.values().all(|pool| pool.pg_num == 8 && pool.pgp_num == 8)
    });
    assert!(is_settled, "plain has not 8 PGs in time");
    cluster.must(&format!("ceph config set global mon_max_pg_per_osd {MON_MAX_PG_PER_OSD}"));
    let start = cluster.map();
    let mut lines = Vec::new();
    for line in &setup.lines {
        let (own, _) = predicted(&cluster.map(), line);
        let answer = cluster.ceph(line);
        println!("{line}: {} {}", answer.errno, answer.message);
        if own != answer.errno {
            failed.push(format!("{line}: {own} is {}: {}", answer.errno, answer.message));
        }
        lines.push(json!({"line": line, "errno": answer.errno, "message": answer.message}));
    }
    if let Some(folder) = folder {
        fs::write(folder.join("monitor.osdmap"), start.to_binary()).expect("a map");
    }
    let most = MON_MAX_PG_PER_OSD;
    json!({"map": "monitor.osdmap", "mon_max_pg_per_osd": most, "lines": lines})
}

fn recorded(version: &str) -> Value {
    let text = fs::read(golden(version).join("setups.json")).expect("the record");
    serde_json::from_slice(&text).expect("JSON")
}

fn recorded_map(version: &str, name: &Value) -> Vec<u8> {
    let name = name.as_str().expect("a name");
    fs::read(golden(version).join(name)).expect("a map")
}

#[test]
fn what_a_cluster_said_is_predicted() {
    for version in VERSIONS {
        let setups = list(&recorded(version)["setups"]);
        for setup in &setups {
            let seen = Seen {
                map: recorded_map(version, &setup["map"]),
                df: setup["df"].clone(),
                osd_df: setup["osd_df"].clone(),
                status: setup["status"].clone(),
            };
            let target = setup["mon_target_pg_per_osd"].as_u64().expect("a target");
            assert_eq!(seen.differences(target), [""; 0], "{version}, {}", setup["name"]);
        }
        assert!(setups.len() >= 12, "{version}: {} set-ups", setups.len());
        let rows = setups.iter().map(|setup| list(&setup["status"]).len()).sum::<usize>();
        assert!(rows >= 60, "{version}: {rows} rows");
    }
}

#[test]
fn what_a_monitor_refused_is_predicted() {
    for version in VERSIONS {
        let monitor = &recorded(version)["monitor"];
        let map = recorded_map(version, &monitor["map"]);
        let mut map = OsdMap::from_binary(&map).expect("a map");
        let mut refused = 0;
        for entry in list(&monitor["lines"]) {
            let line = entry["line"].as_str().expect("a line");
            let (errno, after) = predicted(&map, line);
            assert_eq!(Some(i64::from(errno)), entry["errno"].as_i64(), "{version}: {line}");
            refused += i32::from(errno != 0);
            map = after;
        }
        // Monitors since Quincy count the pools of one rule only, and refuse less.
        assert!(refused >= 4, "{version}: {refused} refusals");
    }
}
