//! Lines as people type them.

use crushlab_monitor::command::{Command, CommandError, commands, next_words};

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
        ("sudo", "no command: expected one such as 'ceph osd out 3'"),
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
            "ceph osd force-create-pg 1.0",
            "osd force-create-pg: this makes a PG anew and gives up its data: what is left of it \
             cannot be known here",
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
fn what_runs_ceph_elsewhere_is_taken_away() {
    for line in [
        "sudo -u ceph ceph osd out 3",
        "timeout 10 ceph osd out 3",
        "timeout -k 5 --foreground 10s ceph osd out 3",
        "nice -n 10 ceph osd out 3",
        "env CEPH_ARGS=x PATH=/bin ceph osd out 3",
        "CEPH_CONF=/etc/x.conf ceph osd out 3",
        "nohup /usr/local/bin/ceph osd out 3",
        "microceph.ceph osd out 3",
        "docker exec -it -u ceph ceph-mon-1 ceph osd out 3",
        "podman exec --user=0 mon ceph --connect-timeout 5 osd out 3",
        "kubectl -n rook-ceph exec -it deploy/rook-ceph-tools -- ceph osd out 3",
        "kubectl exec ceph -n ceph -- bash -c 'ceph osd out 3'",
        "kubectl rook-ceph ceph osd out 3",
        "cephadm shell -- ceph osd out 3",
        "sudo cephadm shell --fsid 1-2-3 ceph osd out 3",
        "ssh -i key root@mon1 'sudo ceph osd out 3'",
    ] {
        assert_eq!(words(line), "osd out", "{line}");
    }
}

#[test]
fn what_changes_no_map_is_known() {
    for line in [
        "ceph -s",
        "ceph -w",
        "ceph --version",
        "ceph -s -f json",
        "ceph auth get-or-create client.x mon 'allow r' -o /tmp/keyring",
        "ceph mon stat",
        "ceph mds fail 0",
        "ceph fs status --verbose",
        "ceph pg 1.2f query",
        "ceph daemon osd.3 perf dump",
        "ceph tell osd.* version",
        "ceph health detail",
        "ceph quorum_status",
        "ceph osd lspools",
        "ceph df detail",
        "ceph config get mon.a mon_max_pg_per_osd",
        "ceph config dump",
        "ceph orch ps --daemon-type osd",
        "ceph balancer off",
        "ceph osd df tree --output_method plain",
    ] {
        let command = Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(command.signature().changes_nothing.is_some(), "{line}");
    }
    assert!(words("ceph osd out 3").starts_with("osd out"));
}

#[test]
fn a_file_is_named() {
    let command = Command::parse("ceph osd setcrushmap -i new.bin").expect("a command");
    assert_eq!(command.file(), Some("new.bin"));
    assert_eq!(words("ceph osd crush set --in-file=new.bin"), "osd setcrushmap");
    assert_eq!(Command::parse("ceph osd out 3").expect("a command").file(), None);
}
