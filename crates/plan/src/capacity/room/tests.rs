use std::num::NonZeroUsize;

use crushlab_osdmap::{Cluster, describe};
use proptest::prelude::*;

use super::*;
use crushlab_compare::progress::Progress;

const CLUSTER: &str = "hosts: [{count: 6, osds: [{count: 2, size: 4 TiB}]}]\n\
    pools: [{name: a, pg_num: 64, stored: 3 TiB}, {name: b, pg_num: 32, stored: 1 TiB, \
    erasure: {k: 2, m: 1}}, {name: empty, pg_num: 16}]\n";

fn with<T>(cluster: &Cluster, ask: impl FnOnce(&Subject<'_>, &Layout) -> T) -> T {
    let crush = cluster.map.crush.map().expect("a sound map");
    let subject = Subject { map: &cluster.map, crush: &crush, data: cluster, placed: None };
    let layout = Layout::of(&subject, NonZeroUsize::MIN, &Progress::new()).expect("nobody cancels");
    ask(&subject, &layout)
}

fn cluster() -> Cluster {
    describe(CLUSTER).expect("a sound description")
}

/// The fullest OSD when the pools store this much more in their present proportions, by building
/// that very cluster.
fn fullest_with(more: f64) -> (f64, i32) {
    let stored = |tib: f64| format!("stored: {:.9} TiB", tib * (1.0 + more / 4.0));
    let text = CLUSTER.replace("stored: 3 TiB", &stored(3.0));
    let text = text.replace("stored: 1 TiB", &stored(1.0));
    let cluster = describe(&text).expect("a sound description");
    let ratio =
        |stats: &crushlab_osdmap::OsdStats| stats.used_bytes as f64 / stats.total_bytes as f64;
    let all = cluster.osds.iter().map(|(osd, stats)| (ratio(stats), *osd));
    all.reduce(|most, other| if other.0 > most.0 { other } else { most }).expect("OSDs")
}

#[test]
fn what_fits_fills_the_first_osd_to_its_limit() {
    let cluster = cluster();
    let room = with(&cluster, Room::of_all).expect("data");
    for (found, ratio) in [(room.nearfull, 0.85), (room.backfillfull, 0.9), (room.full, 0.95)] {
        let LevelRoom { stored_bytes, osd } = found.expect("OSDs of known size");
        let (fullest, fullest_osd) = fullest_with(stored_bytes as f64 / (1u64 << 40) as f64);
        assert!((fullest - ratio).abs() < 1e-6, "{fullest} of {ratio}");
        assert_eq!(osd, fullest_osd);
    }
}

#[test]
fn a_pool_alone_has_its_own_room() {
    let cluster = cluster();
    let (alone, empty) = with(&cluster, |subject, layout| {
        (Room::of_pool(subject, &layout.pools[0]), Room::of_pool(subject, &layout.pools[2]))
    });
    assert!(alone.full.expect("sizes").stored_bytes > alone.nearfull.expect("sizes").stored_bytes);
    assert!(empty.full.expect("an empty pool may be written, too").stored_bytes > 0);
}

#[test]
fn where_nothing_is_known_nothing_is_said() {
    let mut cluster = cluster();
    cluster.pools.clear();
    assert_eq!(with(&cluster, Room::of_all), None);
    cluster.osds.clear();
    let room = with(&cluster, |subject, layout| Room::of_pool(subject, &layout.pools[0]));
    assert_eq!(room, Room::default());
}

#[test]
fn an_osd_at_its_limit_leaves_no_room() {
    let mut cluster = cluster();
    let stats = cluster.osds.get_mut(&3).expect("an OSD");
    stats.used_bytes = stats.total_bytes * 9 / 10;
    let room = with(&cluster, Room::of_all).expect("data");
    assert_eq!(room.nearfull, Some(LevelRoom { stored_bytes: 0, osd: 3 }));
    assert_ne!(room.full.map(|room| room.stored_bytes), Some(0));
}

proptest! {
    #[test]
    fn shares_of_osds_add_up_to_the_copies(pg_num in 1u32..300, size in 1u8..5) {
        let mut cluster = cluster();
        let pool = cluster.map.pools.get_mut(&1).expect("a pool");
        (pool.pg_num, pool.pgp_num, pool.size) = (pg_num, pg_num, size);
        let (sum, pgs, short) = with(&cluster, |_, layout| {
            let pool = &layout.pools[0];
            (pool.per_stored_byte.iter().sum::<f64>(), pool.pgs.iter().sum::<u32>(), pool.pgs_short)
        });
        prop_assert!((sum - f64::from(size)).abs() < 1e-9);
        prop_assert_eq!(pgs, pg_num * u32::from(size));
        prop_assert_eq!(short, 0);
    }
}
