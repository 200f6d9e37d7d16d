//! The long run: `cargo run --release -p crushlab-fuzz -- [--tries N] [--seed S] [--record]`.
//!
//! One million tries if nothing is asked. Prints the score as JSON, with `--record` keeps it in
//! `score.json` beside this crate. Exits with 1 if a try failed.

use std::alloc::System;
use std::process::ExitCode;

use cap::Cap;
use crushlab_fuzz::{BYTES_MAX, Corpus, Score};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, String> {
    let (mut tries, mut seed, mut record) = (1_000_000u64, 1u64, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().ok_or(format!("{word} needs a number"))?;
            value.parse().map_err(|_| format!("{word} needs a number, not {value:?}"))
        };
        match word.as_str() {
            "--tries" => tries = number()?,
            "--seed" => seed = number()?,
            "--record" => record = true,
            _ => return Err(format!("unknown option {word}: --tries N, --seed S, --record")),
        }
    }
    let corpus = Corpus::load()?;
    let mut total = Score::default();
    let slice = 50_000;
    for start in (seed..seed.saturating_add(tries)).step_by(slice as usize) {
        eprintln!("try {} of {tries}", start - seed);
        let score = corpus.run(start..seed.saturating_add(tries).min(start + slice));
        total.tries += score.tries;
        total.accepted += score.accepted;
        total.longest = total.longest.max(score.longest);
        total.failures.extend(score.failures);
    }
    let peak = ALLOCATOR.max_allocated();
    if peak > BYTES_MAX {
        total.failures.push(format!("the process held {peak} bytes, more than {BYTES_MAX}"));
    }
    let report = format!(
        "{{\n  \"first_seed\": {seed},\n  \"tries\": {},\n  \"accepted\": {},\n  \
         \"longest_milliseconds\": {},\n  \"peak_bytes\": {peak},\n  \"failures\": {}\n}}\n",
        total.tries,
        total.accepted,
        total.longest.as_millis(),
        total.failures.len()
    );
    print!("{report}");
    for failure in &total.failures {
        eprintln!("{failure}");
    }
    if record {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/score.json");
        std::fs::write(path, report).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(total.failures.is_empty())
}
