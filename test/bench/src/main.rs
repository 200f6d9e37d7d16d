//! The part of `npm run bench` that runs inside one process. Prints a line of JSON for each thing
//! that was measured.
//!
//! `crushlab-bench kernels|incremental [--quick]` measures; `maps FOLDER` writes the maps that
//! others measure with; `count KERNEL` maps a few inputs for those who count instructions.

use std::path::Path;
use std::process::ExitCode;

use crushlab_bench::maps::SHAPES;
use crushlab_bench::measure::Extent;
use crushlab_bench::{cluster, count, incremental, kernels};
use serde::Serialize;

const USAGE: &str =
    "usage: crushlab-bench kernels|incremental [--quick], maps FOLDER, count KERNEL";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["kernels", quick @ ..] => extent(quick).and_then(|it| kernels::measure(&it, print)),
        ["incremental", quick @ ..] => {
            extent(quick).and_then(|it| incremental::measure(&it, print))
        }
        ["maps", folder] => write_maps(Path::new(folder)),
        ["count", kernel] => count::run(kernel),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("crushlab-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn extent(options: &[&str]) -> Result<Extent, String> {
    match options {
        [] => Ok(Extent { rounds: 5, shortened: 1, all: true }),
        ["--quick"] => Ok(Extent { rounds: 3, shortened: 10, all: false }),
        _ => Err(USAGE.to_owned()),
    }
}

fn print(case: impl Serialize) {
    match serde_json::to_string(&case) {
        Ok(line) => println!("{line}"),
        Err(error) => eprintln!("crushlab-bench: {error}"),
    }
}

fn write_maps(folder: &Path) -> Result<(), String> {
    for shape in &SHAPES {
        let (map, _) = shape.read()?;
        let path = folder.join(format!("{}.crush", shape.name));
        std::fs::write(&path, map.to_binary())
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    cluster::write(&folder.join("large.osdmap"))
}
