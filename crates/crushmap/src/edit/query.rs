//! What can be asked of a map: names and ids, who holds whom, how weight is spread.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use crushlab_crush::{Algorithm, Bucket, Op};

use crate::CrushMap;

impl CrushMap {
    /// Id of the device or bucket of this name. Of several with one name, which Ceph lets happen,
    /// the highest id.
    pub fn item_id(&self, name: &str) -> Option<i32> {
        self.names.iter().rev().find(|(_, other)| *other == name).map(|(id, _)| *id)
    }

    /// Name of a device or bucket.
    pub fn item_name(&self, id: i32) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// Id of the type of this name.
    pub fn type_id(&self, name: &str) -> Option<i32> {
        self.types.iter().rev().find(|(_, other)| *other == name).map(|(id, _)| *id)
    }

    /// Id of the rule of this name.
    pub fn rule_id(&self, name: &str) -> Option<i32> {
        self.rule_names.iter().rev().find(|(_, other)| *other == name).map(|(id, _)| *id)
    }

    /// Name of the class of a device or shadow bucket.
    pub fn item_class(&self, id: i32) -> Option<&str> {
        self.class_names.get(self.classes.get(&id)?).map(String::as_str)
    }

    /// Whether the map has buckets that came with Hammer.
    pub fn uses_straw2(&self) -> bool {
        let mut buckets = self.core.buckets.iter().flatten();
        buckets.any(|bucket| bucket.algorithm() == Algorithm::Straw2)
    }

    /// Devices of a class (`get_devices_by_class`).
    pub fn devices_of_class(&self, class: i32) -> impl Iterator<Item = i32> + '_ {
        self.classes.range(0..).filter(move |(_, other)| **other == class).map(|(id, _)| *id)
    }

    /// The bucket and class that a shadow bucket stands for; a bucket that is no shadow stands
    /// for itself (`split_id_class`). `None` for an id without a name, or a shadow without origin.
    pub fn without_class(&self, id: i32) -> Option<(i32, Option<i32>)> {
        match self.item_name(id)?.split_once('~') {
            None => Some((id, None)),
            Some((name, class)) => Some((self.item_id(name)?, Some(self.class_id(class)?))),
        }
    }

    /// The buckets that hold an item, shadows included, by slot.
    pub fn parents(&self, item: i32) -> impl Iterator<Item = &Bucket> {
        self.core.buckets.iter().flatten().filter(move |bucket| bucket.position(item).is_some())
    }

    /// The first bucket by slot that holds an item and is no shadow (`get_immediate_parent_id`).
    pub fn parent(&self, item: i32) -> Option<i32> {
        self.parents(item).map(|bucket| bucket.id).find(|id| !self.is_shadow(*id))
    }

    /// Whether any bucket holds the item.
    pub fn is_in_tree(&self, item: i32) -> bool {
        self.parents(item).next().is_some()
    }

    /// The nearest bucket of a type above an item (`get_parent_of_type`).
    pub fn parent_of_type(&self, item: i32, type_id: u16) -> Option<i32> {
        let mut current = item;
        for _ in 0..=self.core.buckets.len() {
            current = self.parent(current)?;
            if self.core.bucket(current)?.type_id == type_id {
                return Some(current);
            }
        }
        None
    }

    /// Roots that are no shadows (`find_nonshadow_roots`), lowest id first.
    pub fn real_roots(&self) -> BTreeSet<i32> {
        self.roots().into_iter().filter(|id| !self.is_shadow(*id)).collect()
    }

    /// An item and all items below it, each once.
    pub fn subtree(&self, root: i32) -> HashSet<i32> {
        let mut seen = HashSet::from([root]);
        let mut pending = vec![root];
        while let Some(id) = pending.pop() {
            let Some(bucket) = self.core.bucket(id) else { continue };
            pending.extend(bucket.items.iter().filter(|item| seen.insert(**item)));
        }
        seen
    }

    /// Whether an item is the root of a subtree or below it (`subtree_contains`).
    pub fn subtree_contains(&self, root: i32, item: i32) -> bool {
        root == item || (root < 0 && self.subtree(root).contains(&item))
    }

    /// The devices below an item; a device is below itself (`get_leaves`).
    pub fn devices_under(&self, root: i32) -> BTreeSet<i32> {
        self.subtree(root).into_iter().filter(|item| *item >= 0).collect()
    }

    /// Weight (16.16) of an item: a bucket's own or what the first bucket that holds it says,
    /// whichever comes first by slot (`get_item_weight`).
    pub fn item_weight(&self, item: i32) -> Option<u32> {
        self.core.buckets.iter().flatten().find_map(|bucket| {
            if bucket.id == item {
                return Some(bucket.weight);
            }
            bucket.item_weight(bucket.position(item)?)
        })
    }

    /// The rules that take an item or, by class, a shadow of it.
    pub fn rules_taking(&self, item: i32) -> impl Iterator<Item = usize> + '_ {
        let takes = move |id: i32| {
            id == item || self.without_class(id).is_some_and(|(origin, _)| origin == item)
        };
        (self.core.rules.iter().enumerate())
            .filter(move |(_, rule)| {
                let steps = rule.iter().flat_map(|rule| &rule.steps);
                steps.filter(|step| step.op == Op::Take).any(|step| takes(step.arg1))
            })
            .map(|(id, _)| id)
    }

    /// Share of each device below a bucket in the bucket's weight, in Ceph's single precision
    /// (`get_take_weight_osd_map`). All are 0 where the weights are.
    pub fn weight_shares(&self, root: i32) -> BTreeMap<i32, f32> {
        if root >= 0 {
            return BTreeMap::from([(root, 1.0)]);
        }
        let mut shares = BTreeMap::new();
        let mut sum = 0.0f32;
        let mut seen = HashSet::from([root]);
        let mut pending = VecDeque::from([root]);
        while let Some(bucket) = pending.pop_front().and_then(|id| self.core.bucket(id)) {
            for (item, weight) in bucket.items.iter().zip(bucket.item_weights()) {
                if *item >= 0 {
                    shares.insert(*item, weight as f32);
                    sum += weight as f32;
                } else if seen.insert(*item) {
                    pending.push_back(*item);
                }
            }
        }
        for share in shares.values_mut() {
            *share = if sum > 0.0 { *share / sum } else { 0.0 };
        }
        shares
    }

    /// Sum over a rule's takes of the shares of the devices below what is taken
    /// (`get_rule_weight_osd_map`): n takes make a total of n. `None` when there is no such rule.
    pub fn rule_weight_shares(&self, rule: usize) -> Option<BTreeMap<i32, f32>> {
        let rule = self.core.rules.get(rule)?.as_ref()?;
        let mut total: BTreeMap<i32, f32> = BTreeMap::new();
        for step in rule.steps.iter().filter(|step| step.op == Op::Take) {
            for (device, share) in self.weight_shares(step.arg1) {
                *total.entry(device).or_default() += share;
            }
        }
        Some(total)
    }
}
