//! What the tests of osdmaptool share: the maps, the command lines, and a run in this process.

pub(crate) mod maps;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crushlab_compat::Io;
use crushlab_compat::osdmaptool::run;
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::Time;

/// Where the maps and command lines are kept.
pub(crate) fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden")
}

/// The arguments of each command line.
pub(crate) fn cases() -> Vec<Vec<String>> {
    let path = golden_folder().join("osdmaptool/cases.txt");
    let text = fs::read_to_string(path).expect("cases.txt is there");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    /// Standard output without the times of new maps.
    pub(crate) stdout: String,
    /// Files written, by name, maps without the times of new ones.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Outcome {
    /// The outcome of a run with these arguments, from what it printed and left in `OUT`.
    pub(crate) fn new(code: i32, stdout: &[u8], arguments: &[String]) -> Outcome {
        let stdout = without_times(&String::from_utf8_lossy(stdout), arguments);
        let mut files = out_files();
        files.sort();
        Outcome { code, stdout, files }
    }
}

/// A text without the times of the run, where its arguments make a map.
pub(crate) fn without_times(text: &str, arguments: &[String]) -> String {
    if !arguments.iter().any(|argument| argument.starts_with("--create")) {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    // 2026-11-20T09:30:26.657117+0000, wherever it stands.
    while let Some(at) = rest.find("+0000") {
        let start = at.saturating_sub(26);
        out.push_str(&rest[..start]);
        out.push_str("TIME");
        rest = &rest[at + 5..];
    }
    out + rest
}

/// Runs our osdmaptool in this process; also gives what it wrote to standard error.
pub(crate) fn run_here(arguments: &[String]) -> (Outcome, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    empty_out();
    let mut io = Io {
        stdin: &mut io::empty(),
        stdin_is_terminal: false,
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    let with_release = [&["--release=16".to_owned()], arguments].concat();
    let code = run(&with_release, &mut io);
    let outcome = Outcome::new(code, &stdout, arguments);
    (outcome, String::from_utf8_lossy(&stderr).into_owned())
}

/// Maps that command lines may change, and what they are copies of.
const CHANGED: [(&str, &str); 2] =
    [("osdmaptool/simple.osdmap", "simple.map"), ("osdmap/cluster.osdmap", "cluster.map")];

/// Makes the folder `OUT` new and empty, and the maps what they were.
pub(crate) fn empty_out() {
    let _ = fs::remove_dir_all("OUT");
    fs::create_dir("OUT").expect("the test's folder can be written to");
    for (from, to) in CHANGED {
        fs::copy(golden_folder().join(from), to).expect("maps can be copied");
    }
}

fn out_files() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir("OUT").expect("OUT was made before");
    let files = entries.map(|entry| entry.expect("OUT can be read"));
    let paths = files.map(|file| file.path()).chain(CHANGED.map(|(_, to)| to.into()));
    let named = paths.map(|path| {
        let bytes = fs::read(&path).expect("files in OUT can be read");
        (path.to_string_lossy().into_owned(), without_map_times(bytes))
    });
    named.collect()
}

/// A map without the times at which it was made. Other files stay as they are.
fn without_map_times(bytes: Vec<u8>) -> Vec<u8> {
    let Ok(mut map) = OsdMap::from_binary(&bytes) else { return bytes };
    (map.created, map.modified) = (Time::default(), Time::default());
    map.to_binary()
}

/// Goes to a new folder with the maps of the command lines. The tests of one file share it, so
/// each file has one test.
pub(crate) fn enter_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let golden = golden_folder();
    let conf = golden.join("osdmaptool/ceph.conf");
    fs::copy(conf, folder.path().join("ceph.conf")).expect("the file can be copied");
    let classes = fs::read_to_string(golden.join("crushtool/maps/classes.txt"));
    let classes = CrushMap::from_text(&classes.expect("the map is there"));
    let bytes = classes.expect("the map is sound").to_binary();
    fs::write(folder.path().join("classes.crush"), bytes).expect("the folder can be written to");
    std::env::set_current_dir(folder.path()).expect("the new folder can be entered");
    folder
}
