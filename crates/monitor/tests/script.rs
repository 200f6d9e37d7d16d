//! Runbooks: shell scripts with commands of Ceph in them.

use crushlab_monitor::command::{Script, read_script};

/// Lines and commands, as they come to be run.
fn run(text: &str) -> Vec<String> {
    let Script { commands, .. } = read_script(text).unwrap_or_else(|error| panic!("{error}"));
    commands.iter().map(|one| format!("{} {}", one.line, one.command)).collect()
}

fn skipped(text: &str) -> Vec<String> {
    let Script { skipped, .. } = read_script(text).unwrap_or_else(|error| panic!("{error}"));
    skipped.iter().map(ToString::to_string).collect()
}

fn error(text: &str) -> String {
    read_script(text).expect_err(text).to_string()
}

#[test]
fn lines_keep_their_numbers() {
    let script = "#!/bin/bash\nset -euo pipefail\n\n# one \\\nceph osd out 3\n\
                  sudo ceph osd crush \\\n  reweight osd.4 2.0   # two\necho 'done & dusted'\n\
                  ceph osd in 3 > /dev/null 2>&1; ceph osd in 4 | tee -a log\r\n";
    let expected = [
        "5 ceph osd out 3",
        "6 ceph osd crush reweight osd.4 2.0",
        "9 ceph osd in 3",
        "9 ceph osd in 4",
    ];
    assert_eq!(run(script), expected);
    assert_eq!(run("#!/bin/bash\nceph -s\nceph osd set noout\nceph osd out 3\n").len(), 2);
    assert_eq!(
        run("cat > note <<EOF\nceph osd out 1\nEOF\nceph osd out 2\n"),
        ["4 ceph osd out 2"]
    );
    assert_eq!(
        run("$ ceph osd out 1\n[root@mon1 ~]# ceph osd out 2\nroot@mon1:~# ceph osd out 3"),
        ["1 ceph osd out 1", "2 ceph osd out 2", "3 ceph osd out 3"]
    );
}

#[test]
fn variables_and_loops_are_followed() {
    let script = "HOST=host1\nexport W=0.5\nfor i in 1 2 3; do\n  ceph osd out $i\n\
                  sleep 60\ndone\n\
                  for osd in osd.{7..9}\ndo ceph osd crush reweight \"${osd}\" $W; done\n\
                  for i in $(seq 4 2 8); do for w in a b; do \
                  ceph osd pool create p$i-$w 8; done; done\n\
                  CEPH='sudo ceph'\n$CEPH osd set-group noout ${HOST} ${OTHER:-host2}\n";
    let found = run(script);
    assert_eq!(found.len(), 3 + 3 + 6 + 1);
    assert_eq!(found[0..2], ["4 ceph osd out 1", "4 ceph osd out 2"]);
    assert_eq!(found[5], "8 ceph osd crush reweight osd.9 0.5");
    assert_eq!(found[9], "9 ceph osd pool create p6-b 8");
    assert_eq!(found[12], "11 ceph osd set-group noout host1 host2");
    assert_eq!(run("LIST='1 2'\nceph osd out $LIST"), ["2 ceph osd out 1 2"]);
    assert_eq!(
        run("N='my pool'\nceph osd pool create \"$N\" 8"),
        ["2 ceph osd pool create 'my pool' 8"]
    );
    assert_eq!(run("for i in {03..01}; do ceph osd pool create p$i; done").len(), 3);
    assert_eq!(
        run("ceph osd out 1 && ceph osd out 2 || echo failed\nexit 0\nceph osd out 3").len(),
        2
    );
    assert_eq!(run("ceph osd out 1 || exit 1\n(ceph osd out 2)\n{ ceph osd out 3; }").len(), 3);
}

#[test]
fn what_only_waits_is_passed_over() {
    let script = "while ! ceph health | grep -q HEALTH_OK; do\n  sleep 10\ndone\n\
                  until ceph osd ok-to-stop 3; do sleep 5; done\n\
                  if [ -z \"$1\" ]; then echo usage; exit 1; fi\n\
                  for osd in $(ceph osd ls); do ceph osd find $osd; done\n\
                  function wait_for { ceph -s; }\nwait_for\nceph osd out 3\n";
    assert_eq!(run(script), ["9 ceph osd out 3"]);
}

#[test]
fn skipped_lines_are_named_once() {
    let script = "ceph -s\nsystemctl stop ceph-osd@3\nsystemctl stop ntp\nceph auth ls\nceph -s\n\
                  ceph config set global mon_max_pg_per_osd 500\nansible all -m ping\n";
    let found = skipped(script);
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[0], "line 1: 'ceph -s': only looks: nothing changes");
    assert!(
        found[1].starts_with("line 2: 'systemctl stop ceph-osd@3' is not followed: --fail osd.3")
    );
    assert!(found[2].starts_with("line 4: 'ceph auth ls': "));
    assert!(found[3].starts_with("line 7: 'ansible all -m ping' is no command of ceph"));
    assert_eq!(run(script), ["6 ceph config set global mon_max_pg_per_osd 500"]);
}

#[test]
fn errors_have_their_line() {
    for (script, expected) in [
        (
            "\n\nceph osd outt 3",
            "line 3: unknown command 'osd outt 3': did you mean 'ceph osd out'?",
        ),
        ("ceph osd out \\\n", "line 1: osd out: ids is missing"),
        ("ceph -s\nceph osd out $OSD", "line 2: what '$OSD' comes to is not known here"),
        (
            "for i in $(ceph osd ls); do\n ceph osd out $i\ndone",
            "line 1: what '$(ceph osd ls)' comes",
        ),
        ("if true; then\n ceph osd out 1\nfi", "line 2: whether this is run depends on if, which"),
        (
            "while read x; do\n ceph osd out $x\ndone < list",
            "line 2: whether this is run depends on while",
        ),
        ("[ -f x ] && ceph osd out 1", "line 1: whether this is run depends on &&"),
        ("drain() {\n ceph osd out $1\n}", "line 2: whether this is run depends on a function"),
        ("ceph osd ls | xargs -n1 ceph osd out", "line 1: what 'xargs' comes to is not known here"),
        (
            "ceph osd out 3\nfor i in 1 2; do\n",
            "line 2: found the end of the script, expected 'done'",
        ),
        ("if true; then\n echo yes\n", "line 1: found the end of the script, expected 'fi'"),
        ("ceph osd out 1\necho 'never\nclosed", "line 2: a quote is not closed"),
        (
            "C=\"$X\"\nif test; then :; fi\n$C osd out 1; ceph osd reweight 3 2",
            "line 3: osd reweight: ",
        ),
    ] {
        let found = error(script);
        assert!(found.starts_with(expected), "{script}: {found}");
    }
    assert!(error(&"(".repeat(100_000)).starts_with("line 1: "));
    assert!(
        error("for a in {1..200000}; do for b in {1..200000}; do ceph osd out $b; done; done")
            .contains("more than")
    );
}

#[test]
fn no_text_ends_the_process() {
    let mut random = fastrand::Rng::with_seed(5);
    let words = [
        "for", "i", "in", "do", "done", ";", "\n", "if", "fi", "then", "ceph", "osd", "out", "$i",
        "\"", "'", "{1..3}", "{", "}", "(", ")", "$(seq", "1", "&&", "||", "|", "<<", "EOF",
        "case", "esac", "while", "X=1", "${X", "`", "\\", "sudo", "timeout", "kubectl", "exec",
        "--", "é", "{a,",
    ];
    for _ in 0..20_000 {
        let count = random.usize(..25);
        let text: Vec<&str> = (0..count).map(|_| words[random.usize(..words.len())]).collect();
        let separator = if random.bool() { " " } else { "" };
        let _ = read_script(&text.join(separator));
    }
}
