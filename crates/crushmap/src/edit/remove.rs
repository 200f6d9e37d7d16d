//! Taking items out of buckets, and out of the map.

use crushlab_crush::Op;
use crushlab_crush::map::bucket_slot;

use super::{Draft, EditError, WeightSets};
use crate::CrushMap;

/// What becomes of an item that is taken out of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Out of the map, if no bucket holds it any more; a bucket has to be empty.
    Remove,
    /// A bucket stays in the map with all it holds. A device that is in no bucket any more loses
    /// its name, and keeps its class.
    Unlink,
}

impl CrushMap {
    /// Takes an item out of every bucket that holds it (`crushtool --remove-item`,
    /// `ceph osd crush rm` and `unlink`).
    ///
    /// In a uniform bucket this leaves all other items with weight 0, as in Ceph.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`]; [`EditError::NotEmpty`] and [`EditError::BucketInUse`] for a
    /// bucket to be removed; [`EditError::NotInTree`] for a bucket to be unlinked that is used and
    /// in no bucket.
    pub fn remove_item(&mut self, name: &str, removal: Removal) -> Result<(), EditError> {
        self.edit(|draft| {
            let item = draft.named(name)?;
            draft.remove_item(item, removal)
        })
    }

    /// Takes an item out of a bucket and out of every bucket below that one
    /// (`ceph osd crush rm NAME ANCESTOR`, `unlink NAME ANCESTOR`).
    ///
    /// As in Ceph, a bucket is only removed when the ancestor itself holds it; where a bucket
    /// further down does, [`EditError::NotInTree`] is the answer.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NotABucket`] for the ancestor,
    /// [`EditError::BucketInUse`], [`EditError::NotEmpty`], [`EditError::NotInTree`].
    pub fn remove_item_under(
        &mut self,
        name: &str,
        ancestor: &str,
        removal: Removal,
    ) -> Result<(), EditError> {
        self.edit(|draft| {
            let (item, root) = (draft.named(name)?, draft.named_bucket(ancestor)?);
            draft.remove_item_under(item, root, removal)
        })
    }

    /// Whether a bucket is a shadow, or a rule takes it or a shadow of it (`_bucket_is_in_use`).
    /// The answer is no as soon as a rule takes an item without a name, as in Ceph.
    pub fn is_bucket_in_use(&self, bucket: i32) -> bool {
        if self.shadows.values().flat_map(|by_class| by_class.values()).any(|id| *id == bucket) {
            return true;
        }
        let steps = self.core.rules.iter().flatten().flat_map(|rule| &rule.steps);
        for step in steps.filter(|step| step.op == Op::Take) {
            let Some((origin, _)) = self.without_class(step.arg1) else { return false };
            if step.arg1 == bucket || origin == bucket {
                return true;
            }
        }
        false
    }
}

impl Draft {
    /// Takes an item out of every bucket, whether or not any holds it.
    pub(super) fn unlink_everywhere(&mut self, item: i32) -> Result<(), EditError> {
        match self.remove_item(item, Removal::Unlink) {
            Err(EditError::NotInTree { .. }) => Ok(()),
            outcome => outcome,
        }
    }

    fn remove_item(&mut self, item: i32, removal: Removal) -> Result<(), EditError> {
        if item < 0 && removal == Removal::Remove {
            self.check_empty(item)?;
            self.check_unused(item)?;
        }
        let holders: Vec<i32> = self.parents(item).map(|bucket| bucket.id).collect();
        for holder in &holders {
            self.take_all_from(*holder, item);
        }
        if self.drop_last_instance(item, removal)? || !holders.is_empty() {
            return Ok(());
        }
        Err(EditError::NotInTree { item: self.describe(item), below: None })
    }

    fn remove_item_under(
        &mut self,
        item: i32,
        ancestor: i32,
        removal: Removal,
    ) -> Result<(), EditError> {
        if removal == Removal::Remove {
            self.check_unused(item)?;
        }
        if !self.take_from_subtree(item, ancestor, removal)? {
            let below = Some(self.describe(ancestor));
            return Err(EditError::NotInTree { item: self.describe(item), below });
        }
        if item < 0 && removal == Removal::Remove {
            if self.core.bucket(item).is_none() {
                let below = Some(self.describe(ancestor));
                return Err(EditError::NotInTree { item: item.to_string(), below });
            }
            self.check_empty(item)?;
        }
        self.drop_last_instance(item, removal)?;
        Ok(())
    }

    /// Takes an item out of a bucket and, each with all that removing implies, out of the buckets
    /// below. Returns whether it was anywhere.
    fn take_from_subtree(
        &mut self,
        item: i32,
        ancestor: i32,
        removal: Removal,
    ) -> Result<bool, EditError> {
        let items = self.core.bucket(ancestor).map_or_else(Vec::new, |b| b.items.clone());
        let mut found = false;
        for child in items {
            if child == item {
                self.set_weight_in_bucket(item, 0, ancestor, WeightSets::Update);
                self.take_from_bucket(ancestor, item);
                found = true;
            } else if child < 0 && self.core.bucket(child).is_some() {
                found |= self.remove_item_under(item, child, removal).is_ok();
            }
        }
        Ok(found)
    }

    fn take_all_from(&mut self, holder: i32, item: i32) {
        let mut position = 0;
        while let Some(other) = self.core.bucket(holder).and_then(|b| b.items.get(position)) {
            if *other == item {
                self.set_weight_in_bucket(item, 0, holder, WeightSets::Update);
                self.take_from_bucket(holder, item);
            }
            // The item that moved up is passed over, as in Ceph.
            position += 1;
        }
    }

    /// Removes what is left of an item that no bucket holds any more. Returns whether that was so.
    fn drop_last_instance(&mut self, item: i32, removal: Removal) -> Result<bool, EditError> {
        if self.is_in_tree(item) || (item < 0 && self.is_bucket_in_use(item)) {
            return Ok(false);
        }
        if removal == Removal::Remove {
            if let Some(slot) = bucket_slot(item).and_then(|slot| self.core.buckets.get_mut(slot)) {
                *slot = None;
            }
            self.shadows.remove(&item);
            self.classes.remove(&item);
            if item < 0 {
                self.update_choose_args();
            }
        }
        if item >= 0 || removal == Removal::Remove {
            self.names.remove(&item);
        }
        // Ceph does not look whether this succeeds, and goes on with what was made.
        self.rebuild_shadows().ok();
        Ok(true)
    }

    fn check_empty(&self, id: i32) -> Result<(), EditError> {
        let Some(bucket) = self.core.bucket(id) else { return Err(EditError::NoSuchId { id }) };
        if bucket.items.is_empty() {
            return Ok(());
        }
        Err(EditError::NotEmpty { bucket: self.describe(id), items: bucket.items.len() })
    }

    fn check_unused(&self, id: i32) -> Result<(), EditError> {
        if self.is_bucket_in_use(id) {
            return Err(EditError::BucketInUse { bucket: self.describe(id) });
        }
        Ok(())
    }
}
