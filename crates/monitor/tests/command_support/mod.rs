//! A small cluster to give commands to.

// Each test file uses a part of it.
#![allow(dead_code)]

use crushlab_crushmap::edit::Location;
use crushlab_monitor::command::{Applied, Command, Refusal, apply};
use crushlab_monitor::config::Context;
use crushlab_osdmap::model::{FULL_WEIGHT, state};
use crushlab_osdmap::{OsdMap, PgWorkspace, Pool, PoolMapper};

/// Types as a new cluster has them.
const TYPES: [&str; 4] = ["osd", "host", "rack", "root"];

/// OSDs that are up and in, `per_host` to a host and `hosts_per_rack` hosts to a rack, with the
/// rule that a new cluster has.
pub(crate) fn cluster(osds: usize, per_host: usize, hosts_per_rack: usize) -> OsdMap {
    let mut map = OsdMap { epoch: 1, require_min_compat_client: 12, ..OsdMap::default() };
    map.set_max_osd(osds);
    for (osd, bits) in map.osd_states.iter_mut().enumerate() {
        *bits = state::EXISTS | state::UP;
        map.osd_weights[osd] = FULL_WEIGHT;
    }
    for (id, name) in (0i32..).zip(TYPES) {
        map.crush.types.insert(id, name.to_owned());
    }
    map.crush.add_bucket("default", "root", &Location::default()).expect("a root");
    for osd in 0..osds {
        let (host, rack) = (osd / per_host, osd / per_host / hosts_per_rack);
        let place = Location::new([
            ("host", format!("host{host}")),
            ("rack", format!("rack{rack}")),
            ("root", "default".to_owned()),
        ]);
        let name = format!("osd.{osd}");
        map.crush.insert_item(osd as i32, 1.0, &name, &place).expect("a device");
    }
    map.crush.add_replicated_rule("replicated_rule", "default", "host", None).expect("a rule");
    map
}

/// Reads and applies a command.
pub(crate) fn try_run(map: &OsdMap, line: &str, context: &Context) -> Result<Applied, Refusal> {
    let command = Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    apply(map, &command, context)
}

/// The map after a command that has to succeed.
pub(crate) fn run(map: &OsdMap, line: &str) -> OsdMap {
    let applied = try_run(map, line, &Context::default());
    applied.unwrap_or_else(|refusal| panic!("{line}: {refusal}")).map
}

/// The number of the refusal of a command that has to be refused.
pub(crate) fn refused(map: &OsdMap, line: &str) -> i32 {
    match try_run(map, line, &Context::default()) {
        Ok(_) => panic!("{line}: was to be refused"),
        Err(refusal) => refusal.errno.number(),
    }
}

/// The pool of a name.
pub(crate) fn pool<'a>(map: &'a OsdMap, name: &str) -> &'a Pool {
    map.pool_by_name(name).expect("a pool").1
}

/// What shall hold each PG of the pool with this id.
pub(crate) fn up(map: &OsdMap, pool: i64) -> Vec<Vec<i32>> {
    let crush = map.crush.map().expect("a sound map");
    let mapper = PoolMapper::new(map, &crush, pool).expect("a pool");
    let mut workspace = PgWorkspace::new();
    (0..mapper.pool().pg_num).map(|seed| mapper.map_pg(seed, &mut workspace).up.to_vec()).collect()
}
