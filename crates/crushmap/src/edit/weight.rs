//! Weights: of an item everywhere, in one place, below a bucket; adding everything up again.

use std::collections::{HashSet, VecDeque};

use crushlab_crush::map::bucket_slot;

use super::{Draft, EditError, Location, WeightSets};
use crate::CrushMap;

impl CrushMap {
    /// Gives an item this weight in every bucket that holds it, shadows included, and the buckets
    /// above theirs (`crushtool --reweight-item`, `ceph osd crush reweight`). A bucket may be
    /// given another weight than its items add up to.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::WeightOutOfRange`], [`EditError::NotInTree`].
    pub fn reweight_item(
        &mut self,
        name: &str,
        weight: f32,
        weight_sets: WeightSets,
    ) -> Result<(), EditError> {
        self.edit(|draft| {
            let item = draft.named(name)?;
            let weight = fixed_weight(weight)?;
            if draft.set_weight(item, weight, weight_sets) == 0 {
                return Err(EditError::NotInTree { item: name.to_owned(), below: None });
            }
            Ok(())
        })
    }

    /// Gives an item this weight in the buckets that a location names and no others
    /// (`adjust_item_weightf_in_loc`).
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::WeightOutOfRange`], [`EditError::NoPlace`].
    pub fn reweight_item_at(
        &mut self,
        name: &str,
        weight: f32,
        location: &Location,
        weight_sets: WeightSets,
    ) -> Result<(), EditError> {
        self.edit(|draft| {
            let item = draft.named(name)?;
            draft.set_weight_at(item, fixed_weight(weight)?, location, weight_sets)?;
            Ok(draft.rebuild_shadows()?)
        })
    }

    /// Gives every device below a bucket this weight (`ceph osd crush reweight-subtree`). Returns
    /// how many places that were.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NotABucket`], [`EditError::WeightOutOfRange`].
    pub fn reweight_subtree(
        &mut self,
        name: &str,
        weight: f32,
        weight_sets: WeightSets,
    ) -> Result<usize, EditError> {
        self.edit(|draft| {
            let root = draft.named_bucket(name)?;
            let weight = fixed_weight(weight)?;
            let mut changed = 0;
            let mut pending = VecDeque::from([root]);
            while let Some(id) = pending.pop_front() {
                let items = draft.core.bucket(id).map_or_else(Vec::new, |b| b.items.clone());
                for item in items {
                    if item < 0 {
                        pending.push_back(item);
                    } else {
                        draft.set_weight_in_bucket(item, weight, id, weight_sets);
                        changed += 1;
                    }
                }
            }
            draft.rebuild_shadows()?;
            Ok(changed)
        })
    }

    /// Adds up the weights of all buckets again, from the devices to the roots
    /// (`crushtool --reweight`, `ceph osd crush reweight-all`).
    ///
    /// # Errors
    /// [`EditError::Bucket`] when a sum is 65536 or more.
    pub fn reweight_all(&mut self) -> Result<(), EditError> {
        self.edit(|draft| {
            for root in draft.real_roots() {
                for id in draft.children_first(root) {
                    draft.reweigh_bucket(id)?;
                }
                draft.reweigh_weight_sets(root);
            }
            Ok(draft.rebuild_shadows()?)
        })
    }
}

/// 16.16 of a weight in Ceph's single precision; what does not fit is cut off, not rounded.
pub(crate) fn fixed_weight(weight: f32) -> Result<u32, EditError> {
    let scaled = weight * 65_536.0;
    // Not a number fails both comparisons.
    if !(scaled > -1.0 && scaled < 2_147_483_648.0) {
        return Err(EditError::WeightOutOfRange { weight: f64::from(weight) });
    }
    Ok(scaled as u32)
}

/// The weight that a 16.16 number stands for, in Ceph's single precision: above 256 it may differ
/// in the last places, and an edit that passes a weight through here stores the difference.
pub(crate) fn float_weight(weight: u32) -> f32 {
    weight as f32 / 65_536.0
}

impl Draft {
    /// Gives an item this weight in all buckets that hold it; returns how many these are.
    pub(super) fn set_weight(&mut self, item: i32, weight: u32, weight_sets: WeightSets) -> usize {
        let buckets: Vec<i32> = self.core.buckets.iter().flatten().map(|b| b.id).collect();
        buckets
            .into_iter()
            .filter(|bucket| self.set_weight_in_bucket(item, weight, *bucket, weight_sets))
            .count()
    }

    /// Gives an item this weight in one bucket, and that bucket its new weight in the buckets
    /// above it. Returns whether the item is there. The bucket's weight sets are added up and
    /// spread in any case.
    pub(super) fn set_weight_in_bucket(
        &mut self,
        item: i32,
        weight: u32,
        bucket: i32,
        weight_sets: WeightSets,
    ) -> bool {
        let items = self.core.bucket(bucket).map_or(&[][..], |bucket| &bucket.items);
        let occurrences = items.iter().filter(|other| **other == item).count();
        for _ in 0..occurrences {
            if weight_sets == WeightSets::Update {
                self.set_weight_at_all_positions(bucket, item, weight);
            }
            let version = self.straw_calc_version();
            let Some(holder) = self.core.bucket_mut(bucket) else { continue };
            holder.set_item_weight(item, weight, version);
            let total = holder.weight;
            self.set_weight(bucket, total, WeightSets::Keep);
        }
        self.spread_weight_sets(bucket);
        occurrences > 0
    }

    /// Gives an item this weight in those buckets of a location that hold it.
    pub(super) fn set_weight_at(
        &mut self,
        item: i32,
        weight: u32,
        location: &Location,
        weight_sets: WeightSets,
    ) -> Result<(), EditError> {
        let mut found = false;
        for (_, name) in location.iter() {
            if let Some(bucket) = self.item_id(name) {
                found |= self.set_weight_in_bucket(item, weight, bucket, weight_sets);
            }
        }
        if found {
            return Ok(());
        }
        Err(EditError::NoPlace { item: self.describe(item), location: location.clone() })
    }

    /// A bucket and all buckets below it, each once and after all that are below it.
    pub(super) fn children_first(&self, root: i32) -> Vec<i32> {
        let mut order = Vec::new();
        let mut seen = HashSet::from([root]);
        // Buckets on the way down, and which of their items to look at next.
        let mut way = vec![(root, 0)];
        while let Some((id, next)) = way.pop() {
            let Some(bucket) = self.core.bucket(id) else { continue };
            match bucket.items.get(next) {
                None => order.push(id),
                Some(item) => {
                    way.push((id, next + 1));
                    if *item < 0 && seen.insert(*item) {
                        way.push((*item, 0));
                    }
                }
            }
        }
        order
    }

    fn reweigh_bucket(&mut self, id: i32) -> Result<(), EditError> {
        let version = self.straw_calc_version();
        let error = self.bucket_error(id);
        let slot = bucket_slot(id).and_then(|slot| self.core.buckets.get_mut(slot));
        // Out of the map for a moment, as its children are looked up in the map meanwhile.
        let Some(mut bucket) = slot.and_then(Option::take) else { return Ok(()) };
        let outcome =
            bucket.reweigh(version, |item| self.core.bucket(item).map_or(0, |child| child.weight));
        if let Some(slot) = bucket_slot(id).and_then(|slot| self.core.buckets.get_mut(slot)) {
            *slot = Some(bucket);
        }
        outcome.map_err(error)
    }
}
