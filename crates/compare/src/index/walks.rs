//! The walks of PGs that never had to try twice.
//!
//! Where a mapping meets no refusal, its result tells every visit: for the device at each position
//! the buckets above it, from what the rule takes down, each with a replica number that follows
//! from the position alone. That holds where every item below what is taken has one parent there.

use std::collections::{BTreeMap, HashSet};

use crushlab_crush::{Bucket, Map};

use super::block::{Block, Choice};

/// What a draw from a bucket depends on, for the device at one position of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// The replica number that is hashed.
    pub(crate) r: u32,
    /// The position that choose_args sets go by.
    pub(crate) position: usize,
}

/// How buckets are visited.
#[derive(Clone, Debug)]
pub(crate) struct Walks {
    /// By bucket that is visited and position of the result.
    numbers: BTreeMap<i32, Vec<Numbers>>,
    /// Where all of them start.
    pub(crate) take: i32,
    /// Length of a result without refusals.
    pub(crate) length: usize,
}

/// What is looked for in a bucket.
#[derive(Clone, Copy, Debug)]
struct Search {
    /// Place of the step among the choices.
    choice: usize,
    /// Whether it is the search for a device below an item that was chosen.
    is_leaf: bool,
}

impl Walks {
    /// The walks of a rule's mappings; `None` where results do not tell them.
    pub(crate) fn of(map: &Map, block: &Block, result_max: usize) -> Option<Walks> {
        let widths: Vec<usize> =
            block.choices.iter().map(|choice| choice.width(result_max)).collect();
        let (last, others) = widths.split_last()?;
        let ends_with_devices = block.choices.last().is_some_and(|c| c.has_leaf || c.type_id == 0);
        // A leaf is a device, from which nothing can be chosen.
        let is_early_leaf = block.choices.iter().rev().skip(1).any(|choice| choice.has_leaf);
        if *last == 0 || others.len() > 1 || is_early_leaf || !ends_with_devices {
            return None;
        }
        let wanted = others.first().map_or(*last, |first| first.saturating_mul(*last));
        let length = wanted.min(result_max);
        // Where a bucket has room for fewer than are chosen, a later one could fill a gap.
        let is_cut = wanted > length && block.choices.iter().any(|choice| !choice.is_indep);
        if !others.is_empty() && is_cut {
            return None;
        }
        // Items of the first step that no device is in would leave no trace.
        if others.first().is_some_and(|first| *first != length.div_ceil(*last)) {
            return None;
        }
        let mut walks = Walks { numbers: BTreeMap::new(), take: block.take, length };
        let mut open = vec![(map.bucket(block.take)?, Search { choice: 0, is_leaf: false })];
        let mut devices = HashSet::new();
        while let Some((bucket, search)) = open.pop() {
            // A draw that ends at no item gives a device that is not below the bucket.
            if bucket.draws_past_end() {
                return None;
            }
            let numbers = (0..length).map(|place| numbers(block, search, place, *last)).collect();
            if walks.numbers.insert(bucket.id, numbers).is_some() {
                return None;
            }
            for item in &bucket.items {
                let Some(child) = map.bucket(*item) else {
                    if !devices.insert(*item) {
                        return None;
                    }
                    continue;
                };
                if let Some(search) = search.below(child, &block.choices) {
                    open.push((child, search));
                }
            }
        }
        Some(walks)
    }

    /// What draws from a bucket depend on, by position of the result; `None` for a bucket that is
    /// never visited.
    pub(crate) fn numbers(&self, bucket: i32) -> Option<&[Numbers]> {
        self.numbers.get(&bucket).map(Vec::as_slice)
    }

    /// The buckets that are visited.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = i32> {
        self.numbers.keys().copied()
    }
}

impl Search {
    /// What is looked for in a bucket that was drawn; `None` where it is itself what is emitted.
    fn below(self, child: &Bucket, choices: &[Choice]) -> Option<Search> {
        let choice = choices.get(self.choice)?;
        if self.is_leaf || i32::from(child.type_id) != choice.type_id {
            return Some(self);
        }
        if choice.has_leaf {
            return Some(Search { is_leaf: true, ..self });
        }
        let next = self.choice + 1;
        (next < choices.len()).then_some(Search { choice: next, is_leaf: false })
    }
}

/// The numbers at the first try. `last` is the width of the last choice.
fn numbers(block: &Block, search: Search, place: usize, last: usize) -> Numbers {
    let is_last = search.choice + 1 == block.choices.len();
    let place = if is_last { place % last } else { place / last };
    let choice = &block.choices[search.choice];
    let outer = place as u32;
    match (search.is_leaf, choice.is_indep) {
        (false, true) => Numbers { r: outer, position: 0 },
        (true, true) => Numbers { r: outer + outer, position: place },
        (false, false) => Numbers { r: outer, position: place },
        (true, false) => {
            let parent = match choice.vary_r {
                0 => 0,
                vary_r => outer.wrapping_shr(vary_r - 1),
            };
            let first = if choice.is_stable { 0 } else { outer };
            Numbers { r: first.wrapping_add(parent), position: place }
        }
    }
}
