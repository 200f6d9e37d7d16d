//! A cluster that is saved and read back is the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use crushlab_osdmap::{
    Cluster, Form, OsdPgCounts, OsdStats, PgCounts, PgId, PgStats, PoolStats, Source, UsedParts,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

#[path = "support/files.rs"]
mod files;
mod support;

use files::{golden, load};
use support::random_map;

fn source() -> impl Strategy<Value = Option<Source>> {
    let recorded = prop::option::of(any::<u32>()).prop_map(|epoch| Source::Recorded { epoch });
    prop::option::of(prop_oneof![recorded, Just(Source::Derived), Just(Source::Assumed)])
}

fn pg_stats() -> impl Strategy<Value = PgStats> {
    let osds = || prop::collection::vec(any::<i32>(), 0..6);
    let numbers = prop::array::uniform7(any::<u64>());
    (numbers, "[a-z+]{0,20}", osds(), osds(), any::<(i32, i32)>()).prop_map(
        |(numbers, state, up, acting, (up_primary, acting_primary))| PgStats {
            objects: numbers[0],
            bytes: numbers[1],
            omap_bytes: numbers[2],
            object_copies: numbers[3],
            objects_degraded: numbers[4],
            objects_misplaced: numbers[5],
            objects_unfound: numbers[6],
            state: Arc::from(state),
            up: up.into(),
            up_primary,
            acting: acting.into(),
            acting_primary,
        },
    )
}

fn cluster() -> impl Strategy<Value = Cluster> {
    let osd = (any::<[u64; 3]>(), prop::option::of(any::<[u64; 3]>())).prop_map(|(all, parts)| {
        OsdStats {
            total_bytes: all[0],
            used_bytes: all[1],
            available_bytes: all[2],
            parts: parts.map(|parts| UsedParts {
                data_bytes: parts[0],
                omap_bytes: parts[1],
                metadata_bytes: parts[2],
            }),
        }
    });
    let pool = (any::<[u64; 2]>(), any::<[Option<u64>; 2]>()).prop_map(|(known, told)| PoolStats {
        objects: known[0],
        stored_bytes: known[1],
        used_bytes: told[0],
        max_avail_bytes: told[1],
    });
    let counts = (any::<u64>(), any::<[Option<u64>; 2]>()).prop_map(|(acting, others)| {
        let osd = OsdPgCounts { acting, primary: others[0], up_not_acting: others[1] };
        PgCounts {
            by_osd: BTreeMap::from([(i32::MAX, osd)]),
            by_state: BTreeMap::from([("active \"x\"".to_owned(), acting)]),
        }
    });
    let pg = (any::<u16>(), any::<u32>()).prop_map(|(pool, seed)| PgId::new(pool.into(), seed));
    (
        any::<u64>(),
        prop::collection::btree_map(pg, pg_stats(), 0..6),
        prop::collection::btree_map(any::<i32>(), osd, 0..6),
        prop::collection::btree_map(any::<i64>(), pool, 0..6),
        prop::option::of(counts),
        (source(), source(), source(), source()),
    )
        .prop_map(|(seed, pgs, osds, pools, pg_counts, (map, of_pgs, of_osds, of_pools))| {
            let mut cluster = Cluster::new(random_map(seed, 20, 16));
            (cluster.pgs, cluster.osds, cluster.pools) = (pgs, osds, pools);
            cluster.pg_counts = pg_counts;
            cluster.sources =
                crushlab_osdmap::Sources { map, pgs: of_pgs, osds: of_osds, pools: of_pools };
            cluster
        })
}

fn assert_same(read: &Cluster, written: &Cluster) {
    assert!(read.map.to_binary() == written.map.to_binary());
    assert_eq!(read.pgs, written.pgs);
    assert_eq!(read.osds, written.osds);
    assert_eq!(read.pools, written.pools);
    assert_eq!(read.pg_counts, written.pg_counts);
    assert_eq!(read.sources, written.sources);
    assert_eq!(read.warnings, written.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(cluster in cluster(), is_compressed in any::<bool>()) {
        let more = json!({"config": {"a": [1, 2.5, null]}, "notes": ["\u{e9}"]});
        let more = more.as_object().cloned().unwrap_or_default();
        let bytes = cluster.to_state_file(&cluster.map, &more, is_compressed);
        let loaded = load(&[("state", &bytes)]).unwrap();
        prop_assert_eq!(&loaded.forms, &[Form::State]);
        prop_assert_eq!(&loaded.more, &more);
        assert_same(&loaded.cluster, &cluster);
    }

    #[test]
    fn damaged_states_are_refused_or_read(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let cluster = Cluster::new(random_map(7, 4, 16));
        let mut bytes = cluster.to_state_file(&cluster.map, &Map::new(), false);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // Whatever it is, it returns.
        let _ = load(&[("state", &bytes)]);
    }
}

#[test]
fn a_loaded_cluster_keeps_its_sources_and_warnings() {
    let files = ["report.json.gz", "pg-dump.json.gz", "osd-df-tree.json", "df-detail.json"];
    let contents = files.map(golden);
    let inputs: Vec<(&str, &[u8])> =
        files.iter().zip(&contents).map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let cluster = load(&inputs).unwrap().cluster;
    assert!(!cluster.warnings.is_empty());
    let bytes = cluster.to_state_file(&cluster.map, &Map::new(), true);
    assert_same(&load(&[("s", &bytes)]).unwrap().cluster, &cluster);
    let error = load(&[("s", &bytes), inputs[1]]).unwrap_err().to_string();
    assert!(error.contains("leave the other files out"), "{error}");
}

#[test]
fn states_of_later_versions_and_broken_ones_are_refused_with_the_path() {
    let cluster = Cluster::new(random_map(3, 4, 16));
    let bytes = cluster.to_state_file(&cluster.map, &Map::new(), false);
    let state: Value = serde_json::from_slice(&bytes).unwrap();
    for (field, value, path, problem) in [
        ("crushlab_state", json!(2), "crushlab_state", "found version 2, expected 1"),
        ("osdmap", json!("%%%"), "osdmap", "expected base64"),
        ("osdmap", json!("AAAA"), "osdmap", "byte "),
        ("pgs", json!({"columns": [], "rows": []}), "pgs.columns", "expected [\"pgid\""),
        ("pools", json!({"1": {"objects": -1}}), "pools.1.objects", "invalid value"),
    ] {
        let mut state = state.clone();
        state[field] = value;
        let bytes = serde_json::to_vec(&state).unwrap();
        let error = load(&[("s", &bytes)]).unwrap_err();
        assert_eq!(error.place().path.as_deref(), Some(path), "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    }
}
