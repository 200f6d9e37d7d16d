//! Hashes of object names.

use crushlab_crush::name_hash;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

/// The hash that pools use by default.
#[napi]
pub fn rjenkins_hash(key: Uint8Array) -> u32 {
    name_hash::rjenkins(&key)
}

/// The hash of the kernel's directory cache.
#[napi]
pub fn linux_hash(key: Uint8Array) -> u32 {
    name_hash::linux(&key)
}
