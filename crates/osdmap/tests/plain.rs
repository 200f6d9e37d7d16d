//! What commands print for people, against the same as JSON or bytes.

use std::num::NonZeroUsize;

use crushlab_osdmap::model::{PoolOption, option_key, pool_flag};
use crushlab_osdmap::{Form, Missing, OsdMap, PgId, PoolMapper, Source, map_pool};

#[path = "support/files.rs"]
mod files;

use files::{codes, golden, golden_text, load};

/// Up and acting of all PGs, as `3.1f [1,2] p1 [1,2] p1`.
fn placed(map: &OsdMap) -> Vec<String> {
    let crush = map.crush.map().unwrap();
    let mut lines = Vec::new();
    for id in map.pools.keys() {
        let mapper = PoolMapper::new(map, &crush, *id).unwrap();
        for (seed, pg) in (0..).zip(map_pool(&mapper, NonZeroUsize::MIN).iter()) {
            let (up, acting) = (pg.up_primary, pg.acting_primary);
            let pgid = PgId::new(*id, seed);
            lines.push(format!("{pgid} {:?} p{up} {:?} p{acting}", pg.up, pg.acting));
        }
    }
    lines
}

#[test]
fn the_plain_osd_dump_places_every_pg_as_the_binary_does() {
    let binary = load(&[("m", &golden("cluster.osdmap"))]).unwrap().cluster.map;
    let loaded = load(&[("d", &golden("osd-dump.txt")), ("c", &golden("crush.bin"))]).unwrap();
    assert_eq!(loaded.forms, [Form::OsdDump, Form::CrushMap]);
    assert_eq!(codes(&loaded), ["erasure_code_profiles_unknown"]);
    let map = &loaded.cluster.map;
    assert_eq!(placed(map), placed(&binary));
    assert_eq!((map.epoch, map.fsid, map.flags), (binary.epoch, binary.fsid, binary.flags));
    assert_eq!(map.osd_states, binary.osd_states);
    assert_eq!(map.osd_weights, binary.osd_weights);
    assert_eq!(map.osd_primary_affinities, binary.osd_primary_affinities);
    assert_eq!(map.require_osd_release, binary.require_osd_release);
    assert_eq!(map.require_min_compat_client, binary.require_min_compat_client);
    assert_eq!(map.full_ratio, binary.full_ratio);
    for (id, pool) in &binary.pools {
        let read = &map.pools[id];
        assert_eq!(read.options, pool.options, "{id}");
        assert_eq!(read.flags, pool.flags, "{id}");
        assert_eq!(read.tiers, pool.tiers, "{id}");
        let tiers = |pool: &crushlab_osdmap::Pool| (pool.tier_of, pool.read_tier, pool.write_tier);
        assert_eq!(tiers(read), tiers(pool), "{id}");
        assert_eq!(read.snaps.len(), pool.snaps.len(), "{id}");
        assert_eq!((read.pgp_num, read.pgp_num_target), (pool.pgp_num, pool.pgp_num_target));
        assert_eq!(read.quota_max_bytes, pool.quota_max_bytes);
        assert_eq!(read.cache_mode, pool.cache_mode);
    }
}

const OLD_DUMP: &str = "epoch 12
fsid 00000000-0000-4000-8000-0000000000ff
created 2013-11-20 10:10:34.851986
modified 2013-11-20 10:10:34.851986
flags noout,bogus

pool 0 'data' rep size 2 min_size 1 crush_ruleset 0 object_hash rjenkins pg_num 8 pgp_num 4 \
 last_change 1 owner 0 crash_replay_interval 45
pool 7 ' size 9 ' erasure profile size size 3 min_size 2 crush_ruleset 2 object_hash linux \
 pg_num 4 pgp_num 4 pg_num_target 8 lfor 5/6/7 flags hashpspool,bulk,later stripe_width 4096 \
 pg_num_min 2 target_size_ratio 1
\tremoved_snaps [1~3]

max_osd 3
osd.0 up   in  weight 1 up_from 2 up_thru 9 down_at 0 last_clean_interval [0,0) 10.0.0.1:6800/1 \
 10.0.0.1:6801/1 exists,up 00000000-0000-4000-8000-000000000001
osd.2 down out weight 0 up_from 2 up_thru 9 down_at 10 last_clean_interval [0,0) :/0 :/0 \
 autoout,exists

primary_temp 0.1 2
pg_upmap_primary 7.2 0
blacklist 10.0.0.9:0/1 expires 2013-11-20 10:10:34.851986
";

#[test]
fn names_in_a_dump_can_be_anything_and_old_words_are_known() {
    let dump = OLD_DUMP.replace(" \\\n", "");
    let loaded = load(&[("d", dump.as_bytes()), ("c", &golden("crush.bin"))]).unwrap();
    let map = &loaded.cluster.map;
    let (data, odd) = (&map.pools[&0], &map.pools[&7]);
    assert_eq!((data.name.as_str(), data.size, data.pgp_num, data.flags), ("data", 2, 4, 0));
    assert_eq!((odd.name.as_str(), odd.size, odd.pg_num_target), (" size 9 ", 3, 8));
    assert_eq!((odd.erasure_code_profile.as_str(), odd.object_hash), ("size", 1));
    assert_eq!(odd.flags, pool_flag::HASHPSPOOL | pool_flag::BULK);
    assert_eq!(odd.options[&option_key::PG_NUM_MIN], PoolOption::Whole(2));
    assert_eq!(odd.options[&option_key::TARGET_SIZE_RATIO], PoolOption::Decimal(1.0));
    assert_eq!(map.osd_states, [3, 0, 5]);
    assert_eq!(map.osd_weights, [0x10000, 0, 0]);
    assert_eq!(map.primary_temp[&PgId::new(0, 1)], 2);
    assert_eq!(map.pg_upmap_primaries[&PgId::new(7, 2)], 0);
}

#[test]
fn broken_lines_of_a_dump_are_refused_with_their_place() {
    let dump = OLD_DUMP.replace(" \\\n", "");
    let crush = golden("crush.bin");
    for (from, to, line, problem) in [
        ("epoch 12", "epoch x", 1, "epoch: found \"x\""),
        ("pg_num 8 ", "pg_num -8 ", 7, "pg_num: found \"-8\""),
        ("osd.2 down", "osd.3 down", 13, "found osd.3, expected an OSD below max_osd 3"),
        ("primary_temp 0.1 2", "pg_temp 0.1 [1,x]", 15, "expected OSDs such as [1,2,3]"),
        ("primary_temp 0.1 2", "pg_upmap_items 0.1 [1]", 15, "expected pairs"),
        ("max_osd 3", "max_osd 99999999999", 11, "max_osd: "),
        ("weight 1 ", "weight -1 ", 12, "expected 0 to 65535"),
    ] {
        let broken = dump.replace(from, to);
        let error = load(&[("d", broken.as_bytes()), ("c", &crush)]).unwrap_err();
        assert_eq!(error.place().line, Some(line), "{to}: {error}");
        assert!(error.to_string().contains(problem), "{to}: {error}");
    }
}

#[test]
fn a_tree_and_a_crush_map_are_a_cluster_without_pools() {
    let binary = load(&[("m", &golden("cluster.osdmap"))]).unwrap().cluster.map;
    let crush = golden("crush.bin");
    for name in ["osd-tree.txt", "osd-tree.json"] {
        let loaded = load(&[("t", &golden(name)), ("c", &crush)]).unwrap();
        assert_eq!(loaded.forms[0], Form::OsdTree);
        let map = &loaded.cluster.map;
        assert_eq!(map.osd_weights, binary.osd_weights, "{name}");
        let up = |map: &OsdMap| (0..8).map(|osd| map.is_up(osd)).collect::<Vec<_>>();
        assert_eq!(up(map), up(&binary), "{name}");
        assert_eq!(map.osd_primary_affinities, binary.osd_primary_affinities, "{name}");
        assert_eq!(loaded.cluster.sources.map, Some(Source::Derived));
        assert_eq!(loaded.missing[0], Missing::Pools);
        let alone = load(&[("t", &golden(name))]).unwrap_err().to_string();
        assert!(alone.starts_with("t: ceph osd tree holds no CRUSH map: add "), "{alone}");
        // Beside a map the tree adds nothing, and says the same.
        let both = load(&[("m", &golden("cluster.osdmap")), ("t", &golden(name))]).unwrap();
        assert_eq!(codes(&both), Vec::<&str>::new(), "{name}");
    }
    let old = "# id\tweight\ttype name\tup/down\treweight\n-1\t2\troot default\n\
               0\t1\t\tosd.0\tup\t1\n1\t1\t\tosd.1\tDNE\t\n2\t1\tosd.2\tdown\t0.5\n";
    let map = load(&[("t", old.as_bytes()), ("c", &crush)]).unwrap().cluster.map;
    assert_eq!((map.osd_states, map.osd_weights), (vec![3, 0, 1], vec![0x10000, 0, 0x8000]));
    let crush_tree = r#"{"nodes": [{"id": 0, "name": "osd.0", "type": "osd"}], "stray": []}"#;
    let error = load(&[("t", crush_tree.as_bytes())]).unwrap_err().to_string();
    assert!(error.contains("ceph osd tree -f json"), "{error}");
}

const DF: &str = "\
ID CLASS WEIGHT  REWEIGHT SIZE    RAW USE DATA OMAP META AVAIL   %USE  VAR PGS STATUS TYPE NAME
-1       7.50000        - 3.5 TiB 2.0 MiB  0 B  0 B  0 B 5.0 GiB 20.00 1.00  -        root default
 0   hdd 1.00000  1.00000 1.5 TiB 416 GiB  0 B  0 B  0 B   1 GiB 25.00 1.00 21     up     osd.0
 1       2.50000  0.50000 2 TiB   416 KiB  0 B  0 B  0 B   1 GiB 12.50 1.00 53   down     osd.1
 2   ssd 1.00000        0     0 B     0 B  0 B  0 B  0 B     0 B     0    0  0     up     osd.2
                    TOTAL 6 GiB   2.4 MiB  0 B  0 B  0 B 6.0 GiB 20.00
MIN/MAX VAR: 1.00/1.00  STDDEV: 0
";

#[test]
fn the_plain_osd_df_has_states_and_rounded_sizes() {
    let loaded = load(&[("df", DF.as_bytes()), ("c", &golden("crush.bin"))]).unwrap();
    assert_eq!(loaded.forms[0], Form::OsdDf);
    assert_eq!(codes(&loaded), ["sizes_rounded", "osd_sizes_unknown"]);
    let cluster = &loaded.cluster;
    assert_eq!(cluster.map.osd_weights, [0x10000, 0x8000, 0]);
    assert_eq!(cluster.map.osd_states, [3, 1, 3]);
    assert_eq!(cluster.osds[&0].total_bytes, 3 << 39);
    assert_eq!(cluster.osds[&0].used_bytes, 3 << 37);
    assert_eq!(cluster.osds[&1].used_bytes, 1 << 38);
    assert!(!cluster.osds.contains_key(&2));
    let old = "ID CLASS WEIGHT  REWEIGHT SIZE  USE   AVAIL %USE  VAR  PGS\n \
               0   hdd 0.90919  1.00000  931G 45.1G  886G  50.00 1.00  33\n";
    let binary = golden("cluster.osdmap");
    let loaded = load(&[("df", old.as_bytes()), ("m", &binary)]).unwrap();
    assert_eq!(loaded.cluster.osds[&0].total_bytes, 931 << 30);
    assert_eq!(loaded.cluster.osds[&0].used_bytes, 931 << 29);
    let broken = old.replace("931G 45", "931Q 45");
    let error = load(&[("df", broken.as_bytes()), ("m", &binary)]).unwrap_err();
    assert_eq!(error.place().line, Some(2), "{error}");
}

#[test]
fn the_plain_pg_dump_counts_exactly() {
    let binary = golden("cluster.osdmap");
    let header = "PG_STAT  OBJECTS  MISSING_ON_PRIMARY  DEGRADED  MISPLACED  UNFOUND  BYTES  \
                  OMAP_BYTES*  OMAP_KEYS*  LOG  DISK_LOG  STATE  STATE_STAMP  VERSION  REPORTED  \
                  UP  UP_PRIMARY  ACTING  ACTING_PRIMARY  LAST_SCRUB\n";
    let row = "2.1f  3  0  1  2  0  4096  17  1  5  5  active+undersized+degraded  \
               2026-11-20T10:11:58.840240+0000  70'3  73:9  [1,2,3]  1  [2,1]  2  0'0\n";
    let text = format!("last_osdmap_epoch 0\n{header}{row}2  3  0  1\nsum  3\n");
    let loaded = load(&[("p", text.as_bytes()), ("m", &binary)]).unwrap();
    assert_eq!(loaded.forms[0], Form::PgDump);
    assert_eq!(codes(&loaded), ["pgs_incomplete"]);
    let pg = &loaded.cluster.pgs[&PgId::new(2, 0x1f)];
    assert_eq!((pg.objects, pg.bytes, pg.omap_bytes), (3, 4096, 17));
    assert_eq!((pg.objects_degraded, pg.objects_misplaced, pg.object_copies), (1, 2, 9));
    assert_eq!(
        (&*pg.state, &*pg.up, &*pg.acting),
        ("active+undersized+degraded", [1, 2, 3].as_slice(), [2, 1].as_slice())
    );
    assert_eq!((pg.up_primary, pg.acting_primary), (1, 2));
    let old = "pg_stat\tobjects\tmip\tdegr\tmisp\tunf\tbytes\tlog\tdisklog\tstate\tstate_stamp\tv\t\
               reported\tup\tup_primary\tacting\tacting_primary\n2.3\t1\t0\t0\t0\t0\t7\t1\t1\t\
               active+clean\t2015-11-20 10:11:58.840240\t70'3\t71:9\t[5,7]\t5\t[5,7]\t5\n";
    let loaded = load(&[("p", old.as_bytes()), ("m", &binary)]).unwrap();
    assert_eq!(loaded.cluster.pgs[&PgId::new(2, 3)].bytes, 7);
    assert_eq!(&*loaded.cluster.pgs[&PgId::new(2, 3)].up, [5, 7]);
    let error = load(&[("p", old.replace("[5,7]\t5", "").as_bytes()), ("m", &binary)]).unwrap_err();
    assert_eq!(error.place().line, Some(2), "{error}");
    assert!(golden_text("osd-tree.txt").contains("PRI-AFF"));
}

#[test]
fn the_plain_df_has_rounded_data_of_pools() {
    let dump = OLD_DUMP.replace(" \\\n", "").replace("' size 9 '", "'archive'");
    let crush = golden("crush.bin");
    let load = |df: &str| load(&[("d", dump.as_bytes()), ("c", &crush), ("df", df.as_bytes())]);
    let new = "--- RAW STORAGE ---\nCLASS SIZE AVAIL USED RAW USED %RAW USED\n\
               TOTAL 6 GiB 6.0 GiB 2.4 MiB 2.4 MiB 0.04\n\n--- POOLS ---\n\
               POOL ID PGS STORED (DATA) (OMAP) OBJECTS USED (DATA) (OMAP) %USED MAX AVAIL \
               QUOTA OBJECTS\n\
               data 0 8 1.5 GiB 1 GiB 0 B 1.25k 3 GiB 3 GiB 0 B 1.5 1.2 TiB N/A\n\
               archive 7 4 0 B 0 B 0 B 17 0 B 0 B 0 B 0 N/A N/A\n";
    let loaded = load(new).unwrap();
    assert_eq!(loaded.forms[2], Form::Df);
    assert!(codes(&loaded).contains(&"sizes_rounded"));
    let pool = |id: i64| {
        let pool = &loaded.cluster.pools[&id];
        (pool.stored_bytes, pool.objects, pool.used_bytes, pool.max_avail_bytes)
    };
    assert_eq!(pool(0), (3 << 29, 1250, Some(3 << 30), Some(1_319_413_953_331)));
    assert_eq!(pool(7), (0, 17, Some(0), None));
    let old = "GLOBAL:\n    SIZE AVAIL RAW USED %RAW USED\n    931G 886G 45G 4.8\nPOOLS:\n    \
               NAME ID USED %USED MAX AVAIL OBJECTS\n    data 0 2048M 1.00 280G 3\n    \
               archive 7 0 0 280G 0\n";
    let loaded = load(old).unwrap();
    let data = &loaded.cluster.pools[&0];
    assert_eq!((data.stored_bytes, data.used_bytes), (2 << 30, None));
    assert_eq!(data.objects, 3);
    let error = load(&old.replace("2048M", "2048Q")).unwrap_err();
    assert_eq!(error.place().line, Some(6), "{error}");
}
