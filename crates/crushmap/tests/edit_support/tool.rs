//! The installed crushtool.

use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use crushlab_crush::{Algorithm, Contents};
use crushlab_crushmap::CrushMap;
use tempfile::TempDir;

/// crushtool, and a directory for its files.
pub(crate) struct Tool {
    directory: TempDir,
}

/// What crushtool made of an edit.
pub(crate) enum Answer {
    /// It wrote a map.
    Written {
        /// The map.
        bytes: Vec<u8>,
        /// What it printed on stdout.
        printed: String,
    },
    /// It wrote none.
    Refused {
        /// What it printed on stderr.
        complaint: String,
    },
    /// A signal ended it before it wrote a map: its own, or that of the time-out.
    Crashed {
        /// What it printed on stderr.
        complaint: String,
    },
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Written { printed, .. } => write!(f, "crushtool wrote a map: {printed}"),
            Answer::Refused { complaint } => write!(f, "crushtool refused: {complaint}"),
            Answer::Crashed { complaint } => write!(f, "crushtool crashed: {complaint}"),
        }
    }
}

impl Tool {
    /// crushtool, if it is installed.
    pub(crate) fn find() -> Option<Tool> {
        Command::new("timeout").arg("--version").output().ok()?;
        Command::new("crushtool").arg("--help").output().ok()?;
        Some(Tool { directory: tempfile::tempdir().ok()? })
    }

    /// Runs crushtool. Where it hangs, as it does instead of aborting once its heap is spoilt and
    /// at times without reason when it quits, it is killed after a while.
    fn run(&self, arguments: &[String]) -> Output {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", "5", "crushtool"]).args(arguments);
        let output = command.current_dir(self.directory.path()).output();
        output.expect("timeout and crushtool were found and start")
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.directory.path().join(name), content).expect("the directory is writable");
    }

    fn take(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.directory.path().join(name);
        let content = fs::read(&path).ok();
        fs::remove_file(path).ok();
        content
    }

    /// The binary map of a text, unless crushtool refuses it.
    pub(crate) fn compile(&self, text: &str) -> Option<Vec<u8>> {
        self.write("text", text.as_bytes());
        self.run(&["-c", "text", "-o", "map"].map(String::from));
        self.take("map")
    }

    /// The text of a binary map, for people to read.
    pub(crate) fn decompile(&self, bytes: &[u8]) -> String {
        self.write("map", bytes);
        String::from_utf8_lossy(&self.run(&["-d", "map"].map(String::from)).stdout).into_owned()
    }

    /// Runs crushtool with these arguments on a map, or on none when it is empty.
    pub(crate) fn edit(&self, bytes: &[u8], arguments: &[String]) -> Answer {
        self.write("in", bytes);
        let mut all = arguments.to_vec();
        if !bytes.is_empty() {
            all.extend(["-i", "in"].map(String::from));
        }
        all.extend(["-o", "out"].map(String::from));
        let output = self.run(&all);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        match self.take("out") {
            // Emptied list and uniform buckets make it abort after it has written the map.
            Some(bytes) => Answer::Written { bytes, printed },
            None if output.status.signal().is_some() => Answer::Crashed { complaint },
            None => Answer::Refused { complaint },
        }
    }
}

/// How alike two maps are.
pub(crate) enum Likeness {
    /// The same bytes.
    Same,
    /// The same map once Ceph has read it: it drops weight sets of buckets that are not straw2,
    /// of which it writes too many, and adds to memory it has not set when a tree grows.
    SameWhenRead,
    /// What differs.
    Different(String),
}

/// Compares what crushtool wrote with a map.
pub(crate) fn compare(theirs: &[u8], ours: &CrushMap) -> Likeness {
    let bytes = ours.to_binary();
    if theirs == bytes {
        return Likeness::Same;
    }
    let read = |bytes: &[u8]| {
        let mut map = CrushMap::from_binary(bytes).map_err(|error| error.to_string())?;
        clear_inner_nodes(&mut map);
        Ok(map)
    };
    let (theirs, ours) = match (read(theirs), read(&bytes)) {
        (Ok(theirs), Ok(ours)) => (theirs, ours),
        (Err(problem), _) | (_, Err(problem)) => return Likeness::Different(problem),
    };
    if theirs.to_binary() == ours.to_binary() {
        return Likeness::SameWhenRead;
    }
    let theirs = format!("{theirs:#?}");
    let ours = format!("{ours:#?}");
    let changes: Vec<String> = (theirs.lines().zip(ours.lines()))
        .enumerate()
        .filter(|(_, (a, b))| a != b)
        .take(12)
        .map(|(line, (a, b))| format!("{line}: crushtool {} here {}", a.trim(), b.trim()))
        .collect();
    Likeness::Different(format!("the maps differ:\n{}", changes.join("\n")))
}

fn clear_inner_nodes(map: &mut CrushMap) {
    let buckets = map.core.buckets.iter_mut().flatten();
    for bucket in buckets.filter(|bucket| bucket.algorithm() == Algorithm::Tree) {
        let size = bucket.items.len();
        let Contents::Tree { node_weights } = &mut bucket.contents else { continue };
        for (node, weight) in node_weights.iter_mut().enumerate() {
            if node % 2 == 0 || node / 2 >= size {
                *weight = 0;
            }
        }
    }
}
