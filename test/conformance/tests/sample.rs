//! A sample of the long run, with seeds of its own. `CRUSHLAB_SEED` sets the first one,
//! `CRUSHLAB_MAPS` how many there are, `CRUSHLAB_JUDGE` the folder of other tools than those that
//! are installed. `CRUSHLAB_JUDGES` names folders of tools of other releases, as in `PATH`: each is
//! given a tenth of the maps.

use std::path::{Path, PathBuf};
use std::thread;

use crushlab_conformance::{Amount, Score, check, check_osd_map, has_crushtool};

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// What comes of these seeds, on all threads.
fn check_all(first: u64, maps: u64, judge: Option<&Path>, amount: Amount) -> Score {
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    let mut total = Score::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut total = Score::default();
                    for seed in (first + worker..first + maps).step_by(threads as usize) {
                        for score in [check(seed, judge, amount), check_osd_map(seed, judge)] {
                            total.add(score.expect("files and processes work"));
                        }
                    }
                    total
                })
            })
            .collect();
        for worker in workers {
            total.add(worker.join().expect("no case panics"));
        }
    });
    total
}

#[test]
fn random_maps_are_the_same_to_both_tools() {
    let judge = std::env::var_os("CRUSHLAB_JUDGE").map(PathBuf::from);
    if !has_crushtool(judge.as_deref()) {
        println!("SKIPPED: crushtool is not installed (Debian: apt-get install ceph-base)");
        return;
    }
    let (first, maps) = (number("CRUSHLAB_SEED", 1_000_000), number("CRUSHLAB_MAPS", 200));
    let total = check_all(first, maps, judge.as_deref(), Amount::FULL);
    assert!(total.differences.is_empty(), "{:#?}", total.differences);
    assert!(total.maps > maps / 2, "only {} of {maps} maps were compiled", total.maps);
    assert!(total.mappings > total.maps * 1_000, "only {} mappings", total.mappings);
}

#[test]
fn random_maps_are_the_same_to_tools_of_other_releases() {
    let folders = std::env::var_os("CRUSHLAB_JUDGES").unwrap_or_default();
    let folders = std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty());
    let (here, missing): (Vec<_>, Vec<_>) = folders.partition(|folder| has_crushtool(Some(folder)));
    for folder in &missing {
        println!("LEFT OUT: {} has no crushtool that runs", folder.display());
    }
    if here.is_empty() {
        println!("LEFT OUT: tools of other releases, whose folders CRUSHLAB_JUDGES names");
    }
    let maps = number("CRUSHLAB_MAPS", 200).div_ceil(10);
    for folder in here {
        let first = number("CRUSHLAB_SEED", 1_000_000);
        let total = check_all(first, maps, Some(&folder), Amount::BRIEF);
        assert!(total.differences.is_empty(), "{}: {:#?}", folder.display(), total.differences);
        assert!(total.maps > 0, "{}: no map was compiled", folder.display());
    }
}
