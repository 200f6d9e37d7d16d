//! Maps for the tests of osdmaptool: random ones with all that a map can hold.

use std::collections::BTreeMap;

use crushlab_crushmap::CrushMap;
use crushlab_osdmap::model::{
    Address, AddressForm, Addresses, MergeMeta, Osd, OsdInfo, OsdXinfo, PoolOption, PoolSnap,
    Stretch, Time, Uuid,
};
use crushlab_osdmap::model::{Frame, option_key, stable_mod};
use crushlab_osdmap::{OsdMap, PgId, Pool};

/// CRUSH maps, each of one kind: device classes, all algorithms, legacy tunables.
const CRUSH: [&str; 4] = [
    include_str!("../../../../test/golden/crushtool/maps/classes.txt"),
    include_str!("../../../../test/golden/crushtool/maps/algorithms.txt"),
    include_str!("../../../../test/golden/crushtool/maps/overlap.txt"),
    include_str!("../../../../test/golden/osdmaptool/racks.txt"),
];

/// xorshift64*.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        ((self.next() >> 33) % u64::from(limit)) as u32
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// Zero most of the time, else a small or a large number.
    fn rare(&mut self) -> u32 {
        match self.below(8) {
            0 => self.below(10),
            1 => self.next() as u32,
            _ => 0,
        }
    }

    fn time(&mut self) -> Time {
        let seconds = if self.once_in(4) { self.below(1000) } else { self.next() as u32 };
        Time { seconds, nanoseconds: self.below(1_000_000_000) }
    }

    fn some<T>(&mut self, most: u32, mut entry: impl FnMut(&mut Dice) -> T) -> Vec<T> {
        let count = if self.once_in(2) { 0 } else { self.below(most + 1) };
        (0..count).map(|_| entry(self)).collect()
    }

    fn uuid(&mut self) -> Uuid {
        if self.once_in(5) { Uuid::default() } else { std::array::from_fn(|_| self.next() as u8) }
    }

    fn bits(&mut self, count: u32) -> u32 {
        if self.once_in(3) { self.next() as u32 & ((1 << count) - 1) } else { 0 }
    }
}

/// A map that this number stands for.
pub(crate) fn random_map(seed: u64) -> OsdMap {
    let dice = &mut Dice::new(seed);
    let text = CRUSH[dice.below(4) as usize];
    let crush = CrushMap::from_text(text).expect("the maps are sound");
    let max_osd = (crush.core.max_devices as u32 + dice.below(3)) as usize;
    let mut map = OsdMap { crush, ..OsdMap::default() };
    map.set_max_osd(max_osd);
    head(&mut map, dice);
    osds(&mut map, dice);
    for _ in 0..dice.below(5) {
        let id = i64::from(dice.below(9));
        let pool = pool(dice);
        map.pools.insert(id, pool);
    }
    map.pool_max = 9;
    exceptions(&mut map, dice);
    map.erasure_code_profiles =
        dice.some(3, |dice| (word(dice), words(dice))).into_iter().collect();
    let snaps = |dice: &mut Dice| -> BTreeMap<i64, Vec<(u64, u64)>> {
        dice.some(2, |dice| (i64::from(dice.below(9)), intervals(dice))).into_iter().collect()
    };
    map.removed_snaps_queue = snaps(dice);
    map.new_removed_snaps = snaps(dice);
    map.new_purged_snaps = snaps(dice);
    let nodes = [-1, -2, -3, -99, 0, 2];
    map.crush_node_flags =
        dice.some(3, |dice| (nodes[dice.below(6) as usize], dice.bits(13))).into_iter().collect();
    map.device_class_flags =
        dice.some(2, |dice| (dice.below(4) as i32, dice.bits(13))).into_iter().collect();
    map.blocklist = dice.some(40, |dice| (blocked(dice), dice.time()));
    map
}

fn head(map: &mut OsdMap, dice: &mut Dice) {
    map.fsid = dice.uuid();
    map.epoch = dice.below(1 << 20) + 1;
    map.created = dice.time();
    map.modified = dice.time();
    map.last_up_change = dice.time();
    map.last_in_change = dice.time();
    map.flags = dice.bits(25);
    map.crush_version = dice.below(100);
    if dice.once_in(4) {
        let mut ratio = || dice.below(12) as f32 / 10.0;
        (map.nearfull_ratio, map.backfillfull_ratio, map.full_ratio) = (ratio(), ratio(), ratio());
    }
    map.require_min_compat_client = dice.below(17) as u8;
    map.require_osd_release = 12 + dice.below(5) as u8;
    if dice.once_in(4) {
        map.cluster_snapshot = word(dice);
        map.cluster_snapshot_epoch = map.epoch - dice.below(2);
    }
    if dice.once_in(6) {
        map.stretch = Stretch {
            enabled: true,
            bucket_count: 2,
            degraded_mode: dice.below(3),
            recovering_mode: dice.below(2),
            bucket_type: dice.below(4) as i32,
        };
        map.encoding.osd = Frame::new(10, 1);
    }
}

fn osds(map: &mut OsdMap, dice: &mut Dice) {
    let all_up = dice.once_in(3);
    if dice.once_in(2) {
        map.osd_primary_affinities = Some(vec![0x10000; map.max_osd()]);
    }
    for osd in 0..map.max_osd() {
        let flags = dice.bits(13) & !3;
        map.osd_states[osd] = match dice.below(8) {
            0 if !all_up => 0,
            1..3 if !all_up => 1 | flags,
            _ => 3 | flags,
        };
        map.osd_weights[osd] = match dice.below(8) {
            0 => 0,
            1 => dice.below(0x10000),
            _ => 0x10000,
        };
        if let Some(affinities) = &mut map.osd_primary_affinities {
            affinities[osd] = if dice.once_in(2) { 0x10000 } else { dice.below(0x10001) };
        }
        let features = [0, 4_540_138_314_316_775_423, u64::MAX >> 1];
        map.osds[osd] = Osd {
            client_addresses: addresses(dice),
            cluster_addresses: addresses(dice),
            heartbeat_back_addresses: addresses(dice),
            heartbeat_front_addresses: addresses(dice),
            info: OsdInfo {
                last_clean_begin: dice.rare(),
                last_clean_end: dice.rare(),
                up_from: dice.rare(),
                up_thru: dice.rare(),
                down_at: dice.rare(),
                lost_at: dice.rare(),
            },
            uuid: dice.uuid(),
            xinfo: OsdXinfo {
                down_stamp: dice.time(),
                laggy_probability: dice.rare(),
                laggy_interval_seconds: dice.below(1000),
                features: features[dice.below(3) as usize],
                old_weight: dice.below(0x10000),
                last_purged_snaps_scrub: dice.time(),
                dead_epoch: dice.rare(),
                ..OsdXinfo::default()
            },
        };
    }
}

fn addresses(dice: &mut Dice) -> Addresses {
    let list = (0..dice.below(3)).map(|_| address(dice)).collect();
    Addresses { form: AddressForm::List, list }
}

fn address(dice: &mut Dice) -> Address {
    let (kind, nonce) = (dice.below(4), dice.rare());
    let mut socket = vec![0; 16];
    match dice.below(4) {
        0 => {
            socket.resize(28, 0);
            socket[0] = 10;
            let from = if dice.once_in(2) { 8 } else { 22 };
            socket[2..4].fill_with(|| dice.next() as u8);
            socket[from..24].fill_with(|| dice.next() as u8);
        }
        1 if kind == 0 => socket.clear(),
        _ => {
            socket[0] = 2;
            socket[2..8].fill_with(|| dice.next() as u8);
        }
    }
    Address { kind, nonce, socket, tail: Vec::new() }
}

fn blocked(dice: &mut Dice) -> Addresses {
    let mut address = address(dice);
    address.kind = 1 + dice.below(3);
    Addresses { form: AddressForm::Single, list: vec![address] }
}

fn pool(dice: &mut Dice) -> Pool {
    let erasure = dice.once_in(3);
    let pg_num = if dice.once_in(2) { 1 << dice.below(7) } else { 1 + dice.below(100) };
    let other = |dice: &mut Dice| if dice.once_in(4) { 1 + dice.below(pg_num) } else { pg_num };
    let mut pool = Pool {
        name: word(dice),
        pool_type: if erasure { Pool::ERASURE } else { Pool::REPLICATED },
        size: 1 + dice.below(5) as u8,
        min_size: 1 + dice.below(3) as u8,
        crush_rule: dice.below(4) as u8,
        object_hash: 1 + dice.below(2) as u8,
        pg_num,
        pgp_num: other(dice),
        pg_num_target: other(dice),
        pgp_num_target: other(dice),
        pg_num_pending: pg_num - u32::from(pg_num > 1 && dice.once_in(4)),
        pg_autoscale_mode: dice.below(3) as u8,
        flags: u64::from(dice.bits(18)) | u64::from(!dice.once_in(4)),
        erasure_code_profile: if erasure { word(dice) } else { String::new() },
        stripe_width: dice.rare(),
        quota_max_bytes: dice.rare().into(),
        quota_max_objects: dice.rare().into(),
        options: options(dice),
        last_change: dice.below(100),
        create_time: dice.time(),
        last_force_op_resend: dice.rare(),
        last_force_op_resend_prenautilus: dice.rare(),
        last_force_op_resend_preluminous: dice.rare(),
        snap_seq: dice.below(10).into(),
        snap_epoch: dice.rare(),
        auid: dice.rare().into(),
        removed_snaps: intervals(dice),
        fast_read: dice.once_in(4),
        expected_num_objects: dice.rare().into(),
        ..Pool::default()
    };
    pool.application_metadata =
        dice.some(2, |dice| (word(dice), words(dice))).into_iter().collect();
    let snap = |dice: &mut Dice| {
        let id = dice.below(10).into();
        (id, PoolSnap { id, stamp: dice.time(), name: word(dice), frame: Frame::new(2, 2) })
    };
    pool.snaps = dice.some(2, snap).into_iter().collect();
    if dice.once_in(4) {
        pool.last_pg_merge_meta = MergeMeta {
            source: PgId::new(dice.below(4).into(), dice.below(64)),
            ready_epoch: dice.below(100),
            last_epoch_started: dice.below(100),
            last_epoch_clean: dice.below(100),
            source_version: (dice.below(100).into(), dice.below(100)),
            target_version: (dice.below(100).into(), dice.below(100)),
            ..MergeMeta::default()
        };
    }
    if dice.once_in(3) {
        cache(&mut pool, dice);
    }
    pool
}

fn cache(pool: &mut Pool, dice: &mut Dice) {
    let other = |dice: &mut Dice| i64::from(dice.below(5)) - 1;
    pool.tiers = dice.some(2, |dice| u64::from(dice.below(9))).into_iter().collect();
    (pool.tier_of, pool.read_tier, pool.write_tier) = (other(dice), other(dice), other(dice));
    pool.cache_mode = dice.below(7) as u8;
    pool.target_max_bytes = dice.rare().into();
    pool.target_max_objects = dice.rare().into();
    pool.cache_target_dirty_ratio_micro = dice.below(1_000_000);
    pool.cache_min_flush_age_seconds = dice.rare();
    pool.hit_set_period_seconds = dice.below(1000);
    pool.hit_set_count = dice.below(8);
    pool.hit_set_grade_decay_rate = dice.below(101);
    pool.hit_set_search_last_n = dice.below(8);
    pool.use_gmt_hitset = dice.once_in(2);
    pool.min_read_recency_for_promote = dice.below(3);
    pool.min_write_recency_for_promote = dice.below(3);
    pool.hit_set_params = match dice.below(4) {
        0 => vec![1, 1, 1, 0, 0, 0, 0],
        3 => {
            let mut bytes = vec![1, 1, 27, 0, 0, 0, 3, 1, 1, 20, 0, 0, 0];
            bytes.extend(dice.below(1_000_000).to_le_bytes());
            bytes.extend(u64::from(dice.below(1000)).to_le_bytes());
            bytes.extend(u64::from(dice.below(1000)).to_le_bytes());
            bytes
        }
        kind => vec![1, 1, 7, 0, 0, 0, kind as u8, 1, 1, 0, 0, 0, 0],
    };
}

fn options(dice: &mut Dice) -> BTreeMap<i32, PoolOption> {
    let option = |dice: &mut Dice| match dice.below(5) {
        0 => (option_key::PG_NUM_MIN, PoolOption::Whole(dice.below(100).into())),
        1 => (option_key::TARGET_SIZE_RATIO, PoolOption::Decimal(dice.below(1000) as f64 / 7.0)),
        2 => (6, PoolOption::Text("aggressive".to_owned())),
        3 => (option_key::SCRUB_MIN_INTERVAL, PoolOption::Decimal(dice.below(1 << 30).into())),
        _ => (option_key::RECOVERY_PRIORITY, PoolOption::Whole(i64::from(dice.below(20)) - 10)),
    };
    dice.some(3, option).into_iter().collect()
}

fn exceptions(map: &mut OsdMap, dice: &mut Dice) {
    let max_osd = map.max_osd() as u32;
    let pools: Vec<(i64, u32)> = map.pools.iter().map(|(id, pool)| (*id, pool.pg_num)).collect();
    for (pool, pg_num) in pools {
        let pg = |dice: &mut Dice| PgId::new(pool, stable_mod(dice.below(1 << 20), pg_num));
        let osd = |dice: &mut Dice| dice.below(max_osd) as i32;
        let osds = |dice: &mut Dice| (0..1 + dice.below(4)).map(|_| osd(dice)).collect::<Vec<_>>();
        map.pg_temp.extend(dice.some(6, |dice| (pg(dice), osds(dice))));
        map.primary_temp.extend(dice.some(6, |dice| (pg(dice), osd(dice))));
        map.pg_upmap.extend(dice.some(6, |dice| (pg(dice), osds(dice))));
        let pairs = |dice: &mut Dice| {
            (0..1 + dice.below(3)).map(|_| (osd(dice), osd(dice))).collect::<Vec<_>>()
        };
        map.pg_upmap_items.extend(dice.some(12, |dice| (pg(dice), pairs(dice))));
    }
}

fn intervals(dice: &mut Dice) -> Vec<(u64, u64)> {
    let mut start = 0;
    dice.some(3, |dice| {
        start += 1 + u64::from(dice.below(300));
        let length = 1 + u64::from(dice.below(20));
        start += length;
        (start - length, length)
    })
}

fn word(dice: &mut Dice) -> String {
    let words = ["rbd", "k2m1", "a b", "<\"x\">", "cephfs.data", "\u{e9}t\u{e9}", "tab\there"];
    words[dice.below(7) as usize].to_owned()
}

fn words(dice: &mut Dice) -> BTreeMap<String, String> {
    dice.some(3, |dice| (word(dice), word(dice))).into_iter().collect()
}
