//! How sure a share is that was found in a sample.

use serde::Serialize;

/// Probability with which an interval holds the true share.
pub const CONFIDENCE: f64 = 0.95;

/// Quantile of the normal distribution that belongs to [`CONFIDENCE`]: 97.5 % are below.
const QUANTILE: f64 = 1.959_963_984_540_054;

/// A share from 0 to 1, and between what bounds it is with a probability of [`CONFIDENCE`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// The share, or the best guess at it.
    pub share: f64,
    /// Lower bound; the share itself where all was counted.
    #[serde(rename = "share_low")]
    pub low: f64,
    /// Upper bound; the share itself where all was counted.
    #[serde(rename = "share_high")]
    pub high: f64,
}

impl Share {
    /// What was counted in full.
    pub fn exact(part: u64, all: u64) -> Share {
        let share = if all == 0 { 0.0 } else { part as f64 / all as f64 };
        Share { share, low: share, high: share }
    }

    /// What was found in `part` of `sampled`. That a sample without repetition is a little better
    /// is left out.
    pub fn sampled(part: u64, sampled: u64) -> Share {
        Share::of_mean(part as f64 / sampled.max(1) as f64, sampled)
    }

    /// What `sampled` values from 0 to 1 are on average: the score interval of E. B. Wilson
    /// (Journal of the American Statistical Association 22, 1927), which is exact where they are
    /// all 0 or 1, and on the safe side where they vary less.
    pub fn of_mean(share: f64, sampled: u64) -> Share {
        if sampled == 0 {
            return Share { share: 0.0, low: 0.0, high: 1.0 };
        }
        let count = sampled as f64;
        let square = QUANTILE * QUANTILE;
        let middle = share + square / (2.0 * count);
        let spread = (share * (1.0 - share)).max(0.0) / count + square / (4.0 * count * count);
        let (reach, scale) = (QUANTILE * spread.sqrt(), 1.0 + square / count);
        let bound = |value: f64| (value / scale).clamp(0.0, 1.0);
        // Rounding must not leave the share itself outside.
        let low = bound(middle - reach).min(share);
        Share { share, low, high: bound(middle + reach).max(share) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_numbers() {
        // 8 of 40: (share + z²/2n ± z √(share (1 − share)/n + z²/4n²)) / (1 + z²/n), by hand.
        let share = Share::sampled(8, 40);
        assert!((share.low - 0.105_000).abs() < 1e-5, "{share:?}");
        assert!((share.high - 0.347_574).abs() < 1e-5, "{share:?}");
    }

    #[test]
    fn bounds_hold_the_share() {
        assert_eq!(Share::sampled(0, 0), Share { share: 0.0, low: 0.0, high: 1.0 });
        assert_eq!(Share::exact(3, 0).share, 0.0);
        for part in 0..=50 {
            let Share { share, low, high } = Share::sampled(part, 50);
            assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            assert!(high - low > 0.05);
        }
        assert!(Share::sampled(0, 1000).high < 0.004);
    }
}
