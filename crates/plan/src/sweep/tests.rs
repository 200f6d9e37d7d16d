//! Random clusters: each failure comes to what the what-if engine finds for the same change.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_crush::{Op, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP, Rule, Step as RuleStep};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{Cluster, OsdMap, OsdStats, PgId, PgStats, describe};
use fastrand::Rng;

use super::evaluate::Evaluator;
use super::start::Start;
use super::*;
use crushlab_compare::progress::Progress;
use crushlab_compare::{
    Baseline, ClusterData, ClusterState, Comparison, PgChange, PgState, PgSums, compare,
};
use crushlab_monitor::command::{Command, apply};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::fail;

/// A cluster that is as untidy as one can be: OSDs down, out and reweighted, upmaps that fit and
/// such that do not, PGs on their way.
fn random_cluster(random: &mut Rng) -> Cluster {
    let mut count = |most: usize| random.usize(1..=most);
    let (racks, hosts, osds) = (count(4), 1 + count(3), count(4));
    let (size, domain) = (count(4), ["osd", "host", "host", "rack"][count(4) - 1]);
    let (k, m) = (1 + count(3), count(3));
    let text = format!(
        "racks: [{{count: {racks}, hosts: [{{count: {hosts}, osds: [
            {{count: {osds}, class: hdd, size: 1 TiB}}, {{class: ssd, size: 2 TiB}}]}}]}}]
rules:
  - {{name: replicated, failure_domain: {domain}}}
  - {{name: fast, failure_domain: host, class: ssd}}
pools:
  - {{name: data, size: {size}, rule: replicated, pg_num: 64, stored: 3 TiB}}
  - {{name: blocks, size: 3, rule: replicated, pg_num: 37, pgp_num: 24, stored: 1 TiB}}
  - {{name: index, size: 2, rule: fast, pg_num: 16, stored: 100 GiB}}
  - {{name: archive, erasure: {{k: {k}, m: {m}}}, failure_domain: osd, pg_num: 32, stored: 2 TiB}}
"
    );
    let mut cluster = describe(&text).expect("well described");
    match random.u8(..5) {
        // What the second block chooses is cut off.
        0 => add_rule_of_two_blocks(&mut cluster.map, [0, 0]),
        1 => add_rule_of_two_blocks(&mut cluster.map, [1, -1]),
        2 => add_msr_rule(&mut cluster.map, 1, RULE_TYPE_MSR_FIRSTN),
        3 => add_msr_rule(&mut cluster.map, 4, RULE_TYPE_MSR_INDEP),
        _ => {}
    }
    // Where there are too few hosts, MSR rules use up all their tries.
    let tunables = &mut cluster.map.crush.core.tunables;
    (tunables.msr_descents, tunables.msr_collision_tries) = (5, 10);
    disturb(&mut cluster.map, random);
    count_data(&mut cluster, random);
    cluster
}

fn add_rule_of_two_blocks(map: &mut OsdMap, counts: [i32; 2]) {
    let pool = map.pools.get_mut(&2).expect("blocks");
    let root = map.crush.item_id("default").expect("a root");
    let block = |count| {
        let choose = RuleStep::new(Op::ChooseleafFirstn, count, 1);
        [RuleStep::new(Op::Take, root, 0), choose, RuleStep::new(Op::Emit, 0, 0)]
    };
    map.crush.core.rules.push(Some(Rule::new(1, counts.map(block).concat())));
    pool.crush_rule = map.crush.core.rules.len() as u8 - 1;
}

/// Gives a pool a rule that chooses hosts and OSDs in one go.
fn add_msr_rule(map: &mut OsdMap, pool: i64, rule_type: u8) {
    let root = map.crush.item_id("default").expect("a root");
    let steps = vec![
        RuleStep::new(Op::Take, root, 0),
        RuleStep::new(Op::ChooseMsr, 0, 1),
        RuleStep::new(Op::ChooseMsr, 1, 0),
        RuleStep::new(Op::Emit, 0, 0),
    ];
    map.crush.core.rules.push(Some(Rule::new(rule_type, steps)));
    let rule = map.crush.core.rules.len() as u8 - 1;
    map.pools.get_mut(&pool).expect("a pool").crush_rule = rule;
}

fn disturb(map: &mut OsdMap, random: &mut Rng) {
    let osds = map.max_osd() as i32;
    for osd in 0..osds as usize {
        match random.u8(..12) {
            0 => map.osd_weights[osd] = 0,
            1 => map.osd_weights[osd] = random.u32(1..0x10000),
            2 => map.osd_states[osd] &= !state::UP,
            3 if random.bool() => map.osd_states[osd] = 0,
            _ => {}
        }
    }
    if random.bool() {
        let affinities = (0..osds).map(|_| [0x10000, 0x8000, 0][random.usize(..3)]).collect();
        map.osd_primary_affinities = Some(affinities);
    }
    for _ in 0..random.usize(..12) {
        let pool = random.i64(1..=4);
        let pg = PgId::new(pool, random.u32(..map.pools[&pool].pg_num));
        let mut osd = || random.i32(..osds);
        match osd() % 4 {
            0 => drop(map.pg_upmap.insert(pg, (0..3).map(|_| osd()).collect())),
            1 => drop(map.pg_temp.insert(pg, (0..3).map(|_| osd()).collect())),
            _ => drop(map.pg_upmap_items.insert(pg, vec![(osd(), osd()), (osd(), osd())])),
        }
    }
}

fn count_data(cluster: &mut Cluster, random: &mut Rng) {
    if random.bool() {
        for (id, pool) in &cluster.map.pools {
            for seed in 0..pool.pg_num {
                let objects = random.u64(..1000);
                let stats = PgStats {
                    objects,
                    bytes: objects * random.u64(..1 << 28),
                    omap_bytes: 0,
                    object_copies: 0,
                    objects_degraded: 0,
                    objects_misplaced: 0,
                    objects_unfound: 0,
                    state: "".into(),
                    up: Box::default(),
                    up_primary: -1,
                    acting: Box::default(),
                    acting_primary: -1,
                };
                cluster.pgs.insert(PgId::new(*id, seed), stats);
            }
        }
    }
    for (_, stats) in cluster.osds.iter_mut() {
        let used_bytes = random.u64(..stats.total_bytes);
        *stats = OsdStats { used_bytes, available_bytes: stats.total_bytes - used_bytes, ..*stats };
    }
}

/// What the engine makes of the same failure.
struct Engine {
    /// Each PG's changes from the start to the end.
    changes: BTreeMap<PgId, (Vec<i32>, Vec<i32>, PgState)>,
    after: PgSums,
    healed: PgSums,
    total: crushlab_compare::ClusterReport,
    end: OsdMap,
}

fn engine(cluster: &Cluster, osds: &[i32]) -> Engine {
    let config = Config { mon_osd_min_up_ratio: 0.0, ..Config::default() };
    let context = Context { config, ..Context::default() };
    let failed = fail(&cluster.map, osds, &context).map;
    let names: Vec<String> = osds.iter().map(i32::to_string).collect();
    let command = format!("ceph osd out {}", names.join(" "));
    let command = Command::parse(&command).expect("a command");
    let end = apply(&failed, &command, &context).expect("it is taken").map;
    let state = |map| ClusterState::new(map).expect("a sound map");
    let (data, progress) = (ClusterData::new(cluster), Progress::new());
    let options = crushlab_compare::Options { keep_holders: true, ..Default::default() };
    let differ = |before: &ClusterState<'_>, after: &ClusterState<'_>| {
        compare(before, after, &data, &options, &progress).expect("nobody cancels")
    };
    let (start, down, out) = (state(&cluster.map), state(&failed), state(&end));
    let first = differ(&start, &down);
    let second = differ(&down.with_holders(&first.holders_after), &out);
    let Comparison { report: total, pgs, .. } = differ(&start, &out);
    let healed_of = |change: PgChange<'_>| {
        let healed = change.healed.expect("no PG goes");
        (change.pgid, (healed.up.to_vec(), healed.acting.to_vec(), healed.state))
    };
    let changes = pgs.iter().map(healed_of).collect();
    let (after, healed) = (first.report.summary.after, second.report.summary.healed);
    Engine { changes, after, healed, total, end }
}

/// The engine's PG sums as a sweep counts them.
fn short(sums: &PgSums) -> ShortPgs {
    let pgs: u64 = sums.pgs_by_state.values().sum();
    let unserved = sums.pgs_by_state.get(&PgState::default()).copied().unwrap_or(0);
    let pgs_lost = sums.pgs_down + sums.pgs_incomplete;
    ShortPgs {
        pgs_undersized: sums.pgs_undersized + pgs_lost + unserved,
        pgs_below_min_size: pgs - sums.pgs_active,
        pgs_lost,
    }
}

fn check(cluster: &Cluster, osds: &[i32], outcome: &Outcome, evaluator: &mut Evaluator<'_>) {
    let engine = engine(cluster, osds);
    assert_eq!(outcome.short, short(&engine.after), "right after");
    assert_eq!(outcome.short_healed, short(&engine.healed), "healed");
    let summary = &engine.total.summary;
    let rebuilt = (outcome.rebuild_shards, outcome.rebuild_bytes);
    assert_eq!(rebuilt, (summary.shards_rebuilt, summary.rebuilt_bytes));
    let moved = (outcome.moved_shards, outcome.moved_bytes);
    assert_eq!(moved, (summary.shards_moved, summary.moved_bytes));
    let refused = outcome.too_full;
    assert_eq!(refused.pgs_backfill_toofull, engine.healed.pgs_backfill_toofull);
    let bytes = summary.backfill_toofull_bytes;
    assert_eq!(refused.backfill_toofull_bytes, bytes);
    let left = || engine.total.osds.iter().filter(|osd| engine.end.is_up(osd.osd));
    let fills = left().filter_map(|osd| osd.fill);
    let fullest = fills.map(|fill| fill.after_ratio).max_by(f64::total_cmp);
    assert_eq!(outcome.fullest.map(|fullest| fullest.ratio), fullest);
    assert_eq!(outcome.most_pgs.map(|(_, pgs)| pgs), left().map(|osd| osd.pgs_after).max());
    if let Some(fullest) = outcome.fullest {
        let osd = engine.total.osds.iter().find(|osd| osd.osd == fullest.osd);
        let fill = osd.and_then(|osd| osd.fill).expect("its fill is known");
        assert_eq!((fullest.ratio, fullest.level), (fill.after_ratio, fill.after_level));
    }
    let mut changes = engine.changes;
    for (pg, _, healed) in evaluator.views(osds) {
        if let Some(expected) = changes.remove(&pg) {
            assert_eq!((healed.up, healed.acting, healed.state), expected, "{pg}");
        }
    }
    assert!(changes.is_empty(), "not looked at: {changes:?}");
}

fn baseline(state: &ClusterState<'_>, cluster: &Cluster) -> Baseline {
    Baseline::new(state, cluster, NonZeroUsize::MIN, &Progress::new()).expect("nobody cancels")
}

fn sweep_all(cluster: &Cluster, type_name: &str, pairs: Pairs, threads: usize) -> SweepReport {
    let asks = vec![Ask { type_name: type_name.to_owned(), pairs }];
    let threads = NonZeroUsize::new(threads).expect("not 0");
    let options = Options { asks, seed: 1, threads, config: Config::default(), copysets: None };
    let state = ClusterState::new(&cluster.map).expect("sound");
    let progress = Progress::new();
    let placed = baseline(&state, cluster);
    let report = sweep(&placed, &state, &ClusterData::new(cluster), &options, &progress)
        .expect("it can be swept");
    assert_eq!(progress.done(), units_to_sweep(&cluster.map, &options).expect("the same"));
    report
}

#[test]
fn every_failure_comes_to_what_the_engine_finds() {
    for seed in 0..60 {
        let mut random = Rng::with_seed(seed);
        let cluster = random_cluster(&mut random);
        let state = ClusterState::new(&cluster.map).expect("sound");
        let (data, one) = (ClusterData::new(&cluster), NonZeroUsize::MIN);
        let placed = baseline(&state, &cluster);
        let start =
            Start::new((&placed, &state), &data, one, &Progress::new()).expect("nobody cancels");
        let mut evaluator = Evaluator::new(&start);
        let type_name = ["osd", "host", "rack"][random.usize(..3)];
        let report = sweep_all(&cluster, type_name, Pairs::Sample(3), 1);
        for failure in &report.failures {
            let mut osds: Vec<i32> =
                report.domains_of(failure).flat_map(|domain| domain.osds.clone()).collect();
            osds.sort_unstable();
            println!("seed {seed}: {}", report.name_of(failure));
            check(&cluster, &osds, &failure.outcome, &mut evaluator);
        }
    }
}

#[test]
fn threads_change_nothing() {
    for seed in 100..110 {
        let cluster = random_cluster(&mut Rng::with_seed(seed));
        let one = sweep_all(&cluster, "host", Pairs::All, 1);
        assert_eq!(one, sweep_all(&cluster, "host", Pairs::All, 3));
    }
}

/// PGs of the first pool that have all their OSDs, where an MSR rule places them.
fn whole_pgs_by_msr(cluster: &mut Cluster, rule_type: u8) -> u64 {
    add_msr_rule(&mut cluster.map, 1, rule_type);
    let state = ClusterState::new(&cluster.map).expect("sound");
    let (data, one) = (ClusterData::new(cluster), NonZeroUsize::MIN);
    let placed = baseline(&state, cluster);
    let start =
        Start::new((&placed, &state), &data, one, &Progress::new()).expect("nobody cancels");
    u64::from(cluster.map.pools[&1].pg_num) - start.short.pgs_undersized
}

#[test]
fn msr_rules_are_swept() {
    const HOSTS: &str = "hosts: [{count: 6, osds: [{count: 3, size: 1 TiB}]}]\n";
    let replicated = "pools: [{name: p, size: 3, pg_num: 64, stored: 1 TiB}]\n";
    let erasure = "pools: [{name: p, erasure: {k: 3, m: 2}, pg_num: 64, stored: 1 TiB}]\n";
    for (pools, rule_type) in [(replicated, RULE_TYPE_MSR_FIRSTN), (erasure, RULE_TYPE_MSR_INDEP)] {
        let mut cluster = describe(&format!("{HOSTS}{pools}")).expect("well described");
        assert_eq!(whole_pgs_by_msr(&mut cluster, rule_type), 64, "the rule finds OSDs");
        let report = sweep_all(&cluster, "host", Pairs::None, 2);
        let state = ClusterState::new(&cluster.map).expect("sound");
        let (data, one) = (ClusterData::new(&cluster), NonZeroUsize::MIN);
        let placed = baseline(&state, &cluster);
        let start =
            Start::new((&placed, &state), &data, one, &Progress::new()).expect("nobody cancels");
        let mut evaluator = Evaluator::new(&start);
        for failure in &report.failures {
            let osds: Vec<i32> =
                report.domains_of(failure).flat_map(|domain| domain.osds.clone()).collect();
            check(&cluster, &osds, &failure.outcome, &mut evaluator);
            assert!(failure.outcome.rebuild_shards > 0);
            assert_eq!(failure.outcome.verdict, Verdict::Healed);
        }
    }
}
