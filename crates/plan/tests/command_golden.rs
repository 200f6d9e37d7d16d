//! Every command against what real clusters had after it, without the clusters: for each release
//! its first map and digests of the others are in test/golden/commands, made by tests/live.rs.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::fs;
use std::path::Path;

use crushlab_osdmap::OsdMap;
use live_support::compare::digest;
use live_support::predict::{context, folder, lines, predict};

/// Pacific, Reef and Tentacle.
const VERSIONS: [&str; 3] = ["16.2.15", "18.2.7", "20.2.4"];

#[test]
fn commands_lead_to_the_maps_that_clusters_had() {
    for version in VERSIONS {
        replay(version, &folder("golden/commands").join(version));
    }
}

fn replay(version: &str, folder: &Path) {
    let bytes = fs::read(folder.join("start.osdmap")).expect("the first map");
    let steps = fs::read(folder.join("steps.json")).expect("the steps");
    let steps: serde_json::Value = serde_json::from_slice(&steps).expect("JSON");
    let steps = steps["steps"].as_array().expect("steps");
    let known: Vec<&str> = steps.iter().filter_map(|step| step["line"].as_str()).collect();
    assert_eq!(known, lines(version), "{version}: test/live/commands.txt has changed: record anew");
    let mut map = OsdMap::from_binary(&bytes).expect("a map");
    let context = context();
    let mut different = Vec::new();
    for step in steps {
        let line = step["line"].as_str().expect("a line");
        let (errno, after) = match predict(&map, line, &context) {
            Ok(after) => (0, after),
            Err((errno, _)) => (errno, map),
        };
        let expected = (step["errno"].as_i64(), step["digest"].as_u64());
        let found = (Some(i64::from(errno)), Some(u64::from(digest(&after))));
        if found != expected {
            different.push(format!("{line}: {found:?}, the cluster {expected:?}"));
        }
        map = after;
    }
    // The first is the cause of those after it.
    assert!(different.is_empty(), "{version}: {}", different.join("\n"));
}
