//! Our osdmaptool against what osdmaptool printed when `make.sh` was run: for machines without
//! Ceph.

mod osdmaptool_support;

use std::fs;

use osdmaptool_support::maps::random_map;
use osdmaptool_support::{cases, enter_folder, golden_folder, run_here, without_times};

#[test]
fn command_lines_print_what_osdmaptool_printed() {
    let expected = golden_folder().join("osdmaptool/expected.txt");
    let expected = fs::read_to_string(expected).expect("expected.txt is there");
    let _folder = enter_folder();
    let mut expected = expected.lines().peekable();
    let mut compared = 0;
    for arguments in cases() {
        let title = format!("$ {}", arguments.join(" "));
        let (outcome, stderr) = run_here(&arguments);
        if expected.next_if(|line| *line == title).is_none() {
            // osdmaptool crashed here: ours has to end in order.
            assert!(outcome.code == 0 || !stderr.is_empty(), "{title}");
            continue;
        }
        let mut stdout = String::new();
        while let Some(line) = expected.next_if(|line| line.starts_with("  ")) {
            stdout.push_str(&line[2..]);
            stdout.push('\n');
        }
        let stdout = without_times(&stdout, &arguments);
        let code = expected.next().unwrap_or_default();
        assert_eq!(format!("[{}]", outcome.code), code, "{title}\n{stderr}");
        assert_eq!(outcome.stdout.trim_end(), stdout.trim_end(), "{title}\n{stderr}");
        compared += 1;
    }
    assert_eq!(expected.next(), None, "cases.txt has not all that expected.txt has");
    assert!(compared > 90, "only {compared} command lines were compared");

    // Whatever a map holds, it can be shown and written.
    for seed in 0..50 {
        fs::write("random.map", random_map(seed).to_binary()).expect("the folder can be used");
        for line in ["--print --tree=plain --health", "--dump json", "--test-map-pgs"] {
            let arguments = format!("random.map {line}");
            let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
            let (outcome, stderr) = run_here(&arguments);
            assert_eq!(outcome.code, 0, "{arguments:?} of map {seed}: {stderr}");
            assert!(!outcome.stdout.is_empty());
        }
    }
}
