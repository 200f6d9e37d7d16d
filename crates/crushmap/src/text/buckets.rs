//! Buckets of a text.

use std::collections::{BTreeMap, HashMap, HashSet};

use crushlab_crush::{Algorithm, Bucket, MAX_DEPTH};

use super::DEFAULT_WEIGHT;
use super::compile::Compiler;
use super::syntax::{At, BucketSyntax, Definition, ItemSyntax};
use crate::MAX_IDS;
use crate::error::TextError;

/// Most that a text may give a device, and a bucket in another (`CRUSH_MAX_DEVICE_WEIGHT`,
/// `CRUSH_MAX_BUCKET_WEIGHT`).
const DEVICE_WEIGHT_MAX: u32 = 100 << 16;
const BUCKET_WEIGHT_MAX: u32 = 65535 << 16;

/// A bucket's own id with its place, and the ids of its shadows by class.
type BucketIds = (Option<(i32, usize)>, BTreeMap<i32, i32>);

impl<'a> Compiler<'a> {
    /// Reserves the ids that buckets give, for themselves and their shadows.
    pub(super) fn reserve_ids(&mut self, definitions: &[Definition<'a>]) {
        for definition in definitions {
            let Definition::Bucket(bucket) = definition else { continue };
            let ids = bucket.ids.iter().filter_map(|(id, _)| i32::try_from(id.value).ok());
            self.used_ids.extend(ids);
        }
    }

    /// The order in which definitions are compiled. As in `adjust_bucket_item_place`, a bucket
    /// and one that comes later and is an item of it change places; each pair is looked at once,
    /// and the places are those in the text, so that this mends simple cases only.
    pub(super) fn definition_order(
        &self,
        definitions: &[Definition<'a>],
    ) -> Result<Vec<usize>, TextError> {
        let buckets: Vec<(usize, &BucketSyntax<'a>)> = (definitions.iter().enumerate())
            .filter_map(|(place, definition)| match definition {
                Definition::Bucket(bucket) => Some((place, bucket)),
                Definition::Rule(_) => None,
            })
            .collect();
        let mut order: Vec<usize> = (0..definitions.len()).collect();
        let ranks: HashMap<&str, usize> = (buckets.iter().enumerate())
            .map(|(rank, (_, bucket))| (bucket.name.value, rank))
            .collect();
        let items: Vec<HashSet<usize>> = (buckets.iter())
            .map(|(_, bucket)| {
                let names = bucket.items.iter().map(|item| item.name.value);
                names.filter_map(|name| ranks.get(name).copied()).collect()
            })
            .collect();
        for (rank, (place, bucket)) in buckets.iter().enumerate() {
            let mut later: Vec<usize> = (items.get(rank).into_iter().flatten().copied())
                .filter(|item| *item > rank)
                .collect();
            later.sort_unstable();
            for item in later {
                let Some((item_place, item_syntax)) = buckets.get(item) else { continue };
                if items.get(item).is_some_and(|items| items.contains(&rank)) {
                    let problem = format!(
                        "found bucket \"{}\", which holds \"{}\" and is in it, expected a tree",
                        item_syntax.name.value, bucket.name.value
                    );
                    return Err(self.error(item_syntax.name.offset, problem));
                }
                order.swap(*place, *item_place);
            }
        }
        Ok(order)
    }

    /// Compiles one bucket.
    pub(super) fn bucket(&mut self, syntax: &BucketSyntax<'a>) -> Result<(), TextError> {
        if self.rule_seen {
            let problem = format!(
                "found bucket \"{}\", expected all buckets in front of the first rule",
                syntax.name.value
            );
            return Err(self.error(syntax.name.offset, problem));
        }
        let type_id = self.bucket_type(syntax)?;
        if self.item_ids.contains_key(syntax.name.value) {
            return Err(self.taken(syntax.name));
        }
        let (id, shadow_ids) = self.bucket_ids(syntax)?;
        let algorithm = Algorithm::from_name(syntax.algorithm.value).ok_or_else(|| {
            let problem = format!(
                "found algorithm \"{}\", expected uniform, list, tree, straw or straw2",
                syntax.algorithm.value
            );
            self.error(syntax.algorithm.offset, problem)
        })?;
        let hash = match syntax.hash {
            Some(hash) => self.ranged(hash, "the number of a hash function", 0, 255)?,
            None => 0,
        };
        let (items, weights) = self.items(syntax, algorithm)?;

        let (id, place) = id.unwrap_or_else(|| (self.free_id(), syntax.name.offset));
        if !shadow_ids.is_empty() {
            self.shadow_ids.insert(id, shadow_ids);
        }
        let straw_calc_version = self.map.core.tunables.straw_calc_version;
        let at_place = |problem: crushlab_crush::BuildError| {
            TextError::new(self.text, place, problem.to_string())
        };
        let mut bucket = Bucket::new(id, type_id, algorithm, &items, &weights, straw_calc_version)
            .map_err(at_place)?;
        bucket.hash = hash;
        self.weights.insert(id, bucket.weight);
        self.map.core.insert_bucket(bucket).map_err(at_place)?;
        self.check_height(id, &items, syntax.name.offset)?;
        self.places.insert(id, syntax.name.offset);
        self.used_ids.insert(id);
        self.item_ids.insert(syntax.name.value, id);
        self.map.names.insert(id, syntax.name.value.to_owned());
        Ok(())
    }

    fn bucket_type(&self, syntax: &BucketSyntax<'a>) -> Result<u16, TextError> {
        let name = syntax.type_name;
        let problem = match self.type_ids.get(name.value) {
            None => format!("found type \"{}\", expected a type that is defined", name.value),
            Some(id) => match u16::try_from(*id) {
                Ok(id) if id > 0 => return Ok(id),
                _ => format!(
                    "found type \"{}\" with id {id}, expected one from 1 to 65535 for a bucket",
                    name.value
                ),
            },
        };
        Err(self.error(name.offset, problem))
    }

    /// The bucket's own id, with its place, and its shadows' by class.
    fn bucket_ids(&mut self, syntax: &BucketSyntax<'a>) -> Result<BucketIds, TextError> {
        let mut own = None;
        let mut shadows = BTreeMap::new();
        for (number, class) in &syntax.ids {
            let id: i32 = self.ranged(*number, "a bucket id", -(MAX_IDS as i64), 0)?;
            let Some(class) = class else {
                // -0 asks for the next id that is free.
                own = (id != 0).then_some((id, number.offset));
                continue;
            };
            let class_id = self.class_id(*class)?;
            if shadows.insert(class_id, id).is_some() {
                let problem = format!(
                    "found class \"{}\" again in bucket \"{}\", expected each class once",
                    class.value, syntax.name.value
                );
                return Err(self.error(class.offset, problem));
            }
        }
        Ok((own, shadows))
    }

    /// The highest id that is not used.
    fn free_id(&mut self) -> i32 {
        while self.used_ids.contains(&self.next_id) {
            self.next_id -= 1;
        }
        self.next_id
    }

    /// Items and their weights, each at its position.
    fn items(
        &self,
        syntax: &BucketSyntax<'a>,
        algorithm: Algorithm,
    ) -> Result<(Vec<i32>, Vec<u32>), TextError> {
        let positions = self.positions(syntax)?;
        let mut items = vec![0; positions.len()];
        let mut weights = vec![0; positions.len()];
        let mut total = 0u32;
        let mut uniform_weight = None;
        for (item, position) in syntax.items.iter().zip(positions) {
            let (id, weight) = self.item(item)?;
            let weight_offset = item.weight.map_or(item.name.offset, |weight| weight.offset);
            let expected = *uniform_weight.get_or_insert(weight);
            if algorithm == Algorithm::Uniform && weight != expected {
                let problem = format!(
                    "found weight {} of \"{}\", expected {}: all items of a uniform bucket weigh \
                     the same",
                    f64::from(weight) / 65536.0,
                    item.name.value,
                    f64::from(expected) / 65536.0
                );
                return Err(self.error(weight_offset, problem));
            }
            total = total.checked_add(weight).ok_or_else(|| {
                let problem = format!(
                    "found weights of 65536 or more in bucket \"{}\", expected a lower sum",
                    syntax.name.value
                );
                self.error(weight_offset, problem)
            })?;
            if let (Some(item), Some(slot)) = (items.get_mut(position), weights.get_mut(position)) {
                *item = id;
                *slot = weight;
            }
        }
        Ok((items, weights))
    }

    /// Where each item goes: where it says, the others into the gaps.
    fn positions(&self, syntax: &BucketSyntax<'a>) -> Result<Vec<usize>, TextError> {
        let size = syntax.items.len();
        let mut used = HashSet::new();
        for position in syntax.items.iter().filter_map(|item| item.position) {
            let index: usize =
                self.ranged(position, "a position in the bucket", 0, size as i64 - 1)?;
            if !used.insert(index) {
                let problem = format!("found position {index} again, expected one that is free");
                return Err(self.error(position.offset, problem));
            }
        }
        let mut gaps = (0..size).filter(|index| !used.contains(index));
        let position = |item: &ItemSyntax<'a>| match item.position {
            Some(position) => usize::try_from(position.value).ok(),
            None => gaps.next(),
        };
        Ok(syntax.items.iter().filter_map(position).collect())
    }

    /// Id and weight of an item.
    fn item(&self, item: &ItemSyntax<'a>) -> Result<(i32, u32), TextError> {
        let name = item.name;
        let id = *self.item_ids.get(name.value).ok_or_else(|| {
            let problem = format!(
                "found item \"{}\", expected a device, or a bucket that is defined further up",
                name.value
            );
            self.error(name.offset, problem)
        })?;
        let weight = match item.weight {
            Some(weight) if id >= 0 => self.weight(weight, DEVICE_WEIGHT_MAX)?,
            Some(weight) => self.weight(weight, BUCKET_WEIGHT_MAX)?,
            None => self.weights.get(&id).copied().unwrap_or(DEFAULT_WEIGHT),
        };
        Ok((id, weight))
    }

    /// A weight in 16.16, cut off as the tool does, in single precision. The tool prints weights
    /// from 32768 up as negative numbers (32768 as -32768), and reads them back.
    pub(super) fn weight(&self, weight: At<f32>, most: u32) -> Result<u32, TextError> {
        let fixed = (weight.value * 65536.0) as i64;
        let unsigned = match i32::try_from(fixed) {
            Ok(signed) => Some(signed as u32),
            Err(_) => u32::try_from(fixed).ok(),
        };
        unsigned.filter(|fixed| *fixed <= most).ok_or_else(|| {
            let most = most >> 16;
            let problem = format!("found weight {}, expected one from 0 to {most}", weight.value);
            self.error(weight.offset, problem)
        })
    }

    fn check_height(&mut self, id: i32, items: &[i32], offset: usize) -> Result<(), TextError> {
        let below = items.iter().filter_map(|item| self.heights.get(item)).max();
        let height = below.copied().unwrap_or(0) + 1;
        if height > MAX_DEPTH {
            let problem = format!("found {height} levels of buckets, expected at most {MAX_DEPTH}");
            return Err(self.error(offset, problem));
        }
        self.heights.insert(id, height);
        Ok(())
    }
}
