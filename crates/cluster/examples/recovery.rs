//! How long recovery of a large cluster takes to simulate:
//! `cargo run --release -p crushlab-cluster --example recovery -- [orders] [what-if]`.
//!
//! 10,000 OSDs on 500 hosts, 1,048,576 PGs; one host is lost.

use std::num::NonZeroUsize;
use std::time::Instant;

use crushlab_cluster::{Change, Cluster, RecoveryOptions};
use crushlab_compare::Progress;
use crushlab_osdmap::describe;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let orders = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(15);
    let what_if = arguments.next().is_some();
    let mut text =
        "hosts: [{count: 500, osds: [{count: 20, size: 4 TiB, class: hdd}]}]\n".to_owned();
    text += "pools:\n";
    for pool in 0..16 {
        text += &format!(
            "  - {{name: p{pool}, size: 3, pg_num: 65536, stored: 400 TiB, objects: 100000000}}\n"
        );
    }
    let begun = Instant::now();
    let recorded = describe(&text).unwrap_or_else(|error| panic!("{error}"));
    let cluster = Cluster::of(recorded, Vec::new()).unwrap_or_else(|error| panic!("{error}"));
    println!("described in {:.1?}", begun.elapsed());
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let begun = Instant::now();
    cluster.baseline(threads, &Progress::new()).unwrap_or_else(|error| panic!("{error}"));
    println!("placed in {:.1?}", begun.elapsed());
    let options = RecoveryOptions { orders, what_if, threads, ..RecoveryOptions::default() };
    let changes = [Change::Fail((0..20).map(|osd| format!("osd.{osd}")).collect())];
    let begun = Instant::now();
    let found = cluster.recovery(&changes, &options, no_file, &Progress::new());
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    println!("simulated in {:.1?}", begun.elapsed());
    let report = &found.report;
    println!("{} PGs, {} orders, clean after {:?} s", report.pgs, orders, report.clean_seconds);
    println!("{:?} at once, {:?}", report.most_moving_pgs, report.bottlenecks.first());
    for gain in &report.gains {
        println!("{}: {:.2} times as fast", gain.what, gain.factor);
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{}", peak.unwrap_or("VmHWM unknown"));
    }
}

/// No change here names a file.
fn no_file(_: usize, path: &str) -> Result<Vec<u8>, String> {
    Err(format!("{path} is not there"))
}
