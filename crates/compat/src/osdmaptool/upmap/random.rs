//! The order that the tool shuffles PGs into for a seed: that of libstdc++'s `std::shuffle` with
//! its default engine, which is a linear congruential one (`minstd_rand0`: S. K. Park and K. W.
//! Miller, Communications of the ACM 31, 1988). The C++ standard leaves the order to the library.

/// The engine's modulus, a prime, and what its state is multiplied with.
const MODULUS: u64 = (1 << 31) - 1;
const MULTIPLIER: u64 = 16807;

/// An engine draws from 1 to the modulus less 1: so much more than the least is the most.
const SPAN: u64 = MODULUS - 2;

/// Seeds of engines: each shuffle has one of its own, a number higher than the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeds(pub(super) u32);

impl Seeds {
    /// Shuffles a list with the next seed.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        let mut engine = Engine::new(self.0);
        self.0 = self.0.wrapping_add(1);
        engine.shuffle(list);
    }
}

struct Engine(u64);

impl Engine {
    fn new(seed: u32) -> Engine {
        // A state of 0 would never change.
        Engine((u64::from(seed) % MODULUS).max(1))
    }

    /// From 0 to [`SPAN`].
    fn next(&mut self) -> u64 {
        self.0 = self.0 * MULTIPLIER % MODULUS;
        self.0 - 1
    }

    /// From 0 to `most`, each as likely: what is too much for equal parts is drawn again, and where
    /// one draw is too little, a second one has the higher digits.
    fn up_to(&mut self, most: u64) -> u64 {
        if most < SPAN {
            let parts = most + 1;
            let part = SPAN / parts;
            loop {
                let drawn = self.next();
                if drawn < part * parts {
                    return drawn / part;
                }
            }
        }
        if most == SPAN {
            return self.next();
        }
        loop {
            let high = (SPAN + 1).wrapping_mul(self.up_to(most / (SPAN + 1)));
            let drawn = high.wrapping_add(self.next());
            if drawn <= most && drawn >= high {
                return drawn;
            }
        }
    }

    /// Exchanges each element with one before it or itself, where two draws fit into one in pairs.
    fn shuffle<T>(&mut self, list: &mut [T]) {
        let count = list.len() as u64;
        if count == 0 {
            return;
        }
        let mut at = 1;
        if SPAN / count < count {
            while at < count {
                let other = self.up_to(at);
                list.swap(at as usize, other as usize);
                at += 1;
            }
            return;
        }
        // Pairs need an even number behind the first.
        if count.is_multiple_of(2) {
            let other = self.up_to(1);
            list.swap(1, other as usize);
            at = 2;
        }
        while at < count {
            let drawn = self.up_to((at + 1) * (at + 2) - 1);
            list.swap(at as usize, (drawn / (at + 2)) as usize);
            list.swap(at as usize + 1, (drawn % (at + 2)) as usize);
            at += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_the_minimal_standard() {
        // The C++ standard: the 10,000th draw of a default-constructed minstd_rand0.
        let mut engine = Engine::new(1);
        let last = (0..10_000).map(|_| engine.next() + 1).last();
        assert_eq!(last, Some(1_043_618_065));
        assert_eq!(Engine::new(0).0, 1);
    }

    #[test]
    fn every_order_is_a_permutation() {
        for count in [0, 1, 2, 3, 10, 511, 512] {
            let mut list: Vec<usize> = (0..count).collect();
            Seeds(7).shuffle(&mut list);
            list.sort_unstable();
            assert_eq!(list, (0..count).collect::<Vec<usize>>());
        }
        let mut engine = Engine::new(3);
        let large: Vec<u64> = (0..100).map(|_| engine.up_to(1 << 40)).collect();
        assert!(large.iter().all(|drawn| *drawn <= 1 << 40) && large.iter().any(|d| *d > 1 << 36));
    }
}
