//! Sizes and releases in words.

use crushlab_osdmap::model::RELEASES;
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::{Failure, guarded};

/// Bytes of a size with its unit, such as `8 TiB` or `7.68 TB`.
#[napi]
pub fn parse_bytes(env: &Env, text: String) -> Result<f64> {
    let bytes = guarded(|| {
        let bytes = crushlab_osdmap::units::parse_bytes(&text);
        bytes.map_err(|error| Failure::new("invalid_argument", error))
    });
    bytes.map(|bytes| bytes as f64).map_err(|failure| failure.into_error(env))
}

/// Names of Ceph's releases by number; the first has the number 1.
#[napi]
pub fn release_names() -> Vec<String> {
    RELEASES.map(str::to_owned).to_vec()
}
