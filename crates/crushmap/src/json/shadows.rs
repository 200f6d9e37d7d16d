//! Which bucket each shadow of a dump belongs to.
//!
//! A dump only tells by names: `NAME~CLASS` was the shadow of NAME when it was made. A bucket that
//! was renamed since leaves its shadow the old name, which another bucket may have got meanwhile.
//! Shadow trees are as their originals: the same types in the same order, with the devices of one
//! class. So trees are matched from their roots down, and names only decide where that leaves a
//! choice.

use std::collections::{BTreeMap, HashMap, HashSet};

use crushlab_crush::Bucket;

use crate::CrushMap;

/// Roots of one type among which the original of a renamed one is looked for; far more than any
/// cluster has.
const MAX_CANDIDATES: usize = 64;

/// A shadow as the dump names it.
pub(super) struct NamedShadow {
    /// The name in front of the `~`.
    pub(super) original: String,
    /// Id of the class behind it.
    pub(super) class: i32,
}

/// Shadows and originals that belong together.
struct Matching<'a> {
    map: &'a CrushMap,
    named: &'a BTreeMap<i32, NamedShadow>,
    /// Original by shadow.
    originals: BTreeMap<i32, i32>,
    /// Originals that have a shadow of a class, as (original, class).
    taken: HashSet<(i32, i32)>,
}

impl CrushMap {
    /// Finds the originals of shadows, which are given by id. A shadow whose original cannot be
    /// told stays without one.
    pub(super) fn match_shadows(&mut self, named: &BTreeMap<i32, NamedShadow>) {
        let mut matching =
            Matching { map: self, named, originals: BTreeMap::new(), taken: HashSet::new() };
        matching.match_trees();
        matching.match_by_name();
        let originals = matching.originals;
        for (shadow, original) in originals {
            if let Some(NamedShadow { class, .. }) = named.get(&shadow) {
                self.shadows.entry(original).or_default().insert(*class, shadow);
            }
        }
    }
}

impl Matching<'_> {
    /// Matches trees whose roots can be told.
    fn match_trees(&mut self) {
        let ids: HashMap<&str, i32> =
            self.map.names.iter().map(|(id, name)| (name.as_str(), *id)).collect();
        let (shadow_roots, roots): (Vec<i32>, Vec<i32>) =
            self.map.roots().into_iter().partition(|root| self.named.contains_key(root));
        let mut renamed = Vec::new();
        for root in shadow_roots {
            let name = self.named.get(&root).map_or("", |named| named.original.as_str());
            match ids.get(name) {
                Some(original) if self.is_alike(*original, root) => {
                    self.match_tree(*original, root)
                }
                _ => renamed.push(root),
            }
        }
        let mut by_type: HashMap<Option<u16>, Vec<i32>> = HashMap::new();
        let type_of = |root: i32| self.map.core.bucket(root).map(|bucket| bucket.type_id);
        for root in roots {
            by_type.entry(type_of(root)).or_default().push(root);
        }
        for root in renamed {
            let candidates = by_type.get(&self.map.core.bucket(root).map(|bucket| bucket.type_id));
            let candidates = candidates.filter(|roots| roots.len() <= MAX_CANDIDATES);
            let alike = |original: &i32| self.is_alike(*original, root);
            let mut alike = candidates.into_iter().flatten().copied().filter(alike);
            if let (Some(original), None) = (alike.next(), alike.next()) {
                drop(alike);
                self.match_tree(original, root);
            }
        }
    }

    /// Matches two roots and what is below them.
    fn match_tree(&mut self, original: i32, shadow: i32) {
        let mut open = vec![(original, shadow)];
        while let Some((original, shadow)) = open.pop() {
            // Trees that share a bucket share its shadow.
            if self.originals.contains_key(&shadow) {
                continue;
            }
            let Some(NamedShadow { class, .. }) = self.named.get(&shadow) else { continue };
            if !self.is_alike(original, shadow) || !self.taken.insert((original, *class)) {
                continue;
            }
            self.originals.insert(shadow, original);
            open.extend(self.children(original).zip(self.children(shadow)));
        }
    }

    /// Matches what is left by names alone: trees that changed after their shadows were made.
    fn match_by_name(&mut self) {
        let buckets = self.map.core.buckets.iter().flatten().map(|bucket| bucket.id);
        let originals: HashMap<&str, i32> = buckets
            .filter(|id| !self.named.contains_key(id))
            .filter_map(|id| Some((self.map.names.get(&id)?.as_str(), id)))
            .collect();
        for (shadow, named) in self.named {
            let Some(original) = originals.get(named.original.as_str()) else { continue };
            let free = !self.originals.contains_key(shadow);
            if free && self.taken.insert((*original, named.class)) {
                self.originals.insert(*shadow, *original);
            }
        }
    }

    /// The buckets in a bucket.
    fn children(&self, bucket: i32) -> impl Iterator<Item = i32> {
        let items = self.map.core.bucket(bucket).map_or(&[][..], |bucket| &bucket.items);
        items.iter().copied().filter(|item| *item < 0)
    }

    /// Whether one bucket can be the shadow of the other, so far as they themselves tell.
    fn is_alike(&self, original: i32, shadow: i32) -> bool {
        let core = &self.map.core;
        let (Some(original), Some(shadow)) = (core.bucket(original), core.bucket(shadow)) else {
            return false;
        };
        let held: HashSet<i32> = original.items.iter().copied().collect();
        let buckets = |bucket: &Bucket| bucket.items.iter().filter(|item| **item < 0).count();
        !self.named.contains_key(&original.id)
            && self.named.contains_key(&shadow.id)
            && original.type_id == shadow.type_id
            && original.algorithm() == shadow.algorithm()
            && buckets(original) == buckets(shadow)
            && shadow.items.iter().all(|item| *item < 0 || held.contains(item))
    }
}
