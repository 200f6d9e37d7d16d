//! Damage to files, for tests of readers: the test files of several crates take this one in.

use proptest::prelude::*;
use proptest::sample::Index;

/// What hostile input likes to say.
const NUMBERS: [u32; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/// One thing done to some bytes.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Cut(Index),
    Byte(Index, u8),
    Bit(Index, u8),
    Number(Index, usize),
    Copy { from: Index, to: Index, length: usize },
    Remove(Index, usize),
}

/// Any damage, the smaller kinds more often.
pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    prop_oneof![
        1 => index().prop_map(Damage::Cut),
        4 => (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (index(), 0..8u8).prop_map(|(at, bit)| Damage::Bit(at, bit)),
        4 => (index(), 0..NUMBERS.len()).prop_map(|(at, which)| Damage::Number(at, which)),
        2 => (index(), index(), 1..40usize)
            .prop_map(|(from, to, length)| Damage::Copy { from, to, length }),
        2 => (index(), 1..20usize).prop_map(|(at, length)| Damage::Remove(at, length)),
    ]
}

/// Does the damage; nothing is left to damage of no bytes.
pub(crate) fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let size = bytes.len();
    match damage {
        Damage::Cut(at) => bytes.truncate(at.index(size)),
        Damage::Byte(at, byte) => bytes[at.index(size)] = *byte,
        Damage::Bit(at, bit) => bytes[at.index(size)] ^= 1 << bit,
        Damage::Number(at, which) => {
            let place = bytes[at.index(size)..].iter_mut();
            place.zip(NUMBERS[*which].to_le_bytes()).for_each(|(place, byte)| *place = byte);
        }
        Damage::Copy { from, to, length } => {
            let start = from.index(size);
            let part = bytes[start..(start + length).min(size)].to_vec();
            let to = to.index(size);
            bytes.splice(to..to, part);
        }
        Damage::Remove(at, length) => {
            let start = at.index(size);
            bytes.drain(start..(start + length).min(size));
        }
    }
}
