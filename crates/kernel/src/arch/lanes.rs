//! The kernels: straw2 draws of many inputs side by side, in plain loops over arrays.
//!
//! Nothing here is for one machine. Every function is inlined into a wrapper that was compiled
//! for one instruction set, and the loops over lanes become its vector instructions there.

use std::ops::Range;

use crushlab_crush::ln::DISTANCE;

use super::log::{ceiling, distance_floor};
use super::rank::{Columns, Hashes, Straws};
use crate::flat::{BLOCK, Block, FlatMap, Weights};

/// Most draws that can be asked for at once.
pub(crate) const MOST_DRAWS: usize = 4096;

/// Length of lists of draws: these, and the lanes of the last vectors beyond them.
const DRAWS_LEN: usize = MOST_DRAWS + 128;

/// Draws that are asked for, lane by lane, and their winners.
#[derive(Debug)]
pub(crate) struct Draws {
    /// Inputs.
    pub(crate) x: [u32; DRAWS_LEN],
    /// Replica numbers.
    pub(crate) r: [u32; DRAWS_LEN],
    /// Slots of the buckets to draw from; none of them empty.
    pub(crate) slots: [u32; DRAWS_LEN],
    /// Where the winner stands in the entries of the flat map.
    pub(crate) winners: [u32; DRAWS_LEN],
}

impl Default for Draws {
    fn default() -> Draws {
        Draws {
            x: [0; DRAWS_LEN],
            r: [0; DRAWS_LEN],
            slots: [0; DRAWS_LEN],
            winners: [0; DRAWS_LEN],
        }
    }
}

impl Draws {
    /// A draw: its input, replica number and slot.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> [u32; 3] {
        [self.x[index], self.r[index], self.slots[index]]
    }

    /// Sets a draw.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: usize, [x, r, slot]: [u32; 3]) {
        (self.x[index], self.r[index], self.slots[index]) = (x, r, slot);
    }

    /// Repeats the last of the first `len` draws until all lanes of the last vectors are taken.
    fn pad(&mut self, len: usize, padded: usize) {
        for list in [&mut self.x, &mut self.r, &mut self.slots] {
            let last = list[len - 1];
            list[len..padded].fill(last);
        }
    }
}

/// The hash of the inputs and the replica numbers of `L` lanes with columns of items.
///
/// Each instruction set has a function of its own for this that is not inlined: what surrounds the
/// hash would cost it registers, and it takes most of the time.
pub(super) trait Hash<const L: usize>:
    Fn([&[u32; L]; 2], &[[u32; L]], &mut [[u32; L]])
{
}

impl<const L: usize, F: Fn([&[u32; L]; 2], &[[u32; L]], &mut [[u32; L]])> Hash<L> for F {}

/// Makes the first `len` draws, `L` lanes at a time and the rest `W` at a time, which is a vector.
/// Straws of `R` lanes are ranked together, which divides `L`; `D` items are decided exactly at a
/// time, which [`BLOCK`] divides.
#[inline(always)]
pub(super) fn draw_all<const L: usize, const W: usize, const R: usize, const D: usize>(
    flat: &FlatMap,
    draws: &mut Draws,
    len: usize,
    (wide_hash, narrow_hash, decider): (impl Hash<L>, impl Hash<W>, impl Hash<D>),
) {
    const { assert!(L <= DRAWS_LEN - MOST_DRAWS) };
    draws.pad(len, len.next_multiple_of(L));
    // A few lanes over are not worth a full set. Vectors alone take about twice as long each.
    let wide = if len % L > 3 * W { len.next_multiple_of(L) } else { len - len % L };
    let Draws { x, r, slots, winners } = draws;
    let lists = [&x[..wide], &r[..wide], &slots[..wide]];
    each::<L, R, D>(flat, lists, &mut winners[..wide], &wide_hash, &decider);
    let narrow = wide..len.next_multiple_of(W).max(wide);
    let lists = [&x[narrow.clone()], &r[narrow.clone()], &slots[narrow.clone()]];
    each::<W, W, D>(flat, lists, &mut winners[narrow], &narrow_hash, &decider);
}

/// Makes draws whose number is a multiple of `L`.
#[inline(always)]
fn each<const L: usize, const R: usize, const D: usize>(
    flat: &FlatMap,
    [x, r, slots]: [&[u32]; 3],
    winners: &mut [u32],
    hash: &impl Hash<L>,
    decider: &impl Hash<D>,
) {
    let lanes = x.as_chunks::<L>().0.iter().zip(r.as_chunks::<L>().0);
    let lanes = lanes.zip(slots.as_chunks::<L>().0).zip(winners.as_chunks_mut::<L>().0);
    let mut columns = Columns::new();
    for (((x, r), slots), winners) in lanes {
        // Without an early end, so that it takes a few instructions for all.
        let same_bucket = slots.iter().fold(true, |same, slot| same & (*slot == slots[0]));
        Lanes { x, r, slots, same_bucket }.draw::<R, D>(flat, &mut columns, winners, hash, decider);
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

impl<const L: usize> Lanes<'_, L> {
    /// Draws in all lanes: by hashes where no lane has a bucket of unequal weights, else by straws.
    #[inline(always)]
    fn draw<const R: usize, const D: usize>(
        &self,
        flat: &FlatMap,
        columns: &mut Columns<L>,
        winners: &mut [u32; L],
        hash: &impl Hash<L>,
        decider: &impl Hash<D>,
    ) {
        let rows = self.rows(flat);
        let longest = rows.lens.iter().copied().max().unwrap_or(0);
        let mut largest = Hashes::new();
        let mut straws = Straws::new();
        for start in (0..longest).step_by(BLOCK) {
            let positions = start..longest.min(start + BLOCK as u32);
            self.turn(flat, positions.clone(), &flat.ids, &mut columns.ids);
            hash([self.x, self.r], &columns.ids[..positions.len()], &mut columns.hashes);
            if rows.equal {
                largest.take::<R>(columns, positions, &rows.lens);
            } else {
                let weights = &mut columns.inverse_weights;
                self.turn(flat, positions.clone(), &flat.inverse_weights, weights);
                straws.take::<R>(columns, positions);
            }
        }
        if rows.equal {
            self.win_by_hashes(flat, &rows, &largest, winners, decider);
        } else {
            self.win_by_straws(flat, &rows, &straws, winners, decider);
        }
    }

    /// Reads the items at `positions` of every lane's row, turned so that lanes stand side by side.
    /// Where a row has ended, what is read never wins.
    ///
    /// Four items at a time are put in a list, lane by lane, and read again in strides: of this
    /// loop compilers make shuffles.
    #[inline(always)]
    fn turn<T: Copy + Default>(
        &self,
        flat: &FlatMap,
        positions: Range<u32>,
        blocks: &[Block<T>],
        columns: &mut [[T; L]; BLOCK],
    ) {
        if self.same_bucket {
            let block = &blocks[flat.row(self.slots[0]).block_at(positions.start)];
            for (column, value) in columns.iter_mut().zip(&block.0[..positions.len()]) {
                column.fill(*value);
            }
            return;
        }
        let mut indexes = [0; L];
        for (index, slot) in indexes.iter_mut().zip(self.slots) {
            *index = flat.row(*slot).block_at(positions.start) as u32;
        }
        let fours = columns.as_chunks_mut::<4>().0.iter_mut();
        for (four, [first, second, third, fourth]) in fours.enumerate() {
            if 4 * four >= positions.len() {
                break;
            }
            let mut values = [[T::default(); 4]; L];
            for (values, index) in values.iter_mut().zip(&indexes) {
                *values = blocks[*index as usize].0.as_chunks().0[four];
            }
            for lane in 0..L {
                let values = values[lane];
                first[lane] = values[0];
                second[lane] = values[1];
                third[lane] = values[2];
                fourth[lane] = values[3];
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

    /// The largest hash wins, unless one of its size or the next lower may draw the same. Mostly
    /// there is one such only.
    #[inline(always)]
    fn win_by_hashes<const D: usize>(
        &self,
        flat: &FlatMap,
        rows: &Rows<L>,
        hashes: &Hashes<L>,
        winners: &mut [u32; L],
        hash: &impl Hash<D>,
    ) {
        let mut unsure = [0; L];
        for lane in 0..L {
            let (best, second) = (hashes.best[lane], hashes.second[lane]);
            winners[lane] = rows.firsts[lane] + (!best & 0xffff);
            unsure[lane] = u32::from((best >> 16) - (second >> 16) <= 1);
        }
        self.decide_unsure(&unsure, winners, |lane| {
            let row = flat.row(self.slots[lane]);
            let [best, second, third] =
                [hashes.best[lane], hashes.second[lane], hashes.third[lane]];
            let (largest, first) = (best >> 16, rows.firsts[lane]);
            let weight = flat.entries[first as usize].weight;
            if row.len == 1 || !ties_below(largest, weight) {
                None
            } else if largest - (third >> 16) > 1 {
                let [best, second] = [best, second].map(|key| {
                    let entry = first + (!key & 0xffff);
                    (exact_draw(flat, entry, key >> 16), entry)
                });
                Some(best.min(second).1)
            } else {
                let straw = distance_floor(largest) * row.inverse_weight_max;
                let limit = ceiling(straw, row.inverse_weight_max);
                Some(self.decide(flat, lane, limit, hash))
            }
        });
    }

    /// The smallest straw wins, unless the second's bounds reach into its own.
    #[inline(always)]
    fn win_by_straws<const D: usize>(
        &self,
        flat: &FlatMap,
        rows: &Rows<L>,
        straws: &Straws<L>,
        winners: &mut [u32; L],
        hash: &impl Hash<D>,
    ) {
        let mut unsure = [0; L];
        for lane in 0..L {
            winners[lane] = rows.firsts[lane] + straws.position[lane] as u32;
            // With the lightest item's bound, which is the widest. A list of lanes is short, so
            // the winner's own is looked up for those only.
            let best = f32::from_bits(straws.best[lane] as u32);
            let limit = ceiling(best, rows.inverse_weight_max[lane]).to_bits() as i32;
            unsure[lane] = u32::from(straws.second[lane] <= limit);
        }
        let winners_before = *winners;
        self.decide_unsure(&unsure, winners, |lane| {
            let inverse_weight = flat.inverse_weight(winners_before[lane]);
            let limit = ceiling(f32::from_bits(straws.best[lane] as u32), inverse_weight);
            let second = f32::from_bits(straws.second[lane] as u32);
            (second <= limit).then(|| self.decide(flat, lane, limit, hash))
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

    /// Decides a lane exactly, among the items whose straws are not certainly longer than `limit`:
    /// the entry that wins by draws in whole numbers, on a tie the earlier. A few blocks at a time,
    /// each item in a lane of its own.
    #[inline(always)]
    fn decide<const D: usize>(
        &self,
        flat: &FlatMap,
        lane: usize,
        limit: f32,
        hash: &impl Hash<D>,
    ) -> u32 {
        let (x, r) = ([self.x[lane]; D], [self.r[lane]; D]);
        let (mut ids, mut hashes) = ([[0; D]], [[0; D]]);
        let mut winner = 0;
        let mut shortest = u64::MAX;
        let row = flat.row(self.slots[lane]);
        for first in row.blocks().step_by(D / BLOCK) {
            let blocks = first..row.blocks().end.min(first + D / BLOCK);
            for (ids, block) in ids[0].chunks_exact_mut(BLOCK).zip(&flat.ids[blocks.clone()]) {
                ids.copy_from_slice(&block.0);
            }
            hash([&x, &r], &ids, &mut hashes);
            for (block, hashes) in blocks.zip(hashes[0].as_chunks::<BLOCK>().0) {
                let inverse_weights = &flat.inverse_weights[block].0;
                let mut is_near = [false; BLOCK];
                for item in 0..BLOCK {
                    is_near[item] = distance_floor(hashes[item]) * inverse_weights[item] <= limit;
                }
                for item in (0..BLOCK).filter(|item| is_near[*item]) {
                    let entry = (block * BLOCK + item) as u32;
                    let draw = exact_draw(flat, entry, hashes[item] & 0xffff);
                    if draw < shortest {
                        (winner, shortest) = (entry, draw);
                    }
                }
            }
        }
        winner
    }
}

/// What an item draws whose hash is this, in whole numbers as in Ceph; the smallest wins.
fn exact_draw(flat: &FlatMap, entry: u32, hash: u32) -> u64 {
    DISTANCE[hash as usize] / u64::from(flat.entries[entry as usize].weight.max(1))
}

/// Whether the next lower hash draws the same as this one at this weight, or even better.
fn ties_below(hash: u32, weight: u32) -> bool {
    let hash = hash as usize;
    let draw = |hash: usize| DISTANCE[hash] / u64::from(weight);
    hash > 0 && draw(hash - 1) <= draw(hash)
}
