//! Drop-in command lines: the arguments of Ceph's own tools in, the same bytes and the same exit
//! code out.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`crushtool`] | `crushtool` as in Ceph 16.2.15 |
//! | `formatter` | the structured formats of `--dump`: JSON, XML, HTML, tables |
//! | `number` | numbers as C and C++ read and print them |

pub mod crushtool;
mod formatter;
mod number;
