//! Questions about one cluster agree on every number that two of them give, before changes, after
//! them, and when all has moved that can.

mod support;

use crushlab_cluster::simulate::SimulateOptions;
use crushlab_cluster::{Change, Cluster, Outlook, simulate};
use crushlab_compare::{DataBasis, Options, Progress};
use crushlab_osdmap::model::pool_flag;
use crushlab_osdmap::{Input, PgId, PoolMapper, describe, map_pool};
use crushlab_plan::capacity::{CapacityOptions, capacity};
use crushlab_plan::distribution::distribution;
use crushlab_plan::growth::GrowthOptions;
use support::{ONE, compare, outlook, plan, settled, sweep};

/// A cluster of random shape and fill, with PGs that are counted.
fn random_cluster(random: &mut fastrand::Rng) -> Cluster {
    let (hosts, osds) = (random.usize(4..8), random.usize(2..5));
    let size = random.usize(2..4);
    let stored = random.f64() * 0.75 * (hosts * osds) as f64 / size as f64;
    let text = format!(
        "hosts: [{{count: {hosts}, osds: [{{count: {osds}, size: 1 TiB}}]}}]
pools:
  - {{name: rbd, size: {size}, pg_num: 64, stored: {} GiB, objects: 10000}}
  - {{name: cold, erasure: {{k: 2, m: 1}}, pg_num: 16, stored: 20 GiB, objects: 100}}
",
        (stored * 900.0) as u64 + 1
    );
    plan(&text)
}

fn no_file(_: &str) -> Result<Vec<u8>, String> {
    Err("there are no files".to_owned())
}

fn random_change(random: &mut fastrand::Rng, cluster: &Cluster) -> Change {
    let osd = random.i32(0..cluster.map().max_osd() as i32);
    match random.usize(0..6) {
        0 => Change::Fail(vec![format!("osd.{osd}")]),
        1 => Change::Recover(vec![format!("osd.{osd}")]),
        2 => Change::Wait(700, "700s".to_owned()),
        3 => Change::Run(format!("ceph osd out {osd}")),
        4 => Change::Run(format!("ceph osd reweight {osd} 0.{}", random.u32(3..10))),
        _ => Change::Run(format!("ceph osd crush reweight osd.{osd} 0.{}", random.u32(3..10))),
    }
}

/// Everything that two questions print of this state.
fn check(cluster: &Cluster) {
    let progress = Progress::new();
    let outlook = outlook(cluster);
    let summary = outlook.summary();
    let pools: Vec<i64> = cluster.map().pools.keys().copied().collect();
    let spreads = distribution(&cluster.subject(), &pools, ONE, &progress);
    let spreads = spreads.expect("nobody cancels");
    // PGs of each OSD: what-if, distribution.
    for osd in &outlook.report.osds {
        let counted = |pgs: fn(&crushlab_plan::distribution::PoolSpread) -> &[u32]| -> u64 {
            spreads.iter().map(|one| u64::from(pgs(one)[osd.osd as usize])).sum()
        };
        assert_eq!(osd.pgs_before, counted(|one| &one.pgs), "osd.{}", osd.osd);
        assert_eq!(osd.primaries_before, counted(|one| &one.primaries), "osd.{}", osd.osd);
    }
    // Size and use of all OSDs that are in: capacity, growth, the recorded sizes.
    let options = CapacityOptions {
        release: 0,
        object_sizes: None,
        min_alloc_size_bytes: None,
        refuses_shortage: false,
        threads: ONE,
    };
    let report = capacity(&cluster.subject(), &options, &progress).expect("sizes are known");
    let is_in = |osd: &i32| cluster.map().is_in(*osd);
    let recorded = &cluster.recorded().osds;
    let used: u64 =
        recorded.iter().filter(|(osd, _)| is_in(osd)).map(|(_, one)| one.used_bytes).sum();
    assert_eq!(report.used_bytes, Some(used));
    let before: u64 = (outlook.report.osds.iter())
        .filter(|osd| is_in(&osd.osd))
        .filter_map(|osd| Some(osd.fill?.used_before_bytes))
        .sum();
    assert_eq!(before, used, "what-if and capacity");
    let short: u64 = report.pools.iter().map(|pool| u64::from(pool.pgs_short)).sum();
    check_growth(cluster, &outlook, short);
    // States of PGs, fill and what waits: what-if and sweep.
    let (swept, _) = sweep(cluster, "host");
    assert_eq!(swept.pgs, summary.pgs_before);
    let unserved = summary.pgs_before - summary.before.pgs_active;
    assert_eq!(swept.short.pgs_below_min_size, unserved);
    let lost = summary.before.pgs_down + summary.before.pgs_incomplete;
    assert_eq!(swept.short.pgs_lost, lost);
    let healed = &summary.healed;
    assert_eq!(swept.short_healed.pgs_lost, healed.pgs_down + healed.pgs_incomplete);
    assert_eq!(swept.too_full.pgs_backfill_toofull, healed.pgs_backfill_toofull);
    assert_eq!(swept.too_full.backfill_toofull_bytes, summary.backfill_toofull_bytes);
    let fullest = (outlook.report.osds.iter())
        .filter(|osd| cluster.map().is_up(osd.osd))
        .filter_map(|osd| Some(osd.fill?.after_ratio))
        .max_by(f64::total_cmp);
    assert_eq!(swept.fullest.map(|one| one.ratio), fullest);
    assert_ne!(summary.data_basis, DataBasis::Unknown);
}

/// What growth starts from: what-if, capacity.
fn check_growth(cluster: &Cluster, outlook: &Outlook, short: u64) {
    let (progress, summary) = (Progress::new(), outlook.summary());
    let growth = GrowthOptions {
        growths: Vec::new(),
        months: 1,
        changes: Vec::new(),
        failure_domain: "host".to_owned(),
        config: cluster.config().clone(),
        threads: ONE,
    };
    if let Ok(growth) = cluster.grow(&growth, &progress) {
        let start = &growth.plans[0];
        assert_eq!(start.pgs_short, short, "growth and capacity");
        let serves = |osd: i32| cluster.map().is_up(osd) && cluster.map().is_in(osd);
        let healed: u64 = (outlook.report.osds.iter())
            .filter(|osd| serves(osd.osd))
            .filter_map(|osd| Some(osd.fill?.used_after_bytes))
            .sum();
        // Growth counts in parts of bytes, what-if in whole ones, a shard at a time.
        let allowed = summary.pgs_before * 4;
        let (used, pgs) = (start.used_bytes, summary.pgs_before);
        assert!(used.abs_diff(healed) <= allowed, "growth {used}, what-if {healed}, {pgs} PGs");
    }
}

#[test]
fn questions_about_one_cluster_agree() {
    let mut random = fastrand::Rng::with_seed(20_261_201);
    for round in 0..30 {
        let mut cluster = random_cluster(&mut random);
        check(&cluster);
        for _ in 0..3 {
            let change = random_change(&mut random, &cluster);
            let Ok(next) = cluster.after_change(&change, no_file) else { continue };
            let next = if random.bool() { settled(&next) } else { next };
            check(&next);
            cluster = next;
        }
        assert!(round < 30);
    }
}

#[test]
fn a_settled_cluster_is_what_a_comparison_says_of_its_end() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..30 {
        let start = random_cluster(&mut random);
        let change = random_change(&mut random, &start);
        let Ok(after) = start.after_change(&change, no_file) else { continue };
        let compared = compare(&start, &after);
        let end = settled(&after);
        let again = outlook(&end);
        let (told, is) = (&compared.report.summary.healed, &again.summary().before);
        assert_eq!(told.pgs_by_state, is.pgs_by_state, "{change}");
        assert_eq!(again.summary().healed.pgs_by_state, is.pgs_by_state, "it stays so: {change}");
        for (osd, then) in compared.report.osds.iter().zip(&again.report.osds) {
            let (told, is) = (osd.fill, then.fill);
            let used = (told.map(|one| one.used_after_bytes), is.map(|one| one.used_before_bytes));
            assert_eq!(used.0, used.1, "osd.{} after {change}", osd.osd);
        }
        // Nothing that was stored is gone, and its PGs are those of the map.
        let stored = |cluster: &Cluster| -> u64 {
            cluster.recorded().pools.values().map(|pool| pool.stored_bytes).sum()
        };
        assert_eq!(stored(&end), stored(&start));
    }
}

#[test]
fn each_step_is_the_comparison_of_the_states_around_it() {
    let mut random = fastrand::Rng::with_seed(11);
    for heal in [false, true] {
        for _ in 0..10 {
            let start = random_cluster(&mut random);
            let changes: Vec<Change> = (0..4).map(|_| random_change(&mut random, &start)).collect();
            let options = SimulateOptions { heal, ..SimulateOptions::default() };
            let progress = Progress::new();
            let simulated =
                simulate(&start, &changes, &options, |_, path| no_file(path), &progress);
            let Ok(direct) = simulated else { continue };
            let mut present = start.clone();
            for step in &direct.steps {
                let compared = compare(&present, &step.cluster);
                assert_eq!(step.comparison.report, compared.report, "{}", step.command);
                present = if heal { settled(&step.cluster) } else { step.cluster.clone() };
            }
            let total = direct.total.as_ref().expect("several steps");
            let last = direct.steps.last().expect("several steps");
            assert_eq!(total.report, compare(&start, &last.cluster).report);
            assert_eq!(direct.end.recorded().osds, present.recorded().osds);
            // And the end does not hang on what was kept on the way.
            let state = direct.end.state(ONE, &progress).expect("nobody cancels");
            let anew = crushlab_compare::compare(
                &state,
                &state,
                &direct.end.data(),
                &Options::default(),
                &progress,
            );
            let anew = anew.expect("nobody cancels");
            assert_eq!(anew.report, outlook(&direct.end).report);
        }
    }
}

#[test]
fn a_state_is_saved_and_read_back_whole() {
    let mut random = fastrand::Rng::with_seed(3);
    for is_compressed in [false, true] {
        let start = random_cluster(&mut random);
        let set = start.with_config([("mon_osd_down_out_interval", "900")]).expect("a setting");
        let failed = set.fail(&[0, 1]).expect("OSDs").wait(300).expect("time");
        let bytes = failed.to_file(is_compressed, ONE, &Progress::new()).expect("a state");
        let input = Input { name: "state.json", bytes: &bytes };
        let back = Cluster::load(&[input]).expect("it was written for that");
        assert_eq!(back.map().to_binary(), failed.map().to_binary());
        assert_eq!(back.config(), failed.config());
        assert_eq!(back.downtime(), failed.downtime());
        assert_eq!(back.notes(), failed.notes());
        assert_eq!(outlook(&back).report, outlook(&failed).report);
        // It goes on where it was: ten minutes more, and the OSDs go out.
        let [one, other] = [&back, &failed].map(|one| one.wait(600).expect("time"));
        assert!(!one.map().is_in(0));
        assert_eq!(one.map().to_binary(), other.map().to_binary());
    }
}

#[test]
fn a_pg_that_stays_has_a_pg_temp_as_the_cluster_would_give_it() {
    let cluster = plan(
        "
hosts: [{count: 4, osds: [{count: 3, size: 1 TiB}]}]
pools: [{name: rbd, size: 2, pg_num: 64, stored: 2 TiB, objects: 10000}]
",
    );
    let commands = ["ceph osd set norebalance", "ceph osd out 4"].map(str::to_owned);
    let held = settled(&cluster.run(&commands).expect("commands"));
    let mapper = PoolMapper::new(held.map(), held.crush(), 1).expect("a pool");
    let mapping = map_pool(&mapper, ONE);
    let remapped = (0..).zip(mapping.iter()).filter(|(_, pg)| pg.up != pg.acting);
    let remapped: Vec<u32> = remapped.map(|(seed, _)| seed).collect();
    assert!(!remapped.is_empty());
    let stuck: Vec<u32> = held.map().pg_temp.keys().map(|pg: &PgId| pg.seed).collect();
    assert_eq!(stuck, remapped);
    assert_eq!(held.recorded().osds, cluster.recorded().osds, "no byte has moved");
    let released = held.run(&["ceph osd unset norebalance".to_owned()]).expect("a command");
    let free = settled(&released);
    assert!(free.map().pg_temp.is_empty() && free.recorded().osds[&4].used_bytes < 1 << 20);
}

#[test]
fn shards_of_optimized_pools_stay_where_they_are() {
    let mut recorded = describe(
        "
hosts: [{count: 7, osds: [{count: 2, size: 1 TiB}]}]
pools: [{name: ec, erasure: {k: 4, m: 2}, pg_num: 64, stored: 2 TiB, objects: 10000}]
",
    )
    .expect("well described");
    let pool = recorded.map.pools.get_mut(&1).expect("a pool");
    pool.flags |= pool_flag::EC_OPTIMIZATIONS;
    pool.nonprimary_shards = [1, 2, 3].into();
    let cluster = Cluster::of(recorded, Vec::new()).expect("a sound map");
    let commands = ["ceph osd set norebalance", "ceph osd crush reweight osd.4 0.2"];
    let held = settled(&cluster.run(&commands.map(str::to_owned)).expect("commands"));
    assert!(!held.map().pg_temp.is_empty());
    let mapping = |cluster: &Cluster| {
        map_pool(&PoolMapper::new(cluster.map(), cluster.crush(), 1).expect("a pool"), ONE)
    };
    let (before, after) = (mapping(&cluster), mapping(&held));
    let mut listed_anew = 0;
    for (seed, (was, is)) in (0..).zip(before.iter().zip(after.iter())) {
        assert_eq!(is.acting, was.acting, "1.{seed:x}");
        assert_eq!(is.acting_primary, was.acting_primary, "1.{seed:x}");
        let listed = held.map().pg_temp.get(&PgId::new(1, seed));
        listed_anew += usize::from(listed.is_some_and(|listed| &**listed != is.acting));
    }
    assert!(listed_anew > 0, "some lists are in another order than the shards");
}

#[test]
fn commands_see_how_full_osds_are_when_they_come() {
    let start = plan(
        "hosts: [{count: 4, osds: [{count: 2, size: 1 TiB}]}]
pools: [{name: p, size: 2, pg_num: 128, stored: 2 TiB, objects: 10000}]
",
    );
    let commands = ["ceph osd out 0", "ceph osd reweight-by-utilization 105"].map(str::to_owned);
    let changes: Vec<Change> = commands.iter().cloned().map(Change::Run).collect();
    let end = |heal| {
        let options = SimulateOptions { heal, ..SimulateOptions::default() };
        let found = simulate(&start, &changes, &options, |_, path| no_file(path), &Progress::new());
        found.expect("both are taken").end.map().osd_weights.clone()
    };
    let out = start.run(&commands[..1]).expect("it is taken");
    let by_hand = settled(&out).run(&commands[1..]).expect("it is taken");
    assert_eq!(end(true), by_hand.map().osd_weights);
    assert_ne!(end(true), end(false), "what was recorded is not what is");
}
