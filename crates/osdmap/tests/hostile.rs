//! The readers against broken input: whatever it is, they return.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crushlab_osdmap::{Cluster, Input, OsdMap, PoolMapper, map_pool};
use proptest::prelude::*;

#[path = "../../../test/support/damage.rs"]
mod damage;

use damage::{apply, damage};

/// Files that make a cluster together. The first of each set is the one that is damaged.
const FILES: [&[&str]; 12] = [
    &["simple.osdmap"],
    &["cluster.osdmap"],
    &["osd-dump.json", "crush.bin"],
    &["osd-crush-dump.json", "osd-dump.json"],
    &["crush.bin", "osd-dump.json"],
    &["osd-df-tree.json", "cluster.osdmap"],
    &["df-detail.json", "cluster.osdmap"],
    &["pg-dump.json.gz", "cluster.osdmap"],
    &["report.json.gz"],
    &["osd-dump.txt", "crush.bin"],
    &["osd-tree.txt", "crush.bin"],
    &["osd-tree.json", "crush.bin"],
];

/// PGs of maps that are mapped, and tries that their CRUSH maps may ask for: a map can ask for
/// billions of either, which is no fault of a reader.
const PGS_MAX: u64 = 200;
const TRIES_MAX: i64 = 200;

fn golden(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/osdmap");
    let path = PathBuf::from(folder).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Makes the checksum of a map of version 8 that ends at its end fit again, so that damage gets
/// past it.
fn mend(bytes: &mut Vec<u8>) {
    if bytes.len() > 10 && bytes[0] == 8 {
        let length = (bytes.len() - 6) as u32;
        bytes[2..6].copy_from_slice(&length.to_le_bytes());
        bytes.truncate(bytes.len() - 4);
        let crc = !crc32c::crc32c(bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
    }
}

fn is_quickly_mapped(map: &OsdMap) -> bool {
    let core = &map.crush.core;
    let tunables = &core.tunables;
    let steps = core.rules.iter().flatten().flat_map(|rule| &rule.steps);
    let tries = [
        tunables.choose_total_tries,
        tunables.choose_local_tries,
        tunables.choose_local_fallback_tries,
    ];
    let tries = tries.map(i64::from).into_iter();
    map.pg_count() <= PGS_MAX
        && tries.chain(steps.map(|step| i64::from(step.arg1))).all(|tries| tries <= TRIES_MAX)
}

/// A map that is accepted must survive being mapped and written.
fn use_map(map: &OsdMap) -> Result<(), TestCaseError> {
    let crush = map.crush.map();
    prop_assert!(crush.is_ok());
    for id in map.pools.keys().filter(|_| is_quickly_mapped(map)) {
        let mapper = PoolMapper::new(map, crush.as_ref().expect("it is sound"), *id);
        map_pool(&mapper.expect("the pool is there"), NonZeroUsize::MIN);
    }
    let binary = map.to_binary();
    let again = OsdMap::from_binary(&binary);
    prop_assert!(again.is_ok(), "{:?}", again.err());
    prop_assert_eq!(again.expect("it was read").to_binary(), binary);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_refused(
        files in 0..FILES.len(),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        let mut contents: Vec<Vec<u8>> = FILES[files].iter().map(|name| golden(name)).collect();
        damages.iter().for_each(|damage| apply(&mut contents[0], damage));
        mend(&mut contents[0]);
        let inputs: Vec<Input<'_>> =
            contents.iter().map(|bytes| Input { name: "file", bytes }).collect();
        if let Ok(loaded) = Cluster::load(&inputs) {
            use_map(&loaded.cluster.map)?;
        }
    }

    #[test]
    fn any_description_is_read_or_refused(
        text in "(hosts:|racks:|pools:|count|size|name|osds|pg_num|erasure|k|m|stored|rule|: |- |\
                  [{}\\[\\],a-c0-9 &*!|>'\"~\n-]|\n  |1 TiB){0,60}",
    ) {
        let text = format!("hosts:{text}");
        let input = Input { name: "file", bytes: text.as_bytes() };
        if let Ok(loaded) = Cluster::load(&[input]) {
            use_map(&loaded.cluster.map)?;
        }
    }
}

#[test]
fn every_cut_and_every_flipped_bit_of_a_binary() {
    let whole = golden("simple.osdmap");
    for length in 0..whole.len() {
        assert!(OsdMap::from_binary(&whole[..length]).is_err(), "{length}");
    }
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if bit >= 8 {
            // Only the version itself can turn the checksum off.
            assert!(OsdMap::from_binary(&bytes).is_err(), "{bit}");
        }
        mend(&mut bytes);
        if let Ok(map) = OsdMap::from_binary(&bytes) {
            use_map(&map).expect("it was accepted");
        }
    }
}

#[test]
fn what_gzip_blows_up_too_far_is_refused() {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 40 << 20]).expect("memory takes it");
    let bytes = encoder.finish().expect("memory takes it");
    let error = Cluster::load(&[Input { name: "bomb", bytes: &bytes }]).expect_err("too large");
    assert!(error.to_string().starts_with("bomb: gzip: found more than "), "{error}");
}
