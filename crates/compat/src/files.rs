//! Files: read up to a limit, written whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::stop::{Outcome, Stop};

/// Most bytes a map may have, far above what the largest map needs.
const MAX_MAP_BYTES: u64 = 64 << 20;

/// Everything that can be read from a source.
///
/// # Errors
/// Those of reading, and more than the limit.
pub(crate) fn read(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_MAP_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_MAP_BYTES {
        let limit = MAX_MAP_BYTES >> 20;
        return Err(io::Error::other(format!("too large: expected at most {limit} MiB")));
    }
    Ok(bytes)
}

/// Everything in a file.
///
/// # Errors
/// Why it cannot be read, as Ceph says it.
pub(crate) fn read_file(path: &OsStr) -> Result<Vec<u8>, String> {
    let file = path.to_string_lossy();
    let opened =
        File::open(path).map_err(|error| format!("can't open {file}: {}", named(&error)))?;
    read(opened).map_err(|error| named(&error))
}

/// An error as Ceph's `cpp_strerror` prints it: `(2) No such file or directory`.
pub(crate) fn named(error: &io::Error) -> String {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(code) => {
            let text = text.split(" (os error").next().unwrap_or(&text);
            format!("({code}) {text}")
        }
        None => text,
    }
}

/// Writes a file of these bytes.
pub(crate) fn write(path: &OsStr, bytes: &[u8]) -> Outcome {
    let mut file = Replacement::new(path)?;
    file.write_all(bytes).map_err(|error| failure(path, &error))?;
    file.finish()
}

fn failure(path: &OsStr, error: &io::Error) -> Stop {
    let file = path.to_string_lossy();
    Stop::error(format!("error writing '{file}': {}", named(error)))
}

/// A file that is being written, and takes the place of another when it is complete.
pub(crate) struct Replacement {
    path: PathBuf,
    target: Target,
}

enum Target {
    /// Written beside the file it is to replace, and then renamed.
    Temporary(BufWriter<NamedTempFile>),
    /// A device or pipe, which cannot be replaced.
    Direct(BufWriter<File>),
}

impl Replacement {
    /// Starts a file.
    pub(crate) fn new(path: impl AsRef<Path>) -> Outcome<Replacement> {
        let path = path.as_ref();
        // A link stays one: what it points to is replaced.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let target = target(&real).map_err(|error| failure(path.as_os_str(), &error))?;
        Ok(Replacement { path: real, target })
    }

    /// Puts the complete file into its place.
    pub(crate) fn finish(self) -> Outcome {
        let failed = |error: &io::Error| failure(self.path.as_os_str(), error);
        match self.target {
            Target::Direct(mut file) => file.flush().map_err(|error| failed(&error)),
            Target::Temporary(file) => {
                let file = file.into_inner().map_err(|error| failed(error.error()))?;
                file.persist(&self.path).map_err(|error| failed(&error.error))?;
                Ok(())
            }
        }
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Temporary(file) => file.write(bytes),
            Target::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Temporary(file) => file.flush(),
            Target::Direct(file) => file.flush(),
        }
    }
}

fn target(path: &Path) -> io::Result<Target> {
    let existing = fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        let file = OpenOptions::new().write(true).open(path)?;
        return Ok(Target::Direct(BufWriter::new(file)));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".crushlab-");
    #[cfg(unix)]
    builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644));
    fs::metadata(folder)?;
    let file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    if let Some(existing) = existing {
        fs::set_permissions(file.path(), existing.permissions())?;
    }
    Ok(Target::Temporary(BufWriter::new(file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_when_it_is_complete_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map");
        fs::write(&path, "old").unwrap();
        let mut unfinished = Replacement::new(&path).unwrap();
        unfinished.write_all(b"new").unwrap();
        drop(unfinished);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write(path.as_os_str(), b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let stop = write(OsStr::new("no/such/folder/map"), b"").unwrap_err();
        let message = "error writing 'no/such/folder/map': (2) No such file or directory";
        assert_eq!((stop.code, stop.message), (1, message.to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("map"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        write(link.as_os_str(), b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
