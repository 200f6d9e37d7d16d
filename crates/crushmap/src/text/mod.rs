//! The text form: what `crushtool -c` reads and `crushtool -d` prints.
//!
//! A text is read in three steps: `scan` takes tokens off the characters, `parse` makes
//! statements of them (grammar.h), `compile` makes a map of the statements (CrushCompiler.cc,
//! `compile`). `print` goes the other way (`decompile`).

mod buckets;
mod choose_args;
mod compile;
mod parse;
mod print;
mod rules;
mod scan;
mod syntax;

pub(crate) use print::{hash_name, hash_number};

/// Weight of a device that a text gives none: 1.0.
const DEFAULT_WEIGHT: u32 = 0x10000;
