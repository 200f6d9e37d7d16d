//! States that are bad are called so, whatever is asked, and what is not known is not called good.

mod support;

use crushlab_cluster::{Severity, verdict};
use crushlab_osdmap::{PgId, Source};
use crushlab_plan::sweep::{Requirement, Verdict as Outcome};
use support::{cluster, fail, plan, sweep, verdict_of};

/// A pool that needs 11 racks, and has three.
const UNMET: &str = "
racks: [{count: 3, hosts: [{count: 4, osds: [{count: 2, size: 4 TiB}]}]}]
pools:
  - {name: cold, erasure: {k: 8, m: 3}, failure_domain: rack, pg_num: 100, stored: 10 TiB}
";

const SMALL: &str = "
hosts: [{count: 6, osds: [{count: 4, size: 4 TiB}]}]
pools: [{name: rbd, size: 3, pg_num: 128, stored: 8 TiB, objects: 1000000}]
";

#[test]
fn a_rule_that_cannot_be_met_is_said_to_be_broken_already() {
    let cluster = plan(UNMET);
    let verdict = verdict_of(&cluster);
    assert_eq!(verdict.severity, Severity::Danger);
    assert!(verdict.text.contains("100 of 100 PGs cannot be read"), "{}", verdict.text);
    let (report, verdict) = sweep(&cluster, "host");
    assert_eq!(verdict.severity, Severity::Danger);
    assert!(verdict.text.contains("lready broken: 100 of 100 PGs cannot be read"), "{verdict:?}");
    assert_eq!(report.short.pgs_lost, 100);
    for text in ["host: readable", "host: active", "host: healed"] {
        let check = Requirement::parse(text).expect("well formed").check(&report);
        assert!(!check.is_met, "{text}");
    }
    let copysets = report.copysets.expect("they were asked for");
    assert_eq!((copysets.pgs, copysets.pgs_unreadable), (0, 100));
    assert!(copysets.copysets > 10, "what is there has copysets: {copysets:?}");
}

#[test]
fn a_map_whose_osds_are_all_down_heals_nothing() {
    let cluster = plan(SMALL);
    let down = fail(&cluster, 0..24);
    assert_eq!(verdict_of(&down).severity, Severity::Danger);
    let (report, verdict) = sweep(&down, "host");
    assert!(verdict.text.starts_with("Already broken: 128 of 128 PGs"), "{verdict:?}");
    assert!(!Requirement::parse("host: readable").expect("well formed").check(&report).is_met);
}

#[test]
fn a_failure_that_loses_other_pgs_than_are_lost_already_is_a_loss() {
    // Two hosts are down: some PGs have one copy left. Their loss is no better for what heals.
    let cluster = fail(&plan(SMALL), 0..8);
    let (report, verdict) = sweep(&cluster, "host");
    let lost = report.failures.iter().filter(|one| one.outcome.verdict == Outcome::Lost);
    let up_hosts = lost.filter(|one| one.outcome.osds_failed > 0).count();
    assert!(up_hosts > 0 && verdict.severity == Severity::Danger, "{verdict:?}");
    let healed = report.failures.iter().filter(|one| one.outcome.verdict == Outcome::Healed);
    assert!(healed.clone().all(|one| one.outcome.newly_short.pgs_lost == 0));
}

#[test]
fn what_was_recorded_wins_where_the_map_cannot_tell() {
    let mut recorded = plan(SMALL).recorded().as_ref().clone();
    let mapped = support::views(&plan(SMALL));
    for (seed, (up, primary)) in (0..).zip(mapped) {
        let state = if seed < 5 { "down" } else { "active+clean" };
        let stats = support::pg_stats(1000, 1 << 30, state, &up, primary);
        recorded.pgs.insert(PgId::new(1, seed), stats);
    }
    recorded.sources.pgs = Some(Source::Recorded { epoch: Some(7) });
    let cluster = cluster(recorded);
    let outlook = support::outlook(&cluster);
    assert_eq!(outlook.summary().before.pgs_down, 5);
    assert_eq!(outlook.summary().before.pgs_clean, 123);
    assert!(verdict_of(&cluster).text.starts_with("5 of 128 PGs cannot be read"));
    // A change leaves them down, and does not heal them; an OSD that comes back may.
    let out = cluster.run(&["ceph osd out 3".to_owned()]).expect("a command");
    let compared = support::compare(&cluster, &out);
    let summary = &compared.report.summary;
    let down = [&summary.before, &summary.after, &summary.healed].map(|sums| sums.pgs_down);
    assert_eq!(down, [5, 5, 5]);
    let verdict = verdict::of_change(out.map(), summary);
    assert!(verdict.text.contains("lready broken before: 5 PGs"), "{verdict:?}");
    assert_eq!(sweep(&cluster, "host").0.short.pgs_lost, 5);
    let back = fail(&cluster, 0..1).recover(&[0]).expect("it is there");
    assert_eq!(support::outlook(&back).summary().before.pgs_down, 0);
}

#[test]
fn an_overfull_heal_is_not_called_clean() {
    let cluster = plan(
        "
hosts: [{count: 5, osds: [{count: 4, size: 1 TiB}]}]
pools: [{name: rbd, size: 3, pg_num: 256, stored: 4.6 TiB, objects: 1000000}]
",
    );
    let failed = fail(&cluster, 0..4);
    let out = failed.run(&["ceph osd out 0 1 2 3".to_owned()]).expect("a command");
    let compared = support::compare(&cluster, &out);
    let summary = &compared.report.summary;
    assert!(summary.healed.pgs_backfill_toofull > 0 && summary.healed.pgs_clean < 256);
    let verdict = verdict::of_change(out.map(), summary);
    assert!(verdict.severity >= Severity::Warning);
    assert!(verdict.text.contains("no room (backfill_toofull)"), "{verdict:?}");
    let settled = support::settled(&out);
    for (osd, stats) in &settled.recorded().osds {
        let ratio = stats.used_bytes as f64 / stats.total_bytes as f64;
        let before = cluster.recorded().osds[osd].used_bytes;
        assert!(ratio <= 0.9 || stats.used_bytes <= before, "osd.{osd} is {ratio} full");
    }
    let (report, _) = sweep(&cluster, "host");
    let host = report.failures.iter().find(|one| report.name_of(one) == "host1").expect("a host");
    assert_eq!(
        host.outcome.too_full.pgs_backfill_toofull, summary.healed.pgs_backfill_toofull,
        "a sweep and a what-if count the same"
    );
}

#[test]
fn a_size_that_is_not_known_gives_no_fill() {
    let mut recorded = plan(SMALL).recorded().as_ref().clone();
    recorded.osds.get_mut(&3).expect("an OSD").total_bytes = 0;
    recorded.map.osd_weights[3] = 0;
    let cluster = cluster(recorded);
    let back = cluster.run(&["ceph osd in 3".to_owned()]).expect("a command");
    let compared = support::compare(&cluster, &back);
    assert_eq!(compared.report.osds[3].fill, None);
    assert!(compared.report.osds[3].received_bytes > 0);
}

#[test]
fn shards_that_find_no_osd_are_told() {
    let cluster = plan(
        "
racks: [{count: 3, hosts: [{count: 3, osds: [{count: 2, size: 4 TiB}]}]}]
pools: [{name: rbd, size: 3, pg_num: 64, stored: 1 TiB, objects: 10000}]
",
    );
    let commands = [
        "ceph osd erasure-code-profile set ec42 k=4 m=2 crush-failure-domain=rack",
        "ceph osd pool create cold 32 32 erasure ec42",
    ];
    let after = cluster.run(&commands.map(str::to_owned)).expect("commands");
    let compared = support::compare(&cluster, &after);
    let verdict = verdict::of_change(after.map(), &compared.report.summary);
    assert_eq!(verdict.severity, Severity::Danger, "{verdict:?}");
    assert!(verdict.text.contains("32 of 96 PGs cannot be read"), "{verdict:?}");
}

#[test]
fn pause_stops_clients_and_is_said_first() {
    let paused = plan(SMALL).run(&["ceph osd pause".to_owned()]).expect("a command");
    let verdict = verdict_of(&paused);
    assert_eq!(verdict.severity, Severity::Danger);
    assert!(verdict.text.starts_with("Clients neither read nor write"), "{verdict:?}");
}

#[test]
fn what_is_not_known_is_not_called_good() {
    let mut recorded = plan(SMALL).recorded().as_ref().clone();
    assert_eq!(verdict_of(&cluster(recorded.clone())).severity, Severity::Ok);
    recorded.osds.clear();
    let verdict = verdict_of(&cluster(recorded));
    assert_eq!(verdict.severity, Severity::Notice);
    assert!(verdict.text.contains("how full OSDs are is not known"), "{verdict:?}");
}
