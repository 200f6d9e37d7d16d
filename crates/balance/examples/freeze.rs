//! What a change of the rule from hosts to racks moves, frozen and not:
//! `cargo run --release -p crushlab-balance --example freeze -- [RACKS HOSTS OSDS PG_NUM K M]`
//! with the hosts of a rack and the OSDs of a host; 10 8 20 16384 6 2 where nothing is given.

use std::fmt::Write;
use std::num::NonZeroUsize;
use std::time::Instant;

use crushlab_balance::migrate::{Aim, Limits, PlanReport, Present, freeze, release};
use crushlab_compare::{ClusterData, Holders, Progress};
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::model::{FULL_WEIGHT, pool_flag, state};
use crushlab_osdmap::{Cluster, OsdMap, PgId, Pool, PoolMapper, map_pool};

fn main() {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let [racks, hosts, osds, pg_num, k, m] = match given.as_slice() {
        [racks, hosts, osds, pg_num, k, m] => [*racks, *hosts, *osds, *pg_num, *k, *m],
        _ => [10, 8, 20, 16384, 6, 2],
    };
    let before = cluster([racks, hosts, osds], pg_num as u32, (k + m) as u8, k as u8 + 1);
    let mut after = before.clone();
    if let Some(pool) = after.pools.get_mut(&1) {
        pool.crush_rule = 1;
    }
    let crush = before.crush.map().expect("a sound map");
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mapper = PoolMapper::new(&before, &crush, 1).expect("a pool");
    let mapping = map_pool(&mapper, threads);
    let row =
        |(seed, pg): (u32, crushlab_osdmap::PgMapping<'_>)| (PgId::new(1, seed), pg.up.to_vec());
    let holders = Holders::of((0..).zip(mapping.iter()).map(row));
    let present = Present { map: &after, crush: &crush, holders: &holders, threads };
    let start = Instant::now();
    let report = freeze(&present, &[], &Progress::new()).expect("new clients");
    tell("freeze", &report, start);
    let start = Instant::now();
    let known = Cluster::new(after.clone());
    let change = ["ceph osd pool set p crush_rule racks".to_owned()];
    let limits = Limits::default();
    let data = ClusterData::new(&known);
    let way = release(&present, &change, Aim::Kept, &data, &limits, &Progress::new());
    tell("release", &way.expect("limits that can be kept"), start);
}

fn tell(name: &str, report: &PlanReport, start: Instant) {
    let percent = |shards: u64| 100.0 * shards as f64 / report.shards as f64;
    println!(
        "{name}: {} shards; {:.1} % would move, {:.1} % do, {:.1} % have to; {} commands in {} \
         stages, {} not as asked; {:.1} s",
        report.shards,
        percent(report.shards_moved_unplanned),
        percent(report.shards_moved),
        percent(report.shards_moved_least.unwrap_or(0)),
        report.commands.len(),
        report.stages.len(),
        report.exceptions.len() as u64 + report.exceptions_unlisted,
        start.elapsed().as_secs_f64()
    );
}

fn cluster([racks, hosts, osds]: [usize; 3], pg_num: u32, size: u8, min_size: u8) -> OsdMap {
    let mut text = String::from(
        "tunable choose_local_tries 0\ntunable choose_local_fallback_tries 0\n\
         tunable choose_total_tries 50\ntunable chooseleaf_descend_once 1\n\
         tunable chooseleaf_vary_r 1\ntunable chooseleaf_stable 1\n\
         tunable straw_calc_version 1\ntunable allowed_bucket_algs 54\n",
    );
    let all = racks * hosts * osds;
    (0..all).for_each(|osd| _ = writeln!(text, "device {osd} osd.{osd}"));
    text.push_str("type 0 osd\ntype 1 host\ntype 3 rack\ntype 11 root\n");
    let mut bucket = |head: String, items: &mut dyn Iterator<Item = String>, weight: usize| {
        let _ = writeln!(text, "{head} {{\n alg straw2\n hash 0");
        items.for_each(|item| _ = writeln!(text, " item {item} weight {weight}.000"));
        text.push_str("}\n");
    };
    for host in 0..racks * hosts {
        let mut own = (host * osds..(host + 1) * osds).map(|osd| format!("osd.{osd}"));
        bucket(format!("host h{host}"), &mut own, 1);
    }
    for rack in 0..racks {
        let mut own = (rack * hosts..(rack + 1) * hosts).map(|host| format!("h{host}"));
        bucket(format!("rack r{rack}"), &mut own, osds);
    }
    bucket("root default".to_owned(), &mut (0..racks).map(|rack| format!("r{rack}")), hosts * osds);
    for (id, kind) in ["host", "rack"].into_iter().enumerate() {
        let _ = write!(
            text,
            "rule {kind}s {{\n id {id}\n type erasure\n min_size 1\n max_size 20\n \
             step set_choose_tries 100\n step take default\n step chooseleaf indep 0 type {kind}\n \
             step emit\n}}\n"
        );
    }
    let crush = CrushMap::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let mut map = OsdMap {
        epoch: 1,
        require_min_compat_client: 12,
        require_osd_release: 18,
        crush,
        ..OsdMap::default()
    };
    map.set_max_osd(all);
    map.osd_states.fill(state::EXISTS | state::UP);
    map.osd_weights.fill(FULL_WEIGHT);
    let pool = Pool {
        name: "p".to_owned(),
        pool_type: Pool::ERASURE,
        size,
        min_size,
        pg_num,
        pgp_num: pg_num,
        pg_num_target: pg_num,
        pgp_num_target: pg_num,
        pg_num_pending: pg_num,
        flags: pool_flag::HASHPSPOOL,
        ..Pool::default()
    };
    map.pools.insert(1, pool);
    map
}
