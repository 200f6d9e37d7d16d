//! Putting items into their places.

use super::weight::{fixed_weight, float_weight};
use super::{Draft, EditError, Location};
use crate::{CrushMap, is_valid_name};

/// What becomes of an item's weights in weight sets when its weight is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeightSets {
    /// They get the same weight: Ceph's default (`osd_crush_update_weight_set`).
    #[default]
    Update,
    /// They stay as they are; for a new item, 0.
    Keep,
}

/// Highest device id: `max_devices` is one more, and the two ids above it mean other things.
const MAX_DEVICE: i32 = i32::MAX - 2;

impl CrushMap {
    /// Puts an item at a place (`crushtool --add-item`, `ceph osd crush add`). Buckets of the
    /// location that do not exist are made, up to the first that does; what the location says
    /// above that one is not looked at. `weight` is cut to 16.16.
    ///
    /// # Errors
    /// [`EditError::InvalidName`], [`EditError::WeightOutOfRange`], [`EditError::NameTaken`],
    /// [`EditError::AlreadyBeneath`], [`EditError::WrongType`], [`EditError::Loop`],
    /// [`EditError::NoPlace`] and what adding to a bucket refuses ([`EditError::Bucket`]).
    pub fn insert_item(
        &mut self,
        item: i32,
        weight: f32,
        name: &str,
        location: &Location,
    ) -> Result<(), EditError> {
        self.edit(|draft| {
            draft.check_device(item)?;
            draft.insert_item(item, weight, name, location, WeightSets::Update)
        })
    }

    /// Puts an item at a place, takes it away from all others and gives it this name and weight
    /// (`crushtool --update-item`, `ceph osd crush set`). Returns whether anything changed.
    ///
    /// # Errors
    /// Those of [`insert_item`](CrushMap::insert_item).
    pub fn update_item(
        &mut self,
        item: i32,
        weight: f32,
        name: &str,
        location: &Location,
    ) -> Result<bool, EditError> {
        self.edit(|draft| {
            draft.check_device(item)?;
            draft.update_item(item, weight, name, location)
        })
    }

    /// Puts an item at a place and takes it away from all others. It keeps the weight it has;
    /// `weight` is for an item that is in no bucket yet (`ceph osd crush create-or-move`). Returns
    /// whether anything changed: not when it is there.
    ///
    /// # Errors
    /// Those of [`insert_item`](CrushMap::insert_item).
    pub fn create_or_move_item(
        &mut self,
        item: i32,
        weight: f32,
        name: &str,
        location: &Location,
        weight_sets: WeightSets,
    ) -> Result<bool, EditError> {
        self.edit(|draft| {
            draft.check_device(item)?;
            draft.create_or_move_item(item, weight, name, location, weight_sets)
        })
    }

    /// Moves a device or a bucket with all it holds (`crushtool --move`, `ceph osd crush move`).
    /// Returns whether anything changed: not when it is there.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`] and those of [`insert_item`](CrushMap::insert_item).
    pub fn move_item(&mut self, name: &str, location: &Location) -> Result<bool, EditError> {
        self.move_item_with(name, location, WeightSets::Update)
    }

    /// The same, with a say in what becomes of a device's weights in weight sets.
    ///
    /// # Errors
    /// Those of [`move_item`](CrushMap::move_item).
    pub fn move_item_with(
        &mut self,
        name: &str,
        location: &Location,
        weight_sets: WeightSets,
    ) -> Result<bool, EditError> {
        self.edit(|draft| {
            let item = draft.named(name)?;
            if draft.weight_at(item, location).is_some() {
                return Ok(false);
            }
            if item >= 0 {
                return draft.create_or_move_item(item, 0.0, name, location, weight_sets);
            }
            draft.move_bucket(item, location).map(|()| true)
        })
    }
}

impl Draft {
    /// The id of the item of this name.
    pub(super) fn named(&self, name: &str) -> Result<i32, EditError> {
        self.item_id(name).ok_or_else(|| EditError::NoSuchItem { name: name.to_owned() })
    }

    fn check_device(&self, item: i32) -> Result<(), EditError> {
        if (0..=MAX_DEVICE).contains(&item) {
            return Ok(());
        }
        Err(EditError::BadDeviceId { id: item })
    }

    pub(crate) fn insert_item(
        &mut self,
        item: i32,
        weight: f32,
        name: &str,
        location: &Location,
        weight_sets: WeightSets,
    ) -> Result<(), EditError> {
        check_name(name)?;
        location.check_names()?;
        let weight = fixed_weight(weight)?;
        match self.item_id(name) {
            Some(id) if id != item => {
                return Err(EditError::NameTaken { name: name.to_owned(), id });
            }
            Some(_) => {}
            None => {
                self.names.insert(item, name.to_owned());
            }
        }
        self.attach(item, location)?;
        let weight_sets = if item >= 0 { weight_sets } else { WeightSets::Keep };
        self.set_weight_at(item, weight, location, weight_sets)?;
        Ok(self.rebuild_shadows()?)
    }

    /// Puts an item with weight 0 into the bucket of the lowest type that a location gives. Such a
    /// bucket is made when it does not exist, and then is the next item to be put somewhere.
    fn attach(&mut self, item: i32, location: &Location) -> Result<(), EditError> {
        let mut current = item;
        for (type_id, type_name) in self.types.clone() {
            let Some(name) = location.get(&type_name).filter(|_| type_id != 0) else { continue };
            if let Some(holder) = self.item_id(name) {
                return self.attach_to(current, holder, type_id);
            }
            let type_id = u16::try_from(type_id)
                .map_err(|_| EditError::NoSuchType { name: type_name.clone() })?;
            let made = self.make_bucket(type_id)?;
            self.names.insert(made, name.to_owned());
            self.add_to_bucket(made, current)?;
            self.add_weight_sets(made);
            current = made;
        }
        Ok(())
    }

    fn attach_to(&mut self, item: i32, holder: i32, type_id: i32) -> Result<(), EditError> {
        let names = |draft: &Draft| (draft.describe(item), draft.describe(holder));
        let Some(found) = self.core.bucket(holder).map(|bucket| i32::from(bucket.type_id)) else {
            return Err(EditError::NotABucket { name: self.describe(holder) });
        };
        if self.subtree_contains(holder, item) {
            let (item, bucket) = names(self);
            return Err(EditError::AlreadyBeneath { item, bucket });
        }
        if found != type_id {
            let type_name = |id: i32| self.types.get(&id).cloned().unwrap_or(id.to_string());
            return Err(EditError::WrongType {
                bucket: self.describe(holder),
                found: type_name(found),
                expected: type_name(type_id),
            });
        }
        if self.subtree_contains(item, holder) {
            let (item, bucket) = names(self);
            return Err(EditError::Loop { item, bucket });
        }
        self.add_to_bucket(holder, item)?;
        self.extend_choose_args(holder, item, 0);
        Ok(())
    }

    fn add_to_bucket(&mut self, holder: i32, item: i32) -> Result<(), EditError> {
        self.add_weighted(holder, item, 0)
    }

    fn create_or_move_item(
        &mut self,
        item: i32,
        weight: f32,
        name: &str,
        location: &Location,
        weight_sets: WeightSets,
    ) -> Result<bool, EditError> {
        check_name(name)?;
        if self.weight_at(item, location).is_some() {
            return Ok(false);
        }
        let mut weight = weight;
        if self.is_in_tree(item) {
            weight = self.item_weight(item).map_or(weight, float_weight);
            self.unlink_everywhere(item)?;
        }
        self.insert_item(item, weight, name, location, weight_sets)?;
        Ok(true)
    }

    fn update_item(
        &mut self,
        item: i32,
        weight: f32,
        name: &str,
        location: &Location,
    ) -> Result<bool, EditError> {
        check_name(name)?;
        location.check_names()?;
        let fixed = fixed_weight(weight)?;
        let Some(old) = self.weight_at(item, location) else {
            if self.names.contains_key(&item) {
                self.unlink_everywhere(item)?;
            }
            self.insert_item(item, weight, name, location, WeightSets::Update)?;
            return Ok(true);
        };
        let mut changed = false;
        if old != fixed {
            self.set_weight_at(item, fixed, location, WeightSets::Update)?;
            self.rebuild_shadows()?;
            changed = true;
        }
        if self.item_name(item) != Some(name) {
            // Ceph does not look whether another item has the name.
            self.names.insert(item, name.to_owned());
            changed = true;
        }
        Ok(changed)
    }
}

pub(super) fn check_name(name: &str) -> Result<(), EditError> {
    if is_valid_name(name) {
        return Ok(());
    }
    Err(EditError::InvalidName { name: name.to_owned() })
}
