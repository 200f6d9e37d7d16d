//! Random drains and releases, gone through stage by stage: no OSD is above the limit at any
//! moment, no two shards of a PG move at once, no PG breaks the rule.

mod support;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crushlab_balance::BalanceError;
use crushlab_balance::migrate::{
    Aim, DrainGroup, Limits, PlanReport, PlanStage, Present, Why, drain, release,
};
use crushlab_compare::{ClusterData, Holders, Progress};
use crushlab_crush::NONE;
use crushlab_osdmap::{Cluster, OsdMap, OsdStats, PgId, PgStats};
use fastrand::Rng;
use support::{Case, Placed, RULES, applied, holders, placed};

/// How many cases are tried.
fn tries(few: u64) -> u64 {
    std::env::var("CRUSHLAB_PLANS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// The data of a cluster whose OSDs are about half full.
fn data_of(map: &OsdMap, rng: &mut Rng) -> Cluster {
    let (mut used, mut pgs) = (BTreeMap::new(), BTreeMap::new());
    for (pg, (_, up)) in placed(map) {
        let bytes = rng.u64(60_000..140_000);
        pgs.insert(pg, stats(rng.u64(50..200), bytes));
        let shard = shard_bytes(map, pg, bytes);
        for osd in up.iter().filter(|osd| **osd != NONE) {
            *used.entry(*osd).or_insert(0u64) += shard;
        }
    }
    let mean = used.values().sum::<u64>() / used.len().max(1) as u64;
    let osds = (0..map.max_osd() as i32).map(|osd| {
        let used_bytes = used.get(&osd).copied().unwrap_or(0);
        let total_bytes = mean * 2 + rng.u64(0..mean);
        let available_bytes = total_bytes.saturating_sub(used_bytes);
        (osd, OsdStats { total_bytes, used_bytes, available_bytes, parts: None })
    });
    Cluster { map: map.clone(), pgs, osds: osds.collect(), ..Cluster::default() }
}

fn stats(objects: u64, bytes: u64) -> PgStats {
    PgStats {
        objects,
        bytes,
        omap_bytes: 0,
        object_copies: 0,
        objects_degraded: 0,
        objects_misplaced: 0,
        objects_unfound: 0,
        state: "active+clean".into(),
        up: Box::default(),
        up_primary: -1,
        acting: Box::default(),
        acting_primary: -1,
    }
}

/// Erasure-coded pools of these tests have k = min_size - 1, 1 at least.
fn shard_bytes(map: &OsdMap, pg: PgId, bytes: u64) -> u64 {
    let pool = &map.pools[&pg.pool];
    match RULES[usize::from(pool.crush_rule)].is_erasure {
        true => bytes.div_ceil(u64::from(pool.min_size).saturating_sub(1).max(1)),
        false => bytes,
    }
}

/// Goes through the stages of a plan, and counts what each limit says of them.
struct Walk<'a> {
    case: &'a Case,
    data: &'a Cluster,
    used: BTreeMap<i32, u64>,
    map: OsdMap,
    present: Placed,
    seed: u64,
    /// Shards that moved.
    moved: u64,
    most_backfills: u32,
    worst_misplaced: f64,
    most_in_motion: usize,
}

impl<'a> Walk<'a> {
    fn new(case: &'a Case, data: &'a Cluster, present: Placed, seed: u64) -> Walk<'a> {
        let used = data.osds.iter().map(|(osd, stats)| (*osd, stats.used_bytes)).collect();
        let map = case.map.clone();
        Walk {
            case,
            data,
            used,
            map,
            present,
            seed,
            moved: 0,
            most_backfills: 0,
            worst_misplaced: 0.0,
            most_in_motion: 0,
        }
    }

    /// Runs a stage, and lets its data move. `fill` is what OSDs must not pass.
    fn stage(&mut self, stage: &PlanStage, fill: f64, is_limited: bool) {
        self.map = applied(&self.map, &stage.commands, self.seed);
        let mut come: BTreeMap<i32, (u64, u32)> = BTreeMap::new();
        let mut go = come.clone();
        let (mut misplaced, mut copies, mut moved) = (0, 0, 0);
        let next = placed(&self.map);
        for (pg, (raw, up)) in &next {
            let held = &self.present[pg].1;
            let stats = &self.data.pgs[pg];
            copies += stats.objects * up.len() as u64;
            let is_erasure = RULES[usize::from(self.map.pools[&pg.pool].crush_rule)].is_erasure;
            let pairs = pairs(held, up, is_erasure);
            let bytes = shard_bytes(&self.map, *pg, stats.bytes);
            for (from, to) in &pairs {
                let (out, into) = (go.entry(*from).or_default(), come.entry(*to).or_default());
                *out = (out.0 + bytes, out.1 + 1);
                *into = (into.0 + bytes, into.1 + 1);
                misplaced += stats.objects;
            }
            moved += pairs.len() as u64;
            if is_limited {
                self.most_in_motion = self.most_in_motion.max(pairs.len());
                if self.case.keeps_rule(&self.map, pg.pool, raw) {
                    let keeps = self.case.keeps_rule(&self.map, pg.pool, up);
                    assert!(keeps, "seed {}, {pg}: {up:?}", self.seed);
                }
            }
        }
        if is_limited {
            assert_eq!(moved, stage.shards_moved, "seed {}", self.seed);
            for (osd, (bytes, _)) in &come {
                let total = self.data.osds[osd].total_bytes;
                let peak = self.used[osd] + bytes;
                assert!(peak as f64 <= total as f64 * fill, "seed {}, osd.{osd}", self.seed);
            }
            let all = come.values().chain(go.values()).map(|(_, count)| *count);
            self.most_backfills = self.most_backfills.max(all.max().unwrap_or(0));
            self.worst_misplaced = self.worst_misplaced.max(misplaced as f64 / copies as f64);
        }
        come.iter().for_each(|(osd, (bytes, _))| *self.used.get_mut(osd).expect("one") += bytes);
        go.iter().for_each(|(osd, (bytes, _))| *self.used.get_mut(osd).expect("one") -= bytes);
        self.moved += moved;
        self.present = next;
    }
}

fn pairs(held: &[i32], up: &[i32], is_erasure: bool) -> Vec<(i32, i32)> {
    if is_erasure {
        let pairs = held.iter().copied().zip(up.iter().copied());
        return pairs.filter(|(from, to)| from != to && *from != NONE && *to != NONE).collect();
    }
    let gone = held.iter().copied().filter(|osd| !up.contains(osd));
    gone.zip(up.iter().copied().filter(|osd| !held.contains(osd))).collect()
}

fn limits(rng: &mut Rng) -> Limits {
    Limits {
        max_misplaced_ratio: *rng.choice(&[0.1, 0.3, 0.5]).expect("some"),
        max_backfills: *rng.choice(&[None, Some(1), Some(3)]).expect("some"),
        max_fill_ratio: Some(*rng.choice(&[0.7, 0.8, 0.9]).expect("some")),
        max_shards_per_pg: *rng.choice(&[1, 1, 2, 4]).expect("some"),
        rate_bytes: Some(1e4),
    }
}

fn check_limits(walk: &Walk<'_>, limits: &Limits, seed: u64) {
    assert!(walk.worst_misplaced <= limits.max_misplaced_ratio + 1e-9, "seed {seed}");
    assert!(walk.most_backfills <= limits.max_backfills.unwrap_or(u32::MAX), "seed {seed}");
    assert!(walk.most_in_motion <= limits.max_shards_per_pg as usize, "seed {seed}");
}

#[test]
fn drains_keep_to_their_limits_and_end_with_nothing_on_the_osds() {
    let (mut plans, mut refused, mut moved, mut stages) = (0, 0, 0, 0);
    for seed in 0..tries(120) {
        let mut rng = Rng::with_seed(seed);
        let case = Case::random(&mut rng);
        let data = data_of(&case.map, &mut rng);
        let limits = limits(&mut rng);
        let hosts = case.hosts.iter().max().expect("hosts");
        let groups: Vec<DrainGroup> = (0..rng.usize(1..=2))
            .map(|_| rng.usize(0..=*hosts))
            .map(|host| DrainGroup {
                name: format!("host{host}"),
                osds: (0..case.hosts.len())
                    .filter(|osd| case.hosts[*osd] == host)
                    .map(|osd| osd as i32)
                    .collect(),
            })
            .collect();
        let crush = case.map.crush.map().expect("a sound map");
        let (map, threads) = (&case.map, NonZeroUsize::MIN);
        let nowhere = Holders::default();
        let present = Present { map, crush: &crush, holders: &nowhere, threads };
        let known = ClusterData::new(&data);
        let report = match drain(&present, &groups, &known, &limits, &Progress::new()) {
            Ok(report) => report,
            Err(BalanceError::Limit { problem }) => {
                let known = ["shards cannot leave", "cannot be moved off", "may be misplaced"];
                assert!(known.iter().any(|text| problem.contains(text)), "seed {seed}: {problem}");
                refused += 1;
                continue;
            }
            Err(other) => panic!("seed {seed}: {other}"),
        };
        let mut walk = Walk::new(&case, &data, placed(&case.map), seed);
        let fill = limits.max_fill_ratio.expect("set above");
        for stage in &report.stages {
            match stage.title.as_str() {
                "empty the OSDs" => walk.stage(stage, fill, true),
                // Data is held while the weights change.
                "let the rest move" => walk.stage(stage, fill, false),
                _ => walk.map = applied(&walk.map, &stage.commands, seed),
            }
        }
        check_limits(&walk, &limits, seed);
        assert_eq!(walk.moved, report.shards_moved, "seed {seed}");
        assert_eq!(Some(walk.moved), report.shards_moved_least, "seed {seed}");
        for group in &groups {
            for (pg, (_, up)) in &walk.present {
                let has = up.iter().any(|osd| group.osds.contains(osd));
                assert!(!has, "seed {seed}, {pg}: {up:?} after {}", group.name);
            }
        }
        let last = report.emptied.iter().map(|one| one.stage as usize).max();
        assert!(last.unwrap_or(0) <= report.stages.len(), "seed {seed}");
        plans += 1;
        moved += walk.moved;
        stages += report.stages.len();
    }
    println!("{plans} plans, {refused} refused, {moved} shards in {stages} stages, 0 violations");
    assert!(plans > refused && moved > 500, "{plans} {refused} {moved}");
}

/// The stages of a release that move under limits.
fn is_release(stage: &PlanStage) -> bool {
    stage.title == "let shards go to their new places"
}

/// The plan; none where not even one PG may move.
fn released(
    present: &Present<'_>,
    change: &[String],
    data: &Cluster,
    limits: &Limits,
) -> Option<PlanReport> {
    let known = ClusterData::new(data);
    match release(present, change, Aim::Kept, &known, limits, &Progress::new()) {
        Ok(report) => Some(report),
        Err(BalanceError::Limit { problem }) if problem.contains("may be misplaced") => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn releases_keep_to_their_limits_and_end_where_the_change_leads() {
    let (mut moved, mut stages, mut whole) = (0, 0, 0);
    for seed in 0..tries(120) {
        let mut rng = Rng::with_seed(seed);
        let mut case = Case::random(&mut rng);
        let data = data_of(&case.map, &mut rng);
        let limits = limits(&mut rng);
        let start = case.map.clone();
        let change = case.change(&mut rng);
        let changed = applied(&start, &change, seed);
        let crush = changed.crush.map().expect("a sound map");
        let held = holders(&placed(&start));
        let threads = NonZeroUsize::MIN;
        let present = Present { map: &changed, crush: &crush, holders: &held, threads };
        let Some(report) = released(&present, &change, &data, &limits) else { continue };
        let mut walk = Walk::new(&case, &data, placed(&start), seed);
        walk.map = start;
        let fill = limits.max_fill_ratio.expect("set above");
        for stage in report.stages.iter().filter(|stage| !stage.title.contains("rest move")) {
            // Data is held until the stage that lets the rest move.
            if is_release(stage) {
                walk.stage(stage, fill, true);
            } else if stage.title.contains("stays where it is") {
                walk.map = applied(&walk.map, &stage.commands, seed);
                let unset = vec!["ceph osd unset norebalance".to_owned()];
                walk.stage(&PlanStage { commands: unset, ..stage.clone() }, fill, false);
            } else {
                walk.map = applied(&walk.map, &stage.commands, seed);
            }
        }
        check_limits(&walk, &limits, seed);
        let stuck = report.exceptions.iter();
        let stuck = stuck.filter(|one| matches!(one.kind, Why::NoRoom | Why::MovesTogether));
        if stuck.count() == 0 {
            assert_eq!(walk.map.pg_upmap, changed.pg_upmap, "seed {seed}");
            assert_eq!(walk.map.pg_upmap_items, changed.pg_upmap_items, "seed {seed}");
            whole += 1;
        }
        moved += walk.moved;
        stages += report.stages.len();
    }
    println!("{moved} shards in {stages} stages; {whole} releases to the end, 0 violations");
    assert!(moved > 1000 && whole > 20, "{moved} {whole}");
}
