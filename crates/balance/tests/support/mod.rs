//! Random clusters of racks and hosts, Ceph's side played by the model of a monitor, and a count
//! of what a rule allows that knows nothing of CRUSH.

#![allow(dead_code, reason = "each test uses a part")]

#[path = "../tree/mod.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crushlab_compare::Holders;
use crushlab_crush::NONE;
use crushlab_crushmap::CrushMap;
use crushlab_monitor::Monitor;
use crushlab_monitor::command::Command;
use crushlab_monitor::command::clean::cleaned;
use crushlab_monitor::config::Context;
use crushlab_osdmap::model::{FULL_WEIGHT, pool_flag, state};
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, Pool, PoolMapper};
use fastrand::Rng;
use tree::tree_text;

/// What a rule allows: the most shards of a PG in a rack and in a host, the most racks, and whether
/// OSDs are all hdds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    pub(crate) text: &'static str,
    pub(crate) per_rack: usize,
    pub(crate) per_host: usize,
    pub(crate) racks: usize,
    pub(crate) is_hdd: bool,
    pub(crate) sizes: &'static [u8],
    pub(crate) is_erasure: bool,
}

const ANY: Allowed = Allowed {
    text: "",
    per_rack: 99,
    per_host: 1,
    racks: 99,
    is_hdd: false,
    sizes: &[3],
    is_erasure: false,
};

/// Rules that a pool may change between; the first three are for replicas.
pub(crate) const RULES: [Allowed; 7] = [
    Allowed { text: "step take default\n step chooseleaf firstn 0 type host\n step emit", ..ANY },
    Allowed {
        text: "step take default\n step chooseleaf firstn 0 type rack\n step emit",
        per_rack: 1,
        ..ANY
    },
    Allowed {
        text: "step take default class hdd\n step chooseleaf firstn 0 type host\n step emit",
        is_hdd: true,
        ..ANY
    },
    Allowed {
        text: "step take default\n step chooseleaf indep 0 type host\n step emit",
        sizes: &[4],
        is_erasure: true,
        ..ANY
    },
    Allowed {
        text: "step take default\n step choose indep 2 type rack\n \
               step chooseleaf indep 2 type host\n step emit",
        per_rack: 2,
        racks: 2,
        sizes: &[4],
        is_erasure: true,
        ..ANY
    },
    Allowed {
        text: "step take default\n step chooseleaf indep 0 type rack\n step emit",
        per_rack: 1,
        sizes: &[4],
        is_erasure: true,
        ..ANY
    },
    Allowed {
        text: "step take default class hdd\n step chooseleaf indep 0 type host\n step emit",
        is_hdd: true,
        sizes: &[4],
        is_erasure: true,
        ..ANY
    },
];

/// A cluster, and where its OSDs are.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) map: OsdMap,
    pub(crate) racks: Vec<usize>,
    pub(crate) hosts: Vec<usize>,
    pub(crate) is_ssd: Vec<bool>,
}

impl Case {
    pub(crate) fn random(rng: &mut Rng) -> Case {
        let (mut racks, mut hosts, mut is_ssd) = (Vec::new(), Vec::new(), Vec::new());
        let mut host = 0;
        for rack in 0..rng.usize(4..=5) {
            for _ in 0..rng.usize(2..=3) {
                for index in 0..rng.usize(2..=4) {
                    racks.push(rack);
                    hosts.push(host);
                    is_ssd.push(index == 0);
                }
                host += 1;
            }
        }
        let is_even = rng.bool();
        let weights: Vec<u32> =
            racks.iter().map(|_| if is_even { 4 } else { rng.u32(2..=6) }).collect();
        let text = crush_text(&racks, &hosts, &is_ssd, &weights);
        let crush = CrushMap::read(text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let mut map = OsdMap {
            epoch: 1,
            require_min_compat_client: 12,
            require_osd_release: 18,
            crush,
            ..OsdMap::default()
        };
        map.set_max_osd(racks.len());
        for osd in 0..racks.len() {
            let is_up = rng.u8(0..20) > 0;
            map.osd_states[osd] = state::EXISTS | if is_up { state::UP } else { 0 };
            map.osd_weights[osd] = if rng.u8(0..16) == 0 { FULL_WEIGHT / 2 } else { FULL_WEIGHT };
        }
        for id in 1..=rng.i64(1..=2) {
            let rule = rng.usize(0..RULES.len());
            let pg_num = rng.u32(8..=80);
            let pool = Pool {
                name: format!("pool{id}"),
                pool_type: if RULES[rule].is_erasure { Pool::ERASURE } else { Pool::REPLICATED },
                size: *rng.choice(RULES[rule].sizes).expect("some sizes"),
                min_size: 1,
                crush_rule: rule as u8,
                pg_num,
                pgp_num: pg_num,
                pg_num_target: pg_num,
                pgp_num_target: pg_num,
                pg_num_pending: pg_num,
                flags: pool_flag::HASHPSPOOL,
                ..Pool::default()
            };
            map.pools.insert(id, pool);
        }
        Case { map, racks, hosts, is_ssd }
    }

    /// A change of the cluster, as commands.
    pub(crate) fn change(&mut self, rng: &mut Rng) -> Vec<String> {
        let osd = rng.usize(0..self.racks.len());
        match rng.u8(0..6) {
            0 => vec![format!("ceph osd crush reweight osd.{osd} {}", rng.u32(1..=9))],
            1 => {
                let (host, rack) = (self.hosts[osd], rng.usize(0..4));
                for other in 0..self.hosts.len() {
                    if self.hosts[other] == host {
                        self.racks[other] = rack;
                    }
                }
                vec![format!("ceph osd crush move host{host} rack=rack{rack}")]
            }
            2 => vec![format!("ceph osd out {osd}")],
            _ => {
                let rule = |pool: &Pool| {
                    let same = |other: &usize| {
                        RULES[*other].is_erasure == RULES[usize::from(pool.crush_rule)].is_erasure
                    };
                    let fit: Vec<usize> = (0..RULES.len()).filter(same).collect();
                    fit
                };
                let change = |pool: &Pool| {
                    let rules = rule(pool);
                    let rule = rules[osd % rules.len()];
                    format!("ceph osd pool set {} crush_rule rule{rule}", pool.name)
                };
                self.map.pools.values().map(change).collect()
            }
        }
    }

    /// Whether shards may be on these OSDs together, counted rack by rack and host by host.
    pub(crate) fn allows(&self, map: &OsdMap, pool: i64, osds: &[i32]) -> bool {
        let rule = &RULES[usize::from(map.pools[&pool].crush_rule)];
        let counts = |of: &[usize]| {
            let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
            osds.iter().for_each(|osd| *counts.entry(of[*osd as usize]).or_insert(0) += 1);
            counts
        };
        let most = |of: &[usize]| counts(of).values().copied().max().unwrap_or(0);
        let is_fit = |osd: &i32| {
            map.osd_weights[*osd as usize] > 0 && !(rule.is_hdd && self.is_ssd[*osd as usize])
        };
        let distinct: BTreeSet<&i32> = osds.iter().collect();
        distinct.len() == osds.len()
            && osds.iter().all(is_fit)
            && most(&self.racks) <= rule.per_rack
            && most(&self.hosts) <= rule.per_host
            && counts(&self.racks).len() <= rule.racks
    }

    /// The same for all shards of a PG.
    pub(crate) fn keeps_rule(&self, map: &OsdMap, pool: i64, osds: &[i32]) -> bool {
        let size = usize::from(map.pools[&pool].size);
        osds.len() == size && !osds.contains(&NONE) && self.allows(map, pool, osds)
    }

    /// The most of these shards that may stay, tried out one by one.
    pub(crate) fn most_kept(&self, map: &OsdMap, pool: i64, held: &[i32]) -> usize {
        let chosen = |set: u32| -> Vec<i32> {
            let bits = held.iter().enumerate().filter(|(index, _)| set & (1 << index) != 0);
            bits.map(|(_, osd)| *osd).collect()
        };
        let sets = (0..1u32 << held.len()).map(chosen);
        let may_stay =
            |osds: &Vec<i32>| self.allows(map, pool, osds) && self.is_ample(map, pool, osds);
        sets.filter(may_stay).map(|osds| osds.len()).max().unwrap_or(0)
    }

    /// Whether the racks of these OSDs have as many hosts as the rule chooses in each.
    fn is_ample(&self, map: &OsdMap, pool: i64, osds: &[i32]) -> bool {
        let rule = &RULES[usize::from(map.pools[&pool].crush_rule)];
        let hosts = |rack: usize| {
            let own = (0..self.racks.len()).filter(|osd| self.racks[*osd] == rack);
            let used = own.filter(|osd| map.osd_weights[*osd] > 0);
            used.map(|osd| self.hosts[osd]).collect::<BTreeSet<usize>>().len()
        };
        rule.racks > 2 || osds.iter().all(|osd| hosts(self.racks[*osd as usize]) >= rule.per_rack)
    }
}

fn crush_text(racks: &[usize], hosts: &[usize], is_ssd: &[bool], weights: &[u32]) -> String {
    let mut text = tree_text(racks, hosts, is_ssd, weights);
    for (id, rule) in RULES.iter().enumerate() {
        let kind = if rule.is_erasure { "erasure" } else { "replicated" };
        let tries = if rule.is_erasure { " step set_choose_tries 100\n" } else { "" };
        let _ = write!(
            text,
            "rule rule{id} {{\n id {id}\n type {kind}\n min_size 1\n max_size 100\n\
             {tries} {}\n}}\n",
            rule.text
        );
    }
    text
}

/// A PG's OSDs: what CRUSH chooses, and with upmaps. OSDs that are down have their places.
pub(crate) type Placed = BTreeMap<PgId, (Vec<i32>, Vec<i32>)>;

pub(crate) fn placed(map: &OsdMap) -> Placed {
    let crush = map.crush.map().expect("a sound map");
    let mut all = BTreeMap::new();
    let mut workspace = PgWorkspace::new();
    for (id, pool) in &map.pools {
        let mapper = PoolMapper::new(map, &crush, *id).expect("a pool").ignoring_down();
        for seed in 0..pool.pg_num {
            let mapping = mapper.map_pg(seed, &mut workspace);
            all.insert(PgId::new(*id, seed), (mapping.raw.to_vec(), mapping.up.to_vec()));
        }
    }
    all
}

/// Data where a map's PGs are.
pub(crate) fn holders(placed: &Placed) -> Holders {
    Holders::of(placed.iter().map(|(pg, (_, up))| (*pg, up.clone())))
}

/// The map after the commands, which have to be accepted; upmaps that are set have to be kept.
pub(crate) fn applied(map: &OsdMap, commands: &[String], seed: u64) -> OsdMap {
    let parsed: Vec<Command> = commands
        .iter()
        .map(|line| Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let context = Context::default();
    let mut monitor = Monitor::new(map.clone(), &context);
    monitor.run_all(&parsed).unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
    let after = monitor.into_map();
    let again = cleaned(&after);
    assert_eq!(again.pg_upmap, after.pg_upmap, "seed {seed}");
    assert_eq!(again.pg_upmap_items, after.pg_upmap_items, "seed {seed}");
    after
}
