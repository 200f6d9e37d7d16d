//! The long run: `cargo run --release -p crushlab-conformance -- [--maps N] [--seed S] [--record]`.
//!
//! Compares as many maps as asked for (2,500 if nothing is asked), tells how far it is on standard
//! error, prints the score as JSON, and with `--record` keeps it in `score.json` beside this crate.
//! Exits with 1 on any difference.

use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crushlab_conformance::{Score, check, crushtool_is_installed, crushtool_version};

struct Request {
    maps: u64,
    seed: u64,
    record: bool,
}

fn main() -> ExitCode {
    match parse().and_then(|request| run(&request)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}

fn parse() -> Result<Request, String> {
    let mut request = Request { maps: 2_500, seed: 1, record: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().ok_or(format!("{word} needs a number"))?;
            value.parse().map_err(|_| format!("{word} needs a number, not {value:?}"))
        };
        match word.as_str() {
            "--maps" => request.maps = number()?,
            "--seed" => request.seed = number()?,
            "--record" => request.record = true,
            _ => return Err(format!("unknown option {word}: --maps N, --seed S, --record")),
        }
    }
    Ok(request)
}

fn run(request: &Request) -> Result<bool, String> {
    if !crushtool_is_installed() {
        return Err("crushtool is not installed; Debian has it: apt-get install ceph-base".into());
    }
    let next = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let scores: Vec<Result<Score, String>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(request, &next))).collect();
        let panicked = || Err("a case panicked".to_string());
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| panicked())).collect()
    });
    let mut total = Score::default();
    for score in scores {
        total.add(score?);
    }
    let report = report(request, &crushtool_version(), &total);
    print!("{report}");
    for difference in &total.differences {
        eprintln!("{difference}");
    }
    if request.record {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/score.json");
        std::fs::write(path, report).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(total.differences.is_empty())
}

fn work(request: &Request, next: &AtomicU64) -> Result<Score, String> {
    let mut total = Score::default();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= request.maps {
            return Ok(total);
        }
        if index.is_multiple_of(100) {
            eprintln!("map {index} of {}", request.maps);
        }
        let seed = request.seed.wrapping_add(index);
        total.add(check(seed).map_err(|error| format!("seed {seed}: {error}"))?);
    }
}

/// The date, as the system's `date` prints it.
fn today() -> String {
    let date = Command::new("date").args(["--utc", "+%F"]).output();
    date.map_or("unknown".into(), |date| String::from_utf8_lossy(&date.stdout).trim().into())
}

fn report(request: &Request, version: &str, score: &Score) -> String {
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"date\": \"{}\",", today());
    let last = request.seed.wrapping_add(request.maps).wrapping_sub(1);
    let _ = writeln!(text, "  \"crushtool\": \"{}\",", version.replace(['"', '\\'], ""));
    let _ = writeln!(text, "  \"first_seed\": {},\n  \"last_seed\": {last},", request.seed);
    let _ = writeln!(text, "  \"maps\": {},", score.maps);
    let _ = writeln!(text, "  \"maps_refused_by_both\": {},", score.refused);
    let _ = writeln!(text, "  \"runs_compared\": {},", score.runs);
    let _ = writeln!(text, "  \"edits_compared\": {},", score.edits);
    let _ = writeln!(text, "  \"edits_equal_once_read\": {},", score.equal_once_read);
    let _ = writeln!(text, "  \"mappings_compared\": {},", score.mappings);
    let _ = writeln!(text, "  \"differences\": {}\n}}", score.differences.len());
    text
}
