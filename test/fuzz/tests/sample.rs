//! A sample of the long run, with seeds of its own. `CRUSHLAB_SEED` sets the first one,
//! `CRUSHLAB_TRIES` how many there are.

use std::alloc::System;

use cap::Cap;
use crushlab_fuzz::{BYTES_MAX, Corpus};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn readers_survive_broken_maps() {
    let (first, tries) = (number("CRUSHLAB_SEED", 5_000_000), number("CRUSHLAB_TRIES", 20_000));
    let corpus = Corpus::load().expect("the maps are part of the repository");
    let score = corpus.run(first..first + tries);
    assert!(score.failures.is_empty(), "{:#?}", score.failures);
    assert!(score.accepted > tries / 100, "hardly a map was read: {}", score.accepted);
    assert!(score.accepted < tries, "no map was refused");
    let peak = ALLOCATOR.max_allocated();
    assert!(peak < BYTES_MAX, "the process held {peak} bytes");
}
