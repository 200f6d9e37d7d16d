//! The answer.

use std::num::NonZeroUsize;

use serde::Serialize;

use super::combinations::combinations;
use super::exact;
use super::sample;
use super::sets::LossSets;
use crate::sweep::Share;
use crushlab_compare::progress::Progress;

/// Most OSDs that are lost at once.
pub const LOST_MAX: usize = 8;

/// How to count losses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopysetOptions {
    /// How many OSDs are lost at once; each number up to [`LOST_MAX`].
    pub lost: Vec<usize>,
    /// Losses to draw where there are too many to count.
    pub samples: u64,
    /// Seed of the draws.
    pub seed: u64,
    /// Threads to use.
    pub threads: NonZeroUsize,
}

/// How a share was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// All losses that lose data were counted.
    Exact,
    /// Some were drawn.
    Sampled,
}

/// Losses of some OSDs at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LossShare {
    /// OSDs that are lost at once.
    pub osds_lost: usize,
    /// Ways in which that can happen.
    pub combinations: f64,
    /// Share of these that lose data.
    #[serde(flatten)]
    pub losing: Share,
    /// How it was found.
    pub method: Method,
}

/// Copysets of one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PoolCopysets {
    /// Its id.
    pub pool: i64,
    /// Distinct sets of OSDs that its PGs are on.
    pub copysets: u64,
}

/// Which OSDs share data, and what losing some of them loses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CopysetReport {
    /// OSDs that can be lost: those that are up and in, or hold data.
    pub osds: u64,
    /// PGs that can be read.
    pub pgs: u64,
    /// PGs that cannot be read as it is, so that no loss loses them.
    pub pgs_unreadable: u64,
    /// Distinct sets of OSDs that PGs are on.
    pub copysets: u64,
    /// OSDs that each shares data with, on average.
    pub scatter_width_mean: f64,
    /// The pools.
    pub pools: Vec<PoolCopysets>,
    /// Losses, by rising number of OSDs lost.
    pub losses: Vec<LossShare>,
}

/// Counts copysets and the losses that lose data. `None` when `progress` was cancelled.
pub fn losses(
    sets: &LossSets,
    options: &CopysetOptions,
    progress: &Progress,
) -> Option<CopysetReport> {
    let mut lost: Vec<usize> = options.lost.clone();
    lost.retain(|lost| (1..=LOST_MAX.min(sets.osds().len())).contains(lost));
    lost.sort_unstable();
    lost.dedup();
    let mut losses = Vec::with_capacity(lost.len());
    for lost in lost {
        losses.push(loss_share(sets, lost, options, progress)?);
    }
    let pools = sets.pools().map(|(pool, copysets)| PoolCopysets { pool, copysets }).collect();
    Some(CopysetReport {
        osds: sets.osds().len() as u64,
        pgs: sets.pgs(),
        pgs_unreadable: sets.pgs_unreadable(),
        copysets: sets.distinct(),
        scatter_width_mean: sets.scatter_width_mean(),
        pools,
        losses,
    })
}

fn loss_share(
    sets: &LossSets,
    lost: usize,
    options: &CopysetOptions,
    progress: &Progress,
) -> Option<LossShare> {
    let all = combinations(sets.osds().len(), lost) as f64;
    let counted = exact::count(sets, lost, progress);
    if progress.is_cancelled() {
        return None;
    }
    let (losing, method) = match counted {
        Some(fatal) => {
            let share = fatal as f64 / all;
            (Share { share, low: share, high: share }, Method::Exact)
        }
        None => {
            let CopysetOptions { samples, seed, threads, .. } = *options;
            let share = sample::estimate(sets, lost, samples, seed, threads, progress)?;
            (share, Method::Sampled)
        }
    };
    Some(LossShare { osds_lost: lost, combinations: all, losing, method })
}
