//! Drop-in command lines: the arguments of Ceph's own tools in, the same bytes and the same exit
//! code out.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`crushtool`] | `crushtool` as in Ceph 16.2.15, 18.2.7 or 20.2.4 |
//! | [`osdmaptool`] | `osdmaptool` as in these |
//! | [`release`] | which of them is meant |
//! | `arguments`, `console`, `stop` | how the tools read arguments, print and end |
//! | `files` | files read up to a limit, and written whole or not at all |
//! | `formatter` | the structured formats of `--dump`: JSON, XML, HTML, tables |
//! | `number` | numbers as C and C++ read and print them |
//! | `tree` | the walk over a CRUSH map that all trees share, and tables |

mod arguments;
mod console;
pub mod crushtool;
mod files;
mod formatter;
mod number;
pub mod osdmaptool;
pub mod release;
mod stop;
mod tree;

pub use console::Io;
