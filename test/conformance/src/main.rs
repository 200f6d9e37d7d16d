//! The long run:
//! `cargo run --release -p crushlab-conformance -- [--maps N] [--seed S] [--judge DIR] [--brief]
//! [--record]`.
//!
//! Compares as many maps as asked for (2,500 if nothing is asked), tells how far it is on standard
//! error, prints the score as JSON, and with `--record` keeps it in `score.json` beside this crate.
//! Exits with 1 on any difference. `CRUSHLAB_KERNEL` makes one kernel map; its score is kept in a
//! file of its own.
//!
//! `--brief` asks little of each map.
//!
//! `--judge DIR` compares with the tools in that folder, or with those of the system whose root it
//! is (as root, by chroot), and keeps a score by their version.
//!
//! `--corpus DIR` reads files that Ceph wrote instead: Ceph's own object corpus
//! (`git clone https://github.com/ceph/ceph-object-corpus`), or a folder of recorded OSDMaps.
//!
//! `--kernels [--mappings N]` needs no crushtool: it compares every kernel that runs here with the
//! plain mapper instead, on random maps, until each has made as many mappings as asked for.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crushlab_conformance::{
    Amount, KernelScore, Score, check, check_corpus, check_kernels, check_osd_map, has_crushtool,
    judge_version,
};
use crushlab_kernel::{KERNEL_VARIABLE, Kernel};

/// Inputs of each random map for the kernels, at most.
const INPUTS_PER_MAP: usize = 40_000;

struct Request {
    maps: u64,
    seed: u64,
    record: bool,
    amount: Amount,
    kernels: bool,
    /// Mappings that each kernel shall make.
    mappings: u64,
    /// Folder of the tools to compare with; the installed ones where there is none.
    judge: Option<PathBuf>,
    /// Folder of files to read.
    corpus: Option<PathBuf>,
}

fn main() -> ExitCode {
    let run_asked = |request: Request| match &request.corpus {
        Some(folder) => run_corpus(&request, folder),
        None if request.kernels => run_kernels(&request),
        None => run(&request),
    };
    match parse().and_then(run_asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}

fn parse() -> Result<Request, String> {
    let mut request = Request {
        maps: 2_500,
        seed: 1,
        record: false,
        amount: Amount::FULL,
        kernels: false,
        mappings: 1_000_000,
        judge: None,
        corpus: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if let "--judge" | "--corpus" = word.as_str() {
            let folder = words.next().ok_or(format!("{word} needs a folder"))?;
            let slot = if word == "--judge" { &mut request.judge } else { &mut request.corpus };
            *slot = Some(folder.into());
            continue;
        }
        let mut number = || {
            let value = words.next().ok_or(format!("{word} needs a number"))?;
            value.parse().map_err(|_| format!("{word} needs a number, not {value:?}"))
        };
        match word.as_str() {
            "--maps" => request.maps = number()?,
            "--seed" => request.seed = number()?,
            "--mappings" => request.mappings = number()?,
            "--kernels" => request.kernels = true,
            "--record" => request.record = true,
            "--brief" => request.amount = Amount::BRIEF,
            _ => {
                return Err(format!(
                    "unknown option {word}: --maps N, --seed S, --brief, --record, --judge DIR, \
                     --kernels, --mappings N, --corpus DIR"
                ));
            }
        }
    }
    Ok(request)
}

fn run(request: &Request) -> Result<bool, String> {
    let judge = request.judge.as_deref();
    if !has_crushtool(judge) {
        return Err("there is no crushtool; Debian has it: apt-get install ceph-base".into());
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
    let version = judge_version(judge);
    let report = report(request, &version, &total);
    let name = match (judge, std::env::var_os(KERNEL_VARIABLE)) {
        (Some(_), _) => format!("score-{version}.json"),
        (None, Some(_)) => format!("score-{}.json", Kernel::default()),
        (None, None) => "score.json".into(),
    };
    finish(request, &report, &total.differences, &name)
}

/// Prints the report and the differences, and keeps the report if that was asked for; returns
/// whether there were no differences.
fn finish(
    request: &Request,
    report: &str,
    differences: &[String],
    name: &str,
) -> Result<bool, String> {
    print!("{report}");
    for difference in differences {
        eprintln!("{difference}");
    }
    if request.record {
        let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(&path, report).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(differences.is_empty())
}

fn run_kernels(request: &Request) -> Result<bool, String> {
    let next = AtomicU64::new(0);
    let made = AtomicU64::new(0);
    let work = || {
        let mut total = KernelScore::default();
        while made.load(Ordering::Relaxed) < request.mappings {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let score = check_kernels(request.seed.wrapping_add(index), INPUTS_PER_MAP);
            let each = score.mappings.values().copied().min().unwrap_or(0);
            made.fetch_add(each, Ordering::Relaxed);
            total.add(score);
            if index.is_multiple_of(500) {
                eprintln!("map {index}: {} mappings", made.load(Ordering::Relaxed));
            }
        }
        total
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut total = KernelScore::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok(score) => total.add(score),
                Err(_) => total.differences.push("a case panicked".into()),
            }
        }
    });
    let report = kernel_report(request, &total);
    finish(request, &report, &total.differences, "score-kernels.json")
}

fn run_corpus(request: &Request, folder: &Path) -> Result<bool, String> {
    let score =
        check_corpus(folder, request.judge.as_deref()).map_err(|error| error.to_string())?;
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"date\": \"{}\",", today());
    let _ = writeln!(text, "  \"judge\": \"{}\",", score.judge);
    let lines = score.read.iter().map(|(group, (osd_maps, crush_maps))| {
        format!("    \"{group}\": {}", osd_maps + crush_maps)
    });
    let _ = writeln!(text, "  \"read\": {{\n{}\n  }},", lines.collect::<Vec<_>>().join(",\n"));
    let osd_maps: u64 = score.read.values().map(|(osd_maps, _)| osd_maps).sum();
    let crush_maps: u64 = score.read.values().map(|(_, crush_maps)| crush_maps).sum();
    let _ = writeln!(text, "  \"osd_maps\": {osd_maps},\n  \"crush_maps\": {crush_maps},");
    let _ = writeln!(text, "  \"written_byte_for_byte\": {},", score.written_alike);
    let refused = score.refused_by_judge.len();
    let _ = writeln!(text, "  \"refused_by_the_judge\": {refused},");
    let _ = writeln!(text, "  \"pgs_compared\": {},", score.pgs);
    let _ = writeln!(text, "  \"mappings_compared\": {},", score.mappings);
    let _ = writeln!(text, "  \"differences\": {}\n}}", score.differences.len());
    score.refused_by_judge.iter().for_each(|file| eprintln!("refused by the judge: {file}"));
    finish(request, &text, &score.differences, &format!("score-corpus-{}.json", score.judge))
}

fn kernel_report(request: &Request, score: &KernelScore) -> String {
    let mut text = String::from("{\n");
    let _ = writeln!(text, "  \"date\": \"{}\",", today());
    let _ = writeln!(text, "  \"first_seed\": {},\n  \"maps\": {},", request.seed, score.maps);
    let list = |name: &str, counts: Vec<(String, u64)>| {
        let lines = counts.iter().map(|(key, count)| format!("    \"{key}\": {count}"));
        format!("  \"{name}\": {{\n{}\n  }},\n", lines.collect::<Vec<_>>().join(",\n"))
    };
    let by_kernel = score.mappings.iter().map(|(kernel, count)| (kernel.to_string(), *count));
    text += &list("mappings_compared", by_kernel.collect());
    let plain = score.left_to_plain.iter().map(|(reason, count)| (reason.clone(), *count));
    text += &list("mappings_left_to_the_plain_mapper", plain.collect());
    let _ = writeln!(text, "  \"rejections_compared\": {},", score.rejections);
    let _ = writeln!(text, "  \"differences\": {}\n}}", score.differences.len());
    text
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
        let judge = request.judge.as_deref();
        for score in [check(seed, judge, request.amount), check_osd_map(seed, judge)] {
            total.add(score.map_err(|error| format!("seed {seed}: {error}"))?);
        }
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
    let _ = writeln!(text, "  \"kernel\": \"{}\",", Kernel::default());
    let _ = writeln!(text, "  \"crushtool\": \"{}\",", version.replace(['"', '\\'], ""));
    let _ = writeln!(text, "  \"first_seed\": {},\n  \"last_seed\": {last},", request.seed);
    let _ = writeln!(text, "  \"maps\": {},", score.maps);
    let _ = writeln!(text, "  \"maps_refused_by_both\": {},", score.refused);
    let _ = writeln!(text, "  \"runs_compared\": {},", score.runs);
    let _ = writeln!(text, "  \"edits_compared\": {},", score.edits);
    let _ = writeln!(text, "  \"edits_equal_once_read\": {},", score.equal_once_read);
    let _ = writeln!(text, "  \"mappings_compared\": {},", score.mappings);
    let _ = writeln!(text, "  \"osd_maps\": {},", score.osd_maps);
    let _ = writeln!(text, "  \"osdmaptool_runs_compared\": {},", score.osd_runs);
    let _ = writeln!(text, "  \"differences\": {}\n}}", score.differences.len());
    text
}
