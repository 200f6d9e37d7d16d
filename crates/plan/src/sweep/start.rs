//! The cluster before anything fails, and what is worked out of it once for all failures.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, Ordering};

use crushlab_osdmap::{OsdMap, OsdStats};

use super::flows::{Flow, Flows};
use super::look::Look;
use super::pool::StartPool;
use super::short::ShortPgs;
use super::workers::on_threads;
use crate::copysets::LossSets;
use crate::copysets::report::LOST_MAX;
use crushlab_compare::amounts::amounts;
use crushlab_compare::backfill::{Hold, Queue};
use crushlab_compare::change::devices;
use crushlab_compare::fill::limit_ratio;
use crushlab_compare::progress::Progress;
use crushlab_compare::{
    Baseline, Cancelled, ClusterData, ClusterState, DataBasis, Fill, FillLevel, TooFull,
};
use crushlab_monitor::command::clean::cleaned;

/// PGs that a thread takes at once.
const PGS_PER_BLOCK: u32 = 4096;

/// The cluster before anything fails.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    pub(crate) state: &'a ClusterState<'a>,
    /// The map without exceptions that do not fit, which the next change of it drops.
    pub(crate) cleaned: OsdMap,
    pub(crate) pools: Vec<StartPool<'a>>,
    /// How well the data of PGs is known.
    pub(crate) basis: DataBasis,
    /// PGs that lack OSDs as it is.
    pub(crate) short: ShortPgs,
    /// PGs that do so when all that can move has moved.
    pub(crate) short_healed: ShortPgs,
    /// Sizes of OSDs, where they and the data of all pools are known.
    stats: Vec<Option<OsdStats>>,
    /// What comes and goes without a failure.
    pub(crate) flows: Flows,
    /// PGs that find no room without a failure, by position of their pool and number.
    pub(crate) refused: HashSet<(usize, u32)>,
    /// Their sums.
    pub(crate) too_full: TooFull,
    /// OSDs that are up and whose fill is known, the fullest first.
    by_fill: Vec<i32>,
    /// OSDs that are up, those with the most PGs first.
    by_pgs: Vec<i32>,
}

/// What one thread found.
struct Found {
    short: ShortPgs,
    short_healed: ShortPgs,
    flows: Flows,
    others: Vec<(i32, u32)>,
    restless: Vec<u32>,
    queue: Queue,
}

impl<'a> Start<'a> {
    /// Looks at each PG of a state that was mapped. Tells `progress` of as many inputs as there are
    /// PGs.
    pub(crate) fn new(
        (placed, state): (&'a Baseline, &'a ClusterState<'a>),
        data: &ClusterData<'_>,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<Start<'a>, Cancelled> {
        let map = state.map();
        let mut start = Start {
            state,
            cleaned: cleaned(map),
            pools: Vec::new(),
            basis: DataBasis::Counted,
            short: ShortPgs::default(),
            short_healed: ShortPgs::default(),
            stats: vec![None; map.max_osd()],
            flows: Flows::new(map.max_osd()),
            refused: HashSet::new(),
            too_full: TooFull::default(),
            by_fill: Vec::new(),
            by_pgs: Vec::new(),
        };
        let mut queue = Queue::default();
        for (id, pool) in &map.pools {
            let known = amounts(data.cluster, *id, pool.pg_num);
            let basis = known.as_ref().map_or(DataBasis::Unknown, |(_, basis)| *basis);
            start.basis = start.basis.max(basis);
            let amounts = known.map(|(amounts, _)| amounts);
            let Some(pool) = StartPool::new(placed, state, *id, amounts) else { continue };
            start.add_pool(pool, &mut queue, threads, progress)?;
        }
        if start.basis != DataBasis::Unknown {
            for (osd, stats) in (0..).zip(&mut start.stats) {
                *stats = data.osds.get(&osd).filter(|stats| stats.total_bytes > 0).copied();
            }
        }
        start.refuse(&mut queue);
        start.sort_osds();
        Ok(start)
    }

    fn add_pool(
        &mut self,
        mut pool: StartPool<'a>,
        queue: &mut Queue,
        threads: NonZeroUsize,
        progress: &Progress,
    ) -> Result<(), Cancelled> {
        let next = AtomicU32::new(0);
        let place = self.pools.len();
        let osds = self.state.map().max_osd();
        let parts = on_threads(threads, || look_through((place, &pool), osds, &next, progress));
        if progress.is_cancelled() {
            return Err(Cancelled);
        }
        let (mut others, mut restless) = (Vec::new(), Vec::new());
        for part in parts {
            self.short.add(part.short);
            self.short_healed.add(part.short_healed);
            self.flows.add(&part.flows);
            queue.append(&part.queue);
            others.extend(part.others);
            restless.extend(part.restless);
        }
        pool.set_reach(&others, restless, &self.cleaned);
        self.pools.push(pool);
        Ok(())
    }

    /// Leaves PGs where they are that find no room.
    fn refuse(&mut self, queue: &mut Queue) {
        let mut refused = HashSet::new();
        let too_full = queue.settle(
            |osd| self.room(osd, Flow::default()),
            |pg| {
                refused.insert(pg);
            },
        );
        let mut look = Look::default();
        for &(place, seed) in &refused {
            let Some(pool) = self.pools.get(place) else { continue };
            let placed = pool.placed(seed);
            look.look(pool, seed, placed);
            look.change(pool, &pool.mapper, seed, placed);
            self.short_healed.take_away(ShortPgs::of(&pool.shape, &look.healed));
            self.short_healed.add(ShortPgs::of(&pool.shape, &look.view));
            let bytes = pool.shape.shard_bytes(pool.amount(seed).bytes);
            look.count_flows(pool.shape.is_erasure, bytes, -1, &mut self.flows);
        }
        (self.refused, self.too_full) = (refused, too_full);
    }

    /// What an OSD has room for before anything moves; `None` where it has room for all that comes
    /// to it, with `more` than what does at the start.
    pub(crate) fn room(&self, osd: i32, more: Flow) -> Option<i128> {
        let stats = self.stats(osd)?;
        let limit = f64::from(limit_ratio(self.state.map(), FillLevel::Backfillfull));
        // Largest use that is not above the limit, of any OSD that there is.
        let usable = (limit * stats.total_bytes as f64) as i128;
        let room = usable - i128::from(stats.used_bytes);
        let arriving = self.flows.of(osd).arriving_bytes + more.arriving_bytes;
        (arriving > room.max(0)).then_some(room)
    }

    /// The OSDs that PGs are on now. OSDs can be lost that are up and in, or hold data.
    pub(crate) fn loss_sets(&self) -> LossSets {
        let map = self.state.map();
        let osds = (0i32..).take(map.max_osd());
        let mut sets = LossSets::new(osds.filter(|osd| map.is_up(*osd) && map.is_in(*osd)));
        let mut look = Look::default();
        for pool in &self.pools {
            for seed in 0..pool.pool.pg_num {
                look.look(pool, seed, pool.placed(seed));
                look.holders.retain(|osd| map.is_up(*osd));
                sets.add(pool.id, &look.holders, pool.shape.readable_size);
            }
        }
        sets
    }

    /// Numbers of OSDs that lose data of some pool when all its PGs are whole, and those below.
    pub(crate) fn fatal_losses(&self) -> Vec<usize> {
        let fatal = |pool: &StartPool<'_>| pool.shape.size + 1 - pool.shape.readable_size;
        let most = self.pools.iter().map(fatal).max().unwrap_or(0);
        (1..=most.min(LOST_MAX)).collect()
    }

    fn sort_osds(&mut self) {
        let map = self.state.map();
        let up: Vec<i32> = (0i32..).take(map.max_osd()).filter(|osd| map.is_up(*osd)).collect();
        let mut filled: Vec<(f64, i32)> = (up.iter())
            .filter_map(|osd| Some((self.fill(*osd, Flow::default())?.after_ratio, *osd)))
            .collect();
        filled.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.by_fill = filled.into_iter().map(|(_, osd)| osd).collect();
        self.by_pgs = up;
        let flows = &self.flows;
        self.by_pgs.sort_unstable_by_key(|osd| (-flows.of(*osd).pgs, *osd));
    }

    /// Whether the fill of OSDs is known.
    pub(crate) fn has_fill(&self) -> bool {
        !self.by_fill.is_empty()
    }

    /// The size and use of an OSD, where they are known.
    pub(crate) fn stats(&self, osd: i32) -> Option<OsdStats> {
        usize::try_from(osd).ok().and_then(|osd| *self.stats.get(osd)?)
    }

    /// The fill of an OSD where what comes and goes differs by `more`.
    pub(crate) fn fill(&self, osd: i32, more: Flow) -> Option<Fill> {
        let stats = self.stats(osd)?;
        let flow = self.flows.of(osd);
        let bytes = |bytes: i128| u64::try_from(bytes.max(0)).unwrap_or(u64::MAX);
        let arriving = bytes(flow.arriving_bytes + more.arriving_bytes);
        let leaving = bytes(flow.leaving_bytes + more.leaving_bytes);
        Some(Fill::new(self.state.map(), &stats, [arriving, leaving, 0]))
    }

    /// The fullest OSD with its fill when all has moved, of those that `is_up` says; what comes
    /// and goes differs by `more`.
    pub(crate) fn fullest(&self, more: &Flows, is_up: impl Fn(i32) -> bool) -> Option<(i32, Fill)> {
        let is_untouched = |osd: &&i32| is_up(**osd) && !more.touches(**osd);
        let untouched = self.by_fill.iter().find(is_untouched).copied();
        let touched = more.touched().iter().copied().filter(|osd| is_up(*osd));
        let known = touched.chain(untouched);
        let known = known.filter_map(|osd| Some((osd, self.fill(osd, more.of(osd))?)));
        known.max_by(|(a, one), (b, other)| {
            one.after_ratio.total_cmp(&other.after_ratio).then(b.cmp(a))
        })
    }

    /// The OSD with the most PGs, of those that `is_up` says, and how many these are.
    pub(crate) fn most_pgs(&self, more: &Flows, is_up: impl Fn(i32) -> bool) -> Option<(i32, u64)> {
        let is_untouched = |osd: &&i32| is_up(**osd) && !more.touches(**osd);
        let untouched = self.by_pgs.iter().find(is_untouched).copied();
        let touched = more.touched().iter().copied().filter(|osd| is_up(*osd));
        let counted = touched.chain(untouched);
        let counted = counted.map(|osd| (osd, self.flows.of(osd).pgs + more.of(osd).pgs));
        let most = counted.max_by_key(|(osd, pgs)| (*pgs, std::cmp::Reverse(*osd)));
        most.map(|(osd, pgs)| (osd, u64::try_from(pgs).unwrap_or(0)))
    }
}

/// Takes blocks of PGs until none is left.
fn look_through(
    (place, pool): (usize, &StartPool<'_>),
    osds: usize,
    next: &AtomicU32,
    progress: &Progress,
) -> Found {
    let (short, short_healed) = (ShortPgs::default(), ShortPgs::default());
    let (flows, others, restless) = (Flows::new(osds), Vec::new(), Vec::new());
    let queue = Queue::default();
    let mut found = Found { short, short_healed, flows, others, restless, queue };
    let mut look = Look::default();
    let pg_num = pool.pool.pg_num;
    while !progress.is_cancelled() {
        let block = next.fetch_add(1, Ordering::Relaxed);
        let first = block.saturating_mul(PGS_PER_BLOCK);
        if first >= pg_num {
            break;
        }
        let end = first.saturating_add(PGS_PER_BLOCK).min(pg_num);
        for seed in first..end {
            look_at((place, pool), seed, &mut look, &mut found);
        }
        progress.advance(u64::from(end - first));
    }
    found
}

fn look_at((place, pool): (usize, &StartPool<'_>), seed: u32, look: &mut Look, found: &mut Found) {
    let placed = pool.placed(seed);
    look.look(pool, seed, placed);
    let short = look.short_before(pool);
    found.short.add(short);
    for osd in devices(&look.before.up) {
        found.flows.change(osd, |flow| flow.pgs += 1);
    }
    for osd in devices(&look.before.up).chain(devices(&look.holders)) {
        if !placed.contains(&osd) {
            found.others.push((osd, seed));
        }
    }
    if look.is_at_rest() {
        found.short_healed.add(short);
        return;
    }
    let can_move = look.change(pool, &pool.mapper, seed, placed)
        && !look.stays(pool.shape.is_erasure, &Hold::of(pool.mapper.map()));
    found.short_healed.add(ShortPgs::of(&pool.shape, &look.healed));
    let is_erasure = pool.shape.is_erasure;
    let is_waiting = look.targets(is_erasure).next().is_some();
    if is_waiting || look.view.differs(&look.before) {
        found.restless.push(seed);
    }
    if can_move {
        let bytes = pool.shape.shard_bytes(pool.amount(seed).bytes);
        look.count_flows(is_erasure, bytes, 1, &mut found.flows);
        look.queue(&mut found.queue, (place, seed), &pool.shape, bytes);
    }
}
