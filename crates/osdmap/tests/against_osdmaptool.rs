//! Random OSDMaps, written here, read and mapped by the installed osdmaptool: every line equal.
//!
//! `CRUSHLAB_OSDMAPS` and `CRUSHLAB_OSDMAPS_SEED` give the number of maps and the first seed.

mod support;

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use crushlab_crush::NONE;
use crushlab_osdmap::{OsdMap, PoolMapper, map_pool};

/// PGs of each map.
const PGS: u32 = 6000;
/// Maps of an ordinary run.
const MAPS: u64 = 12;
/// Seconds that osdmaptool is given for a map.
const SECONDS: &str = "120";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn osdmaptool(arguments: &[&str]) -> Option<String> {
    let output = Command::new("timeout").arg(SECONDS).arg("osdmaptool").args(arguments).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn list(osds: &[i32], primary: i32) -> String {
    let osds: Vec<String> = osds.iter().map(i32::to_string).collect();
    format!("([{}], p{primary})", osds.join(","))
}

/// The lines of `--test-map-pgs-dump-all` that tell of PGs.
fn ours(map: &OsdMap) -> Vec<String> {
    let crush = map.crush.map().expect("a map that was compiled is sound");
    let mut lines = Vec::new();
    for id in map.pools.keys() {
        let mapper = PoolMapper::new(map, &crush, *id).expect("the pool is there");
        let pgs = map_pool(&mapper, NonZeroUsize::new(2).expect("not 0"));
        for (seed, pg) in pgs.iter().enumerate() {
            let raw_primary = pg.raw.iter().copied().find(|osd| *osd != NONE).unwrap_or(-1);
            let raw = list(pg.raw, raw_primary);
            let up = list(pg.up, pg.up_primary);
            let acting = list(pg.acting, pg.acting_primary);
            lines.push(format!("{id}.{seed:x} raw {raw} up {up} acting {acting}"));
        }
    }
    lines
}

fn compare(seed: u64, folder: &Path) -> usize {
    let map = support::random_map(seed, PGS);
    let bytes = map.to_binary();
    let path = folder.join("osdmap");
    std::fs::write(&path, &bytes).expect("the folder is writable");
    let path = path.to_str().expect("the path is text");
    let output = osdmaptool(&[path, "--test-map-pgs-dump-all"]);
    let output = output.unwrap_or_else(|| panic!("seed {seed}: osdmaptool fails"));
    let theirs: Vec<&str> = output.lines().filter(|line| line.contains(" raw (")).collect();
    let ours = ours(&map);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs, "seed {seed}");
    }
    assert_eq!(ours.len(), theirs.len(), "seed {seed}");
    let read = OsdMap::from_binary(&bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_eq!(read.to_binary(), bytes, "seed {seed}");
    ours.len()
}

#[test]
fn every_pg_is_mapped_as_osdmaptool_maps_it() {
    if Command::new("osdmaptool").arg("--help").output().is_err() {
        println!("SKIPPED: osdmaptool is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = number("CRUSHLAB_OSDMAPS_SEED", 1);
    let maps = number("CRUSHLAB_OSDMAPS", MAPS);
    let pgs: usize = (first..first + maps).map(|seed| compare(seed, folder.path())).sum();
    println!("{pgs} PGs of {maps} maps mapped alike, seeds from {first}");
}
