//! The readers against broken input: whatever it is, they return.

use std::path::PathBuf;

use crushlab_crushmap::CrushMap;
use proptest::prelude::*;
use proptest::sample::Index;

/// One file in each form; together they have every part of a map.
const FILES: [&str; 7] = [
    "algorithms.bin",
    "classes.bin",
    "choose-args.bin",
    "steps.txt",
    "choose-args.txt",
    "classes.decompiled",
    "choose-args.dump.json",
];

/// What hostile input likes to say.
const NUMBERS: [u32; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/crushmap");
    let path = PathBuf::from(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Byte(Index, u8),
    Bit(Index, u8),
    Number(Index, usize),
    Copy { from: Index, to: Index, length: usize },
    Remove(Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
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

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
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

/// Reads the bytes; a map that is accepted must survive being written in every form.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Ok(map) = CrushMap::read(bytes) else { return Ok(()) };
    prop_assert!(map.map().is_ok());
    let binary = map.to_binary();
    let again = CrushMap::from_binary(&binary);
    prop_assert!(again.is_ok(), "{:?}", again.err());
    prop_assert!(map.to_text().starts_with("# begin crush map\n"));
    if map.core.max_devices < 10_000 {
        prop_assert!(map.to_json().is_object());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn damaged_maps_are_read_or_refused(
        file in 0..FILES.len(),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let mut bytes = golden(FILES[file]);
        damages.iter().for_each(|damage| apply(&mut bytes, damage));
        read(&bytes)?;
    }

    #[test]
    fn anything_behind_the_magic_is_read_or_refused(
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        read(&[[0, 0, 1, 0].as_slice(), &tail].concat())?;
    }

    #[test]
    fn any_text_is_read_or_refused(
        text in "(device|type|tunable|rule|step|take|id|alg|item|class|choose_args|weight_set|\
                  [{}\\[\\]a-c0-9 .#\n-]){0,60}",
    ) {
        read(text.as_bytes())?;
    }
}

#[test]
fn every_cut_and_every_flipped_bit_of_the_binaries() {
    for name in FILES.iter().filter(|name| name.ends_with(".bin")) {
        let whole = golden(name);
        for length in 0..whole.len() {
            read(&whole[..length]).expect(name);
        }
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            read(&bytes).expect(name);
        }
    }
}
