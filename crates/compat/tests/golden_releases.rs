//! Our tools as those of Reef and Tentacle, against what these printed when `make.sh` of
//! `test/golden/releases` was run: for machines without other releases of Ceph.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crushlab_compat::{Io, crushtool, osdmaptool};

/// Bytes of a file in one line.
const LINE_BYTES: usize = 16;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden").join(name)
}

/// Runs a command line as the tool of this version; what it printed to both streams, and its code.
fn run(line: &str, version: &str) -> (String, String, i32) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut words = line.split_whitespace();
    let tool = words.next().unwrap_or_default();
    let arguments: Vec<&str> = ["--release", version].into_iter().chain(words).collect();
    let mut io = Io {
        stdin: &mut io::empty(),
        stdin_is_terminal: false,
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    let code = match tool {
        "crushtool" => crushtool::run(&arguments, &mut io),
        _ => osdmaptool::run(&arguments, &mut io),
    };
    let text = |bytes| String::from_utf8(bytes).expect("the tools print texts");
    (text(stdout), text(stderr), code)
}

/// What `make.sh` writes of a command line.
fn report(line: &str, version: &str) -> String {
    let _ = fs::remove_dir_all("OUT");
    fs::create_dir("OUT").expect("the folder can be written to");
    let (stdout, _, code) = run(line, version);
    let mut report = format!("$ {line}\n");
    for line in stdout.lines() {
        let _ = writeln!(report, "  {line}");
    }
    for file in fs::read_dir("OUT").expect("OUT was made before") {
        let bytes = fs::read(file.expect("OUT can be read").path()).expect("files can be read");
        for bytes in bytes.chunks(LINE_BYTES) {
            let hex: String = bytes.iter().map(|byte| format!(" {byte:02x}")).collect();
            let _ = writeln!(report, " ={hex}");
        }
    }
    let _ = writeln!(report, "[{code}]");
    report
}

#[test]
fn command_lines_print_what_reef_and_tentacle_printed() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::env::set_current_dir(folder.path()).expect("the new folder can be entered");
    for (from, to) in [
        ("releases/msr.txt", "msr.txt"),
        ("crushtool/maps/classes.txt", "classes.txt"),
        ("osdmap/cluster.osdmap", "pacific.map"),
        ("osdmap/reef/cluster.osdmap", "reef.map"),
        ("osdmap/tentacle/cluster.osdmap", "tentacle.map"),
    ] {
        fs::copy(golden(from), to).expect("golden files can be copied");
    }
    for (version, least) in [("18.2.7", 20), ("20.2.4", 26)] {
        for name in ["classes", "msr"] {
            run(&format!("crushtool -c {name}.txt -o {name}.map"), version);
        }
        let path = golden(&format!("releases/expected-{version}.txt"));
        let expected = fs::read_to_string(path).expect("the file is there");
        let mut compared = 0;
        for case in expected.split_inclusive("]\n$ ") {
            let case = case.strip_suffix("$ ").unwrap_or(case);
            let case = if compared == 0 { case.to_owned() } else { format!("$ {case}") };
            let line = case.lines().next().unwrap_or_default().trim_start_matches("$ ");
            assert_eq!(report(line, version), case, "as {version}: {line}");
            compared += 1;
        }
        assert!(compared >= least, "{version}: only {compared} command lines");
    }
}
