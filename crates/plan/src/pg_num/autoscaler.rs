//! What the manager's pg_autoscaler would make of each pool.
//!
//! The pools of a root share its OSDs' budget of PGs. First come pools that are not bulk, each with
//! its part of what is left; then bulk pools that need more than an even part; then the other bulk
//! pools, with even parts of the rest.

use crushlab_osdmap::model::{PoolOption, option_key, pool_flag};
use crushlab_osdmap::{Cluster, Pool};
use serde::Serialize;

use super::autoscaler_root::{Root, Roots};
use super::release::ReleaseLimits;
use crushlab_compare::shape::PoolShape;

/// Fewest PGs where a pool sets no `pg_num_min`.
const PG_NUM_MIN: u64 = 32;

/// Settings of the module, and how it reckons what is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutoscalerSettings {
    /// mon_target_pg_per_osd.
    pub target_pgs_per_osd: u64,
    /// How far `pg_num` must be off, as a factor, before it is changed.
    pub threshold: f64,
    /// Whether use is what pools take on OSDs, not what they store times their rate.
    pub uses_raw_use: bool,
    /// Whether pools that are to have 512 PGs or more grow at smaller differences, and
    /// `would_adjust` is told of pools in any mode.
    pub is_eager: bool,
}

impl AutoscalerSettings {
    /// Pacific, 16.2.15.
    pub const PACIFIC: AutoscalerSettings = AutoscalerSettings {
        target_pgs_per_osd: 100,
        threshold: 3.0,
        uses_raw_use: false,
        is_eager: false,
    };

    /// Reef, 18.2.7.
    pub const REEF: AutoscalerSettings =
        AutoscalerSettings { uses_raw_use: true, ..AutoscalerSettings::PACIFIC };

    /// Tentacle, 20.2.4.
    pub const TENTACLE: AutoscalerSettings =
        AutoscalerSettings { is_eager: true, ..AutoscalerSettings::REEF };

    /// The release after Tentacle, whose mon_target_pg_per_osd is 200.
    pub const LATEST: AutoscalerSettings =
        AutoscalerSettings { target_pgs_per_osd: 200, ..AutoscalerSettings::TENTACLE };

    /// The module of a release with its target, or that of its settings; before Reef the latest.
    pub fn of_limits(limits: &ReleaseLimits) -> AutoscalerSettings {
        let settings = match limits.release {
            "reef" | "squid" => AutoscalerSettings::REEF,
            "tentacle" | "latest" => AutoscalerSettings::TENTACLE,
            _ => return AutoscalerSettings::LATEST,
        };
        AutoscalerSettings { target_pgs_per_osd: limits.mon_target_pg_per_osd, ..settings }
    }
}

/// What the autoscaler says about one pool, under its own names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AutoscalerAdvice {
    /// Bucket that the pool's rule takes first.
    pub crush_root_id: i32,
    /// Size of the OSDs below it.
    pub subtree_capacity_bytes: u64,
    /// Bytes on OSDs for each byte stored, in Ceph's single precision.
    pub raw_used_rate: f32,
    /// What the pool uses on OSDs, or is expected to by its target_size_bytes.
    pub raw_used_bytes: f64,
    /// Part of the capacity: what is used, is expected, or the effective target ratio.
    pub capacity_ratio: f64,
    /// target_size_ratio after it was scaled to the other pools' targets.
    pub effective_target_ratio: f64,
    /// pg_autoscale_bias.
    pub bias: f64,
    /// Whether the pool has the flag bulk.
    pub is_bulk: bool,
    /// PGs before they are rounded to a power of two.
    pub pg_num_ideal: i64,
    /// PGs that it recommends.
    pub pg_num_final: u64,
    /// Whether it would change the pool; in Tentacle also of pools whose mode lets it only warn,
    /// or is off.
    pub would_adjust: bool,
}

/// Why the autoscaler says nothing about a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoscalerSkip {
    /// OSDs below its root are also below the root of another pool.
    OverlappingRoots,
    /// Sizes of the OSDs below its root are not known, or 0.
    NoCapacity,
    /// Its rule takes no bucket.
    NoRoot,
}

/// What the autoscaler says about every pool of a cluster, by rising id.
///
/// Use is 0 for pools whose data is not known.
///
/// Source: `pg_autoscaler/module.py` of 16.2.15, 18.2.7 and 20.2.4.
pub fn autoscaler(
    cluster: &Cluster,
    settings: &AutoscalerSettings,
) -> Vec<(i64, Result<AutoscalerAdvice, AutoscalerSkip>)> {
    let mut roots = Roots::of(cluster, settings.target_pgs_per_osd);
    let pools = cluster.map.pools.iter();
    let mut waiting = Vec::new();
    let mut advice = Vec::new();
    for (id, pool) in pools {
        match reckon(cluster, &roots, settings, *id, pool) {
            Ok(reckoned) => waiting.push(reckoned),
            Err(skip) => advice.push((*id, Err(skip))),
        }
    }
    for pass in [Pass::Small, Pass::LargeBulk, Pass::EvenBulk] {
        waiting.retain(|reckoned| {
            let root = &mut roots.list[reckoned.root];
            let Some(part) = pass.take(reckoned, root) else { return true };
            advice.push((reckoned.id, Ok(reckoned.advice(part, settings))));
            false
        });
    }
    advice.sort_by_key(|(id, _)| *id);
    advice
}

/// A pool with everything but its number.
struct Reckoned<'a> {
    id: i64,
    pool: &'a Pool,
    /// Index into [`Roots::list`].
    root: usize,
    blank: AutoscalerAdvice,
}

/// Part of a budget that a pool gets.
struct Part {
    /// Its part of what was left, 1 for all.
    ratio: f64,
    /// PGs with their replicas.
    pg_replicas: f64,
}

#[derive(Clone, Copy)]
enum Pass {
    Small,
    LargeBulk,
    EvenBulk,
}

impl Pass {
    /// Takes a pool's part from its root; `None` for a pool of a later pass.
    fn take(self, pool: &Reckoned<'_>, root: &mut Root) -> Option<Part> {
        let ratio = pool.blank.capacity_ratio;
        let even = 1.0 / (root.pool_count - root.pools_done) as f64;
        let is_its_turn = match self {
            Pass::Small => !pool.blank.is_bulk,
            Pass::LargeBulk => ratio > even,
            Pass::EvenBulk => {
                return Some(Part { ratio: even, pg_replicas: even * root.pgs_left });
            }
        };
        if !is_its_turn {
            return None;
        }
        let pg_replicas = ratio * root.pgs_left;
        root.pgs_left -= pg_replicas.trunc();
        root.pools_done += 1;
        Some(Part { ratio, pg_replicas })
    }
}

fn reckon<'a>(
    cluster: &Cluster,
    roots: &Roots,
    settings: &AutoscalerSettings,
    id: i64,
    pool: &'a Pool,
) -> Result<Reckoned<'a>, AutoscalerSkip> {
    let (crush_root_id, index) = roots.of_pool(cluster, pool)?;
    let root = &roots.list[index];
    let capacity = root.capacity_bytes;
    if capacity == 0 {
        return Err(AutoscalerSkip::NoCapacity);
    }
    let raw_used_rate = raw_used_rate(cluster, pool);
    let rate = f64::from(raw_used_rate);
    let held = cluster.pools.get(&id).copied().unwrap_or_default();
    let used = match held.used_bytes {
        Some(used) if settings.uses_raw_use => used as f64,
        _ => held.stored_bytes as f64 * rate,
    };
    // A ratio goes before bytes where both are set.
    let target_ratio = target_ratio(pool);
    let target_bytes = if target_ratio == 0.0 { target_bytes(pool) } else { 0.0 };
    let raw_used_bytes = used.max(target_bytes * rate);
    let effective_target_ratio = root.effective_target_ratio(target_ratio);
    let blank = AutoscalerAdvice {
        crush_root_id,
        subtree_capacity_bytes: capacity,
        raw_used_rate,
        raw_used_bytes,
        capacity_ratio: (raw_used_bytes / capacity as f64).max(effective_target_ratio),
        effective_target_ratio,
        bias: decimal(pool, option_key::PG_AUTOSCALE_BIAS).unwrap_or(1.0),
        is_bulk: pool.has_flags(pool_flag::BULK),
        pg_num_ideal: 0,
        pg_num_final: 0,
        would_adjust: false,
    };
    Ok(Reckoned { id, pool, root: index, blank })
}

impl Reckoned<'_> {
    fn advice(&self, part: Part, settings: &AutoscalerSettings) -> AutoscalerAdvice {
        let ideal = part.pg_replicas / f64::from(self.pool.size.max(1)) * self.blank.bias;
        let option = |key| decimal(self.pool, key).map(|value| value.max(0.0) as u64);
        let least = option(option_key::PG_NUM_MIN).unwrap_or(PG_NUM_MIN);
        let mut pg_num_final = least.max(nearest_power_of_two(ideal));
        if let Some(most) = option(option_key::PG_NUM_MAX).filter(|most| *most > 0) {
            pg_num_final = pg_num_final.min(most);
        }
        AutoscalerAdvice {
            pg_num_ideal: ideal as i64,
            pg_num_final,
            would_adjust: self.would_adjust(pg_num_final, part.ratio, settings),
            ..self.blank.clone()
        }
    }

    /// Whether the pool's number is so far off that it would be changed.
    fn would_adjust(&self, pg_num: u64, ratio: f64, settings: &AutoscalerSettings) -> bool {
        const ON: u8 = 2;
        let (current, wanted) = (f64::from(self.pool.pg_num_target), pg_num as f64);
        let to_grow = match pg_num {
            512 | 1024 if settings.is_eager => 1.0,
            2048 if settings.is_eager => 2.0,
            _ => settings.threshold,
        };
        let is_far_off = wanted > current * to_grow || wanted < current / settings.threshold;
        let may_adjust = (0.0..=1.0).contains(&ratio) && self.pool.pg_autoscale_mode == ON;
        is_far_off && (settings.is_eager || may_adjust)
    }
}

/// The power of two that is nearest to a number, the higher of two that are as near. The higher one
/// is found from the whole part alone, so that 4.9 becomes 4.
fn nearest_power_of_two(value: f64) -> u64 {
    // Beyond 2^40 no root has PGs.
    let whole = value.clamp(0.0, (1u64 << 40) as f64).trunc() as u64;
    if whole == 0 {
        return 0;
    }
    let above = whole.next_power_of_two();
    let below = above / 2;
    if above as f64 - value > value - below as f64 { below } else { above }
}

/// Bytes on OSDs for each byte stored: the size, or (k + m) / k as the profile says it. Local
/// parities of a code do not count (`OSDMap::pool_raw_used_rate`).
pub fn raw_used_rate(cluster: &Cluster, pool: &Pool) -> f32 {
    let shape = PoolShape::of(&cluster.map, pool);
    let profile = cluster.map.erasure_code_profiles.get(&pool.erasure_code_profile);
    let m = profile.and_then(|profile| profile.get("m")?.trim().parse::<u16>().ok());
    let shards = match m {
        Some(m) if shape.is_erasure => shape.readable_size + usize::from(m),
        _ => shape.size,
    };
    shards as f32 / shape.readable_size as f32
}

pub(super) fn target_ratio(pool: &Pool) -> f64 {
    decimal(pool, option_key::TARGET_SIZE_RATIO).unwrap_or(0.0)
}

pub(super) fn target_bytes(pool: &Pool) -> f64 {
    decimal(pool, option_key::TARGET_SIZE_BYTES).unwrap_or(0.0)
}

/// A number among a pool's options.
pub(super) fn decimal(pool: &Pool, key: i32) -> Option<f64> {
    match pool.options.get(&key)? {
        PoolOption::Whole(value) => Some(*value as f64),
        PoolOption::Decimal(value) => Some(*value),
        PoolOption::Text(_) => None,
    }
}

#[cfg(test)]
mod tests;
