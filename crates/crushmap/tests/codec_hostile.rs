//! The readers against broken input: whatever it is, they return.

use std::path::PathBuf;

use crushlab_crushmap::CrushMap;
use proptest::prelude::*;

#[path = "../../../test/support/damage.rs"]
mod damage;

use damage::{apply, damage};

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

fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/crushmap");
    let path = PathBuf::from(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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
