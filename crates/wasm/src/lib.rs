//! The binding for browsers: the same functions and classes as `crates/node`, by the same sources.
//!
//! Those sources are written against napi-rs. Here `napi` is a small crate beside this one that
//! offers as much of it as they use, on wasm-bindgen. A call that runs on other threads in Node
//! runs at once here: there are none. Its promise is settled when the call returns.

#[path = "../../node/src/capacity.rs"]
pub mod capacity;
#[path = "../../node/src/cluster.rs"]
pub mod cluster;
#[path = "../../node/src/cluster_change.rs"]
pub mod cluster_change;
#[path = "../../node/src/cluster_compare.rs"]
pub mod cluster_compare;
#[path = "../../node/src/cluster_data.rs"]
pub mod cluster_data;
#[path = "../../node/src/cluster_pgs.rs"]
pub mod cluster_pgs;
#[path = "../../node/src/edit.rs"]
pub mod edit;
#[path = "../../node/src/error.rs"]
pub mod error;
#[path = "../../node/src/explain.rs"]
pub mod explain;
#[path = "../../node/src/map.rs"]
pub mod map;
#[path = "../../node/src/map_data.rs"]
pub mod map_data;
#[path = "../../node/src/object_hash.rs"]
pub mod object_hash;
#[path = "../../node/src/pg_num.rs"]
pub mod pg_num;
#[path = "../../node/src/place.rs"]
pub mod place;
#[path = "../../node/src/progress.rs"]
pub mod progress;
#[path = "../../node/src/reweights.rs"]
pub mod reweights;
#[path = "../../node/src/schemes.rs"]
pub mod schemes;
mod throw;
#[path = "../../node/src/units.rs"]
pub mod units;
#[path = "../../node/src/what_if.rs"]
pub mod what_if;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once, when the module has been loaded: a panic becomes an error with the code `internal`.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let failure = error::Failure::new("internal", format!("a bug in crushlab: {panic}"));
        failure.into_error(&napi::Env).throw()
    }));
}
