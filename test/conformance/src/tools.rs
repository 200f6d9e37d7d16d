//! Running the two tools alike.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crushlab_compat::{Io, crushtool, osdmaptool};
use tempfile::TempDir;

use crate::judge::Judge;

/// Exit code of `timeout` when it has killed what it ran.
const KILLED: i32 = 137;

/// The tools that there are drop-ins for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tool {
    Crushtool,
    Osdmaptool,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Tool::Crushtool => "crushtool",
            Tool::Osdmaptool => "osdmaptool",
        }
    }

    fn run(self, arguments: &[String], io: &mut Io<'_>) -> i32 {
        match self {
            Tool::Crushtool => crushtool::run(arguments, io),
            Tool::Osdmaptool => osdmaptool::run(arguments, io),
        }
    }
}

/// What a tool did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Its exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it printed.
    pub(crate) stdout: Vec<u8>,
    /// The file it wrote, where it was asked to.
    pub(crate) file: Option<Vec<u8>>,
}

/// Whether there is a crushtool: in the judge's folder, or installed where there is no folder.
pub fn has_crushtool(judge: Option<&Path>) -> bool {
    Judge::new(judge).has("crushtool")
}

/// What is known of the judge's version: that of the Debian package where it is installed, which
/// tells more than the tools do of themselves.
pub fn judge_version(judge: Option<&Path>) -> String {
    let version = || Judge::new(judge).version().unwrap_or_else(|| "unknown".into());
    if judge.is_some() {
        return version();
    }
    let format = "--showformat=${Version}";
    let query = Command::new("dpkg-query").args(["--show", format, "ceph-base"]).output();
    let found = query.ok().filter(|output| output.status.success());
    found.map_or_else(version, |output| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A folder for the files of a case.
pub(crate) struct Workplace {
    judge: Judge,
    /// What makes drop-ins stand for the judge's release.
    release: Option<String>,
    folder: TempDir,
}

impl Workplace {
    /// A new folder, removed when this is dropped.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn new(judge: &Judge) -> io::Result<Workplace> {
        let release = judge.tool().map(|release| format!("--release={}", release.number()));
        Ok(Workplace { judge: judge.clone(), release, folder: judge.workplace()? })
    }

    /// Path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in the folder.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::write(self.path(name), bytes)
    }

    /// Runs both tools with these arguments; `{name}` in one stands for a file of the folder, and
    /// a file `out` is what they were asked to write, and has these bytes before, where given.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn both(
        &self,
        tool: Tool,
        arguments: &[String],
        before: Option<&[u8]>,
    ) -> io::Result<(Run, Run)> {
        let prepare = || before.map_or(Ok(()), |bytes| self.write("out", bytes));
        prepare()?;
        let mut theirs = self.theirs(tool, arguments)?;
        prepare()?;
        let expanded = self.expand(arguments, |path| path.to_string_lossy().into_owned());
        let ours = self.ours(tool, &expanded)?;
        // A judge in a root of its own knows the folder by another name.
        let [seen, known] =
            [self.judge.seen(self.folder.path()), self.path("").display().to_string()];
        let seen = format!("{seen}/");
        if seen != known {
            theirs.stdout = replaced(&theirs.stdout, seen.as_bytes(), known.as_bytes());
        }
        Ok((theirs, ours))
    }

    fn expand(&self, arguments: &[String], show: impl Fn(&Path) -> String) -> Vec<String> {
        let expand = |word: &String| {
            let name = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
            name.map_or_else(|| word.clone(), |name| show(&self.path(name)))
        };
        arguments.iter().map(expand).collect()
    }

    /// Runs the judge's tool alone.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn theirs(&self, tool: Tool, arguments: &[String]) -> io::Result<Run> {
        // A run that was killed is made again: the tool does hang, seldom, on its way out.
        loop {
            let output = (self.judge.command(tool.name()))
                .args(self.expand(arguments, |path| self.judge.seen(path)))
                // The tool leaves node 0 of tree buckets uninitialised; like this it is 0.
                .env("GLIBC_TUNABLES", "glibc.malloc.perturb=255:glibc.malloc.tcache_count=0")
                .env("TZ", "UTC")
                .output()?;
            if output.status.code() != Some(KILLED) {
                let file = take(&self.path("out"))?;
                return Ok(Run { code: output.status.code(), stdout: output.stdout, file });
            }
        }
    }

    fn ours(&self, tool: Tool, arguments: &[String]) -> io::Result<Run> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let release = self.release.clone().into_iter();
        let code = tool.run(
            &release.chain(arguments.iter().cloned()).collect::<Vec<_>>(),
            &mut Io {
                stdin: &mut io::empty(),
                stdin_is_terminal: false,
                stdout: &mut stdout,
                stderr: &mut stderr,
            },
        );
        Ok(Run { code: Some(code), stdout, file: take(&self.path("out"))? })
    }
}

/// The bytes with each of these replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            rest = behind;
        } else {
            out.push(*first);
            rest = behind;
        }
    }
    out
}

/// Reads a file and removes it.
fn take(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => fs::remove_file(path).map(|()| Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
