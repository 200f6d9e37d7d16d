//! PGCalc, the calculator on Ceph's site.

/// What PGCalc suggests for a pool.
///
/// The value is `target_pgs_per_osd` x OSDs x percent / (100 x size), rounded down, then to a power
/// of two; the least is OSDs / size, rounded down, plus 1, to a power of two, doubled once where
/// that is below the number of OSDs. (The page's own text gives a smaller least.) `size` is the
/// number of replicas, or k + m; `percent` the pool's part of the data on these OSDs.
///
/// Source: `updatePGCount` of Ceph's `doc/_static/js/pgcalc.js`.
pub fn pgcalc(target_pgs_per_osd: u64, osds: u64, percent: f64, size: u64) -> u64 {
    let size = size.max(1);
    let value = target_pgs_per_osd as f64 * osds as f64 * percent / (100.0 * size as f64);
    let mut least = near_power_of_two((osds / size) as f64 + 1.0);
    if least < osds {
        least = least.saturating_mul(2);
    }
    least.max(near_power_of_two(value.floor()))
}

/// The power of two with the nearest logarithm, or the next one where that is more than a quarter
/// below (`nearestPow2`); 0 for 0.
fn near_power_of_two(value: f64) -> u64 {
    if value.is_nan() || value < 1.0 {
        return 0;
    }
    // Beyond 2^62 no cluster has PGs.
    let power = 1u64 << (value.log2().round().min(62.0) as u32);
    if (power as f64) < value * 0.75 { power.saturating_mul(2) } else { power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_examples() {
        assert_eq!(pgcalc(100, 100, 100.0, 3), 4096);
        assert_eq!(pgcalc(200, 100, 18.0, 3), 1024);
        assert_eq!(pgcalc(100, 100, 0.1, 3), 64);
        assert_eq!(pgcalc(100, 100, 0.0, 3), 64);
    }

    #[test]
    fn the_lower_power_stays_when_it_is_at_most_a_quarter_below() {
        // The logarithm's nearest is 1024 up to 1448; 1365 is the last of which it is 3/4.
        assert_eq!(near_power_of_two(1365.0), 1024);
        assert_eq!(near_power_of_two(1366.0), 2048);
        assert_eq!(near_power_of_two(0.0), 0);
        assert_eq!(near_power_of_two(f64::NAN), 0);
    }

    #[test]
    fn absurd_numbers_stay_numbers() {
        assert!(pgcalc(u64::MAX, u64::MAX, 1e300, 0) >= 1 << 62);
    }
}
