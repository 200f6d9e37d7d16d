//! The kernels: straw2 draws of many inputs side by side, in plain loops over arrays.
//!
//! Nothing here is for one machine. Every function is inlined into a wrapper that was compiled
//! for one instruction set, and the loops over lanes become its vector instructions there.

use super::hash::hash3;
use super::log::{ceiling, distance_floor};
use crate::flat::{BLOCK, FlatMap, NO_ITEMS, Row, Weights};
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
    pub(crate) fn clear(&mut self) {
        for list in [&mut self.x, &mut self.r, &mut self.slots] {
            list.clear();
        }
    }

    pub(crate) fn push(&mut self, x: u32, r: u32, slot: u32) {
        self.x.push(x);
        self.r.push(r);
        self.slots.push(slot);
    }

    /// Puts a draw at `to`: that at `from`, but from another bucket.
    pub(crate) fn replace(&mut self, to: usize, from: usize, slot: u32) {
        (self.x[to], self.r[to], self.slots[to]) = (self.x[from], self.r[from], slot);
    }

    /// Keeps the first draws only.
    pub(crate) fn truncate(&mut self, len: usize) {
        for list in [&mut self.x, &mut self.r, &mut self.slots, &mut self.winners] {
            list.truncate(len);
        }
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
    draws.truncate(len);
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
        let mut lens = [0; L];
        let mut equal = true;
        for (len, slot) in lens.iter_mut().zip(self.slots) {
            let row = flat.row(*slot);
            *len = row.len;
            equal &= row.weights == Weights::Equal;
        }
        let longest = lens.iter().copied().max().unwrap_or(0);
        let mut ids = [[0; L]; BLOCK];
        if equal {
            let mut hashes = Hashes::new();
            for start in (0..longest).step_by(BLOCK) {
                self.columns::<W, _>(flat, start, &flat.ids, &mut ids);
                for (place, ids) in (start..longest).zip(&ids) {
                    hashes.take(&hash3(self.x, ids, self.r), place, &lens);
                }
            }
            return self.settle_hashes(flat, &hashes, winners);
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
        self.settle_straws(flat, &straws, winners);
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
        let block = |slot: u32| {
            let blocks_of_row = flat.row(slot).blocks();
            let block = blocks_of_row.start + start as usize / BLOCK;
            &blocks[if block < blocks_of_row.end { block } else { NO_ITEMS }]
        };
        if self.same_bucket {
            for (column, value) in columns.iter_mut().zip(block(self.slots[0])) {
                *column = [*value; L];
            }
            return;
        }
        for first_lane in (0..L).step_by(W) {
            for first_item in (0..BLOCK).step_by(W) {
                let items = first_item..first_item + W;
                let mut tile = [[T::default(); W]; W];
                for (line, slot) in tile.iter_mut().zip(&self.slots[first_lane..first_lane + W]) {
                    line.copy_from_slice(&block(*slot)[items.clone()]);
                }
                transpose(&mut tile);
                for (column, line) in columns[items].iter_mut().zip(&tile) {
                    column[first_lane..first_lane + W].copy_from_slice(line);
                }
            }
        }
    }

    /// The largest hash wins, unless one of its size or the next lower may draw the same.
    #[inline(always)]
    fn settle_hashes(&self, flat: &FlatMap, hashes: &Hashes<L>, winners: &mut [u32; L]) {
        for (lane, winner) in winners.iter_mut().enumerate() {
            let row = flat.row(self.slots[lane]);
            let first = row.block as usize * BLOCK;
            let (best, second) = (hashes.best[lane], hashes.second[lane]);
            *winner = first as u32 + (!best & 0xffff);
            let hash = best >> 16;
            if hash - (second >> 16) <= 1 && row.len > 1 {
                let entry = flat.entries[first];
                if ties_below(hash, entry.weight) {
                    let inverse_weight = 65536.0 / entry.weight as f32;
                    let limit = ceiling(distance_floor(hash) * inverse_weight, inverse_weight);
                    *winner = self.decide(flat, lane, limit);
                }
            }
        }
    }

    /// The smallest straw wins, unless the second's bounds reach into its own.
    #[inline(always)]
    fn settle_straws(&self, flat: &FlatMap, straws: &Straws<L>, winners: &mut [u32; L]) {
        for (lane, winner) in winners.iter_mut().enumerate() {
            let row = flat.row(self.slots[lane]);
            let place = straws.place[lane] as usize;
            let inverse_weights = &flat.inverse_weights[row.blocks()].as_flattened();
            let best = f32::from_bits(straws.best[lane] as u32);
            let limit = ceiling(best, inverse_weights[place]);
            *winner = row.block * BLOCK as u32 + place as u32;
            if f32::from_bits(straws.second[lane] as u32) <= limit {
                *winner = self.decide(flat, lane, limit);
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

/// Turns a square of values: what was in row i and column j is in row j and column i then.
///
/// Each weaving of the upper half of the rows with the lower half moves every value's place on
/// by one bit; after as many weavings as a row number has bits, rows and columns have changed
/// places.
#[inline(always)]
fn transpose<const W: usize, T: Copy + Default>(square: &mut [[T; W]; W]) {
    let mut weavings = W;
    while weavings > 1 {
        let from = *square;
        for row in 0..W / 2 {
            for column in 0..W / 2 {
                square[2 * row][2 * column] = from[row][column];
                square[2 * row][2 * column + 1] = from[row + W / 2][column];
                square[2 * row + 1][2 * column] = from[row][column + W / 2];
                square[2 * row + 1][2 * column + 1] = from[row + W / 2][column + W / 2];
            }
        }
        weavings /= 2;
    }
}
