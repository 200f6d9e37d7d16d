//! Measures how even clusters become, with how many moves, and how long it takes to find out.
//!
//! `cargo run --release -p crushlab-balance --example measure -- OSDMAP...`

use std::error::Error;
use std::num::NonZeroUsize;
use std::time::Instant;

use crushlab_balance::{BalanceOptions, balance};
use crushlab_compare::Progress;
use crushlab_osdmap::{Cluster, Input};

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let map = Cluster::load(&[Input { name: &path, bytes: &bytes }])?.cluster.map;
        let crush = map.crush.map()?;
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        for max_deviation in [1.0, 0.0] {
            let options = BalanceOptions { max_deviation, threads, ..BalanceOptions::default() };
            let start = Instant::now();
            let report = balance(&map, &crush, &options, &Progress::new())?;
            let seconds = start.elapsed().as_secs_f64();
            println!("{path}: below {max_deviation}, {seconds:.3} s");
            for pool in &report.pools {
                let number =
                    |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.3}"));
                println!(
                    "  {:10} {} -> {} (best {}), {} moves of at least {}",
                    pool.name,
                    number(pool.before_max_deviation),
                    number(pool.after_max_deviation),
                    number(pool.best_max_deviation),
                    pool.moves,
                    pool.least_moves.unwrap_or(0)
                );
                println!("    {}", pool.reason);
            }
            println!(
                "  all pools  {:.2} -> {:.2}, {} moves of at least {}, {} commands",
                report.before_max_deviation,
                report.after_max_deviation,
                report.moves,
                report.least_moves.unwrap_or(0),
                report.commands.len()
            );
        }
    }
    Ok(())
}
