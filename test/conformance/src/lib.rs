//! Random maps through the installed crushtool and through crushlab's, byte for byte.
//!
//! A case is a seed. Its map is compiled, decompiled, dumped, edited and mapped by both tools;
//! every file, every line on standard output and every exit code has to be the same. So it is with
//! an OSDMap and both osdmaptools. The drop-ins stand for the judge's release; with a judge of a
//! release that they do not know, the mappings have to be the same.

mod case;
mod corpus;
mod generate;
#[path = "../../support/judge.rs"]
mod judge;
mod kernels;
mod osd_case;
#[allow(dead_code)]
#[path = "../../../crates/osdmap/tests/support/mod.rs"]
mod random_clusters;
#[allow(dead_code)]
#[path = "../../../crates/compat/tests/osdmaptool_support/maps.rs"]
mod random_osd_maps;
mod tools;

pub use case::{Amount, Score, check};
pub use corpus::{CorpusScore, check_corpus};
pub use kernels::{KernelScore, check_kernels};
pub use osd_case::check_osd_map;
pub use tools::{has_crushtool, judge_version};
