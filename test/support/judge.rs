//! Ceph's own tools as judges, for tests of several crates: those installed, those of a folder, or
//! those of another release in a root folder of its own, which `chroot` runs (as root only).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use crushlab_crushmap::Release;
use tempfile::TempDir;

/// The variable that names the folder; without it the installed tools are asked.
#[allow(dead_code)]
pub(crate) const JUDGE_VARIABLE: &str = "CRUSHLAB_JUDGE";

/// Seconds after which a run counts as hung.
const PATIENCE_SECONDS: &str = "120";

/// Exit codes of `timeout` and `chroot` that could not run what they were told to.
const NOT_RUN: std::ops::RangeInclusive<i32> = 125..=127;

/// Where the tools are.
#[derive(Clone, Debug)]
enum Place {
    Installed,
    Folder(PathBuf),
    Root(PathBuf),
}

/// Tools of one release of Ceph.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    place: Place,
}

#[allow(dead_code)]
impl Judge {
    /// The tools in this folder, which has them itself or is the root of a system that has them in
    /// `usr/bin`; the installed ones where there is no folder.
    pub(crate) fn new(folder: Option<&Path>) -> Judge {
        let place = match folder {
            None => Place::Installed,
            Some(folder) if folder.join("usr/bin/crushtool").exists() => {
                Place::Root(folder.to_path_buf())
            }
            Some(folder) => Place::Folder(folder.to_path_buf()),
        };
        Judge { place }
    }

    /// The tools that [`JUDGE_VARIABLE`] names.
    pub(crate) fn from_environment() -> Judge {
        let folder = std::env::var_os(JUDGE_VARIABLE).map(PathBuf::from);
        Judge::new(folder.as_deref())
    }

    /// A command that runs a tool, with a limit of time, and nothing to read.
    pub(crate) fn command(&self, tool: &str) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", PATIENCE_SECONDS]).stdin(Stdio::null());
        match &self.place {
            Place::Installed => command.arg(tool),
            // By its name, which it prints.
            Place::Folder(folder) => {
                let path = std::env::var_os("PATH").unwrap_or_default();
                let all = std::iter::once(folder.clone()).chain(std::env::split_paths(&path));
                command.env("PATH", std::env::join_paths(all).unwrap_or(path)).arg(tool)
            }
            Place::Root(root) => command.arg("chroot").arg(root).arg(tool),
        };
        command
    }

    /// The words that run a tool, without a limit.
    pub(crate) fn words(&self, tool: &str) -> Vec<String> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        match &self.place {
            Place::Installed => vec![tool.to_owned()],
            Place::Folder(folder) => vec![text(&folder.join(tool))],
            Place::Root(root) => vec!["chroot".to_owned(), text(root), tool.to_owned()],
        }
    }

    /// Where a program lies, if there is one, without running it.
    pub(crate) fn find(&self, program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = match &self.place {
            Place::Installed => std::env::split_paths(&path).collect(),
            Place::Folder(folder) => vec![folder.clone()],
            Place::Root(root) => vec![root.join("usr/bin"), root.join("usr/sbin")],
        };
        folders.into_iter().map(|folder| folder.join(program)).find(|path| path.exists())
    }

    /// What a tool does with these arguments.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn run(&self, tool: &str, arguments: &[&str]) -> io::Result<Output> {
        self.command(tool).args(arguments).output()
    }

    /// Whether there is such a tool. The exit code of its help tells nothing: osdmaptool's is 1.
    pub(crate) fn has(&self, tool: &str) -> bool {
        let code = self.run(tool, &["--help"]).ok().and_then(|output| output.status.code());
        code.is_some_and(|code| !NOT_RUN.contains(&code))
    }

    /// The version that osdmaptool tells of itself, such as 16.2.15.
    pub(crate) fn version(&self) -> Option<String> {
        // Asked once a process: in a root of its own a run takes time.
        static KNOWN: Mutex<BTreeMap<String, Option<String>>> = Mutex::new(BTreeMap::new());
        let place = format!("{:?}", self.place);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(place).or_insert_with(|| self.ask_version()).clone()
    }

    fn ask_version(&self) -> Option<String> {
        let output = self.run("osdmaptool", &["--version"]).ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.split_whitespace().nth(2).map(str::to_owned)
    }

    /// The release's number: 16 for Pacific.
    pub(crate) fn release(&self) -> Option<u8> {
        self.version()?.split('.').next()?.parse().ok()
    }

    /// The release that drop-ins can stand for, where the tools are of one.
    pub(crate) fn tool(&self) -> Option<Release> {
        self.version().and_then(|version| Release::of_tool(&version).ok())
    }

    /// A new folder that the tools can reach, removed when it is dropped.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn workplace(&self) -> io::Result<TempDir> {
        match &self.place {
            Place::Root(root) => tempfile::tempdir_in(root.join("tmp")),
            _ => tempfile::tempdir(),
        }
    }

    /// A path of a file as the tools have to be told it.
    pub(crate) fn seen(&self, path: &Path) -> String {
        let seen = match &self.place {
            Place::Root(root) => path.strip_prefix(root).map(|rest| Path::new("/").join(rest)).ok(),
            _ => None,
        };
        seen.as_deref().unwrap_or(path).to_string_lossy().into_owned()
    }
}
