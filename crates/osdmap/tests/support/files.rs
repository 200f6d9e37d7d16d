//! Golden files, and clusters of them. Each test uses what it needs.
#![allow(dead_code)]

use std::path::Path;

use crushlab_osdmap::{Cluster, Input, LoadError, Loaded};

/// A file of `test/golden/osdmap`.
pub(crate) fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/osdmap");
    let path = Path::new(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of `test/golden/osdmap` that is text.
pub(crate) fn golden_text(name: &str) -> String {
    String::from_utf8(golden(name)).expect("the file is text")
}

/// Loads files with their names.
pub(crate) fn load(files: &[(&str, &[u8])]) -> Result<Loaded, LoadError> {
    let inputs = files.iter().map(|(name, bytes)| Input { name, bytes });
    Cluster::load(&inputs.collect::<Vec<_>>())
}

/// Codes of what was to be said.
pub(crate) fn codes(loaded: &Loaded) -> Vec<&'static str> {
    loaded.cluster.warnings.iter().map(|warning| warning.code).collect()
}
