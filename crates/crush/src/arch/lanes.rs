//! The kernels: straw2 draws of many inputs side by side, in plain loops over arrays.
//!
//! Nothing here is for one machine. Every function is inlined into a wrapper that was compiled
//! for one instruction set, and the loops over lanes become its vector instructions there.

use super::hash::hash3;
use super::log::{ceiling, distance_floor};
use crate::flat::{BLOCK, FlatMap, Row, Weights};
use crate::ln::DISTANCE;

/// Draws that are asked for, lane by lane, and their winners.
#[derive(Debug, Default)]
pub(crate) struct Draws {
    /// Inputs.
    pub(crate) x: Vec<u32>,
    /// Replica numbers.
    pub(crate) r: Vec<u32>,
    /// Slots of the buckets to draw from; none of them empty.
    pub(crate) slots: Vec<u32>,
    /// Where the winner stands in the entries of the flat map.
    pub(crate) winners: Vec<u32>,
}

impl Draws {
    /// Makes room for this many draws; there may be fewer or more than before.
    pub(crate) fn resize(&mut self, len: usize) {
        for list in [&mut self.x, &mut self.r, &mut self.slots, &mut self.winners] {
            list.resize(len, 0);
        }
    }

    /// Sets what is drawn at `index`.
    #[inline]
    pub(crate) fn set(&mut self, index: usize, x: u32, r: u32, slot: u32) {
        (self.x[index], self.r[index], self.slots[index]) = (x, r, slot);
    }

    /// Puts a draw at `to`: that at `from`, but from another bucket.
    pub(crate) fn replace(&mut self, to: usize, from: usize, slot: u32) {
        (self.x[to], self.r[to], self.slots[to]) = (self.x[from], self.r[from], slot);
    }

    /// Repeats the last draw until all lanes of the last vectors are taken.
    fn pad(&mut self, len: usize) {
        for list in [&mut self.x, &mut self.r, &mut self.slots] {
            let last = list.last().copied().unwrap_or(0);
            list.resize(len, last);
        }
        self.winners.resize(len, 0);
    }
}

/// Makes all draws, `L` lanes at a time and the rest `W` at a time. `W` divides `L` and is no
/// larger than [`BLOCK`]: it is the number of lanes in a vector.
#[inline(always)]
pub(super) fn draw_all<const L: usize, const W: usize>(flat: &FlatMap, draws: &mut Draws) {
    let len = draws.x.len();
    draws.pad(len.next_multiple_of(L));
    // A few lanes over are not worth a full set.
    let wide = if len % L > L / 2 { len.next_multiple_of(L) } else { len - len % L };
    let Draws { x, r, slots, winners } = draws;
    each::<L, W>(flat, [&x[..wide], &r[..wide], &slots[..wide]], &mut winners[..wide]);
    let narrow = wide..len.next_multiple_of(W).max(wide);
    let lists = [&x[narrow.clone()], &r[narrow.clone()], &slots[narrow.clone()]];
    each::<W, W>(flat, lists, &mut winners[narrow]);
    draws.resize(len);
}

/// Makes draws whose number is a multiple of `L`.
#[inline(always)]
fn each<const L: usize, const W: usize>(
    flat: &FlatMap,
    [x, r, slots]: [&[u32]; 3],
    winners: &mut [u32],
) {
    let lanes = x.as_chunks::<L>().0.iter().zip(r.as_chunks::<L>().0);
    let lanes = lanes.zip(slots.as_chunks::<L>().0).zip(winners.as_chunks_mut::<L>().0);
    for (((x, r), slots), winners) in lanes {
        let same_bucket = slots.iter().all(|slot| *slot == slots[0]);
        Lanes { x, r, slots, same_bucket }.draw::<W>(flat, winners);
    }
}

/// `L` draws.
struct Lanes<'a, const L: usize> {
    x: &'a [u32; L],
    r: &'a [u32; L],
    slots: &'a [u32; L],
    /// Whether all draw from one bucket.
    same_bucket: bool,
}

/// What the lanes need to know of the rows they draw from.
struct Rows<const L: usize> {
    /// Where the rows begin among all entries.
    firsts: [u32; L],
    lens: [u32; L],
    inverse_weight_max: [f32; L],
    /// Whether none has unequal weights.
    equal: bool,
}

/// The two largest keys of each lane so far. A key is a hash above the complement of the item's
/// place in its row, so that of equal hashes the earlier is the larger key.
struct Hashes<const L: usize> {
    best: [u32; L],
    second: [u32; L],
}

impl<const L: usize> Hashes<L> {
    #[inline(always)]
    fn new() -> Hashes<L> {
        Hashes { best: [0; L], second: [0; L] }
    }

    /// Takes in each lane's hash of the item at `place`, in lanes whose rows are longer.
    #[inline(always)]
    fn take(&mut self, hashes: &[u32; L], place: u32, lens: &[u32; L]) {
        for lane in 0..L {
            let key = hashes[lane] << 16 | !place & 0xffff;
            let key = if place < lens[lane] { key } else { 0 };
            self.second[lane] = self.second[lane].max(self.best[lane].min(key));
            self.best[lane] = self.best[lane].max(key);
        }
    }
}

/// The two smallest straws of each lane so far, and where the smallest was.
///
/// Straws are positive, so their bits compare as they do. Whole numbers it is for a reason: of
/// selections between floating-point numbers the compiler makes stores under a mask, which take
/// dozens of cycles in AVX2 on some processors, and branches in SSE2.
struct Straws<const L: usize> {
    best: [i32; L],
    second: [i32; L],
    place: [i32; L],
}

impl<const L: usize> Straws<L> {
    #[inline(always)]
    fn new() -> Straws<L> {
        Straws { best: [i32::MAX; L], second: [i32::MAX; L], place: [0; L] }
    }

    /// Takes in each lane's hash of the item at `place`.
    #[inline(always)]
    fn take(&mut self, hashes: &[u32; L], place: u32, inverse_weights: &[f32; L]) {
        for lane in 0..L {
            let straw = distance_floor(hashes[lane]) * inverse_weights[lane];
            let straw = straw.to_bits() as i32;
            let best = self.best[lane];
            // Places rise, so the last one that won is the largest.
            let won = place as i32 & (straw.wrapping_sub(best) >> 31);
            self.second[lane] = self.second[lane].min(straw.max(best));
            self.best[lane] = straw.min(best);
            self.place[lane] = self.place[lane].max(won);
        }
    }
}

impl<const L: usize> Lanes<'_, L> {
    /// Draws in all lanes: by hashes where no lane has a bucket of unequal weights, else by straws.
    #[inline(always)]
    fn draw<const W: usize>(&self, flat: &FlatMap, winners: &mut [u32; L]) {
        let rows = self.rows(flat);
        let Rows { lens, equal, .. } = &rows;
        let longest = lens.iter().copied().max().unwrap_or(0);
        let mut ids = [[0; L]; BLOCK];
        if *equal {
            let mut hashes = Hashes::new();
            for start in (0..longest).step_by(BLOCK) {
                self.columns::<W, _>(flat, start, &flat.ids, &mut ids);
                for (place, ids) in (start..longest).zip(&ids) {
                    hashes.take(&hash3(self.x, ids, self.r), place, lens);
                }
            }
            return self.settle_hashes(flat, &rows, &hashes, winners);
        }
        let mut inverse_weights = [[0.0; L]; BLOCK];
        let mut straws = Straws::new();
        for start in (0..longest).step_by(BLOCK) {
            self.columns::<W, _>(flat, start, &flat.ids, &mut ids);
            self.columns::<W, _>(flat, start, &flat.inverse_weights, &mut inverse_weights);
            let columns = ids.iter().zip(&inverse_weights);
            for (place, (ids, inverse_weights)) in (start..longest).zip(columns) {
                straws.take(&hash3(self.x, ids, self.r), place, inverse_weights);
            }
        }
        self.settle_straws(flat, &rows, &straws, winners);
    }

    /// Reads a block of every lane's row from item `start` on, turned so that lanes stand side by
    /// side. Where a row has ended, what is read never wins.
    #[inline(always)]
    fn columns<const W: usize, T: Copy + Default>(
        &self,
        flat: &FlatMap,
        start: u32,
        blocks: &[[T; BLOCK]],
        columns: &mut [[T; L]; BLOCK],
    ) {
        if self.same_bucket {
            let block = &blocks[flat.row(self.slots[0]).block_at(start)];
            for (column, value) in columns.iter_mut().zip(block) {
                *column = [*value; L];
            }
            return;
        }
        for first_lane in (0..L).step_by(W) {
            let mut indexes = [0; W];
            for (index, slot) in indexes.iter_mut().zip(&self.slots[first_lane..first_lane + W]) {
                *index = flat.row(*slot).block_at(start);
            }
            for first_item in (0..BLOCK).step_by(W) {
                let mut tile = [[T::default(); W]; W];
                for (line, index) in tile.iter_mut().zip(&indexes) {
                    *line = blocks[*index].as_chunks().0[first_item / W];
                }
                transpose(&mut tile);
                for item in 0..W {
                    for lane in 0..W {
                        columns[first_item + item][first_lane + lane] = tile[item][lane];
                    }
                }
            }
        }
    }

    /// Reads what the lanes need to know of their rows.
    #[inline(always)]
    fn rows(&self, flat: &FlatMap) -> Rows<L> {
        let first = flat.row(self.slots[0]);
        let mut rows = Rows {
            firsts: [first.block * BLOCK as u32; L],
            lens: [first.len; L],
            inverse_weight_max: [first.inverse_weight_max; L],
            equal: first.weights == Weights::Equal,
        };
        if !self.same_bucket {
            for lane in 0..L {
                let row = flat.row(self.slots[lane]);
                rows.firsts[lane] = row.block * BLOCK as u32;
                rows.lens[lane] = row.len;
                rows.inverse_weight_max[lane] = row.inverse_weight_max;
                rows.equal &= row.weights == Weights::Equal;
            }
        }
        rows
    }

    /// The largest hash wins, unless one of its size or the next lower may draw the same.
    #[inline(always)]
    fn settle_hashes(
        &self,
        flat: &FlatMap,
        rows: &Rows<L>,
        hashes: &Hashes<L>,
        winners: &mut [u32; L],
    ) {
        let mut unsure = [0; L];
        for lane in 0..L {
            let (best, second) = (hashes.best[lane], hashes.second[lane]);
            winners[lane] = rows.firsts[lane] + (!best & 0xffff);
            unsure[lane] = u32::from((best >> 16) - (second >> 16) <= 1);
        }
        self.decide_unsure(&unsure, winners, |lane| {
            let row = flat.row(self.slots[lane]);
            let hash = hashes.best[lane] >> 16;
            let weight = flat.entries[rows.firsts[lane] as usize].weight;
            let limit =
                ceiling(distance_floor(hash) * row.inverse_weight_max, row.inverse_weight_max);
            (row.len > 1 && ties_below(hash, weight)).then(|| self.decide(flat, lane, limit))
        });
    }

    /// The smallest straw wins, unless the second's bounds reach into its own.
    #[inline(always)]
    fn settle_straws(
        &self,
        flat: &FlatMap,
        rows: &Rows<L>,
        straws: &Straws<L>,
        winners: &mut [u32; L],
    ) {
        let mut unsure = [0; L];
        for lane in 0..L {
            winners[lane] = rows.firsts[lane] + straws.place[lane] as u32;
            // With the lightest item's bound, which is the widest. A list of lanes is short, so
            // the winner's own is looked up for those only.
            let best = f32::from_bits(straws.best[lane] as u32);
            let limit = ceiling(best, rows.inverse_weight_max[lane]).to_bits() as i32;
            unsure[lane] = u32::from(straws.second[lane] <= limit);
        }
        let winners_before = *winners;
        self.decide_unsure(&unsure, winners, |lane| {
            let inverse_weight = flat.inverse_weights.as_flattened()[winners_before[lane] as usize];
            let limit = ceiling(f32::from_bits(straws.best[lane] as u32), inverse_weight);
            let second = f32::from_bits(straws.second[lane] as u32);
            (second <= limit).then(|| self.decide(flat, lane, limit))
        });
    }

    /// Asks `decide` about the lanes that are unsure; it may know better.
    #[inline(always)]
    fn decide_unsure(
        &self,
        unsure: &[u32; L],
        winners: &mut [u32; L],
        decide: impl Fn(usize) -> Option<u32>,
    ) {
        if unsure.iter().fold(0, |any, unsure| any | unsure) == 0 {
            return;
        }
        for lane in 0..L {
            if unsure[lane] != 0
                && let Some(winner) = decide(lane)
            {
                winners[lane] = winner;
            }
        }
    }

    /// Decides a lane exactly, among the items whose straws are not certainly longer than `limit`.
    #[inline(always)]
    fn decide(&self, flat: &FlatMap, lane: usize, limit: f32) -> u32 {
        decide(flat, flat.row(self.slots[lane]), self.x[lane], self.r[lane], limit)
    }
}

/// Whether the next lower hash draws the same as this one at this weight, or even better.
fn ties_below(hash: u32, weight: u32) -> bool {
    let hash = hash as usize;
    let draw = |hash: usize| DISTANCE[hash] / u64::from(weight);
    hash > 0 && draw(hash - 1) <= draw(hash)
}

/// The entry that wins, by the draws in whole numbers; on a tie the earlier.
#[inline(always)]
fn decide(flat: &FlatMap, row: Row, x: u32, r: u32, limit: f32) -> u32 {
    let mut winner = 0;
    let mut shortest = u64::MAX;
    for block in row.blocks() {
        let (ids, inverse_weights) = (&flat.ids[block], &flat.inverse_weights[block]);
        let hashes = hash3(&[x; BLOCK], ids, &[r; BLOCK]);
        let mut straws = [0.0; BLOCK];
        for item in 0..BLOCK {
            straws[item] = distance_floor(hashes[item]) * inverse_weights[item];
        }
        for item in 0..BLOCK {
            if straws[item] <= limit {
                let entry = block * BLOCK + item;
                let distance = DISTANCE[(hashes[item] & 0xffff) as usize];
                let draw = distance / u64::from(flat.entries[entry].weight.max(1));
                if draw < shortest {
                    (winner, shortest) = (entry as u32, draw);
                }
            }
        }
    }
    winner
}

/// Turns a square of values, of 4, 8 or 16 rows: what was in row i and column j is in row j and
/// column i then.
///
/// Each weaving of the upper half of the rows with the lower half moves every value's place on
/// by one bit; after as many weavings as a row number has bits, rows and columns have changed
/// places. The square goes back and forth between two places, so that little is only copied.
#[inline(always)]
fn transpose<const W: usize, T: Copy + Default>(square: &mut [[T; W]; W]) {
    let mut other = [[T::default(); W]; W];
    weave(square, &mut other);
    weave(&other, square);
    if W > 4 {
        weave(square, &mut other);
        if W > 8 {
            weave(&other, square);
        } else {
            *square = other;
        }
    }
}

#[inline(always)]
fn weave<const W: usize, T: Copy>(from: &[[T; W]; W], to: &mut [[T; W]; W]) {
    for row in 0..W / 2 {
        for column in 0..W / 2 {
            to[2 * row][2 * column] = from[row][column];
            to[2 * row][2 * column + 1] = from[row + W / 2][column];
            to[2 * row + 1][2 * column] = from[row][column + W / 2];
            to[2 * row + 1][2 * column + 1] = from[row + W / 2][column + W / 2];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_transposes<const W: usize>() {
        let mut square = [[0; W]; W];
        for (row, values) in square.iter_mut().enumerate() {
            for (column, value) in values.iter_mut().enumerate() {
                *value = 100 * row + column;
            }
        }
        let before = square;
        transpose(&mut square);
        for row in 0..W {
            for column in 0..W {
                assert_eq!(square[row][column], before[column][row]);
            }
        }
    }

    #[test]
    fn rows_and_columns_change_places() {
        assert_transposes::<4>();
        assert_transposes::<8>();
        assert_transposes::<16>();
    }
}
