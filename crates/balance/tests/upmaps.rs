//! Upmaps that are there, and primaries: small clusters whose answers are known.

mod small;

use std::num::NonZeroUsize;

use crushlab_balance::{
    BalanceError, BalanceOptions, UpmapProblem, balance, balance_reads, check_upmaps,
};
use crushlab_compare::Progress;
use crushlab_osdmap::{OsdMap, PgId};
use small::{HOSTS, TWO_SITES, cluster, run, up};

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn check(map: &OsdMap) -> crushlab_balance::UpmapReport {
    let crush = map.crush.map().expect("a sound map");
    check_upmaps(map, &crush, &[], ONE, &Progress::new()).expect("known pools")
}

#[test]
fn three_copies_in_one_site_are_found_and_repaired() {
    let map = cluster(2, 4, TWO_SITES, 4, 32);
    let (osds, _) = up(&map, 5);
    let site = |osd: i32| osd / 8;
    let from = *osds.iter().find(|osd| site(**osd) == 1).expect("two in each site");
    let to = (0..8).find(|osd| osds.iter().all(|other| other / 2 != osd / 2)).expect("a host");
    // Ceph keeps it: it counts sites, and not what is in each.
    let map = run(&map, &[format!("ceph osd pg-upmap-items 1.5 {from} {to}")]);
    assert_eq!(up(&map, 5).0.iter().filter(|osd| site(**osd) == 0).count(), 3);
    let report = check(&map);
    assert_eq!(report.upmapped_pgs, 1);
    let [finding] = report.findings.as_slice() else { panic!("{report:?}") };
    assert_eq!(finding.kind, UpmapProblem::BreaksRule);
    assert_eq!(finding.pg, "1.5");
    assert_eq!(finding.reason, "3 of its shards are in dc0, where the rule has 2 at most");
    assert_eq!(report.commands, ["ceph osd rm-pg-upmap-items 1.5"]);
    let repaired = run(&map, &report.commands);
    assert_eq!(up(&repaired, 5).0, osds);
    assert_eq!(check(&repaired).upmapped_pgs, 0);
    // Balancing repairs it, too.
    let crush = map.crush.map().expect("a sound map");
    let balanced = balance(&map, &crush, &BalanceOptions::default(), &Progress::new());
    let balanced = balanced.expect("new clients");
    assert_eq!(balanced.pools[0].repaired_pgs, 1);
    assert_eq!(check(&run(&map, &balanced.commands)).findings, []);
}

#[test]
fn upmaps_that_ceph_drops_or_that_do_nothing_are_found() {
    let mut map = cluster(1, 4, HOSTS, 3, 16);
    let osds = up(&map, 0).0;
    let free = (0..8).find(|osd| osds.iter().all(|other| other / 2 != osd / 2)).expect("a host");
    map.pg_upmap_items.insert(PgId::new(1, 0), vec![(osds[0], osds[1]), (osds[1], osds[0])]);
    let osds = up(&map, 1).0;
    map.pg_upmap_items.insert(PgId::new(1, 1), vec![(osds[0], osds[1] ^ 1)]);
    let osds = up(&map, 2).0;
    let other = (0..8).find(|osd| !osds.contains(osd)).expect("more OSDs than copies");
    map.pg_upmap_items.insert(PgId::new(1, 2), vec![(osds[0], osds[0] ^ 1), (other, free)]);
    let report = check(&map);
    let kinds: Vec<UpmapProblem> = report.findings.iter().map(|finding| finding.kind).collect();
    let expected = [UpmapProblem::HasNoEffect, UpmapProblem::IsDropped, UpmapProblem::LosesPairs];
    assert_eq!(kinds, expected, "{report:?}");
    let after = run(&map, &report.commands);
    assert_eq!(check(&after).findings, []);
    assert_eq!(up(&after, 2), up(&map, 2));
}

#[test]
fn primaries_are_as_even_as_can_be() {
    for (seed, pg_num) in [(0, 24), (1, 23), (2, 64)] {
        let map = cluster(1, 3, HOSTS, 3, pg_num);
        let crush = map.crush.map().expect("a sound map");
        let report = balance_reads(&map, &crush, &[], ONE, &Progress::new()).expect("new clients");
        let [pool] = report.pools.as_slice() else { panic!("{report:?}") };
        let most = u64::from(pg_num.div_ceil(6));
        assert_eq!(pool.after_max_primaries, most, "case {seed}");
        let score = most as f64 / (f64::from(pg_num) / 6.0);
        assert_eq!(pool.after_score, Some(score));
        assert!(pool.before_score > pool.after_score, "{pool:?}");
        assert_eq!(pool.changes as usize, report.commands.len());
        let mut after = map.clone();
        for command in &report.commands {
            let words: Vec<&str> = command.split(' ').collect();
            assert_eq!(words[..3], ["ceph", "osd", "pg-upmap-primary"]);
            after
                .pg_upmap_primaries
                .insert(words[3].parse().expect("a PG"), words[4].parse().expect("an OSD"));
        }
        let mut leads = [0; 6];
        (0..pg_num).for_each(|seed| leads[up(&after, seed).1 as usize] += 1);
        assert_eq!(leads.iter().max(), Some(&most));
        let again = balance_reads(&after, &crush, &[], ONE, &Progress::new()).expect("new clients");
        assert!(again.commands.is_empty());
    }
}

#[test]
fn affinities_do_it_before_reef() {
    let mut map = cluster(1, 3, HOSTS, 3, 64);
    map.require_osd_release = 16;
    map.require_min_compat_client = 12;
    let crush = map.crush.map().expect("a sound map");
    let report = balance_reads(&map, &crush, &[], ONE, &Progress::new()).expect("known pools");
    let [pool] = report.pools.as_slice() else { panic!("{report:?}") };
    assert!(report.commands[0].starts_with("ceph osd primary-affinity "), "{report:?}");
    assert!(pool.after_score < pool.before_score, "{pool:?}");
    assert!(pool.best_score <= pool.after_score, "{pool:?}");
    assert_eq!(pool.best_max_primaries, 11);
    // Ceph's own arithmetic comes to what was said.
    let after = run(&map, &report.commands);
    let mut leads = [0; 6];
    (0..64).for_each(|seed| leads[up(&after, seed).1 as usize] += 1);
    assert_eq!(leads.iter().max(), Some(&pool.after_max_primaries));
}

#[test]
fn old_clients_and_unknown_pools_are_told() {
    let mut map = cluster(1, 4, HOSTS, 3, 64);
    let crush = map.crush.map().expect("a sound map");
    let progress = Progress::new();
    let ask = |map: &OsdMap, pools: &[i64]| {
        let options = BalanceOptions { pools: pools.to_vec(), ..BalanceOptions::default() };
        balance(map, &crush, &options, &progress)
    };
    assert_eq!(ask(&map, &[7]), Err(BalanceError::NoSuchPool { pool: 7 }));
    map.require_min_compat_client = 10;
    assert_eq!(ask(&map, &[]), Err(BalanceError::OldClients { release: "jewel" }));
    let reads = balance_reads(&map, &crush, &[], ONE, &progress);
    assert_eq!(reads, Err(BalanceError::ClientsBeforeReef));
    progress.cancel();
    assert_eq!(ask(&map, &[]), Err(BalanceError::Cancelled));
}
