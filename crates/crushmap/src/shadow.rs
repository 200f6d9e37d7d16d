//! Shadow trees of device classes.
//!
//! For every class and every root there is a second tree that holds the devices of that class
//! alone. Its buckets are ordinary buckets named `NAME~CLASS`; `take NAME class CLASS` means the
//! shadow. Which id a shadow gets, and in which order they are made, is part of what a map's
//! bytes say, so it follows CrushWrapper.cc (`populate_classes`, `device_class_clone`,
//! `rebuild_roots_with_classes`, `trim_roots_with_class`) step by step.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Algorithm, Bucket, BuildError, ChooseArg, MAX_DEPTH, Op};

use crate::error::ShadowError;
use crate::{CrushMap, MAX_IDS, is_valid_name};

/// Shadow bucket by bucket and class.
pub(crate) type Shadows = BTreeMap<i32, BTreeMap<i32, i32>>;

impl CrushMap {
    /// Whether a bucket is a shadow: Ceph tells by its name, which no other bucket may have.
    pub fn is_shadow(&self, id: i32) -> bool {
        self.names.get(&id).is_some_and(|name| !is_valid_name(name))
    }

    /// The id of the class of this name.
    pub fn class_id(&self, name: &str) -> Option<i32> {
        self.class_names.iter().find(|(_, other)| *other == name).map(|(id, _)| *id)
    }

    /// The id of the class of this name; a new class gets the id after the highest.
    pub fn class_id_or_new(&mut self, name: &str) -> i32 {
        if let Some(id) = self.class_id(name) {
            return id;
        }
        let id = self.class_names.last_key_value().map_or(0, |(id, _)| id.wrapping_add(1));
        self.class_names.insert(id, name.to_owned());
        id
    }

    /// Buckets that no bucket holds, lowest id first.
    pub fn roots(&self) -> BTreeSet<i32> {
        let buckets = || self.core.buckets.iter().flatten();
        let held: HashSet<i32> = buckets().flat_map(|bucket| &bucket.items).copied().collect();
        buckets().map(|bucket| bucket.id).filter(|id| !held.contains(id)).collect()
    }

    /// Makes all shadow trees anew after an edit: classes that no device and no rule needs are
    /// forgotten, all shadow trees are taken down and built again. A shadow keeps its id.
    ///
    /// # Errors
    /// [`ShadowError`]; what was made until then stays in the map, as in Ceph.
    pub fn rebuild_shadows(&mut self) -> Result<(), ShadowError> {
        let previous = self.shadows.clone();
        self.forget_unused_classes();
        let shadow_roots: Vec<i32> =
            self.roots().into_iter().filter(|root| self.is_shadow(*root)).collect();
        for root in &shadow_roots {
            self.remove_tree(*root);
        }
        // Only the removal of a bucket makes Ceph look at choose_args here.
        if !shadow_roots.is_empty() {
            self.update_choose_args();
        }
        self.shadows.clear();
        self.populate_shadows(&previous)
    }

    /// Builds a shadow tree for each root and class. Shadows that `previous` names get their id
    /// from there, the others the highest id that is free and not in `previous`.
    ///
    /// # Errors
    /// [`ShadowError`]; what was made until then stays in the map, as in Ceph.
    pub(crate) fn populate_shadows(&mut self, previous: &Shadows) -> Result<(), ShadowError> {
        let roots: Vec<i32> = self.roots().into_iter().filter(|id| !self.is_shadow(*id)).collect();
        let classes: Vec<i32> = self.class_names.keys().copied().collect();
        let mut populating = Populating {
            previous,
            reserved: previous.values().flat_map(BTreeMap::values).copied().collect(),
            ids: self.names.iter().map(|(id, name)| (name.clone(), *id)).collect(),
            next_free: -1,
            set_weights: BTreeMap::new(),
            map: self,
        };
        for root in roots {
            for class in &classes {
                populating.clone_bucket(root, *class, 1)?;
            }
        }
        Ok(())
    }

    /// Forgets classes that no device has and that no rule takes a shadow of.
    fn forget_unused_classes(&mut self) {
        let takes: HashSet<i32> = (self.core.rules.iter().flatten())
            .flat_map(|rule| &rule.steps)
            .filter(|step| step.op == Op::Take)
            .map(|step| step.arg1)
            .collect();
        let mut used: HashSet<i32> =
            self.classes.iter().filter(|(id, _)| **id >= 0).map(|(_, class)| *class).collect();
        for by_class in self.shadows.values() {
            used.extend(
                by_class.iter().filter(|(_, id)| takes.contains(id)).map(|(class, _)| class),
            );
        }
        self.class_names.retain(|class, _| used.contains(class));
    }

    /// Removes a bucket and all buckets under it.
    fn remove_tree(&mut self, root: i32) {
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            let slot = bucket_slot(id).and_then(|slot| self.core.buckets.get_mut(slot));
            // Trees that share a host share its shadow, which is then gone already.
            let Some(bucket) = slot.and_then(Option::take) else { continue };
            pending.extend(bucket.items.iter().filter(|item| **item < 0));
            self.names.remove(&id);
            self.shadows.remove(&id);
            self.classes.remove(&id);
        }
    }
}

/// What is known while shadows are being built.
struct Populating<'a> {
    map: &'a mut CrushMap,
    previous: &'a Shadows,
    /// Ids in `previous`.
    reserved: HashSet<i32>,
    /// Ids by name, shadows included.
    ids: HashMap<String, i32>,
    /// No id above this one is free.
    next_free: i32,
    /// By choose_args set and shadow: its weight by position, for the weight set of its parent.
    set_weights: BTreeMap<i64, BTreeMap<i32, Vec<u32>>>,
}

impl Populating<'_> {
    /// Builds the shadow of one bucket and of all under it; returns its id.
    fn clone_bucket(&mut self, id: i32, class: i32, depth: usize) -> Result<i32, ShadowError> {
        if depth > MAX_DEPTH {
            return Err(BuildError::TooDeep { bucket: id }.into());
        }
        let name = self.shadow_name(id, class)?;
        if let Some(existing) = self.ids.get(&name) {
            return Ok(*existing);
        }
        let original =
            self.map.core.bucket(id).ok_or(ShadowError::MissingBucket { bucket: id })?.clone();
        let mut items = Vec::new();
        let mut weights = Vec::new();
        let mut positions = Vec::new();
        for (position, (&item, weight)) in
            original.items.iter().zip(original.item_weights()).enumerate()
        {
            let (item, weight) = if item >= 0 {
                if self.map.classes.get(&item) != Some(&class) {
                    continue;
                }
                (item, weight)
            } else {
                let shadow = self.clone_bucket(item, class, depth + 1)?;
                (shadow, self.map.core.bucket(shadow).map_or(0, |bucket| bucket.weight))
            };
            if original.algorithm() == Algorithm::Uniform && weight != 0 {
                return Err(ShadowError::UniformBucket { bucket: id });
            }
            items.push(item);
            weights.push(weight);
            positions.push(position);
        }
        let shadow_id = self.shadow_id(id, class);
        if bucket_slot(shadow_id).is_none_or(|slot| slot >= MAX_IDS) {
            return Err(BuildError::BucketIdTooLow { bucket: shadow_id }.into());
        }
        let straw_calc_version = self.map.core.tunables.straw_calc_version;
        let mut shadow = Bucket::new(
            shadow_id,
            original.type_id,
            original.algorithm(),
            &items,
            &weights,
            straw_calc_version,
        )?;
        shadow.hash = original.hash;
        self.map.core.insert_bucket(shadow)?;
        self.map.classes.insert(shadow_id, class);
        self.map.names.insert(shadow_id, name.clone());
        self.ids.insert(name, shadow_id);
        self.map.shadows.entry(id).or_default().insert(class, shadow_id);
        self.clone_weight_sets(id, shadow_id, &items, &positions);
        Ok(shadow_id)
    }

    fn shadow_name(&self, id: i32, class: i32) -> Result<String, ShadowError> {
        let name = self.map.names.get(&id).ok_or(ShadowError::UnnamedBucket { bucket: id })?;
        let class = self.map.class_names.get(&class).map_or("", String::as_str);
        Ok(format!("{name}~{class}"))
    }

    /// The id that the shadow of a bucket had, else the highest that is free.
    fn shadow_id(&mut self, id: i32, class: i32) -> i32 {
        let kept = self.previous.get(&id).and_then(|by_class| by_class.get(&class));
        if let Some(kept) = kept.filter(|kept| **kept < 0) {
            return *kept;
        }
        while self.map.core.bucket(self.next_free).is_some()
            || self.reserved.contains(&self.next_free)
        {
            self.next_free -= 1;
        }
        self.next_free
    }

    /// Gives the shadow the weight sets of its original: a device keeps its weight, a shadow has
    /// the sum of its own weight set. `positions` are those of the items in the original. Ids are
    /// not taken over.
    fn clone_weight_sets(
        &mut self,
        original: i32,
        shadow: i32,
        items: &[i32],
        positions: &[usize],
    ) {
        let (Some(original_slot), Some(shadow_slot)) = (bucket_slot(original), bucket_slot(shadow))
        else {
            return;
        };
        for (set_id, set) in &mut self.map.core.choose_args {
            let known = self.set_weights.entry(*set_id).or_default();
            let empty = Vec::new();
            let originals = set.get(&original_slot).map_or(&empty, |arg| &arg.weight_sets);
            let mut weight_sets = Vec::with_capacity(originals.len());
            let mut totals = Vec::new();
            for (index, weights) in originals.iter().enumerate() {
                let weights: Vec<u32> = (items.iter().zip(positions))
                    .map(|(item, position)| {
                        let weight = if *item >= 0 {
                            weights.get(*position)
                        } else {
                            known.get(item).and_then(|totals| totals.get(index))
                        };
                        weight.copied().unwrap_or(0)
                    })
                    .collect();
                // Ceph starts the totals anew for each position, so that only the last one's
                // is left; a parent's earlier positions then get weight 0 for this shadow.
                totals = vec![0; originals.len()];
                totals[index] =
                    weights.iter().fold(0, |sum: u32, weight| sum.wrapping_add(*weight));
                weight_sets.push(weights);
            }
            known.insert(shadow, totals);
            if weight_sets.is_empty() {
                set.remove(&shadow_slot);
            } else {
                set.insert(shadow_slot, ChooseArg { ids: None, weight_sets });
            }
        }
    }
}
