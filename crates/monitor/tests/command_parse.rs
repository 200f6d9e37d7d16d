//! Lines as people type them.

use crushlab_monitor::command::{Command, CommandError, commands, next_words, parse_script};

fn words(line: &str) -> &'static str {
    Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}")).signature().words
}

fn error(line: &str) -> CommandError {
    Command::parse(line).expect_err(line)
}

#[test]
fn the_command_with_most_words_is_meant() {
    assert_eq!(words("ceph osd rm 3"), "osd rm");
    assert_eq!(words("ceph osd crush rm osd.3"), "osd crush rm");
    assert_eq!(words("ceph osd crush rule rm fast"), "osd crush rule rm");
    assert_eq!(words("ceph osd crush weight-set rm rep"), "osd crush weight-set rm");
    assert_eq!(words("osd pool rm a a --yes-i-really-really-mean-it"), "osd pool rm");
}

#[test]
fn options_stand_anywhere() {
    for line in [
        "ceph osd purge 3 --yes-i-really-mean-it",
        "ceph osd purge --yes-i-really-mean-it osd.3",
        "ceph -f json osd purge --id 3",
        "sudo /usr/bin/ceph --format=json osd purge 3   # at last",
        "ceph osd pool create a 8 8 erasure 'my profile' --size=3 --bulk",
        "ceph osd crush reweight \"osd.4\" 2.0",
        "ceph osd crush weight-set reweight rep osd.2 0.9 .8 7e-1",
        "ceph osd reweightn '{\"0\": \"65536\"}'",
        "ceph osd pool rename 'a & b' a\\;b # really > that",
    ] {
        if line.contains("--id") {
            // An option of ceph itself: who one is.
            assert!(matches!(error(line), CommandError::Missing { argument: "id", .. }), "{line}");
        } else {
            words(line);
        }
    }
}

#[test]
fn an_optional_argument_that_does_not_fit_is_left_out() {
    assert_eq!(words("ceph osd pool create ec 8 erasure profile rule"), "osd pool create");
    assert_eq!(words("ceph osd reweight-by-pg rep"), "osd reweight-by-pg");
}

#[test]
fn errors_say_what_is_expected() {
    for (line, expected) in [
        ("", "no command: expected one such as 'ceph osd out 3'"),
        ("# only a comment", "no command: expected one such as 'ceph osd out 3'"),
        ("ceph", "no command: expected one such as 'ceph osd out 3'"),
        ("ceph osd out '3", "a quote is not closed"),
        ("ceph osd outt 3", "unknown command 'osd outt 3': did you mean 'ceph osd out'?"),
        (
            "ceph osd crush rewight osd.4 2",
            "unknown command 'osd crush rewight osd.4': did you mean 'ceph osd crush reweight'?",
        ),
        ("rm -rf", "unknown command 'rm': expected one such as 'ceph osd out 3'"),
        (
            "ceph osd reweight 3",
            "osd reweight: weight is missing; usage: ceph osd reweight <id> \
          <weight>",
        ),
        ("ceph osd reweight x 1", "osd reweight: id is 'x', expected an OSD: 3 or osd.3"),
        (
            "ceph osd reweight 3 1.5",
            "osd reweight: weight is '1.5', expected a number between 0 and 1",
        ),
        (
            "ceph osd reweight 3 1 2",
            "osd reweight: '2' is not expected; usage: ceph osd reweight <id> <weight>",
        ),
        ("ceph osd pause --now", "osd pause: '--now' is not expected; usage: ceph osd pause"),
        (
            "ceph osd crush tunables sharp",
            "osd crush tunables: profile is 'sharp', expected one of legacy, argonaut, bobtail, \
             firefly, hammer, jewel, optimal, default",
        ),
        (
            "for i in 1 2; do ceph osd out $i; done",
            "'2;' is for a shell: write each command out, one to a line",
        ),
        (
            "ceph osd out 3 && ceph osd in 4",
            "'&&' is for a shell: write each command out, one to a line",
        ),
        (
            "ceph osd out \"$OSD\"",
            "'\\\"$OSD\\\"' is for a shell: write each command out, one to a line",
        ),
        (
            "ceph osd setcrushmap -i map",
            "osd setcrushmap: give the map with that crush map instead",
        ),
    ] {
        assert_eq!(error(line).to_string(), expected, "{line}");
    }
}

#[test]
fn the_table_is_without_contradictions() {
    let all = commands();
    assert!(all.windows(2).all(|pair| pair[0].words < pair[1].words), "sorted, each once");
    for signature in all {
        assert!(signature.usage().starts_with("ceph "), "{}", signature.words);
        assert!(signature.help.ends_with('.'), "{}", signature.words);
        let mut names: Vec<&str> = signature.arguments.iter().map(|one| one.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), signature.arguments.len(), "{}", signature.words);
    }
}

#[test]
fn words_are_completed() {
    assert!(next_words(&[]).contains(&"osd"));
    assert_eq!(next_words(&["osd", "crush", "class"]), ["create", "ls", "ls-osd", "rename", "rm"]);
    assert!(next_words(&["osd", "nothing"]).is_empty());
}

#[test]
fn scripts_are_read_line_by_line() {
    let script = "#!/bin/bash\nset -euo pipefail\n\n# one \\\nceph osd out 3\n\
                  sudo ceph osd crush \\\n  reweight osd.4 2.0   # two\necho 'done & dusted'\n";
    let commands = parse_script(script).expect("a script");
    let found: Vec<(usize, &str)> =
        commands.iter().map(|one| (one.line, one.command.signature().words)).collect();
    assert_eq!(found, [(5, "osd out"), (6, "osd crush reweight")]);
    for (script, expected) in [
        ("\n\nceph osd outt 3", "line 3: unknown command 'osd outt 3'"),
        ("ceph osd out 3\nfor i in 1 2; do", "line 2: '2;' is for a shell"),
        ("ceph osd tree\nreboot", "line 2: unknown command 'reboot'"),
        ("echo $(ceph osd out 3)", "line 1: '$(ceph' is for a shell"),
        ("ceph osd out \\", "line 1: osd out: ids is missing"),
    ] {
        let error = parse_script(script).expect_err(script).to_string();
        assert!(error.starts_with(expected), "{script}: {error}");
    }
}
