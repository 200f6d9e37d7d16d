//! A cluster: its map, and what is known of its data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{OsdMap, PgId, Time};
use crate::stats::{OsdStats, PgCounts, PgStats, PoolStats};
use crate::warning::Warning;

/// Where a fact is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// The cluster recorded it.
    Recorded {
        /// In which epoch of its map, where it says so.
        epoch: Option<u32>,
    },
    /// It follows from what the cluster recorded.
    Derived,
    /// Somebody supposes it: it was described, and need not be so.
    Assumed,
}

/// Where each part of a [`Cluster`] is from; `None` for what is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// The map.
    pub map: Option<Source>,
    /// What is known of PGs.
    pub pgs: Option<Source>,
    /// Sizes of OSDs and what is used of them.
    pub osds: Option<Source>,
    /// What pools hold.
    pub pools: Option<Source>,
}

/// A cluster: its map, and what is known of its data.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// The map.
    pub map: OsdMap,
    /// What the cluster recorded of its PGs; empty if that is not known.
    pub pgs: BTreeMap<PgId, PgStats>,
    /// Sizes of OSDs; empty if they are not known.
    pub osds: BTreeMap<i32, OsdStats>,
    /// What pools hold; empty if that is not known.
    pub pools: BTreeMap<i64, PoolStats>,
    /// How many PGs the cluster counted; `None` if that is not known.
    pub pg_counts: Option<PgCounts>,
    /// Where all this is from.
    pub sources: Sources,
    /// What is to be said of the files that it was loaded from.
    pub warnings: Vec<Warning>,
    /// When the cluster said this, where it is told: the earliest time where there are several.
    pub recorded_at: Option<Time>,
    /// What a program that asked the cluster says of that: with which command, what else it heard.
    pub snapshot: Map<String, Value>,
}

/// Objects and bytes of one PG, each object counted once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PgData {
    /// Objects.
    pub objects: f64,
    /// Bytes of data.
    pub bytes: f64,
    /// Whether the cluster counted them for this very PG. Otherwise they are the PG's share of
    /// what its pool holds, by the share of hashes that fall into it.
    pub is_counted: bool,
}

/// Something that was not given, and what cannot be answered without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Missing {
    /// Pools: where PGs are.
    Pools,
    /// Sizes of OSDs: fill of OSDs, capacity.
    OsdSizes,
    /// Objects and bytes of pools: bytes and objects that move.
    PoolData,
    /// Objects and bytes of each PG: bytes and objects that move, exactly.
    PgData,
    /// What the cluster recorded: a comparison with the cluster's own mapping.
    RecordedMappings,
}

impl Missing {
    /// What was not given, what cannot be said without it, and what gives it.
    pub fn description(self) -> &'static str {
        match self {
            Missing::Pools => {
                "the pools are not known, so no PG can be placed: add the output of \
                 ceph osd dump -f json"
            }
            Missing::OsdSizes => {
                "sizes of OSDs are not known, so neither is their fill: add the output of \
                 ceph osd df tree -f json"
            }
            Missing::PoolData => {
                "the data of pools is not known, so PGs are counted, not bytes: add the output \
                 of ceph df detail -f json or ceph pg dump -f json"
            }
            Missing::PgData => {
                "the data of each PG is not known, so bytes are estimates: add the output of \
                 ceph pg dump -f json"
            }
            Missing::RecordedMappings => {
                "what the cluster recorded of its PGs is not known, so it cannot be compared: \
                 add the output of ceph pg dump -f json"
            }
        }
    }
}

impl Cluster {
    /// A cluster of which only the map is known, as it was recorded.
    pub fn new(map: OsdMap) -> Cluster {
        let recorded = Source::Recorded { epoch: Some(map.epoch) };
        let sources = Sources { map: Some(recorded), ..Sources::default() };
        Cluster { map, sources, ..Cluster::default() }
    }

    /// What was not given.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        if self.sources.map == Some(Source::Derived) && self.map.pools.is_empty() {
            missing.push(Missing::Pools);
        }
        if self.osds.is_empty() {
            missing.push(Missing::OsdSizes);
        }
        if self.pools.is_empty() && self.pgs.is_empty() {
            missing.push(Missing::PoolData);
        }
        if self.pgs.is_empty() {
            missing.push(Missing::PgData);
            missing.push(Missing::RecordedMappings);
        }
        missing
    }

    /// Objects and bytes of a PG: as counted, or else its share of what its pool holds. `None`
    /// where neither is known.
    pub fn pg_data(&self, pg: PgId) -> Option<PgData> {
        if let Some(stats) = self.pgs.get(&pg) {
            let (objects, bytes) = (stats.objects as f64, stats.bytes as f64);
            return Some(PgData { objects, bytes, is_counted: true });
        }
        let held = self.pools.get(&pg.pool)?;
        let share = pg_share(pg.seed, self.map.pools.get(&pg.pool)?.pg_num);
        Some(PgData {
            objects: held.objects as f64 * share,
            bytes: held.stored_bytes as f64 * share,
            is_counted: false,
        })
    }
}

/// The share of all hashes that fall into a PG. Where `pg_num` is no power of two, PGs that have
/// not been split yet get twice as many as the others.
pub fn pg_share(seed: u32, pg_num: u32) -> f64 {
    if seed >= pg_num {
        return 0.0;
    }
    let slots = u64::from(pg_num).next_power_of_two();
    let half = slots / 2;
    let sibling = u64::from(seed) + half;
    let is_unsplit = u64::from(seed) < half && sibling >= u64::from(pg_num);
    (if is_unsplit { 2.0 } else { 1.0 }) / slots as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pool, stable_mod};

    #[test]
    fn shares_are_what_hashes_fall_into() {
        for pg_num in [1u32, 2, 3, 7, 8, 12, 100] {
            let slots = pg_num.next_power_of_two();
            for seed in 0..pg_num {
                let hits = (0..slots).filter(|hash| stable_mod(*hash, pg_num) == seed).count();
                let share = hits as f64 / f64::from(slots);
                assert_eq!(pg_share(seed, pg_num), share, "{seed} of {pg_num}");
            }
        }
        assert_eq!(pg_share(3, 3), 0.0);
    }

    #[test]
    fn data_that_was_counted_goes_before_a_share() {
        let mut cluster = Cluster::default();
        cluster.map.pools.insert(1, Pool { pg_num: 4, ..Pool::default() });
        let pg = PgId::new(1, 2);
        assert_eq!(cluster.pg_data(pg), None);
        assert_eq!(cluster.missing().len(), 4);
        let held = PoolStats { objects: 8, stored_bytes: 400, ..PoolStats::default() };
        cluster.pools.insert(1, held);
        let expected = PgData { objects: 2.0, bytes: 100.0, is_counted: false };
        assert_eq!(cluster.pg_data(pg), Some(expected));
    }
}
