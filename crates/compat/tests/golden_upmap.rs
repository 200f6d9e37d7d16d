//! `osdmaptool --upmap` and `--upmap-cleanup` against what Reef printed when `make.sh` was run; and
//! what is proposed without a seed, as the installed osdmaptool sees it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crushlab_compat::Io;
use crushlab_compat::osdmaptool::run;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/golden/upmap")
}

/// Runs our osdmaptool: exit code and standard output.
fn ours(line: &str) -> (i32, String) {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io {
        stdin: &mut std::io::empty(),
        stdin_is_terminal: false,
        stdout: &mut out,
        stderr: &mut err,
    };
    let code = run(&arguments, &mut io);
    (code, String::from_utf8_lossy(&out).into_owned())
}

/// Puts the maps into the present folder.
fn fresh_maps() {
    for entry in fs::read_dir(golden()).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "osdmap") {
            let name = path.file_name().expect("a file has a name");
            fs::copy(&path, name).expect("the folder can be used");
        }
    }
}

/// The commands among what is printed.
fn commands_of(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("ceph osd ")).collect()
}

#[test]
fn upmaps_are_those_of_reef_and_the_installed_tool_keeps_others() {
    let expected = fs::read_to_string(golden().join("expected.txt")).expect("make.sh wrote it");
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::env::set_current_dir(folder.path()).expect("the folder is there");
    let mut compared = 0;
    for case in expected.split("$ ").skip(1) {
        let (line, rest) = case.split_once('\n').expect("a case has an exit code");
        let stdout: String = rest
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .map(|line| format!("{line}\n"))
            .collect();
        let code = rest.lines().last().unwrap_or_default();
        fresh_maps();
        let (own_code, own) = ours(line);
        assert_eq!(
            (format!("[{own_code}]").as_str(), own.as_str()),
            (code, stdout.as_str()),
            "{line}"
        );
        compared += 1;
    }
    assert!(compared > 40, "only {compared} command lines were compared");

    // A file gets the commands, and nothing else.
    fresh_maps();
    let line = "racks.osdmap --mark-up-in --upmap-max 9 --upmap-deviation 1 --upmap";
    let (_, printed) = ours(&format!("{line} -"));
    let (_, beside) = ours(&format!("{line} commands.txt"));
    assert!(beside.contains("writing upmap command output to: commands.txt\n"), "{beside}");
    let written = fs::read_to_string("commands.txt").expect("it was written");
    assert_eq!(commands_of(&printed).len(), 9);
    assert_eq!(commands_of(&written), commands_of(&printed));

    if Command::new("osdmaptool").arg("--version").output().is_err() {
        eprintln!("SKIPPED: osdmaptool is not installed (apt-get install ceph-base)");
        return;
    }
    for name in ["racks", "hosts", "two", "flat", "upmapped"] {
        fresh_maps();
        let name = format!("{name}.osdmap");
        let asked = "--mark-up-in --upmap - --upmap-max 500 --upmap-deviation 1 --save";
        // A map in the form of the installed release, which reads no later one.
        ours(&format!("--release pacific {name} {asked}"));
        let theirs = Command::new("osdmaptool")
            .args([&name, "--mark-up-in", "--upmap-cleanup", "-"])
            .output()
            .expect("osdmaptool is there");
        let theirs = String::from_utf8_lossy(&theirs.stdout).into_owned();
        assert!(theirs.contains("checking for upmap cleanups"), "{theirs}");
        assert!(commands_of(&theirs).is_empty(), "{name}: {theirs}");
    }
}
