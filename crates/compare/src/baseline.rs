//! A state that was mapped once, for all changes of it that are asked about.
//!
//! Most PGs are plain: the OSDs that shall hold them are there, all of them up, and have the data.
//! Where a change leaves the OSDs of a plain PG alone, it is after the change and when all has
//! healed what it was before, and nothing moves. So plain PGs are counted once for all questions,
//! and a question looks at those that it touches and at those that are not plain.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crushlab_kernel::Placements;
use crushlab_osdmap::{
    Cluster, PgId, PgWorkspace, PoolMapper, PoolMapping, map_pool, map_pool_placed,
};

use super::amounts::{Amount, DataBasis, amounts};
use super::pool_side::{PoolSide, Sides, is_plain, setting};
use super::settle::{View, take};
use super::state::ClusterState;
use super::tally::PlainTally;
use super::touched::Touched;
use crate::blocks::in_blocks;
use crate::index::{Changes, Conditions, Record};
use crate::place_many::{Inputs, place_many};
use crate::progress::{Cancelled, Progress};

/// PGs that a thread takes at once.
const PGS_PER_BLOCK: usize = 4096;

/// A state that was mapped once. It takes about 32 bytes for each PG of three replicas, and 16 more
/// where the data of pools is known.
#[derive(Clone, Debug)]
pub struct Baseline {
    pools: BTreeMap<i64, PoolBaseline>,
}

/// A pool of such a state.
#[derive(Clone, Debug)]
pub(crate) struct PoolBaseline {
    /// What CRUSH chooses; `None` for a pool without a rule.
    pub(crate) record: Option<Record>,
    /// The data of its PGs, where it is known.
    pub(crate) amounts: Amounts,
    /// The PGs that are not plain, by rising number.
    special: Vec<u32>,
    pub(crate) plain: PlainTally,
}

/// What was found out about a pool on the way.
#[derive(Debug)]
pub(crate) struct PoolOutcome {
    pub(crate) pool: i64,
    /// `None` for a pool that is gone.
    pub(crate) touched: Option<Touched>,
    /// The PGs that were plain and are touched.
    pub(crate) replaced: PlainTally,
}

impl Baseline {
    /// Maps all PGs of a state. `cluster` says what is known of their data.
    ///
    /// # Errors
    /// [`Cancelled`] when `progress` says so.
    pub fn new(
        state: &ClusterState<'_>,
        cluster: &Cluster,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Baseline, Cancelled> {
        let mut sides = Sides::new(state);
        let mut pools = BTreeMap::new();
        for (&id, pool) in &state.map().pools {
            let amounts = known_amounts(cluster, id, pool.pg_num);
            let Some(side) = sides.side(id, data_of(&amounts)) else { continue };
            let record = record(&side, threads, progress)?;
            let pool = PoolBaseline::new(&side, record, amounts, threads, progress)?;
            pools.insert(id, pool);
        }
        Ok(Baseline { pools })
    }

    /// Makes it one of the next state, given what was found out on the way there. `cluster` is the
    /// one that it was made with.
    pub(crate) fn advance(
        &mut self,
        state: &ClusterState<'_>,
        cluster: &Cluster,
        outcomes: Vec<PoolOutcome>,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<(), Cancelled> {
        let mut sides = Sides::new(state);
        for PoolOutcome { pool: id, touched, replaced } in outcomes {
            let known = self.pools.remove(&id);
            let pg_num = state.map().pools.get(&id).map_or(0, |pool| pool.pg_num);
            let next = match (touched, known) {
                (Some(Touched::Pgs { pgs, changes }), Some(mut pool)) => {
                    let Some(side) = sides.side(id, data_of(&pool.amounts)) else { continue };
                    pool.advance(&side, &pgs, &changes, &replaced);
                    pool
                }
                (Some(Touched::Every { placed, .. }), _) => {
                    let amounts = known_amounts(cluster, id, pg_num);
                    let Some(side) = sides.side(id, data_of(&amounts)) else { continue };
                    let conditions = Conditions::of_pool(&side.mapper, state.crush());
                    let record = conditions.zip(placed).map(|(conditions, placed)| {
                        Record::of_placements(conditions, pool_inputs(&side), placed)
                    });
                    PoolBaseline::new(&side, record, amounts, threads, progress)?
                }
                _ => continue,
            };
            self.pools.insert(id, next);
        }
        Ok(())
    }

    /// The PGs that are not plain, by rising id: their OSDs are not all there and up, or lack the
    /// data, or something was set or recorded of them.
    pub fn unsettled(&self) -> impl Iterator<Item = PgId> + '_ {
        let of_pool = |(id, pool): (&i64, &PoolBaseline)| {
            let id = *id;
            pool.special.clone().into_iter().map(move |seed| PgId::new(id, seed))
        };
        self.pools.iter().flat_map(of_pool)
    }

    pub(crate) fn pool(&self, id: i64) -> Option<&PoolBaseline> {
        self.pools.get(&id)
    }

    /// What CRUSH chooses for the PGs of a pool; `None` where there is no such pool, no PG of it
    /// or no rule.
    pub fn record(&self, pool: i64) -> Option<&Record> {
        self.pool(pool)?.record.as_ref()
    }

    /// The OSDs of all PGs of a pool, as [`map_pool`](crushlab_osdmap::map_pool) finds them, but
    /// nothing is placed again. `mapper` is one of the state that was mapped.
    pub fn mapping(&self, mapper: &PoolMapper<'_>, threads: NonZeroUsize) -> PoolMapping {
        match self.record(mapper.pool_id()) {
            Some(record) => map_pool_placed(mapper, record.placements(), threads),
            None => map_pool(mapper, threads),
        }
    }
}

/// The data of a pool's PGs, and how well it is known.
type Amounts = Option<(Arc<Vec<Amount>>, DataBasis)>;

pub(crate) fn known_amounts(cluster: &Cluster, pool: i64, pg_num: u32) -> Amounts {
    amounts(cluster, pool, pg_num).map(|(amounts, basis)| (Arc::new(amounts), basis))
}

fn data_of(amounts: &Amounts) -> Option<Arc<Vec<Amount>>> {
    amounts.as_ref().map(|(amounts, _)| amounts.clone())
}

/// Places all PGs of a pool.
fn record(
    side: &PoolSide<'_>,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<Option<Record>, Cancelled> {
    let Some(conditions) = Conditions::of_pool(&side.mapper, side.state.crush()) else {
        return Ok(None);
    };
    let record = Record::new(conditions, pool_inputs(side), threads, progress);
    record.map(Some).ok_or(Cancelled)
}

/// The inputs of CRUSH for all PGs of a pool.
fn pool_inputs(side: &PoolSide<'_>) -> Inputs {
    let pool = side.pool;
    Inputs::List((0..pool.pg_num).map(|seed| pool.placement_seed(side.id, seed)).collect())
}

/// What CRUSH chooses for all PGs of a pool; `None` for a pool without a rule.
pub(crate) fn place_pool(
    side: &PoolSide<'_>,
    threads: NonZeroUsize,
    progress: &Progress,
) -> Result<Option<Placements>, Cancelled> {
    let Some(mapper) = side.mapper.crush() else { return Ok(None) };
    let placed = place_many(mapper, &pool_inputs(side), None, threads, progress);
    placed.map(Some).ok_or(Cancelled)
}

impl PoolBaseline {
    fn new(
        side: &PoolSide<'_>,
        record: Option<Record>,
        amounts: Amounts,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<PoolBaseline, Cancelled> {
        let (special, plain) = (Vec::new(), PlainTally::default());
        let mut pool = PoolBaseline { record, amounts, special, plain };
        pool.count(side, threads, progress)?;
        Ok(pool)
    }

    /// Makes it one of the next state, where these PGs (and all that were not plain) were touched.
    /// Those that are plain now are counted with the others.
    fn advance(
        &mut self,
        side: &PoolSide<'_>,
        touched: &[u32],
        changes: &Changes,
        replaced: &PlainTally,
    ) {
        self.plain.remove(replaced);
        let (mut workspace, mut view) = (PgWorkspace::new(), View::default());
        let mut special = Vec::new();
        for &seed in touched.iter().filter(|seed| **seed < side.pool.pg_num) {
            let placed = changes.get(seed).unwrap_or_else(|| self.placed(seed));
            let mapping = side.mapper.map_placed(seed, placed, &mut workspace);
            if is_plain(side, seed, &mapping) {
                take(&mut view, mapping);
                setting(side, seed).evaluate(&mut view);
                self.plain.count(&view, side);
            } else {
                special.push(seed);
            }
        }
        self.special = special;
        let conditions = Conditions::of_pool(&side.mapper, side.state.crush());
        if let Some((record, conditions)) = self.record.as_mut().zip(conditions) {
            record.advance(conditions, changes);
        }
    }

    /// What CRUSH chooses for a PG.
    pub(crate) fn placed(&self, seed: u32) -> &[i32] {
        let record = self.record.as_ref();
        record.and_then(|record| record.placements().get(seed as usize)).unwrap_or_default()
    }

    /// The PGs that are not plain, by rising number.
    pub(crate) fn special(&self) -> &[u32] {
        &self.special
    }

    /// Whether a PG is plain.
    pub(crate) fn is_plain(&self, seed: u32) -> bool {
        self.special.binary_search(&seed).is_err()
    }

    /// Counts the plain PGs, and notes the others.
    fn count(
        &mut self,
        side: &PoolSide<'_>,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<(), Cancelled> {
        let pgs = side.pool.pg_num as usize;
        let begin = || (PgWorkspace::new(), View::default(), PlainTally::default(), Vec::new());
        let work = |own: &mut (PgWorkspace, View, PlainTally, Vec<u32>), block: usize| {
            let (workspace, view, tally, special) = own;
            let start = block * PGS_PER_BLOCK;
            for seed in start as u32..(start + PGS_PER_BLOCK).min(pgs) as u32 {
                let mapping = side.mapper.map_placed(seed, self.placed(seed), workspace);
                if is_plain(side, seed, &mapping) {
                    take(view, mapping);
                    setting(side, seed).evaluate(view);
                    tally.count(view, side);
                } else {
                    special.push(seed);
                }
            }
        };
        let blocks = pgs.div_ceil(PGS_PER_BLOCK);
        let parts = in_blocks(blocks, threads, progress, begin, work).ok_or(Cancelled)?;
        for (_, _, tally, special) in parts {
            self.plain.add(&tally);
            self.special.extend(special);
        }
        self.special.sort_unstable();
        Ok(())
    }
}
