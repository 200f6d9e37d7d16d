//! Numbers of PGs that are measured, placed on the map when first asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use crushlab_crushmap::CrushMap;
use crushlab_osdmap::Cluster;

use super::measure::{Ground, Placed, space_lost};

/// PGs that upmaps can leave an OSD above what its weight asks for.
const UPMAP_REACH: f64 = 1.0;
/// upmap_max_deviation, where the balancer stops.
const UPMAP_MAX_DEVIATION: f64 = 5.0;

/// A host, and the OSDs below it that are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) osds: BTreeSet<i32>,
}

/// What placements were worked out already.
pub(super) struct Measured {
    pub(super) grounds: Vec<(i64, Ground)>,
    /// The heaviest host of each pool, as an index.
    pub(super) host_of_pool: Vec<Option<usize>>,
    pub(super) hosts: Vec<Host>,
    /// By pool, number of PGs and lost host.
    placed: BTreeMap<(usize, u32, Option<usize>), Placed>,
    threads: NonZeroUsize,
}

impl Measured {
    pub(super) fn new(
        cluster: &Cluster,
        grounds: Vec<(i64, Ground)>,
        threads: NonZeroUsize,
    ) -> Measured {
        let mut hosts: Vec<Host> = Vec::new();
        let host_of_pool = grounds.iter().map(|(_, ground)| {
            let host = heaviest_host(&cluster.map.crush, ground)?;
            let known = hosts.iter().position(|known| *known == host);
            Some(known.unwrap_or_else(|| {
                hosts.push(host);
                hosts.len() - 1
            }))
        });
        let host_of_pool = host_of_pool.collect();
        Measured { grounds, host_of_pool, hosts, placed: BTreeMap::new(), threads }
    }

    /// One pool's PGs, with a host lost or not.
    pub(super) fn place(&mut self, pool: usize, pg_num: u32, lost: Option<usize>) -> &Placed {
        let out = lost.and_then(|host| self.hosts.get(host)).map(|host| host.osds.clone());
        let ground = &mut self.grounds[pool].1;
        let threads = self.threads;
        self.placed
            .entry((pool, pg_num, lost))
            .or_insert_with(|| ground.place(pg_num, &out.unwrap_or_default(), threads))
    }

    /// PGs of all pools by OSD, each pool with its number, with a host lost or not.
    pub(super) fn all_pools(&mut self, numbers: &[u32], lost: Option<usize>) -> Vec<u64> {
        let mut sums = Vec::new();
        for (pool, pg_num) in numbers.iter().enumerate() {
            let pgs = &self.place(pool, *pg_num, lost).pgs;
            sums.resize(sums.len().max(pgs.len()), 0);
            sums.iter_mut().zip(pgs).for_each(|(sum, pgs): (&mut u64, _)| *sum += u64::from(*pgs));
        }
        sums
    }

    /// OSDs that pools are on.
    pub(super) fn osds(&self) -> BTreeSet<i32> {
        self.grounds.iter().flat_map(|(_, ground)| ground.asked.keys().copied()).collect()
    }

    /// Part of a pool's space that its fullest OSD keeps from being used: as CRUSH places PGs, as
    /// far as upmaps reach, and as far as the balancer goes.
    pub(super) fn space_lost(&mut self, pool: usize, pg_num: u32) -> [f64; 3] {
        self.place(pool, pg_num, None);
        let (ground, placed) = (&self.grounds[pool].1, &self.placed[&(pool, pg_num, None)]);
        let balanced =
            |deviation| space_lost(ground.fullest_ratio_balanced(placed, pg_num, deviation));
        let fullest = ground.fullest(placed, pg_num).map_or(1.0, |fullest| fullest.ratio);
        [space_lost(fullest), balanced(UPMAP_REACH), balanced(UPMAP_MAX_DEVIATION)]
    }
}

/// The host that most of a pool is asked for from, of those with as much the one whose OSD has the
/// lowest id.
fn heaviest_host(crush: &CrushMap, ground: &Ground) -> Option<Host> {
    let mut hosts: BTreeMap<i32, (f64, BTreeSet<i32>)> = BTreeMap::new();
    let host_of_osd = hosts_of_osds(crush);
    let mut order = Vec::new();
    for (osd, asked) in &ground.asked {
        let Some(&host) = host_of_osd.get(osd) else { continue };
        let (sum, osds) = hosts.entry(host).or_insert_with(|| {
            order.push(host);
            (0.0, BTreeSet::new())
        });
        *sum += asked;
        osds.insert(*osd);
    }
    // A host that cannot be told from another by rounding is none heavier.
    const NO_HEAVIER: f64 = 1.0 + 1e-9;
    let heaviest = order.into_iter().reduce(|first, other| {
        if hosts[&other].0 > hosts[&first].0 * NO_HEAVIER { other } else { first }
    })?;
    let name = crush.item_name(heaviest).map_or_else(|| heaviest.to_string(), str::to_owned);
    let osds = crush.devices_under(heaviest);
    Some(Host { name, osds })
}

/// The host of each OSD, or the first bucket that holds it where it is in no host.
fn hosts_of_osds(crush: &CrushMap) -> BTreeMap<i32, i32> {
    let host_type = crush.type_id("host");
    let mut found = BTreeMap::new();
    let buckets = crush.core.buckets.iter().flatten();
    for bucket in buckets.filter(|bucket| !crush.is_shadow(bucket.id)) {
        let is_host = host_type == Some(i32::from(bucket.type_id));
        for osd in bucket.items.iter().filter(|item| **item >= 0) {
            if is_host {
                found.insert(*osd, bucket.id);
            } else {
                found.entry(*osd).or_insert(bucket.id);
            }
        }
    }
    found
}

/// PGs of these OSDs, by rising id.
pub(super) fn of_osds(sums: &[u64], osds: impl Iterator<Item = i32>) -> Vec<u64> {
    osds.map(|osd| usize::try_from(osd).ok().and_then(|osd| sums.get(osd)).copied().unwrap_or(0))
        .collect()
}
