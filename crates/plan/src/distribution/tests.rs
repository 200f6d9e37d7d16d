use std::num::NonZeroUsize;

use crushlab_crushmap::CrushMap;
use crushlab_osdmap::model::state;
use crushlab_osdmap::{Cluster, OsdMap, Pool};

use super::*;

/// Four OSDs below one root, the last of twice the weight.
const CRUSH: &str = "
device 0 osd.0
device 1 osd.1
device 2 osd.2
device 3 osd.3
type 0 osd
type 1 root
root default {
	id -1
	alg straw2
	hash 0
	item osd.0 weight 1.000
	item osd.1 weight 1.000
	item osd.2 weight 1.000
	item osd.3 weight 2.000
}
rule data {
	id 0
	type replicated
	min_size 1
	max_size 10
	step take default
	step choose firstn 0 type osd
	step emit
}
";

fn map() -> OsdMap {
    let crush = CrushMap::from_text(CRUSH).expect("the text above is a map");
    let mut map = OsdMap { crush, ..OsdMap::default() };
    map.set_max_osd(5);
    for osd in 0..4 {
        map.osd_states[osd] = state::EXISTS | state::UP;
        map.osd_weights[osd] = 0x1_0000;
    }
    let pool = Pool { size: 2, pg_num: 64, pgp_num: 64, ..Pool::default() };
    map.pools.insert(3, pool);
    map
}

fn spread_of(map: &OsdMap, pools: &[i64]) -> Vec<PoolSpread> {
    let crush = map.crush.map().expect("the map is sound");
    let two = NonZeroUsize::MIN.saturating_add(1);
    let data = Cluster::default();
    let subject = Subject { map, crush: &crush, data: &data, placed: None };
    distribution(&subject, pools, two, &Progress::new()).expect("nobody cancels")
}

#[test]
fn every_shard_and_every_primary_is_counted_once() {
    let map = map();
    let spreads = spread_of(&map, &[3, 9]);
    let [spread] = spreads.as_slice() else { panic!("one pool exists") };
    assert_eq!(spread.pgs.iter().sum::<u32>(), 128);
    assert_eq!(spread.primaries.iter().sum::<u32>(), 64);
    assert_eq!(spread.pgs[4], 0);
    let asked = [25.6, 25.6, 25.6, 51.2, 0.0];
    let near = |(found, asked): (&f64, &f64)| (found - asked).abs() < 1e-9;
    assert!(spread.pgs_asked.iter().zip(&asked).all(near), "{:?}", spread.pgs_asked);
}

#[test]
fn down_osds_hold_nothing_but_are_still_asked_for_it() {
    let mut map = map();
    map.osd_states[3] = state::EXISTS;
    let spread = &spread_of(&map, &[3])[0];
    assert_eq!(spread.pgs[3], 0);
    assert!(spread.pgs_asked[3] > 50.0);
}

#[test]
fn work_that_is_cancelled_has_no_answer() {
    let map = map();
    let crush = map.crush.map().expect("the map is sound");
    let progress = Progress::new();
    progress.cancel();
    let data = Cluster::default();
    let subject = Subject { map: &map, crush: &crush, data: &data, placed: None };
    assert_eq!(distribution(&subject, &[3], NonZeroUsize::MIN, &progress), None);
}
