//! What a cluster says of itself in numbers, as it is recorded and read back.

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use crushlab_osdmap::Input;
use serde_json::{Value, json};

use super::cluster::LiveCluster;
use super::predict::folder;

/// What the cluster says: its map, and the parts of its answers that are needed.
#[derive(Clone, PartialEq)]
pub(crate) struct Answers {
    pub(crate) map: Vec<u8>,
    pub(crate) osd_df: Value,
    pub(crate) df: Value,
    pub(crate) pgs: Value,
}

impl Answers {
    /// The answers when they have stood still for longer than the managers take to pass them on.
    pub(crate) fn steady(cluster: &LiveCluster) -> Answers {
        const TRIES: usize = 30;
        let mut last = None;
        for _ in 0..TRIES {
            let answers = Answers {
                map: cluster.must("getmap"),
                osd_df: picked_osd_df(&cluster.json("ceph osd df")),
                df: picked_df(&cluster.json("ceph df detail")),
                pgs: picked_pgs(&cluster.json("ceph pg dump")),
            };
            // The map moves on by itself; its numbers do not.
            let found = (answers.osd_df.clone(), answers.df.clone(), answers.pgs.clone());
            if last.replace(found.clone()) == Some(found) {
                return answers;
            }
            sleep(Duration::from_millis(2500));
        }
        panic!("the cluster's numbers do not stand still");
    }

    /// Lets `use_them` have the answers as files.
    pub(crate) fn with_inputs<T>(&self, use_them: impl FnOnce(&[Input<'_>]) -> T) -> T {
        let texts = [&self.osd_df, &self.df, &self.pgs].map(Value::to_string);
        let input = |name, bytes| Input { name, bytes };
        use_them(&[
            input("osdmap", &self.map),
            input("osd df", texts[0].as_bytes()),
            input("df", texts[1].as_bytes()),
            input("pgs", texts[2].as_bytes()),
        ])
    }

    /// Reads them from a folder below `test/golden`.
    pub(crate) fn read(group: &str, name: &str) -> Answers {
        let bytes = |ending: &str| {
            let path = file(group, name, ending);
            fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let value = |ending| serde_json::from_slice(&bytes(ending)).expect("JSON");
        let map = bytes("osdmap");
        Answers { map, osd_df: value("osd-df.json"), df: value("df.json"), pgs: value("pgs.json") }
    }

    /// Writes them there.
    pub(crate) fn write(&self, group: &str, name: &str) {
        fs::create_dir_all(folder("golden").join(group)).expect("a folder");
        let write = |ending: &str, bytes: &[u8]| {
            fs::write(file(group, name, ending), bytes).expect("a file");
        };
        write("osdmap", &self.map);
        let lines = |value: &Value| value.to_string().replace("},{", "},\n{") + "\n";
        write("osd-df.json", lines(&self.osd_df).as_bytes());
        write("df.json", lines(&self.df).as_bytes());
        write("pgs.json", lines(&self.pgs).as_bytes());
    }
}

fn file(group: &str, name: &str, ending: &str) -> PathBuf {
    folder("golden").join(group).join(format!("{}.{ending}", name.replace(' ', "-")))
}

fn pick(value: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), value[*name].clone())).collect()
}

/// The elements of a list.
pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn picked_osd_df(answer: &Value) -> Value {
    let names = ["id", "kb", "kb_used", "kb_avail"];
    let node = |node: &Value| pick(node, &names);
    let summary = pick(&answer["summary"], &["total_kb", "total_kb_used", "total_kb_avail"]);
    json!({ "nodes": list(&answer["nodes"]).map(node).collect::<Vec<_>>(), "summary": summary })
}

fn picked_df(answer: &Value) -> Value {
    let stats = ["stored", "objects", "bytes_used", "max_avail"];
    let pool = |pool: &Value| {
        let stats = pick(&pool["stats"], &stats);
        json!({ "name": pool["name"], "id": pool["id"], "stats": stats })
    };
    let whole = pick(&answer["stats"], &["total_bytes", "total_avail_bytes"]);
    json!({ "stats": whole, "pools": list(&answer["pools"]).map(pool).collect::<Vec<_>>() })
}

fn picked_pgs(answer: &Value) -> Value {
    let sums = [
        "num_bytes",
        "num_objects",
        "num_object_copies",
        "num_objects_degraded",
        "num_objects_misplaced",
        "num_objects_unfound",
        "num_omap_bytes",
    ];
    let pg = |pg: &Value| {
        let names = ["pgid", "state", "up", "acting", "up_primary", "acting_primary"];
        let mut picked = pick(pg, &names);
        picked["stat_sum"] = pick(&pg["stat_sum"], &sums);
        picked
    };
    let all = list(&answer["pg_map"]["pg_stats"]).map(pg).collect::<Vec<_>>();
    json!({ "pg_map": { "pg_stats": all } })
}
