//! Random maps through the installed crushtool and through crushlab's, byte for byte.
//!
//! A case is a seed. Its map is compiled, decompiled, dumped, edited and mapped by both tools;
//! every file, every line on standard output and every exit code has to be the same.

mod case;
mod generate;
mod kernels;
mod tools;

pub use case::{Score, check};
pub use kernels::{KernelScore, check_kernels};
pub use tools::{crushtool_is_installed, crushtool_version};
