//! One seed of whole clusters: an OSDMap, and what both osdmaptools are asked about it.

use std::io;
use std::path::Path;

use crushlab_crushmap::Release;
use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::{PoolOption, option_key};
use fastrand::Rng;

use crate::case::{Score, difference, words};
use crate::judge::Judge;
use crate::random_clusters;
use crate::random_osd_maps;
use crate::tools::{Tool, Workplace};

/// PGs of a map whose PGs matter, about.
const PGS: u32 = 300;

/// What is asked of each map.
const QUESTIONS: [&str; 6] = [
    "{map} --print --tree=plain --health --test-map-pgs-dump-all",
    "{map} --dump json-pretty --tree=json-pretty --test-map-pgs-dump",
    "{map} --dump xml --test-map-pgs --mark-up-in --health",
    "{map} --mark-out 2 --mark-up 0 --mark-in 0 --clear-temp --test-map-pgs-dump --print",
    "{map} --test-map-object foo --pool 3 --export-crush {out}",
    "{map} --adjust-crush-weight 0:0.5,3:2 --test-map-pgs-dump --tree=plain",
];

/// Compares the tools on the OSDMap of a seed: with those in the folder, or with the installed
/// ones. Nothing is compared with releases that drop-ins do not stand for.
///
/// # Errors
/// What the system says about files and processes.
pub fn check_osd_map(seed: u64, judge: Option<&Path>) -> io::Result<Score> {
    let mut score = Score::default();
    let judge = Judge::new(judge);
    let Some(release) = judge.tool() else { return Ok(score) };
    let workplace = Workplace::new(&judge)?;
    let bytes = random_map(seed, release).to_binary();
    workplace.write("map", &bytes)?;
    score.osd_maps += 1;
    for question in QUESTIONS {
        let before = question.starts_with("{out}").then_some(bytes.as_slice());
        let arguments = words(question);
        let (theirs, ours) = workplace.both(Tool::Osdmaptool, &arguments, before)?;
        score.osd_runs += 1;
        let what = difference(&theirs, &ours);
        let named = |what| format!("OSDMap of seed {seed}: {question}: {what}");
        score.differences.extend(what.map(named));
    }
    Ok(score)
}

/// Maps of everything that a map can hold take turns with maps on which all moves PGs.
fn random_map(seed: u64, release: Release) -> OsdMap {
    if seed.is_multiple_of(2) {
        return random_clusters::random_map(seed, PGS, release.number());
    }
    let mut map = random_osd_maps::random_map(seed);
    let mut rng = Rng::with_seed(seed);
    if release.has_upmap_primaries() && rng.bool() {
        let pgs = map.pg_temp.iter().filter_map(|(pg, osds)| Some((*pg, *osds.first()?)));
        map.pg_upmap_primaries = pgs.collect();
        map.allow_crimson = rng.bool();
        map.require_osd_release = release.number();
        map.encoding.client.version = release.osd_map_client_version();
    }
    for pool in map.pools.values_mut().filter(|_| release.knows_read_ratio()) {
        if rng.u8(0..3) == 0 {
            let ratio = PoolOption::Whole(rng.i64(0..=101));
            pool.options.insert(option_key::READ_RATIO, ratio);
        }
    }
    map
}
