//! The classic rule as many apply it: the lower power of two will do when it is near enough.

use super::classic::unrounded;
use super::power_of_two::{next_power_of_two, previous_power_of_two};

/// Part of the value that the lower power of two has to reach.
const NEAR_ENOUGH: f64 = 0.75;

/// OSDs x 100 / size, rounded down to a power of two when that is at most 25 % below, else up.
/// `size` is the number of replicas, or k + m.
///
/// Source: Ceph's documentation and PGCalc, "If the nearest power of 2 is more than 25% below the
/// original value, the next higher power of 2 is used".
pub fn classic_keep_lower(osds: u64, size: u64) -> u64 {
    let value = unrounded(osds, size);
    let lower = previous_power_of_two(value);
    if lower as f64 >= NEAR_ENOUGH * value { lower } else { next_power_of_two(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_power_is_kept_within_a_quarter() {
        assert_eq!(classic_keep_lower(200, 3), 8192);
        assert_eq!(classic_keep_lower(36, 3), 1024);
        // 1365 is exactly 4/3 of 1024, 1366 is more.
        assert_eq!(classic_keep_lower(4096, 300), 1024);
        assert_eq!(classic_keep_lower(4099, 300), 2048);
        assert_eq!(classic_keep_lower(1, 200), 1);
    }
}
