//! PGs placed on the map, for a number of PGs that a pool might have.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use crushlab_crush::{BuildError, Map, NONE};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{Cluster, OsdMap, PoolMapper, map_pool};
use serde::Serialize;

use crushlab_compare::share::asked_per_pg;

/// Numbers of PGs of some OSDs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PgsPerOsd {
    /// Fewest.
    pub min: u64,
    /// Mean.
    pub mean: f64,
    /// Most.
    pub max: u64,
    /// Standard deviation, of all OSDs.
    pub standard_deviation: f64,
}

impl PgsPerOsd {
    /// Of these numbers; all 0 where there are none.
    pub fn of(numbers: impl Iterator<Item = u64> + Clone) -> PgsPerOsd {
        let count = numbers.clone().count().max(1) as f64;
        let mean = numbers.clone().sum::<u64>() as f64 / count;
        let squares = numbers.clone().map(|number| (number as f64 - mean).powi(2)).sum::<f64>();
        PgsPerOsd {
            min: numbers.clone().min().unwrap_or(0),
            mean,
            max: numbers.max().unwrap_or(0),
            standard_deviation: (squares / count).sqrt(),
        }
    }
}

/// The OSD that has most of a pool, for its weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FullestOsd {
    /// The OSD.
    pub osd: i32,
    /// PGs of the pool that it has.
    pub pgs: u64,
    /// PGs that its weight asks it to have.
    pub pgs_asked: f64,
    /// `pgs` by `pgs_asked`.
    pub ratio: f64,
}

/// What one pool puts on each OSD, at some number of PGs.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// PGs by OSD.
    pub pgs: Vec<u32>,
    /// PGs with fewer OSDs than the pool's size.
    pub pgs_short: u64,
}

/// A pool and the map below it, as if all OSDs that are in were up, nothing were upmapped and no PG
/// were on its way.
#[derive(Clone, Debug)]
pub struct Ground {
    id: i64,
    map: OsdMap,
    crush: Map,
    /// Shards per PG that the weights ask of each OSD.
    pub asked: BTreeMap<i32, f64>,
}

impl Ground {
    /// The ground of a pool of a cluster. `None` where there is no such pool.
    ///
    /// # Errors
    /// What is wrong with the CRUSH map.
    pub fn new(cluster: &Cluster, id: i64) -> Result<Option<Ground>, BuildError> {
        let Some(pool) = cluster.map.pools.get(&id) else { return Ok(None) };
        let full = &cluster.map;
        let mut map = OsdMap { require_osd_release: full.require_osd_release, ..OsdMap::default() };
        map.crush = full.crush.clone();
        map.osds.clone_from(&full.osds);
        map.osd_weights.clone_from(&full.osd_weights);
        map.osd_states =
            full.osd_states.iter().map(|bits| bits | (bits & state::EXISTS) << 1).collect();
        map.pools.insert(id, pool.clone());
        let crush = map.crush.map()?;
        let mut ground = Ground { id, map, crush, asked: BTreeMap::new() };
        ground.asked = ground.asked_per_pg();
        Ok(Some(ground))
    }

    fn asked_per_pg(&self) -> BTreeMap<i32, f64> {
        let Ok(mapper) = PoolMapper::new(&self.map, &self.crush, self.id) else {
            return BTreeMap::new();
        };
        let rule = mapper.rule_id().and_then(|rule| self.crush.rule(rule));
        let size = usize::from(mapper.pool().size);
        let mut asked = rule
            .map(|rule| asked_per_pg(&self.crush, rule, size, &self.map.osd_weights))
            .unwrap_or_default();
        asked.retain(|osd, _| self.map.exists(*osd));
        asked
    }

    /// Number of OSDs that the weights ask to hold the pool.
    pub fn osds(&self) -> u64 {
        self.asked.len() as u64
    }

    /// Places so many PGs, with some OSDs out.
    pub fn place(&mut self, pg_num: u32, out: &BTreeSet<i32>, threads: NonZeroUsize) -> Placed {
        if let Some(pool) = self.map.pools.get_mut(&self.id) {
            (pool.pg_num, pool.pgp_num) = (pg_num, pg_num);
        }
        let weights = self.map.osd_weights.clone();
        for osd in out {
            let slot = usize::try_from(*osd).ok().and_then(|osd| self.map.osd_weights.get_mut(osd));
            slot.into_iter().for_each(|weight| *weight = 0);
        }
        let placed = self.placed(threads);
        self.map.osd_weights = weights;
        placed
    }

    fn placed(&self, threads: NonZeroUsize) -> Placed {
        let mut placed = Placed { pgs: vec![0; self.map.max_osd()], pgs_short: 0 };
        let Ok(mapper) = PoolMapper::new(&self.map, &self.crush, self.id) else { return placed };
        let size = usize::from(mapper.pool().size);
        for osds in map_pool(&mapper, threads).up.iter() {
            let held = osds.iter().filter(|osd| **osd != NONE);
            placed.pgs_short += u64::from(held.clone().count() < size);
            for osd in held {
                let slot = usize::try_from(*osd).ok().and_then(|osd| placed.pgs.get_mut(osd));
                slot.into_iter().for_each(|count| *count += 1);
            }
        }
        placed
    }

    /// PGs of each OSD that is asked to hold the pool.
    pub fn pgs_per_osd(&self, placed: &Placed) -> PgsPerOsd {
        PgsPerOsd::of(self.asked.keys().map(|osd| count(&placed.pgs, *osd)))
    }

    /// The OSD that is fullest for its weight, of the lowest id where several are.
    pub fn fullest(&self, placed: &Placed, pg_num: u32) -> Option<FullestOsd> {
        let all = self.asked.iter().map(|(osd, asked)| {
            let (pgs, pgs_asked) = (count(&placed.pgs, *osd), asked * f64::from(pg_num));
            FullestOsd { osd: *osd, pgs, pgs_asked, ratio: pgs as f64 / pgs_asked }
        });
        all.reduce(|first, other| if other.ratio > first.ratio { other } else { first })
    }

    /// What the fullest OSD would be at, by its ratio, if upmaps brought every OSD to at most
    /// `max_deviation` PGs more than its weight asks for.
    pub fn fullest_ratio_balanced(&self, placed: &Placed, pg_num: u32, max_deviation: f64) -> f64 {
        let ratios = self.asked.iter().map(|(osd, asked)| {
            let pgs_asked = asked * f64::from(pg_num);
            (count(&placed.pgs, *osd) as f64).min(pgs_asked + max_deviation) / pgs_asked
        });
        ratios.fold(1.0, f64::max)
    }
}

/// PGs of an OSD.
fn count(pgs: &[u32], osd: i32) -> u64 {
    let found = usize::try_from(osd).ok().and_then(|osd| pgs.get(osd));
    u64::from(found.copied().unwrap_or(0))
}

/// The part of the space that cannot be used, because the fullest OSD ends it: an OSD at twice what
/// its weight asks for is full when half of the space is used.
pub fn space_lost(fullest_ratio: f64) -> f64 {
    1.0 - 1.0 / fullest_ratio.max(1.0)
}
