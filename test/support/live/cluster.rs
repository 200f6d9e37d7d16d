//! A throw-away cluster: one monitor, one manager and some OSDs that store in memory. Everything is
//! in a temporary directory, and all daemons end with the value that stands for them.

use std::cell::RefCell;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crushlab_osdmap::{Cluster, Input, OsdMap, PgId, PgWorkspace, PoolMapper};
use tempfile::TempDir;

use super::judge::Judge;
use super::session::{Answer, Session};

/// Time after which what is waited for counts as failed.
const WAIT_LIMIT: Duration = Duration::from_secs(120);

/// The programs that a cluster needs.
const PROGRAMS: [&str; 5] = ["ceph-mon", "ceph-mgr", "ceph-osd", "ceph", "monmaptool"];

/// Whether live tests run: they are asked for with `CRUSHLAB_LIVE=1`, as `.ci/run` does. Where they
/// do not run this says so. `CRUSHLAB_JUDGE` names the root of a system with another release.
pub(crate) fn is_live() -> bool {
    let judge = Judge::from_environment();
    let missing = PROGRAMS.into_iter().find(|program| judge.find(program).is_none());
    if let Some(program) = missing {
        println!("SKIPPED: {program} is not installed (Debian: ceph-mon, ceph-mgr, ceph-osd)");
    } else if std::env::var_os("CRUSHLAB_LIVE").is_none() {
        println!("SKIPPED: live tests start clusters, and are asked for with CRUSHLAB_LIVE=1");
    } else {
        return true;
    }
    false
}

/// What a cluster is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// How many OSDs.
    pub(crate) osds: usize,
    /// OSDs of each host.
    pub(crate) osds_per_host: usize,
    /// Hosts of each rack.
    pub(crate) hosts_per_rack: usize,
    /// Size of each OSD.
    pub(crate) device_bytes: u64,
    /// More lines of the configuration, each `name = value`.
    pub(crate) settings: &'static [&'static str],
}

impl Default for Shape {
    fn default() -> Shape {
        let device_bytes = 1 << 30;
        Shape { osds: 8, osds_per_host: 2, hosts_per_rack: 2, device_bytes, settings: &[] }
    }
}

/// A running cluster.
pub(crate) struct LiveCluster {
    judge: Judge,
    folder: TempDir,
    shape: Shape,
    daemons: Vec<(String, Child)>,
    session: RefCell<Session>,
}

impl LiveCluster {
    /// Starts a cluster; its OSDs are up when this returns.
    pub(crate) fn start(shape: Shape) -> LiveCluster {
        let judge = Judge::from_environment();
        let folder = judge.workplace().expect("a temporary directory");
        let monitor = format!("[v2:127.0.0.1:{},v1:127.0.0.1:{}]", free_port(), free_port());
        write_configuration(&judge, &folder, &monitor, shape);
        let session = RefCell::new(Session::start(&judge, folder.path()));
        let mut cluster = LiveCluster { judge, folder, shape, daemons: Vec::new(), session };
        cluster.start_monitor(&monitor);
        // The manager's modules must not make pools or maps of their own.
        cluster.must("ceph config set mgr mgr/devicehealth/enable_monitoring false --force");
        cluster.must("ceph config set mgr mgr/balancer/active false --force");
        cluster.daemon("ceph-mgr", "x");
        for osd in 0..shape.osds {
            cluster.start_osd(osd);
        }
        let osds = 0..i32::try_from(shape.osds).expect("few OSDs");
        let all_up = cluster.wait_for(|cluster| {
            let map = cluster.map();
            osds.clone().all(|osd| map.is_up(osd))
        });
        assert!(all_up, "OSDs are not up within {} s", WAIT_LIMIT.as_secs());
        cluster
    }

    fn start_monitor(&mut self, monitor: &str) {
        let monmap = self.seen("monmap");
        let made = ["--create", "--fsid", FSID, "--addv", "a", monitor, &monmap];
        self.tool("monmaptool", &made);
        self.tool("ceph-mon", &["--mkfs", "-i", "a", "--monmap", &monmap]);
        self.daemon("ceph-mon", "a");
    }

    fn start_osd(&mut self, osd: usize) {
        let uuid = format!("00000000-0000-4000-8000-{osd:012}");
        let host = osd / self.shape.osds_per_host;
        let rack = host / self.shape.hosts_per_rack;
        self.must(&format!("ceph osd new {uuid}"));
        let place = format!("host=host{host} rack=rack{rack} root=default");
        self.must(&format!("ceph osd crush add osd.{osd} 1.0 {place}"));
        let id = osd.to_string();
        fs::create_dir_all(self.path("osd").join(&id)).expect("a directory");
        self.tool("ceph-osd", &["-i", &id, "--mkfs", "--osd-uuid", &uuid]);
        self.daemon("ceph-osd", &id);
    }

    /// A file of the cluster, such as `ceph.conf`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path of a file as the cluster's own programs have to be told it.
    pub(crate) fn seen(&self, name: &str) -> String {
        self.judge.seen(&self.path(name))
    }

    /// The words that run a program of the cluster's release.
    pub(crate) fn words(&self, program: &str) -> Vec<String> {
        self.judge.words(program)
    }

    /// Runs a tool that has to succeed.
    fn tool(&self, program: &str, arguments: &[&str]) {
        let mut command = self.judge.command(program);
        command.args(arguments).env("CEPH_CONF", self.seen("ceph.conf"));
        let output = command.output().expect("timeout of coreutils");
        let message = String::from_utf8_lossy(&output.stderr);
        let start: String = message.chars().take(2000).collect();
        assert!(output.status.success(), "{program} {arguments:?}: {start}");
    }

    /// Starts a daemon in the foreground, so that it can be ended by its handle. It ends with the
    /// test in any case, however that ends.
    pub(crate) fn daemon(&mut self, program: &str, id: &str) {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).args(self.words(program)).args(["-f", "-i", id]);
        command.env("CEPH_CONF", self.seen("ceph.conf")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
        self.daemons.push((format!("{program}.{id}"), child));
    }

    /// Ends an OSD's daemon, as a failure would.
    pub(crate) fn kill_osd(&mut self, osd: i32) {
        let name = format!("ceph-osd.{osd}");
        let position = self.daemons.iter().position(|(other, _)| *other == name);
        let (_, mut child) = self.daemons.remove(position.expect("an OSD that runs"));
        child.kill().expect("a daemon that can be ended");
        child.wait().expect("a daemon that has ended");
    }

    /// Runs a line such as `ceph osd out 3`.
    pub(crate) fn ceph(&self, line: &str) -> Answer {
        self.session.borrow_mut().run(line)
    }

    /// Runs a line that has to succeed; returns what it put out.
    pub(crate) fn must(&self, line: &str) -> Vec<u8> {
        let answer = self.ceph(line);
        assert_eq!(answer.errno, 0, "{line}: {}", answer.message);
        answer.output
    }

    /// What a line that has to succeed puts out with `-f json`.
    pub(crate) fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_slice(&self.must(&format!("{line} -f json"))).expect("JSON")
    }

    /// Sets for how long an OSD may be down before it goes out.
    pub(crate) fn set_down_out_interval_seconds(&self, seconds: u32) {
        self.must(&format!("ceph config set mon mon_osd_down_out_interval {seconds}"));
    }

    /// The OSDMap as it is.
    pub(crate) fn map(&self) -> OsdMap {
        self.map_at("")
    }

    /// The OSDMap of an epoch.
    pub(crate) fn map_at(&self, epoch: &str) -> OsdMap {
        let bytes = self.must(&format!("getmap {epoch}"));
        OsdMap::from_binary(&bytes).expect("a map that can be read")
    }

    /// The map, and what the cluster counted in its PGs.
    pub(crate) fn counted(&self) -> Cluster {
        let pgs = self.must("ceph pg dump -f json");
        let map = self.must("getmap");
        let inputs = [Input { name: "osdmap", bytes: &map }, Input { name: "pgs", bytes: &pgs }];
        Cluster::load(&inputs).expect("what a cluster says of itself").cluster
    }

    /// Whether all PGs are active+clean on the OSDs that shall hold them, and the managers know.
    pub(crate) fn is_clean(&self) -> bool {
        let dump = self.json("ceph pg dump pgs");
        let map = self.map();
        let crush = map.crush.map().expect("a sound CRUSH map");
        let mut workspace = PgWorkspace::new();
        let mut is_as_mapped = |stats: &serde_json::Value| {
            let pg: PgId = stats["pgid"].as_str().and_then(|pg| pg.parse().ok()).expect("a PG id");
            let mapper = PoolMapper::new(&map, &crush, pg.pool).expect("a pool");
            let up = serde_json::json!(mapper.map_pg(pg.seed, &mut workspace).up);
            stats["state"] == "active+clean" && stats["acting"] == up
        };
        dump["pg_stats"].as_array().is_some_and(|all| all.iter().all(&mut is_as_mapped))
    }

    /// Waits until something is so; `false` when it is not so in time.
    pub(crate) fn wait_for(&self, is_so: impl Fn(&LiveCluster) -> bool) -> bool {
        let end = Instant::now() + WAIT_LIMIT;
        while !is_so(self) {
            if Instant::now() > end {
                return false;
            }
            sleep(Duration::from_millis(50));
        }
        true
    }
}

impl Drop for LiveCluster {
    fn drop(&mut self) {
        for (_, child) in self.daemons.iter_mut().rev() {
            // A daemon that has ended by itself cannot be ended again.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

const FSID: &str = "6a7e3c1e-90c5-4a8e-9d0c-1f3b5d7a9c11";

/// Writes the configuration. Managers since Quincy would make a pool of their own, and a busy
/// machine lets OSDs miss heartbeats (a daemon that ended is found out at once). The monitor would
/// gather changes for a second before each new map, and look at what has timed out, as the manager
/// at what it shall change, every few seconds.
fn write_configuration(judge: &Judge, folder: &TempDir, monitor: &str, shape: Shape) {
    for name in ["mon", "mgr/x", "osd", "run"] {
        fs::create_dir_all(folder.path().join(name)).expect("a directory");
    }
    let Shape { device_bytes, settings, .. } = shape;
    let path = judge.seen(folder.path());
    let text = format!(
        "[global]\nfsid = {FSID}\nmon_host = {monitor}\npublic_addr = 127.0.0.1\n\
         auth_cluster_required = none\nauth_service_required = none\n\
         auth_client_required = none\nrun_dir = {path}/run\n\
         admin_socket = {path}/run/$name.$pid.asok\nlog_file = {path}/$name.log\n\
         mon_data = {path}/mon/$id\nmgr_data = {path}/mgr/$id\n\
         osd_data = {path}/osd/$id\nosd_objectstore = memstore\n\
         memstore_device_bytes = {device_bytes}\nosd_crush_update_on_start = false\n\
         mon_allow_pool_delete = true\nosd_pool_default_pg_autoscale_mode = off\n\
         mgr_pool = false\nosd_heartbeat_grace = 120\n\
         mon_data_avail_warn = 1\nmon_data_avail_crit = 0\n\
         paxos_propose_interval = 0.02\npaxos_min_wait = 0.01\nmon_tick_interval = 1\n\
         mgr_tick_period = 1\nmgr_stats_period = 1\nosd_mon_report_interval = 1\n\
         client_mount_timeout = 120\n{}\n",
        settings.join("\n")
    );
    fs::write(folder.path().join("ceph.conf"), text).expect("the configuration");
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
