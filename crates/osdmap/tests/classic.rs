//! The form of OSDMaps before Firefly, written here as `OSDMap::encode_classic` wrote it.

#[path = "../../../test/support/judge.rs"]
mod judge;

use crushlab_crushmap::CrushMap;
use crushlab_osdmap::model::{FULL_WEIGHT, pool_flag, state};
use crushlab_osdmap::{DecodeError, OsdMap, PgId, PgWorkspace, PoolMapper};
use crushlab_wire::Writer;
use judge::Judge;

const OSDS: usize = 6;
const CRUSH: &str = "device 0 osd.0\ndevice 1 osd.1\ndevice 2 osd.2\ndevice 3 osd.3\n\
    device 4 osd.4\ndevice 5 osd.5\ntype 0 osd\ntype 1 host\ntype 2 root\n\
    host a { id -2 alg straw item osd.0 weight 1 item osd.1 weight 1 }\n\
    host b { id -3 alg straw item osd.2 weight 1 item osd.3 weight 2 }\n\
    host c { id -4 alg straw item osd.4 weight 1 item osd.5 weight 1 }\n\
    root default { id -1 alg straw item a item b item c }\n\
    rule data { id 0 type replicated min_size 1 max_size 10 step take default \
    step chooseleaf firstn 0 type host step emit }\n";

fn address(writer: &mut Writer) {
    writer.u32(0);
    writer.u32(7);
    writer.bytes(&[0; 128]);
}

/// A list with an entry for each OSD.
fn each(writer: &mut Writer, mut entry: impl FnMut(&mut Writer, usize)) {
    writer.count(OSDS);
    (0..OSDS).for_each(|osd| entry(writer, osd));
}

/// A pool of version 6, which has no min_size.
fn pool(writer: &mut Writer) {
    writer.frame(6, 5, |writer| {
        writer.bytes(&[1, 2, 0, 2]);
        [16, 12, 0, 0, 9].into_iter().for_each(|number| writer.u32(number));
        writer.u64(3);
        writer.u32(4);
        writer.u32(0);
        writer.u32(0);
        writer.u64(u64::MAX);
        writer.u64(pool_flag::HASHPSPOOL);
        writer.u32(60);
    });
}

/// A map whose extended part is of this version: 5 to 10.
fn classic(extended: u16) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u16(6);
    writer.bytes(&[5; 16]);
    writer.u32(12);
    [1, 2, 3, 4].into_iter().for_each(|time| writer.u32(time));
    writer.count(1);
    writer.i64(3);
    pool(&mut writer);
    writer.count(1);
    writer.i64(3);
    writer.text("rbd");
    writer.i32(0);
    writer.u32(0);
    writer.i32(OSDS as i32);
    each(&mut writer, |writer, osd| {
        writer.u8((state::EXISTS | if osd == 2 { 0 } else { state::UP }) as u8);
    });
    each(&mut writer, |writer, osd| writer.u32(if osd == 5 { 0 } else { FULL_WEIGHT }));
    each(&mut writer, |writer, _| address(writer));
    writer.count(1);
    writer.u8(1);
    writer.i64(3);
    writer.u32(4);
    writer.i32(-1);
    writer.count(2);
    writer.i32(1);
    writer.i32(4);
    let crush = CrushMap::from_text(CRUSH).expect("a sound map").to_binary();
    writer.count(crush.len());
    writer.bytes(&crush);

    writer.u16(extended);
    each(&mut writer, |writer, _| address(writer));
    each(&mut writer, |writer, osd| {
        writer.u8(1);
        [0, 0, osd as u32, 0, 0, 0].into_iter().for_each(|epoch| writer.u32(epoch));
    });
    writer.count(0);
    if extended >= 6 {
        each(&mut writer, |writer, _| address(writer));
    }
    if extended >= 7 {
        writer.u32(0);
        writer.text("");
    }
    if extended >= 8 {
        each(&mut writer, |writer, osd| writer.bytes(&[osd as u8; 16]));
    }
    if extended >= 9 {
        each(&mut writer, |writer, _| {
            writer.frame(1, 1, |writer| writer.bytes(&[0; 16]));
        });
    }
    if extended >= 10 {
        each(&mut writer, |writer, _| address(writer));
    }
    writer.into_bytes()
}

/// The lines of `--test-map-pgs-dump-all` that tell of PGs.
fn lines(map: &OsdMap) -> Vec<String> {
    let crush = map.crush.map().expect("a sound map");
    let mapper = PoolMapper::new(map, &crush, 3).expect("the pool is there");
    let mut workspace = PgWorkspace::new();
    let list = |osds: &[i32], primary: i32| {
        let osds: Vec<String> = osds.iter().map(i32::to_string).collect();
        format!("([{}], p{primary})", osds.join(","))
    };
    let line = |seed| {
        let pg = mapper.map_pg(seed, &mut workspace);
        let raw = list(pg.raw, pg.raw.first().copied().unwrap_or(-1));
        let (up, acting) = (list(pg.up, pg.up_primary), list(pg.acting, pg.acting_primary));
        format!("{} raw {raw} up {up} acting {acting}", PgId::new(3, seed))
    };
    (0..16).map(line).collect()
}

#[test]
fn every_field_is_read_and_written_as_firefly_does() {
    for extended in 5..=10 {
        let map = OsdMap::from_binary(&classic(extended)).expect("a sound map");
        assert_eq!((map.epoch, map.max_osd(), map.pool_max), (12, OSDS, 3));
        let pool = &map.pools[&3];
        assert_eq!((pool.name.as_str(), pool.size, pool.min_size), ("rbd", 2, 1));
        assert_eq!((pool.pg_num, pool.pgp_num, pool.auid), (16, 12, u64::MAX));
        assert!(pool.has_flags(pool_flag::HASHPSPOOL | pool_flag::POOL_SNAPS));
        assert_eq!(map.pg_temp[&PgId::new(3, 4)], [1, 4]);
        assert!(!map.is_up(2) && map.exists(2) && !map.is_in(5));
        assert_eq!(map.osds[5].info.up_from, 5);
        assert_eq!(map.osds[4].uuid[0], if extended >= 8 { 4 } else { 0 });
        let bytes = map.to_binary();
        let again = OsdMap::from_binary(&bytes).expect("Firefly's form");
        assert_eq!((again.to_binary(), lines(&again)), (bytes, lines(&map)));
    }
}

#[test]
fn cut_and_older_maps_are_refused_with_a_place() {
    let whole = classic(10);
    for length in 0..whole.len() {
        assert!(OsdMap::from_binary(&whole[..length]).is_err(), "{length}");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    let error = OsdMap::from_binary(&longer).expect_err("one byte too many");
    assert!(error.to_string().ends_with("1 more bytes: expected the end"), "{error}");
    let error = OsdMap::from_binary(&[5, 0, 0]).expect_err("an older form");
    assert_eq!(error, DecodeError::Classic { version: 5 });
}

#[test]
fn ceph_reads_and_maps_it_alike() {
    let judge = Judge::from_environment();
    if !judge.has("osdmaptool") {
        println!("SKIPPED: osdmaptool is not installed (Debian: apt-get install ceph-base)");
        return;
    }
    let folder = judge.workplace().expect("a temporary folder");
    for extended in 5..=10 {
        let bytes = classic(extended);
        let map = OsdMap::from_binary(&bytes).expect("a sound map");
        for bytes in [bytes, map.to_binary()] {
            let path = folder.path().join("osdmap");
            std::fs::write(&path, bytes).expect("the folder is writable");
            let arguments = [&judge.seen(&path), "--test-map-pgs-dump-all"];
            let output = judge.run("osdmaptool", &arguments).expect("the tool runs");
            assert!(output.status.success(), "{extended}");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let theirs: Vec<&str> = text.lines().filter(|line| line.contains(" raw (")).collect();
            assert_eq!(lines(&map), theirs, "{extended}");
        }
    }
}
