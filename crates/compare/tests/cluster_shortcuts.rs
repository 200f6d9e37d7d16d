//! A comparison that looks only at PGs that a change can touch finds what one finds that looks at
//! all of them.

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_compare::{
    Baseline, Between, ClusterData, ClusterState, Comparison, Options, Scenario, Step,
    compare_with, run,
};
use crushlab_crushmap::edit::{Location, Removal, WeightSets};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{Cluster, OsdMap, PgId, describe};

const CLUSTER: &str = "
racks: [{count: 4, hosts: [{count: 3, osds: [{count: 4, size: 1 TiB}]}]}]
pools:
  - {name: data, size: 3, pg_num: 128, stored: 10 TiB, objects: 2621440}
  - {name: archive, erasure: {k: 4, m: 2}, pg_num: 100, stored: 4 TiB, objects: 100000}
  - {name: empty, size: 2, pg_num: 64}
";

fn cluster() -> Cluster {
    describe(CLUSTER).expect("well described")
}

fn state_of(map: &OsdMap) -> ClusterState<'_> {
    ClusterState::new(map).expect("a sound map")
}

/// One change to a map. Some change nothing, some all.
fn change(map: &mut OsdMap, random: &mut fastrand::Rng) {
    let osd = random.usize(0..map.max_osd());
    let pools: Vec<i64> = map.pools.keys().copied().collect();
    let pool = pools[random.usize(0..pools.len())];
    let pg = PgId::new(pool, random.u32(0..64));
    match random.u32(0..24) {
        0..4 => map.osd_weights[osd] = [0, 0x8000, 0x10000][random.usize(0..3)],
        4 | 5 => map.osd_states[osd] ^= state::UP,
        6 => map.osd_states[osd] = 0,
        7 => map.osd_states[osd] |= state::EXISTS | state::UP,
        8 => {
            let osds = map.max_osd();
            let affinities = map.osd_primary_affinities.get_or_insert_with(|| vec![0x10000; osds]);
            affinities[osd] = random.u32(0..=0x10000);
        }
        9 => {
            let size = usize::from(map.pools[&pool].size);
            let osds = (0..size).map(|_| random.i32(0..48)).collect();
            map.pg_temp.insert(pg, osds);
        }
        10 => drop(map.primary_temp.insert(pg, random.i32(0..48))),
        11 => drop(map.pg_upmap_items.insert(pg, vec![(random.i32(0..48), random.i32(0..48))])),
        12 => drop(map.pg_upmap.insert(pg, (0..3).map(|_| random.i32(0..48)).collect())),
        13 => {
            drop((map.pg_temp.pop_first(), map.pg_upmap.pop_last(), map.pg_upmap_items.pop_first()))
        }
        14..17 => {
            // Of an OSD that has been removed there is none to change.
            let weight = [0.0, 0.5, 2.0][random.usize(0..3)];
            let _ = map.crush.reweight_item(&format!("osd.{osd}"), weight, WeightSets::Update);
        }
        17 => drop(map.crush.remove_item(&format!("osd.{osd}"), Removal::Remove)),
        18 => {
            if let Some(pool) = map.pools.get_mut(&pool) {
                match random.u32(0..4) {
                    0 => pool.min_size = random.u8(1..4),
                    1 => pool.size = random.u8(1..5),
                    2 => pool.pgp_num = random.u32(32..80),
                    _ => pool.pg_num = random.u32(64..200),
                }
            }
        }
        19 => {
            let at = format!("host{}", random.u32(1..13));
            let to = format!("rack{}", random.u32(1..5));
            let rack = Location::new([("rack", to)]);
            let _ = map.crush.move_bucket(&at, &rack);
        }
        20..23 => {
            map.pg_upmap_items.pop_first();
            map.pg_upmap_primaries.insert(pg, random.i32(0..48));
        }
        _ if pools.len() > 1 => drop(map.pools.remove(&pool)),
        _ => {}
    }
}

/// All that a comparison says.
fn said(found: &Comparison) -> (String, String, String) {
    let json = serde_json::to_string(&(&found.report, &found.pgs)).expect("plain data");
    let holders = |holders| format!("{holders:?}");
    (json, holders(&found.holders_after), holders(&found.holders_healed))
}

#[test]
fn nothing_is_overlooked() {
    let cluster = cluster();
    let (mut looked_at, mut all) = (0, 0);
    for seed in 0..1500 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let mut start = cluster.clone();
        for _ in 0..random.usize(0..4) {
            change(&mut start.map, random);
        }
        let mut map = start.map.clone();
        for _ in 0..random.usize(1..3) {
            change(&mut map, random);
        }
        let (before, after) = (state_of(&start.map), state_of(&map));
        let (data, progress) = (ClusterData::new(&start), Progress::new());
        let two = NonZeroUsize::new(2).expect("not 0");
        let baseline = Baseline::new(&before, &start, two, &progress).expect("nobody cancels");
        let options = Options { keep_holders: true, threads: two, ..Options::default() };
        let found = compare_with(&baseline, &before, &after, &data, &options, &progress)
            .expect("nobody cancels");
        let every = Options { every_pg: true, ..options };
        let expected = compare_with(&baseline, &before, &after, &data, &every, &progress)
            .expect("nobody cancels");
        assert_eq!(said(&found), said(&expected), "seed {seed}");
        looked_at += found.work.iter().map(|work| work.pgs_compared).sum::<u64>();
        all += expected.work.iter().map(|work| work.pgs_compared).sum::<u64>();
    }
    assert!(looked_at < all / 2, "{looked_at} of {all} PGs were looked at");
}

#[test]
fn steps_overlook_nothing_either() {
    let cluster = cluster();
    for seed in 0..200 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let mut maps = vec![cluster.map.clone()];
        for _ in 0..5 {
            let mut map = maps.last().expect("the start").clone();
            change(&mut map, random);
            maps.push(map);
        }
        let steps: Vec<Step<'_>> =
            maps[1..].iter().map(|map| Step { command: "a change", map }).collect();
        let between = if random.bool() { Between::Nothing } else { Between::Heals };
        let scenario = Scenario {
            cluster: &cluster,
            start: &cluster.map,
            baseline: None,
            steps: &steps,
            between,
        };
        let said = |every_pg| {
            let options = Options { every_pg, ..Options::default() };
            let mut said = Vec::new();
            let total = run(&scenario, &options, &Progress::new(), |step| {
                said.push(serde_json::to_string(&step).expect("plain data"));
            });
            said.push(serde_json::to_string(&total.expect("sound maps")).expect("plain data"));
            said
        };
        assert_eq!(said(false), said(true), "seed {seed}");
    }
}
