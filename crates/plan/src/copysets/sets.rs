//! The OSDs of each PG, equal ones once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crushlab_compare::change::devices;

/// OSDs that hold the same PGs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LossSet {
    /// The OSDs, by rising number.
    pub osds: Vec<i32>,
    /// How many of them have to be lost for data to be: all, or more than an erasure code
    /// tolerates.
    pub fatal: usize,
}

/// The sets that PGs are on.
#[derive(Clone, Debug, Default)]
pub struct LossSets {
    /// Every set once, in an order of its own.
    sets: Vec<LossSet>,
    places: HashMap<LossSet, u32>,
    /// Distinct sets of OSDs of each pool.
    pools: BTreeMap<i64, HashSet<u32>>,
    /// By OSD that is counted among those that can be lost, the sets that it is in.
    of_osds: BTreeMap<i32, Vec<u32>>,
    pgs: u64,
    /// PGs that cannot be read as it is, and by pool the sets of OSDs that have some of their data.
    pgs_unreadable: u64,
    unreadable: BTreeMap<i64, HashSet<Vec<i32>>>,
}

impl LossSets {
    /// None yet; these OSDs can be lost.
    pub fn new(osds: impl IntoIterator<Item = i32>) -> LossSets {
        let of_osds = osds.into_iter().map(|osd| (osd, Vec::new())).collect();
        LossSets { of_osds, ..LossSets::default() }
    }

    /// Adds a PG: the OSDs that are up and have its data (holes are left out), and how many are
    /// enough to read it. One that cannot be read anyhow has a copyset, but no loss loses it.
    pub fn add(&mut self, pool: i64, holders: &[i32], readable: usize) {
        let mut osds: Vec<i32> = devices(holders).collect();
        osds.sort_unstable();
        osds.dedup();
        if osds.len() < readable.max(1) {
            self.pgs_unreadable += 1;
            if !osds.is_empty() {
                self.unreadable.entry(pool).or_default().insert(osds);
            }
            return;
        }
        self.pgs += 1;
        let set = LossSet { fatal: osds.len() + 1 - readable.max(1), osds };
        let next = self.sets.len() as u32;
        let place = *self.places.entry(set).or_insert_with_key(|set| {
            for osd in &set.osds {
                self.of_osds.entry(*osd).or_default().push(next);
            }
            self.sets.push(set.clone());
            next
        });
        self.pools.entry(pool).or_default().insert(place);
    }

    /// Every set once.
    pub fn sets(&self) -> &[LossSet] {
        &self.sets
    }

    /// OSDs that can be lost, by rising number.
    pub fn osds(&self) -> impl ExactSizeIterator<Item = i32> + '_ {
        self.of_osds.keys().copied()
    }

    /// The sets that an OSD is in, as places in [`sets`](LossSets::sets).
    pub fn of(&self, osd: i32) -> &[u32] {
        self.of_osds.get(&osd).map(Vec::as_slice).unwrap_or_default()
    }

    /// PGs that were added and cannot be read as it is.
    pub fn pgs_unreadable(&self) -> u64 {
        self.pgs_unreadable
    }

    /// PGs that were added and can be read.
    pub fn pgs(&self) -> u64 {
        self.pgs
    }

    /// Distinct sets of OSDs; sets that differ only in how many losses are fatal count once.
    pub fn distinct(&self) -> u64 {
        let readable = self.sets.iter().map(|set| &*set.osds);
        let unreadable = self.unreadable.values().flatten().map(|osds| &**osds);
        readable.chain(unreadable).collect::<HashSet<&[i32]>>().len() as u64
    }

    /// Pools with their distinct sets.
    pub fn pools(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        let pools: BTreeSet<i64> =
            self.pools.keys().chain(self.unreadable.keys()).copied().collect();
        let sets = |pool: &i64| self.pools.get(pool).map_or(0, HashSet::len);
        let unreadable = |pool: &i64| self.unreadable.get(pool).map_or(0, HashSet::len);
        pools.into_iter().map(move |pool| (pool, (sets(&pool) + unreadable(&pool)) as u64))
    }

    /// OSDs that each OSD shares data with, on average over OSDs that hold data ("scatter
    /// width"); 0 without any.
    pub fn scatter_width_mean(&self) -> f64 {
        let mut seen: HashSet<i32> = HashSet::new();
        let (mut partners, mut holders) = (0usize, 0usize);
        for (osd, sets) in self.of_osds.iter().filter(|(_, sets)| !sets.is_empty()) {
            seen.clear();
            seen.extend(sets.iter().flat_map(|set| &self.sets[*set as usize].osds));
            seen.remove(osd);
            partners += seen.len();
            holders += 1;
        }
        partners as f64 / holders.max(1) as f64
    }
}
