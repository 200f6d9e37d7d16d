//! Random changes of a cluster's map.

use crushlab_crushmap::edit::{Location, Removal, WeightSets};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{Cluster, OsdMap, PgId, describe};

const CLUSTER: &str = "
racks: [{count: 4, hosts: [{count: 3, osds: [{count: 4, size: 1 TiB}]}]}]
pools:
  - {name: data, size: 3, pg_num: 128, stored: 10 TiB, objects: 2621440}
  - {name: archive, erasure: {k: 4, m: 2}, pg_num: 100, stored: 4 TiB, objects: 100000}
  - {name: empty, size: 2, pg_num: 64}
";

/// A cluster of all kinds of pools.
pub(crate) fn cluster() -> Cluster {
    describe(CLUSTER).expect("well described")
}

/// One change to a map. Some change nothing, some all.
pub(crate) fn change(map: &mut OsdMap, random: &mut fastrand::Rng) {
    let osd = random.usize(0..map.max_osd());
    let pools: Vec<i64> = map.pools.keys().copied().collect();
    let pool = pools[random.usize(0..pools.len())];
    let pg = PgId::new(pool, random.u32(0..64));
    match random.u32(0..24) {
        0..4 => map.osd_weights[osd] = [0, 0x8000, 0x10000][random.usize(0..3)],
        4 | 5 => map.osd_states[osd] ^= state::UP,
        6 => map.osd_states[osd] = 0,
        7 => map.osd_states[osd] |= state::EXISTS | state::UP,
        8 => {
            let osds = map.max_osd();
            let affinities = map.osd_primary_affinities.get_or_insert_with(|| vec![0x10000; osds]);
            affinities[osd] = random.u32(0..=0x10000);
        }
        9 => {
            let size = usize::from(map.pools[&pool].size);
            let osds = (0..size).map(|_| random.i32(0..48)).collect();
            map.pg_temp.insert(pg, osds);
        }
        10 => drop(map.primary_temp.insert(pg, random.i32(0..48))),
        11 => drop(map.pg_upmap_items.insert(pg, vec![(random.i32(0..48), random.i32(0..48))])),
        12 => drop(map.pg_upmap.insert(pg, (0..3).map(|_| random.i32(0..48)).collect())),
        13 => {
            drop((map.pg_temp.pop_first(), map.pg_upmap.pop_last(), map.pg_upmap_items.pop_first()))
        }
        14..17 => {
            // Of an OSD that has been removed there is none to change.
            let weight = [0.0, 0.5, 2.0][random.usize(0..3)];
            let _ = map.crush.reweight_item(&format!("osd.{osd}"), weight, WeightSets::Update);
        }
        17 => drop(map.crush.remove_item(&format!("osd.{osd}"), Removal::Remove)),
        18 => {
            if let Some(pool) = map.pools.get_mut(&pool) {
                match random.u32(0..4) {
                    0 => pool.min_size = random.u8(1..4),
                    1 => pool.size = random.u8(1..5),
                    2 => pool.pgp_num = random.u32(32..80),
                    _ => pool.pg_num = random.u32(64..200),
                }
            }
        }
        19 => {
            let at = format!("host{}", random.u32(1..13));
            let to = format!("rack{}", random.u32(1..5));
            let rack = Location::new([("rack", to)]);
            let _ = map.crush.move_bucket(&at, &rack);
        }
        20..23 => {
            map.pg_upmap_items.pop_first();
            map.pg_upmap_primaries.insert(pg, random.i32(0..48));
        }
        _ if pools.len() > 1 => drop(map.pools.remove(&pool)),
        _ => {}
    }
}
