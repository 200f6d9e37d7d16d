//! Random maps through the installed crushtool and through crushlab's, byte for byte.
//!
//! A case is a seed. Its map is compiled, decompiled, dumped, edited and mapped by both tools;
//! every file, every line on standard output and every exit code has to be the same. With another
//! release than 16.2.15 as the judge, which prints in other ways, the mappings have to be the same.

mod case;
mod corpus;
mod generate;
#[path = "../../support/judge.rs"]
mod judge;
mod kernels;
mod tools;

pub use case::{Score, check};
pub use corpus::{CorpusScore, check_corpus};
pub use kernels::{KernelScore, check_kernels};
pub use tools::{has_crushtool, judge_version};
