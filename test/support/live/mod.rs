//! A real Ceph cluster on loopback, and the comparison of its maps with predicted ones.

// Each test file uses a part of it.
#![allow(dead_code)]

pub(crate) mod answers;
pub(crate) mod cluster;
pub(crate) mod compare;
pub(crate) mod copies;
#[path = "../judge.rs"]
pub(crate) mod judge;
pub(crate) mod predict;
pub(crate) mod session;
