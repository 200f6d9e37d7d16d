//! `crushlab snapshot` against a real cluster: its file holds the map of the epoch byte for byte,
//! and the PGs that the cluster recorded are where the map has them.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::path::{Path, PathBuf};
use std::process::Command;

use crushlab_osdmap::{Cluster, Input, PgWorkspace, PoolMapper};
use live_support::cluster::{LiveCluster, Shape, is_live};

/// The command line as it is shipped; nothing, and said, where it is not built.
fn command_line() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist/cli.js");
    if !path.exists() {
        println!("SKIPPED: dist/cli.js is missing: npm run build makes it");
        return None;
    }
    Some(path)
}

/// Lines for clusters since a release, by its number: what only these have.
const OWN_LINES: [(u8, &str); 7] = [
    (0, "ceph osd erasure-code-profile set two-one k=2 m=1"),
    (0, "ceph osd pool create archive 16 16 erasure two-one"),
    (18, "ceph osd set-require-min-compat-client reef"),
    (20, "ceph osd set-require-min-compat-client squid"),
    (
        20,
        "ceph osd erasure-code-profile set two-each k=4 m=2 crush-num-failure-domains=3 \
     crush-osds-per-failure-domain=2",
    ),
    (20, "ceph osd pool create pairs 16 16 erasure two-each"),
    (20, "ceph osd pool set archive allow_ec_optimizations true"),
];

/// What is asked of the one file, each as it is typed, with the file in place of `FILE`.
const QUESTIONS: [&[&str]; 9] = [
    &["whatif", "FILE", "--run", "ceph osd out 3"],
    &["sweep", "FILE"],
    &["pgs", "FILE", "--check"],
    &["map", "FILE", "acme", "object"],
    &["tree", "FILE"],
    &["distribution", "FILE"],
    &["capacity", "FILE"],
    &["balance", "FILE"],
    &["pgnum", "FILE"],
];

/// Asks every question of a snapshot; the answers are JSON.
fn ask_all(cluster: &LiveCluster, command_line: &Path) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("snapshot.json");
    let taken = snapshot_bytes(cluster, command_line, &[]);
    std::fs::write(&file, taken).expect("a file");
    for question in QUESTIONS {
        let words = question.iter().map(|word| match *word {
            "FILE" => file.as_os_str(),
            word => word.as_ref(),
        });
        let mut command = Command::new("node");
        let output = command.arg(command_line).args(words).arg("--json").output().expect("node");
        let message = String::from_utf8_lossy(&output.stderr);
        // 1 says that something was found, as after diff.
        let answered = matches!(output.status.code(), Some(0 | 1));
        assert!(answered, "{question:?}: {:?} {message}", output.status);
        let answer = serde_json::from_slice::<serde_json::Value>(&output.stdout);
        assert!(answer.is_ok_and(|answer| answer.is_object()), "{question:?}: {message}");
    }
}

/// The file that a snapshot is written to, as it is read back.
fn snapshot(cluster: &LiveCluster, command_line: &Path, more: &[&str]) -> Cluster {
    let bytes = snapshot_bytes(cluster, command_line, more);
    let input = Input { name: "snapshot", bytes: &bytes };
    Cluster::load(&[input]).unwrap_or_else(|error| panic!("{error}")).cluster
}

fn snapshot_bytes(cluster: &LiveCluster, command_line: &Path, more: &[&str]) -> Vec<u8> {
    let ceph = format!("{} -c '{}'", cluster.words("ceph").join(" "), cluster.seen("ceph.conf"));
    let mut command = Command::new("node");
    command.arg(command_line).args(["snapshot", "--ceph", &ceph, "-o", "-"]).args(more);
    let output = command.output().expect("node");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    output.stdout
}

#[test]
fn a_snapshot_is_the_cluster_as_it_is() {
    let (true, Some(command_line)) = (is_live(), command_line()) else { return };
    let mut live = LiveCluster::start(Shape { osds: 6, ..Shape::default() });
    live.must("ceph osd pool create acme 32 32 replicated");
    for line in OWN_LINES.iter().filter(|(first, _)| live.map().require_osd_release >= *first) {
        live.must(line.1);
    }
    live.must("ceph osd set noout");
    live.kill_osd(5);
    assert!(live.wait_for(|live| !live.map().is_up(5)), "osd.5 stays up");
    let is_told = |live: &LiveCluster| {
        let dump = live.json("ceph pg dump pgs");
        let pgs = dump["pg_stats"].as_array().cloned().unwrap_or_default();
        let is_on = |sets: &serde_json::Value| {
            sets.as_array().is_some_and(|osds| osds.iter().any(|osd| osd == 5))
        };
        pgs.len() >= 32 && pgs.iter().all(|pg| !is_on(&pg["up"]) && !is_on(&pg["acting"]))
    };
    assert!(live.wait_for(is_told), "the managers do not hear of osd.5");

    let taken = snapshot(&live, &command_line, &[]);
    let map = live.map_at(&taken.map.epoch.to_string());
    assert_eq!(taken.map.to_binary(), map.to_binary());
    assert!(taken.missing().is_empty(), "{:?}", taken.missing());
    // osd.5 may have ended before it told its size.
    let unexpected = taken.warnings.iter().find(|warning| warning.code != "osd_sizes_unknown");
    assert_eq!(unexpected, None);
    assert!(taken.recorded_at.is_some());
    let crush = map.crush.map().expect("a sound CRUSH map");
    let mut workspace = PgWorkspace::new();
    for (pg, stats) in &taken.pgs {
        let mapper = PoolMapper::new(&map, &crush, pg.pool).expect("a pool");
        let found = mapper.map_pg(pg.seed, &mut workspace);
        assert_eq!((found.up, found.acting), (&*stats.up, &*stats.acting), "{pg}");
    }

    let anonymous = snapshot(&live, &command_line, &["--anonymize"]);
    assert_eq!(anonymous.map.pools.values().filter(|pool| pool.name == "acme").count(), 0);
    assert_eq!((anonymous.map.fsid, anonymous.pgs.len()), ([0; 16], taken.pgs.len()));
    ask_all(&live, &command_line);
}
