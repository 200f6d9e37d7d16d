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

/// The file that a snapshot is written to, as it is read back.
fn snapshot(cluster: &LiveCluster, command_line: &Path, more: &[&str]) -> Cluster {
    let configuration = cluster.path("ceph.conf").display().to_string();
    let ceph = format!("ceph -c '{configuration}'");
    let mut command = Command::new("node");
    command.arg(command_line).args(["snapshot", "--ceph", &ceph, "-o", "-"]).args(more);
    let output = command.output().expect("node");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    let input = Input { name: "snapshot", bytes: &output.stdout };
    Cluster::load(&[input]).unwrap_or_else(|error| panic!("{error}")).cluster
}

#[test]
fn a_snapshot_is_the_cluster_as_it_is() {
    let (true, Some(command_line)) = (is_live(), command_line()) else { return };
    let mut live = LiveCluster::start(Shape { osds: 6, ..Shape::default() });
    live.must("ceph osd pool create acme 32 32 replicated");
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
}
