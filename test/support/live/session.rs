//! One connection to the monitor for all commands of a test: starting Ceph's own command takes half
//! a second of processor time, and connects anew, for every line.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::judge::Judge;

/// Largest output of a command in bytes.
const OUTPUT_LIMIT: usize = 1 << 28;

/// What a command line answered.
pub(crate) struct Answer {
    /// 0, or the error number.
    pub(crate) errno: i32,
    /// What it said.
    pub(crate) message: String,
    /// What it put out.
    pub(crate) output: Vec<u8>,
}

/// A process of `session.py`, which runs lines one after another. It ends with the value.
pub(crate) struct Session {
    process: Child,
    lines: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Session {
    /// Connects to the cluster of a folder with its `ceph.conf`; the first line waits for its
    /// monitor.
    pub(crate) fn start(judge: &Judge, folder: &Path) -> Session {
        let copied = folder.join("session.py");
        fs::copy(script(), &copied).expect("a copy that the cluster's Python reaches");
        let [program, arguments @ ..] = &*judge.words("/usr/bin/python3") else { unreachable!() };
        let mut process = Command::new(program)
            .args(arguments)
            .arg(judge.seen(&copied))
            .env("CEPH_CONF", judge.seen(&folder.join("ceph.conf")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("session.py, with Python and Ceph's modules for it (Debian: ceph-common)");
        let lines = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Session { process, lines, answers }
    }

    /// Runs a line such as `ceph osd out 3`.
    pub(crate) fn run(&mut self, line: &str) -> Answer {
        writeln!(self.lines, "{line}").expect("a session that listens");
        let mut head = String::new();
        self.answers.read_line(&mut head).expect("text");
        let head: serde_json::Value = serde_json::from_str(&head)
            .unwrap_or_else(|error| panic!("{line}: the session ended: {error}"));
        let number = |name: &str| head[name].as_i64().expect("a number");
        let bytes = usize::try_from(number("bytes")).expect("a count");
        assert!(bytes <= OUTPUT_LIMIT, "{line}: {bytes} bytes");
        let mut output = vec![0; bytes];
        self.answers.read_exact(&mut output).expect("all the output");
        let message = head["message"].as_str().expect("text").chars().take(300).collect();
        let errno = i32::try_from(number("errno")).expect("an error number");
        Answer { errno, message, output }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/support/live/session.py")
}
