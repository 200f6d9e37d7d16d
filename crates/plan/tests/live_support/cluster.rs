//! A throw-away cluster: one monitor, one manager and some OSDs that store in memory. Everything is
//! in a temporary directory, and all daemons end with the value that stands for them.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, PoolMapper};
use tempfile::TempDir;

/// Seconds after which a Ceph tool is ended.
const TOOL_SECONDS: &str = "60";
/// Time after which a step of the start counts as failed.
const START_LIMIT: Duration = Duration::from_secs(90);

/// The programs that a cluster needs.
const PROGRAMS: [&str; 5] = ["ceph-mon", "ceph-mgr", "ceph-osd", "ceph", "monmaptool"];

/// The first program that is missing, if any is.
pub(crate) fn missing_program() -> Option<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there =
        |program: &&str| std::env::split_paths(&path).any(|folder| folder.join(program).exists());
    PROGRAMS.into_iter().find(|program| !is_there(program))
}

/// A running cluster.
pub(crate) struct LiveCluster {
    folder: TempDir,
    daemons: Vec<(String, Child)>,
}

/// What a command line answered.
pub(crate) struct Answer {
    /// 0, or the error number.
    pub(crate) errno: i32,
    /// What it said.
    pub(crate) message: String,
}

impl LiveCluster {
    /// Starts a cluster of so many OSDs, two to a host and two hosts to a rack.
    pub(crate) fn start(osds: usize) -> LiveCluster {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let mut cluster = LiveCluster { folder, daemons: Vec::new() };
        let fsid = "6a7e3c1e-90c5-4a8e-9d0c-1f3b5d7a9c11";
        cluster.write_configuration(fsid);
        let monmap = cluster.path("monmap");
        let monitor = format!("[v2:127.0.0.1:{},v1:127.0.0.1:{}]", free_port(), free_port());
        let conf = cluster.path("ceph.conf");
        let settings = fs::read_to_string(&conf).expect("the configuration");
        fs::write(&conf, settings.replace("MONITOR", &monitor)).expect("the configuration");
        let monmap = monmap.to_str().expect("a path of text");
        let made = ["--create", "--fsid", fsid, "--addv", "a", &monitor, monmap];
        cluster.tool("monmaptool", &made);
        cluster.tool("ceph-mon", &["--mkfs", "-i", "a", "--monmap", monmap]);
        cluster.daemon("ceph-mon", "a");
        assert!(cluster.wait_for(|cluster| cluster.ceph("ceph fsid").errno == 0), "no monitor");
        // The manager's modules must not make pools or maps of their own.
        for setting in ["mgr/devicehealth/enable_monitoring false", "mgr/balancer/active false"] {
            let answer = cluster.ceph(&format!("ceph config set mgr {setting} --force"));
            assert_eq!(answer.errno, 0, "{setting}: {}", answer.message);
        }
        cluster.daemon("ceph-mgr", "x");
        for osd in 0..osds {
            cluster.start_osd(osd);
        }
        let all_up = cluster.wait_for(|cluster| {
            let map = cluster.map();
            (0..osds as i32).all(|osd| map.is_up(osd))
        });
        assert!(all_up, "OSDs are not up within {} s", START_LIMIT.as_secs());
        cluster
    }

    fn write_configuration(&self, fsid: &str) {
        let folder = self.folder.path().display();
        for name in ["mon", "mgr/x", "osd", "run"] {
            fs::create_dir_all(self.path(name)).expect("a directory");
        }
        let settings = format!(
            "[global]\nfsid = {fsid}\nmon_host = MONITOR\npublic_addr = 127.0.0.1\n\
             auth_cluster_required = none\nauth_service_required = none\n\
             auth_client_required = none\nrun_dir = {folder}/run\n\
             admin_socket = {folder}/run/$name.asok\nlog_file = {folder}/$name.log\n\
             mon_data = {folder}/mon/$id\nmgr_data = {folder}/mgr/$id\n\
             osd_data = {folder}/osd/$id\nosd_objectstore = memstore\n\
             memstore_device_bytes = 1073741824\nosd_crush_update_on_start = false\n\
             mon_allow_pool_delete = true\nosd_pool_default_pg_autoscale_mode = off\n\
             mon_osd_down_out_interval = 3\n\
             mon_data_avail_warn = 1\nmon_data_avail_crit = 0\n"
        );
        fs::write(self.path("ceph.conf"), settings).expect("the configuration");
    }

    fn start_osd(&mut self, osd: usize) {
        let uuid = format!("00000000-0000-4000-8000-{osd:012}");
        let place = format!("host=host{} rack=rack{} root=default", osd / 2, osd / 4);
        for line in
            [format!("ceph osd new {uuid}"), format!("ceph osd crush add osd.{osd} 1.0 {place}")]
        {
            let answer = self.ceph(&line);
            assert_eq!(answer.errno, 0, "{line}: {}", answer.message);
        }
        let id = osd.to_string();
        fs::create_dir_all(self.path("osd").join(&id)).expect("a directory");
        self.tool("ceph-osd", &["-i", &id, "--mkfs", "--osd-uuid", &uuid]);
        self.daemon("ceph-osd", &id);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: &str, limit: &[&str]) -> Command {
        let mut command = match limit {
            [] => Command::new(program),
            _ => {
                let mut command = Command::new("timeout");
                command.args(limit).arg(program);
                command
            }
        };
        command.env("CEPH_CONF", self.path("ceph.conf")).stdin(Stdio::null());
        command
    }

    /// Runs a tool that has to succeed.
    fn tool(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = self.command(program, &[TOOL_SECONDS]);
        let output = command.args(arguments).output().expect("timeout of coreutils");
        let message = String::from_utf8_lossy(&output.stderr);
        let start: String = message.chars().take(2000).collect();
        assert!(output.status.success(), "{program} {arguments:?}: {start}");
        output
    }

    /// Starts a daemon in the foreground, so that it can be ended by its handle. It ends with the
    /// test in any case, however that ends.
    pub(crate) fn daemon(&mut self, program: &str, id: &str) {
        let mut command = self.command("setpriv", &[]);
        command.args(["--pdeathsig", "KILL", program, "-f", "-i", id]);
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

    /// Runs a line such as `ceph osd out 3` as a shell would.
    pub(crate) fn ceph(&self, line: &str) -> Answer {
        let mut command = self.command("bash", &[TOOL_SECONDS]);
        let output = command.args(["-c", line]).output().expect("timeout of coreutils");
        let message = String::from_utf8_lossy(&output.stderr).trim().chars().take(300).collect();
        Answer { errno: output.status.code().unwrap_or(-1), message }
    }

    /// The OSDMap as it is.
    pub(crate) fn map(&self) -> OsdMap {
        self.map_at("")
    }

    /// The OSDMap of an epoch.
    pub(crate) fn map_at(&self, epoch: &str) -> OsdMap {
        let file = self.path("map.bin");
        let answer = self.ceph(&format!("ceph osd getmap {epoch} -o {}", file.display()));
        assert_eq!(answer.errno, 0, "getmap {epoch}: {}", answer.message);
        read_map(&file)
    }

    /// Whether all PGs are active+clean on the OSDs that shall hold them, and the managers know.
    pub(crate) fn is_clean(&self) -> bool {
        let output = self.tool("ceph", &["pg", "dump", "pgs", "-f", "json"]);
        let dump: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
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
        let end = Instant::now() + START_LIMIT;
        while !is_so(self) {
            if Instant::now() > end {
                return false;
            }
            sleep(Duration::from_millis(300));
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

fn read_map(file: &Path) -> OsdMap {
    let bytes = fs::read(file).expect("a map");
    OsdMap::from_binary(&bytes).expect("a map that can be read")
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
