//! The checks that make a mapping unable to fail.

use crate::bucket::{Bucket, Contents, TREE_MAX_ITEMS, node_count};
use crate::choose_args::ChooseArgs;
use crate::error::{BuildError, MAX_DEPTH};
use crate::map::{MapBuilder, TypeOrder, bucket_slot};

/// Checks the whole map; returns the first thing found wrong.
pub(crate) fn check(map: &MapBuilder) -> Result<(), BuildError> {
    if map.max_devices < 0 {
        return Err(BuildError::NegativeMaxDevices { max_devices: map.max_devices });
    }
    if map.rules.len() > 256 {
        return Err(BuildError::TooManyRules { found: map.rules.len() });
    }
    for (slot, bucket) in map.buckets.iter().enumerate() {
        let Some(bucket) = bucket else { continue };
        if bucket_slot(bucket.id) != Some(slot) {
            let expected = -1 - slot as i32;
            return Err(BuildError::BucketInWrongSlot { bucket: bucket.id, expected });
        }
        check_bucket(map, bucket)?;
    }
    check_depth(map)?;
    for (id, choose_args) in &map.choose_args {
        check_choose_args(map, *id, choose_args)?;
    }
    Ok(())
}

fn check_bucket(map: &MapBuilder, bucket: &Bucket) -> Result<(), BuildError> {
    if bucket.type_id == 0 {
        return Err(BuildError::BucketOfDeviceType { bucket: bucket.id });
    }
    for item in bucket.items.iter().copied().filter(|item| *item < 0) {
        let Some(child) = map.bucket(item) else {
            return Err(BuildError::UnknownItem { bucket: bucket.id, item });
        };
        if map.type_order == TypeOrder::Enforced && child.type_id >= bucket.type_id {
            return Err(BuildError::WrongTypeOrder {
                bucket: bucket.id,
                bucket_type: bucket.type_id,
                item,
                item_type: child.type_id,
            });
        }
    }
    check_contents(bucket)
}

fn check_contents(bucket: &Bucket) -> Result<(), BuildError> {
    let size = bucket.items.len();
    let expect = |list: &'static str, found: usize, expected: usize| {
        if found == expected {
            return Ok(());
        }
        Err(BuildError::WrongLength { bucket: bucket.id, list, found, expected })
    };
    let weights = match &bucket.contents {
        Contents::Uniform { .. } => return Ok(()),
        Contents::Tree { node_weights } => {
            if size > TREE_MAX_ITEMS {
                let (found, limit) = (size, TREE_MAX_ITEMS);
                return Err(BuildError::TooManyItems { bucket: bucket.id, found, limit });
            }
            // Nobody draws from an empty tree, and Ceph leaves one node or none behind.
            if size == 0 {
                return Ok(());
            }
            return expect("tree nodes", node_weights.len(), node_count(size));
        }
        Contents::List { weights, sums } => {
            expect("cumulative weights", sums.len(), size)?;
            weights
        }
        Contents::Straw { weights, straws } => {
            expect("straw lengths", straws.len(), size)?;
            weights
        }
        Contents::Straw2 { weights } => weights,
    };
    expect("weights", weights.len(), size)?;
    weights
        .iter()
        .try_fold(0u32, |sum, weight| sum.checked_add(*weight))
        .map(|_| ())
        .ok_or(BuildError::WeightOverflow { bucket: bucket.id })
}

/// How far a bucket has been looked into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Unseen,
    /// It is on the way from a root to where the search stands.
    Open,
    /// Levels of buckets from here down, itself counted.
    Done(usize),
}

/// Refuses cycles, and trees deeper than [`MAX_DEPTH`]. Walks without recursion, each bucket once.
fn check_depth(map: &MapBuilder) -> Result<(), BuildError> {
    let mut visits = vec![Visit::Unseen; map.buckets.len()];
    for bucket in map.buckets.iter().flatten() {
        // Buckets on the way down, and the next of their items to look at.
        let mut way: Vec<(&Bucket, usize, usize)> = vec![(bucket, 0, 0)];
        while let Some((bucket, next, height)) = way.pop() {
            let Some(slot) = bucket_slot(bucket.id) else { continue };
            if let Visit::Done(_) = visits[slot] {
                continue;
            }
            visits[slot] = Visit::Open;
            let Some(item) = bucket.items.get(next) else {
                visits[slot] = Visit::Done(height + 1);
                if height + 1 > MAX_DEPTH {
                    return Err(BuildError::TooDeep { bucket: bucket.id });
                }
                continue;
            };
            let Some(child) = map.bucket(*item) else {
                way.push((bucket, next + 1, height));
                continue;
            };
            match bucket_slot(child.id).map(|slot| visits[slot]) {
                Some(Visit::Done(below)) => way.push((bucket, next + 1, height.max(below))),
                Some(Visit::Open) => return Err(BuildError::Cycle { bucket: child.id }),
                _ => way.extend([(bucket, next, height), (child, 0, 0)]),
            }
        }
    }
    Ok(())
}

fn check_choose_args(
    map: &MapBuilder,
    id: i64,
    choose_args: &ChooseArgs,
) -> Result<(), BuildError> {
    for (slot, arg) in choose_args {
        let Some(bucket) = map.buckets.get(*slot).and_then(Option::as_ref) else {
            let bucket = -1 - *slot as i32;
            return Err(BuildError::ChooseArgsWithoutBucket { choose_args: id, bucket });
        };
        let lists = arg.weight_sets.iter().map(|set| ("choose_args weights", set.len()));
        let ids = arg.ids.iter().map(|ids| ("choose_args ids", ids.len()));
        for (list, found) in lists.chain(ids) {
            if found != bucket.items.len() {
                let expected = bucket.items.len();
                return Err(BuildError::WrongLength { bucket: bucket.id, list, found, expected });
            }
        }
    }
    Ok(())
}
