//! What the tests of crushtool share: the maps, the command lines, and a run in this process.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crushlab_compat::Io;
use crushlab_compat::crushtool::run;

/// Where the maps and command lines are kept.
pub(crate) fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden/crushtool")
}

/// The arguments of each command line.
pub(crate) fn cases() -> Vec<Vec<String>> {
    let text = fs::read_to_string(golden_folder().join("cases.txt")).expect("cases.txt is there");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    /// Files written, by name.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Runs our crushtool in this process; also gives what it wrote to standard error.
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
    let outcome = Outcome { code, stdout, files: out_files() };
    (outcome, String::from_utf8_lossy(&stderr).into_owned())
}

/// Makes the folder `OUT` new and empty.
pub(crate) fn empty_out() {
    let _ = fs::remove_dir_all("OUT");
    fs::create_dir("OUT").expect("the test's folder can be written to");
}

/// All files in the folder `OUT`.
pub(crate) fn out_files() -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir("OUT").expect("OUT was made before");
    let files = entries.map(|entry| entry.expect("OUT can be read"));
    let named = files.map(|file| {
        let bytes = fs::read(file.path()).expect("files in OUT can be read");
        (file.file_name().to_string_lossy().into_owned(), bytes)
    });
    named.collect()
}

/// Goes to a new folder with the texts of all maps, and has each of them made a `.map` by `make`.
/// The tests of one file share it, so each file has one test.
pub(crate) fn enter_folder(make: impl Fn(&[&str])) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::env::set_current_dir(folder.path()).expect("the new folder can be entered");
    for entry in fs::read_dir(golden_folder().join("maps")).expect("the maps are there") {
        let path = entry.expect("the maps can be listed").path();
        let stem = path.file_stem().expect("maps have names").to_string_lossy().into_owned();
        let text = format!("{stem}.txt");
        fs::copy(&path, &text).expect("maps can be copied");
        make(&["-c", &text, "-o", &format!("{stem}.map")]);
    }
    make(&["--build", "--num_osds", "1", "root", "straw2", "0", "-o", "empty.map"]);
    folder
}
