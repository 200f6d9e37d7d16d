//! What a change of `pg_num` moves, against the what-if engine, which places each state anew.

use std::num::NonZeroUsize;

use crushlab_cluster::Cluster as State;
use crushlab_cluster::simulate::{SimulateOptions, follow};
use crushlab_compare::{ClusterData, ClusterState, Options, Progress, compare};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::staging::settle;
use crushlab_osdmap::{Cluster, OsdMap, PgId, describe};
use crushlab_plan::pg_num::moved::{Moved, PoolAlone, Staged};

const CLUSTER: &str = "release: pacific
racks: [{count: 3, hosts: [{count: 3, osds: [{count: 2, size: 1 TiB}, {size: 2 TiB}]}]}]
pools:
  - {name: first, pg_num: 200, size: 3, stored: 3 TiB, objects: 800000}
  - {name: second, pg_num: 64, erasure: {k: 4, m: 2}, stored: 2 TiB, objects: 300000}
  - {name: third, pg_num: 128, size: 2}
";

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("some threads")
}

/// The sum of all steps, each looked at as any other change of a cluster.
fn by_engine(cluster: &Cluster, id: i64, pg_num: u32, config: &Config) -> Staged {
    let mut start = cluster.map.clone();
    start.pools.retain(|pool, _| *pool == id);
    let pool = start.pools.get_mut(&id).expect("a pool");
    (pool.pg_num_target, pool.pgp_num_target) = (pg_num, pg_num);
    let objects = cluster.pools.iter().map(|(id, held)| (*id, held.objects));
    let context =
        Context { config: config.clone(), pool_objects: objects.collect(), ..Context::default() };
    let settled = settle(&start, &context);
    let of = |map: &OsdMap| {
        let recorded = Cluster { map: map.clone(), ..cluster.clone() };
        State::of(recorded, Vec::new()).expect("a sound map")
    };
    let states: Vec<_> =
        settled.iter().map(|applied| (String::new(), true, of(&applied.map))).collect();
    let compare = Options { list_pgs: false, every_pg: true, ..Options::default() };
    let options = SimulateOptions { heal: true, compare, ..SimulateOptions::default() };
    let mut staged = Staged::default();
    let start = of(&start);
    for step in follow(&start, &states, &options, &Progress::new()).expect("a report").steps {
        let summary = step.comparison.report.summary;
        staged.steps += 1;
        staged.moved.shards += summary.shards_moved;
        staged.moved.bytes += summary.moved_bytes;
        let ratios = [staged.misplaced_ratio_max, summary.after.misplaced_ratio];
        staged.misplaced_ratio_max = ratios.into_iter().flatten().reduce(f64::max);
    }
    staged
}

/// What differs in the end.
fn in_the_end(cluster: &Cluster, id: i64, pg_num: u32) -> Moved {
    let mut before = cluster.map.clone();
    before.pools.retain(|pool, _| *pool == id);
    let mut after = before.clone();
    let pool = after.pools.get_mut(&id).expect("a pool");
    (pool.pg_num, pool.pg_num_pending, pool.pg_num_target) = (pg_num, pg_num, pg_num);
    (pool.pgp_num, pool.pgp_num_target) = (pg_num, pg_num);
    let state = |map| ClusterState::new(map).expect("a sound map");
    let (data, options) = (ClusterData::new(cluster), Options::default());
    let found = compare(&state(&before), &state(&after), &data, &options, &Progress::new());
    let summary = found.expect("a report").report.summary;
    Moved { shards: summary.shards_moved, bytes: summary.moved_bytes }
}

/// The cluster with everything that keeps PGs from being plain: OSDs down, out, reweighted, slow to
/// become primaries, and PGs that the map says something of.
fn troubled(mut cluster: Cluster) -> Cluster {
    let map: &mut OsdMap = &mut cluster.map;
    map.osd_states[4] &= !2;
    map.osd_states[17] &= !2;
    (map.osd_weights[9], map.osd_weights[12]) = (0, 0x6000);
    let mut affinities = vec![0x10000; map.osd_states.len()];
    affinities[2] = 0x4000;
    map.osd_primary_affinities = Some(affinities);
    for (pool, seeds) in [(1, 0..30), (2, 0..12), (3, 60..80)] {
        for seed in seeds {
            let pg = PgId::new(pool, seed);
            match seed % 4 {
                0 => drop(map.pg_upmap_items.insert(pg, vec![(seed as i32 % 27, 26), (3, 20)])),
                1 if pool != 2 => drop(map.pg_temp.insert(pg, vec![1, 10, 19])),
                2 => drop(map.primary_temp.insert(pg, 7)),
                _ => {}
            }
        }
    }
    cluster
}

fn check(cluster: &Cluster, id: i64, pg_num: u32, config: &Config) -> Staged {
    let what = format!("pool {id} to {pg_num}");
    let progress = Progress::new();
    let alone = |count| PoolAlone::new(cluster, id, pg_num, threads(count), &progress);
    let (one, two) = (alone(1).expect("a pool"), alone(2).expect("a pool"));
    let mut numbers = Vec::new();
    let staged = one.staged(pg_num, config, &progress, |pgp_num| numbers.push(pgp_num));
    let staged = staged.expect("what moves");
    assert_eq!(staged, by_engine(cluster, id, pg_num, config), "{what}");
    assert_eq!(Ok(staged), two.staged(pg_num, config, &progress, drop), "{what}, two threads");
    assert_eq!((numbers.len() as u64, numbers.last()), (staged.steps, Some(&pg_num)), "{what}");
    let moved = one.moved(pg_num, &progress).expect("what moves");
    assert_eq!(moved, in_the_end(cluster, id, pg_num), "{what}, at once");
    staged
}

#[test]
fn stages_add_up_to_what_the_engine_finds() {
    let whole = describe(CLUSTER).expect("a cluster");
    let ill = troubled(whole.clone());
    let config = Config::default();
    for cluster in [&whole, &ill] {
        for (id, numbers) in [(1, [64, 100, 256, 1024]), (2, [16, 48, 128, 500])] {
            for pg_num in numbers {
                let staged = check(cluster, id, pg_num, &config);
                assert!(staged.steps > 1 && staged.moved.bytes > 0);
                assert!(staged.misplaced_ratio_max.is_some_and(|ratio| ratio > 0.0));
            }
        }
        let unknown = check(cluster, 3, 40, &config);
        assert_eq!((unknown.moved.bytes, unknown.misplaced_ratio_max), (0, None));
        assert!(unknown.moved.shards > 0);
    }
}

#[test]
fn settings_decide_on_the_steps() {
    let cluster = describe(CLUSTER).expect("a cluster");
    let mut config = Config::default();
    let slow = check(&cluster, 1, 64, &config);
    config.set("target_max_misplaced_ratio", "0.5").expect("a setting");
    let fast = check(&cluster, 1, 64, &config);
    assert!(fast.steps < slow.steps, "{fast:?} {slow:?}");
    assert!(fast.misplaced_ratio_max > slow.misplaced_ratio_max);
}

#[test]
fn cancelling_ends_it() {
    let cluster = describe(CLUSTER).expect("a cluster");
    let progress = Progress::new();
    let alone = PoolAlone::new(&cluster, 1, 256, threads(2), &progress).expect("a pool");
    progress.cancel();
    assert!(alone.moved(256, &progress).is_err());
    assert!(alone.staged(256, &Config::default(), &progress, drop).is_err());
    assert!(PoolAlone::new(&cluster, 1, 256, threads(2), &progress).is_err());
}
