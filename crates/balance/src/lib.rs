//! The most even placement of PGs that the rules allow, with the fewest moves.

#![forbid(unsafe_code)]

mod flow;
