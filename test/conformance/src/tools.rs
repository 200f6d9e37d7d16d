//! Running the two tools alike.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crushlab_compat::Io;
use crushlab_compat::crushtool::run;
use tempfile::TempDir;

/// Seconds after which a run of the installed tool counts as hung and is made again: it does hang,
/// seldom, on its way out.
const PATIENCE_SECONDS: &str = "20";

/// Exit code of `timeout` when it has killed what it ran.
const KILLED: i32 = 137;

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

/// Whether crushtool is installed.
pub fn crushtool_is_installed() -> bool {
    let help = Command::new("crushtool").arg("--help").stdin(Stdio::null()).output();
    help.is_ok_and(|output| output.status.success())
}

/// The version of the Debian package that crushtool came with (the tool cannot tell its own).
pub fn crushtool_version() -> String {
    let format = "--showformat=${Version}";
    let query = Command::new("dpkg-query").args(["--show", format, "ceph-base"]).output();
    query.map_or("unknown".into(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A folder for the files of a case.
pub(crate) struct Workplace {
    folder: TempDir,
}

impl Workplace {
    /// A new folder, removed when this is dropped.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn new() -> io::Result<Workplace> {
        Ok(Workplace { folder: TempDir::new()? })
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
    /// a file `out` is what they were asked to write.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn both(&self, arguments: &[String]) -> io::Result<(Run, Run)> {
        let arguments: Vec<String> = arguments.iter().map(|word| self.expand(word)).collect();
        let theirs = self.theirs(&arguments)?;
        let ours = self.ours(&arguments)?;
        Ok((theirs, ours))
    }

    fn expand(&self, word: &str) -> String {
        match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
            Some(name) => self.path(name).to_string_lossy().into_owned(),
            None => word.to_string(),
        }
    }

    fn theirs(&self, arguments: &[String]) -> io::Result<Run> {
        loop {
            let output = Command::new("timeout")
                .args(["--signal=KILL", PATIENCE_SECONDS, "crushtool"])
                .args(arguments)
                // The tool leaves node 0 of tree buckets uninitialised; like this it is 0.
                .env("GLIBC_TUNABLES", "glibc.malloc.perturb=255:glibc.malloc.tcache_count=0")
                .stdin(Stdio::null())
                .output()?;
            if output.status.code() != Some(KILLED) {
                let file = take(&self.path("out"))?;
                return Ok(Run { code: output.status.code(), stdout: output.stdout, file });
            }
        }
    }

    fn ours(&self, arguments: &[String]) -> io::Result<Run> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let code = run(
            arguments,
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

/// Reads a file and removes it.
fn take(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => fs::remove_file(path).map(|()| Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
