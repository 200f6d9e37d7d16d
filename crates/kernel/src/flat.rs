//! A map laid out for batches: rows of ids and weights that a kernel can read without a branch.
//!
//! Only items that can win are kept: an item of weight 0 draws nothing, and where all weigh 0 the
//! first wins. What cannot be laid out this way is marked as irregular and left to the plain
//! mapper. A layout depends on the map and on one choose_args set; reweights, rules and sizes do
//! not matter, so one layout serves them all.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use crushlab_crush::map::bucket_slot;
use crushlab_crush::{Bucket, ChooseArg, ChooseArgs, Contents, Map};

use crate::arch::log::MAX_EQUAL_WEIGHT;

/// Items in a block: what the widest kernel reads at once.
pub(crate) const BLOCK: usize = 16;

/// One value for each item of a block. Each block is one line of the cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct Block<T>(pub(crate) [T; BLOCK]);

/// The first block of every map, without items.
const NO_ITEMS: usize = 0;

/// Items of a bucket beyond which the position in it does not fit beside the hash.
const MAX_ITEMS: usize = 1 << 16;

/// Inverse weight of what is no item: above all others by far, and small enough that no straw
/// made of it is infinite.
const NEVER_WINS: f32 = 1e37;

/// Device ids from here on are left to the plain mapper.
const MAX_DEVICES: i32 = 1 << 30;

/// Why a bucket is mapped by the plain mapper only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Irregular {
    /// Its algorithm is not straw2.
    Algorithm,
    /// Its hash function is not rjenkins1.
    Hash,
    /// A weight of 32768 or more, that Ceph takes for a negative number.
    NegativeWeight,
    /// It has more than 65,536 items.
    TooManyItems,
    /// A choose_args set with different weights for different positions.
    WeightSets,
    /// An item's id is too large.
    DeviceId,
}

impl fmt::Display for Irregular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Irregular::Algorithm => "its algorithm is not straw2",
            Irregular::Hash => "its hash function is not rjenkins1",
            Irregular::NegativeWeight => "a weight is 32768 or more",
            Irregular::TooManyItems => "it has more than 65,536 items",
            Irregular::WeightSets => "its weights depend on the position",
            Irregular::DeviceId => "a device's id is above 2^30",
        })
    }
}

/// How the items of a row compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weights {
    /// All alike, so that their hashes compare as their draws do, but for near ties.
    Equal,
    /// By their draws.
    Unequal,
}

/// A bucket's items that can win.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Its first block.
    pub(crate) block: u32,
    /// Items that can win; 0 for an empty bucket.
    pub(crate) len: u32,
    pub(crate) weights: Weights,
    pub(crate) type_id: u16,
    /// The largest of its inverse weights.
    pub(crate) inverse_weight_max: f32,
    pub(crate) irregular: Option<Irregular>,
}

impl Row {
    /// Its blocks.
    #[inline(always)]
    pub(crate) fn blocks(&self) -> std::ops::Range<usize> {
        let first = self.block as usize;
        first..first + (self.len as usize).div_ceil(BLOCK)
    }

    /// The block that holds its item at `position`, or one without items where it has ended.
    #[inline(always)]
    pub(crate) fn block_at(&self, position: u32) -> usize {
        if position < self.len { (self.block + position / BLOCK as u32) as usize } else { NO_ITEMS }
    }
}

/// An item as the mapping goes on with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) item: i32,
    /// The type of a bucket, [`DEVICE`] or [`USELESS`].
    pub(crate) kind: i32,
    /// 16.16, as drawn with.
    pub(crate) weight: u32,
}

/// Type of devices.
pub(crate) const DEVICE: i32 = 0;
/// Kind of an item whose id is not below the map's `max_devices`.
pub(crate) const USELESS: i32 = -1;

impl Entry {
    /// 1.0 over the weight. The only item of a row wins whatever its weight, even 0.
    fn inverse_weight(&self) -> f32 {
        65536.0 / self.weight.max(1) as f32
    }

    /// The slot of a bucket.
    pub(crate) fn slot(&self) -> Option<u32> {
        bucket_slot(self.item).map(|slot| slot as u32)
    }
}

/// A map and one choose_args set, laid out.
#[derive(Clone, Debug)]
pub(crate) struct FlatMap {
    /// By slot of the bucket; slots without a bucket have an empty row.
    pub(crate) rows: Vec<Row>,
    /// The ids to hash.
    pub(crate) ids: Vec<Block<u32>>,
    /// 1.0 over the weight; past the end of a row a number so large that it never wins.
    pub(crate) inverse_weights: Vec<Block<f32>>,
    /// The items of the blocks, in a row.
    pub(crate) entries: Vec<Entry>,
    /// Slots of the buckets, each behind those of the buckets in it.
    pub(crate) children_first: Vec<u32>,
    /// By slot: whether no item is known to stand in two places below.
    pub(crate) is_tree: Vec<bool>,
}

impl FlatMap {
    /// The layout of a map for draws with this choose_args set: of one of the map's own sets, or of
    /// none, the one that all batches share.
    pub(crate) fn of<'a>(map: &'a Map, choose_args: Option<&ChooseArgs>) -> Cow<'a, FlatMap> {
        let layouts = map.derived(|map| Layouts::new(map.choose_args()));
        match layouts.and_then(|layouts| layouts.of(map.choose_args(), choose_args)) {
            Some(layout) => Cow::Borrowed(layout.get_or_init(|| FlatMap::new(map, choose_args))),
            None => Cow::Owned(FlatMap::new(map, choose_args)),
        }
    }

    /// Lays out all buckets of a map, drawn with a choose_args set if there is one.
    fn new(map: &Map, choose_args: Option<&ChooseArgs>) -> FlatMap {
        let mut flat = FlatMap {
            rows: Vec::with_capacity(map.bucket_slots().len()),
            ids: Vec::new(),
            inverse_weights: Vec::new(),
            entries: Vec::new(),
            children_first: Vec::new(),
            is_tree: Vec::new(),
        };
        flat.push_block(&[]);
        for (slot, bucket) in map.bucket_slots().iter().enumerate() {
            let row = match bucket {
                Some(bucket) => {
                    let arg = choose_args.and_then(|args| args.get(&slot));
                    flat.push_bucket(map, bucket, arg)
                }
                None => flat.empty_row(0, None),
            };
            flat.rows.push(row);
        }
        flat.children_first = children_first(&flat);
        flat.is_tree = trees(&flat);
        flat
    }

    fn empty_row(&self, type_id: u16, irregular: Option<Irregular>) -> Row {
        Row {
            block: self.ids.len() as u32,
            len: 0,
            weights: Weights::Equal,
            type_id,
            inverse_weight_max: 0.0,
            irregular,
        }
    }

    fn push_bucket(&mut self, map: &Map, bucket: &Bucket, arg: Option<&ChooseArg>) -> Row {
        let (ids, weights) = match straws(bucket, arg) {
            Ok(straws) => straws,
            Err(irregular) => return self.empty_row(bucket.type_id, Some(irregular)),
        };
        let mut winners: Vec<(u32, Entry)> = (ids.iter().zip(weights).zip(&bucket.items))
            .map(|((id, weight), item)| {
                (*id as u32, Entry { item: *item, kind: kind(map, *item), weight: *weight })
            })
            .collect();
        if winners.iter().any(|(_, entry)| entry.weight != 0) {
            winners.retain(|(_, entry)| entry.weight != 0);
        } else {
            winners.truncate(1);
        }
        let first = winners.first().map_or(0, |(_, entry)| entry.weight);
        let equal =
            first <= MAX_EQUAL_WEIGHT && winners.iter().all(|(_, entry)| entry.weight == first);
        let inverse_weights = winners.iter().map(|(_, entry)| entry.inverse_weight());
        let row = Row {
            len: winners.len() as u32,
            inverse_weight_max: inverse_weights.fold(0.0, f32::max),
            weights: if equal { Weights::Equal } else { Weights::Unequal },
            ..self.empty_row(bucket.type_id, None)
        };
        for block in winners.chunks(BLOCK) {
            self.push_block(block);
        }
        row
    }

    fn push_block(&mut self, items: &[(u32, Entry)]) {
        let nothing = Entry { item: 0, kind: USELESS, weight: 0 };
        let mut ids = [0; BLOCK];
        let mut inverse_weights = [NEVER_WINS; BLOCK];
        let mut entries = [nothing; BLOCK];
        for (index, (id, entry)) in items.iter().enumerate() {
            ids[index] = *id;
            inverse_weights[index] = entry.inverse_weight();
            entries[index] = *entry;
        }
        self.ids.push(Block(ids));
        self.inverse_weights.push(Block(inverse_weights));
        self.entries.extend(entries);
    }

    /// The row of the bucket in this slot.
    #[inline(always)]
    pub(crate) fn row(&self, slot: u32) -> Row {
        self.rows[slot as usize]
    }

    /// 1.0 over the weight of an entry.
    pub(crate) fn inverse_weight(&self, entry: u32) -> f32 {
        self.inverse_weights[entry as usize / BLOCK].0[entry as usize % BLOCK]
    }

    /// Whether there is a bucket in this slot.
    pub(crate) fn has_bucket(&self, slot: usize) -> bool {
        // Only devices have type 0.
        self.rows.get(slot).is_some_and(|row| row.type_id != 0)
    }

    /// Items of a row that can win, with their positions among all entries.
    pub(crate) fn entries_of(&self, slot: u32) -> &[Entry] {
        let row = self.row(slot);
        let first = row.block as usize * BLOCK;
        &self.entries[first..first + row.len as usize]
    }
}

/// All slots of buckets, each after those of the buckets in it. A map has no cycles.
fn children_first(flat: &FlatMap) -> Vec<u32> {
    let mut order = Vec::with_capacity(flat.rows.len());
    let mut seen = vec![false; flat.rows.len()];
    for root in (0..flat.rows.len() as u32).filter(|slot| flat.has_bucket(*slot as usize)) {
        let mut open = vec![(root, false)];
        while let Some((slot, children_done)) = open.pop() {
            if children_done {
                order.push(slot);
            } else if !std::mem::replace(&mut seen[slot as usize], true) {
                open.push((slot, true));
                let children = flat.entries_of(slot).iter().filter_map(Entry::slot);
                open.extend(children.map(|child| (child, false)));
            }
        }
    }
    order
}

/// Tells the buckets below which no item stands in two places. A root that shares a bucket with one
/// before it does not count as a tree, so that every bucket is looked at once.
fn trees(flat: &FlatMap) -> Vec<bool> {
    let mut is_root = vec![true; flat.rows.len()];
    for child in flat.entries.iter().filter_map(Entry::slot) {
        is_root[child as usize] = false;
    }
    let mut is_tree = vec![false; flat.rows.len()];
    let mut seen = vec![false; flat.rows.len()];
    for root in (0..flat.rows.len() as u32).filter(|slot| is_root[*slot as usize]) {
        let (mut found_twice, mut devices) = (false, Vec::new());
        let mut below = vec![root];
        let mut next = 0;
        while let Some(slot) = below.get(next) {
            next += 1;
            for entry in flat.entries_of(*slot) {
                match entry.slot() {
                    None => devices.push(entry.item),
                    Some(child) if std::mem::replace(&mut seen[child as usize], true) => {
                        found_twice = true;
                    }
                    Some(child) => below.push(child),
                }
            }
        }
        devices.sort_unstable();
        found_twice |= devices.windows(2).any(|pair| pair[0] == pair[1]);
        below.iter().for_each(|slot| is_tree[*slot as usize] = !found_twice);
    }
    is_tree
}

/// The layouts of a map: one for its own weights, one for each of its choose_args sets.
#[derive(Debug)]
struct Layouts {
    plain: OnceLock<FlatMap>,
    by_choose_args: BTreeMap<i64, OnceLock<FlatMap>>,
}

impl Layouts {
    /// Layouts yet to be made.
    fn new(choose_args: &BTreeMap<i64, ChooseArgs>) -> Layouts {
        let by_choose_args = choose_args.keys().map(|id| (*id, OnceLock::new())).collect();
        Layouts { plain: OnceLock::new(), by_choose_args }
    }

    /// The layout for one of these sets; `None` where the set is another map's.
    fn of(
        &self,
        sets: &BTreeMap<i64, ChooseArgs>,
        choose_args: Option<&ChooseArgs>,
    ) -> Option<&OnceLock<FlatMap>> {
        let Some(wanted) = choose_args else { return Some(&self.plain) };
        let (id, _) = sets.iter().find(|(_, set)| std::ptr::eq(*set, wanted))?;
        self.by_choose_args.get(id)
    }
}

fn kind(map: &Map, item: i32) -> i32 {
    match map.bucket(item) {
        Some(bucket) => i32::from(bucket.type_id),
        None if item < map.max_devices() => DEVICE,
        None => USELESS,
    }
}

/// Ids to hash and weights to draw with, where the row can be laid out.
fn straws<'a>(
    bucket: &'a Bucket,
    arg: Option<&'a ChooseArg>,
) -> Result<(&'a [i32], &'a [u32]), Irregular> {
    let Contents::Straw2 { weights } = &bucket.contents else {
        return Err(Irregular::Algorithm);
    };
    let sets = arg.map_or(&[][..], |arg| &arg.weight_sets);
    let weights = sets.first().unwrap_or(weights);
    if bucket.hash != 0 {
        return Err(Irregular::Hash);
    }
    if sets.iter().any(|set| set != weights) {
        return Err(Irregular::WeightSets);
    }
    if weights.iter().any(|weight| *weight > i32::MAX as u32) {
        return Err(Irregular::NegativeWeight);
    }
    if bucket.items.len() > MAX_ITEMS {
        return Err(Irregular::TooManyItems);
    }
    if bucket.items.iter().any(|item| *item >= MAX_DEVICES) {
        return Err(Irregular::DeviceId);
    }
    let ids = arg.and_then(|arg| arg.ids.as_deref()).unwrap_or(&bucket.items);
    Ok((ids, weights))
}

#[cfg(test)]
mod tests {
    use crushlab_crush::{Algorithm, MapBuilder};

    use super::*;

    #[test]
    fn a_layout_is_made_once_for_a_map_and_its_copies() {
        let mut builder = MapBuilder::new();
        let bucket = Bucket::new(-1, 1, Algorithm::Straw2, &[0, 1], &[0x10000; 2], 1);
        builder.insert_bucket(bucket.expect("equally long lists")).expect("the first bucket");
        builder.max_devices = 2;
        builder.choose_args.insert(3, ChooseArgs::new());
        let map = builder.build().expect("a sound map");
        let address = |map, set| match FlatMap::of(map, set) {
            Cow::Borrowed(layout) => std::ptr::from_ref(layout),
            Cow::Owned(_) => panic!("the map keeps layouts of its own sets"),
        };
        let (plain, with_set) = (address(&map, None), address(&map, map.choose_args_for(3)));
        assert_ne!(plain, with_set);
        assert_eq!(plain, address(&map, None));
        assert_eq!(with_set, address(&map, map.choose_args_for(3)));
        let copy = map.clone();
        assert_eq!(plain, address(&copy, None));
        // A set of another map may be anything.
        assert!(matches!(FlatMap::of(&map, copy.choose_args_for(3)), Cow::Owned(_)));
        let rebuilt = map.clone().into_builder().build().expect("the same parts");
        assert_ne!(plain, address(&rebuilt, None));
    }
}
