//! Growth against clusters that are built as they would be.

use std::num::NonZeroUsize;

use crushlab_osdmap::{Cluster, OsdMap, OsdStats, PgId, PgWorkspace, PoolMapper, describe};

use super::change::{Change, HostToAdd, OsdsToAdd, ToErasure};
use super::report::{GrowthOptions, GrowthReport, PlanReport};
use super::*;
use crate::capacity::Subject;
use crushlab_compare::progress::Progress;
use crushlab_compare::{
    ClusterData, ClusterReport, ClusterState, Holders, Options, OsdChange, compare,
};
use crushlab_monitor::command::{Command, apply};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::{fail, recover};

/// Six hosts of two OSDs of 4 TiB; rbd stores 5 TiB, and logs, 2+1, 3 TiB.
fn text(rbd_tib: f64, more: &str) -> String {
    format!(
        "hosts: [{{count: 6, osds: [{{count: 2, size: 4 TiB}}]}}]\n\
         pools: [{{name: rbd, pg_num: 64, stored: {rbd_tib:.9} TiB}}, \
         {{name: logs, pg_num: 32, erasure: {{k: 2, m: 1}}, stored: 3 TiB}}]\n{more}"
    )
}

fn cluster(rbd_tib: f64) -> Cluster {
    describe(&text(rbd_tib, "")).expect("a sound description")
}

const TIB: f64 = (1u64 << 40) as f64;

fn options(changes: Vec<Change>) -> GrowthOptions {
    GrowthOptions {
        growths: vec![PoolGrowth { pool: 1, growth: Growth::BytesPerMonth(0.25 * TIB) }],
        months: 36,
        changes,
        failure_domain: "host".to_owned(),
        config: Config::default(),
        threads: NonZeroUsize::MIN,
    }
}

fn ask(cluster: &Cluster, options: &GrowthOptions) -> Result<GrowthReport, GrowthError> {
    ask_with(cluster, options, &Progress::new())
}

/// All data is on the up sets.
fn ask_with(
    cluster: &Cluster,
    options: &GrowthOptions,
    progress: &Progress,
) -> Result<GrowthReport, GrowthError> {
    let crush = cluster.map.crush.map().expect("a sound map");
    let subject = Subject { map: &cluster.map, crush: &crush, data: cluster, placed: None };
    let nowhere = Holders::default();
    let data = Whereabouts { now: &nowhere, settled: &nowhere };
    grow(&subject, data, options, progress)
}

fn plans(cluster: &Cluster, changes: Vec<Change>) -> Vec<PlanReport> {
    ask(cluster, &options(changes)).expect("a sound plan").plans
}

fn fullest(osds: impl IntoIterator<Item = (i32, OsdStats)>) -> (i32, f64) {
    let ratio =
        |(osd, stats): (i32, OsdStats)| (osd, stats.used_bytes as f64 / stats.total_bytes as f64);
    let all = osds.into_iter().map(ratio);
    all.reduce(|most, other| if other.1 > most.1 { other } else { most }).expect("OSDs")
}

#[test]
fn a_cluster_that_stores_as_much_is_as_full() {
    let start = cluster(5.0);
    let [plan] = &plans(&start, Vec::new())[..] else { panic!("one plan") };
    for (limit, ratio) in [(&plan.limits.nearfull, 0.85), (&plan.limits.full, 0.95)] {
        let limit = limit.as_ref().expect("within three years");
        let (osd, found) = fullest(cluster(5.0 + 0.25 * limit.months).osds);
        assert!((found - ratio).abs() < 1e-6, "{found} of {ratio}");
        assert_eq!(limit.osd, osd);
        assert_eq!(limit.domain, Some(format!("host{}", osd / 2 + 1)));
    }
    let (osd, ratio) = fullest(start.osds);
    let first = plan.months[0].fullest.expect("OSDs");
    assert_eq!(first.osd, osd);
    assert!((first.used_ratio - ratio).abs() < 1e-9);
    assert_eq!(plan.months.len(), 37);
    assert_eq!(plan.months[4].stored_bytes, 9 << 40);
}

/// What the what-if counts when a cluster's map becomes another.
fn compare_with(cluster: &Cluster, map: &OsdMap) -> ClusterReport {
    let before = ClusterState::new(&cluster.map).expect("a sound map");
    let after = ClusterState::new(map).expect("a sound map");
    let data = ClusterData::new(cluster);
    let found = compare(&before, &after, &data, &Options::default(), &Progress::new());
    found.expect("nobody cancels").report
}

/// The fullest OSD after the loss of a host: the host fails, is marked out, and all data moves.
fn fullest_without(cluster: &Cluster, host: i32) -> (i32, f64) {
    let osds = [2 * host, 2 * host + 1];
    let context = Context::default();
    let mut map = fail(&cluster.map, &osds, &context).map;
    for osd in osds {
        let command = Command::parse(&format!("ceph osd out {osd}")).expect("a command");
        map = apply(&map, &command, &context).expect("it goes out").map;
    }
    let osds = compare_with(cluster, &map).osds.into_iter();
    let kept = osds.filter(|osd| !(2 * host..=2 * host + 1).contains(&osd.osd));
    let ratios = kept.map(|osd| (osd.osd, osd.fill.expect("a size").after_ratio));
    ratios.reduce(|most, other| if other.1 > most.1 { other } else { most }).expect("OSDs")
}

#[test]
fn a_loss_ends_where_the_what_if_ends() {
    let start = cluster(5.0);
    let [plan] = &plans(&start, Vec::new())[..] else { panic!("one plan") };
    let at = |month: usize| {
        let row = &plan.months[month];
        (row.fullest_after_loss.expect("OSDs"), row.lost.clone().expect("a host"))
    };
    for month in [0, 8] {
        let later = cluster(5.0 + 0.25 * month as f64);
        let worst = (0..6).map(|host| (fullest_without(&later, host), host));
        let ((osd, ratio), host) =
            worst.reduce(|most, other| if other.0.1 > most.0.1 { other } else { most }).expect("6");
        let (found, lost) = at(month);
        assert_eq!((found.osd, lost), (osd, format!("host{}", host + 1)));
        // The what-if counts whole bytes of shards.
        assert!((found.used_ratio - ratio).abs() < 1e-6, "{} {ratio}", found.used_ratio);
    }
    let (before, after) = (&plan.limits, plan.limits_after_loss.as_ref().expect("six hosts"));
    let months = |limits: &Limits| limits.nearfull.as_ref().expect("within three years").months;
    assert!(months(after) < months(before));
}

#[test]
fn a_host_more_gives_time() {
    let start = cluster(5.0);
    let osds = vec![OsdsToAdd { count: 2, device_bytes: 8 << 40, class: None }];
    let host = HostToAdd { name: "host7".to_owned(), osds, parent: None };
    let [before, after] = &plans(&start, vec![Change::AddHost(host)])[..] else { panic!("two") };
    assert_eq!(after.change.as_deref(), Some("add host host7 of 2 OSDs"));
    assert_eq!(after.total_bytes, before.total_bytes + (16 << 40));
    assert_eq!(after.commands[1], "ceph osd crush add osd.12 8.00000 host=host7 root=default");
    assert_eq!(after.commands[2], "ceph osd crush set-device-class hdd osd.12");
    assert_eq!(after.used_bytes.abs_diff(before.used_bytes) >> 20, 0);
    // The same as the what-if counts for these commands.
    let context = Context::default();
    let run = |map: OsdMap, line: &String| {
        apply(&map, &Command::parse(line).expect("a command"), &context).expect("it is taken").map
    };
    let map = after.commands.iter().fold(start.map.clone(), run);
    let map = recover(&map, &[12, 13], &context).map;
    let found = compare_with(&start, &map);
    assert_eq!(after.moved_bytes, found.summary.moved_bytes);
    let ratio = |osd: &OsdChange| match &osd.fill {
        Some(fill) => fill.after_ratio,
        None => osd.received_bytes as f64 / (8.0 * TIB),
    };
    let ratios = found.osds.iter().map(|osd| (osd.osd, ratio(osd)));
    let (osd, ratio) =
        ratios.reduce(|most, other| if other.1 > most.1 { other } else { most }).expect("OSDs");
    let first = after.months[0].fullest.expect("OSDs");
    assert_eq!(first.osd, osd);
    assert!((first.used_ratio - ratio).abs() < 1e-6, "{} {ratio}", first.used_ratio);
    let full = |plan: &PlanReport| plan.limits.full.as_ref().map(|limit| limit.months);
    assert!(full(after).is_none_or(|months| Some(months) > full(before)));
    assert_eq!(after.balance.sizes.len(), 2);
    assert!(after.balance.sizes[1].pgs_mean > after.balance.sizes[0].pgs_mean);
}

#[test]
fn larger_osds_are_filled_anew() {
    let start = cluster(5.0);
    let change = Change::Replace { osds: vec![0, 1], device_bytes: 8 << 40 };
    let [before, after] = &plans(&start, vec![change])[..] else { panic!("two plans") };
    assert_eq!(
        after.commands,
        ["ceph osd crush reweight osd.0 8.00000", "ceph osd crush reweight osd.1 8.00000"]
    );
    assert_eq!(after.total_bytes, before.total_bytes + (8 << 40));
    let described = text(5.0, "")
        .replace("hosts: [{count: 6,", "hosts: [{osds: [{count: 2, size: 8 TiB}]}, {count: 5,");
    let described = describe(&described).expect("a sound description");
    let (osd, ratio) = fullest(described.osds.clone());
    let found = after.months[0].fullest.expect("OSDs");
    assert_eq!(found.osd, osd);
    assert!((found.used_ratio - ratio).abs() < 1e-9);
    let filled: u64 = (0..2).map(|osd| described.osds[&osd].used_bytes).sum();
    assert!(after.moved_bytes >= filled, "{} {filled}", after.moved_bytes);
}

#[test]
fn erasure_code_takes_less_and_has_to_be_written_first() {
    let start = cluster(5.0);
    let to = ToErasure { pool: 1, k: 4, m: 2, pg_num: None, failure_domain: None };
    let [before, after] = &plans(&start, vec![Change::ToErasure(to)])[..] else { panic!("two") };
    // 15 TiB become 7.5.
    assert!((before.used_bytes as f64 / TIB - 19.5).abs() < 1e-6);
    assert!((after.used_bytes as f64 / TIB - 12.0).abs() < 1e-6);
    assert!((after.moved_bytes as f64 / TIB - 7.5).abs() < 1e-6);
    let worst = after.worst.expect("OSDs").used_ratio;
    assert!(worst > before.months[0].fullest.expect("OSDs").used_ratio);
    // The pool goes on growing, at half the rate.
    let used = |month: usize| after.months[month].used_bytes as f64 / TIB;
    assert!((used(4) - used(0) - 1.5).abs() < 1e-6);
    assert_eq!(
        after.commands,
        [
            "ceph osd erasure-code-profile set rbd-k4m2 k=4 m=2 crush-failure-domain=host \
         crush-root=default",
            "ceph osd pool create rbd-ec 32 32 erasure rbd-k4m2",
            "# copy the objects of pool rbd into rbd-ec",
            "ceph osd pool rm rbd rbd --yes-i-really-really-mean-it",
            "ceph osd pool rename rbd-ec rbd",
        ]
    );
    assert_eq!(after.pgs_short, 0);
}

#[test]
fn changes_add_up() {
    let start = cluster(5.0);
    let osds = vec![OsdsToAdd { count: 2, device_bytes: 4 << 40, class: None }];
    let host = Change::AddHost(HostToAdd { name: "host7".to_owned(), osds, parent: None });
    let to = ToErasure { pool: 1, k: 2, m: 2, pg_num: Some(64), failure_domain: None };
    let found = plans(&start, vec![Change::ToErasure(to), host]);
    let [_, moved, grown] = &found[..] else { panic!("three plans") };
    assert_eq!(grown.used_bytes.abs_diff(moved.used_bytes) >> 20, 0);
    assert_eq!(grown.total_bytes, moved.total_bytes + (8 << 40));
    // The new pool's data moves as that of any other: about a seventh.
    let part = grown.moved_bytes as f64 / moved.used_bytes as f64;
    assert!((0.1..0.3).contains(&part), "{part}");
}

#[test]
fn what_cannot_be_is_refused_in_a_line() {
    let start = cluster(5.0);
    let error = |cluster: &Cluster, options: &GrowthOptions| {
        ask(cluster, options).expect_err("an error").to_string()
    };
    let with = |change| error(&start, &options(vec![change]));
    let to = |pool, k, m| ToErasure { pool, k, m, pg_num: None, failure_domain: None };
    assert!(with(Change::ToErasure(to(1, 8, 3))).starts_with(
        "pool \"rbd\": its PGs need 11 different failure domains of type host, and its rule finds 6"
    ));
    assert!(with(Change::ToErasure(to(2, 2, 1))).contains("\"logs\" is erasure-coded already"));
    let host = |name: &str, parent: Option<&str>| {
        let osds = vec![OsdsToAdd { count: 1, device_bytes: 1 << 40, class: None }];
        let parent = parent.map(str::to_owned);
        Change::AddHost(HostToAdd { name: name.to_owned(), osds, parent })
    };
    assert!(with(host("host1", None)).contains("found this name in the map"));
    assert!(with(host("a b", None)).contains("letters, digits"));
    assert!(with(host("new", Some("rack9"))).contains("found no bucket \"rack9\""));
    assert!(with(host("new", Some("host1"))).contains("cannot hold hosts"));
    let rows = GrowthOptions { failure_domain: "row".to_owned(), ..options(Vec::new()) };
    assert!(error(&start, &rows).starts_with("no bucket of type \"row\""));
    let mut unknown = start.clone();
    unknown.pools.clear();
    let mut parts = options(Vec::new());
    parts.growths[0].growth = Growth::PartPerMonth(0.05);
    assert!(error(&unknown, &parts).contains("ceph df detail -f json"));
    unknown.osds.clear();
    assert!(error(&unknown, &options(Vec::new())).contains("ceph osd df tree -f json"));
}

#[test]
fn racks_ask_where_a_host_goes() {
    let racks = "racks: [{count: 3, hosts: [{count: 2, osds: [{size: 4 TiB}]}]}]\n\
                 pools: [{name: p, pg_num: 32, failure_domain: rack, stored: 1 TiB}]\n";
    let start = describe(racks).expect("a sound description");
    let host = |parent: Option<&str>| {
        let osds = vec![OsdsToAdd { count: 1, device_bytes: 4 << 40, class: None }];
        let parent = parent.map(str::to_owned);
        Change::AddHost(HostToAdd { name: "new".to_owned(), osds, parent })
    };
    let error = ask(&start, &options(vec![host(None)])).expect_err("no place");
    assert!(error.to_string().contains("such as @rack1"), "{error}");
    let [_, after] = &plans(&start, vec![host(Some("rack2"))])[..] else { panic!("two plans") };
    assert!(after.commands[1].ends_with("host=new rack=rack2"));
    // Of three racks none can be lost and healed: nothing moves then.
    let racks = GrowthOptions { failure_domain: "rack".to_owned(), ..options(Vec::new()) };
    let found = ask(&start, &racks).expect("a sound plan");
    let row = &found.plans[0].months[0];
    let (fullest, lost) = (row.fullest.expect("OSDs"), row.fullest_after_loss.expect("OSDs"));
    assert!((fullest.used_ratio - lost.used_ratio).abs() < 1e-9);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let start = cluster(5.0);
    let four = NonZeroUsize::new(4).expect("not 0");
    let many = ask(&start, &GrowthOptions { threads: four, ..options(Vec::new()) });
    assert_eq!(many.expect("sound"), ask(&start, &options(Vec::new())).expect("sound"));
    let progress = Progress::new();
    progress.cancel();
    let cancelled = ask_with(&start, &options(Vec::new()), &progress);
    assert!(matches!(cancelled, Err(GrowthError::Cancelled)));
}

#[test]
fn weights_mean_what_they_mean_in_the_cluster() {
    let mut start = cluster(5.0);
    let osds = vec![OsdsToAdd { count: 1, device_bytes: 16_000_000_000_000, class: None }];
    let host = Change::AddHost(HostToAdd { name: "new".to_owned(), osds, parent: None });
    let weight = |cluster: &Cluster| {
        let found = plans(cluster, vec![host.clone()]);
        found[1].commands[1].split(' ').nth(5).map(str::to_owned)
    };
    assert_eq!(weight(&start).as_deref(), Some("14.55192"));
    // Weights of 1 for 4 TiB: OSDs are half as large as their weights say of TiB.
    for stats in start.osds.values_mut() {
        stats.total_bytes /= 2;
    }
    assert_eq!(weight(&start).as_deref(), Some("29.10383"));
}

#[test]
fn upmaps_stay_where_they_are_until_their_osd_is_lost() {
    let mut start = cluster(5.0);
    let crush = start.map.crush.map().expect("a sound map");
    let mapper = PoolMapper::new(&start.map, &crush, 1).expect("a pool");
    let mut workspace = PgWorkspace::new();
    let up = mapper.map_pg(7, &mut workspace).up.to_vec();
    let hosts: Vec<i32> = up.iter().map(|osd| osd / 2).collect();
    let other = (0..12).find(|osd| !hosts.contains(&(osd / 2))).expect("six hosts");
    start.map.pg_upmap_items.insert(PgId::new(1, 7), vec![(up[0], other)]);
    let [plan] = &plans(&start, Vec::new())[..] else { panic!("one plan") };
    let row = &plan.months[0];
    let worst = (0..6).map(|host| (fullest_without(&start, host), host));
    let ((osd, ratio), host) =
        worst.reduce(|most, other| if other.0.1 > most.0.1 { other } else { most }).expect("six");
    let found = row.fullest_after_loss.expect("OSDs");
    assert_eq!((found.osd, row.lost.clone()), (osd, Some(format!("host{}", host + 1))));
    assert!((found.used_ratio - ratio).abs() < 1e-6, "{} {ratio}", found.used_ratio);
}

#[test]
fn the_worst_host_that_may_be_lost_gives_the_date() {
    let of_order = |hosts: &str| {
        let text = format!("hosts: [{hosts}]\npools: [{{name: p, pg_num: 256, stored: 2 TiB}}]\n");
        let start = describe(&text).expect("a sound description");
        plans(&start, Vec::new()).remove(0)
    };
    let large = "{name: large, osds: [{count: 8, size: 1 TiB}]}";
    let small = "{name: small, count: 5, osds: [{count: 2, size: 1 TiB}]}";
    for hosts in [format!("{large}, {small}"), format!("{small}, {large}")] {
        let plan = of_order(&hosts);
        let lost = plan.limits_after_loss.expect("several hosts").nearfull.expect("a date");
        assert_eq!(lost.lost.as_deref(), Some("large"), "{hosts}");
        assert_eq!(plan.months[0].lost.as_deref(), Some("large"), "{hosts}");
        assert!(lost.months < plan.limits.nearfull.expect("a date").months);
    }
}
