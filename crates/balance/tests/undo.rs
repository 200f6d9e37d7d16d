//! Plans that are broken off half-way are undone: the first map comes back whole.

mod support;

use std::num::NonZeroUsize;

use crushlab_balance::migrate::{Aim, Limits, Present, Why, differences, freeze, release};
use crushlab_compare::{ClusterData, Progress};
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::{Cluster, OsdMap};
use fastrand::Rng;
use support::{Case, applied, holders, placed};

const LIMITS: Limits = Limits {
    max_misplaced_ratio: 0.5,
    max_backfills: None,
    max_fill_ratio: None,
    max_shards_per_pg: 9,
    rate_bytes: None,
};

/// The commands from data in one map to the placement of another, `changes` made in between.
fn way(held: &OsdMap, changed: &OsdMap, changes: &[String], aim: Aim<'_>) -> Vec<Vec<String>> {
    let crush = changed.crush.map().expect("a sound map");
    let holders = holders(&placed(held));
    let threads = NonZeroUsize::MIN;
    let present = Present { map: changed, crush: &crush, holders: &holders, threads };
    let data = Cluster::new(changed.clone());
    let known = ClusterData::new(&data);
    let report = release(&present, changes, aim, &known, &LIMITS, &Progress::new());
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    let is_stuck = |kind| matches!(kind, Why::NoRoom | Why::MovesTogether);
    assert!(report.exceptions.iter().all(|one| !is_stuck(one.kind)));
    report.stages.into_iter().map(|stage| stage.commands).collect()
}

/// A map that has upmaps: a change was frozen in it.
fn with_upmaps(case: &mut Case, rng: &mut Rng, seed: u64) -> OsdMap {
    let start = case.map.clone();
    let change = case.change(rng);
    let changed = applied(&start, &change, seed);
    let crush = changed.crush.map().expect("a sound map");
    let holders = holders(&placed(&start));
    let threads = NonZeroUsize::MIN;
    let present = Present { map: &changed, crush: &crush, holders: &holders, threads };
    let report = freeze(&present, &[], &Progress::new()).expect("new clients");
    applied(&changed, &report.commands, seed)
}

fn sorted_text(crush: &CrushMap) -> Vec<String> {
    let mut lines: Vec<String> = crush.to_text().lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

fn assert_same(one: &OsdMap, other: &OsdMap, seed: u64) {
    // What comes back into a bucket is its last item; straw2 draws do not depend on that.
    assert_eq!(sorted_text(&one.crush), sorted_text(&other.crush), "seed {seed}");
    assert_eq!(placed(one), placed(other), "seed {seed}");
    assert_eq!(one.osd_weights, other.osd_weights, "seed {seed}");
    assert_eq!(one.pg_upmap, other.pg_upmap, "seed {seed}");
    assert_eq!(one.pg_upmap_items, other.pg_upmap_items, "seed {seed}");
    assert_eq!(one.flags, other.flags, "seed {seed}");
    for (pool, other) in one.pools.values().zip(other.pools.values()) {
        assert_eq!(pool.crush_rule, other.crush_rule, "seed {seed}");
    }
}

#[test]
fn the_first_map_comes_back_from_every_stage() {
    let (mut undone, mut commands) = (0, 0);
    for seed in 0..60 {
        let mut rng = Rng::with_seed(seed);
        let mut case = Case::random(&mut rng);
        case.map = with_upmaps(&mut case, &mut rng, seed);
        let start = case.map.clone();
        let change = case.change(&mut rng);
        let changed = applied(&start, &change, seed);
        let stages = way(&start, &changed, &change, Aim::Kept);
        let done = rng.usize(0..=stages.len());
        let mut now = start.clone();
        for stage in &stages[..done] {
            now = applied(&now, stage, seed);
        }
        let found = differences(&now, &start).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(!found.takes_crush_file, "seed {seed}: {:?}", found.commands);
        let back = way(&now, &found.map, &found.commands, Aim::Of(&start));
        let end = back.iter().fold(now, |map, stage| applied(&map, stage, seed));
        assert_same(&end, &start, seed);
        undone += 1;
        commands += back.iter().flatten().count();
    }
    println!("{undone} plans undone by {commands} commands");
    assert!(commands > 500, "{commands}");
}

#[test]
fn another_crush_map_is_reached_by_single_commands_where_these_lead_there() {
    let mut rng = Rng::with_seed(1);
    let case = Case::random(&mut rng);
    let edit = |edits: &[&str]| {
        let edits: Vec<String> = edits.iter().map(|line| (*line).to_owned()).collect();
        applied(&case.map, &edits, 1)
    };
    let wanted = edit(&[
        "ceph osd crush add-bucket rack9 rack",
        "ceph osd crush move rack9 root=default",
        "ceph osd crush move host1 root=default rack=rack9",
        "ceph osd crush reweight osd.3 7.5",
        "ceph osd crush rm-device-class osd.2",
        "ceph osd crush set-device-class nvme osd.2",
    ]);
    let found = differences(&case.map, &wanted).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(found.map.crush.names, wanted.crush.names);
    assert_eq!(sorted_text(&found.map.crush), sorted_text(&wanted.crush));
    assert!(!found.takes_crush_file, "{:?}", found.commands);
    // A rule of one's own has no command: the map is set as a whole.
    let text = case.map.crush.to_text().replace("firstn 0 type rack", "firstn 2 type rack");
    let crush = CrushMap::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let other = OsdMap { crush, ..case.map.clone() };
    let found = differences(&case.map, &other).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(found.takes_crush_file);
    assert_eq!(found.commands, ["ceph osd setcrushmap -i wanted.crush"]);
}

#[test]
fn a_rule_that_was_made_for_a_plan_goes_again() {
    let mut rng = Rng::with_seed(7);
    let case = Case::random(&mut rng);
    let line = |text: &str| text.to_owned();
    let name = &case.map.pools[&1].name;
    let change = [
        line("ceph osd crush rule create-replicated more default rack hdd"),
        format!("ceph osd pool set {name} min_size 2"),
        line("ceph osd reweight 3 0.25"),
    ];
    let changed = applied(&case.map, &change, 7);
    let found = differences(&changed, &case.map).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(found.commands.contains(&line("ceph osd crush rule rm more")), "{found:?}");
    assert!(!found.takes_crush_file);
    let found = differences(&case.map, &changed).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(found.commands.contains(&change[0]), "{:?}", found.commands);
    assert!(!found.takes_crush_file);
}
