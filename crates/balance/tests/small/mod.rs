//! Small clusters whose answers are known.

// Not every test uses everything here.
#![allow(dead_code)]

use crushlab_crushmap::CrushMap;
use crushlab_monitor::Monitor;
use crushlab_monitor::command::Command;
use crushlab_monitor::config::Context;
use crushlab_osdmap::model::{FULL_WEIGHT, pool_flag, state};
use crushlab_osdmap::{OsdMap, PgWorkspace, Pool, PoolMapper};

/// Two sites of four hosts of two OSDs, and a rule of two copies in each site.
pub(crate) const TWO_SITES: &str = "step take default\n step choose firstn 0 type datacenter\n \
                         step chooseleaf firstn 2 type host\n step emit";

/// A copy on each of some hosts.
pub(crate) const HOSTS: &str = "step take default\n step chooseleaf firstn 0 type host\n step emit";

/// Sites of so many hosts of two OSDs with a weight of 1 each, and a pool.
pub(crate) fn cluster(sites: usize, hosts: usize, steps: &str, size: u8, pg_num: u32) -> OsdMap {
    let osds = sites * hosts * 2;
    let mut text = String::from(
        "tunable choose_local_tries 0\ntunable choose_local_fallback_tries 0\n\
         tunable choose_total_tries 50\ntunable chooseleaf_descend_once 1\n\
         tunable chooseleaf_vary_r 1\ntunable chooseleaf_stable 1\n\
         tunable straw_calc_version 1\ntunable allowed_bucket_algs 54\n",
    );
    (0..osds).for_each(|osd| text.push_str(&format!("device {osd} osd.{osd} class hdd\n")));
    text.push_str("type 0 osd\ntype 1 host\ntype 8 datacenter\ntype 11 root\n");
    for host in 0..sites * hosts {
        let (one, other) = (host * 2, host * 2 + 1);
        text.push_str(&format!(
            "host h{host} {{\n alg straw2\n hash 0\n item osd.{one} weight 1.000\n \
             item osd.{other} weight 1.000\n}}\n"
        ));
    }
    let mut root = String::from("root default {\n alg straw2\n hash 0\n");
    for site in 0..sites {
        text.push_str(&format!("datacenter dc{site} {{\n alg straw2\n hash 0\n"));
        for host in site * hosts..(site + 1) * hosts {
            text.push_str(&format!(" item h{host} weight 2.000\n"));
        }
        text.push_str("}\n");
        root.push_str(&format!(" item dc{site} weight {}.000\n", hosts * 2));
    }
    text.push_str(&format!("{root}}}\nrule r {{\n id 0\n type replicated\n {steps}\n}}\n"));
    let crush = CrushMap::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut map = OsdMap {
        epoch: 1,
        require_min_compat_client: 18,
        require_osd_release: 18,
        crush,
        ..OsdMap::default()
    };
    map.set_max_osd(osds);
    map.osd_states.fill(state::EXISTS | state::UP);
    map.osd_weights.fill(FULL_WEIGHT);
    let pool = Pool {
        name: "rbd".to_owned(),
        pool_type: Pool::REPLICATED,
        size,
        min_size: 1,
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

/// The map after commands.
pub(crate) fn run(map: &OsdMap, commands: &[String]) -> OsdMap {
    let commands: Vec<Command> =
        commands.iter().map(|line| Command::parse(line).expect("a command")).collect();
    let context = Context::default();
    let mut monitor = Monitor::new(map.clone(), &context);
    monitor.run_all(&commands).unwrap_or_else(|refused| panic!("{refused:?}"));
    monitor.into_map()
}

/// The up set of a PG of pool 1, and its primary.
pub(crate) fn up(map: &OsdMap, seed: u32) -> (Vec<i32>, i32) {
    let crush = map.crush.map().expect("a sound map");
    let mapper = PoolMapper::new(map, &crush, 1).expect("a pool");
    let mut workspace = PgWorkspace::new();
    let mapping = mapper.map_pg(seed, &mut workspace);
    (mapping.up.to_vec(), mapping.up_primary)
}
