//! Random changes are frozen: what may stay does, and nothing breaks a rule.

mod support;

use std::num::NonZeroUsize;

use crushlab_balance::migrate::{PlanReport, Present, Why, freeze};
use crushlab_compare::Progress;
use crushlab_crush::NONE;
use crushlab_osdmap::OsdMap;
use fastrand::Rng;
use support::{Case, RULES, applied, holders, placed};

fn frozen(before: &OsdMap, after: &OsdMap) -> PlanReport {
    let crush = after.crush.map().expect("a sound map");
    let holders = holders(&placed(before));
    let threads = NonZeroUsize::MIN;
    let present = Present { map: after, crush: &crush, holders: &holders, threads };
    freeze(&present, &[], &Progress::new()).expect("new clients")
}

/// Shards that have to be copied, counted one by one.
fn moved(held: &[i32], up: &[i32], is_erasure: bool) -> u64 {
    let differ = |(place, osd): (usize, &i32)| match is_erasure {
        true => up[place] != *osd && *osd != NONE,
        false => !up.contains(osd),
    };
    held.iter().enumerate().filter(|one| differ(*one)).count() as u64
}

/// How many cases are tried.
fn tries(few: u64) -> u64 {
    std::env::var("CRUSHLAB_PLANS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

#[test]
fn what_may_stay_stays_and_nothing_breaks_a_rule() {
    let (mut unplanned, mut all, mut least, mut whole) = (0, 0, 0, 0);
    for seed in 0..tries(300) {
        let mut rng = Rng::with_seed(seed);
        let mut case = Case::random(&mut rng);
        let change = case.change(&mut rng);
        let changed = applied(&case.map, &change, seed);
        let report = frozen(&case.map, &changed);
        let after = applied(&changed, &report.commands, seed);
        let (was, is) = (placed(&case.map), placed(&after));
        let (mut counted, mut floor) = (0, 0);
        for (pg, (_, held)) in &was {
            let (raw, up) = &is[pg];
            let is_erasure = RULES[usize::from(after.pools[&pg.pool].crush_rule)].is_erasure;
            counted += moved(held, up, is_erasure);
            let present: Vec<i32> = held.iter().copied().filter(|osd| *osd != NONE).collect();
            let least = (present.len() - case.most_kept(&after, pg.pool, &present)) as u64;
            // Where CRUSH itself finds too few OSDs, what it finds may keep more than the rule.
            let is_whole = case.keeps_rule(&after, pg.pool, raw);
            floor += if is_whole { least } else { least.min(moved(held, up, is_erasure)) };
            if is_whole || up != raw {
                assert!(case.keeps_rule(&after, pg.pool, up), "seed {seed}, {pg}: {up:?}");
            }
        }
        assert_eq!(report.shards_moved, counted, "seed {seed}: {change:?}");
        assert!(report.shards_moved <= report.shards_moved_unplanned, "seed {seed}");
        if report.exceptions.iter().all(|one| one.kind != Why::TooFewOsds) {
            assert_eq!(report.shards_moved_least, Some(floor), "seed {seed}: {change:?}");
            assert_eq!(report.shards_moved, floor, "seed {seed}: {change:?}");
        }
        assert_eq!(report.exceptions.len() as u64, report.shards_moved, "seed {seed}");
        let again = frozen(&case.map, &after);
        assert_eq!(again.commands, Vec::<String>::new(), "seed {seed}");
        unplanned += report.shards_moved_unplanned;
        all += report.shards_moved;
        least += floor;
        whole += report.pools.iter().map(|pool| pool.pgs_upmapped_whole).sum::<u64>();
    }
    println!("{unplanned} shards would move, {all} do, {least} have to; {whole} whole lists");
    assert!(unplanned > 3 * all && all > 100 && whole > 10, "{unplanned} {all} {whole}");
}
