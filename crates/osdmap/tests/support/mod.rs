//! Random clusters.

use std::fmt::Write as _;

use crushlab_crush::{ChooseArg, ChooseArgs, NONE};
use crushlab_crushmap::CrushMap;
use crushlab_osdmap::model::{Encoding, FULL_WEIGHT, Release, pool_flag, state};
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, Pool, PoolMapper};
use fastrand::Rng;

/// Rules of the maps that are made: id, and whether it is for erasure-coded pools. The last three
/// are MSR rules, which only releases from [`MSR_RELEASE`] on know.
const RULES: [(u8, bool); 10] = [
    (0, false),
    (1, false),
    (2, false),
    (3, true),
    (4, true),
    (5, false),
    (6, true),
    (7, true),
    (8, false),
    (9, true),
];
const MSR_RULES: usize = 3;
/// Most PGs of a pool that has one of them.
const MSR_PGS: u32 = 300;

/// First releases with MSR rules (Squid), upmaps of primaries (Reef), rules that are used whatever
/// their sizes are (Quincy), and optimizations of erasure-coded pools (Tentacle).
const MSR_RELEASE: u8 = 19;
const UPMAP_PRIMARY_RELEASE: u8 = 18;
const EC_OPTIMIZATIONS_RELEASE: u8 = 20;

fn rules(release: u8) -> &'static [(u8, bool)] {
    if release >= MSR_RELEASE { &RULES } else { &RULES[..RULES.len() - MSR_RULES] }
}

/// A random map of this release, with up to 1,000 OSDs and about `pgs` PGs, and with everything
/// that moves a PG: OSDs that are gone, down or out, reweights, affinities, upmaps, temps,
/// choose_args.
pub(crate) fn random_map(seed: u64, pgs: u32, release: u8) -> OsdMap {
    let mut rng = Rng::with_seed(seed);
    let osds = match rng.u32(0..10) {
        0..4 => rng.u32(3..30),
        4..8 => rng.u32(30..200),
        _ => rng.u32(200..=1000),
    };
    let mut map =
        OsdMap { epoch: 1, pool_max: 99, require_osd_release: release, ..OsdMap::default() };
    map.encoding.client.version = Encoding::client_version(release);
    let text = random_crush(&mut rng, osds, release);
    map.crush = CrushMap::from_text(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    set_osds(&mut rng, &mut map, osds);
    let pools = rng.u32(1..=5);
    for _ in 0..pools {
        let pool = random_pool(&mut rng, pgs.div_ceil(pools).max(2), release);
        map.pools.insert(rng.i64(1..99), pool);
    }
    if rng.bool() {
        set_choose_args(&mut rng, &mut map);
    }
    // Ceph crashes on MSR rules that can meet an empty bucket, such as a host's shadow.
    if release >= MSR_RELEASE && !map.crush.warnings().is_empty() {
        for pool in map.pools.values_mut().filter(|pool| has_msr_rule(pool)) {
            pool.crush_rule = if pool.is_erasure() { 3 } else { 0 };
        }
    }
    set_exceptions(&mut rng, &mut map);
    map
}

fn has_msr_rule(pool: &Pool) -> bool {
    usize::from(pool.crush_rule) >= RULES.len() - MSR_RULES
}

fn random_crush(rng: &mut Rng, osds: u32, release: u8) -> String {
    let mut text = String::new();
    if rng.bool() {
        text.push_str(
            "tunable choose_local_tries 0\ntunable choose_local_fallback_tries 0\n\
             tunable choose_total_tries 50\ntunable chooseleaf_descend_once 1\n\
             tunable chooseleaf_vary_r 1\ntunable chooseleaf_stable 1\n",
        );
    }
    for osd in 0..osds {
        let class = if osd % 3 == 0 { "ssd" } else { "hdd" };
        writeln!(text, "device {osd} osd.{osd} class {class}").unwrap();
    }
    text.push_str("type 0 osd\ntype 1 host\ntype 2 rack\ntype 3 root\n");
    let per_host = rng.u32(1..=12.min(osds.div_ceil(2)));
    let hosts = osds.div_ceil(per_host);
    let per_rack = rng.u32(1..=hosts.clamp(1, 16));
    let algorithms = ["straw2", "straw2", "straw2", "straw", "list", "tree"];
    let algorithm = *rng.choice(algorithms.iter()).unwrap();
    // A tree that weighs nothing makes Ceph read behind its end.
    let least = if algorithm == "tree" { 0.25 } else { 0.0 };
    for host in 0..hosts {
        writeln!(text, "host host{host} {{ alg {algorithm} hash 0").unwrap();
        for osd in host * per_host..((host + 1) * per_host).min(osds) {
            let weight = *rng.choice([least, 0.5, 1.0, 1.0, 1.0, 1.8, 3.6].iter()).unwrap();
            writeln!(text, " item osd.{osd} weight {weight:.3}").unwrap();
        }
        text.push_str("}\n");
    }
    let racks = hosts.div_ceil(per_rack);
    for rack in 0..racks {
        writeln!(text, "rack rack{rack} {{ alg {algorithm} hash 0").unwrap();
        for host in rack * per_rack..((rack + 1) * per_rack).min(hosts) {
            writeln!(text, " item host{host}").unwrap();
        }
        text.push_str("}\n");
    }
    text.push_str("root default { alg straw2 hash 0\n");
    (0..racks).for_each(|rack| writeln!(text, " item rack{rack}").unwrap());
    text.push_str("}\n");
    let steps = [
        "take default; chooseleaf firstn 0 type host; emit",
        "take default; chooseleaf firstn 0 type rack; emit",
        "take default class ssd; choose firstn 0 type osd; emit",
        "take default; chooseleaf indep 0 type host; emit",
        "take default class hdd; choose indep 0 type osd; emit",
        "take default class ssd; chooseleaf firstn 1 type host; emit; \
         take default class hdd; chooseleaf firstn -1 type host; emit",
        "set_chooseleaf_tries 5; set_choose_tries 100; take default; choose indep 3 type rack; \
         chooseleaf indep 2 type host; emit",
        "take default; choosemsr 0 type host; choosemsr 1 type osd; emit",
        "set_msr_descents 20; set_msr_collision_tries 7; take default; choosemsr 3 type rack; \
         choosemsr 2 type host; choosemsr 1 type osd; emit",
        "take default class hdd; choosemsr 3 type host; choosemsr 2 type osd; emit; \
         take default class ssd; choosemsr 4 type osd; emit",
    ];
    for ((id, erasure), steps) in rules(release).iter().zip(steps) {
        let kind = match (steps.contains("choosemsr"), erasure) {
            (true, true) => "msr_indep",
            (true, false) => "msr_firstn",
            (false, true) => "erasure",
            (false, false) => "replicated",
        };
        writeln!(text, "rule r{id} {{ id {id} type {kind} min_size 1 max_size 10").unwrap();
        steps.split("; ").for_each(|step| writeln!(text, " step {step}").unwrap());
        text.push_str("}\n");
    }
    text
}

fn set_osds(rng: &mut Rng, map: &mut OsdMap, osds: u32) {
    // Now and then the CRUSH map has devices that the OSDMap has no room for.
    let max_osd = if rng.u32(0..8) == 0 { osds - osds / 10 } else { osds + rng.u32(0..3) };
    map.set_max_osd(max_osd as usize);
    let troubled = rng.u32(0..25);
    for osd in 0..max_osd as usize {
        let trouble = |rng: &mut Rng| rng.u32(0..100) < troubled;
        map.osd_states[osd] = match (trouble(rng) && rng.bool(), trouble(rng)) {
            (true, _) => 0,
            (false, true) => state::EXISTS,
            (false, false) => state::EXISTS | state::UP,
        };
        map.osd_weights[osd] = match (trouble(rng), trouble(rng)) {
            (true, _) => 0,
            (false, true) => rng.u32(1..FULL_WEIGHT),
            (false, false) => FULL_WEIGHT,
        };
    }
    if rng.u32(0..3) == 0 {
        let affinity = |_| match rng.u32(0..4) {
            0 => 0,
            1 => rng.u32(0..FULL_WEIGHT),
            _ => FULL_WEIGHT,
        };
        map.osd_primary_affinities = Some((0..max_osd).map(affinity).collect());
    }
}

fn random_pool(rng: &mut Rng, pgs: u32, release: u8) -> Pool {
    let (crush_rule, erasure) = *rng.choice(rules(release).iter()).unwrap();
    // An MSR rule that cannot be met tries ten thousand times for each shard.
    let pgs =
        if usize::from(crush_rule) >= RULES.len() - MSR_RULES { pgs.min(MSR_PGS) } else { pgs };
    // A rule that does not fit the pool, or does not exist, gives no OSDs.
    let crush_rule = if rng.u32(0..20) == 0 { rng.u8(0..9) } else { crush_rule };
    let pg_num = rng.u32(pgs / 2..=pgs);
    let pgp_num = if rng.bool() { pg_num } else { rng.u32(1..=pg_num.max(1)) };
    let mut pool = Pool {
        name: format!("pool{}", rng.u32(..)),
        pool_type: if erasure { Pool::ERASURE } else { Pool::REPLICATED },
        // Rules are for up to 10.
        size: rng.u8(1..=if erasure { 12 } else { 6 }),
        min_size: 1,
        crush_rule,
        pg_num,
        pgp_num,
        flags: if rng.u32(0..6) == 0 { 0 } else { pool_flag::HASHPSPOOL },
        ..Pool::default()
    };
    if erasure && release >= EC_OPTIMIZATIONS_RELEASE && rng.bool() {
        pool.flags |= pool_flag::EC_OPTIMIZATIONS;
        pool.nonprimary_shards = (1..pool.size).filter(|_| rng.bool()).collect();
    }
    pool.frame.version = pool.frame_version(Release::of_number(release));
    pool
}

fn set_choose_args(rng: &mut Rng, map: &mut OsdMap) {
    let pool = map.pools.keys().next().copied();
    let id = if rng.bool() { pool.unwrap_or(-1) } else { -1 };
    let mut set = ChooseArgs::new();
    for (slot, bucket) in map.crush.core.buckets.iter().enumerate() {
        let Some(bucket) = bucket.as_ref().filter(|bucket| !bucket.items.is_empty()) else {
            continue;
        };
        if rng.bool() {
            let mut weights = || bucket.items.iter().map(|_| rng.u32(0..5 * 0x10000)).collect();
            set.insert(slot, ChooseArg { ids: None, weight_sets: vec![weights(), weights()] });
        }
    }
    map.crush.core.choose_args.insert(id, set);
}

fn random_osd(rng: &mut Rng, map: &OsdMap) -> i32 {
    match rng.u32(0..30) {
        0 => NONE,
        1 => map.max_osd() as i32 + rng.i32(0..3),
        _ => rng.i32(0..map.max_osd() as i32),
    }
}

fn set_exceptions(rng: &mut Rng, map: &mut OsdMap) {
    let crush = map.crush.map().expect("a map that was compiled is sound");
    let before = map.clone();
    for (id, pool) in &before.pools {
        let mapper = PoolMapper::new(&before, &crush, *id).expect("the pool is there");
        let mut workspace = PgWorkspace::new();
        for seed in 0..pool.pg_num {
            let pg = PgId::new(*id, seed);
            let size = usize::from(pool.size);
            let list =
                |rng: &mut Rng, length| (0..length).map(|_| random_osd(rng, &before)).collect();
            match rng.u32(0..100) {
                0..3 => drop(map.pg_upmap.insert(pg, list(rng, size))),
                3..12 => {
                    let raw = mapper.map_pg(seed, &mut workspace).raw;
                    let from = |rng: &mut Rng| rng.choice(raw.iter()).copied().unwrap_or(0);
                    let pairs = (0..rng.u32(1..4)).map(|_| (from(rng), random_osd(rng, &before)));
                    map.pg_upmap_items.insert(pg, pairs.collect());
                }
                12..16 => {
                    // Where the order of shards is not theirs, all have to be listed.
                    let least = if pool.lists_primaries_first() { size } else { 0 };
                    let length = rng.usize(least..=size);
                    map.pg_temp.insert(pg, list(rng, length));
                }
                _ => {}
            }
            if before.require_osd_release >= UPMAP_PRIMARY_RELEASE
                && !pool.is_erasure()
                && rng.u32(0..12) == 0
            {
                let raw = mapper.map_pg(seed, &mut workspace).raw;
                let primary = rng.choice(raw.iter()).copied().unwrap_or(0);
                map.pg_upmap_primaries.insert(pg, primary);
            }
            if rng.u32(0..40) == 0 {
                map.primary_temp.insert(pg, rng.i32(0..map.max_osd() as i32));
            }
        }
    }
}
