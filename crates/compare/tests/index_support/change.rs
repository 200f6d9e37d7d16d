//! Random changes of every kind.

use crushlab_crush::{Bucket, Tunables};

use super::{HOST, State, choose_args, reweight, rule, weight};

pub(crate) fn bucket_ids(state: &State) -> Vec<i32> {
    state.builder.buckets.iter().flatten().map(|bucket| bucket.id).collect()
}

fn any_bucket(state: &State, random: &mut fastrand::Rng) -> i32 {
    let ids = bucket_ids(state);
    ids[random.usize(0..ids.len())]
}

/// Lowers some reweights.
pub(crate) fn lower(state: &mut State, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..4) {
        if let Some(reweight) = state.reweights.get_mut(random.usize(0..60)) {
            *reweight = if random.bool() { 0 } else { random.u32(0..=*reweight) };
        }
    }
}

/// Raises some reweights.
pub(crate) fn raise(state: &mut State, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..4) {
        if let Some(raised) = state.reweights.get_mut(random.usize(0..60)) {
            *raised = (*raised).max(reweight(random));
        }
    }
}

/// Makes a bucket anew, with items and weights as the change leaves them. Does nothing where the
/// weights do not fit the algorithm.
pub(crate) fn rebuild(
    state: &mut State,
    id: i32,
    change: impl FnOnce(&mut Vec<i32>, &mut Vec<u32>),
) {
    let Some(old) = state.builder.bucket_mut(id) else { return };
    let (mut items, mut weights) = (old.items.clone(), old.item_weights().collect());
    change(&mut items, &mut weights);
    if let Ok(mut new) = Bucket::new(id, old.type_id, old.algorithm(), &items, &weights, 1) {
        new.hash = old.hash;
        let resized = new.items.len() != old.items.len();
        *old = new;
        if resized {
            // Weight sets have as many weights as the bucket.
            for args in state.builder.choose_args.values_mut() {
                args.remove(&((-1 - id) as usize));
            }
        }
    }
}

/// Changes one weight of some bucket.
pub(crate) fn change_weight(state: &mut State, random: &mut fastrand::Rng) {
    let id = any_bucket(state, random);
    rebuild(state, id, |_, weights| {
        if !weights.is_empty() {
            let place = random.usize(0..weights.len());
            weights[place] = weight(random);
        }
    });
}

/// Gives every bucket the sum of its items as its weight in the bucket above it.
pub(crate) fn sum_up(state: &mut State) {
    let mut ids = bucket_ids(state);
    ids.sort_by_key(|id| state.builder.bucket(*id).map(|bucket| bucket.type_id));
    for id in ids {
        let weights = state.builder.buckets.iter().flatten().map(|b| (b.id, b.weight));
        let sums: std::collections::BTreeMap<i32, u32> = weights.collect();
        rebuild(state, id, |items, weights| {
            for (item, weight) in items.iter().zip(weights) {
                *weight = sums.get(item).copied().unwrap_or(*weight);
            }
        });
    }
}

/// Adds a new OSD to some host, mostly behind all others.
pub(crate) fn add_item(state: &mut State, random: &mut fastrand::Rng) {
    let hosts = state.builder.buckets.iter().flatten();
    let hosts = hosts.filter(|bucket| i32::from(bucket.type_id) == HOST).map(|bucket| bucket.id);
    let hosts: Vec<i32> = hosts.collect();
    if hosts.is_empty() {
        return;
    }
    let id = hosts[random.usize(0..hosts.len())];
    let osd = state.builder.max_devices;
    rebuild(state, id, |items, weights| {
        let place = if random.u32(0..3) == 0 { random.usize(0..=items.len()) } else { items.len() };
        items.insert(place, osd);
        weights.insert(place, weights.first().copied().unwrap_or(super::ONE));
    });
    state.builder.max_devices += 1;
    state.reweights.push(reweight(random));
    if random.bool() {
        sum_up(state);
    }
}

/// Removes an item from some bucket, and from the map where it is a bucket that stays empty.
pub(crate) fn remove_item(state: &mut State, random: &mut fastrand::Rng) {
    let id = any_bucket(state, random);
    let mut removed = None;
    rebuild(state, id, |items, weights| {
        if !items.is_empty() {
            let place = random.usize(0..items.len());
            removed = Some(items.remove(place));
            weights.remove(place);
        }
    });
    let slot = removed.and_then(|item| usize::try_from(-1 - item).ok());
    if let Some(slot) = slot.filter(|_| random.bool()) {
        state.builder.buckets[slot] = None;
        state.builder.choose_args.values_mut().for_each(|args| drop(args.remove(&slot)));
    }
    if random.bool() {
        sum_up(state);
    }
}

/// Moves an item from one bucket to another of the same type.
pub(crate) fn move_item(state: &mut State, random: &mut fastrand::Rng) {
    let (from, to) = (any_bucket(state, random), any_bucket(state, random));
    let type_id = |id| state.builder.bucket(id).map(|bucket| bucket.type_id);
    if from == to || type_id(from) != type_id(to) {
        return;
    }
    let mut moved = None;
    rebuild(state, from, |items, weights| {
        if !items.is_empty() {
            let place = random.usize(0..items.len());
            moved = Some((items.remove(place), weights.remove(place)));
        }
    });
    rebuild(state, to, |items, weights| {
        if let Some((item, weight)) = moved {
            items.push(item);
            // A uniform bucket has one weight for all.
            weights.push(weight);
        }
    });
}

/// One change of any kind, those included that touch every PG.
pub(crate) fn anything(state: &mut State, random: &mut fastrand::Rng) {
    match random.u32(0..12) {
        0 => lower(state, random),
        1 => raise(state, random),
        2 | 3 => change_weight(state, random),
        4 | 5 => add_item(state, random),
        6 | 7 => remove_item(state, random),
        8 => move_item(state, random),
        9 => {
            let args = choose_args(state, random);
            state.builder.choose_args.insert(random.i64(0..2), args);
        }
        10 => {
            // Any other hash than rjenkins1 gives 0 for everything.
            let id = any_bucket(state, random);
            if let Some(bucket) = state.builder.bucket_mut(id).filter(|_| random.bool()) {
                bucket.hash ^= 1;
            }
        }
        _ if random.u32(0..4) == 0 => match random.u32(0..3) {
            0 => state.size = random.usize(1..7),
            1 => state.builder.tunables = Tunables { chooseleaf_vary_r: 0, ..Tunables::JEWEL },
            _ => state.builder.rules[0] = Some(rule(false, random)),
        },
        _ => sum_up(state),
    }
}
