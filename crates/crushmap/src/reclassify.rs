//! Turning parallel trees of old (`default` and `default-ssd`) into device classes.
//!
//! What was a root or bucket of its own becomes the shadow of another bucket and keeps its id, so
//! that rules go on taking it and no data moves (`CrushWrapper::reclassify`,
//! `crushtool --reclassify`).

use std::collections::{BTreeMap, VecDeque};

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Bucket, Op};

use crate::CrushMap;
use crate::edit::{Draft, EditError, Location, WeightSets, float_weight};

/// What to reclassify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reclassify {
    /// Class by name of a root: the root becomes the shadow, for that class, of a new root of the
    /// same name that holds the same (`--reclassify-root`). The class of its devices is not set.
    pub roots: BTreeMap<String, String>,
    /// What becomes of buckets, by what matches their names: `%SUFFIX`, `PREFIX%` or a name
    /// (`--reclassify-bucket`).
    pub buckets: BTreeMap<String, ReclassifyBuckets>,
}

/// What becomes of the buckets that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReclassifyBuckets {
    /// Their class. Their devices get it too.
    pub class: String,
    /// Where buckets that have to be made go; of an exact match also the bucket that takes the
    /// items.
    pub default_parent: String,
}

impl CrushMap {
    /// Reclassifies roots and buckets. `log` gets the lines that crushtool prints meanwhile, also
    /// when the edit is refused in the end.
    ///
    /// # Errors
    /// [`EditError::NoSuchItem`] and [`EditError::NotABucket`] for roots and parents,
    /// [`EditError::RootTakenByClass`], [`EditError::NotReclassified`], and what inserting an item
    /// refuses.
    pub fn reclassify(
        &mut self,
        request: &Reclassify,
        log: &mut Vec<String>,
    ) -> Result<(), EditError> {
        self.edit(|draft| {
            for (root, class) in &request.roots {
                draft.classify_root(root, class, log)?;
            }
            let mut plan = Plan::default();
            for (pattern, target) in &request.buckets {
                draft.plan_buckets(pattern, target, &mut plan, log)?;
            }
            for (from, to) in &plan.targets {
                draft.copy_items(*from, *to, &plan, log)?;
            }
            draft.place_new_buckets(&plan, log)?;
            for (base, class, shadow) in plan.shadows {
                draft.shadows.entry(base).or_default().insert(class, shadow);
            }
            draft.names.extend(plan.names);
            Ok(draft.rebuild_shadows()?)
        })
    }
}

/// What is to become of the buckets that match.
#[derive(Default)]
struct Plan {
    /// By bucket, the one that takes its items.
    targets: BTreeMap<i32, i32>,
    /// Buckets that did not exist, and where they go.
    made: BTreeMap<i32, Location>,
    /// Bucket, class and the bucket that becomes its shadow.
    shadows: Vec<(i32, i32, i32)>,
    /// Names as shadows.
    names: BTreeMap<i32, String>,
}

impl Draft {
    /// Moves a root and all below it to new ids, and leaves their old ids as their shadows'.
    fn classify_root(
        &mut self,
        root: &str,
        class: &str,
        log: &mut Vec<String>,
    ) -> Result<(), EditError> {
        let Some(root_id) = self.item_id(root) else {
            log.push(format!("root {root} does not exist"));
            return Err(EditError::NoSuchItem { name: root.to_owned() });
        };
        let class_id = self.class_id_or_new(class);
        log.push(format!("classify_root {root} ({root_id}) as {class}"));
        self.check_takes(root_id, root, log)?;
        let mut renumbered = BTreeMap::new();
        let mut pending = VecDeque::from([root_id]);
        while let Some(id) = pending.pop_front() {
            let Some(bucket) = self.core.bucket(id).cloned() else {
                let error = EditError::NotABucket { name: self.describe(id) };
                log.push(format!("cannot find bucket {id}: (2) No such file or directory"));
                return Err(error);
            };
            let new_id = self.vacant_id();
            log.push(format!("  renumbering bucket {id} -> {new_id}"));
            renumbered.insert(id, new_id);
            for item in bucket.items.iter().filter(|item| **item < 0) {
                pending.push_front(*item);
            }
            self.renumber(bucket, new_id, class);
            self.shadows.remove(&id);
            self.shadows.entry(new_id).or_default().insert(class_id, id);
        }
        for item in self.core.buckets.iter_mut().flatten().flat_map(|bucket| &mut bucket.items) {
            *item = renumbered.get(item).copied().unwrap_or(*item);
        }
        Ok(self.rebuild_shadows()?)
    }

    /// Refuses a root that a rule takes by class: it would be a shadow of a shadow.
    fn check_takes(
        &self,
        root_id: i32,
        root: &str,
        log: &mut Vec<String>,
    ) -> Result<(), EditError> {
        for (id, rule) in self.core.rules.iter().enumerate() {
            for step in rule.iter().flat_map(|rule| &rule.steps).filter(|step| step.op == Op::Take)
            {
                let taken = self.without_class(step.arg1);
                let (origin, class) = taken.ok_or(EditError::NoSuchId { id: step.arg1 })?;
                if let Some(class) = class.filter(|_| origin == root_id) {
                    log.push(format!("  rule {id} includes take on root {root} class {class}"));
                    return Err(EditError::RootTakenByClass { rule: id, root: root.to_owned() });
                }
            }
        }
        Ok(())
    }

    /// The lowest free bucket id. Here, and only here, Ceph makes room for one more bucket alone.
    fn vacant_id(&mut self) -> i32 {
        let slots = &mut self.core.buckets;
        let slot = slots.iter().position(Option::is_none).unwrap_or_else(|| {
            slots.push(None);
            slots.len() - 1
        });
        -1 - slot as i32
    }

    fn put_bucket(&mut self, bucket: Bucket) {
        if let Some(slot) = bucket_slot(bucket.id).and_then(|slot| self.core.buckets.get_mut(slot))
        {
            *slot = Some(bucket);
        }
    }

    /// Gives a bucket another id; an empty one takes its place, with a shadow's name.
    fn renumber(&mut self, mut bucket: Bucket, new_id: i32, class: &str) {
        let id = bucket.id;
        let mut left = Bucket::empty(id, bucket.type_id, bucket.algorithm());
        left.hash = bucket.hash;
        bucket.id = new_id;
        self.put_bucket(bucket);
        self.put_bucket(left);
        if let (Some(old), Some(new)) = (bucket_slot(id), bucket_slot(new_id)) {
            for args in self.core.choose_args.values_mut() {
                if let Some(arg) = args.remove(&old) {
                    args.insert(new, arg);
                }
            }
        }
        let name = self.describe(id);
        self.names.insert(id, format!("{name}~{class}"));
        self.names.insert(new_id, name);
    }

    /// Finds the buckets that match, and for each the bucket that takes its items.
    fn plan_buckets(
        &mut self,
        pattern: &str,
        target: &ReclassifyBuckets,
        plan: &mut Plan,
        log: &mut Vec<String>,
    ) -> Result<(), EditError> {
        let ReclassifyBuckets { class, default_parent: parent } = target;
        let Some(parent_id) = self.item_id(parent) else {
            log.push(format!("default parent {parent} does not exist"));
            return Err(EditError::NoSuchItem { name: parent.clone() });
        };
        let no_bucket = || EditError::NotABucket { name: parent.clone() };
        let parent_type = self.type_of(parent_id).ok_or_else(no_bucket)?;
        log.push(format!(
            "classify_bucket {pattern} as {class} default bucket {parent} ({parent_type})"
        ));
        let class_id = self.class_id_or_new(class);
        let mut slot = 0;
        while slot < self.core.buckets.len() {
            let id = -1 - slot as i32;
            slot += 1;
            let Some(bucket) = self.core.bucket(id).cloned() else { continue };
            let Some(name) = self.names.get(&id).filter(|_| !self.is_shadow(id)).cloned() else {
                continue;
            };
            let Some(base) = base_name(pattern, &name, parent) else { continue };
            log.push(format!("match {pattern} to {name} basename {base}"));
            let place = Location::new([(parent_type.as_str(), parent.as_str())]);
            let base_id = self.base_bucket(base, &bucket, place, plan, log)?;
            plan.targets.insert(id, base_id);
            plan.shadows.retain(|(b, c, _)| (*b, *c) != (base_id, class_id));
            plan.shadows.push((base_id, class_id, id));
            plan.names.insert(id, format!("{base}~{class}"));
            for device in bucket.items.into_iter().filter(|item| *item >= 0) {
                self.classes.insert(device, class_id);
            }
        }
        Ok(())
    }

    fn type_of(&self, bucket: i32) -> Option<String> {
        let type_id = i32::from(self.core.bucket(bucket)?.type_id);
        Some(self.types.get(&type_id).cloned().unwrap_or_else(|| type_id.to_string()))
    }

    /// The bucket of this name, made like the one it takes the items of where it does not exist.
    fn base_bucket(
        &mut self,
        name: &str,
        like: &Bucket,
        place: Location,
        plan: &mut Plan,
        log: &mut Vec<String>,
    ) -> Result<i32, EditError> {
        if let Some(id) = self.item_id(name) {
            let verb = if plan.made.contains_key(&id) { "already creating" } else { "have" };
            log.push(format!("  {verb} base {id}"));
            if self.core.bucket(id).is_none() {
                return Err(EditError::NotABucket { name: name.to_owned() });
            }
            return Ok(id);
        }
        let id = self.vacant_id();
        let mut made = Bucket::empty(id, like.type_id, like.algorithm());
        made.hash = like.hash;
        self.put_bucket(made);
        self.names.insert(id, name.to_owned());
        log.push(format!("  created base {id}"));
        plan.made.insert(id, place);
        Ok(id)
    }

    /// Puts what a bucket holds into another one, too.
    fn copy_items(
        &mut self,
        from: i32,
        to: i32,
        plan: &Plan,
        log: &mut Vec<String>,
    ) -> Result<(), EditError> {
        let (from_name, to_name) = (self.describe(from), self.describe(to));
        log.push(format!("moving items from {from} ({from_name}) to {to} ({to_name})"));
        let type_name = self.type_of(to).ok_or(EditError::NoSuchId { id: to })?;
        let place = Location::new([(type_name, to_name)]);
        let source = self.core.bucket(from).ok_or(EditError::NoSuchId { id: from })?;
        let items: Vec<(i32, u32)> =
            source.items.iter().copied().zip(source.item_weights()).collect();
        for (item, weight) in items {
            let placed = if item >= 0 {
                if self.subtree_contains(to, item) {
                    continue;
                }
                let (name, weight) = (self.describe(item), float_weight(weight));
                self.insert_item(item, weight, &name, &place, WeightSets::Update)
            } else {
                let bucket = from;
                let child =
                    *plan.targets.get(&item).ok_or(EditError::NotReclassified { item, bucket })?;
                if self.subtree_contains(to, child) {
                    continue;
                }
                self.link_bucket(child, &place)
            };
            logged(placed, log)?;
        }
        Ok(())
    }

    /// Gives the buckets that were made, and that none of the others holds, a parent.
    fn place_new_buckets(&mut self, plan: &Plan, log: &mut Vec<String>) -> Result<(), EditError> {
        for (id, place) in &plan.made {
            if self.parent(*id).is_none() {
                log.push(format!("new bucket {id} missing parent, adding at {place}"));
                logged(self.link_bucket(*id, place), log)?;
            }
        }
        Ok(())
    }
}

fn logged(outcome: Result<(), EditError>, log: &mut Vec<String>) -> Result<(), EditError> {
    outcome.inspect_err(|error| {
        log.push(format!("reclassify err from insert_item: {}", error.errno()));
    })
}

/// The name of the bucket that takes the items of a bucket of this name, if that matches.
fn base_name<'a>(pattern: &str, name: &'a str, parent: &'a str) -> Option<&'a str> {
    if name.len() < pattern.len() {
        return None;
    }
    if let Some(suffix) = pattern.strip_prefix('%') {
        name.strip_suffix(suffix)
    } else if let Some(prefix) = pattern.strip_suffix('%') {
        name.strip_prefix(prefix)
    } else {
        (pattern == name).then_some(parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cut_names() {
        assert_eq!(base_name("%-ssd", "host1-ssd", "root"), Some("host1"));
        assert_eq!(base_name("ssd-%", "ssd-host1", "root"), Some("host1"));
        assert_eq!(base_name("ssd", "ssd", "root"), Some("root"));
        assert_eq!(base_name("%-ssd", "-ssd", "root"), None);
        assert_eq!(base_name("%-ssd", "host1-hdd", "root"), None);
    }
}
