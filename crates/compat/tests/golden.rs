//! Our crushtool against what crushtool printed when `make.sh` was run: for machines without Ceph.

mod support;

use std::fs;

use support::{cases, enter_folder, golden_folder, run_here};

#[test]
fn command_lines_print_what_crushtool_printed() {
    let expected = golden_folder().join("expected.txt");
    let expected = fs::read_to_string(expected).expect("expected.txt is there");
    let _folder = enter_folder(|arguments| {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let (outcome, stderr) = run_here(&arguments);
        assert_eq!(outcome.code, 0, "{arguments:?}: {stderr}");
    });
    let mut expected = expected.lines().peekable();
    let mut compared = 0;
    for arguments in cases() {
        let title = format!("$ {}", arguments.join(" "));
        if expected.next_if(|line| *line == title).is_none() {
            // crushtool crashed here: ours has to end in order.
            let (outcome, stderr) = run_here(&arguments);
            assert!(outcome.code == 0 || !stderr.is_empty(), "{title}");
            continue;
        }
        let mut stdout = String::new();
        while let Some(line) = expected.next_if(|line| line.starts_with("  ")) {
            stdout.push_str(&line[2..]);
            stdout.push('\n');
        }
        let code = expected.next().unwrap_or_default();
        let (outcome, stderr) = run_here(&arguments);
        assert_eq!(format!("[{}]", outcome.code), code, "{title}\n{stderr}");
        assert_eq!(String::from_utf8_lossy(&outcome.stdout), stdout, "{title}\n{stderr}");
        compared += 1;
    }
    assert_eq!(expected.next(), None, "cases.txt has not all that expected.txt has");
    assert!(compared > 400, "only {compared} command lines were compared");
}
