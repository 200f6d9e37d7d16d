//! Maps of clusters of Reef and Tentacle: `test/golden/osdmap/reef` and `tentacle`, see
//! `make-release.sh` beside them.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crushlab_crush::NONE;
use crushlab_osdmap::model::{PoolOption, Time, option_key, pool_flag};
use crushlab_osdmap::{Cluster, Input, OsdMap, PgId, PgWorkspace, PoolMapper, map_pool};

const FOLDERS: [&str; 2] = ["reef", "tentacle"];

fn path(folder: &str, name: &str) -> PathBuf {
    let goldens = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/golden/osdmap");
    Path::new(goldens).join(folder).join(name)
}

fn golden(folder: &str, name: &str) -> Vec<u8> {
    let path = path(folder, name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn map(folder: &str) -> OsdMap {
    OsdMap::from_binary(&golden(folder, "cluster.osdmap")).expect("Ceph's own map")
}

fn list(osds: &[i32], primary: i32) -> String {
    let osds: Vec<String> = osds.iter().map(i32::to_string).collect();
    format!("([{}], p{primary})", osds.join(","))
}

#[test]
fn every_pg_is_where_the_releases_own_osdmaptool_says() {
    for folder in FOLDERS {
        let map = map(folder);
        let crush = map.crush.map().expect("Ceph's own map");
        let mut lines = String::new();
        for id in map.pools.keys() {
            let mapper = PoolMapper::new(&map, &crush, *id).expect("the pool is there");
            for (seed, pg) in (0..).zip(map_pool(&mapper, NonZeroUsize::MIN).iter()) {
                let raw_primary = pg.raw.iter().copied().find(|osd| *osd != NONE).unwrap_or(-1);
                let raw = list(pg.raw, raw_primary);
                let up = list(pg.up, pg.up_primary);
                let acting = list(pg.acting, pg.acting_primary);
                let pg = PgId::new(*id, seed);
                lines.push_str(&format!("{pg} raw {raw} up {up} acting {acting}\n"));
            }
        }
        let expected = String::from_utf8(golden(folder, "mappings.txt")).expect("text");
        assert_eq!(lines, expected, "{folder}");
    }
}

#[test]
fn a_map_is_written_byte_for_byte_and_holds_nothing_unknown() {
    for folder in FOLDERS {
        let bytes = golden(folder, "cluster.osdmap");
        let map = OsdMap::from_binary(&bytes).expect("Ceph's own map");
        assert_eq!(map.to_binary(), bytes, "{folder}");
        assert_eq!(map.unknown_parts(), [], "{folder}");
    }
}

#[test]
fn what_is_new_in_tentacle_is_read() {
    let map = map("tentacle");
    let pool = |name: &str| map.pool_by_name(name).unwrap_or_else(|| panic!("{name}")).1;
    assert_eq!(map.require_osd_release, 20);
    for (name, shards) in [
        ("isa", vec![1, 2, 3]),
        ("jerasure", vec![1]),
        ("msr", vec![1, 2, 3]),
        ("large", vec![1, 2, 3, 4, 5, 6, 7]),
        ("clay", vec![]),
    ] {
        assert_eq!(pool(name).nonprimary_shards, shards.iter().copied().collect(), "{name}");
        assert_eq!(pool(name).has_flags(pool_flag::EC_OPTIMIZATIONS), !shards.is_empty(), "{name}");
    }
    let stretched = pool("replicated");
    assert!(stretched.is_stretch_pool());
    let peering = (stretched.peering_crush_bucket_count, stretched.peering_crush_bucket_target);
    assert_eq!(peering, (2, 2));
    assert_eq!(stretched.options[&option_key::READ_RATIO], PoolOption::Whole(70));
    assert!(pool("bulky").has_flags(pool_flag::BULK | pool_flag::EIO));
}

#[test]
fn upmaps_of_primaries_are_read() {
    let map = map("reef");
    let upmap: Vec<(&PgId, &i32)> = map.pg_upmap_primaries.iter().collect();
    let [(pg, primary)] = upmap[..] else { panic!("{upmap:?}") };
    let crush = map.crush.map().expect("Ceph's own map");
    let mapper = PoolMapper::new(&map, &crush, pg.pool).expect("the pool is there");
    assert_eq!(mapper.map_pg(pg.seed, &mut PgWorkspace::new()).up_primary, *primary);
}

/// A shard that may not lead is not the acting primary while one that may is up.
#[test]
fn shards_that_may_not_lead_do_not() {
    let map = map("tentacle");
    let crush = map.crush.map().expect("Ceph's own map");
    let (mut looked_at, mut reordered) = (0, 0);
    for pg in map.pg_temp.keys() {
        let pool = &map.pools[&pg.pool];
        if pool.nonprimary_shards.is_empty() {
            continue;
        }
        let mapper = PoolMapper::new(&map, &crush, pg.pool).expect("the pool is there");
        let mut workspace = PgWorkspace::new();
        let mapping = mapper.map_pg(pg.seed, &mut workspace);
        let shard = mapping.acting.iter().position(|osd| *osd == mapping.acting_primary);
        let shard = shard.expect("the primary is one of the PG's OSDs") as u8;
        assert!(!pool.nonprimary_shards.contains(&shard), "{pg}");
        looked_at += 1;
        reordered += usize::from(pool.to_pg_temp(mapping.acting) != mapping.acting);
    }
    assert!(looked_at > 3 && reordered > 3, "{looked_at} {reordered}");
}

/// The bytes of a map in which all times are whole microseconds, which is all that JSON tells.
fn bytes_without_nanoseconds(mut map: OsdMap) -> Vec<u8> {
    let cut = |time: &mut Time| time.nanoseconds -= time.nanoseconds % 1000;
    let map_times =
        [&mut map.created, &mut map.modified, &mut map.last_up_change, &mut map.last_in_change];
    map_times.into_iter().for_each(cut);
    map.blocklist.iter_mut().for_each(|(_, until)| cut(until));
    map.range_blocklist.iter_mut().for_each(|(_, until)| cut(until));
    for osd in &mut map.osds {
        cut(&mut osd.xinfo.down_stamp);
        cut(&mut osd.xinfo.last_purged_snaps_scrub);
    }
    map.pools.values_mut().for_each(|pool| cut(&mut pool.create_time));
    map.to_binary()
}

#[test]
fn json_and_binary_tell_the_same() {
    for folder in FOLDERS {
        let binary = map(folder);
        let expected = bytes_without_nanoseconds(binary.clone());
        for names in [&["osd-dump.json.gz", "osd-crush-dump.json"][..], &["report.json.gz"]] {
            let files: Vec<Vec<u8>> = names.iter().map(|name| golden(folder, name)).collect();
            let inputs: Vec<Input<'_>> =
                names.iter().zip(&files).map(|(name, bytes)| Input { name, bytes }).collect();
            let mut map = Cluster::load(&inputs).expect("Ceph's own files").cluster.map;
            // The JSON of a CRUSH map leaves out the ids of device classes.
            assert_eq!(map.crush.to_json(), binary.crush.to_json(), "{folder} {names:?}");
            map.crush = binary.crush.clone();
            map.encoding.crush = binary.encoding.crush.clone();
            compare_pools(&map, &binary);
            assert!(bytes_without_nanoseconds(map) == expected, "{folder} {names:?}");
        }
    }
}

/// Says which pool differs, before the bytes only say that something does.
fn compare_pools(found: &OsdMap, expected: &OsdMap) {
    for (id, pool) in &expected.pools {
        let mut pool = pool.clone();
        pool.create_time = found.pools[id].create_time;
        assert_eq!(found.pools[id], pool, "pool {id}");
    }
}
