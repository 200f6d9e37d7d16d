//! The dice of `--simulate`: the same numbers at every run.

/// The linear congruential generator of `lrand48`, started as a program that never seeds it has
/// it.
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    pub(crate) fn new() -> Dice {
        Dice { state: 0 }
    }

    /// A number of 31 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) & ((1 << 48) - 1);
        self.state >> 17
    }

    /// A number below `limit`, which is above 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
