//! How long it takes to compare two states of a cluster of 10,000 OSDs and a million PGs:
//!
//! ```sh
//! cargo run --release -p crushlab-plan --example large_cluster
//! ```

use std::error::Error;
use std::thread::available_parallelism;
use std::time::Instant;

use crushlab_compare::Progress;
use crushlab_compare::{Baseline, ClusterData, ClusterState, Options, compare_with};
use crushlab_osdmap::describe;

const CLUSTER: &str = "
racks: [{count: 20, hosts: [{count: 25, osds: [{count: 20, size: 4 TB}]}]}]
pools:
  - {name: data, size: 3, pg_num: 1048576, stored: 8 PiB}
";

fn main() -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let cluster = describe(CLUSTER)?;
    println!("described: {:.2} s", started.elapsed().as_secs_f64());
    let mut map = cluster.map.clone();
    map.osd_weights[..20].fill(0);
    let started = Instant::now();
    let (before, after) = (ClusterState::new(&cluster.map)?, ClusterState::new(&map)?);
    let options = Options { threads: available_parallelism()?, ..Options::default() };
    let (data, progress) = (ClusterData::new(&cluster), Progress::new());
    let baseline = Baseline::new(&before, &cluster, options.threads, &progress)?;
    println!("mapped: {:.3} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let found = compare_with(&baseline, &before, &after, &data, &options, &progress)?;
    println!("one host out, compared: {:.3} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let bytes = serde_json::to_vec(&(&found.report, &found.pgs))?.len();
    println!("{bytes} bytes of JSON: {:.2} s", started.elapsed().as_secs_f64());
    let summary = &found.report.summary;
    println!(
        "{} of {} PGs changed, {} shards moved, {} at least",
        summary.pgs_changed, summary.pgs_after, summary.shards_moved, summary.shards_moved_least
    );
    Ok(())
}
