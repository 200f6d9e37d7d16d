//! Every command against what a real cluster had after it, without the cluster: its first map and
//! digests of the others are in test/golden/commands, made by tests/live.rs.

#[path = "../../../test/support/live/mod.rs"]
mod live_support;

use std::fs;

use crushlab_osdmap::OsdMap;
use live_support::compare::digest;
use live_support::predict::{context, folder, lines, predict};

#[test]
fn commands_lead_to_the_maps_that_a_cluster_had() {
    let folder = folder("golden/commands");
    let bytes = fs::read(folder.join("start.osdmap")).expect("the first map");
    let steps = fs::read(folder.join("steps.json")).expect("the steps");
    let steps: serde_json::Value = serde_json::from_slice(&steps).expect("JSON");
    let steps = steps["steps"].as_array().expect("steps");
    let known: Vec<&str> = steps.iter().filter_map(|step| step["line"].as_str()).collect();
    assert_eq!(known, lines(), "test/live/commands.txt has changed: record anew");
    let mut map = OsdMap::from_binary(&bytes).expect("a map");
    let context = context();
    for step in steps {
        let line = step["line"].as_str().expect("a line");
        let (errno, after) = match predict(&map, line, &context) {
            Ok(after) => (0, after),
            Err((errno, _)) => (errno, map),
        };
        let expected = (step["errno"].as_i64(), step["digest"].as_u64());
        let found = (Some(i64::from(errno)), Some(u64::from(digest(&after))));
        assert_eq!(found, expected, "{line}: error number and digest of the map");
        map = after;
    }
}
