//! How much of a rule's data the weights ask each OSD to hold.
//!
//! A rule is a row of blocks `take … choose … emit`. A block fills as many positions as its
//! choose steps multiply to, and it draws them below the item it takes. There, a device is asked
//! for the product of its part of the weight at each level from the taken item down, times its
//! reweight, relative to all devices below that item, and for no more than one shard of each PG.
//! Failure domains do not enter: three hosts of unequal weight that must hold one replica each
//! are *asked* for unequal shares, and what they get beyond or below that is what a report shows
//! as deviation.

use std::collections::{BTreeMap, HashMap, HashSet};

use crushlab_crush::{Map, Op, Rule};

/// Reweight (16.16) of a device that takes all it is given.
pub const FULL_REWEIGHT: u32 = 0x1_0000;

/// Shards per PG that the weights ask of each device, for a pool of `size`. The sum is `size`, or
/// less where a block has too few devices to choose from. Devices that are asked for nothing are
/// left out.
pub fn asked_per_pg(map: &Map, rule: &Rule, size: usize, reweights: &[u32]) -> BTreeMap<i32, f64> {
    let mut asked = BTreeMap::new();
    let mut free = size;
    for block in blocks(rule, size) {
        let positions = block.positions.min(free);
        free -= positions;
        for (device, shards) in asked_of_block(map, &block, positions, reweights) {
            *asked.entry(device).or_insert(0.0) += shards;
        }
    }
    asked
}

fn asked_of_block(
    map: &Map,
    block: &Block,
    positions: usize,
    reweights: &[u32],
) -> Vec<(i32, f64)> {
    if !block.chooses {
        // What is taken is emitted as it is; no reweight is looked at.
        let is_device = block.take >= 0 && positions > 0;
        return if is_device { vec![(block.take, 1.0)] } else { Vec::new() };
    }
    let shares = shares_below(map, block.take).into_iter();
    let mut asked: Vec<(i32, f64)> = shares
        .map(|(device, share)| (device, share * reweight_of(reweights, device)))
        .filter(|(_, share)| *share > 0.0)
        .collect();
    // A device holds a PG once at most, so the largest are asked for all PGs, and the others share
    // what is left.
    asked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let mut rest_shares: f64 = asked.iter().map(|(_, share)| share).sum();
    let mut rest_positions = positions as f64;
    for (_, share) in &mut asked {
        let shards = if rest_shares > 0.0 { *share / rest_shares * rest_positions } else { 0.0 };
        if shards > 1.0 {
            rest_shares -= *share;
            rest_positions -= 1.0;
        }
        *share = shards.min(1.0);
    }
    asked.retain(|(_, shards)| *shards > 0.0);
    asked
}

/// One `take … emit` of a rule.
struct Block {
    take: i32,
    positions: usize,
    /// Whether anything is chosen below what is taken.
    chooses: bool,
}

fn blocks(rule: &Rule, size: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut current: Option<Block> = None;
    for step in &rule.steps {
        match step.op {
            Op::Take => current = Some(Block { take: step.arg1, positions: 1, chooses: false }),
            Op::ChooseFirstn
            | Op::ChooseIndep
            | Op::ChooseleafFirstn
            | Op::ChooseleafIndep
            | Op::ChooseMsr => {
                if let Some(block) = &mut current {
                    block.chooses = true;
                    block.positions = block.positions.saturating_mul(count(step.arg1, size));
                }
            }
            Op::Emit => blocks.extend(current.take()),
            _ => {}
        }
    }
    blocks
}

/// What a choose step's count comes to: 0 and below are relative to the size.
fn count(argument: i32, size: usize) -> usize {
    match usize::try_from(argument) {
        Ok(positive) if positive > 0 => positive,
        _ => size.saturating_sub(argument.unsigned_abs() as usize),
    }
}

fn reweight_of(reweights: &[u32], device: i32) -> f64 {
    let reweight = usize::try_from(device).ok().and_then(|index| reweights.get(index));
    f64::from((*reweight.unwrap_or(&0)).min(FULL_REWEIGHT)) / f64::from(FULL_REWEIGHT)
}

/// The part of the weight below `item` that falls to each device. Zero shares are kept.
fn shares_below(map: &Map, item: i32) -> BTreeMap<i32, f64> {
    let mut devices = BTreeMap::new();
    let mut shares = HashMap::from([(item, 1.0)]);
    // Parents come before children, so that an item which is linked in several places has its
    // whole share when its turn comes: each item is looked at once.
    for id in parents_first(map, item) {
        let share = shares.remove(&id).unwrap_or(0.0);
        let Some(bucket) = map.bucket(id) else {
            if id >= 0 {
                devices.insert(id, share);
            }
            continue;
        };
        let weights =
            (0..bucket.items.len()).filter_map(|index| bucket.item_weight(index)).map(f64::from);
        let total: f64 = weights.clone().sum();
        for (&child, weight) in bucket.items.iter().zip(weights) {
            let part = if total > 0.0 { share * weight / total } else { 0.0 };
            *shares.entry(child).or_insert(0.0) += part;
        }
    }
    devices
}

/// Everything below an item and the item itself, parents before their children.
fn parents_first(map: &Map, item: i32) -> Vec<i32> {
    let mut children_first = Vec::new();
    let mut seen = HashSet::from([item]);
    let mut path = vec![(item, 0)];
    while let Some((id, next)) = path.last_mut() {
        let child = map.bucket(*id).and_then(|bucket| bucket.items.get(*next));
        *next += 1;
        match child {
            Some(&child) if seen.insert(child) => path.push((child, 0)),
            Some(_) => {}
            None => {
                children_first.push(*id);
                path.pop();
            }
        }
    }
    children_first.reverse();
    children_first
}

#[cfg(test)]
mod tests;
