//! Sweeps of described clusters, whose outcomes can be worked out by hand.

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_compare::{Baseline, ClusterData, ClusterState, DataBasis, FillLevel};
use crushlab_monitor::config::Config;
use crushlab_osdmap::{Cluster, describe};
use crushlab_plan::sweep::{
    Ask, DomainError, FAILURES_MAX, Failure, Options, Pairs, Requirement, SweepError, SweepReport,
    Verdict, domain_types, domains, sweep, units_to_sweep,
};

fn options(asks: &[(&str, Pairs)]) -> Options {
    let ask = |(name, pairs): &(&str, Pairs)| Ask { type_name: (*name).to_owned(), pairs: *pairs };
    let threads = NonZeroUsize::new(2).expect("not 0");
    Options {
        asks: asks.iter().map(ask).collect(),
        seed: 3,
        threads,
        config: Config::default(),
        copysets: Some((Vec::new(), 1000)),
    }
}

fn swept(cluster: &Cluster, asks: &[(&str, Pairs)]) -> SweepReport {
    let state = ClusterState::new(&cluster.map).expect("a sound map");
    let (data, options) = (ClusterData::new(cluster), options(asks));
    let placed = Baseline::new(&state, cluster, options.threads, &Progress::new());
    let placed = placed.expect("nobody cancels");
    sweep(&placed, &state, &data, &options, &Progress::new()).expect("it can be swept")
}

fn described(text: &str) -> Cluster {
    describe(text).expect("well described")
}

fn is_met(report: &SweepReport, requirement: &str) -> bool {
    Requirement::parse(requirement).expect("well formed").check(report).is_met
}

/// Half full; a fourth host has room for what another one had.
const ROOMY: &str = "
hosts: [{count: 6, osds: [{count: 4, size: 1 TiB}]}]
pools: [{name: data, size: 3, pg_num: 512, stored: 4 TiB}]
";

#[test]
fn a_cluster_with_room_heals() {
    let cluster = described(ROOMY);
    let report = swept(&cluster, &[("host", Pairs::None)]);
    assert_eq!((report.failures.len(), report.pgs), (6, 512));
    assert_eq!((report.data_basis, report.has_fill), (DataBasis::Estimated, true));
    assert_eq!((report.short.pgs_undersized, report.short_healed.pgs_undersized), (0, 0));
    let undersized: u64 = report.failures.iter().map(|one| one.outcome.short.pgs_undersized).sum();
    // Each PG is on three hosts, so it is undersized in three of the failures.
    assert_eq!(undersized, 3 * 512);
    let bytes: u64 = report.failures.iter().map(|one| one.outcome.rebuild_bytes).sum();
    assert_eq!(bytes, 3 * (4 << 40));
    for failure in &report.failures {
        let outcome = &failure.outcome;
        assert_eq!((outcome.verdict, outcome.osds_failed), (Verdict::Healed, 4));
        assert_eq!((outcome.short.pgs_lost, outcome.short.pgs_below_min_size), (0, 0));
        let fullest = outcome.fullest.expect("sizes are known");
        assert!(fullest.ratio > 0.6 && fullest.level < FillLevel::Full);
    }
    let ratios = report.failures.iter().map(|one| one.outcome.fullest.expect("known").ratio);
    assert!(ratios.is_sorted_by(|a, b| a >= b), "the worst comes first");
    assert!(is_met(&report, "host: healed, readable, active, below full"));
    assert!(!is_met(&report, "host: below 10%") && !is_met(&report, "rack: readable"));
    assert!(report.sweeps[0].goes_out_by_itself);
}

/// Three copies on three hosts: nowhere to go when one fails.
#[test]
fn a_rule_that_finds_no_place_leaves_pgs_short() {
    let cluster = described(
        "
hosts: [{count: 3, osds: [{count: 4, size: 1 TiB}]}]
pools: [{name: data, size: 3, pg_num: 128, stored: 1 TiB}]
",
    );
    let report = swept(&cluster, &[("host", Pairs::All), ("osd", Pairs::None)]);
    let (pairs, hosts): (Vec<&Failure>, Vec<&Failure>) =
        (report.failures.iter()).filter(|one| one.sweep == 0).partition(|one| one.second.is_some());
    for failure in hosts {
        let outcome = &failure.outcome;
        assert_eq!(outcome.verdict, Verdict::Undersized);
        assert_eq!(outcome.short_healed.pgs_undersized, 128);
        assert_eq!((outcome.rebuild_bytes, outcome.short.pgs_lost), (0, 0));
    }
    for failure in pairs {
        let outcome = &failure.outcome;
        assert_eq!(outcome.verdict, Verdict::Inactive);
        assert_eq!((outcome.short.pgs_below_min_size, outcome.short.pgs_lost), (128, 0));
    }
    let osds = report.failures.iter().filter(|one| one.sweep == 1);
    assert!(osds.clone().all(|one| one.outcome.verdict == Verdict::Healed));
    assert_eq!(osds.count(), 12);
    let first = report.failures.first().expect("there are some");
    assert_eq!(report.name_of(first).split('+').count(), 2, "pairs are the worst");
    assert!(is_met(&report, "host pairs: readable") && !is_met(&report, "host pairs: active"));
    assert!(is_met(&report, "host: active") && !is_met(&report, "host: healed"));
    let check = Requirement::parse("host: healed").expect("well formed").check(&report);
    assert_eq!((check.checked, check.failing, check.is_sample), (3, 3, false));
}

#[test]
fn more_shards_than_m_are_too_many() {
    let cluster = described(
        "
hosts: [{count: 5, osds: [{size: 1 TiB}]}]
pools: [{name: data, erasure: {k: 3, m: 1}, min_size: 3, pg_num: 64, stored: 100 GiB}]
",
    );
    let report = swept(&cluster, &[("host", Pairs::All)]);
    let (pairs, hosts): (Vec<&Failure>, Vec<&Failure>) =
        report.failures.iter().partition(|one| one.second.is_some());
    assert!(hosts.iter().all(|one| one.outcome.verdict == Verdict::Healed));
    let copysets = report.copysets.as_ref().expect("asked for");
    assert_eq!((copysets.osds, copysets.pgs, copysets.copysets), (5, 64, 5));
    let shares: Vec<f64> = copysets.losses.iter().map(|one| one.losing.share).collect();
    assert_eq!(shares, [0.0, 1.0], "one shard more than m is too many");
    // Each PG is on four of five hosts; six of the ten pairs hold two of its shards.
    let lost: u64 = pairs.iter().map(|one| one.outcome.short.pgs_lost).sum();
    assert_eq!((pairs.len(), lost), (10, 6 * 64));
    let tally = report.sweeps[0].pairs.as_ref().expect("asked for");
    let worst = tally.verdicts[0];
    assert_eq!((worst.verdict, worst.failures, worst.share.share), (Verdict::Lost, 10, 1.0));
}

#[test]
fn what_finds_no_room_waits() {
    let cluster = described(
        "
hosts: [{count: 5, osds: [{count: 4, size: 1 TiB}]}]
pools: [{name: data, size: 3, pg_num: 1024, stored: 5 TiB}]
",
    );
    let report = swept(&cluster, &[("host", Pairs::None)]);
    for failure in &report.failures {
        let outcome = &failure.outcome;
        assert_eq!(outcome.verdict, Verdict::TooFull);
        let wanted = outcome.fullest_wanted.expect("known");
        assert!(wanted.ratio > 0.9 && wanted.level >= FillLevel::Backfillfull);
        let fullest = outcome.fullest.expect("known");
        assert!(fullest.ratio <= 0.9 && fullest.level < FillLevel::Backfillfull);
        // 15 TiB on 16 OSDs of 1 TiB that take 0.9 TiB each: what is above must wait, and not
        // much more: at most one PG for each OSD does not fit exactly, besides their imbalance.
        let above = (15.0 - 16.0 * 0.9) * f64::from(1 << 30) * 1024.0;
        let waiting = outcome.too_full.backfill_toofull_bytes as f64;
        assert!(waiting >= above, "{waiting} of {above}");
        assert!(outcome.too_full.backfill_toofull_bytes < outcome.rebuild_bytes);
        let shard_bytes = (5u64 << 40) / 1024;
        let shards = outcome.too_full.backfill_toofull_shards;
        assert_eq!(outcome.too_full.backfill_toofull_bytes, shards * shard_bytes);
        assert_eq!(outcome.too_full.pgs_backfill_toofull, shards);
    }
    assert!(!is_met(&report, "host: healed") && !is_met(&report, "host: below backfillfull"));
    assert!(is_met(&report, "host: readable"));
}

#[test]
fn without_data_pgs_are_counted() {
    let mut cluster = described(ROOMY);
    cluster.pools.clear();
    let report = swept(&cluster, &[("host", Pairs::None)]);
    assert_eq!((report.data_basis, report.has_fill), (DataBasis::Unknown, false));
    for failure in &report.failures {
        let outcome = &failure.outcome;
        assert_eq!((outcome.fullest, outcome.rebuild_bytes), (None, 0));
        assert!(outcome.rebuild_shards > 0);
        let (_, most) = outcome.most_pgs.expect("OSDs are left");
        // 1,536 replicas on 20 OSDs that are left.
        assert!((77..200).contains(&most), "{most}");
    }
}

#[test]
fn a_sample_of_pairs_says_how_sure_it_is() {
    let report = swept(&described(ROOMY), &[("osd", Pairs::Sample(100))]);
    let tally = report.sweeps[0].pairs.as_ref().expect("asked for");
    assert_eq!((tally.all, tally.evaluated, tally.is_sample()), (276, 100, true));
    let counts: u64 = tally.verdicts.iter().map(|one| one.failures).sum();
    assert_eq!(counts, 100);
    let full = swept(&described(ROOMY), &[("osd", Pairs::All)]);
    let full = full.sweeps[0].pairs.as_ref().expect("asked for");
    assert!(!full.is_sample());
    for (sampled, exact) in tally.verdicts.iter().zip(&full.verdicts) {
        assert_eq!((sampled.verdict, exact.share.low), (exact.verdict, exact.share.high));
        let (bounds, share) = (sampled.share, exact.share.share);
        assert!(bounds.low <= share && share <= bounds.high, "{:?}", sampled.verdict);
    }
}

#[test]
fn what_cannot_fail_is_told() {
    let cluster = described(ROOMY);
    let map = &cluster.map;
    assert_eq!(domain_types(map), ["osd", "host", "root"]);
    let error = domains(map, "hots").expect_err("no type");
    assert_eq!(error.to_string(), "the map has no type 'hots': expected one of osd, host, root");
    let error = domains(map, "rack").expect_err("no rack");
    assert!(matches!(error, DomainError::Empty { .. }), "{error}");
    assert_eq!(error.to_string(), "no rack holds OSDs: expected one of osd, host, root");
}

#[test]
fn too_many_failures_are_refused() {
    let cluster = described("hosts: [{count: 80, osds: [{count: 50, size: 1 TiB}]}]\npools: []\n");
    let refused = units_to_sweep(&cluster.map, &options(&[("osd", Pairs::All)]));
    let failures = 4000 + 4000 * 3999 / 2;
    assert_eq!(refused, Err(SweepError::TooMany { failures }));
    assert!(failures > FAILURES_MAX);
    assert!(units_to_sweep(&cluster.map, &options(&[("osd", Pairs::Some)])).is_ok());
}

#[test]
fn cancelling_ends_a_sweep() {
    let cluster = described(ROOMY);
    let state = ClusterState::new(&cluster.map).expect("a sound map");
    let progress = Progress::new();
    let options = options(&[("host", Pairs::None)]);
    let placed = Baseline::new(&state, &cluster, options.threads, &progress);
    let placed = placed.expect("nobody cancelled yet");
    progress.cancel();
    let ended = sweep(&placed, &state, &ClusterData::new(&cluster), &options, &progress);
    assert_eq!(ended, Err(SweepError::Cancelled));
}

#[test]
fn copysets_lose_data_where_the_sweep_of_the_same_osds_does() {
    let pools = [
        "{name: wide, erasure: {k: 4, m: 2}, pg_num: 32, stored: 1 TiB}",
        "{name: thin, erasure: {k: 2, m: 1}, pg_num: 8, stored: 1 TiB}",
        "{name: twice, size: 2, pg_num: 24, stored: 1 TiB}",
        "{name: mirrored, size: 2, pg_num: 9}, {name: thin, erasure: {k: 3, m: 1}, pg_num: 5}",
    ];
    for pools in pools {
        let text =
            format!("hosts: [{{count: 8, osds: [{{count: 3, size: 1 TiB}}]}}]\npools: [{pools}]\n");
        let report = swept(&described(&text), &[("osd", Pairs::All)]);
        let is_pair = |failure: &&crushlab_plan::sweep::Failure| failure.second.is_some();
        let pairs: Vec<_> = report.failures.iter().filter(is_pair).collect();
        assert_eq!(pairs.len(), 24 * 23 / 2);
        let losing = pairs.iter().filter(|pair| pair.outcome.short.pgs_lost > 0).count();
        let copysets = report.copysets.as_ref().expect("they were asked for");
        let two = copysets.losses.iter().find(|loss| loss.osds_lost == 2);
        let share = two.map_or(0.0, |loss| loss.losing.share);
        assert!((share - losing as f64 / pairs.len() as f64).abs() < 1e-12, "{pools}: {share}");
        assert_eq!(losing > 0, !pools.contains("wide"), "{pools}: {losing}");
    }
}
