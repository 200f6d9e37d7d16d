//! Reports of described clusters: sums agree with each other, and with what must be.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use crushlab_compare::Progress;
use crushlab_compare::{
    AfterState, ClusterData, ClusterState, Comparison, DataBasis, FillLevel, Options, Summary,
    compare, fold_moves,
};
use crushlab_crushmap::edit::WeightSets;
use crushlab_osdmap::model::map_flag::{NOBACKFILL, NOREBALANCE};
use crushlab_osdmap::{Cluster, OsdMap, PgId, describe};

const CLUSTER: &str = "
racks: [{count: 4, hosts: [{count: 3, osds: [{count: 4, size: 1 TiB}]}]}]
pools:
  - {name: data, size: 3, pg_num: 512, stored: 5 TiB, objects: 2621440}
  - {name: archive, erasure: {k: 4, m: 2}, pg_num: 100, stored: 4 TiB, objects: 100000}
";

fn cluster() -> Cluster {
    describe(CLUSTER).expect("well described")
}

fn with_threads(cluster: &Cluster, after: &OsdMap, threads: usize) -> Comparison {
    let (before, after) = (state(&cluster.map), state(after));
    let threads = NonZeroUsize::new(threads).expect("not 0");
    let options = Options { threads, ..Options::default() };
    compare(&before, &after, &ClusterData::new(cluster), &options, &Progress::new())
        .expect("nobody cancels")
}

fn state(map: &OsdMap) -> ClusterState<'_> {
    ClusterState::new(map).expect("a sound map")
}

fn changed(cluster: &Cluster, change: impl FnOnce(&mut OsdMap)) -> OsdMap {
    let mut map = cluster.map.clone();
    change(&mut map);
    map
}

fn found(cluster: &Cluster, change: impl FnOnce(&mut OsdMap)) -> Comparison {
    with_threads(cluster, &changed(cluster, change), 2)
}

const UP: u32 = 2;

#[test]
fn nothing_changes_where_nothing_is_changed() {
    let found = found(&cluster(), |_| ());
    let summary = &found.report.summary;
    assert_eq!((summary.pgs_changed, summary.shards_moved, summary.moved_bytes), (0, 0, 0));
    assert_eq!((summary.pgs_before, summary.after.pgs_clean), (612, 612));
    assert_eq!(summary.after.copies.object_copies, 3 * 2_621_440 + 6 * 100_000);
    assert!(found.pgs.is_empty() && found.report.moves.is_empty());
    assert_eq!(summary.data_basis, DataBasis::Estimated);
    assert_eq!(summary.healed.pgs_sharing_failure_domain + summary.healed.pgs_outside_rule, 0);
}

#[test]
fn sums_agree_and_do_not_depend_on_threads() {
    let cluster = cluster();
    let after = changed(&cluster, |map| map.osd_weights[..4].fill(0));
    let found = with_threads(&cluster, &after, 1);
    let report = &found.report;
    let summary = &report.summary;
    let held: u64 = report.osds[..4].iter().map(|osd| osd.pgs_before).sum();
    assert!(summary.shards_moved_least >= held && summary.shards_moved_least > 0);
    assert!(summary.shards_moved >= summary.shards_moved_least);
    assert!(summary.moved_bytes >= summary.moved_bytes_least);
    let moved: u64 = report.moves.iter().map(|entry| entry.shards).sum();
    let received: u64 = report.osds.iter().map(|osd| osd.shards_received).sum();
    assert_eq!((moved, received), (summary.shards_moved, summary.shards_moved));
    let bytes: u64 = report.moves.iter().map(|entry| entry.bytes).sum();
    assert_eq!(bytes, summary.moved_bytes);
    assert_eq!(summary.after.copies.misplaced_object_copies, summary.object_copies_moved);
    assert_eq!(summary.after.copies.degraded_object_copies, 0);
    assert_eq!((summary.after.pgs_active, summary.healed.pgs_clean), (612, 612));
    assert_eq!(summary.after.pgs_remapped, summary.pgs_moved);
    let again = with_threads(&cluster, &after, 3);
    assert_eq!((&again.report, &again.pgs), (report, &found.pgs));
}

/// A change of the CRUSH map that changes no mapping makes every PG be mapped again.
#[test]
fn pgs_that_a_change_cannot_touch_are_told_from_others() {
    let mut cluster = cluster();
    cluster.map.osd_weights[20] = 0x8000;
    cluster.map.osd_states[30] &= !UP;
    cluster.map.pg_upmap_items.insert(PgId::new(1, 3), vec![(0, 47), (5, 46)]);
    let changes: [fn(&mut OsdMap); 5] = [
        |map| map.osd_weights[..6].fill(0x6000),
        |map| map.osd_weights[20] = 0,
        |map| (map.osd_states[8], map.osd_weights[9]) = (1, 0),
        |map| map.osd_states[30] |= UP,
        |map| map.osd_states[44] = 0,
    ];
    for change in changes {
        let after = changed(&cluster, change);
        let mut in_full = after.clone();
        in_full.crush.types.insert(99, "unused".to_owned());
        let (short, full) =
            (with_threads(&cluster, &after, 2), with_threads(&cluster, &in_full, 2));
        assert!(!short.pgs.is_empty());
        assert_eq!((&short.report, &short.pgs), (&full.report, &full.pgs));
    }
}

#[test]
fn a_matrix_of_racks_adds_up() {
    let cluster = cluster();
    let after = changed(&cluster, |map| map.osd_weights[..4].fill(0));
    let found = with_threads(&cluster, &after, 2);
    let rack = cluster.map.crush.type_id("rack").expect("a type");
    let folded = fold_moves(&found.report.moves, &state(&cluster.map), &state(&after), rack);
    let shards: u64 = folded.iter().map(|entry| entry.shards).sum();
    assert_eq!(shards, found.report.summary.shards_moved);
    assert!(folded.len() <= 16 && folded.len() > 1);
    let racks: Vec<i32> =
        (1..=4).filter_map(|rack| cluster.map.crush.item_id(&format!("rack{rack}"))).collect();
    assert!(folded.iter().all(|entry| racks.contains(&entry.from) && racks.contains(&entry.to)));
}

#[test]
fn a_crush_weight_moves_about_what_it_asks_for() {
    let cluster = cluster();
    let found = found(&cluster, |map| {
        map.crush.reweight_item("osd.5", 2.0, WeightSets::Update).expect("an OSD");
    });
    let summary = &found.report.summary;
    let osd = &found.report.osds[5];
    let gained = osd.pgs_after - osd.pgs_before;
    assert!(gained > 0 && summary.shards_moved_least >= gained);
    assert!(summary.shards_moved >= summary.shards_moved_least);
}

#[test]
fn fills_are_before_at_worst_and_after() {
    let cluster = cluster();
    let found = found(&cluster, |map| map.osd_weights[..4].fill(0));
    for osd in &found.report.osds {
        let fill = osd.fill.expect("sizes are known");
        assert!(fill.used_worst_bytes >= fill.used_before_bytes.max(fill.used_after_bytes));
        assert_eq!(fill.used_worst_bytes - fill.used_before_bytes, osd.received_bytes);
        if osd.osd < 4 {
            // Only the rounding of shards is left.
            assert!(fill.used_after_bytes < 1 << 20, "{fill:?}");
        }
    }
}

#[test]
fn data_that_finds_no_room_stays_where_it_is() {
    for (percent, some_move) in [(94, false), (85, true), (80, true)] {
        let found = found_with_small_osds(percent);
        let Summary { healed, after, backfill_toofull_bytes, moved_bytes, .. } =
            &found.report.summary;
        assert!(healed.pgs_backfill_toofull > 0 && *backfill_toofull_bytes > 0);
        assert_eq!(*backfill_toofull_bytes < *moved_bytes, some_move, "{percent} %");
        assert_eq!(healed.pgs_clean + healed.pgs_backfill_toofull, 612);
        assert_eq!(healed.pgs_remapped, healed.pgs_backfill_toofull);
        assert!(after.pgs_remapped > healed.pgs_remapped || !some_move);
        for fill in found.report.osds.iter().filter_map(|osd| osd.fill) {
            let is_below = fill.after_level < FillLevel::Backfillfull;
            assert!(is_below || fill.used_after_bytes <= fill.used_before_bytes, "{fill:?}");
        }
        let stuck = found.pgs.iter().filter_map(|pg| pg.healed).filter(|pg| pg.up != pg.acting);
        let states: BTreeSet<String> = stuck.map(|pg| pg.state.to_string()).collect();
        assert_eq!(states, ["active+remapped+backfill_toofull".to_owned()].into());
    }
}

#[test]
fn what_flags_hold_stays_and_is_said() {
    let cluster = cluster();
    for (flag, name, heals_degraded) in
        [(NOREBALANCE, "norebalance", true), (NOBACKFILL, "nobackfill", false)]
    {
        // Four OSDs go out while they are up: their data is misplaced. One more is dead.
        let found = found(&cluster, |map| {
            map.flags |= flag;
            map.osd_weights[..5].fill(0);
            map.osd_states[4] &= !UP;
        });
        let Summary { healed, after, held_by, pgs_held, .. } = &found.report.summary;
        assert_eq!(held_by, &[name]);
        assert!(after.pgs_degraded > 0 && *pgs_held > 0);
        assert_eq!(healed.pgs_degraded == 0, heals_degraded);
        assert_eq!(healed.pgs_remapped, *pgs_held);
        assert_eq!(healed.pgs_clean, 612 - pgs_held);
    }
}

/// Four OSDs of a cluster go out whose OSDs are all this full.
fn found_with_small_osds(percent: u64) -> Comparison {
    let mut cluster = cluster();
    for stats in cluster.osds.values_mut() {
        stats.total_bytes = stats.used_bytes * 100 / percent;
    }
    let after = changed(&cluster, |map| map.osd_weights[..4].fill(0));
    with_threads(&cluster, &after, 2)
}

#[test]
fn splitting_moves_nothing_until_pgp_num_follows() {
    let cluster = cluster();
    let split = changed(&cluster, |map| {
        map.pools.get_mut(&1).expect("a pool").pg_num = 1024;
    });
    let first = with_threads(&cluster, &split, 2);
    let summary = &first.report.summary;
    assert_eq!((summary.pgs_after, summary.shards_moved, summary.moved_bytes), (1124, 0, 0));
    assert_eq!(summary.after.pgs_clean, 1124);
    assert_eq!(summary.after.copies, summary.before.copies);
    assert!(first.pgs.iter().all(|pg| pg.before.is_none() && pg.pgid.seed >= 512));
    let placed = changed(&cluster, |map| {
        let pool = map.pools.get_mut(&1).expect("a pool");
        (pool.pg_num, pool.pgp_num) = (1024, 1024);
    });
    let all = with_threads(&cluster, &placed, 2);
    let moved = all.report.summary.moved_bytes as f64;
    let stored = 3.0 * 5.0 * (1u64 << 40) as f64;
    assert!((0.4..0.5).contains(&(moved / stored)), "half of all, but for what stays by chance");
    // And back: what was split is merged.
    let merged = Cluster { map: placed, ..cluster.clone() };
    let back = with_threads(&merged, &cluster.map, 2);
    assert_eq!(back.report.summary.after.copies, all.report.summary.before.copies);
    assert_eq!(back.report.summary.shards_moved, all.report.summary.shards_moved);
}

#[test]
fn lost_osds_make_pgs_down_and_incomplete() {
    let cluster = cluster();
    let up = cluster_up(&cluster, PgId::new(1, 0));
    let stopped = changed(&cluster, |map| {
        for osd in &up {
            map.osd_states[*osd as usize] &= !UP;
        }
    });
    let found = with_threads(&cluster, &stopped, 2);
    let pg = found.pgs.get(0).expect("the first PG");
    let after = pg.after.expect("it is still there");
    assert_eq!((after.state.to_string().as_str(), after.up), ("down", [].as_slice()));
    assert_eq!(pg.healed.map(|healed| healed.state), Some(after.state));
    assert!(found.report.summary.after.pgs_down > 0);
    let purged = changed(&cluster, |map| {
        for osd in &up {
            map.osd_states[*osd as usize] = 0;
            map.osd_weights[*osd as usize] = 0;
        }
    });
    let found = with_threads(&cluster, &purged, 2);
    let after = found.pgs.get(0).and_then(|pg| pg.after).expect("the first PG");
    assert_eq!(after.state.to_string(), "incomplete");
    assert_eq!(found.report.summary.after.pgs_down, 0);
}

fn cluster_up(cluster: &Cluster, pg: PgId) -> Vec<i32> {
    let crush = cluster.map.crush.map().expect("a sound map");
    let mapper = crushlab_osdmap::PoolMapper::new(&cluster.map, &crush, pg.pool).expect("a pool");
    mapper.map_pg(pg.seed, &mut crushlab_osdmap::PgWorkspace::new()).up.to_vec()
}

#[test]
fn upmaps_can_break_a_rule() {
    let cluster = cluster();
    let up = cluster_up(&cluster, PgId::new(1, 7));
    // Another OSD of the first one's host takes the place of the second.
    let neighbour = (up[0] / 4 * 4..).find(|osd| !up.contains(osd)).expect("an OSD");
    let found = found(&cluster, |map| {
        map.pg_upmap_items.insert(PgId::new(1, 7), vec![(up[1], neighbour)]);
    });
    let summary = &found.report.summary;
    assert_eq!(summary.before.pgs_sharing_failure_domain, 0);
    assert_eq!(summary.after.pgs_sharing_failure_domain, 1);
    assert_eq!((summary.shards_moved, summary.shards_moved_least), (1, 1));
    assert_eq!(found.report.moves[0].from, up[1]);
}

#[test]
fn without_data_pgs_are_counted() {
    let mut cluster = cluster();
    (cluster.pools, cluster.osds) = Default::default();
    let found = found(&cluster, |map| map.osd_states[3] &= !UP);
    let summary = &found.report.summary;
    assert_eq!((summary.data_basis, summary.has_osd_sizes), (DataBasis::Unknown, false));
    assert_eq!(summary.after.copies.object_copies, 0);
    assert!(summary.after.pgs_degraded > 0 && summary.after.pgs_undersized > 0);
    assert_eq!(summary.after.degraded_ratio, None);
    assert!(found.report.osds.iter().all(|osd| osd.fill.is_none()));
}

#[test]
fn pools_come_and_go() {
    let cluster = cluster();
    let found = found(&cluster, |map| {
        let pool = map.pools.remove(&2).expect("a pool");
        map.pools.insert(9, pool);
    });
    let summary = &found.report.summary;
    assert_eq!((summary.pgs_changed, summary.shards_moved), (200, 0));
    assert_eq!(summary.after.pgs_clean, 612);
    let new = found.pgs.iter().find(|pg| pg.pgid.pool == 9).expect("a new PG");
    assert!(new.before.is_none() && new.after.is_some());
}

#[test]
fn a_recorded_state_is_taken_as_it_is() {
    let cluster = cluster();
    let after = changed(&cluster, |map| {
        let up = cluster_up(&cluster, PgId::new(1, 0));
        map.pg_temp.insert(PgId::new(1, 0), vec![up[1], up[0]]);
    });
    let (before, after) = (state(&cluster.map), state(&after));
    let data = ClusterData::new(&cluster);
    for (kind, expected) in [(AfterState::Predicted, 0), (AfterState::Recorded, 1)] {
        let options = Options { after: kind, ..Options::default() };
        let found = compare(&before, &after, &data, &options, &Progress::new());
        let found = found.expect("nobody cancels");
        assert_eq!(found.report.summary.after.pgs_remapped, expected);
    }
}

#[test]
fn work_can_be_cancelled() {
    let cluster = cluster();
    let progress = Progress::new();
    progress.cancel();
    let state = state(&cluster.map);
    let data = ClusterData::new(&cluster);
    let found = compare(&state, &state, &data, &Options::default(), &progress);
    assert!(found.is_err());
}
