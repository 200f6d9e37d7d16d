//! The binding: convert, call one function, convert back.
//!
//! What is asked for arrives checked: the TypeScript API looks at every argument first. Answers go
//! back as plain objects and typed arrays. Work that may take long runs on libuv's threads, with a
//! [`progress::NativeProgress`] to watch and to stop it. An error is a JavaScript `Error` with a
//! stable `code` and, where there is one, the place (`offset`, or `line` and `column`).
//!
//! These sources are those of two crates: `crates/node`, with Ceph's tools, on napi-rs; and
//! `crates/wasm`, without them, for browsers. There `napi` is a small crate that offers as much of
//! napi-rs as is used here, on wasm-bindgen, and what runs on other threads runs at once.

pub mod balance;
pub mod capacity;
#[cfg(feature = "tools")]
pub mod captured_tool;
pub mod cluster;
pub mod cluster_change;
pub mod cluster_compare;
pub mod cluster_data;
pub mod cluster_pgs;
pub mod cluster_settled;
pub mod cluster_snapshot;
#[cfg(feature = "tools")]
pub mod crushtool;
pub mod edit;
pub mod error;
pub mod explain;
pub mod growth;
pub mod kernel;
pub mod map;
pub mod map_data;
pub mod migrate;
pub mod object_hash;
#[cfg(feature = "tools")]
pub mod osdmaptool;
pub mod pg_num;
pub mod place;
pub mod progress;
pub mod recovery;
pub mod reweights;
pub mod schemes;
pub mod simulate;
#[cfg(feature = "tools")]
mod streams;
pub mod sweep;
#[cfg_attr(not(feature = "tools"), path = "../../wasm/src/throw.rs")]
mod throw;
pub mod units;
pub mod what_if;
