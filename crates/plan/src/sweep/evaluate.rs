//! One failure: its OSDs go down, then out, and all data moves that can.
//!
//! Only the PGs that have to do with one of the OSDs are looked at: what CRUSH chose without
//! looking at an OSD stays as it is when that OSD goes out (see
//! [`index`](crushlab_compare::index)).

use std::collections::HashSet;

use crushlab_crush::NONE;
use crushlab_crushmap::CrushMap;
use crushlab_kernel::{Batch, Workspace};
use crushlab_osdmap::model::state;
use crushlab_osdmap::{OsdMap, PgId, PoolMapper};

use super::flows::Flows;
use super::look::Look;
use super::outcome::{Fullest, Outcome, Verdict};
use super::pool::StartPool;
use super::short::ShortPgs;
use super::start::Start;
use crushlab_compare::TooFull;
use crushlab_compare::backfill::{Hold, Queue};
use crushlab_compare::change::devices;
#[cfg(test)]
use crushlab_compare::settle::View;
use crushlab_monitor::command::clean::{Fit, UpmapCheck};

/// The PGs of a pool that a failure can change, and what CRUSH chooses for them afterwards.
#[derive(Debug, Default)]
struct Affected {
    seeds: Vec<u32>,
    inputs: Vec<u32>,
    osds: Vec<i32>,
    lengths: Vec<u32>,
    stride: usize,
}

impl Affected {
    /// The PGs, with what CRUSH chooses for each.
    fn iter(&self) -> impl Iterator<Item = (u32, &[i32])> {
        self.seeds.iter().enumerate().map(move |(index, seed)| (*seed, self.row(index)))
    }

    /// What CRUSH chooses for one of the PGs.
    fn placed(&self, seed: u32) -> &[i32] {
        self.seeds.binary_search(&seed).map_or(&[], |index| self.row(index))
    }

    fn row(&self, index: usize) -> &[i32] {
        let start = index * self.stride;
        let length = self.lengths.get(index).copied().unwrap_or(0) as usize;
        self.osds.get(start..start + length).unwrap_or_default()
    }

    /// Places the PGs that were found.
    fn place(&mut self, pool: &StartPool<'_>, after: &PoolMapper<'_>, workspace: &mut Workspace) {
        let input = |seed: &u32| pool.pool.placement_seed(pool.id, *seed);
        self.inputs.clear();
        self.inputs.extend(self.seeds.iter().map(input));
        self.lengths.clear();
        self.lengths.resize(self.seeds.len(), 0);
        self.osds.clear();
        self.stride = 0;
        let Some(mapper) = after.crush() else { return };
        self.stride = mapper.result_max();
        self.osds.resize(self.seeds.len() * self.stride, 0);
        let batch = Batch::from(mapper);
        batch.place_into(&self.inputs, &mut self.osds, &mut self.lengths, workspace);
    }
}

/// Upmaps that were changed in a map, as they were.
#[derive(Debug, Default)]
struct Dropped {
    explicit: Vec<(PgId, Vec<i32>)>,
    items: Vec<(PgId, Vec<(i32, i32)>)>,
}

/// Room for one failure after another, on one thread.
pub(crate) struct Evaluator<'a> {
    start: &'a Start<'a>,
    /// The map with the failed OSDs down; and with them out, too.
    down: OsdMap,
    out: OsdMap,
    upmaps: UpmapCheck<'a>,
    affected: Vec<Affected>,
    dropped: Dropped,
    counted: Counted,
    look: Look,
    workspace: Workspace,
}

/// What was counted of a failure.
#[derive(Debug, Default)]
struct Counted {
    short: ShortPgs,
    short_healed: ShortPgs,
    /// What those PGs counted for before, right away and healed.
    short_before: [ShortPgs; 2],
    /// What they count for now and did not before.
    newly: [ShortPgs; 2],
    rebuild_shards: u64,
    rebuild_bytes: u64,
    moved_shards: u64,
    moved_bytes: u64,
    flows: Flows,
    queue: Queue,
}

impl<'a> Evaluator<'a> {
    /// For failures of the cluster at this start.
    pub(crate) fn new(start: &'a Start<'a>) -> Evaluator<'a> {
        let map = start.state.map();
        // Placing needs neither names nor addresses, of which there are many.
        let crush = CrushMap::default();
        let down = OsdMap { crush, osds: Vec::new(), ..start.cleaned.clone() };
        let affected = start.pools.iter().map(|_| Affected::default()).collect();
        Evaluator {
            start,
            out: down.clone(),
            down,
            upmaps: UpmapCheck::new(&map.crush),
            affected,
            dropped: Dropped::default(),
            counted: Counted { flows: Flows::new(map.max_osd()), ..Counted::default() },
            look: Look::default(),
            workspace: Workspace::new(),
        }
    }

    /// What the failure of these OSDs, by rising number, comes to.
    pub(crate) fn evaluate(&mut self, osds: &[i32]) -> Outcome {
        self.fail(osds);
        self.count();
        let outcome = self.outcome(osds);
        self.restore(osds);
        outcome
    }

    /// Lets OSDs go down and out, and finds what the PGs become that have to do with them.
    fn fail(&mut self, osds: &[i32]) {
        for osd in osds {
            let index = *osd as usize;
            self.down.osd_states[index] &= !state::UP;
            self.out.osd_states[index] &= !state::UP;
            self.out.osd_weights[index] = 0;
        }
        self.place(osds);
        self.drop_upmaps();
    }

    /// Brings the OSDs back.
    fn restore(&mut self, osds: &[i32]) {
        let map = self.start.state.map();
        self.restore_upmaps();
        for osd in osds {
            let index = *osd as usize;
            self.down.osd_states[index] = map.osd_states[index];
            self.out.osd_states[index] = map.osd_states[index];
            self.out.osd_weights[index] = map.osd_weights[index];
        }
    }

    /// The PGs that were looked at for a failure: each right after it, and healed.
    #[cfg(test)]
    pub(crate) fn views(&mut self, osds: &[i32]) -> Vec<(PgId, View, View)> {
        self.fail(osds);
        self.count();
        let mut refused = HashSet::new();
        let (start, flows) = (self.start, &self.counted.flows);
        let room = |osd: i32| start.room(osd, flows.of(osd));
        self.counted.queue.settle(room, |pg| {
            refused.insert(pg);
        });
        let mut views = Vec::new();
        for (place, (pool, affected)) in self.start.pools.iter().zip(&self.affected).enumerate() {
            let mapper = |map| PoolMapper::new(map, self.start.state.crush(), pool.id);
            let (Ok(down), Ok(out)) = (mapper(&self.down), mapper(&self.out)) else { continue };
            for (seed, placed) in affected.iter() {
                self.look.look(pool, seed, pool.placed(seed));
                self.look.change(pool, &down, seed, pool.placed(seed));
                let after = self.look.view.clone();
                self.look.change(pool, &out, seed, placed);
                let mut healed = self.look.healed.clone();
                if refused.contains(&(place, seed)) {
                    healed.clone_from(&self.look.view);
                    healed.wait_for_room();
                }
                views.push((PgId::new(pool.id, seed), after, healed));
            }
        }
        self.restore(osds);
        views
    }

    /// Finds the PGs that can change, and places them with the OSDs out.
    fn place(&mut self, osds: &[i32]) {
        for (pool, affected) in self.start.pools.iter().zip(&mut self.affected) {
            pool.affected(osds, &mut affected.seeds);
            if let Ok(after) = PoolMapper::new(&self.out, self.start.state.crush(), pool.id) {
                affected.place(pool, &after, &mut self.workspace);
            }
        }
    }

    /// Drops the upmaps that do not fit what CRUSH chooses now, as the monitors do.
    fn drop_upmaps(&mut self) {
        if self.out.pg_upmap.is_empty() && self.out.pg_upmap_items.is_empty() {
            return;
        }
        let mut raw = Vec::new();
        for (pool, affected) in self.start.pools.iter().zip(&self.affected) {
            for (seed, placed) in affected.iter() {
                let pg = PgId::new(pool.id, seed);
                let out = &self.out;
                if !out.pg_upmap.contains_key(&pg) && !out.pg_upmap_items.contains_key(&pg) {
                    continue;
                }
                keep_existing(out, pool.shape.is_erasure, placed, &mut raw);
                match self.upmaps.fit(out, pg, &raw) {
                    Fit::Kept => {}
                    Fit::Cancelled => {
                        let explicit = self.out.pg_upmap.remove(&pg);
                        self.dropped.explicit.extend(explicit.map(|osds| (pg, osds)));
                        let items = self.out.pg_upmap_items.remove(&pg);
                        self.dropped.items.extend(items.map(|pairs| (pg, pairs)));
                    }
                    Fit::Changed(pairs) => {
                        let items = self.out.pg_upmap_items.insert(pg, pairs);
                        self.dropped.items.extend(items.map(|pairs| (pg, pairs)));
                    }
                }
            }
        }
    }

    fn restore_upmaps(&mut self) {
        self.out.pg_upmap.extend(self.dropped.explicit.drain(..));
        self.out.pg_upmap_items.extend(self.dropped.items.drain(..));
    }

    fn count(&mut self) {
        let Evaluator { start, counted, look, .. } = self;
        counted.clear();
        let crush = start.state.crush();
        for (place, (pool, affected)) in start.pools.iter().zip(&self.affected).enumerate() {
            let mapper = |map| PoolMapper::new(map, crush, pool.id);
            let (Ok(down), Ok(out)) = (mapper(&self.down), mapper(&self.out)) else { continue };
            for (seed, placed) in affected.iter() {
                let pool = (place, pool);
                counted.count(pool, &start.refused, [&down, &out], (seed, placed), look);
            }
        }
    }

    fn outcome(&mut self, osds: &[i32]) -> Outcome {
        let (start, counted, look) = (self.start, &mut self.counted, &mut self.look);
        let [before, before_healed] = counted.short_before;
        let total = |all: ShortPgs, before: ShortPgs, after: ShortPgs| {
            let mut sum = all;
            sum.take_away(before);
            sum.add(after);
            sum
        };
        let is_up = |osd: i32| self.down.is_up(osd);
        let wanted = start.fullest(&counted.flows, is_up);
        let too_full = match wanted {
            Some(_) => counted.refuse(start, &self.affected, &self.out, look),
            None => TooFull::default(),
        };
        let fullest = start.fullest(&counted.flows, is_up);
        let mut outcome = Outcome {
            osds_failed: osds.iter().filter(|osd| start.state.map().is_up(**osd)).count() as u64,
            short: total(start.short, before, counted.short),
            short_healed: total(start.short_healed, before_healed, counted.short_healed),
            rebuild_shards: counted.rebuild_shards,
            rebuild_bytes: counted.rebuild_bytes,
            moved_shards: counted.moved_shards,
            moved_bytes: counted.moved_bytes,
            fullest: fullest.map(Fullest::of),
            fullest_wanted: wanted.map(Fullest::of),
            most_pgs: start.most_pgs(&counted.flows, is_up),
            too_full,
            newly_short: counted.newly[0],
            newly_short_healed: counted.newly[1],
            newly_too_full: too_full.pgs_backfill_toofull > start.too_full.pgs_backfill_toofull,
            verdict: Verdict::Healed,
        };
        outcome.verdict = outcome.judge();
        outcome
    }
}

/// Puts what CRUSH chose into `raw`, without OSDs that do not exist.
fn keep_existing(map: &OsdMap, is_erasure: bool, placed: &[i32], raw: &mut Vec<i32>) {
    raw.clear();
    if is_erasure {
        raw.extend(placed.iter().map(|osd| if map.exists(*osd) { *osd } else { NONE }));
    } else {
        raw.extend(placed.iter().copied().filter(|osd| map.exists(*osd)));
    }
}

impl Counted {
    fn clear(&mut self) {
        let Counted { mut flows, mut queue, .. } = std::mem::take(self);
        flows.clear();
        queue.clear();
        *self = Counted { flows, queue, ..Counted::default() };
    }

    /// Counts one PG: with the OSDs down, and with them out.
    fn count(
        &mut self,
        (place, pool): (usize, &StartPool<'_>),
        refused: &HashSet<(usize, u32)>,
        [down, out]: [&PoolMapper<'_>; 2],
        (seed, placed_after): (u32, &[i32]),
        look: &mut Look,
    ) {
        let is_erasure = pool.shape.is_erasure;
        let shard_bytes = pool.shape.shard_bytes(pool.amount(seed).bytes);
        let placed = pool.placed(seed);
        look.look(pool, seed, placed);
        let short = look.short_before(pool);
        self.short_before[0].add(short);
        let mut short_settled = short;
        if look.is_at_rest() {
            self.short_before[1].add(short);
        } else {
            // What it has to do anyhow was counted at the start.
            let can_move = look.change(pool, &pool.mapper, seed, placed)
                && !look.stays(is_erasure, &Hold::of(pool.mapper.map()));
            let is_refused = refused.contains(&(place, seed));
            let settled = if is_refused { &look.view } else { &look.healed };
            short_settled = ShortPgs::of(&pool.shape, settled);
            self.short_before[1].add(short_settled);
            if can_move && !is_refused {
                look.count_flows(is_erasure, shard_bytes, -1, &mut self.flows);
            }
        }
        look.change(pool, down, seed, placed);
        let short_after = ShortPgs::of(&pool.shape, &look.view);
        self.short.add(short_after);
        self.newly[0].add(short_after.beyond(short));
        let can_move = look.change(pool, out, seed, placed_after);
        let moves = can_move && !look.stays(is_erasure, &Hold::of(out.map()));
        let short_healed = ShortPgs::of(&pool.shape, &look.healed);
        self.short_healed.add(short_healed);
        self.newly[1].add(short_healed.beyond(short_settled));
        for osd in devices(&look.before.up) {
            self.flows.change(osd, |flow| flow.pgs -= 1);
        }
        for osd in devices(&look.view.up) {
            self.flows.change(osd, |flow| flow.pgs += 1);
        }
        if moves {
            look.count_flows(is_erasure, shard_bytes, 1, &mut self.flows);
            look.queue(&mut self.queue, (place, seed), &pool.shape, shard_bytes);
        }
        if can_move {
            self.count_moves(out.map(), is_erasure, shard_bytes, look);
        }
    }

    /// Leaves PGs where they are that find no room, and tells how many these are.
    fn refuse(
        &mut self,
        start: &Start<'_>,
        affected: &[Affected],
        out: &OsdMap,
        look: &mut Look,
    ) -> TooFull {
        let flows = &self.flows;
        let mut refused = Vec::new();
        let room = |osd: i32| start.room(osd, flows.of(osd));
        let too_full = self.queue.settle(room, |pg| refused.push(pg));
        for (place, seed) in refused {
            let (Some(pool), Some(affected)) = (start.pools.get(place), affected.get(place)) else {
                continue;
            };
            let Ok(mapper) = PoolMapper::new(out, start.state.crush(), pool.id) else { continue };
            look.look(pool, seed, pool.placed(seed));
            look.change(pool, &mapper, seed, affected.placed(seed));
            self.short_healed.take_away(ShortPgs::of(&pool.shape, &look.healed));
            self.short_healed.add(ShortPgs::of(&pool.shape, &look.view));
            let bytes = pool.shape.shard_bytes(pool.amount(seed).bytes);
            look.count_flows(pool.shape.is_erasure, bytes, -1, &mut self.flows);
        }
        too_full
    }

    fn count_moves(&mut self, map: &OsdMap, is_erasure: bool, shard_bytes: u64, look: &mut Look) {
        look.find_moves(is_erasure);
        for (from, _) in &look.moves.moves {
            self.moved_shards += 1;
            self.moved_bytes = self.moved_bytes.saturating_add(shard_bytes);
            if !map.is_up(*from) {
                self.rebuild_shards += 1;
                self.rebuild_bytes = self.rebuild_bytes.saturating_add(shard_bytes);
            }
        }
    }
}
