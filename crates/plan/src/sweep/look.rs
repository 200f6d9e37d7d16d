//! One PG: as it is, right after a failure, and healed.

use crushlab_osdmap::{OsdMap, PgId, PgWorkspace, PoolMapper};

use super::flows::Flows;
use super::pool::StartPool;
use super::short::ShortPgs;
use crushlab_compare::PgState;
use crushlab_compare::backfill::{Hold, Queue, urgency};
use crushlab_compare::copies::count;
use crushlab_compare::moves::{MoveSides, Moves};
use crushlab_compare::pg_compare::{add_offline, missing, take};
use crushlab_compare::settle::{Prior, Setting, SettleRoom, View};
use crushlab_compare::shape::PoolShape;

/// Room for one PG, to be used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Look {
    workspace: PgWorkspace,
    settle: SettleRoom,
    /// The PG as it is.
    pub(crate) before: View,
    /// The PG right after the last change that it went through.
    pub(crate) view: View,
    /// The PG when all that can move has moved.
    pub(crate) healed: View,
    /// OSDs that have its data before anything fails, those that are down included.
    pub(crate) holders: Vec<i32>,
    /// What it has to copy.
    pub(crate) moves: Moves,
}

impl Look {
    /// Looks at a PG as it is.
    pub(crate) fn look(&mut self, pool: &StartPool<'_>, seed: u32, placed: &[i32]) {
        let map = pool.mapper.map();
        take(&mut self.before, pool.mapper.map_placed(seed, placed, &mut self.workspace));
        let setting = setting(pool, map, seed);
        if let Some(list) = pool.holders {
            let temporary = list.get(PgId::new(pool.id, seed));
            self.holders.clear();
            self.holders.extend_from_slice(temporary.unwrap_or(&self.before.up));
            let prior = Prior { holders: &self.holders, temporary };
            setting.settle(prior, &mut self.before, &mut self.healed, &mut self.settle);
            return;
        }
        setting.evaluate(&mut self.before);
        self.holders.clone_from(&self.before.acting);
        let is_short = count(&self.before.up) < pool.shape.size;
        if let Some(all_up) = pool.all_up.as_ref().filter(|_| is_short) {
            let places = all_up.map_placed(seed, placed, &mut self.workspace).up;
            add_offline(map, pool.shape.is_erasure, places, &mut self.holders);
        }
    }

    /// Whether the PG as it is has nothing to do. One with an OSD twice in it, as untidy rules
    /// make them, may have.
    pub(crate) fn is_at_rest(&self) -> bool {
        let up = &self.before.up;
        self.before.state == PgState::ACTIVE.with(PgState::CLEAN)
            && up.iter().enumerate().all(|(place, osd)| !up[..place].contains(osd))
    }

    /// Lets the map change to that of `after`; `placed` is what CRUSH chooses then. Fills in
    /// `view` and `healed` and returns whether the PG's data can move.
    pub(crate) fn change(
        &mut self,
        pool: &StartPool<'_>,
        after: &PoolMapper<'_>,
        seed: u32,
        placed: &[i32],
    ) -> bool {
        take(&mut self.view, after.map_placed(seed, placed, &mut self.workspace));
        let is_temporary = self.before.acting != self.before.up;
        let temporary = is_temporary.then_some(self.before.acting.as_slice());
        let prior = Prior { holders: &self.holders, temporary };
        let setting = setting(pool, after.map(), seed);
        setting.settle(prior, &mut self.view, &mut self.healed, &mut self.settle)
    }

    /// Whether a flag holds the PG's data where it is: then it stays what it is right away.
    pub(crate) fn stays(&mut self, is_erasure: bool, hold: &Hold) -> bool {
        let is_held =
            hold.holds(self.view.state).is_some() && self.targets(is_erasure).next().is_some();
        if is_held {
            self.healed.clone_from(&self.view);
        }
        is_held
    }

    /// Finds what the change makes OSDs copy.
    pub(crate) fn find_moves(&mut self, is_erasure: bool) {
        self.moves.find(&MoveSides {
            is_erasure,
            up_before: &self.before.up,
            holders: &self.holders,
            up_after: &self.view.up,
            eligible: None,
        });
    }

    /// OSDs that still have to receive the PG.
    pub(crate) fn targets(&self, is_erasure: bool) -> impl Iterator<Item = i32> + '_ {
        missing(is_erasure, &self.view.up, &self.holders)
    }

    /// Adds (or with `sign` -1 takes away) the bytes that come and go until all has moved.
    pub(crate) fn count_flows(&self, is_erasure: bool, bytes: u64, sign: i128, flows: &mut Flows) {
        let bytes = sign * i128::from(bytes);
        for osd in self.targets(is_erasure) {
            flows.change(osd, |flow| flow.arriving_bytes += bytes);
        }
        for osd in missing(is_erasure, &self.holders, &self.healed.acting) {
            flows.change(osd, |flow| flow.leaving_bytes += bytes);
        }
    }

    /// Adds the PG to those that ask for room.
    pub(crate) fn queue(
        &self,
        queue: &mut Queue,
        pg: (usize, u32),
        shape: &PoolShape,
        shard_bytes: u64,
    ) {
        if shard_bytes > 0 {
            queue.add(
                pg,
                urgency(shape, &self.view),
                shard_bytes,
                self.targets(shape.is_erasure),
                missing(shape.is_erasure, &self.holders, &self.healed.acting),
            );
        }
    }

    /// What the PG counts for as it is.
    pub(crate) fn short_before(&self, pool: &StartPool<'_>) -> ShortPgs {
        ShortPgs::of(&pool.shape, &self.before)
    }
}

fn setting<'a>(pool: &StartPool<'_>, map: &'a OsdMap, seed: u32) -> Setting<'a> {
    Setting {
        map,
        shape: pool.shape,
        objects: pool.objects(seed),
        primary_temp: map.primary_temp.get(&PgId::new(pool.id, seed)).copied(),
        recorded: pool.recorded(seed),
    }
}
