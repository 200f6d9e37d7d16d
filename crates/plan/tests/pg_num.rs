//! Numbers of PGs, measured on planned clusters.

use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_osdmap::{Cluster, describe};
use crushlab_plan::pg_num::report::{Decision, PoolAdvice};
use crushlab_plan::pg_num::{
    PgNumError, PgNumReport, PgNumRequest, Plan, PlannedPool, ReleaseLimits, UNITS,
    planned_cluster, recommend,
};

fn plan(osds: u32, hosts: Option<u32>, pools: &[&str]) -> Plan {
    let pools = pools.iter().map(|text| text.parse().expect("a pool")).collect();
    Plan { osds, hosts, osd_bytes: Some(1 << 40), limits: ReleaseLimits::default(), pools }
}

fn ask(cluster: &Cluster, request: &PgNumRequest) -> Result<PgNumReport, PgNumError> {
    recommend(cluster, request, NonZeroUsize::MIN, &Progress::new())
}

fn new(osds: u32, hosts: Option<u32>, pools: &[&str]) -> PgNumReport {
    let plan = plan(osds, hosts, pools);
    let cluster = planned_cluster(&plan).expect("a cluster");
    let percents = (1..).zip(&plan.pools).filter_map(|(id, pool)| Some((id, pool.percent?)));
    let request =
        PgNumRequest { percents: percents.collect(), is_new: true, ..PgNumRequest::default() };
    ask(&cluster, &request).expect("a report")
}

fn decided(pool: &PoolAdvice) -> (u32, Decision) {
    (pool.recommended_pg_num, pool.decided_by)
}

#[test]
fn a_new_cluster_gets_what_the_target_comes_to() {
    let report = new(100, Some(10), &["rbd:size=3,percent=100"]);
    let rbd = &report.pools[0];
    assert_eq!(decided(rbd), (4096, Decision::TargetPgsPerOsd));
    let measured: Vec<u32> = rbd.candidates.iter().map(|one| one.pg_num).collect();
    assert_eq!(measured, [1024, 2048, 4096, 8192, 16_384]);
    for one in &rbd.candidates {
        // 3 shards of each PG on 100 OSDs; nine hosts of ten are left when one is lost.
        assert!((one.pgs_per_osd.mean - f64::from(one.pg_num) * 0.03).abs() < 1e-9);
        let lost = one.pgs_per_osd_all_pools_host_lost;
        assert!((lost.mean - f64::from(one.pg_num) * 3.0 / 90.0).abs() < 1e-9);
        let fullest = one.fullest_osd.expect("an OSD");
        assert_eq!(fullest.pgs, one.pgs_per_osd.max);
        assert!((one.space_lost_ratio - (1.0 - 1.0 / fullest.ratio)).abs() < 1e-12);
        assert!(one.space_lost_upmap_ratio <= one.space_lost_balancer_ratio);
        assert!(one.space_lost_balancer_ratio <= one.space_lost_ratio);
    }
    let largest = rbd.candidates.last().expect("candidates");
    assert!(!largest.is_within_max && !largest.is_within_max_host_lost);
    assert!(rbd.reason.contains("nearest to 3,333.3"), "{}", rbd.reason);
    assert_eq!(report.pgs_per_osd_recommended.max, rbd.candidates[2].pgs_per_osd.max);
}

#[test]
fn limits_decide_where_the_target_does_not() {
    let small = new(100, Some(10), &["a:percent=99.9", "b:percent=0.1", "c:percent=0,max=16"]);
    assert_eq!(decided(&small.pools[1]), (32, Decision::PgNumMin));
    assert_eq!(decided(&small.pools[2]), (16, Decision::PgNumMin), "max is below the minimum");
    let bounded = new(100, Some(10), &["a:percent=100,max=100"]);
    assert_eq!(decided(&bounded.pools[0]), (64, Decision::PgNumMax), "64 is the power below 100");
    // Of 40 pools with 32 PGs each on 3 OSDs, monitors take no more than 250 PGs an OSD.
    let names: Vec<String> = (0..40).map(|index| format!("p{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let crowded = new(3, None, &names);
    assert!(crowded.pgs_per_osd_recommended.max <= 250);
    let limited = |pool: &&PoolAdvice| pool.decided_by == Decision::MonMaxPgPerOsd;
    let limited = crowded.pools.iter().filter(limited).count();
    assert!((1..=40).contains(&limited), "{limited}");
    assert!(crowded.pools.iter().all(|pool| pool.check_pacific.is_allowed));
}

#[test]
fn a_lost_host_counts() {
    // 4 hosts and a target that fits as long as all are there.
    let plan = plan(8, Some(4), &["a:size=3,percent=100"]);
    let cluster = planned_cluster(&plan).expect("a cluster");
    let request = PgNumRequest {
        target_pgs_per_osd: Some(192),
        is_new: true,
        percents: [(1, 100.0)].into(),
        ..PgNumRequest::default()
    };
    let report = ask(&cluster, &request).expect("a report");
    // 512 PGs mean 192 an OSD; with 3 hosts left each has all PGs, 256 an OSD.
    assert_eq!(decided(&report.pools[0]), (256, Decision::HostLost));
    assert!(report.pools[0].reason.contains("when host1 is lost"), "{}", report.pools[0].reason);
    let twice = report.pools[0].candidates.iter().find(|one| one.pg_num == 512).expect("it");
    assert!(twice.is_within_max && !twice.is_within_max_host_lost);
    assert_eq!(twice.pgs_per_osd_all_pools_host_lost.mean, 256.0);
}

#[test]
fn balance_decides_where_a_target_leaves_much_unused() {
    let plan = plan(24, Some(12), &["wide:k=8,m=3,percent=100,min=1"]);
    let cluster = planned_cluster(&plan).expect("a cluster");
    let request = PgNumRequest {
        target_pgs_per_osd: Some(10),
        has_osd_sizes: true,
        is_new: true,
        percents: [(1, 100.0)].into(),
        ..PgNumRequest::default()
    };
    let report = ask(&cluster, &request).expect("a report");
    let wide = &report.pools[0];
    // The target comes to 16 PGs. 128 are 58.7 an OSD: one more is 1.7 %, of 256 it is 0.8 %.
    assert_eq!(decided(wide), (128, Decision::Balance));
    let found = |pg_num| wide.candidates.iter().find(|one| one.pg_num == pg_num).expect("it");
    let lost = |pg_num| found(pg_num).space_lost_upmap_ratio;
    assert!(lost(64) - lost(128) > 0.01 && lost(128) - lost(256) <= 0.01);
    assert!(wide.reason.contains("less of the space to imbalance than 16"), "{}", wide.reason);
    // 24 TiB hold 24 x 8 / 11 TiB of data when they are full.
    let bytes_per_pg = 24.0 * (1u64 << 40) as f64 * 8.0 / 11.0 / 128.0;
    assert!((found(128).bytes_per_pg.expect("bytes") / bytes_per_pg - 1.0).abs() < 1e-6);
}

const TODAY: &str = "release: pacific
hosts: [{count: 10, osds: [{count: 3, size: 1 TiB}]}]
pools:
  - {name: kept, pg_num: 512, stored: 3 TiB}
  - {name: small, pg_num: 8, stored: 2 TiB}
  - {name: odd, pg_num: 100, stored: 1 TiB}
";

#[test]
fn what_is_nearly_right_stays_and_the_rest_moves() {
    let cluster = describe(TODAY).expect("a cluster");
    let report = ask(&cluster, &PgNumRequest::default()).expect("a report");
    let [kept, small, odd] = &report.pools[..] else { panic!("{} pools", report.pools.len()) };
    assert_eq!([kept.percent, small.percent, odd.percent].map(f64::round), [50.0, 33.0, 17.0]);
    assert_eq!(decided(kept), (512, Decision::TargetPgsPerOsd));
    assert_eq!((kept.staged, kept.pg_num), (None, Some(512)));
    assert_eq!(small.recommended_pg_num, 256);
    let staged = small.staged.expect("steps");
    let direct = small.candidates.iter().find(|one| one.pg_num == 256).and_then(|one| one.moved);
    let direct = direct.expect("what moves");
    assert!(staged.steps > 1 && staged.moved.bytes >= direct.bytes && direct.bytes > 1 << 40);
    let today = odd.candidates.iter().find(|one| one.pg_num == 100).expect("today's number");
    assert_eq!(today.moved.map(|moved| moved.bytes), Some(0));
    assert_eq!(report.commands.len(), 2);
    let first = &kept.candidates[0];
    let bytes_per_pg = (3u64 << 40) as f64 / f64::from(first.pg_num);
    assert_eq!(first.bytes_per_pg, Some(bytes_per_pg));
}

#[test]
fn a_number_one_step_off_is_not_worth_a_move() {
    let text = "release: pacific\nhosts: [{count: 10, osds: [{count: 3, size: 1 TiB}]}]\n\
                pools: [{name: all, pg_num: 2048, stored: 1 TiB}]";
    let report = ask(&describe(text).expect("a cluster"), &PgNumRequest::default());
    let report = report.expect("a report");
    assert_eq!(decided(&report.pools[0]), (2048, Decision::Today));
    assert!(report.pools[0].reason.starts_with("today's 2,048 may stay: 1,024"));
    let far = text.replace("2048", "4096");
    let report = ask(&describe(&far).expect("a cluster"), &PgNumRequest::default());
    assert_eq!(decided(&report.expect("a report").pools[0]), (1024, Decision::TargetPgsPerOsd));
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let problem = |plan: &Plan| planned_cluster(plan).expect_err("a refusal").to_string();
    let text = problem(&plan(8, Some(4), &["a:k=4,m=2"]));
    assert!(text.starts_with("pool a: k 4 + m 2 need 6 hosts, and there are 4"), "{text}");
    assert!(problem(&plan(2, None, &["a"])).starts_with("pool a: size 3 needs 3 OSDs"));
    assert!(problem(&plan(3, Some(0), &["a:size=1"])).starts_with("found 0 hosts"));
    assert!(problem(&plan(3, None, &[])).starts_with("found a plan of nothing"));
    assert!(problem(&plan(u32::MAX, None, &["a"])).contains("expected fewer than"));
    let unsized_plan = Plan { osd_bytes: None, ..plan(3, None, &["a:bytes=1GB"]) };
    assert!(problem(&unsized_plan).contains("bytes but no size of OSDs"));
    for text in ["", ":size=3", "a:size=0", "a:size=256", "a:k=2", "a:k=2,m=1,size=3", "a:bulk=2"] {
        assert!(text.parse::<PlannedPool>().is_err(), "{text}");
    }
    let cluster =
        describe("hosts: [{count: 2, osds: [{size: 1 TiB}]}]\npools: [{name: p, pg_num: 8}]");
    let request = PgNumRequest { is_planned: true, ..PgNumRequest::default() };
    let error = ask(&cluster.expect("a cluster"), &request).expect_err("a refusal");
    assert_eq!(error, PgNumError::TooFewDomains { pool: "p".to_owned(), size: 3, found: 2 });
}

#[test]
fn a_pool_in_one_word() {
    let text = "a:b:size=4,percent=12.5,ratio=0.2,bytes=2TiB,bias=4,min=8,max=64,bulk";
    let pool: PlannedPool = text.parse().expect("a pool");
    assert_eq!((pool.name.as_str(), pool.size, pool.percent), ("a:b", Some(4), Some(12.5)));
    assert_eq!(pool.settings.target_size_bytes, Some(2 << 40));
    assert_eq!((pool.settings.pg_num_min, pool.settings.is_bulk), (Some(8), Some(true)));
    let erasure: PlannedPool = "x:k=4,m=2,bulk=false".parse().expect("a pool");
    assert_eq!((erasure.erasure, erasure.settings.is_bulk), (Some((4, 2)), Some(false)));
}

#[test]
fn texts_of_any_kind_are_pools_or_errors() {
    let words = [
        "a",
        ":",
        ",",
        "=",
        "size",
        "k",
        "m",
        "percent",
        "bytes",
        "bulk",
        "-1",
        "1e9",
        "TiB",
        "\u{0}",
        "99999999999",
        "é",
        "ratio",
        "NaN",
        "inf",
        "3",
        "max",
        " ",
    ];
    let mut random = fastrand::Rng::with_seed(3);
    let mut pools = 0;
    for _ in 0..20_000 {
        let text: String =
            (0..random.usize(0..9)).map(|_| words[random.usize(0..words.len())]).collect();
        if let Ok(pool) = text.parse::<PlannedPool>() {
            pools += 1;
            assert!(!pool.name.is_empty() && text.starts_with(&pool.name), "{text:?}");
            assert!(
                pool.percent.is_none_or(|percent| (0.0..=100.0).contains(&percent)),
                "{text:?}"
            );
            assert!(pool.erasure.is_none() || pool.size.is_none(), "{text:?}");
        }
    }
    assert!(pools > 1000, "{pools}");
}

#[test]
fn threads_change_nothing_and_cancelling_ends_it() {
    let plan = plan(30, Some(10), &["a:percent=60", "b:k=4,m=2,percent=40"]);
    let cluster = planned_cluster(&plan).expect("a cluster");
    let request = PgNumRequest { is_new: true, ..PgNumRequest::default() };
    let three = NonZeroUsize::new(3).expect("3");
    let counted = Progress::new();
    let with_three = recommend(&cluster, &request, three, &counted);
    assert_eq!(ask(&cluster, &request), with_three);
    assert_eq!(counted.done(), UNITS);
    let progress = Progress::new();
    progress.cancel();
    let ended = recommend(&cluster, &request, three, &progress);
    assert_eq!(ended, Err(PgNumError::Cancelled));
}
