//! The classic rule of Ceph's documentation: 100 PGs an OSD, counted with their replicas.

use super::power_of_two::next_power_of_two;

/// PGs per OSD that the rule aims at.
const PGS_PER_OSD: f64 = 100.0;

/// OSDs x 100 / size, rounded up to a power of two. `size` is the number of replicas, or k + m.
/// The rule knows of no other pools: several share what it says.
///
/// Source: Ceph's documentation, "A preselection of pg_num", Argonaut to Quincy.
pub fn classic(osds: u64, size: u64) -> u64 {
    next_power_of_two(unrounded(osds, size))
}

/// What [`classic`] rounds.
pub(super) fn unrounded(osds: u64, size: u64) -> f64 {
    osds as f64 * PGS_PER_OSD / size.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentations_example() {
        assert_eq!(unrounded(200, 3).round(), 6667.0);
        assert_eq!(classic(200, 3), 8192);
        assert_eq!(classic(32, 25), 128);
        assert_eq!(classic(64, 100), 64);
        assert_eq!(classic(0, 3), 1);
    }
}
