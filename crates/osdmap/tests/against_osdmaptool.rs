//! Random OSDMaps, written here, read and mapped by the installed osdmaptool: every line equal.
//!
//! `CRUSHLAB_OSDMAPS` and `CRUSHLAB_OSDMAPS_SEED` give the number of maps and the first seed.
//! `CRUSHLAB_JUDGE` is the folder of other tools, or the root of another system that has them; maps
//! are then of that release.

#[path = "../../../test/support/judge.rs"]
mod judge;
mod support;

use std::num::NonZeroUsize;
use std::path::Path;

use crushlab_crush::NONE;
use crushlab_osdmap::model::{Address, AddressForm, Addresses};
use crushlab_osdmap::{OsdMap, PoolMapper, map_pool};
use judge::Judge;

/// PGs of each map.
const PGS: u32 = 6000;
/// Maps of an ordinary run.
const MAPS: u64 = 12;
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What osdmaptool prints, or how it failed.
fn osdmaptool(judge: &Judge, arguments: &[&str]) -> Result<String, String> {
    let output = judge.run("osdmaptool", arguments).map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr).chars().take(600).collect::<String>();
    Err(format!("{}: {told}", output.status))
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

/// Versions of the client's part, the OSDs' part and of pools: Hammer, Luminous, Mimic, Nautilus.
/// With the first of them there are no upmaps.
const RELEASES: [(u8, u8, u8); 4] = [(3, 1, 21), (6, 5, 26), (7, 6, 27), (8, 7, 29)];

/// The map as an older release would write it.
fn aged(mut map: OsdMap, (client, osd, pool): (u8, u8, u8)) -> OsdMap {
    map.encoding.client.version = client;
    map.encoding.osd.version = osd;
    for held in map.pools.values_mut() {
        held.frame.version = pool;
    }
    if client < 8 {
        let empty = Addresses { form: AddressForm::Legacy, list: vec![Address::default()] };
        for osd in &mut map.osds {
            osd.client_addresses = empty.clone();
            osd.cluster_addresses = empty.clone();
            osd.heartbeat_back_addresses = empty.clone();
            osd.heartbeat_front_addresses = empty.clone();
            osd.xinfo.frame.version = 3;
        }
    }
    if client < 4 {
        map.pg_upmap.clear();
        map.pg_upmap_items.clear();
    }
    map
}

fn compare_map(judge: &Judge, seed: u64, map: &OsdMap, folder: &Path) -> usize {
    let bytes = map.to_binary();
    let path = folder.join("osdmap");
    std::fs::write(&path, &bytes).expect("the folder is writable");
    let output = osdmaptool(judge, &[&judge.seen(&path), "--test-map-pgs-dump-all"]);
    let output = output.unwrap_or_else(|error| panic!("seed {seed}: osdmaptool: {error}"));
    let theirs: Vec<&str> = output.lines().filter(|line| line.contains(" raw (")).collect();
    let ours = ours(map);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs, "seed {seed}");
    }
    assert_eq!(ours.len(), theirs.len(), "seed {seed}");
    let read = OsdMap::from_binary(&bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_eq!(read.to_binary(), bytes, "seed {seed}");
    ours.len()
}

/// The tools to compare with and their release, where there are any.
fn judge() -> Option<(Judge, u8)> {
    let judge = Judge::from_environment();
    let release = judge.release();
    if release.is_none() {
        println!("SKIPPED: osdmaptool is not installed (Debian: apt-get install ceph-base)");
    }
    Some((judge, release?))
}

/// Release up to which a pool's rule had to fit the pool, as in maps that name no release.
const FITTING_RULE_RELEASE: u8 = 16;

#[test]
fn maps_as_older_releases_write_them_are_mapped_alike() {
    let Some((judge, release)) = judge() else { return };
    if release > FITTING_RULE_RELEASE {
        println!("SKIPPED: {release} maps older maps by rules of its own");
        return;
    }
    let folder = judge.workplace().expect("a temporary folder");
    for (seed, release) in (500..).zip(RELEASES) {
        let map = aged(support::random_map(seed, 500, 0), release);
        compare_map(&judge, seed, &map, folder.path());
    }
}

#[test]
fn every_pg_is_mapped_as_osdmaptool_maps_it() {
    let Some((judge, release)) = judge() else { return };
    let folder = judge.workplace().expect("a temporary folder");
    let first = number("CRUSHLAB_OSDMAPS_SEED", 1);
    let maps = number("CRUSHLAB_OSDMAPS", MAPS);
    let seeds = first..first + maps;
    let map = |seed| support::random_map(seed, PGS, release);
    let pgs: usize = seeds.map(|seed| compare_map(&judge, seed, &map(seed), folder.path())).sum();
    println!("{pgs} PGs of {maps} maps of release {release} mapped alike, seeds from {first}");
}
