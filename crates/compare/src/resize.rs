//! A pool whose numbers of PGs change, step after step, without a PG placed twice.
//!
//! Where only `pg_num` and `pgp_num` change, CRUSH's choice for a PG depends on its number folded
//! to `pgp_num` and nothing else. So one table, by these folded numbers, holds the placements of
//! all steps. A step looks at the PGs whose folded number changes and at those that are not plain
//! (see [`baseline`](super::baseline)); of the others, nothing moves.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_crush::{BuildError, Map};
use crushlab_kernel::Placements;
use crushlab_osdmap::model::stable_mod;
use crushlab_osdmap::{Cluster, OsdMap, PgId, PgWorkspace};

use super::amounts::{Amount, recorded, with_pg_num};
use super::baseline::place_pool;
use super::copies::Copies;
use super::found::Lists;
use super::holders::Holders;
use super::options::Options;
use super::pg_compare::PgScratch;
use super::pool_pair::PoolPair;
use super::pool_side::{PoolSide, Sides, is_plain};
use super::search::exceptions;
use super::state::ClusterState;
use super::tally::{CopySums, Shards};
use crate::blocks::in_blocks;
use crate::progress::{Cancelled, Progress};

/// PGs that a thread takes at once.
const UNITS_PER_BLOCK: usize = 16_384;

/// A pool whose numbers of PGs change.
#[derive(Clone, Debug)]
pub struct Resize {
    id: i64,
    crush: Arc<Map>,
    /// The data of the PGs that there were when it was counted, where it is known.
    recorded: Option<Vec<Amount>>,
    /// What CRUSH chooses, by folded number; `None` for a pool without a rule.
    placed: Option<Placements>,
    /// Whether such a PG is plain, where the map says nothing of this very PG.
    plain: Vec<bool>,
    threads: NonZeroUsize,
}

/// What a step moves.
#[derive(Clone, Debug, Default)]
pub struct ResizeStep {
    /// Shards.
    pub shards: u64,
    /// Bytes.
    pub bytes: u64,
    /// Copies of the pool's objects right after the step.
    pub copies: Copies,
    /// Who has the data when all that can move has moved.
    pub holders: Holders,
}

impl ResizeStep {
    /// Misplaced copies by all, as `ceph -s` gives it; `None` without objects.
    pub fn misplaced_ratio(&self) -> Option<f64> {
        let Copies { object_copies: all, misplaced_object_copies: misplaced, .. } = self.copies;
        (all > 0).then(|| misplaced as f64 / all as f64)
    }
}

/// What one thread has found.
#[derive(Debug, Default)]
struct Part {
    scratch: PgScratch,
    moved: Shards,
    copies: CopySums,
    lists: Vec<(usize, Lists)>,
    open: Lists,
}

impl Resize {
    /// Places the PGs of a pool of a cluster as far as `pgp_num_max`, the largest that it is going
    /// to have. `Ok(None)` when `progress` was cancelled.
    ///
    /// # Errors
    /// What is wrong with the CRUSH map.
    pub fn new(
        cluster: &Cluster,
        id: i64,
        pgp_num_max: u32,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Option<Resize>, BuildError> {
        let crush = Arc::new(cluster.map.crush.map()?);
        let recorded = recorded(cluster, id).map(|(amounts, _)| amounts);
        let mut made = Resize { id, crush, recorded, placed: None, plain: Vec::new(), threads };
        Ok(made.place(&cluster.map, pgp_num_max, progress).ok().map(|()| made))
    }

    fn place(
        &mut self,
        map: &OsdMap,
        pgp_num_max: u32,
        progress: &Progress,
    ) -> Result<(), Cancelled> {
        let mut bare = without_exceptions(map);
        if let Some(pool) = bare.pools.get_mut(&self.id) {
            (pool.pg_num, pool.pgp_num) = (pgp_num_max, pgp_num_max);
        }
        let state = ClusterState::with_crush(&bare, self.crush.clone());
        let Some(side) = Sides::new(&state).side(self.id, None) else { return Ok(()) };
        let placed = place_pool(&side, self.threads, progress)?;
        let begin = || (PgWorkspace::new(), Vec::new());
        let work = |(workspace, found): &mut (PgWorkspace, Vec<(usize, Vec<bool>)>), block| {
            let pgs = block_of(block, pgp_num_max as usize).map(|seed| {
                let row = placed.as_ref().and_then(|placed| placed.get(seed)).unwrap_or_default();
                let mapping = side.mapper.map_placed(seed as u32, row, workspace);
                is_plain(&side, seed as u32, &mapping)
            });
            found.push((block, pgs.collect()));
        };
        let blocks = (pgp_num_max as usize).div_ceil(UNITS_PER_BLOCK);
        let parts = in_blocks(blocks, self.threads, progress, begin, work).ok_or(Cancelled)?;
        let mut found: Vec<(usize, Vec<bool>)> =
            parts.into_iter().flat_map(|(_, found)| found).collect();
        found.sort_unstable_by_key(|(block, _)| *block);
        self.plain = found.into_iter().flat_map(|(_, plain)| plain).collect();
        self.placed = placed;
        Ok(())
    }

    /// A step from one map to another, which differ in this pool's numbers of PGs. `holders` is
    /// who has the data, as the step before gave it; `None` for what the map describes.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn step(
        &self,
        before: &OsdMap,
        after: &OsdMap,
        holders: Option<&Holders>,
        progress: &Progress,
    ) -> Result<ResizeStep, Cancelled> {
        let state = |map, holders: Option<_>| {
            let state = ClusterState::with_crush(map, self.crush.clone());
            holders.map_or(state.clone(), |holders| state.with_holders(holders))
        };
        let (state_before, state_after) = (state(before, holders), state(after, None));
        let pg_num = |map: &OsdMap| map.pools.get(&self.id).map_or(0, |pool| pool.pg_num);
        let (pg_num_before, pg_num_after) = (pg_num(before), pg_num(after));
        let units = pg_num_before.max(pg_num_after);
        let amounts = self.recorded.as_ref().map(|recorded| Arc::new(with_pg_num(recorded, units)));
        let of = |pg_num: u32| {
            amounts.as_ref().map(|amounts| match pg_num == units {
                true => amounts.clone(),
                false => Arc::new(with_pg_num(amounts, pg_num)),
            })
        };
        let side_before = Sides::new(&state_before).side(self.id, of(pg_num_before));
        let side_after = Sides::new(&state_after).side(self.id, of(pg_num_after));
        let Some((side_before, side_after)) = side_before.zip(side_after) else {
            return Ok(ResizeStep::default());
        };
        let pair = PoolPair::resized(side_before, side_after, units, self.placed.as_ref(), amounts);
        self.compare(&pair, progress)
    }

    fn compare(&self, pair: &PoolPair<'_>, progress: &Progress) -> Result<ResizeStep, Cancelled> {
        let (Some(before), Some(after)) = (&pair.before, &pair.after) else {
            return Ok(ResizeStep::default());
        };
        let options = Options { keep_holders: true, list_pgs: false, ..Options::default() };
        let quiet = Quiet::new(self, before, after);
        let size = after.shape.size as u64;
        let work = |part: &mut Part, block: usize| {
            for unit in block_of(block, pair.units as usize).map(|unit| unit as u32) {
                if !quiet.is_quiet(unit) {
                    let (moved, copies) = part.scratch.move_unit(
                        pair,
                        [before, after],
                        unit,
                        &options,
                        &mut part.open,
                    );
                    part.moved.add(moved);
                    part.copies.add(&CopySums::of(copies));
                } else if unit < after.pool.pg_num {
                    let objects = after.amount(unit).map_or(0, |amount| amount.objects);
                    let object_copies = objects.saturating_mul(size);
                    let copies = Copies { object_copies, ..Copies::default() };
                    part.copies.add(&CopySums::of(copies));
                }
            }
            if !part.open.is_empty() {
                part.lists.push((block, std::mem::take(&mut part.open)));
            }
        };
        let blocks = (pair.units as usize).div_ceil(UNITS_PER_BLOCK);
        let parts =
            in_blocks(blocks, self.threads, progress, Part::default, work).ok_or(Cancelled)?;
        let (mut moved, mut copies, mut lists) =
            (Shards::default(), CopySums::default(), Vec::new());
        for part in parts {
            moved.add(part.moved);
            copies.add(&part.copies);
            lists.extend(part.lists);
        }
        lists.sort_unstable_by_key(|(block, _)| *block);
        let mut holders = Holders::default();
        lists.iter().for_each(|(_, found)| holders.append(&found.holders_healed));
        let Shards { shards, bytes, .. } = moved;
        Ok(ResizeStep { shards, bytes, copies: copies.copies(), holders })
    }
}

/// Tells the units that need not be looked at.
struct Quiet<'a> {
    plain: &'a [bool],
    before: &'a PoolSide<'a>,
    after: &'a PoolSide<'a>,
    exceptions: [HashSet<u32>; 2],
}

impl<'a> Quiet<'a> {
    fn new(resize: &'a Resize, before: &'a PoolSide<'a>, after: &'a PoolSide<'a>) -> Quiet<'a> {
        let exceptions =
            [before, after].map(|side| exceptions(side.state.map(), side.id).collect());
        Quiet { plain: &resize.plain, before, after, exceptions }
    }

    /// Whether the PGs that a unit belongs to are plain, and placed alike.
    fn is_quiet(&self, unit: u32) -> bool {
        let (old, new) = (self.before.seed(unit), self.after.seed(unit));
        let folded = stable_mod(old, self.before.pool.pgp_num);
        let is_listed = || {
            let holders = self.before.state.holders().filter(|holders| !holders.is_empty());
            holders.is_some_and(|holders| holders.get(PgId::new(self.before.id, old)).is_some())
        };
        folded == stable_mod(new, self.after.pool.pgp_num)
            && self.plain.get(folded as usize) == Some(&true)
            && !self.exceptions[0].contains(&old)
            && !self.exceptions[1].contains(&new)
            && !is_listed()
    }
}

fn block_of(block: usize, all: usize) -> std::ops::Range<usize> {
    let start = block * UNITS_PER_BLOCK;
    start..(start + UNITS_PER_BLOCK).min(all)
}

/// The map without what it says of single PGs.
fn without_exceptions(map: &OsdMap) -> OsdMap {
    let mut bare = map.clone();
    bare.pg_upmap.clear();
    bare.pg_upmap_items.clear();
    bare.pg_upmap_primaries.clear();
    bare.pg_temp.clear();
    bare.primary_temp.clear();
    bare
}
