//! The schema against the reader.

use std::path::Path;

use serde_json::Value;

use super::{describe, yaml};

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

const HOSTS: &str = "hosts: [{count: 3, osds: [{size: 1 TiB}]}]\n";

#[test]
fn the_schema_accepts_the_examples_and_refuses_what_the_reader_refuses() {
    let text = read("cluster.schema.json");
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value = |text: &str| yaml::read(text).unwrap();
    for name in ["small.yaml", "racks.yaml", "tiny.json"] {
        let errors: Vec<String> = validator
            .iter_errors(&value(&read(&format!("examples/{name}"))))
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
    for text in [
        "pools: [{name: a, pg_num: 8, sise: 3}]",
        "pools: [{name: a, pg_num: 8, size: 300}]",
        "pools: [{name: a, pg_num: 8, stored: 3}]",
        "pools: [{name: a, pg_num: 8, stored: 3 T}]",
        "pools: [{name: a, pg_num: 0}]",
        "pools: [{name: a, pg_num: 8, size: 3, erasure: {k: 2, m: 1}}]",
        "full_ratio: 95",
        "pools: [{name: a, pg_num: 8, pg_autoscale_mode: sometimes}]",
        "pools: [{name: a, pg_num: 8, pg_autoscale_bias: 1001}]",
        "pools: [{name: a, pg_num: 8, target_size_ratio: -1}]",
        "pools: [{name: a, pg_num: 8, target_size_bytes: 3}]",
        "pools: [{name: a, pg_num: 8, pg_num_min: -3}]",
        "pools: [{name: a, pg_num: 8, bulk: 1}]",
    ] {
        let text = format!("{HOSTS}{text}\n");
        assert!(!validator.is_valid(&value(&text)), "{text}");
        assert!(describe(&text).is_err(), "{text}");
    }
}
