//! The JSON form: what `crushtool --dump` and `ceph osd crush dump` print, also as the `crushmap`
//! inside `ceph report` (`CrushWrapper::dump`).
//!
//! Bucket weights are whole numbers in 16.16 there, weights of choose_args are decimal. The dump
//! leaves out what the reader has to make again: straw lengths and sums, the ids of classes, and
//! which bucket is whose shadow, which names tell until a bucket is renamed.

mod node;
mod read;
mod rules;
mod shadows;
mod tunables;
mod write;
