//! A sample of the long run, with seeds of its own. `CRUSHLAB_SEED` sets the first one,
//! `CRUSHLAB_MAPS` how many there are, `CRUSHLAB_JUDGE` the folder of other tools than those that
//! are installed.

use std::path::PathBuf;
use std::thread;

use crushlab_conformance::{Score, check, has_crushtool};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn random_maps_are_the_same_to_both_tools() {
    let judge = std::env::var_os("CRUSHLAB_JUDGE").map(PathBuf::from);
    if !has_crushtool(judge.as_deref()) {
        println!("SKIPPED: crushtool is not installed (Debian: apt-get install ceph-base)");
        return;
    }
    let (first, maps) = (number("CRUSHLAB_SEED", 1_000_000), number("CRUSHLAB_MAPS", 200));
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    let mut total = Score::default();
    let judge = judge.as_deref();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let seeds = (first + worker..first + maps).step_by(threads as usize);
                    seeds.map(|seed| check(seed, judge).expect("files and processes work")).fold(
                        Score::default(),
                        |mut total, score| {
                            total.add(score);
                            total
                        },
                    )
                })
            })
            .collect();
        for worker in workers {
            total.add(worker.join().expect("no case panics"));
        }
    });
    assert!(total.differences.is_empty(), "{:#?}", total.differences);
    assert!(total.maps > maps / 2, "only {} of {maps} maps were compiled", total.maps);
    assert!(total.mappings > total.maps * 1_000, "only {} mappings", total.mappings);
}
