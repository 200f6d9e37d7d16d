//! What placing PGs takes: against crushtool, and against itself.
//!
//! What runs inside a process is measured here; `run.mjs` beside this crate measures processes,
//! puts both together and keeps the record.

pub mod cluster;
pub mod count;
pub mod crushtool;
pub mod incremental;
pub mod kernels;
pub mod maps;
pub mod measure;
