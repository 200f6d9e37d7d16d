//! Roots: what the autoscaler shares out among pools.

use std::collections::BTreeSet;

use crushlab_crush::Op;
use crushlab_osdmap::{Cluster, Pool};

use super::autoscaler::{AutoscalerSkip, raw_used_rate, target_bytes, target_ratio};

/// OSDs that some pools share, and what these pools ask for.
#[derive(Debug, Default)]
pub(super) struct Root {
    osds: BTreeSet<i32>,
    /// Size of the OSDs. Their reweights do not matter.
    pub(super) capacity_bytes: u64,
    /// PGs with their replicas that no pool has got yet.
    pub(super) pgs_left: f64,
    /// Pools that share the OSDs.
    pub(super) pool_count: u64,
    /// Pools that have got their part.
    pub(super) pools_done: u64,
    target_ratio_sum: f64,
    target_bytes_sum: f64,
}

impl Root {
    /// A pool's target ratio, scaled to the sum of all ratios, of what pools with target bytes
    /// leave.
    pub(super) fn effective_target_ratio(&self, target_ratio: f64) -> f64 {
        let mut ratio = target_ratio;
        if self.target_ratio_sum != 0.0 {
            ratio /= self.target_ratio_sum;
        }
        if self.target_bytes_sum != 0.0 && self.capacity_bytes != 0 {
            ratio *= 1.0 - (self.target_bytes_sum / self.capacity_bytes as f64).min(1.0);
        }
        ratio
    }
}

/// All roots that pools use. Those with an OSD in common are one, and none of their pools is
/// scaled.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) list: Vec<Root>,
    /// Bucket and index into `list`, in the order in which pools name them.
    buckets: Vec<(i32, usize)>,
    overlapping: BTreeSet<i32>,
}

impl Roots {
    /// The roots of a cluster's pools, each with so many PGs for each of its OSDs.
    pub(super) fn of(cluster: &Cluster, target_pgs_per_osd: u64) -> Roots {
        let mut roots = Roots::default();
        for pool in cluster.map.pools.values() {
            if let Some(bucket) = first_take(cluster, pool) {
                roots.add(cluster, pool, bucket);
            }
        }
        for root in &mut roots.list {
            root.pgs_left = (root.osds.len() as u64).saturating_mul(target_pgs_per_osd) as f64;
            let sizes = root.osds.iter().filter_map(|osd| cluster.osds.get(osd));
            root.capacity_bytes = sizes.map(|osd| osd.total_bytes).fold(0, u64::saturating_add);
        }
        roots
    }

    fn add(&mut self, cluster: &Cluster, pool: &Pool, bucket: i32) {
        let osds = cluster.map.crush.devices_under(bucket);
        let sharing = (self.buckets.iter())
            .find(|(_, index)| !self.list[*index].osds.is_disjoint(&osds))
            .copied();
        let index = match sharing {
            Some((other, index)) => {
                if other != bucket {
                    self.overlapping.extend([other, bucket]);
                }
                index
            }
            None => {
                self.list.push(Root::default());
                self.list.len() - 1
            }
        };
        match self.buckets.iter_mut().find(|(known, _)| *known == bucket) {
            Some((_, known_index)) => *known_index = index,
            None => self.buckets.push((bucket, index)),
        }
        let root = &mut self.list[index];
        root.osds.extend(osds);
        root.pool_count += 1;
        let ratio = target_ratio(pool);
        if ratio != 0.0 {
            root.target_ratio_sum += ratio;
        } else {
            root.target_bytes_sum += target_bytes(pool) * f64::from(raw_used_rate(cluster, pool));
        }
    }

    /// The bucket and the index of a pool's root.
    pub(super) fn of_pool(
        &self,
        cluster: &Cluster,
        pool: &Pool,
    ) -> Result<(i32, usize), AutoscalerSkip> {
        let bucket = first_take(cluster, pool).ok_or(AutoscalerSkip::NoRoot)?;
        if self.overlapping.contains(&bucket) {
            return Err(AutoscalerSkip::OverlappingRoots);
        }
        let found = self.buckets.iter().find(|(known, _)| *known == bucket);
        found.copied().ok_or(AutoscalerSkip::NoRoot)
    }
}

/// The bucket that a pool's rule takes first; later takes are not looked at.
fn first_take(cluster: &Cluster, pool: &Pool) -> Option<i32> {
    let rules = &cluster.map.crush.core.rules;
    let rule = rules.get(usize::from(pool.crush_rule)).and_then(Option::as_ref)?;
    let take = rule.steps.iter().find(|step| step.op == Op::Take)?;
    // A device has nothing below it to scale by.
    Some(take.arg1).filter(|bucket| *bucket < 0)
}
