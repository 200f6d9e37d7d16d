//! One PG before and after a change.

use crushlab_crush::NONE;
use crushlab_osdmap::{OsdMap, PgId, PgWorkspace};

use super::amounts::Amount;
use super::backfill::{Hold, Queue, urgency};
use super::copies::{Copies, count};
use super::found::{Found, Lists};
use super::moves::{MoveSides, Moves};
use super::options::{AfterState, Options};
use super::pool_pair::PoolPair;
use super::pool_side::{PoolSide, setting};
use super::settle::{Prior, SettleRoom, View};
use super::tally::Shards;

pub use super::settle::take;

/// What keeps the data of PGs from moving.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    /// What flags of the map after the change hold.
    pub(crate) hold: Hold,
    /// PGs without room, by rising position of the pool and unit.
    pub(crate) without_room: Vec<(usize, u32)>,
}

/// Scratch memory for the comparison of a PG, to be used again for the next.
#[derive(Debug, Default)]
pub(crate) struct PgScratch {
    workspace: PgWorkspace,
    settle: SettleRoom,
    before: View,
    after: View,
    healed: View,
    unused: View,
    holders: Vec<i32>,
    kept: Vec<i32>,
    moves: Moves,
}

impl PgScratch {
    /// Compares a unit of a pool and adds what it finds.
    pub(crate) fn compare(
        &mut self,
        pair: &PoolPair<'_>,
        position: usize,
        unit: u32,
        (options, limits): (&Options, &Limits),
        found: &mut Found,
    ) {
        let is_before = pair.before.as_ref().is_some_and(|side| unit < side.pool.pg_num);
        let is_after = pair.after.as_ref().is_some_and(|side| unit < side.pool.pg_num);
        self.holders.clear();
        if let Some(side) = &pair.before {
            let seed = side.seed(unit);
            self.look_before(pair, side, seed);
            if is_before {
                count_side(&self.before, side, 0, found);
                if pair.uncounted().is_some_and(|baseline| baseline.is_plain(seed)) {
                    found.replaced[position].count(&self.before, side);
                }
            }
        }
        if let Some(side) = &pair.after {
            let can_move = self.look_after(pair, side, side.seed(unit), options);
            let moves = can_move && !self.stays(side, (position, unit), limits, found);
            if is_after {
                count_side(&self.after, side, 1, found);
                found.tally.sides[2].count(&self.healed, side.topology.check(&self.healed.up));
                self.keep_holders(side, unit, [can_move, moves], options, &mut found.lists);
            }
            if can_move && let Some(before) = &pair.before {
                self.count_moves(pair, [before, side], position, unit, found);
            }
            if moves {
                self.count_traffic(pair, side, unit, found);
            }
        }
        let is_changed = is_before != is_after || self.before.differs(&self.after);
        if (is_before || is_after) && is_changed {
            found.tally.pgs_changed += 1;
            if options.list_pgs {
                let before = is_before.then_some(&self.before);
                let after = is_after.then_some(&self.after);
                let healed = is_after.then_some(&self.healed);
                found.lists.changes.push(PgId::new(pair.id, unit), [before, after, healed]);
            }
        }
    }

    /// Whether the data of a PG stays where it is, though it could move: a flag holds it, or it
    /// finds no room. What it is then is what it stays.
    fn stays(
        &mut self,
        side: &PoolSide<'_>,
        pg: (usize, u32),
        limits: &Limits,
        found: &mut Found,
    ) -> bool {
        let is_erasure = side.shape.is_erasure;
        if missing(is_erasure, &self.after.up, &self.holders).next().is_none() {
            return false;
        }
        if limits.hold.holds(self.after.state).is_some() {
            found.tally.pgs_held += u64::from(pg.1 < side.pool.pg_num);
            self.healed.clone_from(&self.after);
            return true;
        }
        if limits.without_room.binary_search(&pg).is_err() {
            return false;
        }
        self.healed.clone_from(&self.after);
        self.healed.wait_for_room();
        true
    }

    /// Adds a PG to those that ask for room, if flags let it.
    pub(crate) fn queue(
        &mut self,
        pair: &PoolPair<'_>,
        (position, unit): (usize, u32),
        (options, limits): (&Options, &Limits),
        queue: &mut Queue,
    ) {
        let Some(after) = &pair.after else { return };
        let amount = pair.amount(unit).unwrap_or_default();
        if amount.bytes == 0 {
            return;
        }
        self.holders.clear();
        if let Some(before) = &pair.before {
            self.look_before(pair, before, before.seed(unit));
        }
        let can_move = self.look_after(pair, after, after.seed(unit), options);
        if can_move && limits.hold.holds(self.after.state).is_none() {
            let is_erasure = after.shape.is_erasure;
            queue.add(
                (position, unit),
                urgency(&after.shape, &self.after),
                after.shape.shard_bytes(amount.bytes),
                missing(is_erasure, &self.after.up, &self.holders),
                missing(is_erasure, &self.holders, &self.healed.acting),
            );
        }
    }

    /// What a unit of a pool that is on both sides has to copy, and its copies right after the
    /// change (none, where it is no PG then). Notes who has its data.
    pub(crate) fn move_unit(
        &mut self,
        pair: &PoolPair<'_>,
        [before, after]: [&PoolSide<'_>; 2],
        unit: u32,
        options: &Options,
        lists: &mut Lists,
    ) -> (Shards, Copies) {
        self.look_before(pair, before, before.seed(unit));
        let can_move = self.look_after(pair, after, after.seed(unit), options);
        let mut moved = Shards::default();
        if can_move {
            self.moves.find(&MoveSides {
                is_erasure: after.shape.is_erasure,
                up_before: &self.before.up,
                holders: &self.holders,
                up_after: &self.after.up,
                eligible: None,
            });
            let amount = pair.amount(unit).unwrap_or_default();
            let shards = Shards::of(amount, after.shape.shard_bytes(amount.bytes));
            self.moves.moves.iter().for_each(|_| moved.add(shards));
        }
        if unit >= after.pool.pg_num {
            return (moved, Copies::default());
        }
        self.keep_holders(after, unit, [can_move; 2], options, lists);
        (moved, self.after.copies)
    }

    /// What the PG was, and who has its data.
    fn look_before(&mut self, pair: &PoolPair<'_>, side: &PoolSide<'_>, seed: u32) {
        let pg = PgId::new(side.id, seed);
        let placed = pair.placed_before(seed);
        take(&mut self.before, side.mapper.map_placed(seed, placed, &mut self.workspace));
        let setting = setting(side, seed);
        if let Some(holders) = side.state.holders() {
            let temporary = holders.get(pg);
            self.holders.clear();
            self.holders.extend_from_slice(temporary.unwrap_or(&self.before.up));
            let prior = Prior { holders: &self.holders, temporary };
            setting.settle(prior, &mut self.before, &mut self.unused, &mut self.settle);
            return;
        }
        setting.evaluate(&mut self.before);
        self.holders.clone_from(&self.before.acting);
        let is_short = count(&self.before.up) < side.shape.size;
        if let Some(all_up) = side.all_up.as_ref().filter(|_| is_short) {
            let places = all_up.map_placed(seed, placed, &mut self.workspace).up;
            add_offline(side.state.map(), side.shape.is_erasure, places, &mut self.holders);
        }
    }

    /// What the PG becomes; says whether its data can move.
    fn look_after(
        &mut self,
        pair: &PoolPair<'_>,
        side: &PoolSide<'_>,
        seed: u32,
        options: &Options,
    ) -> bool {
        let placed = pair.placed_after(seed);
        take(&mut self.after, side.mapper.map_placed(seed, placed, &mut self.workspace));
        let has_data = pair.before.is_some();
        if !has_data {
            // A new pool's PGs begin where they shall be.
            self.holders.clone_from(&self.after.up);
        }
        let setting = setting(side, seed);
        let temporary = (has_data && self.before.acting != self.before.up)
            .then_some(self.before.acting.as_slice());
        let prior = Prior { holders: &self.holders, temporary };
        let recorded = (options.after == AfterState::Recorded)
            .then(|| (self.after.acting.clone(), self.after.acting_primary));
        let can_move = setting.settle(prior, &mut self.after, &mut self.healed, &mut self.settle);
        if let Some((acting, primary)) = recorded {
            (self.after.acting, self.after.acting_primary) = (acting, primary);
            setting.evaluate(&mut self.after);
        }
        can_move
    }

    /// Counts what the change makes OSDs copy.
    fn count_moves(
        &mut self,
        pair: &PoolPair<'_>,
        [before, after]: [&PoolSide<'_>; 2],
        position: usize,
        unit: u32,
        found: &mut Found,
    ) {
        let eligible = before.eligible(before.seed(unit)).zip(after.eligible(after.seed(unit)));
        self.moves.find(&MoveSides {
            is_erasure: after.shape.is_erasure,
            up_before: &self.before.up,
            holders: &self.holders,
            up_after: &self.after.up,
            eligible: eligible.map(|(before, after)| [before, after]),
        });
        let amount = pair.amount(unit).unwrap_or_default();
        let shard_bytes = after.shape.shard_bytes(amount.bytes);
        let shards = Shards::of(amount, shard_bytes);
        let tally = &mut found.tally;
        for osd in &self.moves.departures {
            tally.gain(position, *osd, -1, shard_bytes);
        }
        for (from, to) in &self.moves.moves {
            tally.moved.add(shards);
            if !after.state.map().is_up(*from) {
                tally.rebuilt.add(shards);
            }
            tally.moves.entry((*from, *to)).or_default().add(shards);
            tally.gain(position, *to, 1, shard_bytes);
            if let Some(osd) = tally.osd(*to) {
                osd.received.add(shards);
            }
        }
        tally.pgs_moved += u64::from(!self.moves.moves.is_empty());
        if self.moves.least > 0 {
            let least = tally.forced.entry(position).or_default();
            least.shards += self.moves.least as u64;
            least.bytes += shard_bytes * self.moves.least as u64;
        }
    }

    /// Counts the bytes that come and go until all has moved, whatever the reason.
    fn count_traffic(
        &mut self,
        pair: &PoolPair<'_>,
        side: &PoolSide<'_>,
        unit: u32,
        found: &mut Found,
    ) {
        let Amount { bytes, .. } = pair.amount(unit).unwrap_or_default();
        if bytes == 0 {
            return;
        }
        let bytes = side.shape.shard_bytes(bytes);
        let is_erasure = side.shape.is_erasure;
        for osd in missing(is_erasure, &self.after.up, &self.holders) {
            if let Some(osd) = found.tally.osd(osd) {
                osd.arriving_bytes = osd.arriving_bytes.saturating_add(bytes);
            }
        }
        for osd in missing(is_erasure, &self.holders, &self.healed.acting) {
            if let Some(osd) = found.tally.osd(osd) {
                osd.leaving_bytes = osd.leaving_bytes.saturating_add(bytes);
            }
        }
    }

    /// Notes who has the PG's data where that is not its up set.
    fn keep_holders(
        &mut self,
        side: &PoolSide<'_>,
        seed: u32,
        [can_move, moves]: [bool; 2],
        options: &Options,
        lists: &mut Lists,
    ) {
        if !options.keep_holders {
            return;
        }
        let pg = PgId::new(side.id, seed);
        let is_short = count(&self.after.up) < side.shape.size;
        if self.healed.acting != self.healed.up {
            lists.acting_healed.push(pg, &self.healed.acting);
        }
        for (view, list, drops_offline) in [
            (&self.after, &mut lists.holders_after, false),
            (&self.healed, &mut lists.holders_healed, moves && !is_short),
        ] {
            self.kept.clone_from(if can_move { &view.acting } else { &self.holders });
            if can_move && !drops_offline {
                let (map, is_erasure) = (side.state.map(), side.shape.is_erasure);
                add_offline(map, is_erasure, &self.holders, &mut self.kept);
            }
            if self.kept != view.up {
                list.push(pg, &self.kept);
            }
        }
    }
}

/// Adds the OSDs of a list that are down but exist to those that have a PG's data.
pub fn add_offline(map: &OsdMap, is_erasure: bool, places: &[i32], holders: &mut Vec<i32>) {
    let is_offline = |osd: i32| osd != NONE && map.exists(osd) && !map.is_up(osd);
    if is_erasure {
        holders.resize(holders.len().max(places.len()), NONE);
        for (holder, place) in holders.iter_mut().zip(places) {
            if *holder == NONE && is_offline(*place) {
                *holder = *place;
            }
        }
    } else {
        for osd in places {
            if is_offline(*osd) && !holders.contains(osd) {
                holders.push(*osd);
            }
        }
    }
}

/// The OSDs of one list that are not in the other, or not in the same place of it.
pub fn missing<'a>(
    by_place: bool,
    wanted: &'a [i32],
    present: &'a [i32],
) -> impl Iterator<Item = i32> + 'a {
    wanted.iter().enumerate().filter_map(move |(place, osd)| {
        let is_there =
            if by_place { present.get(place) == Some(osd) } else { present.contains(osd) };
        (*osd != NONE && !is_there).then_some(*osd)
    })
}

fn count_side(view: &View, side: &PoolSide<'_>, index: usize, found: &mut Found) {
    let tally = &mut found.tally;
    tally.pgs[index] += 1;
    tally.sides[index].count(view, side.topology.check(&view.up));
    for osd in crate::change::devices(&view.up) {
        if let Some(osd) = tally.osd(osd) {
            osd.pgs[index] += 1;
        }
    }
    if let Some(osd) = tally.osd(view.up_primary) {
        osd.primaries[index] += 1;
    }
}
