//! What a PG has to copy because of a change, and the least that it could.
//!
//! A shard moves when an OSD shall hold it that did not have to before and has not got it. In
//! erasure-coded pools each position is a shard of its own.
//!
//! **The least possible**, per PG: shards on OSDs that may not hold this PG after the change (out,
//! reweighted such that CRUSH's test fails for this PG, gone, or no longer under what the rule
//! takes) have to go, and OSDs that could not hold it before must receive theirs. PGs with
//! upmaps are left out of this, since upmaps do not ask. Changes of CRUSH weights force no single
//! shard; what they force is found in the sums by OSD (see [`tally`](super::tally)).

use crushlab_crush::NONE;
use crushlab_osdmap::OsdMap;

use crate::change::is_in;

/// Which OSDs may hold a PG.
#[derive(Clone, Copy, Debug)]
pub struct Eligible<'a> {
    /// The map.
    pub map: &'a OsdMap,
    /// By OSD, whether the pool's rule can reach it.
    pub reachable: &'a [bool],
    /// Input of CRUSH for the PG.
    pub input: u32,
}

impl Eligible<'_> {
    fn may_hold(&self, osd: i32) -> bool {
        let index = usize::try_from(osd).ok();
        self.map.exists(osd)
            && index.and_then(|index| self.reachable.get(index)) == Some(&true)
            && is_in(&self.map.osd_weights, osd, self.input)
    }
}

/// The two sides of a PG.
#[derive(Clone, Copy, Debug)]
pub struct MoveSides<'a> {
    /// Whether each position is a shard of its own.
    pub is_erasure: bool,
    /// OSDs that shall hold it, before.
    pub up_before: &'a [i32],
    /// OSDs that have its data, those that are down included.
    pub holders: &'a [i32],
    /// OSDs that shall hold it, after.
    pub up_after: &'a [i32],
    /// Who may hold it before and after; `None` for PGs with upmaps.
    pub eligible: Option<[Eligible<'a>; 2]>,
}

/// What a PG has to copy; reused for every PG.
#[derive(Debug, Default)]
pub struct Moves {
    /// Shards that an OSD receives: from whom, or [`NONE`], and to whom.
    pub moves: Vec<(i32, i32)>,
    /// OSDs that had a place in the PG and have none now, once for each shard.
    pub departures: Vec<i32>,
    /// Fewest shards that have to move, of those that do.
    pub least: usize,
    added: Vec<i32>,
}

impl Moves {
    /// Finds what has to be copied because of the change.
    pub fn find(&mut self, sides: &MoveSides<'_>) {
        self.moves.clear();
        self.departures.clear();
        self.added.clear();
        self.least = 0;
        if sides.is_erasure {
            self.find_shards(sides);
        } else {
            self.find_replicas(sides);
        }
        if !self.moves.is_empty() {
            self.find_least(sides);
        }
    }

    fn find_replicas(&mut self, sides: &MoveSides<'_>) {
        let had_place = |osd: &i32| sides.holders.contains(osd) || sides.up_before.contains(osd);
        self.added.extend(sides.up_after.iter().filter(|osd| !had_place(osd)));
        let new_targets = sides.up_before.iter().filter(|osd| !sides.holders.contains(osd));
        let places = sides.holders.iter().chain(new_targets);
        self.departures.extend(places.filter(|osd| !sides.up_after.contains(osd)));
        let from = self.departures.iter().copied().chain(std::iter::repeat(NONE));
        self.moves.extend(from.zip(self.added.iter().copied()));
    }

    fn find_shards(&mut self, sides: &MoveSides<'_>) {
        let at = |osds: &[i32], shard: usize| osds.get(shard).copied().unwrap_or(NONE);
        for shard in 0..sides.up_after.len().max(sides.holders.len()) {
            let (holder, before) = (at(sides.holders, shard), at(sides.up_before, shard));
            let from = if holder == NONE { before } else { holder };
            let to = at(sides.up_after, shard);
            if to != NONE && (to == holder || to == before) {
                continue;
            }
            if from != NONE {
                self.departures.push(from);
            }
            if to != NONE {
                self.moves.push((from, to));
                self.added.push(to);
            }
        }
    }

    fn find_least(&mut self, sides: &MoveSides<'_>) {
        let Some([before, after]) = &sides.eligible else { return };
        let may_stay = self.departures.iter().filter(|osd| after.may_hold(**osd)).count();
        let must_arrive = self.added.iter().filter(|osd| !before.may_hold(**osd)).count();
        // With as many places filled, those that may stay need not move; all others do.
        let must_move = self.added.len().saturating_sub(may_stay);
        self.least = must_move.max(must_arrive);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(is_erasure: bool, sides: [&[i32]; 3]) -> Moves {
        let [up_before, holders, up_after] = sides;
        let mut map = OsdMap::default();
        map.set_max_osd(10);
        map.osd_states.fill(3);
        map.osd_weights.fill(0x10000);
        let before = Eligible { map: &map, reachable: &[true; 10], input: 1 };
        let mut map_after = map.clone();
        map_after.osd_weights[3] = 0;
        let after = Eligible { map: &map_after, ..before };
        let eligible = Some([before, after]);
        let mut moves = Moves::default();
        moves.find(&MoveSides { is_erasure, up_before, holders, up_after, eligible });
        moves
    }

    #[test]
    fn what_need_not_move_is_told_from_what_must() {
        for is_erasure in [false, true] {
            let moves = find(is_erasure, [&[1, 2, 3], &[1, 2, 3], &[1, 4, 5]]);
            assert_eq!(moves.moves, [(2, 4), (3, 5)]);
            assert_eq!((moves.departures, moves.least), (vec![2, 3], 1));
        }
    }

    #[test]
    fn another_order_matters_to_shards_only() {
        assert!(find(false, [&[1, 2, 4], &[1, 2, 4], &[4, 1, 2]]).moves.is_empty());
        assert_eq!(find(true, [&[1, 2, 4], &[1, 2, 4], &[2, 1, 4]]).moves, [(1, 2), (2, 1)]);
    }

    #[test]
    fn what_was_on_its_way_already_is_not_moved_by_the_change() {
        for is_erasure in [false, true] {
            // The shard of 3 was on its way to 7 and still is; that of 2 goes to 8 now.
            let moves = find(is_erasure, [&[1, 2, 7], &[1, 2, 3], &[1, 8, 7]]);
            assert_eq!(moves.moves.len(), 1);
            assert_eq!(moves.moves[0].1, 8);
            // And back again: nothing to copy.
            assert!(find(is_erasure, [&[1, 2, 7], &[1, 2, 3], &[1, 2, 3]]).moves.is_empty());
        }
    }

    #[test]
    fn a_place_that_is_lost_is_not_a_move() {
        let moves = find(false, [&[1, 2, 3], &[1, 2, 3], &[1, 2]]);
        assert_eq!((moves.moves.len(), moves.departures), (0, vec![3]));
        let moves = find(true, [&[1, NONE, 2], &[1, NONE, 2], &[1, 4, 2]]);
        assert_eq!((moves.moves, moves.least), (vec![(NONE, 4)], 1));
    }
}
