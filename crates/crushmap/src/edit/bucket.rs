//! Buckets: making, moving, linking and swapping them.

use crushlab_crush::{Algorithm, Bucket};

use super::insert::check_name;
use super::weight::float_weight;
use super::{Draft, EditError, Location, WeightSets};
use crate::{CrushMap, MAX_IDS};

impl CrushMap {
    /// Makes an empty bucket with the lowest free id and the algorithm that the tunables prefer,
    /// and moves it to its place where one is given (`crushtool --add-bucket`,
    /// `ceph osd crush add-bucket`). Returns its id.
    ///
    /// # Errors
    /// [`EditError::NameTaken`], [`EditError::NoSuchType`], [`EditError::DeviceType`],
    /// [`EditError::NoAlgorithmAllowed`], [`EditError::InvalidName`] and those of
    /// [`insert_item`](CrushMap::insert_item).
    pub fn add_bucket(
        &mut self,
        name: &str,
        type_name: &str,
        location: &Location,
    ) -> Result<i32, EditError> {
        self.edit(|draft| {
            if let Some(id) = draft.item_id(name) {
                return Err(EditError::NameTaken { name: name.to_owned(), id });
            }
            let no_type = || EditError::NoSuchType { name: type_name.to_owned() };
            let type_id = draft.type_id(type_name).ok_or_else(no_type)?;
            if type_id == 0 {
                return Err(EditError::DeviceType { name: type_name.to_owned() });
            }
            let id = draft.make_bucket(u16::try_from(type_id).map_err(|_| no_type())?)?;
            check_name(name)?;
            draft.names.insert(id, name.to_owned());
            if !location.is_empty() {
                draft.move_bucket(id, location)?;
            }
            Ok(id)
        })
    }

    /// Moves a bucket with all it holds from its first parent to another place
    /// (`CrushWrapper::move_bucket`).
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NotABucket`] and those of
    /// [`insert_item`](CrushMap::insert_item).
    pub fn move_bucket(&mut self, name: &str, location: &Location) -> Result<(), EditError> {
        self.edit(|draft| {
            let id = draft.named_bucket(name)?;
            draft.move_bucket(id, location)
        })
    }

    /// Puts a bucket into a further place; it stays where it is (`ceph osd crush link`). Returns
    /// whether anything changed: not when it is there.
    ///
    /// # Errors
    /// Those of [`move_bucket`](CrushMap::move_bucket).
    pub fn link_bucket(&mut self, name: &str, location: &Location) -> Result<bool, EditError> {
        self.edit(|draft| {
            let id = draft.named(name)?;
            if draft.weight_at(id, location).is_some() {
                return Ok(false);
            }
            let id = draft.named_bucket(name)?;
            draft.link_bucket(id, location).map(|()| true)
        })
    }

    /// Takes a bucket with all it holds out of its first parent; it becomes a root. Returns the
    /// weight (16.16) it has (`CrushWrapper::detach_bucket`).
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NotABucket`].
    pub fn detach_bucket(&mut self, name: &str) -> Result<u32, EditError> {
        self.edit(|draft| {
            let id = draft.named_bucket(name)?;
            let weight = draft.detach(id)?;
            draft.rebuild_shadows()?;
            Ok(weight)
        })
    }

    /// Exchanges what two buckets hold, and their names; ids and places stay
    /// (`ceph osd crush swap-bucket`, which in addition refuses, unless forced, a first bucket
    /// that is in another and buckets of different algorithms).
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`], [`EditError::NotABucket`], [`EditError::SwapOfRelated`],
    /// [`EditError::Bucket`] when one cannot hold the other's items.
    pub fn swap_buckets(&mut self, first: &str, second: &str) -> Result<(), EditError> {
        self.edit(|draft| {
            let (a, b) = (draft.named_bucket(first)?, draft.named_bucket(second)?);
            draft.swap_buckets(a, b)
        })
    }

    /// Makes every straw bucket a straw2 bucket of the same weights
    /// (`ceph osd crush set-all-straw-buckets-to-straw2`). Returns how many there were.
    ///
    /// # Errors
    /// [`EditError::Unsound`].
    pub fn convert_straw_to_straw2(&mut self) -> Result<usize, EditError> {
        use crushlab_crush::Contents;
        self.edit(|draft| {
            let mut converted = 0;
            for bucket in draft.core.buckets.iter_mut().flatten() {
                if let Contents::Straw { weights, .. } = &mut bucket.contents {
                    bucket.contents = Contents::Straw2 { weights: std::mem::take(weights) };
                    converted += 1;
                }
            }
            Ok(converted)
        })
    }

    /// The algorithm for a new bucket: the first of straw2, straw, tree, list and uniform that
    /// the tunables allow (`get_default_bucket_alg`).
    pub fn default_algorithm(&self) -> Option<Algorithm> {
        use Algorithm::{List, Straw, Straw2, Tree, Uniform};
        let allowed = self.core.tunables.allowed_bucket_algs;
        [Straw2, Straw, Tree, List, Uniform].into_iter().find(|one| allowed >> *one as u32 & 1 == 1)
    }
}

impl Draft {
    /// The id of the bucket of this name.
    pub(super) fn named_bucket(&self, name: &str) -> Result<i32, EditError> {
        let id = self.named(name)?;
        match self.core.bucket(id) {
            Some(_) => Ok(id),
            None => Err(EditError::NotABucket { name: name.to_owned() }),
        }
    }

    /// Makes an empty bucket without a name, with the lowest free id.
    pub(super) fn make_bucket(&mut self, type_id: u16) -> Result<i32, EditError> {
        let allowed_bucket_algs = self.core.tunables.allowed_bucket_algs;
        let algorithm = self
            .default_algorithm()
            .ok_or(EditError::NoAlgorithmAllowed { allowed_bucket_algs })?;
        let slots = &self.core.buckets;
        let slot = slots.iter().position(Option::is_none).unwrap_or(slots.len());
        if slot >= MAX_IDS {
            return Err(EditError::TooManyDevices { found: slot + 1, limit: MAX_IDS });
        }
        let id = -1 - slot as i32;
        let error = self.bucket_error(id);
        self.core.insert_bucket(Bucket::empty(id, type_id, algorithm)).map_err(error)?;
        Ok(id)
    }

    /// Appends an item to a bucket, not to what choose_args say of it.
    pub(super) fn add_weighted(
        &mut self,
        holder: i32,
        item: i32,
        weight: u32,
    ) -> Result<(), EditError> {
        let version = self.straw_calc_version();
        let error = self.bucket_error(holder);
        let Some(bucket) = self.core.bucket_mut(holder) else {
            return Err(EditError::NoSuchId { id: holder });
        };
        bucket.add_item(item, weight, version).map_err(error)
    }

    /// Takes the first occurrence of an item out of a bucket and its weight sets.
    pub(super) fn take_from_bucket(&mut self, holder: i32, item: i32) {
        let version = self.straw_calc_version();
        let bucket = self.core.bucket_mut(holder);
        if let Some(position) = bucket.and_then(|bucket| bucket.remove_item(item, version)) {
            self.shrink_choose_args(holder, position);
        }
    }

    pub(super) fn move_bucket(&mut self, id: i32, location: &Location) -> Result<(), EditError> {
        let name = self.own_name(id)?;
        let weight = self.detach(id)?;
        self.insert_item(id, float_weight(weight), &name, location, WeightSets::Keep)
    }

    pub(crate) fn link_bucket(&mut self, id: i32, location: &Location) -> Result<(), EditError> {
        let name = self.own_name(id)?;
        let weight = self.core.bucket(id).map_or(0, |bucket| bucket.weight);
        self.insert_item(id, float_weight(weight), &name, location, WeightSets::Keep)
    }

    fn own_name(&self, id: i32) -> Result<String, EditError> {
        self.names.get(&id).cloned().ok_or(EditError::NoSuchId { id })
    }

    fn detach(&mut self, id: i32) -> Result<u32, EditError> {
        let weight = self.core.bucket(id).map(|bucket| bucket.weight);
        let weight = weight.ok_or(EditError::NoSuchId { id })?;
        if let Some(parent) = self.parent(id) {
            self.set_weight_in_bucket(id, 0, parent, WeightSets::Update);
            self.take_from_bucket(parent, id);
        }
        Ok(weight)
    }

    fn swap_buckets(&mut self, a: i32, b: i32) -> Result<(), EditError> {
        let related = self.subtree_contains(a, b) || self.subtree_contains(b, a);
        if related {
            let (first, second) = (self.describe(a), self.describe(b));
            return Err(EditError::SwapOfRelated { first, second });
        }
        let weight = |draft: &Draft, id| draft.core.bucket(id).map_or(0, |bucket| bucket.weight);
        let (weight_a, weight_b) = (weight(self, a), weight(self, b));
        self.set_weight(a, weight_b, WeightSets::Update);
        self.set_weight(b, weight_a, WeightSets::Update);
        let mut items_a = self.empty_bucket(a)?;
        for (item, weight) in self.empty_bucket(b)? {
            self.add_weighted(a, item, weight)?;
            self.extend_choose_args(a, item, weight);
        }
        items_a.sort_unstable_by_key(|(item, _)| *item);
        for (item, weight) in items_a {
            self.add_weighted(b, item, weight)?;
            self.extend_choose_args(b, item, weight);
        }
        let (name_a, name_b) = (self.own_name(a)?, self.own_name(b)?);
        self.names.insert(a, name_b);
        self.names.insert(b, name_a);
        Ok(self.rebuild_shadows()?)
    }

    /// Takes all items out of a bucket; returns them and their weights, in order.
    fn empty_bucket(&mut self, id: i32) -> Result<Vec<(i32, u32)>, EditError> {
        let Some(bucket) = self.core.bucket(id) else { return Err(EditError::NoSuchId { id }) };
        let items: Vec<(i32, u32)> =
            bucket.items.iter().copied().zip(bucket.item_weights()).collect();
        for (item, _) in &items {
            self.take_from_bucket(id, *item);
        }
        Ok(items)
    }
}
