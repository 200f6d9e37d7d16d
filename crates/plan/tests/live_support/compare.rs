//! What two maps differ in, of all that commands change.

use std::num::NonZeroUsize;

use crushlab_osdmap::model::{pool_flag, state};
use crushlab_osdmap::{OsdMap, PgId, Pool, PoolMapper, map_pool};

/// State bits that commands and failures change; the others come from how full OSDs are.
const STATES: u32 = !(state::FULL | state::NEARFULL | state::BACKFILLFULL);

/// Differences between a predicted map and the cluster's own, in words; none if they agree.
pub(crate) fn differences(predicted: &OsdMap, real: &OsdMap) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |name: &str, is_equal: bool, detail: String| {
        if !is_equal {
            found.push(format!("{name}: {detail}"));
        }
    };
    let (a, b) = (predicted.crush.to_binary(), real.crush.to_binary());
    check("crush", a == b, text_difference(predicted, real));
    check(
        "reweights",
        predicted.osd_weights == real.osd_weights,
        format!("{:?} / {:?}", predicted.osd_weights, real.osd_weights),
    );
    let states = |map: &OsdMap| -> Vec<u32> { map.osd_states.iter().map(|s| s & STATES).collect() };
    let (a, b) = (states(predicted), states(real));
    check("states", a == b, format!("{a:?} / {b:?}"));
    let affinity = |map: &OsdMap| -> Vec<u32> {
        (0..map.max_osd() as i32).map(|osd| map.primary_affinity(osd)).collect()
    };
    let (a, b) = (affinity(predicted), affinity(real));
    check("affinities", a == b, format!("{a:?} / {b:?}"));
    let old = |map: &OsdMap| -> Vec<u32> { map.osds.iter().map(|o| o.xinfo.old_weight).collect() };
    let (a, b) = (old(predicted), old(real));
    check("remembered weights", a == b, format!("{a:?} / {b:?}"));
    check("flags", predicted.flags == real.flags, format!("{} / {}", predicted.flags, real.flags));
    let exceptions = |map: &OsdMap| format!("{:?} {:?}", map.pg_upmap, map.pg_upmap_items);
    let (a, b) = (exceptions(predicted), exceptions(real));
    check("upmaps", a == b, format!("{a} / {b}"));
    let flags = |map: &OsdMap| format!("{:?} {:?}", map.crush_node_flags, map.device_class_flags);
    let (a, b) = (flags(predicted), flags(real));
    check("group flags", a == b, format!("{a} / {b}"));
    let (a, b) = (&predicted.erasure_code_profiles, &real.erasure_code_profiles);
    check("profiles", a == b, format!("{a:?} / {b:?}"));
    let ratios = |map: &OsdMap| [map.nearfull_ratio, map.backfillfull_ratio, map.full_ratio];
    let (a, b) = (ratios(predicted), ratios(real));
    check("ratios", a == b, format!("{a:?} / {b:?}"));
    let releases = |map: &OsdMap| (map.require_min_compat_client, map.require_osd_release);
    let (a, b) = (releases(predicted), releases(real));
    check("releases", a == b, format!("{a:?} / {b:?}"));
    let (a, b) = (pools(predicted), pools(real));
    check("pools", a == b, pool_difference(&a, &b));
    let (a, b) = (up(predicted), up(real));
    check("up", a == b, format!("{} PGs differ", a.iter().zip(&b).filter(|(a, b)| a != b).count()));
    found
}

/// Whether the exceptions of one PG for the time being are the same.
pub(crate) fn same_temps(predicted: &OsdMap, real: &OsdMap, pg: PgId) -> bool {
    predicted.pg_temp.get(&pg) == real.pg_temp.get(&pg)
        && predicted.primary_temp.get(&pg) == real.primary_temp.get(&pg)
}

fn text_difference(predicted: &OsdMap, real: &OsdMap) -> String {
    let (a, b) = (predicted.crush.to_text(), real.crush.to_text());
    let line = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    format!("{line:?}")
}

/// The pools, without when they changed and the marks of work in progress.
fn pools(map: &OsdMap) -> Vec<(i64, Pool)> {
    let normal = |pool: &Pool| {
        let fresh = Pool::default();
        Pool {
            flags: pool.flags & !pool_flag::CREATING,
            last_change: 0,
            create_time: fresh.create_time,
            last_force_op_resend: 0,
            last_force_op_resend_prenautilus: 0,
            last_force_op_resend_preluminous: 0,
            last_pg_merge_meta: fresh.last_pg_merge_meta,
            ..pool.clone()
        }
    };
    map.pools.iter().map(|(id, pool)| (*id, normal(pool))).collect()
}

fn pool_difference(predicted: &[(i64, Pool)], real: &[(i64, Pool)]) -> String {
    let print = |pools: &[(i64, Pool)]| format!("{pools:#?}");
    let (a, b) = (print(predicted), print(real));
    let lines: Vec<String> = a
        .lines()
        .zip(b.lines())
        .filter(|(a, b)| a != b)
        .take(6)
        .map(|(a, b)| format!("{} / {}", a.trim(), b.trim()))
        .collect();
    format!("{} / {} pools; {}", predicted.len(), real.len(), lines.join("; "))
}

/// The OSDs that shall hold each PG, and the primary of each.
fn up(map: &OsdMap) -> Vec<(PgId, Vec<i32>, i32)> {
    let crush = map.crush.map().expect("a sound CRUSH map");
    let mut all = Vec::new();
    for pool in map.pools.keys() {
        let mapper = PoolMapper::new(map, &crush, *pool).expect("a pool of the map");
        let mapping = map_pool(&mapper, NonZeroUsize::MIN);
        for (seed, pg) in (0..).zip(mapping.iter()) {
            all.push((PgId::new(*pool, seed), pg.up.to_vec(), pg.up_primary));
        }
    }
    all
}
