//! Changes one after another, with and without time to heal in between.

#[path = "../../compare/tests/random_change/mod.rs"]
mod random_change;

use crushlab_cluster::Cluster;
use crushlab_cluster::simulate::{SimulateOptions, Simulation, follow};
use crushlab_compare::{Options, Progress, units_to_compare};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{Cluster as Recorded, OsdMap, describe};
use random_change::{change, cluster};

/// The cluster with another map.
fn with_map(recorded: &Recorded, map: OsdMap) -> Cluster {
    let recorded = Recorded { map, ..recorded.clone() };
    Cluster::of(recorded, Vec::new()).expect("a sound map")
}

/// What the changes that lead to these maps do.
fn go(recorded: &Recorded, maps: &[OsdMap], options: &SimulateOptions) -> (Simulation, u64) {
    let start = with_map(recorded, recorded.map.clone());
    let state = |map: &OsdMap| ("a change".to_owned(), false, with_map(recorded, map.clone()));
    let states: Vec<_> = maps.iter().map(state).collect();
    let progress = Progress::new();
    let found = follow(&start, &states, options, &progress).expect("nobody cancels");
    (found, progress.done())
}

#[test]
fn steps_overlook_nothing() {
    let recorded = cluster();
    for seed in 0..200 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let mut maps = vec![recorded.map.clone()];
        for _ in 0..5 {
            let mut map = maps.last().expect("the start").clone();
            change(&mut map, random);
            maps.push(map);
        }
        let heal = random.bool();
        let said = |every_pg| {
            let compare = Options { every_pg, ..Options::default() };
            let options = SimulateOptions { heal, compare, ..SimulateOptions::default() };
            let (Simulation { steps, total, .. }, _) = go(&recorded, &maps[1..], &options);
            let steps = steps.into_iter().map(|step| step.comparison).chain(total);
            let said = steps.map(|one| serde_json::to_string(&(one.report, one.pgs)));
            said.collect::<Result<Vec<_>, _>>().expect("plain data")
        };
        assert_eq!(said(false), said(true), "seed {seed}");
    }
}

/// An OSD stops, goes out, and comes back.
fn there_and_back(heal: bool) -> Simulation {
    let recorded = describe(
        "
racks: [{count: 4, hosts: [{count: 3, osds: [{count: 4, size: 1 TiB}]}]}]
pools:
  - {name: data, size: 3, pg_num: 512, stored: 5 TiB, objects: 2621440}
  - {name: archive, erasure: {k: 4, m: 2}, pg_num: 100, stored: 4 TiB, objects: 100000}
",
    )
    .expect("well described");
    let mut stopped = recorded.map.clone();
    stopped.osd_states[3] &= !state::UP;
    let mut out = stopped.clone();
    out.osd_weights[3] = 0;
    let mut back = out.clone();
    back.osd_states[3] |= state::UP;
    back.osd_weights[3] = 0x10000;
    let options = SimulateOptions { heal, ..SimulateOptions::default() };
    let (found, done) = go(&recorded, &[stopped, out, back], &options);
    let start = with_map(&recorded, recorded.map.clone());
    let units = units_to_compare(&start.mapped(), &start.mapped());
    assert_eq!((units, done), (612, 4 * units), "three steps and all of them together");
    found
}

#[test]
fn without_a_pause_the_data_is_where_it_was() {
    let Simulation { steps, total, .. } = there_and_back(false);
    let [stopped, out, back] = [0, 1, 2].map(|step: usize| &steps[step].comparison);
    let of = |step: usize| &steps[step].comparison.report.summary;
    assert_eq!(of(0).shards_moved, 0);
    assert!(of(1).shards_moved > 0);
    assert_eq!(of(1).shards_rebuilt, of(1).shards_moved);
    // What was to be rebuilt is on the OSD that is back.
    assert_eq!((of(2).shards_moved, of(2).after.pgs_clean), (0, 612));
    assert!([stopped, out, back].iter().all(|step| !step.pgs.is_empty()));
    let pg = stopped.pgs.get(0).expect("a PG that differs");
    assert!(pg.before.is_some() && pg.after.is_some() && pg.pgid.pool == 1);
    assert_eq!(total.expect("it was asked for").report.summary.pgs_changed, 0);
}

#[test]
fn with_time_to_heal_data_moves_there_and_back() {
    let Simulation { steps, total, .. } = there_and_back(true);
    let of = |step: usize| &steps[step].comparison.report.summary;
    assert!(of(1).shards_moved > 0 && of(2).shards_moved > 0);
    assert_eq!(of(2).after.copies.degraded_object_copies, 0);
    assert_eq!(of(2).healed.pgs_clean, 612);
    assert_eq!(total.expect("it was asked for").report.summary.shards_moved, 0);
    // What was left on osd.3 while it was down goes when it is back, and does not count twice.
    let fill = |step: usize| steps[step].comparison.report.osds[3].fill.expect("it is known");
    let start = fill(0).used_before_bytes;
    assert_eq!((fill(1).used_after_bytes, fill(2).used_before_bytes), (start, start));
    assert!(fill(2).used_worst_bytes <= start + (1 << 20));
    assert!(fill(2).used_after_bytes.abs_diff(start) < 1 << 20);
}
