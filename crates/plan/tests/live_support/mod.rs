//! A real Ceph cluster on loopback, and the comparison of its maps with predicted ones.

pub(crate) mod cluster;
pub(crate) mod compare;
