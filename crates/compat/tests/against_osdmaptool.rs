//! Our osdmaptool against the installed one: standard output, exit code and files of each command
//! line, and of what random maps hold.

mod osdmaptool_support;

use std::fs;
use std::process::{Command, Stdio};

use osdmaptool_support::maps::random_map;
use osdmaptool_support::{Outcome, cases, empty_out, enter_folder, run_here};

/// Random maps that are tried in one run. `OSDMAPTOOL_MAPS` asks for another number,
/// `OSDMAPTOOL_SEED` for other ones.
const MAPS: u64 = 12;

/// Seconds after which osdmaptool is stopped.
const SECONDS_MAX: &str = "20";

/// What is asked of each random map.
const QUESTIONS: [&str; 18] = [
    "--print",
    "--dump json",
    "--dump json-pretty",
    "--dump xml",
    "--dump html",
    "--dump table-kv",
    "--tree=plain",
    "--tree=json-pretty",
    "--health",
    "--test-map-pgs",
    "--test-map-pgs-dump",
    "--test-map-pgs-dump-all",
    "--mark-up-in --test-map-pgs-dump-all --health",
    "--mark-out 2 --mark-up 0 --mark-in 0 --test-map-pgs-dump --tree=plain",
    "--clear-temp --test-map-pgs-dump-all",
    "--test-map-object foo --pool 3",
    "--adjust-crush-weight 0:0.5,3:2 --test-map-pgs-dump --tree=plain",
    "--test-map-pgs-dump --pg_num 37",
];

#[test]
fn command_lines_do_what_osdmaptool_does() {
    if Command::new("osdmaptool").arg("--help").stdout(Stdio::null()).status().is_err() {
        println!("SKIPPED: osdmaptool is not installed (Debian: apt-get install ceph-base)");
        return;
    }
    let _folder = enter_folder();
    let mut differences = Vec::new();
    let mut compared = 0;
    for arguments in cases() {
        compared += 1;
        differences.extend(difference(&arguments));
    }
    let first = number("OSDMAPTOOL_SEED").unwrap_or(0);
    for seed in first..first + number("OSDMAPTOOL_MAPS").unwrap_or(MAPS) {
        fs::write("random.map", random_map(seed).to_binary()).expect("the folder can be used");
        for question in QUESTIONS {
            compared += 1;
            let line = format!("random.map {question}");
            let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let found = difference(&arguments);
            differences.extend(found.map(|found| format!("map {seed}: {found}")));
        }
    }
    println!("{compared} command lines, {} differ", differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What differs between the two for this command line.
fn difference(arguments: &[String]) -> Option<String> {
    empty_out();
    let mut command = Command::new("timeout");
    command.args([SECONDS_MAX, "osdmaptool"]).args(arguments).env("TZ", "UTC");
    let output = command.stdin(Stdio::null()).output().expect("timeout comes with any Debian");
    let code = output.status.code().filter(|code| ![124, 134, 136, 139].contains(code));
    let theirs = Outcome::new(code.unwrap_or(-1), &output.stdout, arguments);
    let (ours, stderr) = run_here(arguments);
    let title = format!("osdmaptool {}", arguments.join(" "));
    if code.is_none() {
        // It crashed or hung: ours ended in order, and says what is wrong or goes on.
        let silent = ours.code != 0 && stderr.is_empty() && ours.stdout.is_empty();
        return silent.then(|| format!("{title}\nexit code {} and no message", ours.code));
    }
    if ours == theirs {
        return None;
    }
    let mut report = format!("{title}\nexit code {}, expected {}\n", ours.code, theirs.code);
    let lines = ours.stdout.lines().zip(theirs.stdout.lines());
    if let Some((ours, theirs)) = lines.into_iter().find(|(ours, theirs)| ours != theirs) {
        report += &format!("{ours:.300}\nexpected\n{theirs:.300}\n");
    }
    let names = |outcome: &Outcome| {
        outcome.files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect::<Vec<_>>()
    };
    if ours.files != theirs.files {
        report += &format!("files {:?}, expected {:?}\n", names(&ours), names(&theirs));
    }
    Some(report + "stderr: " + &stderr)
}
