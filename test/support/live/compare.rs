//! What maps hold of all that commands change, in words that can be compared and kept.

use std::num::NonZeroUsize;

use crushlab_crush::name_hash;
use crushlab_osdmap::model::{Release, pool_flag, state};
use crushlab_osdmap::{OsdMap, PgId, Pool, PoolMapper, map_pool};

/// State bits that commands and failures change; the others come from how full OSDs are.
const STATES: u32 = !(state::FULL | state::NEARFULL | state::BACKFILLFULL);

/// All that commands change, by name. PGs' temporary OSDs are left out, as OSDs change them by
/// themselves.
fn facts(map: &OsdMap) -> Vec<(&'static str, String)> {
    let osds = || 0..map.max_osd() as i32;
    let states: Vec<u32> = map.osd_states.iter().map(|bits| bits & STATES).collect();
    let affinities: Vec<u32> = osds().map(|osd| map.primary_affinity(osd)).collect();
    let remembered: Vec<u32> = map.osds.iter().map(|osd| osd.xinfo.old_weight).collect();
    let exceptions = (&map.pg_upmap, &map.pg_upmap_items, &map.pg_upmap_primaries);
    vec![
        // In the form of one release, as digests of it are kept.
        ("CRUSH text", map.crush.to_text_as(Release::PACIFIC)),
        // Names and classes are in the text, ids, weights and order in the bytes as well.
        ("CRUSH bytes", format!("{:?}", map.crush.to_binary())),
        ("reweights", format!("{:?}", map.osd_weights)),
        ("states", format!("{states:?}")),
        ("affinities", format!("{affinities:?}")),
        ("remembered reweights", format!("{remembered:?}")),
        ("flags", map.flags.to_string()),
        ("upmaps", format!("{exceptions:?}")),
        ("group flags", format!("{:?}", (&map.crush_node_flags, &map.device_class_flags))),
        ("profiles", format!("{:?}", map.erasure_code_profiles)),
        ("ratios", format!("{:?}", [map.nearfull_ratio, map.backfillfull_ratio, map.full_ratio])),
        ("releases", format!("{:?}", (map.require_min_compat_client, map.require_osd_release))),
        ("pools", pools_text(map)),
        ("up", up(map)),
    ]
}

/// Differences between a predicted map and the cluster's own, in words; none if they agree.
pub(crate) fn differences(predicted: &OsdMap, real: &OsdMap) -> Vec<String> {
    let lines = |a: &str, b: &str| -> Vec<String> {
        let pairs = a.lines().zip(b.lines()).filter(|(a, b)| a != b);
        pairs.take(4).map(|(a, b)| cut_pair(a, b)).collect()
    };
    (facts(predicted).into_iter().zip(facts(real)))
        .filter(|(predicted, real)| predicted != real)
        .map(|((name, a), (_, b))| format!("{name}: {}", lines(&a, &b).join("; ")))
        .collect()
}

/// Two lines from shortly before the first difference on.
fn cut_pair(a: &str, b: &str) -> String {
    const BEFORE: usize = 40;
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let cut = |line: &str| -> String {
        line.chars().skip(same.saturating_sub(BEFORE)).take(120).collect()
    };
    format!("{} / {}", cut(a).trim(), cut(b).trim())
}

/// The pools in words. What only pools of later releases have is left out where they have none of
/// it: recorded digests are older.
fn pools_text(map: &OsdMap) -> String {
    let text = format!("{:#?}", pools(map));
    let known = text.lines().filter(|line| line.trim() != "nonprimary_shards: {},");
    known.collect::<Vec<_>>().join("\n")
}

/// A number that is the same for maps that agree.
pub(crate) fn digest(map: &OsdMap) -> u32 {
    let all: Vec<String> =
        facts(map).into_iter().map(|(name, text)| format!("{name}={text}\n")).collect();
    name_hash::rjenkins(all.concat().as_bytes())
}

/// Whether the exceptions of one PG for the time being are the same.
pub(crate) fn same_temps(predicted: &OsdMap, real: &OsdMap, pg: PgId) -> bool {
    predicted.pg_temp.get(&pg) == real.pg_temp.get(&pg)
        && predicted.primary_temp.get(&pg) == real.primary_temp.get(&pg)
}

/// The pools, without when they changed and the marks of work in progress.
fn pools(map: &OsdMap) -> Vec<(i64, Pool)> {
    let normal = |pool: &Pool| {
        let fresh = Pool::default();
        Pool {
            flags: pool.flags & !pool_flag::CREATING,
            last_change: 0,
            create_time: fresh.create_time,
            snap_epoch: 0,
            last_force_op_resend: 0,
            last_force_op_resend_prenautilus: 0,
            last_force_op_resend_preluminous: 0,
            last_pg_merge_meta: fresh.last_pg_merge_meta,
            ..pool.clone()
        }
    };
    map.pools.iter().map(|(id, pool)| (*id, normal(pool))).collect()
}

/// The OSDs that shall hold each PG, and the primary of each.
fn up(map: &OsdMap) -> String {
    let crush = map.crush.map().expect("a sound CRUSH map");
    let mut all = String::new();
    for pool in map.pools.keys() {
        let mapper = PoolMapper::new(map, &crush, *pool).expect("a pool of the map");
        for (seed, pg) in (0..).zip(map_pool(&mapper, NonZeroUsize::MIN).iter()) {
            let pgid = PgId::new(*pool, seed);
            all.push_str(&format!("{pgid} {:?} {}\n", pg.up, pg.up_primary));
        }
    }
    all
}
