//! How long it takes to let each of 500 hosts fail in a cluster of 10,000 OSDs and a million PGs:
//!
//! ```sh
//! cargo run --release -p crushlab-plan --example sweep_hosts
//! ```

use std::error::Error;
use std::thread::available_parallelism;
use std::time::Instant;

use crushlab_compare::Progress;
use crushlab_compare::{Baseline, ClusterData, ClusterState};
use crushlab_monitor::config::Config;
use crushlab_osdmap::describe;
use crushlab_plan::sweep::{Ask, Options, Pairs, sweep};

const CLUSTER: &str = "
racks: [{count: 25, hosts: [{count: 20, osds: [{count: 20, size: 4 TB}]}]}]
pools:
  - {name: data, size: 3, pg_num: 1048576, stored: 8 PiB}
";

fn main() -> Result<(), Box<dyn Error>> {
    let cluster = describe(CLUSTER)?;
    let asks = vec![Ask { type_name: "host".to_owned(), pairs: Pairs::None }];
    let options = Options {
        asks,
        seed: 0,
        threads: available_parallelism()?,
        config: Config::default(),
        copysets: None,
    };
    let started = Instant::now();
    let state = ClusterState::new(&cluster.map)?;
    let (data, progress) = (ClusterData::new(&cluster), Progress::new());
    let placed = Baseline::new(&state, &cluster, options.threads, &progress)?;
    let report = sweep(&placed, &state, &data, &options, &progress)?;
    println!("{} failures: {:.2} s", report.failures.len(), started.elapsed().as_secs_f64());
    for failure in report.failures.iter().take(3) {
        println!("{}: {:?}", report.name_of(failure), failure.outcome);
    }
    Ok(())
}
