//! The ways in which the methods round to a power of two.

/// The smallest power of two that is not below `value`; 1 for values up to 1.
pub fn next_power_of_two(value: f64) -> u64 {
    let mut power = 1u64;
    while (power as f64) < value && power < 1 << 62 {
        power *= 2;
    }
    power
}

/// The largest power of two that is not above `value`; 1 for values below 1.
pub fn previous_power_of_two(value: f64) -> u64 {
    let next = next_power_of_two(value);
    if next as f64 > value && next > 1 { next / 2 } else { next }
}

/// The power of two whose ratio to `value` is nearest to 1; 1 for values below 1.
pub fn closest_power_of_two(value: f64) -> u64 {
    let below = previous_power_of_two(value);
    if value > below as f64 * std::f64::consts::SQRT_2 { below * 2 } else { below }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_stay_what_they_are() {
        for power in [1u64, 2, 64, 4096, 1 << 40] {
            assert_eq!(next_power_of_two(power as f64), power);
            assert_eq!(previous_power_of_two(power as f64), power);
            assert_eq!(closest_power_of_two(power as f64), power);
        }
    }

    #[test]
    fn others_go_to_their_side() {
        assert_eq!((next_power_of_two(65.0), previous_power_of_two(127.9)), (128, 64));
        assert_eq!((closest_power_of_two(90.0), closest_power_of_two(91.0)), (64, 128));
        assert_eq!((next_power_of_two(0.0), previous_power_of_two(-3.0)), (1, 1));
        assert_eq!(next_power_of_two(f64::NAN), 1);
        assert_eq!(next_power_of_two(f64::INFINITY), 1 << 62);
    }

    #[test]
    fn any_value_lies_between_its_powers() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..10_000 {
            let value = random.f64() * 2f64.powi(random.i32(0..40)) + 1.0;
            let (below, above) = (previous_power_of_two(value), next_power_of_two(value));
            assert!(below as f64 <= value && value <= above as f64, "{value}");
            assert!(above == below || above == below * 2, "{value}");
            let closest = closest_power_of_two(value) as f64;
            let [ratio, other] = [closest, (below + above) as f64 - closest];
            assert!((ratio / value).ln().abs() <= (other / value).ln().abs() + 1e-9, "{value}");
        }
    }
}
