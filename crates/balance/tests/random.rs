//! Random clusters are balanced, and Ceph's side is played by the model of a monitor.

mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crushlab_balance::{BalanceOptions, BalanceReport, balance};
use crushlab_compare::Progress;
use crushlab_crush::NONE;
use crushlab_crushmap::CrushMap;
use crushlab_monitor::Monitor;
use crushlab_monitor::command::Command;
use crushlab_monitor::command::clean::cleaned;
use crushlab_monitor::config::Context;
use crushlab_osdmap::model::{FULL_WEIGHT, pool_flag, state};
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, Pool, PoolMapper};
use fastrand::Rng;
use tree::tree_text;

/// A rule: its text, its type, sizes of pools, and the most shards of a PG that may be in one rack
/// and in one host.
struct RuleKind {
    steps: &'static str,
    pool_type: u8,
    sizes: &'static [u8],
    per_rack: usize,
    per_host: usize,
    /// Shards at the start that are on ssds, the others being on hdds; none where classes are free.
    ssds: Option<usize>,
}

const RULES: [RuleKind; 9] = [
    RuleKind {
        steps: "step take default\n step chooseleaf firstn 0 type rack\n step emit",
        pool_type: Pool::REPLICATED,
        sizes: &[2, 3],
        per_rack: 1,
        per_host: 1,
        ssds: None,
    },
    RuleKind {
        steps: "step take default class hdd\n step chooseleaf firstn 0 type host\n step emit",
        pool_type: Pool::REPLICATED,
        sizes: &[2, 3, 4],
        per_rack: 9,
        per_host: 1,
        ssds: Some(0),
    },
    RuleKind {
        steps: "step take default\n step choose indep 2 type rack\n \
                step chooseleaf indep 2 type host\n step emit",
        pool_type: Pool::ERASURE,
        sizes: &[4],
        per_rack: 2,
        per_host: 1,
        ssds: None,
    },
    RuleKind {
        steps: "step take default\n step chooseleaf indep 0 type host\n step emit",
        pool_type: Pool::ERASURE,
        sizes: &[3, 5],
        per_rack: 9,
        per_host: 1,
        ssds: None,
    },
    RuleKind {
        steps: "step take default class ssd\n step chooseleaf firstn 1 type host\n step emit\n \
                step take default class hdd\n step chooseleaf firstn -1 type host\n step emit",
        pool_type: Pool::REPLICATED,
        sizes: &[3],
        per_rack: 9,
        per_host: 2,
        ssds: Some(1),
    },
    RuleKind {
        steps: "step take default\n step chooseleaf firstn 1 type host\n step emit\n \
                step take default\n step chooseleaf firstn -1 type host\n step emit",
        pool_type: Pool::REPLICATED,
        sizes: &[3],
        per_rack: 9,
        per_host: 1,
        ssds: None,
    },
    RuleKind {
        steps: "step take default\n step choose firstn 2 type rack\n \
                step chooseleaf firstn 2 type host\n step emit",
        pool_type: Pool::REPLICATED,
        sizes: &[3, 4],
        per_rack: 2,
        per_host: 1,
        ssds: None,
    },
    RuleKind {
        steps: "step take default\n step choose firstn 0 type osd\n step emit",
        pool_type: Pool::REPLICATED,
        sizes: &[2, 3],
        per_rack: 9,
        per_host: 9,
        ssds: None,
    },
    RuleKind {
        steps: "step take default\n step choose indep 0 type host\n \
                step choose indep 1 type osd\n step emit",
        pool_type: Pool::ERASURE,
        sizes: &[4],
        per_rack: 9,
        per_host: 1,
        ssds: None,
    },
];

/// A cluster, and where its OSDs are.
struct Case {
    map: OsdMap,
    racks: Vec<usize>,
    hosts: Vec<usize>,
    is_ssd: Vec<bool>,
    /// Number of the rule of each pool.
    rules: BTreeMap<i64, usize>,
}

fn random_case(rng: &mut Rng) -> Case {
    let (mut racks, mut hosts, mut is_ssd) = (Vec::new(), Vec::new(), Vec::new());
    let mut host = 0;
    for rack in 0..rng.usize(3..=5) {
        for _ in 0..rng.usize(2..=3) {
            for index in 0..rng.usize(2..=5) {
                racks.push(rack);
                hosts.push(host);
                is_ssd.push(index == 0);
            }
            host += 1;
        }
    }
    let is_even = rng.bool();
    let weights: Vec<u32> =
        racks.iter().map(|_| if is_even { 4 } else { rng.u32(1..=8) }).collect();
    let text = crush_text(&racks, &hosts, &is_ssd, &weights);
    let crush = CrushMap::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut map = OsdMap {
        epoch: 1,
        require_min_compat_client: 12,
        require_osd_release: 18,
        crush,
        ..OsdMap::default()
    };
    map.set_max_osd(racks.len());
    for osd in 0..racks.len() {
        let is_up = rng.u8(0..12) > 0;
        map.osd_states[osd] = state::EXISTS | if is_up { state::UP } else { 0 };
        map.osd_weights[osd] = match rng.u8(0..16) {
            0 => 0,
            1 => FULL_WEIGHT / 2,
            _ => FULL_WEIGHT,
        };
    }
    let mut rules = BTreeMap::new();
    for id in 1..=rng.i64(1..=3) {
        let rule = rng.usize(0..RULES.len());
        let kind = &RULES[rule];
        let pg_num = rng.u32(8..=120);
        let pool = Pool {
            name: format!("pool{id}"),
            pool_type: kind.pool_type,
            size: *rng.choice(kind.sizes).expect("some sizes"),
            min_size: 1,
            crush_rule: rule as u8,
            pg_num,
            pgp_num: pg_num,
            pg_num_target: pg_num,
            pgp_num_target: pg_num,
            pg_num_pending: pg_num,
            flags: pool_flag::HASHPSPOOL,
            ..Pool::default()
        };
        map.pools.insert(id, pool);
        rules.insert(id, rule);
    }
    Case { map: with_upmaps(map, rng), racks, hosts, is_ssd, rules }
}

fn crush_text(racks: &[usize], hosts: &[usize], is_ssd: &[bool], weights: &[u32]) -> String {
    let mut text = tree_text(racks, hosts, is_ssd, weights);
    for (id, rule) in RULES.iter().enumerate() {
        let kind = if rule.pool_type == Pool::ERASURE { "erasure" } else { "replicated" };
        let tries =
            if rule.pool_type == Pool::ERASURE { " step set_choose_tries 100\n" } else { "" };
        let _ = write!(
            text,
            "rule rule{id} {{\n id {id}\n type {kind}\n min_size 1\n max_size 20\n{tries} {}\n}}\n",
            rule.steps
        );
    }
    text
}

/// The map with some upmaps that monitors keep, whether or not they are by the rule.
fn with_upmaps(mut map: OsdMap, rng: &mut Rng) -> OsdMap {
    if rng.bool() {
        return map;
    }
    let osds = map.max_osd() as i32;
    let crush = map.crush.map().expect("a sound map");
    for (id, pool) in map.pools.clone() {
        for _ in 0..rng.u32(0..=pool.pg_num / 2) {
            let pg = PgId::new(id, rng.u32(0..pool.pg_num));
            let mapper = PoolMapper::new(&map, &crush, id).expect("a pool");
            let mut workspace = PgWorkspace::new();
            let raw = mapper.map_pg(pg.seed, &mut workspace).raw.to_vec();
            let Some(from) = rng.choice(&raw).copied() else { continue };
            if rng.u8(0..8) == 0 {
                let mut osds = raw.clone();
                rng.shuffle(&mut osds);
                map.pg_upmap.insert(pg, osds);
            } else {
                map.pg_upmap_items.insert(pg, vec![(from, rng.i32(0..osds))]);
            }
        }
    }
    cleaned(&map)
}

/// The OSDs of all PGs, those that are down included, and whether CRUSH alone keeps to the rule.
fn placed(map: &OsdMap) -> BTreeMap<PgId, (Vec<i32>, Vec<i32>)> {
    let crush = map.crush.map().expect("a sound map");
    let mut all = BTreeMap::new();
    let mut workspace = PgWorkspace::new();
    for (id, pool) in &map.pools {
        let mapper = PoolMapper::new(map, &crush, *id).expect("a pool").ignoring_down();
        for seed in 0..pool.pg_num {
            let mapping = mapper.map_pg(seed, &mut workspace);
            all.insert(PgId::new(*id, seed), (mapping.raw.to_vec(), mapping.up.to_vec()));
        }
    }
    all
}

/// Whether OSDs keep to a rule, counted rack by rack and host by host.
fn keeps_rule(case: &Case, pool: i64, osds: &[i32]) -> bool {
    let rule = &RULES[case.rules[&pool]];
    let size = usize::from(case.map.pools[&pool].size);
    if osds.len() != size || osds.contains(&NONE) {
        return false;
    }
    let most = |of: &[usize]| {
        let mut counts = BTreeMap::new();
        osds.iter().for_each(|osd| *counts.entry(of[*osd as usize]).or_insert(0) += 1);
        counts.values().copied().max().unwrap_or(0)
    };
    let is_fit = |(place, osd): (usize, &i32)| {
        let is_in = case.map.osd_weights[*osd as usize] > 0;
        let class = rule.ssds.is_none_or(|ssds| case.is_ssd[*osd as usize] == (place < ssds));
        is_in && class
    };
    let distinct: BTreeSet<&i32> = osds.iter().collect();
    distinct.len() == size
        && most(&case.racks) <= rule.per_rack
        && most(&case.hosts) <= rule.per_host
        && osds.iter().enumerate().all(is_fit)
}

fn ask(map: &OsdMap, max_deviation: f64) -> BalanceReport {
    let crush = map.crush.map().expect("a sound map");
    let options = BalanceOptions { max_deviation, ..BalanceOptions::default() };
    balance(map, &crush, &options, &Progress::new()).expect("new clients, known pools")
}

/// The map after the commands, which have to be accepted and kept.
fn applied(map: &OsdMap, commands: &[String], seed: u64) -> OsdMap {
    let commands: Vec<Command> = commands
        .iter()
        .map(|line| Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let context = Context::default();
    let mut monitor = Monitor::new(map.clone(), &context);
    let notes = monitor.run_all(&commands).unwrap_or_else(|refused| panic!("{refused:?}"));
    let dropped = notes.iter().flatten().find(|note| note.contains("no longer fit"));
    assert_eq!(dropped, None, "seed {seed}");
    let after = monitor.into_map();
    let again = cleaned(&after);
    assert_eq!(again.pg_upmap, after.pg_upmap, "seed {seed}");
    assert_eq!(again.pg_upmap_items, after.pg_upmap_items, "seed {seed}");
    after
}

#[test]
fn proposals_keep_to_the_rule_and_to_what_was_said() {
    let (mut moved, mut repaired, mut full) = (0, 0, 0);
    for seed in 0..600 {
        let mut rng = Rng::with_seed(seed);
        let case = random_case(&mut rng);
        let max_deviation = *rng.choice(&[1.0, 1.0, 0.0, 3.0]).expect("some");
        let report = ask(&case.map, max_deviation);
        let after = applied(&case.map, &report.commands, seed);
        let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
        let before = placed(&case.map);
        for (pg, (raw, up)) in placed(&after) {
            for osd in &up {
                *counts.entry(*osd).or_default() += 1;
            }
            if keeps_rule(&case, pg.pool, &raw)
                && report
                    .pools
                    .iter()
                    .any(|pool| pool.id == pg.pool && pool.before_max_deviation.is_some())
            {
                assert!(keeps_rule(&case, pg.pool, &up), "seed {seed}, {pg}: {up:?}");
            } else {
                assert_eq!(up, before[&pg].1, "seed {seed}, {pg} stays");
            }
        }
        if report.pools.iter().all(|pool| pool.before_max_deviation.is_some()) {
            for osd in &report.osds {
                let counted = counts.get(&osd.osd).copied().unwrap_or(0);
                assert_eq!(osd.after_pgs, counted, "seed {seed}, osd.{}", osd.osd);
            }
        }
        for pool in &report.pools {
            let (Some(was), Some(is)) = (pool.before_max_deviation, pool.after_max_deviation)
            else {
                continue;
            };
            let limit = was.max(max_deviation.min(1.0));
            assert!(pool.repaired_pgs > 0 || is <= limit + 1e-5, "seed {seed}: {pool:?}");
            if let Some(best) = pool.best_max_deviation {
                assert!(is >= best - 1e-5, "seed {seed}: {pool:?}");
                let wanted = best.max(max_deviation) + 1e-5;
                assert!(is <= wanted || pool.fixed_pgs > 0, "seed {seed}: {pool:?}");
            }
            assert!(
                pool.least_moves.is_some_and(|least| pool.moves >= least),
                "seed {seed}: {pool:?}"
            );
            moved += pool.moves;
            repaired += pool.repaired_pgs;
        }
        full +=
            report.commands.iter().filter(|line| line.starts_with("ceph osd pg-upmap ")).count();
        let again = ask(&after, max_deviation);
        assert_eq!(again.commands, Vec::<String>::new(), "seed {seed}: {again:?}");
    }
    assert!(moved > 1000 && repaired > 0, "{moved} moved, {repaired} repaired");
    assert!(full > 0, "no shards changed places");
}
