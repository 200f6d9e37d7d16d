//! choose_args: weight sets that replace the weights of buckets, kept in step with every edit.
//!
//! A bucket's weight in its parent's weight set is the sum of its own set, position by position.

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Algorithm, Bucket, ChooseArg, ChooseArgs};

use super::{Draft, EditError};
use crate::CrushMap;

impl CrushMap {
    /// Creates a choose_args set whose weights are those of the buckets: `set` is a pool's id, or
    /// -1 for the compat set; `positions` is 1 for a flat set, the pool's size for a positional
    /// one (`ceph osd crush weight-set create`, `create-compat`). Returns whether it was created:
    /// one that exists stays as it is.
    ///
    /// # Errors
    /// [`EditError::NotStraw2`], [`EditError::WrongWeightCount`] for no position.
    pub fn create_weight_set(&mut self, set: i64, positions: usize) -> Result<bool, EditError> {
        self.edit(|draft| {
            let mut buckets = draft.core.buckets.iter().flatten();
            if let Some(other) = buckets.find(|bucket| bucket.algorithm() != Algorithm::Straw2) {
                return Err(EditError::NotStraw2 { bucket: draft.describe(other.id) });
            }
            if positions == 0 || positions > usize::from(u8::MAX) {
                return Err(EditError::WrongWeightCount { found: positions, expected: 1 });
            }
            if draft.core.choose_args.contains_key(&set) {
                return Ok(false);
            }
            let filled =
                |bucket: &Bucket| Some((bucket_slot(bucket.id)?, filled(bucket, positions)));
            let args: ChooseArgs = draft.core.buckets.iter().flatten().filter_map(filled).collect();
            draft.core.choose_args.insert(set, args);
            Ok(true)
        })
    }

    /// Removes a choose_args set (`weight-set rm`, `rm-compat`). Returns whether there was one.
    ///
    /// # Errors
    /// [`EditError::Unsound`].
    pub fn remove_weight_set(&mut self, set: i64) -> Result<bool, EditError> {
        self.edit(|draft| Ok(draft.core.choose_args.remove(&set).is_some()))
    }

    /// Sets an item's weights in a choose_args set, one for each position, and those of the
    /// buckets above it (`weight-set reweight`, `reweight-compat`). Weights are cut to 16.16.
    ///
    /// # Errors
    /// [`EditError::NoWeightSet`], [`EditError::WrongWeightCount`], [`EditError::NoSuchItem`],
    /// [`EditError::WeightOutOfRange`], [`EditError::NotInTree`].
    pub fn reweight_weight_set(
        &mut self,
        set: i64,
        item: &str,
        weights: &[f64],
    ) -> Result<(), EditError> {
        self.edit(|draft| {
            let args = draft.core.choose_args.get(&set).ok_or(EditError::NoWeightSet { set })?;
            let expected = positions(args);
            if weights.len() != expected {
                return Err(EditError::WrongWeightCount { found: weights.len(), expected });
            }
            let id = draft.named(item)?;
            let weights: Vec<u32> =
                weights.iter().map(|weight| fixed(*weight)).collect::<Result<_, _>>()?;
            if draft.set_weights(set, id, &weights) == 0 {
                return Err(EditError::NotInTree { item: item.to_owned(), below: None });
            }
            Ok(())
        })
    }
}

/// Positions of a set: those of its first bucket that has any (`get_choose_args_positions`).
fn positions(args: &ChooseArgs) -> usize {
    args.values().map(|arg| arg.weight_sets.len()).find(|count| *count > 0).unwrap_or(1)
}

/// A bucket's own weights, for each position.
fn filled(bucket: &Bucket, positions: usize) -> ChooseArg {
    ChooseArg { ids: None, weight_sets: vec![bucket.item_weights().collect(); positions] }
}

/// 16.16 as the monitor makes it, in double precision.
fn fixed(weight: f64) -> Result<u32, EditError> {
    let scaled = weight * 65_536.0;
    if !(scaled > -1.0 && scaled < f64::from(1u32 << 31)) {
        return Err(EditError::WeightOutOfRange { weight });
    }
    Ok(scaled as u32)
}

/// Sum of each position's weights.
fn sums(arg: &ChooseArg) -> Vec<u32> {
    let sum =
        |weights: &Vec<u32>| weights.iter().fold(0u32, |sum, weight| sum.wrapping_add(*weight));
    arg.weight_sets.iter().map(sum).collect()
}

impl Draft {
    /// Ids of all choose_args sets.
    fn weight_set_ids(&self) -> Vec<i64> {
        self.core.choose_args.keys().copied().collect()
    }

    /// Appends an item to the lists that choose_args hold for a bucket.
    pub(super) fn extend_choose_args(&mut self, bucket: i32, item: i32, weight: u32) {
        for arg in self.choose_args_of(bucket) {
            for weights in &mut arg.weight_sets {
                weights.push(weight);
            }
            if let Some(ids) = &mut arg.ids {
                ids.push(item);
            }
        }
    }

    /// Takes the item at a position out of the lists that choose_args hold for a bucket, and cuts
    /// them to the bucket's size.
    pub(super) fn shrink_choose_args(&mut self, bucket: i32, position: usize) {
        let size = self.core.bucket(bucket).map_or(0, |bucket| bucket.items.len());
        let keeps_places =
            self.core.bucket(bucket).is_some_and(|b| b.algorithm() == Algorithm::Tree);
        for arg in self.choose_args_of(bucket) {
            for weights in &mut arg.weight_sets {
                remove_or_clear(weights, position, keeps_places, size);
            }
            if let Some(ids) = &mut arg.ids {
                remove_or_clear(ids, position, keeps_places, size);
            }
            if size == 0 {
                arg.ids = None;
            }
        }
    }

    /// Sets an item's weight at every position, for one bucket that holds it.
    pub(super) fn set_weight_at_all_positions(&mut self, bucket: i32, item: i32, weight: u32) {
        let Some(position) = self.core.bucket(bucket).and_then(|b| b.position(item)) else {
            return;
        };
        for arg in self.choose_args_of(bucket) {
            for slot in arg.weight_sets.iter_mut().filter_map(|weights| weights.get_mut(position)) {
                *slot = weight;
            }
        }
    }

    /// Tells the buckets above a bucket what its weight sets add up to now. Buckets that a set
    /// says nothing about get their own weights as a set at this occasion.
    pub(super) fn spread_weight_sets(&mut self, bucket: i32) {
        for set in self.weight_set_ids() {
            let arg = self.choose_arg(set, bucket).filter(|arg| !arg.weight_sets.is_empty());
            if let Some(weights) = arg.map(sums) {
                self.set_weights(set, bucket, &weights);
            }
        }
    }

    /// Sets an item's weights by position wherever a bucket holds it, and those of all buckets
    /// above. Returns in how many places something was set (`choose_args_adjust_item_weight`).
    fn set_weights(&mut self, set: i64, item: i32, weights: &[u32]) -> usize {
        let created = self.complete_weight_set(set);
        for bucket in &created {
            if let Some(weights) = self.choose_arg(set, *bucket).map(sums) {
                self.raise_weights(set, *bucket, &weights);
            }
        }
        created.len() + self.raise_weights(set, item, weights)
    }

    /// Gives every bucket without a weight set one of its own weights; returns these buckets.
    fn complete_weight_set(&mut self, set: i64) -> Vec<i32> {
        let core = &mut self.core;
        let Some(args) = core.choose_args.get_mut(&set) else { return Vec::new() };
        let positions = positions(args);
        let mut created = Vec::new();
        for (slot, bucket) in core.buckets.iter().enumerate() {
            let Some(bucket) = bucket else { continue };
            let arg = args.entry(slot).or_default();
            if arg.weight_sets.is_empty() {
                arg.weight_sets = filled(bucket, positions).weight_sets;
                created.push(bucket.id);
            }
        }
        created
    }

    fn raise_weights(&mut self, set: i64, item: i32, weights: &[u32]) -> usize {
        let holders: Vec<i32> = self.parents(item).map(|bucket| bucket.id).collect();
        let mut changed = 0;
        for holder in holders {
            let Some(raised) = self.raise_in_bucket(set, holder, item, weights) else { continue };
            changed += 1;
            self.raise_weights(set, holder, &raised);
        }
        changed
    }

    /// Sets an item's weights in one bucket's set; returns the set's new sums.
    fn raise_in_bucket(
        &mut self,
        set: i64,
        bucket: i32,
        item: i32,
        weights: &[u32],
    ) -> Option<Vec<u32>> {
        let slot = bucket_slot(bucket)?;
        let core = &mut self.core;
        let items = &core.buckets.get(slot)?.as_ref()?.items;
        let arg = core.choose_args.get_mut(&set)?.get_mut(&slot)?;
        if arg.weight_sets.len() != weights.len() {
            return None;
        }
        for (list, weight) in arg.weight_sets.iter_mut().zip(weights) {
            for (slot, _) in list.iter_mut().zip(items).filter(|(_, other)| **other == item) {
                *slot = *weight;
            }
        }
        Some(sums(arg))
    }

    fn choose_arg(&self, set: i64, bucket: i32) -> Option<&ChooseArg> {
        self.core.choose_args.get(&set)?.get(&bucket_slot(bucket)?)
    }

    fn choose_args_of(&mut self, bucket: i32) -> impl Iterator<Item = &mut ChooseArg> {
        let slot = bucket_slot(bucket);
        self.core.choose_args.values_mut().filter_map(move |args| args.get_mut(&slot?))
    }

    /// Gives a bucket that was just made a weight set in every choose_args set.
    pub(super) fn add_weight_sets(&mut self, bucket: i32) {
        let core = &mut self.core;
        let Some(slot) = bucket_slot(bucket) else { return };
        let Some(bucket) = core.buckets.get(slot).and_then(Option::as_ref) else { return };
        for args in core.choose_args.values_mut() {
            let positions = positions(args);
            args.insert(slot, filled(bucket, positions));
        }
    }

    /// Adds up the weight sets below a bucket again, for every choose_args set
    /// (`CrushWrapper::reweight_bucket`). As in Ceph, position 0 serves for all positions.
    pub(super) fn reweigh_weight_sets(&mut self, root: i32) {
        for set in self.weight_set_ids() {
            let order = self.children_first(root);
            for id in order {
                self.reweigh_weight_set(set, id);
            }
        }
    }

    fn reweigh_weight_set(&mut self, set: i64, id: i32) {
        let Some(slot) = bucket_slot(id) else { return };
        let Some(bucket) = self.core.bucket(id) else { return };
        let own = self.choose_arg(set, id).map_or(0, |arg| arg.weight_sets.len());
        let below: Vec<(usize, u32)> = (bucket.items.iter().enumerate())
            .filter(|(_, item)| **item < 0)
            .filter_map(|(position, item)| Some((position, self.last_total(set, *item, own)?)))
            .collect();
        let arg = self.core.choose_args.get_mut(&set).and_then(|args| args.get_mut(&slot));
        let Some(first) = arg.and_then(|arg| arg.weight_sets.first_mut()) else { return };
        for (position, total) in below {
            if let Some(weight) = first.get_mut(position) {
                *weight = total;
            }
        }
    }

    /// Sum of the first position of a bucket's weight set, which Ceph takes for every position
    /// that the bucket has; `None` when there is no position to take it for, 0 past its last.
    fn last_total(&self, set: i64, bucket: i32, positions: usize) -> Option<u32> {
        let last = positions.checked_sub(1)?;
        let arg = self.choose_arg(set, bucket);
        let known = arg.filter(|arg| last < arg.weight_sets.len()).map(sums);
        Some(known.and_then(|sums| sums.first().copied()).unwrap_or(0))
    }
}

fn remove_or_clear<T: Default + Clone>(
    list: &mut Vec<T>,
    position: usize,
    keeps_place: bool,
    size: usize,
) {
    if keeps_place {
        if let Some(slot) = list.get_mut(position) {
            *slot = T::default();
        }
    } else if position < list.len() {
        list.remove(position);
    }
    list.resize(size, T::default());
}
