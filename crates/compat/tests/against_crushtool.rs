//! Our crushtool against the installed one: standard output, exit code and files of each command
//! line, and of random combinations of options.

mod support;

use std::process::{Command, ExitStatus, Stdio};

use support::{Outcome, cases, empty_out, enter_folder, out_files, run_here};

/// Random combinations that are tried in one run. `CRUSHTOOL_COMBINATIONS` asks for another
/// number, `CRUSHTOOL_SEED` for other ones.
const COMBINATIONS: u64 = 300;

/// Seconds after which crushtool, which some edits send into an endless loop, is stopped.
const SECONDS_MAX: &str = "10";

#[test]
fn command_lines_do_what_crushtool_does() {
    if Command::new("crushtool").arg("--help").stdout(Stdio::null()).status().is_err() {
        println!("SKIPPED: crushtool is not installed (Debian: apt-get install ceph-base)");
        return;
    }
    let _folder = enter_folder(|arguments| {
        let status = Command::new("crushtool").args(arguments).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "crushtool {arguments:?}");
    });
    let combinations = number("CRUSHTOOL_COMBINATIONS").unwrap_or(COMBINATIONS);
    let mut dice = Dice(number("CRUSHTOOL_SEED").unwrap_or(1));
    let cases = cases().into_iter().chain((0..combinations).map(|_| combination(&mut dice)));
    let mut differences = Vec::new();
    let mut compared = 0;
    for arguments in cases {
        compared += 1;
        differences.extend(difference(&arguments));
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
    command.args([SECONDS_MAX, "crushtool"]).args(arguments);
    let output = command.stdin(Stdio::null()).output().expect("timeout comes with any Debian");
    let files = out_files();
    let (ours, stderr) = run_here(arguments);
    let title = format!("crushtool {}", arguments.join(" "));
    let Some(code) = exit_code(output.status) else {
        // It crashed or hung: ours ended in order, and says what is wrong or goes on.
        let silent = ours.code != 0 && stderr.is_empty() && ours.stdout.is_empty();
        return silent.then(|| format!("{title}\nexit code {} and no message", ours.code));
    };
    let theirs = Outcome { code, stdout: output.stdout, files };
    if ours == theirs {
        return None;
    }
    let mut report = format!("{title}\n");
    if ours.code != theirs.code {
        report += &format!("exit code {}, expected {}\n", ours.code, theirs.code);
    }
    if ours.stdout != theirs.stdout {
        report += &first_difference(&ours.stdout, &theirs.stdout);
    }
    for name in ours.files.keys().chain(theirs.files.keys()) {
        if ours.files.get(name) != theirs.files.get(name) {
            let length = |outcome: &Outcome| outcome.files.get(name).map(Vec::len);
            let lengths = format!("{:?}, expected {:?}", length(&ours), length(&theirs));
            report += &format!("file {name} differs (bytes: {lengths})\n");
        }
    }
    let theirs = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(report + &format!("stderr: {}theirs: {}", stderr, theirs))
}

/// The code of a program that ended by itself. `timeout` gives 124 for one that did not, and
/// 128 and a signal's number for one that crashed.
fn exit_code(status: ExitStatus) -> Option<i32> {
    status.code().filter(|code| ![124, 134, 136, 139].contains(code))
}

fn first_difference(ours: &[u8], theirs: &[u8]) -> String {
    let (ours, theirs) = (String::from_utf8_lossy(ours), String::from_utf8_lossy(theirs));
    let pairs = ours.lines().zip(theirs.lines()).enumerate();
    for (index, (our, their)) in pairs {
        if our != their {
            return format!("line {}: {our:?}, expected {their:?}\n", index + 1);
        }
    }
    format!("{} lines, expected {}\n", ours.lines().count(), theirs.lines().count())
}

/// xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// Options that are combined; `#` stands for a number, `@` for an item, `%` for a place. No place
/// is in a tree bucket: one that grows gets weights from crushtool that nothing ever set.
const OPTIONS: [&str; 46] = [
    "--test",
    "--test",
    "--show-mappings",
    "--show-bad-mappings",
    "--show-statistics",
    "--show-utilization",
    "--show-utilization-all",
    "--show-choose-tries",
    "--num-rep #",
    "--num-rep #",
    "--x #",
    "--min-x # --max-x 30",
    "--min-rule #",
    "--max-rule #",
    "--rule #",
    "--ruleset #",
    "--pool-id #",
    "--batches #",
    "--weight # 0.5",
    "--weight # 0",
    "--set-choose-total-tries #",
    "--set-choose-local-tries #",
    "--set-choose-local-fallback-tries #",
    "--set-chooseleaf-descend-once #",
    "--set-chooseleaf-vary-r #",
    "--set-chooseleaf-stable #",
    "--set-straw-calc-version #",
    "--add-item 4 1.25 osd.4 %",
    "--add-item 12 1.25 osd.12 %",
    "--update-item 0 0.75 osd.0 %",
    "--update-item 13 0.75 osd.13 %",
    "--add-bucket fresh host %",
    "--move @ %",
    "--remove-item @",
    "--reweight-item @ #",
    "--reweight",
    "--rebuild-class-roots",
    "--set-subtree-class @ nvme",
    "--create-replicated-rule fresh @ host",
    "--create-simple-rule fresh @ osd indep",
    "--tree",
    "--dump",
    "--check #",
    "--show-location #",
    "--bucket-tree -b @",
    "--compare classes.map",
];

fn combination(dice: &mut Dice) -> Vec<String> {
    let map = dice.one_of(&["classes", "algorithms", "overlap", "empty"]);
    let mut line = format!("-i {map}.map -o OUT/a");
    for _ in 0..=dice.below(6) {
        line.push(' ');
        for character in dice.one_of(&OPTIONS).chars() {
            match character {
                '#' => line.push_str(dice.one_of(&["0", "1", "2", "3", "4", "7", "12"])),
                '@' => line.push_str(dice.one_of(&[
                    "osd.0", "osd.1", "osd.5", "osd.9", "disk", "default", "root", "left", "a",
                    "b", "c", "u", "l", "t", "s", "e", "r1", "r2", "one", "two",
                ])),
                '%' => line.push_str(dice.one_of(&[
                    "--loc host a --loc root default",
                    "--loc host b",
                    "--loc host new --loc root default",
                    "--loc host l --loc rack r1",
                    "--loc host s --loc rack r2 --loc root default",
                    "--loc host e",
                    "--loc rack r2",
                    "--loc root default",
                    "--loc root root",
                    "--loc host one --loc root left",
                    "--loc host two",
                ])),
                other => line.push(other),
            }
        }
    }
    line.split_whitespace().map(str::to_owned).collect()
}
