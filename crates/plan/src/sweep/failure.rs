//! Which failures a sweep goes through.

use std::collections::BTreeSet;

use fastrand::Rng;

/// Most pairs that are all gone through where it is not said how many.
pub const PAIRS_IN_FULL: u64 = 10_000;

/// Pairs that are gone through where there are more than [`PAIRS_IN_FULL`].
pub const PAIRS_SAMPLED: u64 = 1_000;

/// Which pairs of domains fail together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pairs {
    /// None.
    #[default]
    None,
    /// All, if they are [`PAIRS_IN_FULL`] at most; else a sample of [`PAIRS_SAMPLED`].
    Some,
    /// All.
    All,
    /// As many as this, each pair as likely as any other; all if there are no more.
    Sample(u64),
}

/// Pairs of some domains, as indexes, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PairChoice {
    /// Pairs that there are.
    pub(crate) all: u64,
    /// Those that were chosen, the lower index first.
    pub(crate) chosen: Vec<(usize, usize)>,
}

/// Chooses pairs out of `count` domains; the same for the same seed.
pub(crate) fn choose_pairs(count: usize, pairs: Pairs, seed: u64) -> PairChoice {
    let all = pair_count(count as u64);
    let wanted = planned_pairs(count, pairs);
    let chosen = if wanted == all {
        (1..count).flat_map(|high| (0..high).map(move |low| (low, high))).collect()
    } else {
        sample(all, wanted, seed).into_iter().map(pair_at).collect()
    };
    PairChoice { all, chosen }
}

/// How many pairs out of `count` domains are gone through.
pub(crate) fn planned_pairs(count: usize, pairs: Pairs) -> u64 {
    let all = pair_count(count as u64);
    match pairs {
        Pairs::None => 0,
        Pairs::All => all,
        Pairs::Some if all <= PAIRS_IN_FULL => all,
        Pairs::Some => PAIRS_SAMPLED,
        Pairs::Sample(wanted) => wanted.min(all),
    }
}

/// Pairs of `count` things.
pub(crate) fn pair_count(count: u64) -> u64 {
    count.saturating_mul(count.saturating_sub(1)) / 2
}

/// `wanted` of the numbers below `all`, every set of them as likely as any other (R. W. Floyd's
/// method, Communications of the ACM 30, 1987).
fn sample(all: u64, wanted: u64, seed: u64) -> BTreeSet<u64> {
    let mut random = Rng::with_seed(seed);
    let mut chosen = BTreeSet::new();
    for last in all - wanted..all {
        let drawn = random.u64(..=last);
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen
}

/// The pair with this number, counted by the higher index, then the lower.
fn pair_at(number: u64) -> (usize, usize) {
    // The root is near; the steps make up for its rounding.
    let mut high = ((2.0 * number as f64 + 0.25).sqrt() + 0.5) as u64;
    while pair_count(high) > number {
        high -= 1;
    }
    while pair_count(high + 1) <= number {
        high += 1;
    }
    ((number - pair_count(high)) as usize, high as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_through() {
        let all = choose_pairs(60, Pairs::All, 0);
        assert_eq!((all.all, all.chosen.len()), (1770, 1770));
        let by_number: Vec<_> = (0..1770).map(pair_at).collect();
        assert_eq!(all.chosen, by_number);
        let far = pair_count(3_000_000_000) + 5;
        assert_eq!(pair_at(far), (5, 3_000_000_000));
        assert_eq!(pair_at(far - 6), (2_999_999_998, 2_999_999_999));
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_seed() {
        let sample = |seed| choose_pairs(500, Pairs::Sample(100), seed).chosen;
        assert_eq!(sample(7), sample(7));
        assert_ne!(sample(7), sample(8));
        let pairs = sample(7);
        assert_eq!(pairs.iter().collect::<BTreeSet<_>>().len(), 100);
        assert!(pairs.iter().all(|(low, high)| low < high && *high < 500));
    }

    #[test]
    fn every_pair_is_as_likely() {
        let mut counts = [0u32; 10];
        for seed in 0..5_000 {
            for (low, high) in choose_pairs(5, Pairs::Sample(3), seed).chosen {
                counts[pair_count(high as u64) as usize + low] += 1;
            }
        }
        // 1,500 each are expected; the standard deviation is 32.
        assert!(counts.iter().all(|count| (1_340..1_660).contains(count)), "{counts:?}");
    }

    #[test]
    fn few_pairs_are_not_sampled() {
        assert_eq!(choose_pairs(4, Pairs::Sample(100), 1).chosen.len(), 6);
        assert_eq!(choose_pairs(100, Pairs::Some, 1).chosen.len(), 4950);
        assert_eq!(choose_pairs(500, Pairs::Some, 1).chosen.len(), 1000);
        assert_eq!(choose_pairs(500, Pairs::None, 1).chosen.len(), 0);
        for count in [0, 1] {
            assert_eq!(choose_pairs(count, Pairs::All, 1), PairChoice::default());
        }
    }
}
